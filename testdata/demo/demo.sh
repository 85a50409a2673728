#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Three nodes on one bridge, each with a subnet of pods behind it, in network
# namespaces that end with this script: see hgw make the routes between them.
# Run by `make demo`. Every step is checked; the exit status is 1 if one was
# not as it should be, 77 if there can be no namespaces here.
#
# usage: demo.sh [--quiet]
# HGW: the binary (build/hgw); HGW_RUNNER: a command to run it under

set -eu
unset HGW_NODE HGW_INVENTORY
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

quiet=${1:-}
HGW=${HGW:-build/hgw}

die() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# --- Into namespaces of our own ----------------------------------------------
# What is made in them goes with the last process in them, so there is nothing
# to clean up, however this script ends. Root has no need of a user namespace,
# and cannot have one in a chroot.

if [ -z "${DEMO_HOST:-}" ]; then
  [ -x "$HGW" ] || die "there is no $HGW: make it first"
  DEMO_HOST=$(readlink /proc/self/ns/net)
  export DEMO_HOST
  enter='unshare --user --map-root-user'
  probe='ip link add demo0 type veth peer name demo1'
  for _ in 1 2; do
    if $enter --net --mount --propagation unchanged sh -c "$probe" 2>/dev/null; then
      exec $enter --net --mount --propagation unchanged sh "$0" "$@"
    fi
    enter=unshare
  done
  echo 'demo: skipped: no network namespaces here (they need user namespaces, or root), or no ip(8)' >&2
  [ "${HGW_TEST_NETNS:-}" != require ] || exit 1
  exit 77
fi
[ "$(readlink /proc/self/ns/net)" != "$DEMO_HOST" ] || die 'still in the namespace of the host'

trap 'echo; exit 129' HUP
trap 'echo; exit 130' INT
trap 'echo; exit 143' TERM

# An empty directory over $1 that nobody else sees. In a chroot "/" need not be
# a mount, and cannot be made private; a mount of $1 on itself tells whether it
# is anyway.
cover() {
  if ! mount --make-rprivate / 2>/dev/null; then
    mount --bind "$1" "$1"
    if awk -v dir="$1" '$5 == dir { last = $7 } END { exit last !~ /^shared/ }' \
      /proc/self/mountinfo; then
      umount "$1"
      die "a mount over $1 would be seen outside"
    fi
  fi
  mount -t tmpfs -o mode=0755 demo "$1"
}

# For "ip netns" and for the lock of hgw; then for the name of its protocol.
cover /run
mkdir /run/demo
cp "$HGW" /run/demo/hgw
cp "$(dirname "$0")/inventory.yaml" /run/demo
if [ -n "${HGW_RUNNER:-}" ]; then
  mv /run/demo/hgw /run/demo/hgw.bin
  printf '#!/bin/sh\nexec %s /run/demo/hgw.bin "$@"\n' "$HGW_RUNNER" >/run/demo/hgw
  chmod +x /run/demo/hgw
fi
cd /run/demo
PATH=/run/demo:$PATH
cover /etc/iproute2
mkdir /etc/iproute2/rt_protos.d
echo '72 hgw' >/etc/iproute2/rt_protos.d/hgw.conf

# --- What the steps are told in ----------------------------------------------

say() {
  [ -n "$quiet" ] || printf '\n# %s\n' "$*"
}

on() {
  where=$1
  shift
  nsenter --net="/run/netns/$where" -- "$@"
}

# see STATUS WHERE COMMAND...: shows it, and ends the demo if that is not its status.
# What it printed is in the files out and err.
see() {
  want=$1
  where=$2
  shift 2
  rc=0
  on "$where" "$@" >out 2>err || rc=$?
  if [ -z "$quiet" ] || [ "$rc" != "$want" ]; then
    printf '%s $ %s\n' "$where" "$*"
    cat out err
  fi
  [ "$rc" = "$want" ] || die "exit status $rc of \`$*' on $where, not $want"
}

# The last command printed exactly this on standard output.
expect() {
  printf '%s' "$1" | diff -u - out >&2 || die 'that is not what was to be printed (-)'
}

