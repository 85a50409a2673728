/* SPDX-License-Identifier: MIT */
#include "hgw/kernel.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel_impl.h"

/* A message being built; once something does not fit it stays "full". */
struct builder {
	struct nlmsghdr *h;
	size_t cap;
	bool full;
};

static void *put(struct builder *b, uint16_t type, const void *data, size_t len)
{
	size_t at = NLMSG_ALIGN(b->h->nlmsg_len), size = sizeof(struct nlattr) + len;
	struct nlattr *a = (struct nlattr *)(void *)((char *)b->h + at);

	if (b->full || at + NLMSG_ALIGN(size) > b->cap || size > UINT16_MAX) {
		b->full = true;
		return NULL;
	}
	*a = (struct nlattr){.nla_len = (uint16_t)size, .nla_type = type};
	memset((char *)nla_data(a) + len, 0, NLMSG_ALIGN(size) - size);
	if (data != NULL)
		memcpy(nla_data(a), data, len);
	b->h->nlmsg_len = (uint32_t)(at + NLMSG_ALIGN(size));
	return a;
}

static void put_u32(struct builder *b, uint16_t type, uint32_t value)
{
	put(b, type, &value, sizeof(value));
}

static void close_nest(const struct builder *b, struct nlattr *nest)
{
	if (nest != NULL)
		nest->nla_len = (uint16_t)((char *)b->h + b->h->nlmsg_len - (char *)nest);
}

static void put_via(struct builder *b, uint8_t family, const struct hgw_addr *via)
{
	size_t len = hgw_family_bits(via->family) / 8;

	if (via->family == family) {
		put(b, RTA_GATEWAY, via->b, len);
	} else if (via->family != AF_UNSPEC) {
		unsigned char buf[sizeof(struct rtvia) + sizeof(via->b)];
		struct rtvia v = {.rtvia_family = via->family};

		memcpy(buf, &v, sizeof(v));
		memcpy(buf + sizeof(v), via->b, len);
		put(b, RTA_VIA, buf, sizeof(v) + len);
	}
}

/* The hops as RTA_MULTIPATH: struct rtnexthop with attributes behind it, each. */
static void put_multipath(struct builder *b, const struct hgw_route *r, const struct hgw_hop *hops)
{
	struct nlattr *nest = put(b, RTA_MULTIPATH, NULL, 0);

	for (size_t i = 0; i < r->nhops && !b->full; i++) {
		size_t at = b->h->nlmsg_len;
		struct rtnexthop nh = {.rtnh_flags = hops[i].flags & RTNH_F_ONLINK,
				       .rtnh_hops = (uint8_t)(hops[i].weight - 1),
				       .rtnh_ifindex = (int)hops[i].oif};

		if (at + sizeof(nh) > b->cap) {
			b->full = true;
			return;
		}
		b->h->nlmsg_len += sizeof(nh);
		put_via(b, r->dst.addr.family, &hops[i].via);
		nh.rtnh_len = (uint16_t)(b->h->nlmsg_len - at);
		memcpy((char *)b->h + at, &nh, sizeof(nh));
	}
	if (b->h->nlmsg_len > UINT16_MAX)
		b->full = true;
	close_nest(b, nest);
}

static void put_hops(struct builder *b, struct rtmsg *rtm, const struct hgw_pool *pool,
		     const struct hgw_route *r)
{
	const struct hgw_hop *hops = hgw_route_hops(pool, r);

	/* A nexthop object stands for its hops; saying both is refused. */
	if (r->nhid != 0) {
		put_u32(b, RTA_NH_ID, r->nhid);
	} else if (r->nhops > 1 || (r->nhops == 1 && hops->weight > 1)) {
		put_multipath(b, r, hops);
	} else if (r->nhops == 1) {
		put_via(b, r->dst.addr.family, &hops->via);
		if (hops->oif != 0)
			put_u32(b, RTA_OIF, hops->oif);
		rtm->rtm_flags |= hops->flags & RTNH_F_ONLINK;
	}
}

/* A delete in IPv4 tells routes apart by their metrics too, if it has any: 0 is "none". */
static void encode_route(struct builder *b, const struct hgw_pool *pool, const struct hgw_route *r)
{
	bool exact = b->h->nlmsg_type == RTM_DELROUTE && r->dst.addr.family == AF_INET;
	struct rtmsg *rtm = nlmsg_data(b->h);
	size_t len = hgw_family_bits(r->dst.addr.family) / 8;

	*rtm = (struct rtmsg){.rtm_family = r->dst.addr.family,
			      .rtm_dst_len = r->dst.len,
			      .rtm_tos = r->tos,
			      .rtm_protocol = r->protocol,
			      .rtm_scope = r->scope,
			      .rtm_type = r->type};
	put(b, RTA_DST, r->dst.addr.b, len);
	put_u32(b, RTA_TABLE, r->table);
	if (r->metric != 0)
		put_u32(b, RTA_PRIORITY, r->metric);
	put_hops(b, rtm, pool, r);
	if (r->mtu != 0 || exact) {
		struct nlattr *nest = put(b, RTA_METRICS, NULL, 0);

		put_u32(b, RTAX_MTU, r->mtu);
		close_nest(b, nest);
	}
}

