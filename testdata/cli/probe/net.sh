# shellcheck shell=sh disable=SC1091
# What a new namespace has of this depends on the machine.
for conf in all default; do
  echo 1 >"/proc/sys/net/ipv4/conf/$conf/forwarding"
  echo 0 >"/proc/sys/net/ipv4/conf/$conf/rp_filter"
  echo 1 >"/proc/sys/net/ipv6/conf/$conf/forwarding"
done
# A LAN, and two nodes on it: 192.168.31.N, fd00:31::N.
ip netns add lan
on lan ip link add br0 type bridge
on lan ip link set br0 addrgenmode none up
ip link add ens33 address 02:00:00:00:00:62 type veth peer name port62 netns lan
ip link set ens33 addrgenmode none up
ip addr add 192.168.31.62/24 dev ens33
ip addr add fd00:31::62/64 dev ens33 nodad
ip addr add fe80::62/64 dev ens33 nodad scope link
on lan ip link set port62 master br0 addrgenmode none up
for n in 61 63; do
  ip netns add n$n
  ip link add port$n netns lan type veth peer name eth0 address 02:00:00:00:00:$n netns n$n
  on lan ip link set port$n master br0 addrgenmode none up
  on n$n ip link set lo up
  on n$n sh -eu <<'END'
    echo 1 >/proc/sys/net/ipv4/ip_forward
    echo 1 >/proc/sys/net/ipv6/conf/all/forwarding
    echo 0 >/proc/sys/net/ipv4/icmp_ratelimit # of so many runs one after the other
    echo 0 >/proc/sys/net/ipv6/icmp/ratelimit
END
  on n$n ip link set eth0 addrgenmode none up
  on n$n ip addr add 192.168.31.$n/24 dev eth0
  on n$n ip addr add fd00:31::$n/64 dev eth0 nodad
  on n$n ip addr add fe80::$n/64 dev eth0 nodad scope link
done
