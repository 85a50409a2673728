# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What tests in sh print: TAP. To be sourced; `done_testing` ends it.

tap_n=0 tap_failed=0

# STATUS NAME TEXT: the text says why, where the status is not 0.
tap_case() {
  tap_n=$((tap_n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $tap_n - $2"
  else
    echo "not ok $tap_n - $2"
    printf '%s\n' "$3" | sed 's/^/# /'
    tap_failed=$((tap_failed + 1))
  fi
}

# NAME COMMAND...: the command succeeds.
ok() {
  tap_name=$1
  shift
  tap_status=0
  tap_out=$("$@" 2>&1) || tap_status=$?
  tap_case "$tap_status" "$tap_name" "$*: $tap_status
$tap_out"
}

# NAME GOT WANTED: two texts are the same.
is() {
  tap_status=0
  [ "$2" = "$3" ] || tap_status=1
  tap_case "$tap_status" "$1" "got:
$2
wanted:
$3"
}

# NAME TEXT PATTERN: a line of the text matches, as grep -E has it.
like() {
  tap_status=0
  printf '%s\n' "$2" | grep -Eq -e "$3" || tap_status=1
  tap_case "$tap_status" "$1" "no $3 in:
$2"
}

done_testing() {
  echo "1..$tap_n"
  exit $((tap_failed > 0))
}
