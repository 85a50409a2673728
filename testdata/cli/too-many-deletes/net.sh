# shellcheck shell=sh disable=SC1091
. ../node1.sh
for i in 1 2 3 4 5 6 7 8 9 10; do
  ip route add "10.20.$i.0/24" via 192.168.31.61 proto hgw
done
