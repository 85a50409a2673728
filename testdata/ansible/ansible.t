#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""ansible-core, the module and the example role, against twelve hosts that are namespaces.

TAP. HGW is the binary, the module beside it in ansible/; run from the top of the tree, by
`make integration`. Each host has a network, a mount and a host name of its own; Ansible comes
to it over the network, by connection/agent.py. All of it is in namespaces of the test's own.
"""

import json
import os
import re
import subprocess
import sys
import time

HERE = os.path.abspath(os.path.dirname(__file__))
HGW = os.environ["HGW"]
LIBRARY = os.path.join(os.path.dirname(HGW), "ansible")
SITE = os.path.join(HERE, "site.yml")
AGENT = os.path.join(HERE, "connection", "agent.py")
# Some that YAML would take for something else.
NAMES = ["node1", "no", "0012", "1e3", "null", "node6", "node7", "node8", "node9", "node10", "node11", "node12"]
CONTROLLER = "172.31.0.1"  # which hosts have a default route to
DEAD = {"dead": {"ansible_host": "192.168.31.99", "pod_subnets": "172.31.0.0/24"}}
DEADLINE = 30  # seconds, for what takes a moment; of a machine that does something else


def enter():
    """Starts over in namespaces of our own."""
    if "ANSIBLE_T_INSIDE" in os.environ:
        return
    os.environ["ANSIBLE_T_INSIDE"] = "1"
    for how in (["--user", "--map-root-user", "--propagation", "unchanged"], []):
        how += ["--net", "--mount"]
        if subprocess.run(["unshare", *how, "true"], stderr=subprocess.DEVNULL).returncode == 0:
            os.execvp("unshare", ["unshare", *how, sys.executable, __file__])
    sys.exit("ansible.t: no namespaces here: it takes user namespaces, or root")


def sh(script, *args, check=True):
    return subprocess.run(["sh", "-ec", script, "sh", *map(str, args)], check=check, text=True,
                          stdout=subprocess.PIPE).stdout


class Host:
    """One of the twelve."""

    START = """
        mount -t tmpfs -o mode=0755 run /run
        mount -t tmpfs -o mode=0755 hgw /etc/hgw
        mount -t tmpfs -o mode=0755 bin /usr/local/bin
        hostname "$1"
        ip link set lo up
        exec "$2" "$3"
    """
    NETWORK = """
        ip link add "h$1" type veth peer name eth0 netns "$2"
        ip link set "h$1" master br0 up
        nsenter -t "$2" --net sh -ec '
            ip addr add "192.168.31.$1/24" dev eth0
            ip addr add "10.244.$1.1/24" dev lo
            ip link set eth0 up
            ip route add default via 192.168.31.254
            echo 1 >/proc/sys/net/ipv4/ip_forward || true' sh "$1"
    """

    def __init__(self, number, name):
        self.number, self.name = number, name
        self.agent = subprocess.Popen(
            ["unshare", "--net", "--mount", "--uts", "--propagation", "unchanged",
             "sh", "-ec", self.START, "sh", name, sys.executable, AGENT], stdout=subprocess.PIPE)
        assert self.agent.stdout.readline() == b"ready\n"
        sh(self.NETWORK, number, self.agent.pid)

    def sh(self, script, *args, check=True):
        enter = 'pid=$1; shift; exec nsenter -t "$pid" --net --mount --uts sh -ec "$@"'
        return sh(enter, self.agent.pid, script, "sh", *args, check=check)

    def routes(self):
        return self.sh("ip route show table all type unicast")

    def left(self):
        """What a run has left behind."""
        return self.sh("ls /etc/hgw; ls -d /run/hgw-* /usr/local/bin/* 2>/dev/null || true").split()


def scene():
    """The controller, on a bridge with all hosts. /run and /etc are ours."""
    sh("""
        mount -t tmpfs -o mode=0755 scene /run
        mkdir -p /run/etc /run/home
        cp -a /etc/. /run/etc 2>/dev/null || true
        mkdir -p /run/etc/hgw
        : >/run/home/ansible.cfg
        rm -rf /run/etc/iproute2/rt_protos.d
        mount --bind /run/etc /etc
        ip link set lo up
        ip link add br0 type bridge
        ip addr add 192.168.31.254/24 dev br0
        ip addr add "$1/32" dev lo
        ip link set br0 up
    """, CONTROLLER)
    return {name: Host(number, name) for number, name in enumerate(NAMES, 1)}


def write_inventory(path, more=None, also=None):
    """Ansible's own. more: subnets of the last host; also: hosts. JSON is YAML."""
    hosts = {name: {"ansible_host": f"192.168.31.{n}", "pod_subnets": f"10.244.{n}.0/24"}
             for n, name in enumerate(NAMES, 1)}
    hosts[NAMES[-1]]["pod_subnets"] = ["10.244.12.0/24", *(more or [])]
    variables = {"ansible_connection": "agent", "ansible_python_interpreter": "/usr/bin/python3",
                 "ansible_agent_source": CONTROLLER, "ansible_become": False,
                 "hgw_built": "/run/built.yaml"}
    with open(path, "w", encoding="utf-8") as f:
        lines = [f"    {json.dumps(name)}: {json.dumps(of)}\n" for name, of in {**hosts, **(also or {})}.items()]
        f.write("hgw_nodes:\n  hosts:\n" + "".join(lines) + f"  vars: {json.dumps(variables)}\n")


