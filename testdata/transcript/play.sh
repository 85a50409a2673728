#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Runs the commands of a session, and prints it as it goes here: lines that begin
# with "$ ", those that go on from one, with "> ", and what they say.

shown='' command='' status=0

# $? is that of the command before.
run() {
  [ -z "$shown" ] || printf '%s\n' "$shown"
  eval "(exit $status); $command" </dev/null
  status=$?
}

while IFS= read -r line; do
  case $line in
  '$ '*)
    run
    shown=$line command=${line#??}
    ;;
  '> '*)
    shown="$shown
$line"
    command="$command
${line#??}"
    ;;
  esac
done <"$1"
run
