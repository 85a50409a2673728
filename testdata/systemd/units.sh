# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2317
#
# Run by systemd.t on a machine of its own: hgw.service and hgw.timer at work.

set -u
# shellcheck source=testdata/tap.sh
. testdata/tap.sh
PATH=/usr/local/bin:$PATH

routes() {
  ip -4 route show proto 72 | sed 's/ *$//'
}
state() {
  systemctl show -p "$1" --value hgw.service
}
# COMMAND...: true within 20 seconds.
within() {
  within_left=200
  until "$@" >/dev/null 2>&1; do
    within_left=$((within_left - 1))
    [ "$within_left" -gt 0 ] || return 1
    sleep 0.1
  done
}
there() {
  [ "$(routes)" = "$both" ]
}
started() {
  [ "$(state ActiveState)" = "$1" ]
}
dropin() {
  mkdir -p "/etc/systemd/system/$1.d"
  cat >"/etc/systemd/system/$1.d/test.conf"
  systemctl daemon-reload
}

one='10.244.1.0/24 via 192.168.31.63 dev ens33'
both="$one
10.244.2.0/24 via 192.168.31.61 dev ens33"
mkdir -p /etc/hgw
cat >/etc/hgw/inventory.yaml <<EOF
nodes:
  - {name: node1, address: 192.168.31.62, subnet: 10.244.0.0/24}
  - {name: node2, address: 192.168.31.63, subnet: 10.244.1.0/24}
  - {name: node3, address: 192.168.31.61, subnet: 10.244.2.0/24}
EOF
ip link add ens33 type veth peer name wire
ip link set wire up
ip link set ens33 up

# --- As they are installed ------------------------------------------------------

ok 'the units are valid' systemd-analyze verify hgw.service hgw.timer
ok 'the service is exposed at most 2.0 of 10' systemd-analyze security --no-pager \
  --offline=true --threshold=20 hgw.service
is 'installing enables nothing' "$(systemctl is-enabled hgw.service hgw.timer)" 'disabled
disabled'
is 'nor starts it' "$(systemctl is-active hgw.service hgw.timer)" 'inactive
inactive'

# --- A run -----------------------------------------------------------------------

systemctl start --no-block hgw.service
ok 'it waits for the address of this host' within started activating
ip address add 192.168.31.62/24 dev ens33
ok 'which comes' within started inactive
is 'the routes are there' "$(routes)" "$both"
is 'it succeeded' "$(state Result)" success
ok 'and may be started again' systemctl start hgw.service
like 'with nothing to do' "$(journalctl -u hgw.service -o cat)" '^hgw: note: nothing to do'
is 'the folder of the lock has stayed, as hgw makes it' "$(stat -c '%a %U' /run/hgw)" '700 root'
ok 'and the lock in it' test -n "$(find /run/hgw -name '*.lock')"
ok 'by hand it works there, too' hgw apply

dropin hgw.service <<EOF
[Service]
ExecStartPost=grep -E '^(CapEff|CapBnd|NoNewPrivs|Seccomp):' /proc/self/status
ExecStartPost=sh -c '! touch /etc/hgw/touched'
EOF
ok 'what it may' systemctl start hgw.service
rm -r /etc/systemd/system/hgw.service.d
systemctl daemon-reload
like 'is CAP_NET_ADMIN' "$(journalctl -u hgw.service -o cat)" '^CapEff:.*0000000000001000$'
like 'and cannot be more' "$(journalctl -u hgw.service -o cat)" '^CapBnd:.*0000000000001000$'
like 'system calls are filtered' "$(journalctl -u hgw.service -o cat)" '^Seccomp:.*2$'

sed -n '/^# systemctl edit/,/^\.Ed/{/^\.Ed/d;p}' man/hgw.8 | dropin hgw.service
ok "the manual's drop-in does, too" systemctl start hgw.service
like 'and verifies' "$(systemctl cat hgw.service)" '^ExecStart=.* --verify$'
rm -r /etc/systemd/system/hgw.service.d
systemctl daemon-reload

# --- Beside a change that waits for its confirmation -------------------------------

grep -v node3 /etc/hgw/inventory.yaml >/etc/hgw/new.yaml
ok 'a change by hand, to be confirmed' hgw apply --confirm-within 60 --detach /etc/hgw/new.yaml
ok 'the service does not fail on it' systemctl start hgw.service
is 'nor undo it' "$(routes)" "$one"
like 'it says so' "$(journalctl -u hgw.service -o cat | tail -3)" 'hgw: error: .*confirm'
ok 'the change can be confirmed' hgw apply --confirm
systemctl start hgw.service
is 'and the next run is that of the inventory in place' "$(routes)" "$both"

# --- What fails ---------------------------------------------------------------------

hgw flush >/dev/null
ip route add 10.244.1.0/24 via 192.168.31.99 dev ens33 proto static
ok 'a conflict fails' sh -c '! systemctl start hgw.service'
is 'with 5' "$(state ExecMainStatus)" 5
like 'and the journal tells' "$(journalctl -u hgw.service -o cat)" '^! 10.244.1.0/24 via 192.168.31.99'
ip route del 10.244.1.0/24
systemctl reset-failed hgw.service

# --- The timer ------------------------------------------------------------------------

ok 'the timer can be enabled' systemctl enable hgw.timer
is 'without the service' "$(systemctl is-enabled hgw.service hgw.timer)" 'disabled
enabled'
dropin hgw.timer <<EOF
[Timer]
OnBootSec=
OnUnitInactiveSec=
OnBootSec=1s
OnUnitInactiveSec=1s
RandomizedDelaySec=0
AccuracySec=100ms
EOF
systemctl start hgw.timer
ok 'it runs the service' within there
ip route del 10.244.2.0/24
ok 'again and again' within there
ip route del 10.244.1.0/24
ok 'and again' within there
systemctl stop hgw.timer
ok 'once the timer is stopped' within started inactive

# --- Beside systemd-networkd -------------------------------------------------------------

# The address is to stay: the kernel takes the routes along with it, whoever wants to keep them.
cat >/etc/systemd/network/ens33.network <<EOF
[Match]
Name=ens33
[Network]
KeepConfiguration=static
LinkLocalAddressing=no
IPv6AcceptRA=no
EOF
managed() {
  networkctl status ens33 | grep -q '(configured)'
}
again() {
  [ "$(journalctl -u systemd-networkd.service -o cat | grep -c 'ens33: Configuring')" = "$1" ] &&
    managed
}
gone() {
  [ -z "$(routes)" ]
}
mkdir -p /etc/systemd/networkd.conf.d
cp /usr/local/share/doc/hgw/examples/networkd/10-hgw.conf /etc/systemd/networkd.conf.d
systemctl start systemd-networkd.service
ok 'systemd-networkd configures the link' within again 1
networkctl reconfigure ens33
ok 'and does it once more' within again 2
is 'with the drop-in the routes stay' "$(routes)" "$both"
is 'which it understands' "$(journalctl -u systemd-networkd.service -o cat | grep 10-hgw)" ''
rm /etc/systemd/networkd.conf.d/10-hgw.conf
systemctl restart systemd-networkd.service
ok 'without it' within again 3
networkctl reconfigure ens33
ok 'they go' within gone

done_testing
