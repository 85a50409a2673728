# shellcheck shell=sh disable=SC1091
. ../node1.sh
ip route add 10.244.2.0/24 via 192.168.31.99 proto hgw
ip route add 10.244.9.0/24 via 192.168.31.61 proto hgw
