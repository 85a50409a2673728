/* SPDX-License-Identifier: MIT */
/* The way of one packet: the route that it takes from a host, and why not another. */
#ifndef HGW_TRACE_H
#define HGW_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/err.h"
#include "hgw/kernel.h"
#include "hgw/route.h"

/* How a route to the destination stands to the one that is taken. */
enum hgw_standing {
	HGW_STANDING_TAKEN,
	HGW_STANDING_SHORTER, /* its prefix */
	HGW_STANDING_METRIC,  /* the same prefix, and a metric not as good */
	HGW_STANDING_BEHIND,  /* the same prefix and metric, but another came first */
	HGW_STANDING_TABLE, /* of a table that is not looked at, or later, or not for this packet */
	HGW_STANDING_THROW, /* it says itself that other tables are to be asked */
	HGW_STANDING_TOS,   /* for packets of a type of service alone */
	HGW_STANDING_DEAD,  /* none of its links is up */
	HGW_NSTANDINGS,
};

struct hgw_trace_route {
	struct hgw_route route;
	enum hgw_standing standing;
};

struct hgw_trace {
	struct hgw_addr to;
	struct hgw_trace_route *v; /* all that lead there: that taken, then those of its table, the
				    longer before the shorter, then those of others */
	size_t n;
	bool found; /* v[0] is taken; it may be one that rejects (RTN_BLACKHOLE, …) */
	bool asked; /* the kernel was, and this is its answer */
	struct hgw_lookup answer;
};

/* Of this host, rules and all: the kernel is asked. v's hops and messages are in the pool. */
HGW_NODISCARD int hgw_trace_find(struct hgw_trace *trace, const struct hgw_addr *to,
				 struct hgw_kernel *k, struct hgw_pool *pool, struct hgw_err *err);
/* Of a set of all routes, in the kernel's order, as hgw_fib_build() takes the table; no rules. */
HGW_NODISCARD int hgw_trace_find_set(struct hgw_trace *trace, const struct hgw_addr *to,
				     const struct hgw_routes *all, uint32_t table,
				     struct hgw_err *err);
void hgw_trace_free(struct hgw_trace *trace);

/* "taken", "shorter", … */
const char *hgw_standing_name(enum hgw_standing standing);

#endif
