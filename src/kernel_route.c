/* SPDX-License-Identifier: MIT */
#include "hgw/route.h"

#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <string.h>

#include "kernel_impl.h"

enum { HOPS_MAX = UINT16_MAX / sizeof(struct rtnexthop) }; /* what an attribute can hold */

static void addr_set(struct hgw_addr *a, uint8_t family, const void *bytes, int len)
{
	if (len != (int)hgw_family_bits(family) / 8)
		return;
	a->family = family;
	memcpy(a->b, bytes, (size_t)len);
}

/* RTA_GATEWAY is of the route's family, RTA_VIA of one it names. */
static void hop_set_via(struct hgw_hop *hop, uint8_t family, struct nlattr *gateway,
			struct nlattr *via)
{
	if (gateway != NULL) {
		addr_set(&hop->via, family, nla_data(gateway), nla_len(gateway));
	} else if (via != NULL && nla_len(via) > (int)sizeof(struct rtvia)) {
		struct rtvia *v = nla_data(via);

		addr_set(&hop->via, (uint8_t)v->rtvia_family, v->rtvia_addr,
			 nla_len(via) - (int)sizeof(*v));
	}
}

static uint8_t state_of(unsigned flags)
{
	return (uint8_t)(((flags & RTNH_F_DEAD) != 0 ? HGW_STATE_DEAD : 0) |
			 ((flags & RTNH_F_LINKDOWN) != 0 ? HGW_STATE_LINKDOWN : 0));
}

static int decode_hops(struct hgw_pool *pool, struct nlattr *multipath, struct hgw_route *r,
		       struct hgw_err *err)
{
	struct rtnexthop *nh = nla_data(multipath);
	int left = nla_len(multipath);
	uint8_t state = 0xff;

	for (; left >= (int)sizeof(*nh) && RTNH_OK(nh, left) && r->nhops < HOPS_MAX;
	     nh = kernel_next_hop(nh, &left)) {
		struct nlattr *tb[RTA_MAX + 1];
		struct hgw_hop hop = {.flags = nh->rtnh_flags,
				      .weight = (uint16_t)(nh->rtnh_hops + 1),
				      .oif = (uint32_t)nh->rtnh_ifindex};
		uint32_t at;

		if (nla_parse(tb, RTA_MAX, (struct nlattr *)(void *)(nh + 1),
			      nh->rtnh_len - (int)sizeof(*nh), NULL) < 0)
			break;
		hop_set_via(&hop, r->dst.addr.family, tb[RTA_GATEWAY], tb[RTA_VIA]);
		state &= state_of(nh->rtnh_flags);
		if (hgw_pool_add_hops(pool, &hop, 1, &at, err) < 0)
			return -1;
		if (r->nhops++ == 0) {
			r->hops = at;
			r->hop = hop;
		}
	}
	r->state = r->nhops > 0 ? state : 0;
	return 0;
}

static void decode_metrics(struct nlattr *metrics, struct hgw_route *r)
{
	struct nlattr *mtu =
		metrics != NULL ? nla_find(nla_data(metrics), nla_len(metrics), RTAX_MTU) : NULL;

	if (mtu != NULL)
		r->mtu = nla_get_u32(mtu);
}

int kernel_decode(struct hgw_pool *pool, struct nlmsghdr *h, struct hgw_route *r,
		  struct hgw_err *err)
{
	struct rtmsg *rtm = nlmsg_data(h);
	struct nlattr *tb[RTA_MAX + 1];

	if (!nlmsg_valid_hdr(h, sizeof(*rtm)) ||
	    nlmsg_parse(h, sizeof(*rtm), tb, RTA_MAX, NULL) < 0)
		return hgw_fail(err, HGW_FAILED, "cannot read a route of this host");
	*r = (struct hgw_route){.dst = {.addr.family = rtm->rtm_family, .len = rtm->rtm_dst_len},
				.tos = rtm->rtm_tos,
				.protocol = rtm->rtm_protocol,
				.scope = rtm->rtm_scope,
				.type = rtm->rtm_type,
				.table = rtm->rtm_table};
	if (tb[RTA_DST] != NULL)
		addr_set(&r->dst.addr, rtm->rtm_family, nla_data(tb[RTA_DST]),
			 nla_len(tb[RTA_DST]));
	if (tb[RTA_TABLE] != NULL)
		r->table = nla_get_u32(tb[RTA_TABLE]);
	if (tb[RTA_PRIORITY] != NULL)
		r->metric = nla_get_u32(tb[RTA_PRIORITY]);
	if (tb[RTA_NH_ID] != NULL)
		r->nhid = nla_get_u32(tb[RTA_NH_ID]);
	decode_metrics(tb[RTA_METRICS], r);
	if (tb[RTA_MULTIPATH] != NULL) {
		if (decode_hops(pool, tb[RTA_MULTIPATH], r, err) < 0)
			return -1;
	} else if (tb[RTA_OIF] != NULL || tb[RTA_GATEWAY] != NULL || tb[RTA_VIA] != NULL) {
		r->nhops = 1;
		r->hop = (struct hgw_hop){.flags = (uint8_t)rtm->rtm_flags, .weight = 1};
		if (tb[RTA_OIF] != NULL)
			r->hop.oif = nla_get_u32(tb[RTA_OIF]);
		hop_set_via(&r->hop, rtm->rtm_family, tb[RTA_GATEWAY], tb[RTA_VIA]);
		r->state = state_of(rtm->rtm_flags);
	}
	return hgw_pool_add_raw(pool, h, h->nlmsg_len, &r->raw, err);
}

