/* SPDX-License-Identifier: MIT */
/*
 * Routes as values. A route holds no pointers: what does not fit stands in a
 * pool that all sets of a run share, and is referred to by index.
 */
#ifndef HGW_ROUTE_H
#define HGW_ROUTE_H

#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/err.h"
#include "hgw/prefix.h"

/* One next hop (struct rtnexthop). */
struct hgw_hop {
	struct hgw_addr via; /* gateway, of any family (RTA_GATEWAY, RTA_VIA); AF_UNSPEC: on-link */
	uint8_t flags;	     /* RTNH_F_ONLINK is part of the route, the others are state */
	uint16_t weight;     /* 1..256; rtnh_hops + 1 */
	uint32_t oif;	     /* ifindex, or the snapshot's own number; 0: none */
};

struct hgw_route {
	struct hgw_prefix dst;
	uint8_t tos, protocol, scope, type; /* RTPROT_*, RT_SCOPE_*, RTN_* */
	uint8_t state;	/* RTM_F_* and RTNH_F_* the kernel reports, folded; see below */
	uint16_t nhops; /* 0: a blackhole, say, or an nhid without expansion */
	uint32_t table, metric, mtu, nhid;
	struct hgw_hop hop; /* nhops == 1 */
	uint32_t hops;	    /* nhops > 1: index into pool->hops */
	uint32_t raw; /* index into pool->raw: the message as dumped, for undo and show; 0: none */
};

/* route.state */
enum { HGW_STATE_DEAD = 1, HGW_STATE_LINKDOWN = 2 };

struct hgw_pool {
	struct hgw_hop *hops;
	size_t nhops, cap_hops;
	unsigned char
		*raw; /* netlink messages, each aligned and with its header; raw[0] is unused */
	size_t nraw, cap_raw;
};

struct hgw_routes {
	struct hgw_route *v;
	size_t n, cap;
};

/* IPv6's value for "no metric said" (IP6_RT_PRIO_USER, net/ip6_route.h). */
enum { HGW_METRIC6_DEFAULT = 1024 };

/* Appends hops, or a message of len bytes; *index is where. -1 and err if out of memory. */
HGW_NODISCARD int hgw_pool_add_hops(struct hgw_pool *pool, const struct hgw_hop *hops, size_t n,
				    uint32_t *index, struct hgw_err *err);
HGW_NODISCARD int hgw_pool_add_raw(struct hgw_pool *pool, const void *msg, size_t len,
				   uint32_t *index, struct hgw_err *err);
/* Room for that much in all. */
HGW_NODISCARD int hgw_pool_reserve(struct hgw_pool *pool, size_t nhops, size_t nraw,
				   struct hgw_err *err);
void hgw_pool_free(struct hgw_pool *pool);

/* The hops of a route: nhops of them. Valid until the pool grows. */
const struct hgw_hop *hgw_route_hops(const struct hgw_pool *pool, const struct hgw_route *r);

/*
 * What the kernel tells routes apart by, in the order of our output: family,
 * dst, table, tos, metric. An IPv6 metric of 0 is 1024.
 */
int hgw_route_key_cmp(const struct hgw_route *a, const struct hgw_route *b);
/* The metric as the kernel counts it. */
uint32_t hgw_route_metric(const struct hgw_route *r);

/*
 * The metric that "spread" gives an IPv4 route by its gateway, of either family:
 * 1000000 + 1000 * the last but one byte of the address + the last one. The same on every
 * host and in every run, so that plans stay empty.
 *
 * Why: the kernel finds equal next hops through a hash of number of hops, protocol, scope,
 * source, metric and device, not of the gateway (fib_info_hashfn(), net/ipv4/fib_semantics.c),
 * so that routes of one metric, each with a gateway of its own, stand in one chain which every
 * insert walks. The metric is the one part of that hash which matters to nobody where a
 * prefix has one route. IPv6 has no such chain.
 */
enum { HGW_SPREAD_BASE = 1000000, HGW_SPREAD_STEP = 1000 };
uint32_t hgw_metric_spread(const struct hgw_addr *gateway);

/*
 * Equal for forwarding: same key, type, protocol, scope, mtu, and the same
 * hops as a set, onlink and (where there are several) weight included. State
 * and raw do not count.
 */
bool hgw_route_equal(const struct hgw_pool *pool, const struct hgw_route *a,
		     const struct hgw_route *b);
/* The same set of (via, oif); what "already does the job" means. */
bool hgw_route_same_hops(const struct hgw_pool *pool, const struct hgw_route *a,
			 const struct hgw_route *b);
/* One hop equals another: via, oif, onlink. */
bool hgw_hop_equal(const struct hgw_hop *a, const struct hgw_hop *b);

HGW_NODISCARD int hgw_routes_add(struct hgw_routes *set, const struct hgw_route *r,
				 struct hgw_err *err);
HGW_NODISCARD int hgw_routes_reserve(struct hgw_routes *set, size_t n, struct hgw_err *err);
/* qsort(), at the cost of one pass where all is in order already. */
void hgw_sort(void *v, size_t n, size_t size, int (*compare)(const void *, const void *));
/*
 * By key, and of equal keys as dumped (their messages lie in the pool in that
 * order): the first of a key is the one that is in force.
 */
void hgw_routes_sort(struct hgw_routes *set);
/* The first route of a sorted set whose key does not stand before that of key; set->n: none. */
size_t hgw_routes_find(const struct hgw_routes *set, const struct hgw_route *key);
/* Likewise the first whose dst does not stand before dst. */
size_t hgw_routes_find_dst(const struct hgw_routes *set, const struct hgw_prefix *dst);
void hgw_routes_free(struct hgw_routes *set);

#endif
