# SPDX-License-Identifier: MIT
"""What was set out to be reached, and whether a run did."""

import math
import statistics

BIG, SMALL = 100_000, 1_000
HGW, SPREAD = "hgw", "hgw, spread"
COMMANDS = ("apply", "nothing to do", "1 % changed", "flush", "verify", "plan a snapshot")


def key(work, n, gateways, family=4):
    return f"{work} {family} {n} {gateways}"


class Figures:
    """The medians of a run; None for what was not measured."""

    def __init__(self, rows):
        self.rows = rows

    def median(self, row, who, what="wall"):
        runs = self.rows.get(row, {}).get("figures", {}).get(who)
        return statistics.median(r[what] for r in runs) if runs else None

    def ratio(self, row, who, other, what="wall"):
        a, b = self.median(row, who, what), self.median(row, other, what)
        return a / b if a and b else None

    def best(self, row):
        """hgw as it is to be used there: spread where there is that."""
        return SPREAD if self.median(row, SPREAD) else HGW

    def exponent(self, work, who, gateways, family, small=SMALL, big=None):
        """log of the times over log of the sizes, and the sizes from and to; None: too few."""
        sizes = sorted(r["n"] for r in self.rows.values()
                       if r["work"] == work and r["gateways"] == gateways
                       and r["family"] == family and who in r["figures"])
        sizes = [n for n in sizes if n >= small and (big is None or n <= big)]
        if len(sizes) < 2:
            return None
        low, high = (self.median(key(work, n, gateways, family), who)
                     for n in (sizes[0], sizes[-1]))
        return math.log(high / low) / math.log(sizes[-1] / sizes[0]), sizes[0], sizes[-1]


def worst(pairs):
    """The greatest of (value, where), less those without a value."""
    known = [p for p in pairs if p[0] is not None]
    return max(known) if known else (None, "")


def shapes(n, work):
    return [key(work, n, gateways, family) for family in (4, 6) for gateways in ("few", "distinct")]


def growth(figures):
    found = []
    for work in COMMANDS:
        for gateways, family in (("few", 4), ("few", 6), ("distinct", 4), ("distinct", 6)):
            who = SPREAD if (gateways, family) == ("distinct", 4) else HGW
            e = figures.exponent(work, who, gateways, family, big=BIG)
            if e and e[1:] == (SMALL, BIG):
                found.append((e[0], f"{work}, IPv{family}, {gateways}"))
    return worst(found)


def nothing(figures, n):
    return worst((figures.ratio(row, figures.best(row), "floor"), row.partition(" do ")[2])
                 for row in shapes(n, "nothing to do"))


def memory(figures):
    rows = [r for work in COMMANDS for r in shapes(BIG, work)]
    peak, where = worst((figures.median(r, figures.best(r), "peak"), r) for r in rows)
    return (peak / 1024 if peak else None), where


def foreign(figures, what):
    for name, row in figures.rows.items():
        beside = [w for w in row["figures"] if w.startswith("beside")]
        if row["work"] == "foreign table" and beside:
            return figures.ratio(name, beside[0], "alone", what), beside[0]
    return None, ""


def at(value):
    return value, ""


def rows(all_rows):
    """(work, measure, limit, what was measured, where) each; a limit below 0: at least that."""
    f = Figures(all_rows)
    distinct, few = key("apply", 5_000, "distinct"), key("apply", BIG, "few")
    spread = key("apply", BIG, "distinct")
    flannel = f.ratio(key("apply", SMALL, "distinct"), "flannel's loop", HGW)
    writing, floor = f.median(few, "hgw, writing", "inner"), f.median(few, "floor", "inner")
    mesh = key("mesh", SMALL, "distinct")
    peak = f.median(mesh, HGW, "peak")
    return [
        ("fresh apply, 5,000 distinct IPv4 gateways", "of (floor + libcyaml's load)", 1.05,
         *at(f.ratio(distinct, HGW, "floor"))),
        ("the same, spread", "of `ip -batch`", 0.25, *at(f.ratio(distinct, SPREAD, "ip -batch"))),
        ("fresh apply, 100,000 routes, few gateways", "of `ip -batch`", 0.75,
         *at(f.ratio(few, HGW, "ip -batch"))),
        ("the same, writing alone", "of the floor's", 1.15,
         *at(writing / floor if writing and floor else None)),
        ("fresh apply, 100,000 distinct gateways, spread", "of (floor, few gateways + load)", 1.5,
         *at(f.ratio(spread, SPREAD, "floor, few gateways"))),
        ("link down, 10,000 distinct gateways, spread", "of plain routes", 1.2,
         *at(f.ratio(key("link down", 10_000, "distinct"), SPREAD, "plain routes"))),
        ("apply with nothing to do, 5,000", "of (filtered dump + load)", 1.4, *nothing(f, 5_000)),
        ("apply with nothing to do, 100,000", "of (filtered dump + load)", 1.4, *nothing(f, BIG)),
        ("growth from 1,000 to 100,000, every command", "exponent", 1.1, *growth(f)),
        ("memory at 100,000 routes, every command", "MB", 64, *memory(f)),
        ("nothing to do beside 1,000,000 foreign routes", "of the same without", 1.3,
         *foreign(f, "wall")),
        ("its memory", "of the same without", 1.05, *foreign(f, "peak")),
        ("fresh apply, 1,000 nodes, flannel's own loop", "times as long", -40, *at(flannel)),
        ("`hgw --version`", "of `ip -V`", 1.0, *at(f.ratio(key("start", 0, "few"), HGW, "ip -V"))),
        ("plan from a snapshot of 100,000 routes", "of `jq length` on it", 1.0,
         *worst((f.ratio(r, f.best(r), "jq length"), r.partition("snapshot ")[2])
                for r in shapes(BIG, "plan a snapshot"))),
        ("mesh verify, 1,000 nodes, beside reading the snapshots", "s", 2,
         *at(f.median(mesh, HGW, "inner"))),
        ("its memory", "MB", 512, *at(peak / 1024 if peak else None)),
    ]


def reached(limit, value):
    return value >= -limit if limit < 0 else value <= limit
