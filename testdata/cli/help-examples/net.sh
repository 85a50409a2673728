# shellcheck shell=sh disable=SC1091
. ../node1.sh
on twin ip -j -d route show table all >node2.json
