#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Draws demo.svg, the picture in the README, from a run of the demo. With --check:
# runs the demo, which ends with its status, and compares what the picture would be.

set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

rc=0
sh "$here/demo.sh" >"$work/demo.txt" || rc=$?
if [ "$rc" != 0 ]; then
  cat "$work/demo.txt"
  exit "$rc"
fi
awk -f "$here/picture.awk" "$work/demo.txt" >"$work/demo.svg"
if [ "${1:-}" != --check ]; then
  cp "$work/demo.svg" "$here/demo.svg"
elif ! diff -u "$here/demo.svg" "$work/demo.svg"; then
  echo 'the picture is not what the demo prints any more; draw it again: make picture' >&2
  exit 1
fi
