#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The recipes of the manual: it and the files here are the same, and what they
# have a runner do is done, on a machine of its own.

set -eu
# shellcheck source=testdata/tap.sh
. testdata/tap.sh
dir=build/ci-test
trap 'rm -rf "$dir"' EXIT
rm -rf "$dir"
mkdir -p "$dir"

# The block of the manual that begins with line $1.
manual() {
  awk -v first="$1" '$0 == first { on = 1 } on && $0 == ".Ed" { exit } on' man/hgw.8 |
    sed 's/\\e/\\/g'
}
for recipe in github gitlab; do
  file=testdata/ci/$recipe.yml
  is "$recipe: the manual has the same" \
    "$(manual "$(sed -n 2p $file)")" "$(sed 1d $file)"
  ok "$recipe: yamllint" yamllint --strict -d \
    '{extends: default, rules: {document-start: disable, truthy: {check-keys: false}}}' $file
done

python3 testdata/ci/scripts.py "$dir"
make -s deb >&2
cp build/hgw_*.deb "$dir/hgw.deb"
status=0
sh testdata/systemd/boot.sh testdata/ci/run.sh "$dir" >"$dir/tap" || status=$?
ok 'the pipelines run' [ "$status" -le 1 ]
while read -r line; do
  case $line in
  'ok '*) ok "${line#*- }" true ;;
  'not ok '*) tap_case 1 "${line#*- }" 'as follows' ;;
  '#'*) echo "$line" ;;
  esac
done <"$dir/tap"
done_testing