/* A message from a file is not one of the kernel's, which alone is to be believed. */
static bool is_sound(struct nlmsghdr *h)
{
	static struct nla_policy numbers[RTA_MAX + 1] = {[RTA_TABLE] = {.type = NLA_U32},
							 [RTA_PRIORITY] = {.type = NLA_U32},
							 [RTA_NH_ID] = {.type = NLA_U32},
							 [RTA_OIF] = {.type = NLA_U32},
							 [RTA_METRICS] = {.type = NLA_NESTED}};
	static struct nla_policy metrics[RTAX_MAX + 1] = {[RTAX_MTU] = {.type = NLA_U32}};
	struct nlattr *tb[RTA_MAX + 1], *inside[RTAX_MAX + 1];
	const struct rtmsg *rtm = nlmsg_data(h);

	if (h->nlmsg_type != RTM_NEWROUTE || !nlmsg_valid_hdr(h, sizeof(*rtm)) ||
	    rtm->rtm_dst_len > hgw_family_bits(rtm->rtm_family) ||
	    hgw_family_bits(rtm->rtm_family) == 0 ||
	    nlmsg_parse(h, sizeof(*rtm), tb, RTA_MAX, numbers) < 0)
		return false;
	return tb[RTA_METRICS] == NULL ||
	       nla_parse_nested(inside, RTAX_MAX, tb[RTA_METRICS], metrics) >= 0;
}

int hgw_kernel_decode(struct hgw_pool *pool, const void *msg, size_t len, struct hgw_route *r,
		      struct hgw_err *err)
{
	struct nlmsghdr *h =
		(struct nlmsghdr *)(uintptr_t)msg; /* NOLINT(performance-no-int-to-ptr) */

	if (len > INT32_MAX || !nlmsg_ok(h, (int)len) || !is_sound(h))
		return hgw_fail(err, HGW_DATAERR, "not the message of a route");
	return kernel_decode(pool, h, r, err);
}

struct route_dump {
	const struct hgw_filter *filter;
	const struct hgw_sink *sink;
	struct hgw_pool *pool;
	size_t nhops, nraw; /* of the pool, before the dump */
};

static int on_route(void *arg, struct nlmsghdr *h, struct hgw_err *err)
{
	struct route_dump *d = arg;
	const struct hgw_filter *f = d->filter;
	size_t nhops = d->pool->nhops, nraw = d->pool->nraw;
	struct rtmsg *rtm = nlmsg_data(h);
	struct hgw_route r = {0};
	int keep = 0;

	/* A kernel without strict checking does not filter; and cached routes are no routes. */
	if (h->nlmsg_type != RTM_NEWROUTE || !nlmsg_valid_hdr(h, sizeof(*rtm)) ||
	    rtm->rtm_family != f->family || (rtm->rtm_flags & RTM_F_CLONED) ||
	    (f->protocol != 0 && rtm->rtm_protocol != f->protocol) ||
	    (f->but != 0 && rtm->rtm_protocol == f->but))
		return 0;
	if (kernel_decode(d->pool, h, &r, err) < 0)
		return -1;
	if (f->table == 0 || f->table == r.table)
		keep = d->sink->route(d->sink->arg, &r, err);
	if (keep <= 0) {
		d->pool->nhops = nhops;
		d->pool->nraw = nraw;
	}
	return keep < 0 ? -1 : 0;
}

static void route_restart(void *arg)
{
	struct route_dump *d = arg;

	d->pool->nhops = d->nhops;
	d->pool->nraw = d->nraw;
	if (d->sink->restart != NULL)
		d->sink->restart(d->sink->arg);
}

int hgw_kernel_routes(struct hgw_kernel *k, const struct hgw_filter *filter, struct hgw_pool *pool,
		      const struct hgw_sink *sink, struct hgw_err *err)
{
	struct route_dump dump = {filter, sink, pool, pool->nhops, pool->nraw};
	struct {
		struct nlmsghdr h;
		struct rtmsg rtm;
		struct nlattr table;
		uint32_t id;
	} request = {
		.h = {.nlmsg_len = sizeof(request),
		      .nlmsg_type = RTM_GETROUTE,
		      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.rtm = {.rtm_family = filter->family, .rtm_protocol = filter->protocol},
		.table = {.nla_len = sizeof(struct nlattr) + sizeof(uint32_t),
			  .nla_type = RTA_TABLE},
		.id = filter->table,
	};

	/* rtm_table has 8 bits only; the attribute has all 32. */
	if (filter->table == 0)
		request.h.nlmsg_len = offsetof(__typeof__(request), table);
	return kernel_dump(k, &request.h, "routes", on_route, route_restart, &dump, err);
}

struct collection {
	struct hgw_routes *set;
	size_t n;
};

static int collect(void *arg, const struct hgw_route *r, struct hgw_err *err)
{
	struct collection *c = arg;

	return hgw_routes_add(c->set, r, err) < 0 ? -1 : 1;
}

static void collect_again(void *arg)
{
	struct collection *c = arg;

	c->set->n = c->n;
}

int hgw_kernel_collect(struct hgw_kernel *k, const struct hgw_filter *filter, struct hgw_pool *pool,
		       struct hgw_routes *set, struct hgw_err *err)
{
	struct collection c = {set, set->n};
	struct hgw_sink sink = {collect, collect_again, &c};

	return hgw_kernel_routes(k, filter, pool, &sink, err);
}
