# shellcheck shell=sh disable=SC1091
. ../node1.sh

# Each host with a bridge of its pods, and the routes to the others.
pods() {
  ${1:+on "$1"} sh -eu -s "$2" <<'END'
    ip link add cni0 type bridge
    ip link set cni0 addrgenmode none up
    ip addr add "10.244.$1.1/24" dev cni0
    i=0
    for via in 62 63 61; do
      [ "$i" = "$1" ] || ip route add "10.244.$i.0/24" via "192.168.31.$via" dev ens33 proto 72
      i=$((i + 1))
    done
END
}
pods '' 0
pods node2 1
pods node3 2
