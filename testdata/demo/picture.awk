# SPDX-License-Identifier: MIT
#
# What demo.sh prints, on to a terminal of SVG: the steps whose headings match,
# without what ping says twice and without what a namespace cannot tell. How long an
# answer took is no two times the same.

function escape(s) {
  gsub(/&/, "\\&amp;", s)
  gsub(/</, "\\&lt;", s)
  gsub(/>/, "\\&gt;", s)
  return s
}

function class_of(line) {
  if (line ~ /^# /) return "say"
  if (line ~ /^(node|pod)[0-9] \$ /) return "typed"
  if (line ~ /^(---|\+\+\+) /) return "bold"
  if (line ~ /^\+ /) return "add"
  if (line ~ /^(- |FAIL )/) return "del"
  return "out"
}

# Wrapped where the terminal would.
function show(line,  class) {
  class = class_of(line)
  do {
    n++
    text[n] = escape(substr(line, 1, COLUMNS))
    style[n] = class
    line = substr(line, COLUMNS + 1)
  } while (line != "")
}

BEGIN {
  COLUMNS = 92
  LINE = 18
  wanted = "knows its own subnet|What would hgw change|Do it, on every|pods reach each other|deletes a route by hand"
}

/^# / { taken = $0 ~ wanted; nodes = 0; if (taken && n) show("") }
!taken || /^$/ || /^skip / || /^PING / || /^--- .* statistics/ || /^rtt / || /^[0-9]+ packets / { next }
# One node is enough of a step that is done on each.
/^node[0-9] \$ hgw apply/ && ++nodes > 1 { taken = 0; next }
{ sub(/time=[0-9.]+ ms/, "time=0.1 ms"); show($0) }

END {
  if (n < 20)
    exit 1
  width = COLUMNS * 8.43 + 32
  printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" role=\"img\">\n", width, n * LINE + 28
  print "<title>make demo: plan, apply, ping, break, mend</title>"
  print "<style>text { font: 14px ui-monospace, Menlo, Consolas, \"DejaVu Sans Mono\", monospace; white-space: pre; fill: #c9d1d9 }"
  print ".say { fill: #8b949e } .typed { fill: #f0f6fc; font-weight: bold } .bold { font-weight: bold }"
  print ".add { fill: #3fb950 } .del { fill: #f85149 }</style>"
  print "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#0d1117\"/>"
  for (i = 1; i <= n; i++)
    if (text[i] != "")
      printf "<text xml:space=\"preserve\" x=\"16\" y=\"%d\" class=\"%s\">%s</text>\n", i * LINE + 12, style[i], text[i]
  print "</svg>"
}
