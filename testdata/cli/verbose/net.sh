# shellcheck shell=sh disable=SC1091
. ../node1.sh
for host in '' twin; do
  ${host:+on "$host"} ip route add 10.244.1.0/24 via 192.168.31.99 proto 72
  ${host:+on "$host"} ip route add 10.244.9.0/24 via 192.168.31.61 proto 72
  ${host:+on "$host"} ip route add 10.245.9.0/24 via 192.168.31.61 table 100 proto 72
done
