# SPDX-License-Identifier: MIT
"""What the mode is for: two pods on two hosts, which are namespaces over one link.
The same packets by the routes that hgw makes, through a vxlan device made as flannel
makes it, and from host to host without pods."""

import json
import os
import re
import subprocess
import time

from lab import Absent, Wrong, find, sh

HOSTS = {"1": "2", "2": "1"}
SETUP = """
    ip netns add host1; ip netns add host2
    ip link add ens33 netns host1 type veth peer name ens33 netns host2
    for n in 1 2; do
        on="nsenter --net=/run/netns/host$n --"
        ip netns add pod$n
        $on sh -euc "
            ip link set lo up
            ip addr add 192.168.31.$n/24 dev ens33
            ip link set ens33 up
            ip link add cni0 type bridge
            ip addr add 10.244.$n.1/24 dev cni0
            ip link set cni0 up
            ip link add veth0 type veth peer name eth0 netns pod$n
            ip link set veth0 master cni0 up
            echo 1 >/proc/sys/net/ipv4/ip_forward
            echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
            ip link add flannel.1 type vxlan id 1 local 192.168.31.$n dev ens33 dstport 8472 nolearning
            ip link set flannel.1 address 02:00:00:00:00:0$n
            ip addr add 10.244.$n.0/32 dev flannel.1
            ip link set flannel.1 up
        "
        nsenter --net=/run/netns/pod$n -- sh -euc "
            ip link set lo up
            ip addr add 10.244.$n.2/24 dev eth0
            ip link set eth0 up
            ip route add default via 10.244.$n.1
        "
    done
"""
INVENTORY = """nodes:
- {name: host1, address: 192.168.31.1, subnet: 10.244.1.0/24}
- {name: host2, address: 192.168.31.2, subnet: 10.244.2.0/24}
"""
WAYS = ["bare link", "host-gw", "vxlan"]


def on(where, *argv):
    return ["nsenter", f"--net=/run/netns/{where}", "--", *argv]


class Pods:
    def __init__(self, lab, seconds, echoes):
        self.lab, self.seconds, self.echoes = lab, seconds, echoes
        self.iperf, self.ping = find("iperf3"), find("ping")
        find("nsenter")
        self.inventory = os.path.join(lab.work, "pods.yaml")
        with open(self.inventory, "w") as f:
            f.write(INVENTORY)
        sh(SETUP)

    def hgw(self, n, *argv):
        command = on(f"host{n}", self.lab.hgw, *argv)
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise Wrong(f"{' '.join(command)}: {done.stderr.strip()}")

    def go_by(self, way):
        """From where to which address the packets go."""
        if way == "bare link":
            return "host1", "host2", "192.168.31.2"
        for n, other in HOSTS.items():
            # As flannel does: a route and a neighbour on the device, and where its host is.
            vxlan = f"10.244.{other}.0/24 via 10.244.{other}.0 dev flannel.1 onlink"
            if way == "vxlan":
                self.hgw(n, "flush", "-q")
                sh(f"""nsenter --net=/run/netns/host{n} -- sh -euc '
                    ip route replace {vxlan}
                    ip neigh replace 10.244.{other}.0 lladdr 02:00:00:00:00:0{other} dev flannel.1
                    bridge fdb replace 02:00:00:00:00:0{other} dev flannel.1 dst 192.168.31.{other}
                '""")
            else:
                sh(f"nsenter --net=/run/netns/host{n} -- ip route del {vxlan}", check=False)
                self.hgw(n, "apply", "-q", "--node", f"host{n}", self.inventory)
            mtu = 1450 if way == "vxlan" else 1500
            sh(f"nsenter --net=/run/netns/pod{n} -- ip link set eth0 mtu {mtu}")
        self.sure(way)
        return "pod1", "pod2", "10.244.2.2"

    def sure(self, way):
        """That the packets would go this way and no other."""
        told = sh("nsenter --net=/run/netns/host1 -- ip route get 10.244.2.2")
        device = {"host-gw": "ens33", "vxlan": "flannel.1"}[way]
        if f"dev {device} " not in told:
            raise Wrong(f"{way}: {told.strip()}")

    def iperf3(self, source, sink, address, *more):
        server = subprocess.Popen(on(sink, self.iperf, "-s", "-1", "-B", address),
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                if address in sh(f"nsenter --net=/run/netns/{sink} -- ss -Hltn 'sport = 5201'"):
                    break
                time.sleep(0.05)
            done = subprocess.run(on(source, self.iperf, "-c", address, "-J", "-t",
                                     str(self.seconds), *more),
                                  capture_output=True, text=True, timeout=60 + 2 * self.seconds)
            if done.returncode != 0:
                raise Wrong(f"iperf3: {done.stdout[-300:]}")
            return json.loads(done.stdout)["end"]
        finally:
            server.terminate()
            server.wait()

    def figures(self, way):
        path = self.go_by(way)
        tcp = self.iperf3(*path)["sum_received"]["bits_per_second"]
        udp = self.iperf3(*path, "-u", "-b", "0", "-l", "64")["sum"]
        came = (udp["packets"] - udp["lost_packets"]) / udp["seconds"]
        echo = subprocess.run(on(path[0], self.ping, "-q", "-f", "-c", str(self.echoes), path[2]),
                              capture_output=True, text=True)
        found = re.search(r"= [\d.]+/([\d.]+)/", echo.stdout)
        if echo.returncode != 0 or not found:
            raise Wrong(f"{way}: ping: {echo.stdout.strip()[-300:]}")
        return {"goodput": tcp, "packets": came, "round trip": float(found.group(1)) / 1000}


def measure(lab, results, quick=False):
    """The three ways in turns; the figures to results."""
    if results.data["pods"].get("figures"):
        return
    try:
        pods = Pods(lab, seconds=1 if quick else 3, echoes=1_000 if quick else 20_000)
    except Absent as e:
        results.data["pods"] = {"absent": str(e)}
        return
    figures = {way: [] for way in WAYS}
    for _ in range(1 if quick else 5):
        for way in WAYS:
            figures[way].append(pods.figures(way))
    results.data["pods"] = {"figures": figures}
    results.write()
    for way, runs in figures.items():
        print(f"{'pods':16} {way:32} " + ", ".join(
            f"{k} {runs[len(runs) // 2][k]:.4g}" for k in runs[0]), flush=True)
