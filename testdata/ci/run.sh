# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2317
#
# Run by ci.t on a machine of its own: two nodes, their snapshots in a
# repository, and what the recipes do with it as runners do it.
# usage: run.sh DIR, with hgw.deb and what scripts.py makes

set -u
# shellcheck source=testdata/tap.sh
. testdata/tap.sh
dir=$PWD/$1
HGW_DEB=file://$dir/hgw.deb
export HGW_DEB

# GitHub: each step in a shell of its own; in a container that is sh.
github() {
  sh -e "$dir/github-$1"
}
# GitLab: all lines of a job in one.
gitlab() {
  bash -eo pipefail "$dir/gitlab-$1"
}
# COMMAND...: its exit status.
status() {
  status_is=0
  "$@" >&2 || status_is=$?
  echo "$status_is"
}
# FILE XPATH
xpath() {
  xmllint --xpath "string($2)" "$1"
}

# There is no archive to be reached here: what is installed will do.
echo 'APT::Get::Upgrade "false";' >/etc/apt/apt.conf.d/99here

mkdir -p /repository/snapshots
cd /repository || exit
cat >inventory.yaml <<EOF
nodes:
  - {name: node1, address: 192.168.31.62, subnet: 10.244.0.0/24}
  - {name: node2, address: 192.168.31.63, subnet: 10.244.1.0/24}
EOF
ip link add ens33 type veth peer name wire
ip link set ens33 up
ip link set wire up
ip address add 192.168.31.62/24 dev ens33
ip route add 10.244.1.0/24 via 192.168.31.63 dev ens33 proto 72
ip -j -d route show table all >snapshots/node1.json
ip address flush dev ens33
ip address add 192.168.31.63/24 dev ens33
ip -j -d route show table all >snapshots/node2.json

ok 'github: installs hgw' github 0
ok 'github: plans' github 1
like 'github: what is missing on node2' "$(github 1 2>&1)" \
  '^\+ 10.244.0.0/24 via 192.168.31.62 dev ens33 '
is 'github: the verdict is the exit status' "$(status github 2)" 2
is 'github: node1 passes' "$(xpath reports/node1.xml /testsuites/@failures)" 0
is 'github: node2 fails' "$(xpath reports/node2.xml /testsuites/@failures)" 1
ok 'github: the report is JUnit' xmllint --noout --schema /hgw/testdata/schema/junit.xsd \
  reports/node1.xml reports/node2.xml
rm -r reports

ok 'gitlab: plans' gitlab plan
is 'gitlab: the verdict is the exit status' "$(status gitlab verify)" 2
is 'gitlab: node1 passes' "$(xpath reports/node1.xml /testsuites/@failures)" 0
is 'gitlab: node2 fails' "$(xpath reports/node2.xml /testsuites/@failures)" 1
rm -r reports

# As it is once node2 has been seen to.
ip route add 10.244.0.0/24 via 192.168.31.62 dev ens33 proto 72
ip -j -d route show table all >snapshots/node2.json
ok 'github: all is well' github 2
rm -r reports
ok 'gitlab: all is well' gitlab verify
echo '  - {name: node3, address: 192.168.31.64, subnet: 10.244.1.0/24}' >>inventory.yaml
is 'github: an invalid inventory' "$(status github 1)" 65
is 'gitlab: an invalid inventory' "$(status gitlab plan)" 65
done_testing
