# shellcheck shell=sh disable=SC1091
. ../node1.sh
ip route add 10.244.1.0/24 via 192.168.31.99 proto static metric 50
ip route add 10.244.2.0/24 via 192.168.31.99 proto static metric 10