# Less what the kernel takes its time for: link-local routes, and that a link carries.
routes() {
  {
    on "$1" ip -4 route show table main
    on "$1" ip -6 route show table main
  } | sed '/^fe80::/d; s/ linkdown//'
}

# --- The cluster -------------------------------------------------------------

# node NAME ADDRESS N: a node; behind it the subnet 10.244.N.0/24, with the pod podN in it.
node() {
  ip netns add "$1"
  ip netns add "pod$3"
  ip link add "port$3" type veth peer name ens33 netns "$1"
  ip link set "port$3" master br0 up
  on "$1" sh -eu -s "$2" "$3" <<'NODE'
    ip link set lo up
    ip addr add "$1/24" dev ens33
    ip link set ens33 up
    ip link add cni0 type bridge
    ip addr add "10.244.$2.1/24" dev cni0
    ip link set cni0 up
    ip link add veth0 type veth peer name eth0 netns "pod$2"
    ip link set veth0 master cni0 up
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
NODE
  on "pod$3" sh -eu -s "$3" <<'POD'
    ip link set lo up
    ip addr add "10.244.$1.2/24" dev eth0
    ip link set eth0 up
    ip route add default via "10.244.$1.1"
POD
  routes "$1" >"$1.before"
}

say 'Three nodes on one bridge, each with a subnet of pods, in network namespaces.'
ip link add br0 type bridge
ip link set br0 up
node node1 192.168.31.62 0
node node2 192.168.31.63 1
node node3 192.168.31.61 2
see 0 node1 ip route
see 0 node1 cat inventory.yaml

say 'node1 knows its own subnet only: a pod on it cannot reach one on node2.'
see 1 pod0 ping -c 1 -W 1 10.244.1.2

say 'What would hgw change on node1? It finds by the addresses which node it is on.'
see 2 node1 hgw plan --exit-code inventory.yaml
grep '^+ ' out | sed 's/ *#.*//' >lines
mv lines out
expect '+ 10.244.1.0/24 via 192.168.31.63 dev ens33 proto hgw
+ 10.244.2.0/24 via 192.168.31.61 dev ens33 proto hgw
'

say 'Do it, on every node.'
for n in 1 2 3; do
  see 0 "node$n" hgw apply inventory.yaml
done

say 'The routes are in the kernel, marked as made by hgw: show prints what ip prints.'
see 0 node1 hgw show
on node1 ip -4 route show proto hgw >ip.txt
on node1 ip -6 route show proto hgw >>ip.txt
[ -s ip.txt ] || die 'no route on node1 is marked as made by hgw'
diff -u ip.txt out >&2 || die 'hgw show (+) is not what ip prints (-)'

say 'Now the pods reach each other.'
see 0 pod0 ping -c 1 -W 1 10.244.1.2
for pair in 0:2 1:0 1:2 2:0 2:1; do
  on "pod${pair%:*}" ping -q -c 1 -W 1 "10.244.${pair#*:}.2" >out ||
    die "no answer from pod to pod ($pair)"
done

say 'A second apply has nothing to do, prints nothing but that, and a plan says so too.'
see 0 node1 hgw apply inventory.yaml
expect ''
see 0 node1 hgw plan --exit-code inventory.yaml
expect ''

say 'verify judges each host against the inventory.'
for n in 1 2 3; do
  see 0 "node$n" hgw verify inventory.yaml
done

say 'Somebody deletes a route by hand: verify finds it (status 2), apply mends it.'
see 0 node2 ip route del 10.244.2.0/24
see 2 node2 hgw verify inventory.yaml
see 1 pod1 ping -c 1 -W 1 10.244.2.2
see 0 node2 hgw apply inventory.yaml
see 0 node2 hgw verify inventory.yaml
see 0 pod1 ping -c 1 -W 1 10.244.2.2

say 'flush takes away what hgw has made, and nothing else.'
for n in 1 2 3; do
  see 0 "node$n" hgw flush
  routes "node$n" | diff -u "node$n.before" - >&2 || die "node$n is not as it was before (-)"
done
see 0 node1 hgw show
expect ''

say 'That was it; the namespaces end here, and this host was not touched.'
