#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The user-data, given to cloud-init on a machine of its own.

set -eu
dir=build/cloud-init-test
trap 'rm -rf "$dir"' EXIT
rm -rf "$dir"
mkdir -p "$dir"
make -s deb >&2
cp build/hgw_*.deb "$dir/hgw.deb"
sh testdata/systemd/boot.sh testdata/cloud-init/run.sh "$dir/hgw.deb"
