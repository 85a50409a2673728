/* SPDX-License-Identifier: MIT */
#include "hgw/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE /* Linux 5.14 */
#define SO_NETNS_COOKIE 71
#endif

static const char folder[] = "/run/hgw";

/* What tells network namespaces apart; a cookie is never used again, an inode may be. */
int hgw_rundir_path(char path[static HGW_RUNDIR_PATH], const char *suffix, struct hgw_err *err)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	struct stat st;
	bool ok = fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) == 0;

	if (fd >= 0)
		close(fd);
	if (ok) {
		snprintf(path, HGW_RUNDIR_PATH, "%s/%" PRIu64 ".%s", folder, cookie, suffix);
		return 0;
	}
	if (stat("/proc/self/ns/net", &st) < 0)
		return hgw_fail(err, HGW_FAILED, "cannot tell the network namespace: %s",
				strerror(errno));
	snprintf(path, HGW_RUNDIR_PATH, "%s/%ju-%ju.%s", folder, (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino, suffix);
	return 0;
}

/* The folder is ours alone: whoever can write there could hold the lock for ever. */
int hgw_rundir_make(struct hgw_err *err)
{
	struct stat st;

	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return hgw_fail(err, HGW_NOPERM,
				"cannot make %s for the lock: %s; make it for this user, mode 0700",
				folder, strerror(errno));
	if (lstat(folder, &st) < 0)
		return hgw_fail(err, HGW_NOPERM, "cannot look at %s: %s", folder, strerror(errno));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 0022) != 0)
		return hgw_fail(err, HGW_NOPERM,
				"%s is not a folder that only we can write; delete it, or make it "
				"ours with mode 0700",
				folder);
	return 0;
}
