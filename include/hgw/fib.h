/* SPDX-License-Identifier: MIT */
/*
 * Looking a destination up in a host's routes as its kernel would, for a
 * packet of tos 0 that no rule (ip-rule(8)) is about but those that every
 * kernel begins with. A file of routes does not tell the rules there are.
 */
#ifndef HGW_FIB_H
#define HGW_FIB_H

#include <stddef.h>
#include <stdint.h>

#include "hgw/err.h"
#include "hgw/route.h"

/* The route in force to one destination, in one of the tables looked at in turn. */
struct hgw_fib_entry {
	struct hgw_prefix dst;
	uint8_t level; /* which turn: 0 comes first */
	uint8_t rank;  /* of the tables that are one turn */
	uint32_t metric;
	uint32_t route;	 /* into routes->v */
	uint32_t parent; /* the longest one around it in its turn; UINT32_MAX: none */
};

struct hgw_fib {
	const struct hgw_routes *routes; /* borrowed; not to be changed while the fib is used */
	struct hgw_fib_entry *v;	 /* sorted by level, then dst; no two alike */
	size_t n;
	uint32_t ends[4]; /* of each turn, into v */
};

/*
 * The tables, in turn: of IPv4 local and main as one (a kernel without rules
 * of others keeps them in one trie, so that the longer prefix wins whichever
 * it is in), then default; of IPv6 local, then main. A table other than those
 * (0 is none) is taken to have a rule for all packets that stands behind that
 * of local and before that of main, and then all of them are looked at one by one.
 *
 * routes are in the order in which the kernel told them, or sorted
 * (hgw_routes_sort). What has a tos, or only hops that are dead, is left out.
 * O(n log n).
 */
HGW_NODISCARD int hgw_fib_build(struct hgw_fib *fib, const struct hgw_routes *routes,
				uint32_t table, struct hgw_err *err);
/*
 * The route that a packet to dst takes: the longest prefix of the first table
 * that has one, and of several the lowest metric. It may be one that rejects
 * (RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT); RTN_THROW goes on with the
 * next table. NULL: there is none. O(log n), and the depth to which prefixes
 * are nested. Of its hops those with RTNH_F_DEAD are not used.
 */
const struct hgw_route *hgw_fib_lookup(const struct hgw_fib *fib, const struct hgw_addr *dst);
void hgw_fib_free(struct hgw_fib *fib);

#endif
