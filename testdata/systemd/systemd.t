#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The units as `make install` leaves them, under systemd itself.

set -eu
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
make -s install DESTDIR="$stage" >&2
sh testdata/systemd/boot.sh -a "$stage" testdata/systemd/units.sh
