# SPDX-License-Identifier: MIT
"""The figures as Markdown, and through gnuplot as SVG."""

import json
import os
import shutil
import statistics
import subprocess
import sys

import targets

HERE = os.path.dirname(os.path.abspath(__file__))
WORKS = {
    "apply": "Fresh apply: from the inventory to the last route in the kernel",
    "nothing to do": "Apply with nothing to do",
    "1 % changed": "Apply with 1 % changed",
    "flush": "Flush",
    "verify": "Verify",
    "plan a snapshot": "Plan from what `ip -j -d route show table all` printed, 1 % changed",
    "link down": "`ip link set down`, with the routes on the link",
    "foreign table": "Apply with nothing to do, beside routes of somebody else",
    "mesh": "Mesh verify",
    "start": "Start: `--version`",
}
CURVE = (2_000, 20_000, 50_000)   # points of the plot; their tables say nothing new
READ_IT = """\
Medians of runs side by side, each round of them in another order, of whole processes (of daemons: from their start until
the kernel has all routes). *few* is five gateways for all routes; *distinct* is one for each, which is what a node of a
host-gw cluster has. The *floor* is a C program that has libcyaml load the same inventory, and then writes routes it makes by
arithmetic as packed raw messages (or reads them with a filter in the kernel): what no program can do in less. `ip -batch`
is given finished lines, the Go programs make theirs by arithmetic too. After each run the table is read back and compared
with what it should be. Plain IPv4 routes with distinct gateways end at 10,000: the kernel takes a time for them that grows with their square.
"""
PATHS = {"goodput": ("goodput (TCP)", 1e-9, "Gbit/s"), "packets": ("packets a second (UDP, 64 bytes)", 1e-3, "k/s"),
         "round trip": ("round trip (ping), less is better", 1e6, "µs")}


def median(runs, what):
    return statistics.median(r[what] for r in runs)


