/* SPDX-License-Identifier: MIT */
#include "hgw/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "hgw/rundir.h"

static long read_holder(int fd)
{
	char buf[32] = "";

	if (pread(fd, buf, sizeof(buf) - 1, 0) <= 0)
		return 0;
	return strtol(buf, NULL, 10);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* flock has no time limit, and an alarm would be a signal in somebody's system call. */
static bool wait_for(int fd, uint32_t timeout)
{
	const struct timespec pause = {.tv_nsec = 50000000};
	int64_t end = now_ms() + (int64_t)timeout * 1000;

	for (;;) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		if ((errno != EWOULDBLOCK && errno != EINTR) || now_ms() >= end)
			return false;
		nanosleep(&pause, NULL);
	}
}

int hgw_lock_take(struct hgw_lock *lock, uint32_t timeout, struct hgw_err *err)
{
	char path[HGW_RUNDIR_PATH], holder[32];
	int fd, n;

	*lock = (struct hgw_lock){0};
	if (hgw_rundir_make(err) < 0 || hgw_rundir_path(path, "lock", err) < 0)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
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
