/* SPDX-License-Identifier: MIT */
#include "hgw/trace.h"

#include <stdlib.h>

#include "hgw/fib.h"

struct gathering {
	struct hgw_addr to;
	struct hgw_routes routes;
};

static bool leads_there(const struct hgw_route *r, const struct hgw_addr *to)
{
	const struct hgw_prefix host = {.addr = *to, .len = (uint8_t)hgw_family_bits(to->family)};

	return hgw_prefix_covers(&r->dst, &host);
}

static int gather(void *arg, const struct hgw_route *r, struct hgw_err *err)
{
	struct gathering *g = arg;

	if (!leads_there(r, &g->to))
		return 0;
	return hgw_routes_add(&g->routes, r, err) < 0 ? -1 : 1;
}

static void start_again(void *arg)
{
	struct gathering *g = arg;

	g->routes.n = 0;
}

static bool has_hop(const struct hgw_pool *pool, const struct hgw_route *r,
		    const struct hgw_hop *hop)
{
	const struct hgw_hop *hops = hgw_route_hops(pool, r);

	for (size_t i = 0; i < r->nhops; i++)
		if (hgw_addr_cmp(&hops[i].via, &hop->via) == 0 && hops[i].oif == hop->oif)
			return true;
	return false;
}

static bool is_better(const struct hgw_route *a, const struct hgw_route *b)
{
	uint32_t ma = hgw_route_metric(a), mb = hgw_route_metric(b);

	if (a->dst.len != b->dst.len)
		return a->dst.len > b->dst.len;
	return ma < mb; /* of equals the first one told */
}

/* The kernel tells table and hop of the route that it took, not which one that was. */
static const struct hgw_route *find_taken(const struct hgw_routes *set,
					  const struct hgw_lookup *answer,
					  const struct hgw_pool *pool)
{
	const struct hgw_route *best = NULL;

	for (size_t i = 0; i < set->n; i++) {
		const struct hgw_route *r = &set->v[i];

		/*
		 * What is for this host itself comes in by lo, and without rules of others by
		 * table main, which is one with local then; whatever its route says.
		 */
		if (r->type == answer->type && r->tos == 0 &&
		    (r->type == RTN_LOCAL ||
		     (r->table == answer->table && has_hop(pool, r, &answer->hop))) &&
		    (best == NULL || is_better(r, best)))
			best = r;
	}
	return best;
}

/* Whether a longer prefix of its table sends the packet on to the next one. */
static bool is_thrown_past(const struct hgw_routes *set, const struct hgw_route *r)
{
	for (size_t i = 0; i < set->n; i++)
		if (set->v[i].type == RTN_THROW && set->v[i].tos == 0 &&
		    set->v[i].table == r->table && set->v[i].dst.len > r->dst.len)
			return true;
	return false;
}

static enum hgw_standing standing_of(const struct hgw_routes *set, const struct hgw_route *r,
				     const struct hgw_route *taken)
{
	if (r == taken)
		return HGW_STANDING_TAKEN;
	if (r->tos != 0)
		return HGW_STANDING_TOS;
	if (r->type == RTN_THROW)
		return HGW_STANDING_THROW;
	if (r->state & HGW_STATE_DEAD)
		return HGW_STANDING_DEAD;
	if (taken == NULL || r->table != taken->table)
		return is_thrown_past(set, r) ? HGW_STANDING_SHORTER : HGW_STANDING_TABLE;
	if (r->dst.len != taken->dst.len)
		return HGW_STANDING_SHORTER;
	return hgw_route_metric(r) > hgw_route_metric(taken) ? HGW_STANDING_METRIC
							     : HGW_STANDING_BEHIND;
}

static uint32_t table_taken(const struct hgw_trace *trace)
{
	return trace->found ? trace->answer.table : 0;
}

static int compare(const void *pa, const void *pb, void *arg)
{
	const struct hgw_trace_route *a = pa, *b = pb;
	uint32_t table = table_taken(arg);
	int c = HGW_CMP(b->standing == HGW_STANDING_TAKEN, a->standing == HGW_STANDING_TAKEN);

	if (c == 0)
		c = HGW_CMP(b->route.table == table, a->route.table == table);
	if (c == 0)
		c = HGW_CMP(a->route.table, b->route.table);
	if (c == 0)
		c = HGW_CMP(b->route.dst.len, a->route.dst.len);
	return c != 0 ? c : hgw_route_key_cmp(&a->route, &b->route);
}

