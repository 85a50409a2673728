#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Does the JSON Schema say of each inventory in testdata what hgw says?

Good ones must pass, bad ones must not; but for those below, which hgw refuses
for what a schema cannot express. Those must pass, lest the list grow stale.
"""

import glob
import json
import os
import sys

try:
    import jsonschema
    import yaml
except ImportError as e:
    print(f"skipped: {e} (Debian: python3-jsonschema, python3-yaml)")
    sys.exit(77)

ACROSS = "compares values with each other"
HOST_BITS = "calculates with addresses"
BEYOND = {
    "address-inside": ACROSS,
    "alias": "aliases are YAML",
    "alias-alone": "aliases are YAML",
    "cluster": ACROSS,
    "crlf": HOST_BITS,
    "duplicate-address": ACROSS,
    "duplicate-name": ACROSS,
    "duplicate-subnet": ACROSS,
    "host-bits": HOST_BITS,
    "json-broken-late": "broken as JSON, but not as YAML in flow style",
    "json-newline": "broken as JSON, but not as YAML in flow style",
    "line-separator": HOST_BITS,
    "many": HOST_BITS,
    "mtu-ipv6": ACROSS,
    "multibyte": HOST_BITS,
    "no-gateway": ACROSS,
    "one-long-line": ACROSS,
    "overlap": ACROSS,
    "quotes": HOST_BITS,
    "table-unknown": "asks the host for names",
    "too-many-addresses": "counts addresses by their family",
    "utf16": "UTF-16 is YAML too",
}

HERE = os.path.dirname(os.path.abspath(__file__))
INVENTORIES = os.path.join(HERE, "..", "inventory")


class Loader(yaml.BaseLoader):
    """Scalars as editors read them, by the core schema of YAML 1.2."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(k, deep=True) for k, _ in node.value]
        for key in keys:
            if isinstance(key, (list, dict)) or keys.count(key) > 1:
                raise yaml.YAMLError(f"repeated or strange key {key!r}")
        return super().construct_mapping(node, deep)

    def construct_scalar(self, node):
        value = super().construct_scalar(node)
        if not isinstance(node, yaml.ScalarNode) or node.style is not None:
            return value
        if value in ("", "~", "null", "Null", "NULL"):
            return None
        if value in ("true", "True", "TRUE", "false", "False", "FALSE"):
            return value.lower() == "true"
        for number in (int, float):
            try:
                if all(c in "0123456789.eE+-" for c in value):
                    return number(value)
            except ValueError:
                pass
        return value


def refusal(path, validator):
    """Why the file is refused; None if it is not."""
    try:
        with open(path, "rb") as f:
            data = f.read()
        try:
            document = json.loads(data)
        except ValueError:
            document = yaml.load(data, Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as e:
        return f"cannot be loaded: {e}"
    error = jsonschema.exceptions.best_match(validator.iter_errors(document))
    return error and error.message


def is_native(path):
    return not os.path.basename(path).startswith(("kube-", "flannel-", "configmap-"))


def files(which):
    names = glob.glob(os.path.join(INVENTORIES, which, "*.yaml"))
    names += glob.glob(os.path.join(INVENTORIES, which, "*.json"))
    return sorted(filter(is_native, names))


def main():
    with open(os.path.join(HERE, "inventory.schema.json"), encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    bad = 0
    for path in files("ok"):
        why = refusal(path, validator)
        if why:
            print(f"{path}: good, but the schema says: {why}")
            bad += 1
    for path in files("bad"):
        name = os.path.splitext(os.path.basename(path))[0]
        why = refusal(path, validator)
        if why and name in BEYOND:
            print(f"{path}: on the list, but the schema says: {why}")
            bad += 1
        if not why and name not in BEYOND:
            print(f"{path}: bad, but not to the schema")
            bad += 1
    for name in BEYOND:
        if not glob.glob(os.path.join(INVENTORIES, "bad", name + ".*")):
            print(f"{name}: on the list, but there is no such file")
            bad += 1
    print(f"schema: {len(files('ok'))} good, {len(files('bad'))} bad, {len(BEYOND)} beyond it")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
