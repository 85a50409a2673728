# shellcheck shell=sh
# This host is node1 of 192.168.31.61-63; the other two are there as well, and
# there is a namespace twin with the same addresses, on a bridge of its own.

# What a new namespace has of this depends on the machine.
for conf in all default; do
  echo 1 >"/proc/sys/net/ipv4/conf/$conf/forwarding"
  echo 0 >"/proc/sys/net/ipv4/conf/$conf/rp_filter"
  echo 1 >"/proc/sys/net/ipv6/conf/$conf/forwarding"
done

# port BRIDGE NAMESPACE ADDRESS ADDRESS6: the ens33 of a namespace; "": of this one.
port() {
  ip link add "port$3-$1" type veth peer name ens33 ${2:+netns "$2"}
  ip link set "port$3-$1" master "$1" up
  ${2:+on "$2"} sh -eu -s "$3" "$4" <<'END'
    ip link set ens33 addrgenmode none up
    ip addr add "192.168.31.$1/24" dev ens33
    ip addr add "$2/64" dev ens33 nodad
END
}

for bridge in br0 br1; do
  ip link add "$bridge" type bridge
  ip link set "$bridge" up
done
for name in node2 node3 twin; do
  ip netns add "$name"
  on "$name" ip link set lo up
done
on twin sh -eu <<'END'
  for conf in all default; do
    echo 1 >"/proc/sys/net/ipv6/conf/$conf/forwarding"
  done
END
port br0 '' 62 fd00:31::62
port br0 node2 63 fd00:31::63
port br0 node3 61 fd00:31::61
port br1 twin 62 fd00:31::62
