#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `hgw show -o dot` prints is drawn by Graphviz, with what is wrong in red."""

import os
import re
import subprocess
import sys

HGW = os.environ["HGW"]
INVENTORY = """\
nodes:
  - {name: node1, addresses: [192.168.31.62, "fd00:31::62"], subnets: [10.244.0.0/24, "fd00:10:244::/64"]}
  - {name: node2, addresses: [192.168.31.63, "fd00:31::63"], subnets: [10.244.1.0/24, "fd00:10:244:1::/64"]}
  - {name: 'a "b" \\n <c> & |d|', address: 192.168.31.61, subnets: [10.244.2.0/24, 10.244.3.0/24]}
"""
SNAPSHOT = """\
10.244.0.0/24 dev cni0 proto kernel scope link src 10.244.0.1
10.244.1.0/24 via 192.168.31.63 dev ens33 proto 72
10.244.2.0/24 via 192.168.31.99 dev ens33 proto 72
10.244.9.0/24 via 192.168.31.63 dev ens33 proto 72
192.168.31.0/24 dev ens33 proto kernel scope link src 192.168.31.62
"""
failures = 0
number = 0


def ok(good, name, *notes):
    global failures, number
    number += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {number} - {name}")
    for note in notes if not good else ():
        print("#", str(note).replace("\n", "\n# "))


def dot(graph, form):
    return subprocess.run(["dot", "-T" + form], input=graph, capture_output=True, text=True)


def mesh():
    os.mkdir("hosts")
    with open("hosts/node1.txt", "w", encoding="utf-8") as f:
        f.write(SNAPSHOT)
    with open("hosts/node2.txt", "w", encoding="utf-8") as f:
        f.write("10.244.1.0/24 dev cni0 proto kernel scope link src 10.244.1.1\n"
                "192.168.31.0/24 dev ens33 proto kernel scope link src 192.168.31.63\n")
    run = subprocess.run([HGW, "show", "-4", "-o", "dot", "--snapshot", "hosts", "inventory.yaml"],
                         capture_output=True, text=True)
    svg = dot(run.stdout, "svg")
    ok(run.returncode == 0 and svg.returncode == 0 and not svg.stderr, "all hosts at once", run.stderr, svg.stderr)
    red = set(re.findall(r'<text[^>]*fill="#cc0000">([^<]*)</text>', svg.stdout))
    ok("black hole" in red, "who does not get to whom is red", red)
    ok("no snapshot" in svg.stdout, "a host that is not known is told", svg.stdout)


def main():
    with open("inventory.yaml", "w", encoding="utf-8") as f:
        f.write(INVENTORY)
    with open("node1.txt", "w", encoding="utf-8") as f:
        f.write(SNAPSHOT)
    run = subprocess.run(
        [HGW, "show", "-4", "-o", "dot", "--node", "node1", "--snapshot", "node1.txt", "inventory.yaml"],
        capture_output=True, text=True)
    ok(run.returncode == 0, "show -o dot", run.stderr)
    plain, svg = dot(run.stdout, "plain"), dot(run.stdout, "svg")
    ok(plain.returncode == 0 and not plain.stderr, "dot takes it without a warning", plain.stderr)
    ok(svg.returncode == 0 and "</svg>" in svg.stdout, "and draws it", svg.stderr)
    for text in ("node1", "node2", "a &quot;b&quot; \\n &lt;c&gt; &amp; |d|", "192.168.31.63", "10.244.1.0/24", "ens33"):
        ok(f">{text}</text>" in svg.stdout, f"with {text}", svg.stdout)
    red = {m for m in re.findall(r'<text[^>]*fill="#cc0000">([^<]*)</text>', svg.stdout) if "/24" in m}
    ok({m.split(":")[0].split()[0] for m in red if m.startswith("10.244.")} == {"10.244.2.0/24", "10.244.3.0/24", "10.244.9.0/24"},
       "those in red are the faulty ones", red)
    mesh()
    print(f"1..{number}")
    return failures > 0


if __name__ == "__main__":
    import tempfile
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        sys.exit(main())