/* State that a dump reports and a request must not have (fib_get_nhs, rtm_to_fib6_config). */
enum {
	STATE_FLAGS =
		RTNH_F_DEAD | RTNH_F_LINKDOWN | RTNH_F_OFFLOAD | RTNH_F_TRAP | RTNH_F_UNRESOLVED
};

static void clear_hop_state(struct nlattr *multipath)
{
	struct rtnexthop *nh = nla_data(multipath);
	int left = nla_len(multipath);

	for (; left >= (int)sizeof(*nh) && RTNH_OK(nh, left); nh = kernel_next_hop(nh, &left))
		nh->rtnh_flags &= (uint8_t)~STATE_FLAGS;
}

static bool is_way(int type)
{
	return type == RTA_GATEWAY || type == RTA_VIA || type == RTA_OIF || type == RTA_MULTIPATH;
}

/* A dump tells when a route expires in ticks, a request in seconds. */
static void put_expiry(struct builder *b, const struct nlattr *cacheinfo)
{
	const struct rta_cacheinfo *ci = nla_data(cacheinfo);
	long ticks = sysconf(_SC_CLK_TCK);

	if (nla_len(cacheinfo) >= (int)sizeof(*ci) && ci->rta_expires > 0)
		put_u32(b, RTA_EXPIRES, (uint32_t)(ci->rta_expires / ticks));
}

/*
 * The dumped message again, less what is state or what the nexthop object
 * stands for. Where r is one hop of the several that were dumped, with that.
 */
static void encode_raw(struct builder *b, const struct hgw_pool *pool, const struct hgw_route *r)
{
	struct nlmsghdr *src = (struct nlmsghdr *)(void *)(pool->raw + r->raw);
	struct rtmsg *rtm = nlmsg_data(b->h), *from = nlmsg_data(src);
	bool nhid = nlmsg_find_attr(src, sizeof(*from), RTA_NH_ID) != NULL;
	bool one = !nhid && r->nhops == 1 &&
		   nlmsg_find_attr(src, sizeof(*from), RTA_MULTIPATH) != NULL;
	struct nlattr *a;
	int rem;

	*rtm = *from;
	rtm->rtm_flags &= RTNH_F_ONLINK | RTNH_F_PERVASIVE;
	if (one)
		put_hops(b, rtm, pool, r);
	nlmsg_for_each_attr (a, src, sizeof(*from), rem) {
		int type = nla_type(a);
		struct nlattr *copy;

		if (type == RTA_CACHEINFO)
			put_expiry(b, a);
		if (type == RTA_CACHEINFO || ((nhid || one) && is_way(type)))
			continue;
		copy = put(b, a->nla_type, nla_data(a), (size_t)nla_len(a));
		if (copy != NULL && type == RTA_MULTIPATH)
			clear_hop_state(copy);
	}
}

size_t kernel_encode(const struct hgw_pool *pool, const struct hgw_write *w, void *msg, size_t cap)
{
	static const uint16_t flags[] = {
		[HGW_VERB_ADD] = NLM_F_CREATE | NLM_F_EXCL,
		[HGW_VERB_APPEND] = NLM_F_CREATE | NLM_F_APPEND,
		[HGW_VERB_REPLACE] = NLM_F_CREATE | NLM_F_REPLACE,
		[HGW_VERB_DELETE] = 0,
	};
	struct builder b = {.h = msg, .cap = cap};

	if (cap < NLMSG_LENGTH(sizeof(struct rtmsg)))
		return 0;
	*b.h = (struct nlmsghdr){.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)),
				 .nlmsg_type =
					 w->verb == HGW_VERB_DELETE ? RTM_DELROUTE : RTM_NEWROUTE,
				 .nlmsg_flags = NLM_F_REQUEST | flags[w->verb]};
	if (w->restore)
		encode_raw(&b, pool, &w->route);
	else
		encode_route(&b, pool, &w->route);
	return b.full ? 0 : NLMSG_ALIGN(b.h->nlmsg_len);
}

/* Where the answers to writes [first, end) go; their seq runs on from seq. */
struct batch {
	struct hgw_write *writes;
	size_t first, end;
	uint32_t seq;
	struct hgw_refusal *refusal; /* the earliest */
	bool failed;
};

