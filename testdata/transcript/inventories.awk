# SPDX-License-Identifier: MIT
#
# Writes the inventories that a page shows, mdoc or Markdown, to DIR/inventory1.yaml
# and so on: literal blocks that begin with one of its keys.

/^\.Bd -literal/ { inside = first = 1; next }
/^\.Ed/ { inside = 0 }
/^```/ { inside = !inside; first = inside; next }
inside && first && /^(network|nodes):/ { file = DIR "/inventory" ++n ".yaml" }
inside && first && !/^(network|nodes):/ { file = "" }
inside { first = 0; if (file != "") print >file }
