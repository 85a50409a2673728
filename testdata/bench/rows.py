# SPDX-License-Identifier: MIT
"""What is measured: the works, and who does each of them on a shape."""

import os
import re
import time

from lab import PROTOCOL, Absent, Shape, Wrong, find, is_root_of_host, sh

SPREAD = "hgw, spread"
FOREIGN = 1_000_000
STATIC = 4              # the protocol of those
FLANNEL_MAX = 1_000   # 0.7 s, and it grows with the square
ENOUGH = 3              # runs of what is slow
FRR_MAX = 5_000         # seconds, too
OBJECTS_MAX = 1_000   # next-hop objects, which zebra makes one of for each gateway


class Who:
    """One of those that are compared: its command, what the table has to be before
    it (None: empty; "plain", "spread": with routes of that kind), and what it has to
    be afterwards (or "changed")."""

    def __init__(self, name, argv, before=None, after=None, **more):
        self.name, self.argv, self.before, self.after = name, argv, before, after
        self.protocol = more.pop("protocol", PROTOCOL["hgw"])
        self.shape = more.pop("shape", None)    # of the table afterwards, where it is another
        self.until = more.pop("until", None)    # a daemon: "add"
        self.inner = more.pop("inner", None)    # reads the seconds in the kernel
        self.cleanup = more.pop("cleanup", None)
        self.run = more                         # env


class Row:
    """A work on a shape; for each of those who do it the figures of all rounds."""

    def __init__(self, work, shape):
        self.work, self.shape = work, shape
        self.people, self.figures, self.absent, self.failed = [], {}, {}, {}

    def key(self):
        return f"{self.work} {' '.join(self.shape.words())}"



class Table:
    """Brings the table into the state that a run needs, and knows which it is in."""

    def __init__(self, lab, inputs):
        self.lab, self.inputs = lab, inputs
        self.state = (None, None)   # (kind, shape)

    def clear(self):
        kind, shape = self.state
        if kind is not None:
            for protocol in PROTOCOL.values():
                self.lab.flush(shape.family, protocol)
        self.state = (None, None)

    def make(self, kind, shape):
        if self.state == (kind, shape if kind else None):
            return
        self.clear()
        if kind == "plain":
            self.state = ("unknown", shape)
            self.lab.ask_floor("add", *shape.words())
        elif kind == "spread":
            self.state = ("unknown", shape)
            self.lab.run([self.lab.hgw, "apply", "-q", self.inputs.inventory(shape, spread=True)])
        self.state = (kind, shape if kind else None)


def measure(row, table, rounds, seconds):
    """Everybody in turn, each round beginning with another; after so many rounds or
    seconds that is enough. Who does not do what is to be done has no figures."""
    begin, people = time.monotonic(), list(row.people)
    for number in range(rounds):
        if not people or number > 0 and time.monotonic() - begin > seconds:
            break
        turn = number % len(people)
        for who in people[turn:] + people[:turn]:
            if number >= ENOUGH and is_slow(row.figures, who.name):
                continue
            try:
                row.figures.setdefault(who.name, []).append(once(row.shape, table, who))
            except Wrong as e:
                row.failed[who.name] = str(e)
                row.figures.pop(who.name)
                people.remove(who)
                table.clear()


def is_slow(figures, name):
    """Of the time of one that takes so much longer than another, a few runs tell enough."""
    fastest = {who: min(r["wall"] for r in runs) for who, runs in figures.items()}
    return fastest[name] > 10 * min(fastest.values())


def check(shape, lab, who):
    if who.after is None and lab.count(shape.family, who.protocol) != 0:
        raise Wrong("routes are left")
    if who.after:
        lab.check(who.shape or shape, who.protocol, changed=who.after == "changed")


def once(shape, table, who):
    lab = table.lab
    table.make(who.before, shape)
    table.state = ("unknown", shape)
    until = (shape.family, who.protocol, shape.n, who.until) if who.until else None
    try:
        figure = lab.run(who.argv, until=until, **who.run)
        if who.inner:
            figure["inner"] = who.inner()
        check(shape, lab, who)
    finally:
        if who.cleanup:
            who.cleanup()
    # Whoever wrote them, the next is to find those of the same hand; unless nothing was to be done.
    if who.after is None:
        table.state = (None, None)
    elif who.after == who.before:
        table.state = (who.before, shape)
    return figure


def measure_foreign(works, shape, foreign, rounds):
    """Nothing to do, alone and beside so many routes of somebody else."""
    row, table, lab = Row(Works.NAMES["foreign"], shape), works.table, works.lab
    who = Who("hgw", [lab.hgw, "apply", "-q", works.inputs.inventory(shape)], "plain", "plain")
    others = ["-p", STATIC, "-b", 120, shape.family, foreign, "few"]

    def block(name, count):
        for _ in range(count):
            row.figures.setdefault(name, []).append(once(shape, table, who))
    try:
        block("alone", rounds)
        lab.ask_floor("add", *others)
        block(f"beside {foreign:,}", 2 * rounds)
    finally:
        lab.flush(shape.family, STATIC)
    block("alone", rounds)
    return row