static void batch_fail(struct batch *b, size_t i, enum hgw_write_state state, int errnum,
		       const char *text)
{
	b->writes[i].state = state;
	if (b->failed && i >= b->refusal->index)
		return;
	b->failed = true;
	b->refusal->index = i;
	b->refusal->errnum = errnum;
	snprintf(b->refusal->text, sizeof(b->refusal->text), "%s", text);
}

static void batch_answer(struct batch *b, struct nlmsghdr *h)
{
	size_t i = b->first + (uint32_t)(h->nlmsg_seq - b->seq);
	struct kernel_answer answer;

	if (h->nlmsg_type != NLMSG_ERROR || i >= b->end)
		return;
	kernel_read_error(h, &answer);
	if (answer.errnum == ESRCH && b->writes[i].verb == HGW_VERB_DELETE)
		b->writes[i].state = HGW_WRITE_GONE;
	else if (answer.errnum == EEXIST && b->writes[i].verb == HGW_VERB_ADD &&
		 b->writes[i].restore)
		b->writes[i].state = HGW_WRITE_TAKEN;
	else if (answer.errnum != 0)
		batch_fail(b, i, HGW_WRITE_REFUSED, answer.errnum, answer.text);
}

/*
 * All answers are queued when the send returns; silence is consent. Unless the
 * queue ran over: then those that are left are read, and the others unknown.
 */
static void batch_read(struct hgw_kernel *k, struct batch *b)
{
	struct pollfd p = {.fd = nl_socket_get_fd(k->sk), .events = POLLIN};
	struct kernel_inbox in HGW_CLEANUP(kernel_inbox_free) = {0};
	int lost = 0;

	for (size_t i = b->first; i < b->end; i++)
		b->writes[i].state = HGW_WRITE_DONE;
	while (poll(&p, 1, 0) > 0) {
		int rc = kernel_receive(k, &in);

		if (rc == EAGAIN)
			break;
		if (rc != 0)
			lost = rc;
		if (rc != 0 && rc != ENOBUFS)
			break;
		for (struct nlmsghdr *h; (h = kernel_next(&in)) != NULL;)
			batch_answer(b, h);
	}
	for (size_t i = b->first; i < b->end && lost != 0; i++)
		if (b->writes[i].state == HGW_WRITE_DONE)
			batch_fail(b, i, HGW_WRITE_UNKNOWN, lost, "");
}

/* Packs writes from b->first on into the buffer; sets b->end; the number of bytes. */
static size_t batch_pack(struct hgw_kernel *k, const struct hgw_pool *pool, struct batch *b,
			 size_t n)
{
	size_t len = 0;

	b->seq = k->seq + 1;
	for (b->end = b->first; b->end < n; b->end++) {
		const struct hgw_write *w = &b->writes[b->end];
		struct nlmsghdr *h = (struct nlmsghdr *)(void *)(k->out + len);
		size_t size;

		if (len > 0 && (w->alone || b->writes[b->end - 1].alone))
			break;
		size = kernel_encode(pool, w, h, KERNEL_SEND_MAX - len);
		if (size == 0)
			break;
		h->nlmsg_seq = ++k->seq;
		len += size;
	}
	return len;
}

void hgw_kernel_stop_at(struct hgw_kernel *k, const volatile sig_atomic_t *stop)
{
	k->stop = stop;
}

bool hgw_kernel_stopped(const struct hgw_kernel *k)
{
	return k->stop != NULL && *k->stop != 0;
}

/* Also after the last send: who is told to stop does not go on to what comes next. */
static bool stopped(struct hgw_kernel *k, struct batch *b, size_t n)
{
	if (n == 0 || b->failed || !hgw_kernel_stopped(k))
		return false;
	b->failed = true;
	*b->refusal =
		(struct hgw_refusal){.index = b->first < n ? b->first : n - 1, .errnum = EINTR};
	return true;
}

int hgw_kernel_write(struct hgw_kernel *k, const struct hgw_pool *pool, struct hgw_write *writes,
		     size_t n, struct hgw_refusal *refusal)
{
	struct batch b = {.writes = writes, .refusal = refusal};

	for (size_t i = 0; i < n; i++)
		writes[i].state = HGW_WRITE_PENDING;
	while (!stopped(k, &b, n) && b.first < n && !b.failed) {
		size_t len = batch_pack(k, pool, &b, n);
		int rc;

		if (len == 0) {
			batch_fail(&b, b.first, HGW_WRITE_REFUSED, EMSGSIZE, "");
			break;
		}
		errno = 0;
		rc = nl_sendto(k->sk, k->out, len);
		if (rc < 0) {
			batch_fail(&b, b.first, HGW_WRITE_UNKNOWN, errno != 0 ? errno : EIO, "");
			break;
		}
		batch_read(k, &b);
		b.first = b.end;
		kernel_step(k, &(struct hgw_step){"writing", "routes", "", b.first, n});
	}
	kernel_step(k, NULL);
	return b.failed ? -1 : 0;
}
