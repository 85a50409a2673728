#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""hgw beside what else writes routes, and beside a floor that writes nothing but
them: the same work on the same table, in turns, in a network namespace of its own.
Every table is counted afterwards; a wrong one is an error and no figure.

`make bench` runs it; the figures go to build/bench/results.md and results.svg after
each row, and results.json keeps them for --resume. Those that the README shows are a
copy of a run: testdata/bench/results.md, results.svg.
"""

import argparse
import json
import os
import shutil
import sys
import time

import machine
import pods
import report
from inputs import Inputs
from lab import Lab, OutOfTime, Shape, Wrong, enter, on_signals
from rows import FOREIGN, Row, Table, Works, measure, measure_foreign, measure_mesh

SIZES = [1_000, 5_000, 10_000, 100_000, 1_000_000]
QUICK = [200, 500]


def plan(sizes, quick):
    """The rows, as (work, shape), the long ones last."""
    all_works = ["apply", "nothing", "change", "flush", "verify", "snapshot"]
    rows = [("version", Shape(0, "few", 4)), ("pods", Shape(0, "few", 4))]
    small = [n for n in sizes if n < 10_000]
    large = [n for n in sizes if 10_000 < n < 1_000_000]
    kinds = [(gateways, family) for family in (4, 6) for gateways in ("few", "distinct")]
    rows += [(work, Shape(n, *kind)) for n in small for work in all_works for kind in kinds]
    rows += [("link_down", Shape(n, "distinct", 4)) for n in sizes if n <= 10_000]
    foreign = 5_000 if 5_000 in sizes else sizes[0]
    rows += [("foreign", Shape(foreign, "few", 4)),
             ("mesh", Shape(100 if quick else 1_000, "distinct", 4))]
    points = [n for n in sizes if n == 10_000] + (list(report.CURVE) if len(sizes) > 2 else [])
    rows += [("apply", Shape(n, "distinct", 4)) for n in points]
    rows += [(work, Shape(n, *kind)) for n in large for work in all_works for kind in kinds]
    rows += [(work, Shape(n, "few", 4)) for n in sizes if n >= 1_000_000
             for work in ("apply", "nothing", "flush")]
    return rows


def rounds(work, n, quick):
    if quick:
        return 1
    if work == "version":
        return 100
    return 15 if n <= 1_000 else 9 if n <= 5_000 else 5 if n <= 100_000 else 3


class Clock:
    """Until when the benchmark may go on."""

    def __init__(self, minutes):
        self.end = time.monotonic() + 60 * minutes if minutes else None

    def passed(self):
        return self.end is not None and time.monotonic() > self.end


class Results:
    """Rows as they come, on disk after each."""

    def __init__(self, directory, resume, about):
        self.path = os.path.join(directory, "results.json")
        self.directory = directory
        self.data = {"machine": about, "rows": {}, "pods": {}, "complete": False}
        if resume and os.path.exists(self.path):
            with open(self.path) as f:
                self.data.update(json.load(f))

    def __contains__(self, key):
        return key in self.data["rows"]

    def add(self, row):
        self.data["rows"][row.key()] = {
            "work": row.work, "n": row.shape.n, "gateways": row.shape.gateways,
            "family": row.shape.family, "figures": row.figures, "absent": row.absent}
        self.write()

    def write(self):
        with open(self.path + ".new", "w") as f:
            json.dump(self.data, f, indent=1)
        os.rename(self.path + ".new", self.path)
        report.write(self.data, self.directory)


def tell(row):
    """One line a row: who, and how long."""
    parts = [f"{name} {report.milliseconds(report.median(figures, 'wall'))}"
             for name, figures in row.figures.items()]
    where = str(row.shape) if row.shape.n else ""
    print(f"{row.work:16} {where:32} {', '.join(parts)}", flush=True)
    for name, why in row.absent.items():
        print(f"{'':16} {name}: {why}", flush=True)
    for name, why in row.failed.items():
        print(f"bench: error: {row.key()}: {name}: {why}", file=sys.stderr, flush=True)


def one(work, shape, works, options):
    """Measures a row, and returns it; None where there is nothing to."""
    count = rounds(work, shape.n, options.quick)
    if work == "foreign":
        return measure_foreign(works, shape, options.quick and 20_000 or FOREIGN, count)
    if work == "mesh":
        return measure_mesh(works, shape, count)
    row = getattr(works, work)(shape)
    if not row.people:
        return None
    measure(row, works.table, count, options.row_seconds)
    return row


def run(options, lab, results):
    """All rows; how many of them failed."""
    data = os.path.join(options.out, "data")
    shutil.rmtree(data, ignore_errors=True)
    works = Works(Table(lab, Inputs(data)))
    failed = 0
    for work, shape in plan(options.sizes, options.quick):
        if options.only and work not in options.only:
            continue
        if work == "pods":
            pods.measure(lab, results, quick=options.quick)
            continue
        key = Row(Works.NAMES[work], shape).key()
        if key in results:
            continue
        try:
            row = one(work, shape, works, options)
        except Wrong as e:
            print(f"bench: error: {key}: {e}", file=sys.stderr, flush=True)
            failed += 1
            works.table.clear()
            continue
        if row:
            results.add(row)
            tell(row)
            failed += len(row.failed)
    works.table.clear()
    return failed


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--hgw", default="build/hgw")
    parser.add_argument("--tools", default="build/bench", help="where the programs beside it are")
    parser.add_argument("--out", default="build/bench")
    parser.add_argument("--sizes", type=int, nargs="+", metavar="N")
    parser.add_argument("--only", nargs="+", metavar="WORK", choices=[*Works.NAMES, "pods"])
    parser.add_argument("--quick", action="store_true", help="small, to see that all of it works")
    parser.add_argument("--resume", action="store_true", help="keep the rows there are")
    parser.add_argument("--minutes", type=float, help="end after so many")
    parser.add_argument("--row-seconds", type=float, default=25, help="for each row, about")
    options = parser.parse_args()
    options.sizes = sorted(options.sizes or (QUICK if options.quick else SIZES))
    return options


def main():
    options = arguments()
    enter([os.path.abspath(__file__), *sys.argv[1:]])
    on_signals()
    os.environ.update(LC_ALL="C", HGW_NODE="self")
    lab = Lab(options.hgw, options.tools, os.path.join(options.out, "work"))
    lab.deadline = Clock(options.minutes)
    results = Results(options.out, options.resume, machine.about(lab))
    status = 1
    lab.set_up()
    try:
        failed = run(options, lab, results)
        results.data["complete"] = not (failed or options.only) and options.sizes == SIZES
        status = failed > 0
    except OutOfTime:
        print(f"bench: {options.minutes:g} minutes are over; --resume goes on", file=sys.stderr)
        status = 0
    except Wrong as e:
        print(f"bench: error: {e}", file=sys.stderr)
    except KeyboardInterrupt:
        print("bench: interrupted; --resume goes on", file=sys.stderr)
    finally:
        lab.tear_down()
    results.write()
    print(f"{os.path.relpath(options.out)}/results.md, results.svg")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
