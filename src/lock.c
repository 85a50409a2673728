/* SPDX-License-Identifier: MIT */
#include "hgw/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE /* Linux 5.14 */
#define SO_NETNS_COOKIE 71
#endif

static const char folder[] = "/run/hgw";

/* What tells network namespaces apart; the cookie is never used again, an inode may be. */
static int namespace_name(char *buf, size_t size, struct hgw_err *err)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	struct stat st;
	bool ok = fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) == 0;

	if (fd >= 0)
		close(fd);
	if (ok) {
		snprintf(buf, size, "%s/%" PRIu64 ".lock", folder, cookie);
		return 0;
	}
	if (stat("/proc/self/ns/net", &st) < 0)
		return hgw_fail(err, HGW_FAILED, "cannot tell the network namespace: %s",
				strerror(errno));
	snprintf(buf, size, "%s/%ju-%ju.lock", folder, (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return 0;
}

/* The folder is ours alone: whoever can write there could hold the lock for ever. */
static int open_folder(struct hgw_err *err)
{
	struct stat st;
	int fd;

	if (mkdir(folder, 0700) < 0 && errno != EEXIST)
		return hgw_fail(err, HGW_NOPERM, "cannot make %s for the lock: %s", folder,
				strerror(errno));
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		hgw_fail(err, HGW_NOPERM, "cannot open %s for the lock: %s", folder,
			 strerror(errno));
	} else if (st.st_uid != geteuid() || (st.st_mode & 0022) != 0) {
		hgw_fail(err, HGW_NOPERM,
			 "%s belongs to, or can be written by, another user; make it ours, mode "
			 "0700",
			 folder);
	} else {
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static long read_holder(int fd)
{
	char buf[32] = "";

	if (pread(fd, buf, sizeof(buf) - 1, 0) <= 0)
		return 0;
	return strtol(buf, NULL, 10);
}

/* flock has no time limit, and an alarm would be a signal in somebody's system call. */
static bool wait_for(int fd, uint32_t timeout)
{
	const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
	struct timespec start, now;

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (;;) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((errno != EWOULDBLOCK && errno != EINTR) ||
		    now.tv_sec - start.tv_sec >= (time_t)timeout)
			return false;
		nanosleep(&pause, NULL);
	}
}

int hgw_lock_take(struct hgw_lock *lock, uint32_t timeout, struct hgw_err *err)
{
	char path[128], holder[32];
	int dir, fd, n;

	*lock = (struct hgw_lock){0};
	if (namespace_name(path, sizeof(path), err) < 0)
		return -1;
	dir = open_folder(err);
	if (dir < 0)
		return -1;
	fd = openat(dir, path + sizeof(folder), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	close(dir);
	if (fd < 0)
		return hgw_fail(err, HGW_NOPERM, "cannot open the lock %s: %s", path,
				strerror(errno));
	if (!wait_for(fd, timeout)) {
		hgw_fail(err, HGW_TEMPFAIL,
			 "another hgw (process %ld) is changing routes here; try again, or wait "
			 "longer with --lock-timeout",
			 read_holder(fd));
		close(fd);
		return -1;
	}
	/* Only for that message; who it was does not matter once the lock is free. */
	n = snprintf(holder, sizeof(holder), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) == 0 && pwrite(fd, holder, (size_t)n, 0) < 0)
		errno = 0;
	*lock = (struct hgw_lock){.fd = fd, .held = true};
	return 0;
}

void hgw_lock_release(struct hgw_lock *lock)
{
	if (lock->held)
		close(lock->fd);
	*lock = (struct hgw_lock){0};
}
