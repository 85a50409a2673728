/* SPDX-License-Identifier: MIT */
#include "hgw/fib.h"

#include <stdbool.h>
#include <stdlib.h>

#define NONE UINT32_MAX

enum { LEVELS = HGW_ARRAY_LEN(((struct hgw_fib *)0)->ends) };

/* Whether a table is one of those that a packet meets, and when. */
static bool find_turn(const struct hgw_route *r, uint32_t table, struct hgw_fib_entry *e)
{
	bool inet = r->dst.addr.family == AF_INET;
	bool ruled = table != 0 && table != RT_TABLE_LOCAL && table != RT_TABLE_MAIN &&
		     table != RT_TABLE_DEFAULT;

	e->rank = 0;
	if (r->table == RT_TABLE_LOCAL) {
		e->level = 0;
	} else if (ruled && r->table == table) {
		e->level = 1;
	} else if (r->table == RT_TABLE_MAIN) {
		e->level = inet && !ruled ? 0 : 2;
		e->rank = 1;
	} else {
		e->level = 3;
		return inet && r->table == RT_TABLE_DEFAULT;
	}
	return true;
}

static int compare(const void *pa, const void *pb)
{
	const struct hgw_fib_entry *a = pa, *b = pb;
	int c = HGW_CMP(a->level, b->level);

	if (c == 0)
		c = hgw_prefix_cmp(&a->dst, &b->dst);
	if (c == 0)
		c = HGW_CMP(a->rank, b->rank);
	if (c == 0)
		c = HGW_CMP(a->metric, b->metric);
	return c != 0 ? c : HGW_CMP(a->route, b->route);
}

/* Of each destination the first, which is the one in force. */
static void drop_others(struct hgw_fib *fib)
{
	size_t n = 0;

	for (size_t i = 0; i < fib->n; i++) {
		const struct hgw_fib_entry *e = &fib->v[i];

		if (n == 0 || fib->v[n - 1].level != e->level ||
		    hgw_prefix_cmp(&fib->v[n - 1].dst, &e->dst) != 0)
			fib->v[n++] = *e;
	}
	fib->n = n;
}

/* A prefix stands before those inside it, so that what is around one is around the one before. */
static void find_parents(struct hgw_fib *fib)
{
	for (uint32_t i = 0; i < fib->n; i++) {
		struct hgw_fib_entry *e = &fib->v[i];
		bool first = i == 0 || fib->v[i - 1].level != e->level;
		uint32_t around = first ? NONE : i - 1;

		while (around != NONE && !hgw_prefix_covers(&fib->v[around].dst, &e->dst))
			around = fib->v[around].parent;
		e->parent = around;
	}
}

int hgw_fib_build(struct hgw_fib *fib, const struct hgw_routes *routes, uint32_t table,
		  struct hgw_err *err)
{
	*fib = (struct hgw_fib){.routes = routes};
	fib->v = calloc(routes->n + 1, sizeof(*fib->v));
	if (fib->v == NULL)
		return hgw_fail_nomem(err);
	for (uint32_t i = 0; i < routes->n; i++) {
		const struct hgw_route *r = &routes->v[i];
		struct hgw_fib_entry e = {.dst = r->dst, .metric = hgw_route_metric(r), .route = i};

		if (r->tos == 0 && !(r->state & HGW_STATE_DEAD) && find_turn(r, table, &e))
			fib->v[fib->n++] = e;
	}
	qsort(fib->v, fib->n, sizeof(*fib->v), compare);
	drop_others(fib);
	find_parents(fib);
	for (uint32_t i = 0; i < fib->n; i++)
		fib->ends[fib->v[i].level] = i + 1;
	for (unsigned level = 1; level < LEVELS; level++)
		if (fib->ends[level] < fib->ends[level - 1])
			fib->ends[level] = fib->ends[level - 1];
	return 0;
}

/* The longest prefix that dst is in, of those from first to end. */
static const struct hgw_fib_entry *find_longest(const struct hgw_fib *fib, uint32_t first,
						uint32_t end, const struct hgw_addr *dst)
{
	struct hgw_prefix host = hgw_prefix_host(dst);
	uint32_t lo = first, hi = end;

	/* What dst is in stands before it, and is around the last one that does. */
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (hgw_prefix_cmp(&fib->v[mid].dst, &host) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == first)
		return NULL;
	for (uint32_t i = lo - 1; i != NONE; i = fib->v[i].parent)
		if (hgw_prefix_has(&fib->v[i].dst, dst))
			return &fib->v[i];
	return NULL;
}

const struct hgw_route *hgw_fib_lookup(const struct hgw_fib *fib, const struct hgw_addr *dst)
{
	uint32_t first = 0;

	for (unsigned level = 0; level < LEVELS; first = fib->ends[level++]) {
		const struct hgw_fib_entry *e = find_longest(fib, first, fib->ends[level], dst);

		if (e != NULL && fib->routes->v[e->route].type != RTN_THROW)
			return &fib->routes->v[e->route];
	}
	return NULL;
}

void hgw_fib_free(struct hgw_fib *fib)
{
	free(fib->v);
	*fib = (struct hgw_fib){0};
}
