# SPDX-License-Identifier: MIT
"""Where the benchmark runs: a network namespace of its own, commands that are
measured there, and what the kernel says is in the table afterwards."""

import dataclasses
import os
import re
import shutil
import signal
import subprocess
import sys

PROTOCOL = {"hgw": 72, "bird": 12, "frr": 196}
# The kernel finds equal IPv4 next hops through one chain: the time to make so many
# that differ in the gateway alone grows with their square, and so it does to
# delete a namespace that has them.
PLAIN_MAX = 10_000
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LIMIT = 120  # seconds that one command may take


class Wrong(Exception):
    """Something did not do what is being measured; the figure would be none."""


class Absent(Exception):
    """A peer that is not installed or cannot run here."""


class OutOfTime(Exception):
    """The time that was given is up."""


def enter(script_arguments):
    """Go on in namespaces of our own, which end with this process."""
    host = os.readlink("/proc/self/ns/net")
    if os.environ.get("BENCH_HOST"):
        if os.environ["BENCH_HOST"] == host:
            sys.exit("bench: still in the namespace of the host")
        return
    os.environ["BENCH_HOST"] = host
    user = ["--user", "--map-root-user"]
    # Root needs no user namespace, and FRR not be in one.
    for extra in ([], user) if os.geteuid() == 0 else (user,):
        command = ["unshare", *extra, "--net", "--mount", "--"]
        if subprocess.run([*command, "true"], stderr=subprocess.DEVNULL).returncode == 0:
            os.execvp("unshare", [*command, sys.executable, *script_arguments])
    sys.exit("bench: no network namespaces here (they need root, or user namespaces)")


def private_run():
    """The locks of hgw, the names of ip-netns and what FRR leaves are nobody else's."""
    sh("""
        mount --make-rprivate /
        mount -t tmpfs -o mode=0755 bench /run
        mkdir -p /run/bench
        mount -t tmpfs -o mode=1777 bench /var/tmp
    """)


def sh(script, check=True):
    done = subprocess.run(["sh", "-euc", script], capture_output=True, text=True)
    if check and done.returncode != 0:
        raise Wrong(f"{script}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


class Run(dict):
    """What one command took: wall, cpu (seconds), peak (KiB), inner (seconds in
    the kernel where the command says so)."""


class Lab:
    def __init__(self, hgw, tools, work):
        self.hgw = os.path.abspath(hgw)
        self.tools = os.path.abspath(tools)
        self.work = os.path.abspath(work)
        self.floor = os.path.join(self.tools, "floor_bench")
        self.timer = os.path.join(self.tools, "time_bench")
        self.state = None
        self.deadline = None
        os.makedirs(self.work, exist_ok=True)

    # --- The namespace ---

    def set_up(self):
        private_run()
        sh("""
            ip link set lo up
            ip link add bench0 type veth peer name bench1
            ip link set bench1 up
            ip addr add 10.0.0.1/8 dev bench0
        """)
        self.link_up()

    def link_up(self):
        """IPv6 addresses go with the link."""
        sh("""
            ip link set bench0 up
            ip addr replace fd00::1/64 dev bench0 nodad
            until ip route show dev bench0 | grep -q ^10.0.0.0/8 &&
                ip link show dev bench0 | grep -q LOWER_UP; do sleep 0.05; done
        """)

    def tear_down(self):
        """Routes go one by one, before the namespace does; nothing cuts that short."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        for family in "46":
            for protocol in (*PROTOCOL.values(), 4):
                self.flush(family, protocol)

    # --- Commands ---

    def run(self, argv, until=None, env=None):
        """Runs one command under the timer. until: (family, protocol, count,
        "add" or "delete"): a daemon, measured until the routes are there."""
        result = os.path.join(self.work, "time")
        options = ["-t", str(LIMIT)]
        if until:
            family, protocol, count, what = until
            options += ["-f", str(family), "-p", str(protocol), "-n", str(count)]
            options += ["-d"] if what == "delete" else []
        if self.deadline and self.deadline.passed():
            raise OutOfTime
        out_path = os.path.join(self.work, "out")
        with open(out_path, "wb") as out, open(os.path.join(self.work, "err"), "wb") as err:
            timer = subprocess.Popen([self.timer, *options, result, *map(str, argv)],
                                     stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                     env={**os.environ, **(env or {})})
            try:
                timer.wait()
            except BaseException:
                timer.terminate()   # and it all that it has started
                timer.wait()
                raise
        said = open(os.path.join(self.work, "err"), errors="replace").read().strip()
        if timer.returncode != 0:
            raise Wrong(f"time_bench: {said}")
        status, wall, user, system, peak = open(result).read().split()
        if status != "0":
            why = {"124": "not done in time", "125": "notifications were lost"}
            raise Wrong(f"{why.get(status, 'status ' + status)}: {said[-500:]}")
        return Run(wall=float(wall), cpu=float(user) + float(system), peak=int(peak))

    def printed(self, size=4096):
        with open(os.path.join(self.work, "out"), errors="replace") as f:
            return f.read(size)

    def ask_floor(self, *argv):
        done = subprocess.run([self.floor, *map(str, argv)], capture_output=True, text=True)
        if done.returncode != 0:
            raise Wrong(f"floor_bench {' '.join(map(str, argv))}: {done.stderr.strip()}")
        seconds, count, total = done.stdout.split()
        return float(seconds), int(count), total

    # --- The table ---

    def flush(self, family, protocol=PROTOCOL["hgw"]):
        self.ask_floor("flush", "-p", protocol, family, 0, "few")

    def count(self, family, protocol=PROTOCOL["hgw"]):
        return self.ask_floor("dump", "-p", protocol, family, 0, "few")[1]

    def check(self, shape, protocol=PROTOCOL["hgw"], changed=False):
        """That the kernel has these routes, all of them, and no other of the protocol."""
        have = self.ask_floor("sum", "-p", protocol, *shape.words())[1:]
        want = self.ask_floor("expect", *(["-c"] if changed else []), *shape.words())[1:]
        if have != want:
            raise Wrong(f"the table has {have[0]} routes, and {want[0]} were to be there"
                        if have[0] != want[0] else "the table has other routes than it should")


@dataclasses.dataclass(frozen=True)
class Shape:
    """How many routes, over how many gateways, of which family."""

    n: int
    gateways: str
    family: int

    def words(self):
        return [str(self.family), str(self.n), self.gateways]

    def plain(self):
        """Whether they can be written with one metric."""
        return self.family == 6 or self.gateways == "few" or self.n <= PLAIN_MAX

    def crowded(self):
        """Whether next hops share the one chain."""
        return self.family == 4 and self.gateways == "distinct"

    def __str__(self):
        return f"{self.n:,} IPv{self.family}, {self.gateways} gateway{'s' * (self.gateways == 'few')}"


def find(name, *places):
    path = shutil.which(name, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin",
                                                    *places]))
    if not path:
        raise Absent(f"{name} is not installed")
    return path


def is_root_of_host():
    """Not merely in a user namespace of ours."""
    with open("/proc/self/uid_map") as f:
        return f.read().split() == ["0", "0", "4294967295"]


def version(*argv):
    """The first thing in what a program prints that looks like a version."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True)
    except OSError:
        return None
    found = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return found.group() if found else None


def on_signals():
    """Ctrl-C and TERM end the benchmark the orderly way."""
    def stop(number, _frame):
        signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt
    for number in SIGNALS:
        signal.signal(number, stop)
