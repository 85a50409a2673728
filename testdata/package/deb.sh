#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes a Debian package of what `make install` has put below a directory. The
# same files and the same SOURCE_DATE_EPOCH make the same package. Needs no root.
#
# DEBFULLNAME and DEBEMAIL name who made it.
#
# usage: deb.sh DIRECTORY VERSION PACKAGE
# DIRECTORY, hgw, is made into the tree of the package; beside it comes what
# dpkg-shlibdeps wants.

set -eu
umask 022
export LC_ALL=C TZ=UTC0
here=$(dirname "$0")
root=$1 version=$2-1 package=$3
: "${SOURCE_DATE_EPOCH:?}"

find "$root" -type f -perm /111 -exec strip --strip-unneeded --remove-section=.comment \
  --remove-section=.note {} +
find "$root/usr/share/man" -type f -exec gzip -9n {} +
doc=$root/usr/share/doc/hgw
mkdir -p "$doc" "$root/DEBIAN"
{
  cat <<EOF
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: hgw

Files: *
EOF
  sed -n 's/^Copyright (c) /Copyright: /p' LICENSE
  echo 'License: Expat'
  sed -n '/^Permission/,$ { s/^$/./; s/^/ /; p }' LICENSE
} >"$doc/copyright"
maintainer="${DEBFULLNAME:-The hgw authors} <${DEBEMAIL:-hgw@hgw.invalid}>"
gzip -9n >"$doc/changelog.Debian.gz" <<EOF
hgw ($version) unstable; urgency=medium

  * Release $2; see the manual hgw(8).

 -- $maintainer  $(date -R -d "@$SOURCE_DATE_EPOCH")
EOF

# The libraries, out of the programs; dpkg-shlibdeps asks for a source package.
work=$(dirname "$root")
mkdir -p "$work/debian"
printf 'Source: hgw\n\nPackage: hgw\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && find "$(basename "$root")/usr" -type f -perm /111 -print0 | sort -z |
  xargs -0 dpkg-shlibdeps -O | sed -n 's/^shlibs:Depends=//p')

find "$root/etc" -type f -printf '/etc/%P\n' | sort >"$root/DEBIAN/conffiles"
(cd "$root" && find usr lib -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
size=$(find "$root" -path "$root/DEBIAN" -prune -o -type f -printf '%s\n' -o -type d -printf '0\n' |
  awk '{ kb += $1 ? int(($1 + 1023) / 1024) : 1 } END { print kb }')
sed -e "s/@VERSION@/$version/" -e "s/@ARCH@/$(dpkg --print-architecture)/" \
  -e "s/@MAINTAINER@/$maintainer/" -e "s/@DEPENDS@/$depends/" -e "s/@SIZE@/$size/" "$here/control" >"$root/DEBIAN/control"
install -m 0755 "$here/postinst" "$here/prerm" "$here/postrm" "$root/DEBIAN"

find "$root" -type d -exec chmod 0755 {} +
dpkg-deb --root-owner-group -Zxz --threads-max=1 --build "$root" "$package" >/dev/null
