# shellcheck shell=sh
# This host is node1 of the demo's inventory; as node1.sh of testdata/cli has it.

# shellcheck disable=SC1091
. "$TOP/testdata/cli/node1.sh"
cp "$TOP/testdata/demo/inventory.yaml" .

# How to reach the other hosts; the words of a remote command are the shell's there.
cat >/run/bin/ssh <<'END'
#!/bin/sh
name=$1
shift
exec nsenter --net="/run/netns/$name" -- sh -c "$*"
END
# As root already.
cat >/run/bin/sudo <<'END'
#!/bin/sh
exec "$@"
END
chmod +x /run/bin/ssh /run/bin/sudo
