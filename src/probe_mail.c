/* SPDX-License-Identifier: MIT */
/* Datagrams that live for one hop, and what comes back by ICMP. No privilege is needed. */
#include <time.h> /* linux/errqueue.h wants it */

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe_int.h"

enum {
	PORT = 33434, /* traceroute's: nobody listens there, and some let its like through */
	TRIES = 3,
};

union address {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

/* Room for a cmsghdr, and aligned for it. */
union control {
	struct cmsghdr h;
	char buf[512];
};

void mail_init(struct mail *m)
{
	memset(m, -1, sizeof(*m));
}

void mail_close(struct mail *m)
{
	for (size_t f = 0; f < 2; f++)
		for (size_t i = 0; i < SOCKETS; i++)
			if (m->fd[f][i] >= 0)
				close(m->fd[f][i]);
	mail_init(m);
}

static bool set_option(int fd, int level, int option)
{
	const int one = 1;

	return setsockopt(fd, level, option, &one, sizeof(one)) == 0;
}

static int open_socket(uint8_t family)
{
	const int size = 1 << 20; /* as much of it as we are given */
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool ok = fd >= 0;

	if (ok && family == AF_INET)
		ok = set_option(fd, IPPROTO_IP, IP_RECVERR) && set_option(fd, IPPROTO_IP, IP_TTL);
	else if (ok)
		ok = set_option(fd, IPPROTO_IPV6, IPV6_RECVERR) &&
		     set_option(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS) &&
		     set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY);
	if (ok) {
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
		return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static socklen_t write_address(union address *to, const struct hgw_addr *a)
{
	*to = (union address){0};
	if (a->family == AF_INET) {
		to->in.sin_family = AF_INET;
		to->in.sin_port = htons(PORT);
		memcpy(&to->in.sin_addr, a->b, sizeof(to->in.sin_addr));
		return sizeof(to->in);
	}
	to->in6.sin6_family = AF_INET6;
	to->in6.sin6_port = htons(PORT);
	memcpy(&to->in6.sin6_addr, a->b, sizeof(to->in6.sin6_addr));
	return sizeof(to->in6);
}

/* By that device, whatever rules and routes say of others. */
static void bind_device(struct msghdr *msg, union control *control, uint8_t family, uint32_t oif)
{
	struct cmsghdr *c = &control->h;

	*control = (union control){0};
	msg->msg_control = control->buf;
	if (family == AF_INET) {
		const struct in_pktinfo info = {.ipi_ifindex = (int)oif};

		*c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(info)),
				      .cmsg_level = IPPROTO_IP,
				      .cmsg_type = IP_PKTINFO};
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		msg->msg_controllen = CMSG_SPACE(sizeof(info));
	} else {
		const struct in6_pktinfo info = {.ipi6_ifindex = oif};

		*c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(info)),
				      .cmsg_level = IPPROTO_IPV6,
				      .cmsg_type = IPV6_PKTINFO};
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		msg->msg_controllen = CMSG_SPACE(sizeof(info));
	}
}

int mail_send(struct mail *m, size_t slot, const struct hgw_asked *a, const struct hgw_addr *to)
{
	int *fd = &m->fd[to->family == AF_INET6][slot / PER_SOCKET];
	/* The gateway is on the link, whatever the way to the rest of its network may be. */
	int flags = hgw_addr_cmp(to, &a->addr) == 0 ? MSG_DONTROUTE : 0;
	union address address;
	union control control;
	struct msghdr msg = {.msg_name = &address};

	if (*fd < 0)
		*fd = open_socket(to->family);
	if (*fd < 0)
		return errno;
	msg.msg_namelen = write_address(&address, to);
	bind_device(&msg, &control, to->family, a->oif);
	/* What came back for an earlier one is told first, as an error that is not ours. */
	for (int i = 0; i < TRIES; i++) {
		if (sendmsg(*fd, &msg, flags) >= 0)
			return 0;
		if (errno == EAGAIN || errno == ENOBUFS)
			break;
	}
	return errno;
}

/* Where an error comes from, out of what stands behind it. */
static struct hgw_addr read_address(const void *from, size_t size)
{
	union address u = {0};
	struct hgw_addr a = {0};

	memcpy(&u, from, size < sizeof(u) ? size : sizeof(u));
	if (u.sa.sa_family == AF_INET)
		memcpy(a.b, &u.in.sin_addr, sizeof(u.in.sin_addr));
	else if (u.sa.sa_family == AF_INET6)
		memcpy(a.b, &u.in6.sin6_addr, sizeof(u.in6.sin6_addr));
	else
		return a;
	a.family = (uint8_t)u.sa.sa_family;
	return a;
}

/* Whether it is an answer of somebody, and not of this host itself. */
static bool read_error(struct cmsghdr *c, struct mail_answer *answer)
{
	struct {
		struct sock_extended_err e;
		union address from;
	} x = {0};
	size_t len = c->cmsg_len - CMSG_LEN(0);

	if (!((c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
	      (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR)) ||
	    len < sizeof(x.e))
		return false;
	memcpy(&x, CMSG_DATA(c), len < sizeof(x) ? len : sizeof(x));
	answer->from = read_address(&x.from, sizeof(x.from));
	if (x.e.ee_origin == SO_EE_ORIGIN_ICMP)
		answer->expired = x.e.ee_type == ICMP_TIME_EXCEEDED;
	else if (x.e.ee_origin == SO_EE_ORIGIN_ICMP6)
		answer->expired = x.e.ee_type == ICMP6_TIME_EXCEEDED;
	else
		return false;
	return answer->from.family != AF_UNSPEC;
}

static bool read_one(int fd, struct mail_answer *answer, bool *good)
{
	union address to = {0};
	union control control;
	struct msghdr msg = {.msg_name = &to,
			     .msg_namelen = sizeof(to),
			     .msg_control = control.buf,
			     .msg_controllen = sizeof(control)};

	if (recvmsg(fd, &msg, MSG_ERRQUEUE) < 0)
		return false;
	*good = false;
	answer->to = read_address(&to, sizeof(to));
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c))
		*good |= read_error(c, answer);
	return true;
}

void mail_read(const struct mail *m, void (*fn)(void *arg, const struct mail_answer *answer),
	       void *arg)
{
	for (size_t f = 0; f < 2; f++) {
		for (size_t i = 0; i < SOCKETS; i++) {
			struct mail_answer answer;
			char drop[16];
			bool good;

			while (m->fd[f][i] >= 0 && read_one(m->fd[f][i], &answer, &good))
				if (good)
					fn(arg, &answer);
			/* Somebody who listens there may have answered; poll() is not to see it
			 * again. */
			while (m->fd[f][i] >= 0 && recv(m->fd[f][i], drop, sizeof(drop), 0) >= 0)
				;
		}
	}
}

void mail_wait(const struct mail *m, int milliseconds)
{
	struct pollfd p[2 * SOCKETS];
	nfds_t n = 0;

	for (size_t f = 0; f < 2; f++)
		for (size_t i = 0; i < SOCKETS; i++)
			if (m->fd[f][i] >= 0)
				p[n++] = (struct pollfd){.fd = m->fd[f][i], .events = POLLIN};
	poll(p, n, milliseconds);
}
