# SPDX-License-Identifier: MIT
"""The same routes as files: inventories, lines of ip, configurations of BIRD and
FRR. The arithmetic is that of src/floor_bench.c, and the sum over the table tells
if it is not."""

import ipaddress
import os

FEW = 5
CHANGED = 100


def gateway_index(shape, i, changed):
    moved = changed and i % CHANGED == 0
    if shape.gateways == "distinct":
        return shape.n + i if moved else i
    return (i + 1 if moved else i) % FEW


def gateway(shape, index):
    if shape.family == 4:
        return str(ipaddress.IPv4Address((10 << 24) + 2 + index))
    return str(ipaddress.IPv6Address((0xfd00 << 112) + 2 + index))


def subnet(shape, i):
    if shape.family == 4:
        value = (100 << 24) + (i << 8)
        return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.0/24"
    # As the kernel would write it, which is the shortest form.
    return f"{ipaddress.IPv6Address((0xfd01 << 112) + (i << 64))}/64"


def routes(shape, changed=False):
    for i in range(shape.n):
        yield i, subnet(shape, i), gateway(shape, gateway_index(shape, i, changed))


def inventory(shape, changed, spread):
    if spread:
        yield "network:\n  metric: spread\n"
    own = gateway(shape, -1)
    yield f"nodes:\n- name: self\n  address: {own}\n"
    if shape.gateways == "distinct":
        for i, dst, via in routes(shape, changed):
            yield f"- name: node{i}\n  address: {via}\n  subnet: {dst}\n"
        return
    behind = {}
    for _, dst, via in routes(shape, changed):
        behind.setdefault(via, []).append(dst)
    for k, (via, subnets) in enumerate(behind.items()):
        yield f"- name: node{k}\n  address: {via}\n  subnets:\n"
        yield from (f"  - {dst}\n" for dst in subnets)


def batch(shape, verb, changed, only):
    for i, dst, via in routes(shape, changed):
        if not only or i % CHANGED == 0:
            yield f"route {verb} {dst} via {via} dev bench0 proto 72\n"


def bird(shape):
    yield (f"log \"/dev/null\" all;\nrouter id 10.0.0.1;\nprotocol device {{ }}\n"
           f"protocol kernel {{ scan time 3600; ipv{shape.family} {{ import none; export all; }}; }}\n"
           f"protocol static {{ ipv{shape.family};\n")
    yield from (f"route {dst} via {via};\n" for _, dst, via in routes(shape))
    yield "}\n"


def staticd(shape):
    word = "ip" if shape.family == 4 else "ipv6"
    yield from (f"{word} route {dst} {via}\n" for _, dst, via in routes(shape))


class Inputs:
    """Files below a directory, each made when it is first asked for."""

    def __init__(self, directory):
        self.directory = os.path.abspath(directory)
        os.makedirs(directory, exist_ok=True)

    def file(self, shape, name, lines):
        path = os.path.join(self.directory, f"{'-'.join(shape.words())}-{name}")
        if not os.path.exists(path):
            with open(path + ".new", "w") as f:
                f.writelines(lines)
            os.rename(path + ".new", path)
        return path

    def inventory(self, shape, changed=False, spread=False):
        name = "-changed" * changed + "-spread" * spread
        return self.file(shape, f"inventory{name}.yaml", inventory(shape, changed, spread))

    def batch(self, shape, verb="add", changed=False, only=False):
        name = verb + "-changed" * changed + "-only" * only
        return self.file(shape, f"{name}.ip", batch(shape, verb, changed, only))

    def bird(self, shape):
        return self.file(shape, "bird.conf", bird(shape))

    def staticd(self, shape):
        return self.file(shape, "staticd.conf", staticd(shape))
