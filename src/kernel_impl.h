/* SPDX-License-Identifier: MIT */
/* Shared by the kernel*.c files and by nobody else. */
#ifndef HGW_KERNEL_IMPL_H
#define HGW_KERNEL_IMPL_H

#include <linux/netlink.h>
#include <stdint.h>

#include "hgw/kernel.h"

struct nl_sock;

enum { KERNEL_SEND_MAX = 64 * 1024 };

struct hgw_kernel {
	struct nl_sock *sk;
	uint32_t seq;
	unsigned char *out; /* KERNEL_SEND_MAX bytes for requests */
	const volatile sig_atomic_t *stop;
	const struct hgw_progress *progress; /* NULL: nobody is to be told */
	struct nl_sock *news;		     /* of changes; NULL: not asked for */
};

/* What came with an NLMSG_ERROR: errno, and the kernel's words ("" if none). */
struct kernel_answer {
	int errnum;
	char text[160];
};
void kernel_read_error(struct nlmsghdr *h, struct kernel_answer *a);

/* A received datagram and where we are in it. */
struct kernel_inbox {
	unsigned char *buf;
	int left;
	struct nlmsghdr *next;
};
/* One recv; 0, or the errno. ENOBUFS: answers were lost. */
int kernel_receive(struct hgw_kernel *k, struct kernel_inbox *in);
struct nlmsghdr *kernel_next(struct kernel_inbox *in);
void kernel_inbox_free(struct kernel_inbox *in);

typedef int (*kernel_msg_fn)(void *arg, struct nlmsghdr *h, struct hgw_err *err);

/*
 * Sends a dump request and hands each answer to fn; again from the start,
 * after restart(arg), if the kernel says that the dump was interrupted.
 * ENOENT and "no such family" are empty dumps.
 */
HGW_NODISCARD int kernel_dump(struct hgw_kernel *k, struct nlmsghdr *request, const char *what,
			      kernel_msg_fn fn, void (*restart)(void *arg), void *arg,
			      struct hgw_err *err);

/* How far it has come; NULL: it is over. */
void kernel_step(const struct hgw_kernel *k, const struct hgw_step *step);

/* RTNH_NEXT and RTNH_ALIGN without their cast of a char pointer. */
static inline struct rtnexthop *kernel_next_hop(struct rtnexthop *nh, int *left)
{
	size_t size = RTNH_ALIGN(nh->rtnh_len);

	*left -= (int)size;
	return (struct rtnexthop *)(void *)((char *)nh + size);
}

/* Builds the message of one write at msg, of at most cap bytes; its length, or 0 if it is too long.
 */
size_t kernel_encode(const struct hgw_pool *pool, const struct hgw_write *w, void *msg, size_t cap);
/* The message of a route as dumped, into a value; its hops and bytes go to the pool. */
HGW_NODISCARD int kernel_decode(struct hgw_pool *pool, struct nlmsghdr *h, struct hgw_route *r,
				struct hgw_err *err);

#endif
