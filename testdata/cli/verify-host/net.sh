# shellcheck shell=sh disable=SC1091
. ../node1.sh