class Run:
    """Ansible once, from its start to what it has to say of each host."""

    ENV = {"HOME": "/run/home", "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "ANSIBLE_CONFIG": "/run/home/ansible.cfg",
           "ANSIBLE_HOME": "/run/home/.ansible", "ANSIBLE_REMOTE_TMP": "/run/ansible", "ANSIBLE_LIBRARY": LIBRARY,
           "ANSIBLE_CONNECTION_PLUGINS": os.path.dirname(AGENT), "ANSIBLE_FORKS": "6", "ANSIBLE_PIPELINING": "1",
           "ANSIBLE_RETRY_FILES_ENABLED": "0", "ANSIBLE_NOCOLOR": "1"}

    def __init__(self, *command, inventory="/run/hosts.yml"):
        before = time.monotonic()
        done = subprocess.run([command[0], "-i", inventory, *command[1:]], env=self.ENV, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.status, self.out = done.returncode, done.stdout
        self.of = {}
        for name, counts in re.findall(r"^(\S+) +: (ok=.*)$", self.out, re.M):
            self.of[name] = {key: int(n) for key, n in re.findall(r"(\w+)=(\d+)", counts)}
        print(f"# {' '.join(command).replace(HERE + '/', '')}: {time.monotonic() - before:.0f} s", flush=True)

    def hosts(self, key):
        """Those for which a count is not 0."""
        return [name for name in NAMES if self.of.get(name, {}).get(key)]


class Tests:
    """The steps, one after the other: each finds what the one before has left."""

    def __init__(self):
        self.n = self.failed = 0
        self.hosts = {}
        self.run = None

    def is_(self, what, got, wanted):
        self.n += 1
        if got == wanted:
            print(f"ok {self.n} - {what}", flush=True)
            return
        self.failed += 1
        print(f"not ok {self.n} - {what}\n# got    {got!r}\n# wanted {wanted!r}")
        if self.run is not None and self.run.out:
            print("".join(f"# | {line}\n" for line in self.run.out.splitlines()), flush=True)
            self.run.out = ""

    def play(self, *args, inventory="/run/hosts.yml", **extra):
        more = ["-e", json.dumps(extra)] if extra else []
        self.run = Run("ansible-playbook", SITE, *args, *more, inventory=inventory)
        return self.run

    def routes(self):
        return {name: host.routes() for name, host in self.hosts.items()}

    def counts(self, what, **wanted):
        """The hosts for which each count is not 0; those that are not named: none."""
        wanted = {"failed": [], "unreachable": [], "rescued": [], **wanted}
        self.is_(what, {key: self.run.hosts(key) for key in wanted}, wanted)

    def documentation(self):
        run = subprocess.run(
            ["ansible-doc", "-t", "module", "hgw", "--json"], env=Run.ENV, text=True, stdout=subprocess.PIPE)
        documented = sorted(json.loads(run.stdout)["hgw"]["doc"]["options"])
        with open("/run/args", "w", encoding="utf-8") as f:
            f.write('{"": 1}')
        answer = sh('"$1" /run/args || true', os.path.join(LIBRARY, "hgw"))
        known = re.search("include: (.*?)[.]", answer).group(1).split(", ")
        self.is_("ansible-doc has each argument of the module", documented, known)

    def lint(self):
        run = subprocess.run(["yamllint", "-s", "-c", os.path.join(HERE, ".yamllint"), HERE], text=True,
                             stdout=subprocess.PIPE)
        self.is_("yamllint has nothing to say", run.stdout, "")

    def check_mode(self):
        before = self.routes()
        run = self.play("--check", "--diff", hgw_serial="100%")
        self.counts("check mode tells that all would change", changed=NAMES)
        self.is_("and changes no route", self.routes(), before)
        self.is_("and leaves no file", {name for name, host in self.hosts.items() if host.left()}, set())
        self.is_("--diff has the routes", sorted(set(re.findall(r"^\+10\.244\..*", run.out, re.M))),
                 sorted(f"+10.244.{n}.0/24 via 192.168.31.{n} dev eth0 proto 72" for n in range(1, 13)))
        self.is_("and whose they are", len(re.findall(r"^--- before: kernel node9 \(table main, proto 72\)$", run.out,
                                                      re.M)), 1)

    def first(self):
        self.play(hgw_program=HGW)
        self.counts("the first run changes all", changed=NAMES)
        lost = [f"{a.name} to {b.name}" for a, b in self.lost()]
        self.is_("all 132 pairs of pods reach each other", lost, [])
        self.is_("each host has the inventory, and hgw", {" ".join(h.left()) for h in self.hosts.values()},
                 {"inventory.yaml /usr/local/bin/hgw"})
        agree = {h.sh("/usr/local/bin/hgw verify --node \"$(hostname)\" >/dev/null; echo $?") for h in
                 self.hosts.values()}
        self.is_("and hgw on it agrees", agree, {"0\n"})

    def lost(self):
        """The pairs between whose pods no packet gets through."""
        script = 'for n in "$@"; do ping -n -q -c 1 -W 10 -I "10.244.$me.1" "10.244.$n.1" >/dev/null || echo $n; done'
        for a in self.hosts.values():
            others = [b for b in self.hosts.values() if b is not a]
            failed = a.sh(f"me={a.number}; {script}", *[b.number for b in others]).split()
            yield from ((a, b) for b in others if str(b.number) in failed)

    def second(self):
        before = self.routes()
        self.play(hgw_program=HGW, hgw_serial="100%")
        self.counts("the second run changes none", changed=[])
        self.is_("and no route", self.routes(), before)

    def broken(self):
        """The last host has one subnet more, and four hosts are not as they should be."""
        shadowed, taken = self.hosts["0012"], self.hosts["1e3"]
        shadowed.sh("ip route add 10.245.12.128/25 via 192.168.31.9")
        taken.sh("ip route add 10.245.12.0/24 via 192.168.31.9")
        # These two do not hear each other any more.
        sh("for port in h7 h9; do ip link set $port type bridge_slave isolated on; done")
        broken = ["0012", "1e3", "node7", "node9"]
        before = self.routes()
        write_inventory("/run/more.yml", ["10.245.12.0/24"])
        self.play(inventory="/run/more.yml", hgw_retry=0)
        self.counts("broken hosts fail alone", failed=broken, rescued=broken,
                    changed=[name for name in NAMES if name != "1e3"])
        verify, apply = "Verify that packets go where it says: .* checks? fails?", "Apply it, and go back unless"
        why = [f"{verify}.*shadowed 10.245.12.0/24", f"{apply} confirmed: 1 route of others is in the way",
               f"{verify}.*neighbour 10.244.9.0/24", f"{verify}.*neighbour 10.244.7.0/24"]
        self.is_("why is told", [name for name, text in zip(broken, why) if not
                                 re.search(f'fatal: .{name}.: FAILED! => .*"msg": "{text}', self.run.out)], [])
        after = self.routes()
        self.is_("and have the routes they had", [name for name in broken if after[name] != before[name]], [])
        well = [name for name in NAMES if name not in broken]
        self.is_("the others have the new one", [name for name in NAMES if "10.245.12.0/24 via 192.168.31.12 dev eth0 "
                                                 "proto 72" in after[name]], well[:-1])
        held = [name for name in NAMES if "10.245.12.0/24" in self.hosts[name].sh("cat /etc/hgw/inventory.yaml")]
        self.is_("and the new inventory", held, well)
        shadowed.sh("ip route del 10.245.12.128/25")
        taken.sh("ip route del 10.245.12.0/24")
        sh("for port in h7 h9; do ip link set $port type bridge_slave isolated off; done")

    def repaired(self):
        self.play("--limit", "0012,1e3,node7,node9", inventory="/run/more.yml", hgw_serial="100%")
        self.counts("once repaired they come through", changed=["0012", "1e3", "node7", "node9"])

    def cut_off(self):
        """A route that takes the answers to Ansible away."""
        host = self.hosts["node6"]
        before = host.routes()
        write_inventory("/run/dead.yml", ["10.245.12.0/24"], DEAD)
        self.play("--limit", "node6", inventory="/run/dead.yml", ansible_agent_timeout=6, hgw_confirm_within=12)
        self.is_("a host that cuts itself off is lost", re.findall(
            r"TASK .hgw : Apply it, .*\n(fatal: .node6.).*(?:no sign of life|cannot connect)", self.run.out),
            ["fatal: [node6]"])
        end = time.monotonic() + DEADLINE
        while host.routes() != before and time.monotonic() < end:
            time.sleep(0.2)
        self.is_("and goes back by itself", host.routes(), before)
        self.is_("for it was not confirmed", host.sh("/usr/local/bin/hgw apply --confirm 2>/dev/null || echo $?"),
                 "3\n")

    def flushed(self):
        for args, changed in (["--check"], 12), ([], 12), ([], 0):
            self.run = Run("ansible", "hgw_nodes", "-m", "hgw", "-a", "state=flushed", *args)
            self.is_(f"flushed {' '.join(args)} changes {changed}", len(re.findall(r"^\S+ [|] CHANGED =>", self.run.out,
                                                                               re.M)), changed)
        self.is_("and none of ours is left", [n for n, h in self.hosts.items() if "proto 72" in h.routes()], [])


def main():
    enter()
    tests = Tests()
    started = []
    try:
        tests.hosts = scene()
        started = list(tests.hosts.values())
        write_inventory("/run/hosts.yml")
        for step in (tests.documentation, tests.lint, tests.check_mode, tests.first, tests.second, tests.broken,
                     tests.repaired, tests.cut_off, tests.flushed):
            step()
        print(f"1..{tests.n}")
    finally:
        for host in started:
            host.agent.kill()
            host.agent.wait()
    sys.exit(1 if tests.failed else 0)


if __name__ == "__main__":
    main()
