# shellcheck shell=sh
# This host is node1 of the demo's inventory; as node1.sh of testdata/cli has it.

# shellcheck disable=SC1091
. "$TOP/testdata/cli/node1.sh"

# Behind each node a pod of its subnet.
pod() {
  ${1:+on "$1"} sh -eu -s "$2" <<'END'
    ip link add cni0 type bridge
    ip link add veth0 type veth peer name pod0
    ip link set veth0 master cni0 up
    ip link set pod0 up
    ip addr add "10.244.$1.1/24" dev cni0
    ip link set cni0 up
END
}
pod '' 0
pod node2 1
pod node3 2
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
