# SPDX-License-Identifier: MIT
#
# The page with the sessions of scene n as they went: the file got. See extract.awk.

function session_line(line) {
  if (markdown)
    return line
  gsub(/\\/, "\\e", line)
  return line ~ /^[.']/ ? "\\&" line : line
}

# As many commands as the block has.
function print_session(commands) {
  while (commands >= 0 && (ahead != "" || (getline ahead <got) > 0)) {
    if (ahead ~ /^\$ / && --commands < 0)
      return
    print session_line(ahead)
    ahead = ""
  }
}

function end_block() {
  if (session && scene == n)
    print_session(commands)
  session = 0
}

BEGIN { markdown = ARGV[1] ~ /[.]md$/ }
/^(\.\\"|<!--) scene: / { scene++ }
/^\.Bd -literal/ { print; inside = first = 1; next }
/^\.Ed/ { end_block(); inside = 0 }
/^```/ { if (inside) end_block(); inside = !inside; print; first = inside; next }
inside && first {
  session = /^\$ /
  if (session && !scene) scene = 1
  commands = first = 0
}
inside && session { commands += /^\$ / }
!inside || !session || scene != n