def measure_mesh(works, shape, rounds):
    """A verdict over the snapshots of so many hosts, by src/mesh_bench.c, which makes
    them up; inner is what comes beside reading them."""
    row = Row(Works.NAMES["mesh"], shape)
    for _ in range(min(rounds, 3)):
        figure = works.lab.run([os.path.join(works.lab.tools, "mesh_bench"), shape.n])
        keeping, walking = re.search(r"([\d.]+) s keeping, ([\d.]+) s walking",
                                     works.lab.printed()).groups()
        figure["inner"] = float(keeping) + float(walking)
        row.figures.setdefault("hgw", []).append(figure)
    return row


class Works:
    """The rows there are."""

    NAMES = {"version": "start", "apply": "apply", "nothing": "nothing to do",
             "change": "1 % changed", "flush": "flush", "verify": "verify",
             "snapshot": "plan a snapshot", "link_down": "link down",
             "foreign": "foreign table", "mesh": "mesh"}

    def __init__(self, table):
        self.table, self.lab, self.inputs = table, table.lab, table.inputs
        self.hgw, self.floor = self.lab.hgw, self.lab.floor

    # --- Commands of the peers ---

    def phase(self):
        """hgw under a library that measures how long it writes."""
        path = os.path.join(self.lab.work, "phase")
        so = os.path.join(self.lab.tools, "phase.so")

        def read():
            with open(path) as f:
                return float(f.read())
        return {"env": {"LD_PRELOAD": so, "BENCH_PHASE": path}, "inner": read}

    def floor_inner(self):
        return float(self.lab.printed().split()[0])

    def ip(self, *argv):
        return [find("ip"), *argv]

    def ip_batch(self, shape, **kind):
        return self.ip(f"-{shape.family}", "-batch", self.inputs.batch(shape, **kind))

    def go(self, verb, shape, *more):
        program = os.path.join(self.lab.tools, "routes")
        if not os.path.exists(program):
            raise Absent("no Go, or no golang-github-vishvananda-netlink-dev")
        return [program, verb, *shape.words(), *more]

    def bird(self, shape):
        control = os.path.join(self.lab.work, "bird.ctl")
        return [find("bird"), "-f", "-c", self.inputs.bird(shape), "-s", control,
                "-P", os.path.join(self.lab.work, "bird.pid")]

    def frr(self, shape):
        """zebra and staticd, and the lines by vtysh, which hands them over as one change
        as Debian's start of FRR does; staticd's own reader commits each by itself."""
        if not is_root_of_host():
            raise Absent("FRR needs root")
        zebra, staticd = find("zebra", "/usr/lib/frr"), find("staticd", "/usr/lib/frr")
        run = "/run/bench/frr"
        common = f"-z {run}/zserv -A 127.0.0.1 -P 0 --vty_socket {run} -f /dev/null"
        return ["sh", "-euc", f"""
            rm -rf {run}; install -d -o frr -g frr {run}
            {zebra} {common} -i {run}/zebra.pid &
            until [ -S {run}/zserv ]; do sleep 0.005; done
            {staticd} {common} -i {run}/staticd.pid &
            until [ -S {run}/staticd.vty ] && [ -S {run}/zebra.vty ]; do sleep 0.005; done
            {find("vtysh")} --vty_socket {run} -f {self.inputs.staticd(shape)}
            wait
        """]

    def drop_objects(self):
        """zebra's next-hop objects, after the routes on them."""
        for protocol in PROTOCOL.values():
            for family in (4, 6):
                self.lab.flush(family, protocol)
        sh("ip nexthop flush >/dev/null 2>&1 || :")

    # --- Works ---

    def row(self, work, shape, people):
        """Those of (name, maker of the argv, keywords) that are installed."""
        row = Row(self.NAMES[work], shape)
        for name, argv, more in people:
            try:
                row.people.append(Who(name, argv(), **more))
            except Absent as e:
                row.absent[name] = str(e)
        return row

    def hgw_twice(self, shape, argv, before, after, changed=False, **more):
        """hgw with one metric where that can be, and spread where it helps."""
        out = []
        if shape.plain():
            file = self.inputs.inventory(shape, changed=changed)
            out.append(("hgw", lambda: [self.hgw, *argv, file],
                        {"before": before and "plain", "after": after, **more}))
        if shape.crowded():
            spread_file = self.inputs.inventory(shape, changed=changed, spread=True)
            kind = "spread" if after == "plain" else after
            out.append((SPREAD, lambda: [self.hgw, *argv, spread_file],
                        {"before": before and "spread", "after": kind, **more}))
        return out

    def apply(self, shape):
        people = self.hgw_twice(shape, ["apply", "-q"], None, "plain")
        load = ["-l", self.inputs.inventory(shape)]
        if shape.plain():
            people += [
                ("floor", lambda: [self.floor, "add", *load, *shape.words()],
                 {"after": "plain", "inner": self.floor_inner}),
                ("ip -batch", lambda: self.ip_batch(shape), {"after": "plain"}),
                ("Go netlink", lambda: self.go("replace", shape),
                 {"after": "plain"}),
                ("BIRD", lambda: self.bird(shape),
                 {"after": "plain", "protocol": PROTOCOL["bird"], "until": "add"}),
            ]
            if shape.n <= (FRR_MAX if shape.gateways == "few" else OBJECTS_MAX):
                people.append(("FRR staticd", lambda: self.frr(shape), {
                    "after": "plain", "protocol": PROTOCOL["frr"], "until": "add",
                    "cleanup": self.drop_objects}))
            if shape.n <= FLANNEL_MAX:
                people.append(("flannel's loop", lambda: self.go(
                    "flannel", shape), {"after": "plain"}))
        if shape.crowded():
            few = Shape(shape.n, "few", shape.family)
            people.append(("floor, few gateways", lambda: [self.floor, "add", *load, *few.words()],
                           {"after": "plain", "shape": few, "inner": self.floor_inner}))
        if (shape.n, shape.gateways) == (100_000, "few"):
            people.append(("hgw, writing", lambda: [self.hgw, "apply", "-q",
                                                    self.inputs.inventory(shape)],
                           {"after": "plain", **self.phase()}))
        return self.row("apply", shape, people)

    def nothing(self, shape):
        people = self.hgw_twice(shape, ["apply", "-q"], "plain", "plain")
        kind = "plain" if shape.plain() else "spread"
        people.append(("floor", lambda: [self.floor, "dump", "-l", self.inputs.inventory(shape),
                                         *shape.words()],
                       {"before": kind, "after": kind, "inner": self.floor_inner}))
        if shape.plain():
            same = {"before": "plain", "after": "plain"}
            people.append(("ip -batch", lambda: self.ip_batch(shape, verb="replace"), same))
            people.append(("Go netlink", lambda: self.go("replace", shape), same))
            if shape.n <= FLANNEL_MAX:
                people.append(("flannel's loop", lambda: self.go("flannel", shape), same))
        return self.row("nothing", shape, people)

    def change(self, shape):
        people = self.hgw_twice(shape, ["apply", "-q"], "plain", "changed", changed=True)
        if shape.plain():
            same = {"before": "plain", "after": "changed"}
            inventory = self.inputs.inventory(shape, changed=True)
            people += [
                ("floor", lambda: [self.floor, "change", "-l", inventory, *shape.words()], same),
                ("ip -batch", lambda: self.ip_batch(shape, verb="replace", changed=True), same),
                ("ip -batch, told which", lambda: self.ip_batch(shape, verb="replace", changed=True,
                                                                only=True), same),
                ("Go netlink", lambda: self.go("replace", shape, "changed"), same),
            ]
            if shape.n <= FLANNEL_MAX:
                people.append(("flannel's loop", lambda: self.go(
                    "flannel", shape, "changed"), same))
        return self.row("change", shape, people)

    def flush(self, shape):
        people = [(name, lambda: [self.hgw, "flush", "-q"], {"before": kind})
                  for name, kind, there in (("hgw", "plain", shape.plain()),
                                            (SPREAD, "spread", shape.crowded())) if there]
        if shape.plain():
            before = {"before": "plain"}
            people += [
                ("floor", lambda: [self.floor, "flush", *shape.words()], before),
                ("ip route flush", lambda: self.ip(f"-{shape.family}", "route", "flush", "proto", "72"),
                 before),
                ("Go netlink", lambda: self.go("flush", shape), before),
            ]
        return self.row("flush", shape, people)

    def verify(self, shape):
        people = self.hgw_twice(shape, ["verify", "-q"], "plain", "plain")
        kind = "plain" if shape.plain() else "spread"
        same = {"before": kind, "after": kind}
        people += [
            ("floor", lambda: [self.floor, "dump", "-l", self.inputs.inventory(shape),
                               *shape.words()], same),
            ("ip route show", lambda: self.ip(f"-{shape.family}", "route", "show", "proto", "72"),
             same),
        ]
        return self.row("verify", shape, people)

    def snapshot(self, shape):
        """The plan from what ip printed, with 1 % changed; the table needs not be there."""
        kind = "plain" if shape.plain() else "spread"
        file = os.path.join(self.inputs.directory, "-".join(shape.words()) + f"-{kind}.json")
        inventory = self.inputs.inventory(shape, changed=True, spread=kind == "spread")
        same = {"before": kind, "after": kind}
        people = [
            ("hgw" if kind == "plain" else SPREAD,
             lambda: [self.hgw, "plan", "--snapshot", file, inventory], same),
            ("jq length", lambda: [find("jq"), "length", file], same),
        ]
        self.table.make(kind, shape)
        sh(f"ip -j -d route show table all >{file}")
        return self.row("snapshot", shape, people)

    def link_down(self, shape):
        def up():
            self.lab.link_up()
        people = [(name, lambda: self.ip("link", "set", "bench0", "down"),
                   {"before": kind, "cleanup": up})
                  for name, kind in (("plain routes", "plain"), (SPREAD, "spread"))]
        return self.row("link_down", shape, people)

    def version(self, shape):
        people = [("hgw", lambda: [self.hgw, "--version"], {}),
                  ("ip -V", lambda: self.ip("-V"), {}),
                  ("true", lambda: [find("true")], {})]
        return self.row("version", shape, people)
