# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Run by package.t on a machine of its own: the package comes and goes.
# usage: install.sh PACKAGE

set -eux

files() {
  { find /etc /usr /opt /var/lib/dpkg/info; find /var/lib /run -name '*hgw*'; } | sort
}
files >/tmp/before

apt-get -qy --no-install-recommends install "./$1" >&2
hgw --version >&2
dpkg --verify hgw >&2
systemd-analyze verify hgw.service hgw.timer
[ "$(systemctl is-enabled hgw.timer)" = disabled ]
[ "$(systemctl is-active hgw.timer)" = inactive ]
ip route show proto hgw

mkdir /etc/hgw
echo 'nodes: [{name: a, address: 192.168.31.62, subnet: 10.244.0.0/24},
  {name: b, address: 192.168.31.63, subnet: 10.244.1.0/24}]' >/etc/hgw/inventory.yaml
ip link add ens33 type veth peer name wire
ip link set wire up
ip link set ens33 up
ip address add 192.168.31.62/24 dev ens33
systemctl enable --now hgw.timer hgw.service
[ "$(ip route show proto hgw)" = '10.244.1.0/24 via 192.168.31.63 dev ens33 ' ]
rm -r /etc/hgw

dpkg --purge hgw >&2
[ "$(systemctl is-active hgw.timer)" = inactive ]
[ ! -e /run/hgw ]
# The routes are not the package's.
[ -n "$(ip route show proto 72)" ]
files >/tmp/after
diff /tmp/before /tmp/after >&2
echo purged
