/* SPDX-License-Identifier: MIT */
/*
 * Runs a command and tells its wall time, its CPU time and its peak memory, that
 * of daemons until the routes are in the kernel. A program of its own, and a
 * small one: what a child was forked from counts to the child's peak.
 *
 * usage: time_bench [-n N -p PROTO -f 4|6 [-d]] [-t SECONDS] FILE COMMAND...
 * -n N: the command runs until so many routes of PROTO were added (-d: deleted);
 * then it is killed. -t: gives up after so many seconds (60).
 *
 * To FILE: status, seconds of wall, of user and of system time, peak in KiB.
 * Status 124: it took too long; 125: notifications were lost.
 */
#include <err.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	TOO_LONG = 124,
	LOST = 125,
	BUFFER = 256 * 1024 * 1024,
};

struct options {
	unsigned long n, seconds;
	unsigned char protocol;
	unsigned short type;
	int family;
};

struct usage {
	int status;
	double user, sys;
	long peak;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static int subscribe(const struct options *o)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	int size = BUFFER;
	struct sockaddr_nl sa = {.nl_family = AF_NETLINK,
				 .nl_groups = o->family == AF_INET ? RTMGRP_IPV4_ROUTE
								   : RTMGRP_IPV6_ROUTE};

	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		err(1, "netlink");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

/* How many of those that are waited for have been told of; false: some may have been missed. */
static bool hear(const struct options *o, int fd, unsigned long *n)
{
	_Alignas(struct nlmsghdr) static char buf[64 * 1024];
	ssize_t size;

	while ((size = recv(fd, buf, sizeof(buf), 0)) > 0) {
		unsigned left = (unsigned)size;

		for (struct nlmsghdr *h = (void *)buf; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
			struct rtmsg *rtm = NLMSG_DATA(h);

			*n += h->nlmsg_type == o->type && rtm->rtm_protocol == o->protocol;
		}
	}
	return errno == EAGAIN;
}

/* Whether it is not a child that has ended, but this process that shall. */
static bool told_to_end(int signals)
{
	struct signalfd_siginfo info;

	return read(signals, &info, sizeof(info)) == sizeof(info) && info.ssi_signo != SIGCHLD;
}

/* Waits for the child, or for the routes; the status so far. */
static int await(const struct options *o, int child, int fd, double until)
{
	struct pollfd p[] = {{child, POLLIN, 0}, {fd, POLLIN, 0}};
	unsigned long n = 0;

	for (;;) {
		double left = until - now();

		if (left <= 0)
			return TOO_LONG;
		if (poll(p, fd < 0 ? 1 : 2, (int)(left * 1000) + 1) < 0 && errno != EINTR)
			err(1, "poll");
		if (fd >= 0 && !hear(o, fd, &n))
			return LOST;
		if (fd >= 0 && n >= o->n)
			return 0;
		if (p[0].revents && told_to_end(child))
			return 128 + SIGTERM;
		if (p[0].revents)
			return fd < 0 ? 0 : 1; /* one that was to stay has ended */
	}
}

/* All that the command has left running goes, and counts. */
static void reap(pid_t main_child, bool kill_it, struct usage *u)
{
	struct rusage r;
	int status;
	pid_t pid;

	if (kill_it)
		kill(-main_child, SIGKILL);
	while ((pid = wait4(-1, &status, 0, &r)) > 0) {
		if (pid == main_child && !kill_it)
			u->status =
				WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		u->user += seconds(r.ru_utime);
		u->sys += seconds(r.ru_stime);
		u->peak += r.ru_maxrss;
	}
}

static pid_t start(char *argv[], const sigset_t *signals)
{
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid > 0)
		return pid;
	setpgid(0, 0);
	sigprocmask(SIG_UNBLOCK, signals, NULL);
	execvp(argv[0], argv);
	warn("%s", argv[0]);
	_exit(127);
}

static struct options options(int argc, char *argv[])
{
	struct options o = {.seconds = 60, .type = RTM_NEWROUTE, .family = AF_INET};
	int c;

	while ((c = getopt(argc, argv, "+n:p:f:t:d")) != -1)
		switch (c) {
		case 'n':
			o.n = strtoul(optarg, NULL, 10);
			break;
		case 'p':
			o.protocol = (unsigned char)strtoul(optarg, NULL, 10);
			break;
		case 'f':
			o.family = *optarg == '6' ? AF_INET6 : AF_INET;
			break;
		case 't':
			o.seconds = strtoul(optarg, NULL, 10);
			break;
		case 'd':
			o.type = RTM_DELROUTE;
			break;
		default:
			exit(64);
		}
	if (argc - optind < 2)
		errx(64, "usage: [OPTION]... FILE COMMAND...");
	return o;
}

int main(int argc, char *argv[])
{
	struct options o = options(argc, argv);
	struct usage u = {0};
	FILE *out = fopen(argv[optind], "we");
	double begin, wall;
	int child, fd;
	sigset_t signals;
	pid_t pid;

	if (!out)
		err(1, "%s", argv[optind]);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigemptyset(&signals);
	sigaddset(&signals, SIGCHLD);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	child = signalfd(-1, &signals, SFD_CLOEXEC);
	fd = o.n ? subscribe(&o) : -1;
	begin = now();
	pid = start(argv + optind + 1, &signals);
	u.status = await(&o, child, fd, begin + (double)o.seconds);
	wall = now() - begin;
	reap(pid, o.n || u.status != 0, &u);
	fprintf(out, "%d %.6f %.6f %.6f %ld\n", u.status, wall, u.user, u.sys, u.peak);
	return ferror(out) || fclose(out) != 0;
}
