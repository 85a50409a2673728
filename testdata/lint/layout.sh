#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the layout of the code promises and no compiler checks: which layer may
# include which, who alone talks to a library, that src/ neither prints nor
# exits. Run by `make lint` from the top of the tree.

set -eu

bad=0

# complain PLACES TEXT, each place on a line.
complain() {
  printf '%s\n' "$1" | sed "s|\$|: $2|" >&2
  bad=1
}

# FILE:LINE:TEXT of the code in files, without comments and the insides of strings.
code() {
  awk '
    FNR == 1 { inside = 0 }
    {
      line = $0
      if (line !~ /^#[ \t]*include/) gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
      if (inside) { if (sub(/^.*\*\//, "", line)) inside = 0; else next }
      gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
      if (sub(/\/\*.*/, "", line)) inside = 1
      sub(/\/\/.*/, "", line)
      if (line ~ /[^ \t]/) print FILENAME ":" FNR ":" line
    }' "$@"
}

# no REGEX TEXT FILE...: code that matches is a fault.
no() {
  regex=$1 text=$2
  shift 2
  [ $# -gt 0 ] || return 0
  if hits=$(code "$@" | grep -E -- "$regex"); then
    complain "$hits" "$text"
  fi
}

# What ships of include/, src/ and cmd/, less tests and their like: those that
# match the one regex and not the other.
files() {
  find include src cmd -name '*.[ch]' |
    grep -vE '(_test|_fuzz|_bench)\.[ch]$|^src/(testns|fuzz_main)\.' |
    grep -E -- "$1" | grep -vE -- "${2:-^$}" | sort
}

# shellcheck disable=SC2046 # no name of ours has a space in it
check() {
  no "$1" "$2" $(files "$3" "${4:-}")
}

# --- Layers ------------------------------------------------------------------
# The module NAME is NAME.h, NAME.c, NAME_*.c and NAME_*.h. It may include what
# is on its own line and on those above.

layers='
compiler progress
err hash names prefix diag rundir
route
fib
inventory snapshot settings kernel lock
self actual desired probe
mesh mtus trace
plan planfile
undo guard apply verify journal
output
'

rank() {
  printf '%s\n' "$layers" | awk -v file="$1" '
    BEGIN { sub(/.*\//, "", file); sub(/\.[ch]$/, "", file); sub(/_.*/, "", file) }
    { for (i = 1; i <= NF; i++) if ($i == file) { print NR; exit } }'
}

for file in $(files '^(include|src)/'); do
  own=$(rank "$file")
  if [ -z "$own" ]; then
    complain "$file" 'on no layer; give it one in testdata/lint/layout.sh'
    continue
  fi
  # shellcheck disable=SC2013 # nor has a header's
  for header in $(sed -n 's/^#[ \t]*include[ \t]*"\(.*\)".*/\1/p' "$file"); do
    other=$(rank "$header")
    [ "${other:-99}" -le "$own" ] || complain "$file" "includes $header, which is above it"
  done
done

# --- Libraries ---------------------------------------------------------------

check '#[ \t]*include[ \t]*<netlink/' 'only src/kernel*.c may know libnl' '' '^src/kernel'
check '#[ \t]*include[ \t]*<(cyaml/|yaml\.h)' 'only src/inventory*.c may know YAML' '' \
  '^src/inventory'
check '#[ \t]*include[ \t]*<jansson\.h' 'only where JSON is read or written' '' \
  '^src/([a-z]+_json|output_json|snapshot)|^cmd/module'

# --- No file of src/ prints or ends the process ------------------------------

word='(^|[^A-Za-z0-9_])'
check "$word((v?printf|puts|putchar|perror|_?exit|_Exit|abort|errx?|warnx?)[ \t]*\\(|(stdout|stderr)([^A-Za-z0-9_]|\$))" \
  'src/ neither prints nor exits' '^src/'

# --- The like ----------------------------------------------------------------

while read -r file; do
  head -n 1 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
    complain "$file:1" 'to be the line with the licence'
done <<END
$(find include src cmd -name '*.[ch]')
END

hits=$(awk '/^  -[a-z]/ && before !~ /^  [#-]/ { print FILENAME ":" NR } { before = $0 }' .clang-tidy)
[ -z "$hits" ] || complain "$hits" 'a check is left out without a reason'

exit $bad
