#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The tarball and the Debian package, of the last commit: made twice, looked
# at, installed and purged on a machine of its own.

set -eu
# shellcheck source=testdata/tap.sh
. testdata/tap.sh
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
chmod 0755 "$dir"

# --- make install, make uninstall -----------------------------------------------

make -s install DESTDIR="$dir/root" PREFIX=/opt/hgw >&2
ok 'make install' "$dir/root/opt/hgw/bin/hgw" --version
ok 'with units below PREFIX' grep -q '^ExecStart=/opt/hgw/bin/hgw ' \
  "$dir/root/opt/hgw/lib/systemd/system/hgw.service"
make -s uninstall DESTDIR="$dir/root" PREFIX=/opt/hgw >&2
is 'make uninstall leaves no file' "$(find "$dir/root" ! -type d)" ''

# --- make dist --------------------------------------------------------------------

make -s dist >&2
tarball=$PWD/$(ls build/hgw-*.tar.gz)
cp "$tarball" "$dir/first.tar.gz"
make -s dist >&2
ok 'make dist makes the same again' cmp "$tarball" "$dir/first.tar.gz"

# --- make deb: here and elsewhere, by root and by somebody else -------------------

# DIRECTORY COMMAND...: a package of the tarball, made there.
deb() {
  mkdir -p "$dir/$1"
  tar -C "$dir/$1" --strip-components=1 --no-same-owner -xzf "$tarball"
  [ "$(id -u)" != 0 ] || chown -R 65534:65534 "$dir/$1"
  deb_dir=$dir/$1
  shift
  (cd "$deb_dir" && "$@" make -s deb >&2)
  ls "$deb_dir"/build/hgw_*.deb
}
if [ "$(id -u)" = 0 ]; then
  other='setpriv --reuid=65534 --regid=65534 --clear-groups'
fi
unset SOURCE_DATE_EPOCH DEBFULLNAME DEBEMAIL
first=$(deb one env TZ=UTC)
# shellcheck disable=SC2086 # several words
second=$(deb another/one ${other:-} env HOME=/nonexistent TZ=Asia/Tokyo \
  sh -c 'umask 077 && "$@"' sh)
ok 'make deb makes the same elsewhere, and needs no root' cmp "$first" "$second"
ok 'lintian has nothing to say' lintian --allow-root --fail-on error,warning,info \
  --suppress-tags initial-upload-closes-no-bugs "$first"
like 'it depends on its libraries' "$(dpkg-deb -f "$first" Depends)" \
  'libcyaml1 .*libjansson4 .*libnl-3-200 .*libnl-route-3-200 .*libyaml-0-2'
is 'nothing in it tells where it was made' \
  "$(dpkg-deb --fsys-tarfile "$first" | tar -xO ./usr/bin/hgw | grep -c "$dir")" 0
is 'the licence is whole' "$(dpkg-deb --fsys-tarfile "$first" |
  tar -xO ./usr/share/doc/hgw/copyright | sed -n '/^ /p' | tr -d ' .\n')" \
  "$(sed -n '/^Permission/,$p' LICENSE | tr -d ' .\n')"

# --- Installed and purged -----------------------------------------------------------

cp "$first" build/package-test.deb
is 'apt installs it, dpkg purges it' "$(sh testdata/systemd/boot.sh \
  testdata/package/install.sh build/package-test.deb)" purged
rm build/package-test.deb

done_testing