def figure(value):
    """Three digits, no exponent."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f}"


def milliseconds(seconds):
    return figure(1000 * seconds) + " ms"


def table(head, lines):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "|".join([" --- "] + [" ---: "] * (len(head) - 1)) + "|"
    for line in lines:
        yield "| " + " | ".join(line) + " |"
    yield ""


def heading(data):
    m = data["machine"]
    yield "# How fast"
    yield ""
    yield (f"{m['date']}, {m['cores']} cores of {m['processor']}, {m['memory']}, Linux {m['kernel']}, {m['system']}; "
           + ", ".join(f"{k} {v}" for k, v in m["programs"].items() if v) + ".")
    missing = [k for k, v in m["programs"].items() if not v]
    if missing:
        yield f"Not installed, and so not in the tables: {', '.join(missing)}."
    yield "nmstate is not in the tables: Debian 12 does not have it."
    if not data["complete"]:
        yield "**This run is not complete: it was ended before the rows that are not here.**"
    yield ""
    yield READ_IT


def target_table(data):
    lines = []
    for work, measure, limit, value, where in targets.rows(data["rows"]):
        goal = f"at least {-limit}" if limit < 0 else f"at most {limit}"
        if value is None:
            found, verdict = "", "not measured"
        else:
            found = figure(value) + (f" ({where})" if where else "")
            verdict = "reached" if targets.reached(limit, value) else "**not reached**"
        lines.append((f"{work}", f"{goal} {measure}", found, verdict))
    yield "## Targets"
    yield ""
    yield from table(("work", "target", "measured", ""), lines)


def shape_name(row):
    if not row["n"]:
        return ""
    return f"{row['n']:,} {row['gateways']}, IPv{row['family']}"


def in_order(data, work):
    found = [r for r in data["rows"].values() if r["work"] == work]
    return sorted(found, key=lambda r: (r["family"], r["gateways"] != "few", r["n"]))


def people(found):
    """Everybody in any of the rows, in the order in which they came."""
    return list(dict.fromkeys(name for r in found for name in r["figures"]))


def ratios(data, work):
    """hgw's time, and the others' as so many times that."""
    found = in_order(data, work)
    names = people(found)
    base = next((n for n in ("hgw", "plain routes", "alone") if n in names), names[0])
    lines = []
    for row in found:
        figures = row["figures"]
        # Spread is what is compared with where hgw has no plain way.
        own = next((n for n in (base, targets.SPREAD) if n in figures), None)
        if own is None:
            continue
        one = median(figures[own], "wall")
        cells = []
        for name in names:
            if name not in figures:
                cells.append("")
            elif name == own:
                cells.append(milliseconds(one))
            else:
                cells.append(figure(median(figures[name], "wall") / one) + " ×")
        lines.append((shape_name(row), *cells))
    yield from table(("", *names), lines)


def details(data, work):
    lines = []
    for row in in_order(data, work):
        floor = row["figures"].get("floor") or row["figures"].get("floor, few gateways")
        for name, runs in row["figures"].items():
            wall = median(runs, "wall")
            lines.append((shape_name(row), name, figure(1000 * wall),
                          figure(1000 * median(runs, "cpu")), figure(median(runs, "peak") / 1024),
                          figure(wall / median(floor, "wall")) if floor else "", str(len(runs))))
    yield "<details><summary>All figures</summary>"
    yield ""
    yield from table(("", "who", "wall ms", "CPU ms", "peak MB", "to the floor", "runs"), lines)
    yield "</details>"
    yield ""


def growth(data):
    figures = targets.Figures(data["rows"])
    lines = []
    for work in targets.COMMANDS:
        for gateways, family in (("few", 4), ("distinct", 4), ("few", 6), ("distinct", 6)):
            for who in people([r for r in in_order(data, work)
                               if (r["gateways"], r["family"]) == (gateways, family)]):
                e = figures.exponent(work, who, gateways, family)
                if e:
                    lines.append((f"{work}, IPv{family}, {gateways}", who, f"{e[0]:.2f}",
                                  f"{e[1]:,} to {e[2]:,}"))
    if lines:
        yield "## Growth"
        yield ""
        yield ("The exponent e of time ~ nᵉ, from 1,000 routes to the most that were measured. At 1,000 the start of a "
               "process is some of the time, which makes it look smaller; for everybody.")
        yield ""
        yield "<details><summary>All exponents</summary>"
        yield ""
        yield from table(("", "who", "exponent", "routes"), lines)
        yield "</details>"
        yield ""


def path_lines(data):
    """Each way beside the others; the ratio is of what more of it is better."""
    runs = data["pods"]["figures"]
    for what, (name, scale, unit) in PATHS.items():
        values = {way: median(r, what) for way, r in runs.items()}
        yield (name, figure(values["host-gw"] / values["vxlan"]) + " ×",
               *(f"{figure(scale * v)} {unit}" for v in values.values()))


def path_table(data):
    runs = data["pods"].get("figures")
    yield "## Through the routes: pod to pod"
    yield ""
    if not runs:
        yield f"Not measured: {data['pods'].get('absent', 'not yet')}."
        yield ""
        return
    yield ("Two hosts and a pod on each as network namespaces, joined by a veth pair: there is no wire, so the figures are "
           "what the packets cost the processor. The routes of host-gw are made by hgw; the vxlan device, its MTU of 1450 and its entries "
           "are made as flannel makes them; the bare link is from host to host, without pods, bridge and forwarding.")
    yield ""
    yield from table(("", "host-gw to vxlan", *runs), path_lines(data))


SHORT = ("flannel's loop", "FRR staticd", "ip -batch", "Go netlink", "BIRD", "floor")


def short(data):
    """What the README shows: a fresh apply, hgw's time and the others' to it."""
    figures = targets.Figures(data["rows"])
    rows = [r for r in in_order(data, "apply") if r["family"] == 4 and r["n"] not in CURVE
            and (r["gateways"] == "distinct" or r["n"] >= 100_000)]
    names = [n for n in SHORT if n in people(rows)]
    lines = []
    for row in rows:
        key = targets.key("apply", row["n"], row["gateways"])
        own = figures.best(key)
        if not figures.median(key, own):
            continue
        cells = [figures.ratio(key, name, own) for name in names]
        lines.append((f"{row['n']:,} routes, {row['gateways']} gateways" + ", spread" * (own != "hgw"),
                      milliseconds(figures.median(key, own)),
                      *(figure(c) + " ×" if c else "" for c in cells)))
    if lines:
        yield "## In short"
        yield ""
        yield "A fresh apply, the whole process: what hgw takes, and the others as so many times that."
        yield ""
        yield from table(("", "hgw", *names), lines)


def markdown(data):
    yield from heading(data)
    yield from short(data)
    yield from target_table(data)
    yield "![Time of a fresh apply over the number of routes](results.svg)"
    yield ""
    for work, title in WORKS.items():
        if in_order(data, work):
            yield f"## {title}"
            yield ""
            yield from ratios(data, work)
            yield from details(data, work)
    yield from growth(data)
    yield from path_table(data)


# --- The plot ---

def series(data, gateways, name):
    for row in in_order(data, "apply"):
        runs = row["figures"].get(name)
        if runs and row["family"] == 4 and row["gateways"] == gateways:
            yield f"{row['n']} {median(runs, 'wall'):.6f}\n"


def plot(data, directory):
    """gnuplot reads each line of the plot from a file of its own."""
    points = os.path.join(directory, "points")
    os.makedirs(points, exist_ok=True)
    for gateways in ("few", "distinct"):
        for i, name in enumerate(PLOTTED):
            with open(os.path.join(points, f"{gateways}-{i}"), "w") as f:
                f.writelines(series(data, gateways, name))
    out = os.path.join(directory, "results.svg")
    try:
        done = subprocess.run(["gnuplot", "-e", f"points='{points}'; out='{out}.new'",
                               os.path.join(HERE, "plot.gp")], capture_output=True, text=True)
    except OSError:
        return   # said in the table of what is not installed
    if done.returncode == 0:
        os.rename(out + ".new", out)


PLOTTED = ["flannel's loop", "Go netlink", "BIRD", "FRR staticd", "ip -batch", "hgw", "hgw, spread"]


def write(data, directory):
    path = os.path.join(directory, "results.md")
    with open(path + ".new", "w") as f:
        f.write("\n".join(markdown(data)).rstrip() + "\n")
    os.rename(path + ".new", path)
    plot(data, directory)


# --- The README ---

def readme(data):
    yield from list(short(data))[2:]
    yield "![Time of a fresh apply over the number of routes](testdata/bench/results.svg)"
    yield ""
    runs = data["pods"].get("figures")
    if runs:
        yield "And what the mode is for, from pod to pod through two hosts, beside a vxlan device and the bare link:"
        yield ""
        yield from table(("", "host-gw to vxlan", *runs), path_lines(data))
    m = data["machine"]
    early = "" if data["complete"] else "The run was ended before its last rows. "
    yield (f"{m['date']}, {m['cores']} cores of {m['processor']}, Linux {m['kernel']}, in namespaces without a wire: the ratios say more "
           f"than the times. {early}[All figures, the versions, and what was set out to be reached](testdata/bench/results.md).")


def keep(directory):
    """The run becomes the one that the README shows."""
    with open(os.path.join(directory, "results.json")) as f:
        data = json.load(f)
    write(data, directory)
    for name in ("results.md", "results.svg"):
        shutil.copyfile(os.path.join(directory, name), os.path.join(HERE, name))
    path = os.path.join(HERE, "..", "..", "README.md")
    with open(path) as f:
        before, begin, rest = f.read().partition("<!-- make bench-keep -->\n")
    _, end, after = rest.partition("<!-- end -->\n")
    if not begin or not end:
        sys.exit("bench: README.md has no place for it")
    with open(path, "w") as f:
        f.write(before + begin + "\n".join(readme(data)) + "\n" + end + after)


if __name__ == "__main__":
    keep(sys.argv[1])
