# shellcheck shell=sh disable=SC1091
. ../node1.sh
on twin ip -j -d route show table all >node2.json
# With a pod network of its own, as a node that has pods.
ip link add cni0 type veth peer name pod0
ip link set pod0 addrgenmode none up
ip link set cni0 addrgenmode none up
ip addr add 10.244.0.1/24 dev cni0
