# shellcheck shell=sh disable=SC1091
. ../node1.sh
ip route add 192.168.77.0/24 via 192.168.31.99