static int arrange(struct hgw_trace *trace, const struct hgw_routes *set,
		   const struct hgw_route *taken, struct hgw_err *err)
{
	trace->v = calloc(set->n + 1, sizeof(*trace->v));
	if (trace->v == NULL)
		return hgw_fail_nomem(err);
	for (; trace->n < set->n; trace->n++)
		trace->v[trace->n] =
			(struct hgw_trace_route){.route = set->v[trace->n],
						 .standing = standing_of(set, &set->v[trace->n],
									 taken)};
	trace->found = taken != NULL;
	if (taken != NULL)
		trace->answer.table = taken->table;
	qsort_r(trace->v, trace->n, sizeof(*trace->v), compare, trace);
	return 0;
}

/* Where the kernel was asked and sends the packet nowhere, a route that does is not taken. */
static bool is_believed(const struct hgw_trace *trace, const struct hgw_route *r)
{
	return !trace->asked || (r->type != RTN_UNICAST && r->type != RTN_LOCAL);
}

/* As the tables have it, and the rules that every kernel begins with. */
static int find_in_tables(struct hgw_trace *trace, const struct hgw_routes *set, uint32_t table,
			  struct hgw_err *err)
{
	struct hgw_fib fib = {0};
	int rc = hgw_fib_build(&fib, set, table, err);

	if (rc == 0) {
		const struct hgw_route *r = hgw_fib_lookup(&fib, &trace->to);

		rc = arrange(trace, set, r == NULL || is_believed(trace, r) ? r : NULL, err);
	}
	hgw_fib_free(&fib);
	return rc;
}

int hgw_trace_find(struct hgw_trace *trace, const struct hgw_addr *to, struct hgw_kernel *k,
		   struct hgw_pool *pool, struct hgw_err *err)
{
	struct gathering g = {.to = *to};
	const struct hgw_filter all = {.family = to->family};
	const struct hgw_sink sink = {gather, start_again, &g};
	int rc = -1;

	*trace = (struct hgw_trace){.to = *to, .asked = true, .answer = {.to = *to}};
	if (hgw_kernel_lookup(k, &trace->answer, 1, err) == 0 &&
	    hgw_kernel_routes(k, &all, pool, &sink, err) == 0) {
		if (trace->answer.errnum == 0)
			rc = arrange(trace, &g.routes, find_taken(&g.routes, &trace->answer, pool),
				     err);
		else /* one that rejects, or none: what says so is a guess where there are rules */
			rc = find_in_tables(trace, &g.routes, 0, err);
	}
	hgw_routes_free(&g.routes);
	return rc;
}

int hgw_trace_find_set(struct hgw_trace *trace, const struct hgw_addr *to,
		       const struct hgw_routes *all, uint32_t table, struct hgw_err *err)
{
	struct gathering g = {.to = *to};
	int rc = 0;

	*trace = (struct hgw_trace){.to = *to, .answer = {.to = *to}};
	for (size_t i = 0; i < all->n && rc >= 0; i++)
		rc = gather(&g, &all->v[i], err);
	if (rc >= 0)
		rc = find_in_tables(trace, &g.routes, table, err);
	hgw_routes_free(&g.routes);
	return rc < 0 ? -1 : 0;
}

void hgw_trace_free(struct hgw_trace *trace)
{
	free(trace->v);
	*trace = (struct hgw_trace){0};
}

const char *hgw_standing_name(enum hgw_standing standing)
{
	static const char *const names[] = {
		[HGW_STANDING_TAKEN] = "taken",	  [HGW_STANDING_SHORTER] = "shorter",
		[HGW_STANDING_METRIC] = "metric", [HGW_STANDING_BEHIND] = "behind",
		[HGW_STANDING_TABLE] = "table",	  [HGW_STANDING_THROW] = "throw",
		[HGW_STANDING_TOS] = "tos",	  [HGW_STANDING_DEAD] = "dead",
	};

	return names[standing];
}
