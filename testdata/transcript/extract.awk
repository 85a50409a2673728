# SPDX-License-Identifier: MIT
#
# The sessions of a page, mdoc or Markdown: literal blocks whose first line
# begins with "$ ". Prints those of the scene that has the number n, counted
# from 1; first "scene NAME". A comment "scene: NAME" begins the next scene; the
# first is node1 if nothing else is said. What stands under EXAMPLES and is no
# session is an error.

function block_line(line) {
  if (first) {
    session = line ~ /^\$ /
    first = 0
    if (session && !scene)
      scene = 1
    if (session && scene == n && !named) {
      print "scene " (name != "" ? name : "node1")
      named = 1
    }
    if (!session && examples) {
      print "line " NR ": an example that is no session"
    }
  }
  if (!session || scene != n)
    return
  gsub(/\\e/, "\\", line)
  gsub(/\\[&]/, "", line)
  print line
}

/^(\.\\"|<!--) scene: / { scene++; name = $3; next }
/^\.Sh / { examples = ($2 == "EXAMPLES") }
/^\.Bd -literal/ { inside = first = 1; next }
/^\.Ed/ { inside = 0 }
/^```/ { inside = !inside; first = inside; next }
inside { block_line($0) }
