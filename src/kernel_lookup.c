/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <string.h>

#include "kernel_impl.h"

/* So few that the answers fit a receive buffer that could not be made larger. */
enum { BATCH = 64 };

struct question {
	struct nlmsghdr h;
	struct rtmsg rtm;
	unsigned char attributes[64]; /* two addresses and a number */
};

static void put(struct question *q, unsigned short type, const void *data, size_t len)
{
	struct rtattr a = {.rta_len = (unsigned short)RTA_LENGTH(len), .rta_type = type};
	unsigned char *at = (unsigned char *)q + q->h.nlmsg_len;

	memcpy(at, &a, sizeof(a));
	memcpy(at + RTA_LENGTH(0), data, len);
	q->h.nlmsg_len += (uint32_t)RTA_SPACE(len);
}

static void encode(struct question *q, const struct hgw_lookup *l, uint32_t seq)
{
	unsigned bits = hgw_family_bits(l->to.family);

	*q = (struct question){
		.h = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
		      .nlmsg_type = RTM_GETROUTE,
		      .nlmsg_flags = NLM_F_REQUEST,
		      .nlmsg_seq = seq},
		.rtm = {.rtm_family = l->to.family,
			.rtm_dst_len = (unsigned char)bits,
			.rtm_src_len = (unsigned char)(l->from.family != AF_UNSPEC ? bits : 0),
			/* IPv6 always tells the table, and takes no such flag. */
			.rtm_flags = l->to.family == AF_INET ? RTM_F_LOOKUP_TABLE : 0}};
	put(q, RTA_DST, l->to.b, bits / 8);
	if (l->from.family != AF_UNSPEC)
		put(q, RTA_SRC, l->from.b, bits / 8);
	if (l->iif != 0)
		put(q, RTA_IIF, &l->iif, sizeof(l->iif));
}

struct lookups {
	struct hgw_lookup *v;
	size_t first, end; /* those that were asked */
	uint32_t seq;	   /* of the first */
	struct hgw_pool pool;
};

static int read_route(struct lookups *b, struct hgw_lookup *l, struct nlmsghdr *h,
		      struct hgw_err *err)
{
	struct hgw_route r;

	b->pool.nraw = b->pool.nhops = 0;
	if (kernel_decode(&b->pool, h, &r, err) < 0)
		return -1;
	l->errnum = 0;
	l->type = r.type;
	l->table = r.table;
	l->hop = r.hop;
	return 0;
}

static int read_answer(struct lookups *b, struct nlmsghdr *h, struct hgw_err *err)
{
	size_t i = b->first + (uint32_t)(h->nlmsg_seq - b->seq);
	struct kernel_answer answer;

	if (i >= b->end)
		return 0;
	if (h->nlmsg_type == RTM_NEWROUTE)
		return read_route(b, &b->v[i], h, err);
	if (h->nlmsg_type != NLMSG_ERROR)
		return 0;
	kernel_read_error(h, &answer);
	b->v[i].errnum = answer.errnum;
	return 0;
}

/* All answers are queued when the send returns. */
static int read_answers(struct hgw_kernel *k, struct lookups *b, struct hgw_err *err)
{
	struct pollfd p = {.fd = nl_socket_get_fd(k->sk), .events = POLLIN};
	struct kernel_inbox in HGW_CLEANUP(kernel_inbox_free) = {0};

	while (poll(&p, 1, 0) > 0) {
		int rc = kernel_receive(k, &in);

		if (rc == EAGAIN)
			break;
		if (rc != 0 && rc != ENOBUFS)
			return hgw_fail(err, HGW_FAILED, "cannot read where packets would go: %s",
					strerror(rc));
		for (struct nlmsghdr *h; (h = kernel_next(&in)) != NULL;)
			if (read_answer(b, h, err) < 0)
				return -1;
	}
	return 0;
}

static int ask(struct hgw_kernel *k, struct lookups *b, size_t end, struct hgw_err *err)
{
	size_t len = 0;
	int rc;

	b->seq = k->seq + 1;
	for (b->end = b->first; b->end < end; b->end++) {
		struct question q;

		encode(&q, &b->v[b->end], ++k->seq);
		b->v[b->end].errnum = ENOBUFS; /* until there is an answer */
		memcpy(k->out + len, &q, q.h.nlmsg_len);
		len += NLMSG_ALIGN(q.h.nlmsg_len);
	}
	rc = nl_sendto(k->sk, k->out, len);
	if (rc < 0)
		return hgw_fail(err, HGW_FAILED, "cannot ask where packets would go: %s",
				nl_geterror(rc));
	return read_answers(k, b, err);
}

/* Those whose answers were lost are asked once more, one at a time. */
static int ask_again(struct hgw_kernel *k, struct lookups *b, struct hgw_err *err)
{
	size_t end = b->end;

	for (; b->first < end; b->first++) {
		if (b->v[b->first].errnum != ENOBUFS)
			continue;
		if (ask(k, b, b->first + 1, err) < 0)
			return -1;
		if (b->v[b->first].errnum == ENOBUFS)
			return hgw_fail(err, HGW_FAILED,
					"the kernel did not tell where packets would go");
	}
	return 0;
}

int hgw_kernel_lookup(struct hgw_kernel *k, struct hgw_lookup *v, size_t n, struct hgw_err *err)
{
	struct lookups b = {.v = v};
	int rc = 0;

	while (b.first < n && rc == 0) {
		rc = ask(k, &b, n - b.first < BATCH ? n : b.first + BATCH, err);
		if (rc == 0)
			rc = ask_again(k, &b, err);
	}
	hgw_pool_free(&b.pool);
	return rc;
}
