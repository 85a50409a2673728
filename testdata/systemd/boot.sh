#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Boots this very machine's Debian with systemd as process 1, in namespaces and
# over a copy of the root that is thrown away, and runs a script in it. What
# the script changes, on the disk or in the network, is changed nowhere else.
# Needs root.
#
# usage: boot.sh [-a DIR] SCRIPT [ARG...]
#   -a DIR  put what is in DIR, an absolute path, over the root before
# SCRIPT is run by sh in the tree, which is at /hgw. Its standard output and its
# exit status come through; 125 if there was no boot, 124 if it took too long.

set -eu
PATH=$PATH:/usr/sbin:/sbin

die() {
  echo "boot.sh: $*" >&2
  exit 125
}

# --- Into a mount namespace, and a control group that is nobody else's --------
# systemd stops what is in its groups, so it must not share one.

if [ -z "${BOOT_WORK:-}" ]; then
  [ "$(id -u)" = 0 ] || die 'needs root'
  BOOT_WORK=$(mktemp -d)
  export BOOT_WORK
  status=0
  unshare --mount --propagation unchanged sh "$0" "$@" || status=$?
  rmdir "$BOOT_WORK"
  exit "$status"
fi

# In a chroot "/" need not be a mount, and cannot be made private.
if ! mount --make-rprivate / 2>/dev/null; then
  mount --bind "$BOOT_WORK" "$BOOT_WORK"
  if awk -v dir="$BOOT_WORK" '$5 == dir { last = $7 } END { exit last !~ /^shared/ }' \
    /proc/self/mountinfo; then
    umount "$BOOT_WORK"
    die 'a mount would be seen outside'
  fi
fi
top=$PWD
mount -t tmpfs boot "$BOOT_WORK"
cd "$BOOT_WORK"
mkdir group upper work root
mount -t cgroup2 group group || die 'no control groups of version 2'
group=$PWD/group$(sed -n 's/^0:://p' /proc/self/cgroup)
group=${group%/}/hgw-boot.$$
mkdir "$group"
# What systemd left there is empty when it has ended.
trap 'echo $$ >"${group%/*}/cgroup.procs"; find "$group" -depth -type d -exec rmdir {} +' EXIT
echo $$ >"$group/cgroup.procs"

# --- The root -------------------------------------------------------------------

mount -t overlay root -o lowerdir=/,upperdir=upper,workdir=work root || die 'no overlay'
cd root
mount -t tmpfs -o mode=0755 run run
mount -t tmpfs tmp tmp
mount -t tmpfs -o mode=0755 dev dev
mkdir dev/pts dev/shm hgw run/boot
mount -t devpts -o newinstance,ptmxmode=0666 pts dev/pts
ln -s pts/ptmx dev/ptmx
for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
  minor=${node##*:} name=${node%%:*} major=${node#*:}
  mknod -m 0666 "dev/$name" c "${major%:*}" "$minor"
done
mount --bind "$top" hgw
if [ "$1" = -a ]; then
  tar -C "$2" -cf- . | tar -xf- --keep-directory-symlink --no-overwrite-dir --no-same-owner
  shift 2
fi

# Nothing of this machine's own is started but the basic system.
# A container's ban on starting services is not one here.
rm -f usr/sbin/policy-rc.d
: >etc/fstab
: >etc/machine-id
cat >run/boot/start <<EOF
#!/bin/sh
cd /hgw
sh $(printf "'%s' " "$@") >/run/boot/out 2>/run/boot/err </dev/null
status=\$?
[ "\$status" = 0 ] || journalctl -b --no-pager -n 100 >>/run/boot/err 2>&1
systemctl exit "\$status"
EOF
chmod +x run/boot/start
mkdir -p run/systemd/system
for unit in systemd-sysctl systemd-modules-load modprobe@; do
  ln -s /dev/null "run/systemd/system/$unit.service"
done
cat >run/systemd/system/boot.target <<EOF
[Unit]
Requires=basic.target
Wants=boot.service
AllowIsolate=yes
EOF
cat >run/systemd/system/boot.service <<EOF
[Unit]
After=basic.target
[Service]
Type=exec
ExecStart=/run/boot/start
EOF

status=0
# shellcheck disable=SC2016 # for the shell inside
# The kernel is this machine's: its settings but those of the network are read-only.
timeout -k 5 "${BOOT_TIMEOUT:-180}" unshare --pid --fork --kill-child --net --uts --ipc --cgroup \
  --mount --propagation unchanged sh -c 'mount -t proc proc proc
    mount -t sysfs -o ro sysfs sys
    mount -t cgroup2 group sys/fs/cgroup
    mount --bind proc/sys proc/sys
    mount --bind proc/sys/net proc/sys/net
    mount -o remount,bind,ro proc/sys
    caps=-sys_module,-sys_rawio,-sys_time,-sys_boot,-syslog,-audit_control,-audit_read
    exec chroot . env -i container=hgw PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
      setpriv --bounding-set $caps --inh-caps -all /lib/systemd/systemd --unit=boot.target' </dev/null >&2 || status=$?
[ -e run/boot/out ] || die "systemd did not come up ($status)"
cat run/boot/out
cat run/boot/err >&2
exit "$status"
