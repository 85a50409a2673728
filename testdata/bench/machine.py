# SPDX-License-Identifier: MIT
"""What the figures were measured on and with."""

import datetime
import os
import platform
import subprocess

from lab import version


def first(path, key):
    with open(path) as f:
        for line in f:
            if line.startswith(key):
                return line.split(":", 1)[-1].split("=", 1)[-1].strip().strip('"')
    return None


def package(name):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True,
                          text=True)
    return done.stdout.strip() or None


def about(lab):
    path = os.environ.get("PATH", "")
    os.environ["PATH"] = path + ":/usr/sbin:/sbin:/usr/lib/frr"
    git = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True)
    memory = int(first("/proc/meminfo", "MemTotal").split()[0]) // 1024 // 1024
    programs = {
        "hgw": f"{version(lab.hgw, '--version')} ({git.stdout.strip() or 'no git'})",
        "iproute2": version("ip", "-V"),
        "BIRD": version("bird", "--version"),
        "FRR": version("zebra", "--version"),
        "Go": version("go", "version"),
        "Go netlink": package("golang-github-vishvananda-netlink-dev"),
        "libcyaml": package("libcyaml1"),
        "jq": version("jq", "--version"),
        "iperf3": version("iperf3", "--version"),
    }
    return {
        "date": datetime.date.today().isoformat(),
        "processor": first("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": os.cpu_count(),
        "memory": f"{memory} GiB",
        "kernel": platform.release(),
        "system": first("/etc/os-release", "PRETTY_NAME"),
        "programs": programs,
    }
