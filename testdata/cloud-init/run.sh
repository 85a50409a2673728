# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2317
#
# Run by cloud-init.t on a machine of its own: an instance whose user-data has
# but another address of the package.
# usage: run.sh PACKAGE

set -u
# shellcheck source=testdata/tap.sh
. testdata/tap.sh
seed=/var/lib/cloud/seed/nocloud
data=testdata/cloud-init/user-data

# What cloud-init does at boot. No other module than those of the user-data, as
# this is no instance; and no archive to be reached, so what is installed will do.
cat >/etc/cloud/cloud.cfg.d/99_test.cfg <<EOF
datasource_list: [NoCloud]
network: {config: disabled}
cloud_init_modules: [write-files]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-user]
EOF
echo 'APT::Get::Upgrade "false";' >/etc/apt/apt.conf.d/99here
instance() {
  cloud-init init --local && cloud-init init && cloud-init modules --mode=config &&
    cloud-init modules --mode=final
}
fails() {
  ! "$@"
}
# ADDRESS: the user-data with the package there.
user_data() {
  rm -rf "$seed" && mkdir -p "$seed"
  echo 'instance-id: hgw' >"$seed/meta-data"
  sed "s|https://packages.example.org/hgw.deb|$1|" "$data" >"$seed/user-data"
}

ip link add ens33 type veth peer name wire
ip link set wire up
ip link set ens33 up
ip address add 192.168.31.62/24 dev ens33

ok 'the schema' cloud-init schema --config-file "$data"

user_data file:///nowhere/hgw.deb
ok 'without the package it fails' fails instance
like 'and cloud-init says so' "$(cat /run/cloud-init/result.json)" "'scripts-user'"
ok 'nothing was enabled' fails systemctl is-enabled hgw.service

cloud-init clean --logs
user_data "file://$PWD/$1"
ok 'with it all modules end well' instance
like 'and cloud-init says so' "$(tr -d ' \n' </run/cloud-init/result.json)" '"errors":\[\]'
is 'the routes are there' "$(ip route show proto hgw | sed 's/ *$//')" \
  '10.244.1.0/24 via 192.168.31.63 dev ens33
10.244.2.0/24 via 192.168.31.61 dev ens33'
is 'this host forwards' "$(cat /proc/sys/net/ipv4/ip_forward)" 1
ok 'hgw finds nothing wrong' hgw verify
is 'the next boot has the units' "$(systemctl is-enabled hgw.service hgw.timer)" 'enabled
enabled'
is 'and this one the timer' "$(systemctl is-active hgw.timer)" active
is 'the drop-in is that of the example' "$(cat /etc/systemd/networkd.conf.d/10-hgw.conf)" \
  "$(grep -v '^#' testdata/systemd/10-hgw.conf)"
done_testing
