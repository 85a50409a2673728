/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "hgw/plan.h"

int hgw_writes_reserve(struct hgw_writes *w, size_t n, struct hgw_err *err)
{
	size_t cap = w->cap ? w->cap : 64;
	struct hgw_write *v;

	if (n <= w->cap)
		return 0;
	while (cap < n)
		cap *= 2;
	v = reallocarray(w->v, cap, sizeof(*v));
	if (v == NULL)
		return hgw_fail_nomem(err);
	w->v = v;
	w->cap = cap;
	return 0;
}

static int writes_add(struct hgw_writes *w, const struct hgw_write *one, struct hgw_err *err)
{
	if (hgw_writes_reserve(w, w->n + 1, err) < 0)
		return -1;
	w->v[w->n++] = *one;
	return 0;
}

static bool is_inet6(const struct hgw_route *r)
{
	return r->dst.addr.family == AF_INET6;
}

/*
 * The hop of r that goes the way of hop, to the kernel the same one; NULL if
 * there is none. One that is a nexthop object's is none of the route's own.
 */
static const struct hgw_hop *same_way(const struct hgw_pool *pool, const struct hgw_route *r,
				      const struct hgw_hop *hop)
{
	const struct hgw_hop *hops = hgw_route_hops(pool, r);

	for (size_t i = 0; i < r->nhops && r->nhid == 0; i++)
		if (hops[i].oif == hop->oif && hgw_addr_cmp(&hops[i].via, &hop->via) == 0)
			return &hops[i];
	return NULL;
}

/* A route with one of the hops of r, out of the same bytes. */
static struct hgw_route with_hop(const struct hgw_route *r, const struct hgw_hop *hop)
{
	struct hgw_route one = *r;

	one.nhops = 1;
	one.hop = *hop;
	return one;
}

/* The ways from one route to a subnet to another. */
enum way {
	WAY_ADD,     /* keys differ: the new one beside the old, which then goes */
	WAY_REPLACE, /* in one step: an IPv6 hop that stays, and what is taken over */
	WAY_APPEND,  /* IPv4: the new one behind the old, which then goes */
	WAY_HOPS,    /* IPv6: hop by hop */
};

static bool is_one_gateway(const struct hgw_route *r)
{
	return r->type == RTN_UNICAST && r->nhid == 0 && r->nhops == 1 &&
	       r->hop.via.family != AF_UNSPEC;
}

/* Two hops that the kernel has room for in one IPv6 group. */
static bool are_beside(const struct hgw_route *a, const struct hgw_route *b)
{
	return is_one_gateway(a) && is_one_gateway(b) &&
	       (a->hop.oif != b->hop.oif || hgw_addr_cmp(&a->hop.via, &b->hop.via) != 0);
}

static enum way way_between(const struct hgw_route *before, const struct hgw_route *after)
{
	if (hgw_route_key_cmp(before, after) != 0)
		return WAY_ADD;
	/* All of it: of a group of mixed protocols a dump tells the first one's alone. */
	if (before->protocol != after->protocol)
		return WAY_REPLACE;
	if (!is_inet6(after))
		return WAY_APPEND;
	/* Where others have added a hop since it was read, a replace would take that too. */
	if (are_beside(before, after))
		return WAY_HOPS;
	return (before->nhops <= 1 || before->nhid != 0) && after->nhops <= 1 ? WAY_REPLACE
									      : WAY_HOPS;
}

/*
 * Whether an IPv6 hop that is kept must be made anew: what it has besides its
 * way can only be set when it is created.
 */
static bool renews(const struct hgw_route *before, const struct hgw_hop *old,
		   const struct hgw_route *after, const struct hgw_hop *hop)
{
	return before->mtu != after->mtu || before->type != after->type ||
	       old->weight != hop->weight || ((old->flags ^ hop->flags) & RTNH_F_ONLINK) != 0;
}

/* The part of a change that creates; with one.restore out of the bytes of after. */
static int change_creates(struct hgw_writes *w, struct hgw_write one,
			  const struct hgw_route *before, const struct hgw_route *after,
			  const struct hgw_pool *pool, struct hgw_err *err)
{
	const struct hgw_hop *hops = hgw_route_hops(pool, after);

	static const enum hgw_verb verbs[] = {[WAY_ADD] = HGW_VERB_ADD,
					      [WAY_REPLACE] = HGW_VERB_REPLACE,
					      [WAY_APPEND] = HGW_VERB_APPEND,
					      [WAY_HOPS] = HGW_VERB_APPEND};
	enum way way = way_between(before, after);

	one.verb = verbs[way];
	one.route = *after;
	if (way != WAY_HOPS || after->nhid != 0)
		return writes_add(w, &one, err);
	for (size_t i = 0; i < after->nhops; i++) {
		if (same_way(pool, before, &hops[i]) != NULL)
			continue;
		one.route = with_hop(after, &hops[i]);
		if (writes_add(w, &one, err) < 0)
			return -1;
	}
	return 0;
}

/* All of a route, hop by hop in IPv6: a delete that names no gateway takes the group, anyone's. */
static int delete_route(struct hgw_writes *w, struct hgw_write one, const struct hgw_route *r,
			const struct hgw_pool *pool, struct hgw_err *err)
{
	const struct hgw_hop *hops = hgw_route_hops(pool, r);

	one.verb = HGW_VERB_DELETE;
	one.route = *r;
	if (!is_inet6(r) || r->nhops <= 1 || r->nhid != 0)
		return writes_add(w, &one, err);
	for (size_t i = 0; i < r->nhops; i++) {
		one.route = with_hop(r, &hops[i]);
		if (writes_add(w, &one, err) < 0)
			return -1;
	}
	return 0;
}

/* Hops that are made anew go and come, one at a time. */
static int renew_hops(struct hgw_writes *w, struct hgw_write one, const struct hgw_route *before,
		      const struct hgw_route *after, const struct hgw_pool *pool,
		      struct hgw_err *err)
{
	struct hgw_write gone = {.verb = HGW_VERB_DELETE, .alone = true, .change = one.change};
	const struct hgw_hop *hops = hgw_route_hops(pool, after);

	one.verb = HGW_VERB_APPEND;
	one.alone = true;
	for (size_t i = 0; i < after->nhops; i++) {
		const struct hgw_hop *old = same_way(pool, before, &hops[i]);

		if (old == NULL || !renews(before, old, after, &hops[i]))
			continue;
		gone.route = with_hop(before, old);
		one.route = with_hop(after, &hops[i]);
		if (writes_add(w, &gone, err) < 0 || writes_add(w, &one, err) < 0)
			return -1;
	}
	return 0;
}

/* The part of a change that deletes; last go the hops that do not come again. */
static int change_deletes(struct hgw_writes *w, struct hgw_write one,
			  const struct hgw_route *before, const struct hgw_route *after,
			  const struct hgw_pool *pool, struct hgw_err *err)
{
	const struct hgw_hop *hops = hgw_route_hops(pool, before);
	struct hgw_write gone = {.verb = HGW_VERB_DELETE, .change = one.change};

	enum way way = way_between(before, after);

	if (way == WAY_REPLACE)
		return 0;
	if (way != WAY_HOPS || before->nhid != 0)
		return delete_route(w, gone, before, pool, err);
	if (renew_hops(w, one, before, after, pool, err) < 0)
		return -1;
	for (size_t i = 0; i < before->nhops; i++) {
		if (same_way(pool, after, &hops[i]) != NULL)
			continue;
		gone.route = with_hop(before, &hops[i]);
		if (writes_add(w, &gone, err) < 0)
			return -1;
	}
	return 0;
}

int hgw_writes_build(struct hgw_writes *w, const struct hgw_plan *plan, const struct hgw_pool *pool,
		     struct hgw_err *err)
{
	int rc = 0;

	for (uint32_t i = 0; i < plan->n && rc == 0; i++) {
		const struct hgw_change *c = &plan->v[i];
		struct hgw_write one = {.verb = HGW_VERB_ADD, .change = i, .route = c->after};

		if (c->op == HGW_OP_ADD)
			rc = writes_add(w, &one, err);
		else if (c->op == HGW_OP_REPLACE)
			rc = change_creates(w, one, &c->before, &c->after, pool, err);
	}
	w->nadd = w->n;
	for (uint32_t i = 0; i < plan->n && rc == 0; i++) {
		const struct hgw_change *c = &plan->v[i];
		struct hgw_write one = {.change = i};

		if (c->op == HGW_OP_DELETE)
			rc = delete_route(w, one, &c->before, pool, err);
		else if (c->op == HGW_OP_REPLACE)
			rc = change_deletes(w, one, &c->before, &c->after, pool, err);
	}
	return rc;
}

/* Where the entries of one key end. */
static size_t key_end(const struct hgw_routes *set, size_t at)
{
	size_t end = at + 1;

	while (end < set->n && hgw_route_key_cmp(&set->v[at], &set->v[end]) == 0)
		end++;
	return end;
}

static bool same_entries(const struct hgw_pool *pool, const struct hgw_route *a, size_t na,
			 const struct hgw_route *b, size_t nb)
{
	if (na != nb)
		return false;
	for (size_t i = 0; i < na; i++)
		if (!hgw_route_equal(pool, &a[i], &b[i]))
			return false;
	return true;
}

/*
 * The entries of one key back to what they were. An IPv6 group is mended hop
 * by hop. Else the old ones come back behind those that are there, which then
 * go; and where that is not the old order, one after the other goes and comes
 * again.
 */
struct both {
	const struct hgw_route *now, *before;
	size_t nnow, nbefore;
};

static bool is_group(const struct both *b)
{
	return b->nnow == 1 && b->nbefore == 1 && is_inet6(b->before);
}

static bool is_among(const struct hgw_pool *pool, const struct hgw_route *v, size_t n,
		     const struct hgw_route *r)
{
	for (size_t i = 0; i < n; i++)
		if (hgw_route_equal(pool, &v[i], r))
			return true;
	return false;
}

static int back_creates(struct hgw_writes *w, const struct both *b, const struct hgw_pool *pool,
			struct hgw_err *err)
{
	struct hgw_write one = {.verb = HGW_VERB_APPEND, .restore = true};

	if (b->nnow > 0 && b->nbefore > 0 && is_inet6(b->before)) {
		if (way_between(b->now, b->before) != WAY_REPLACE)
			return change_creates(w, one, b->now, b->before, pool, err);
		one.verb = HGW_VERB_REPLACE;
	}
	for (size_t i = 0; i < b->nbefore; i++) {
		one.route = b->before[i];
		/* Where others made one meanwhile, an append would add a hop to theirs. */
		if (b->nnow == 0 && is_inet6(b->before))
			one.verb = i == 0 ? HGW_VERB_ADD : HGW_VERB_APPEND;
		/* What is there already cannot be appended again. */
		if (one.verb == HGW_VERB_APPEND && is_among(pool, b->now, b->nnow, &one.route))
			continue;
		if (writes_add(w, &one, err) < 0)
			return -1;
	}
	return 0;
}

/* How many of the old entries stand first, in their order, once the missing ones were appended. */
static size_t in_order(const struct both *b, const struct hgw_pool *pool)
{
	size_t n = 0;

	if (b->nbefore > 0 && is_inet6(b->before))
		return b->nbefore; /* one more hop of a group, or of no consequence */
	for (size_t i = 0; i < b->nnow; i++) {
		if (!is_among(pool, b->before, b->nbefore, &b->now[i]))
			continue;
		if (n == b->nbefore || !hgw_route_equal(pool, &b->now[i], &b->before[n]))
			return n;
		n++;
	}
	/* Behind these stand the missing ones, in their order. */
	while (n < b->nbefore && !is_among(pool, b->now, b->nnow, &b->before[n]))
		n++;
	return n;
}

static int back_deletes(struct hgw_writes *w, const struct both *b, const struct hgw_pool *pool,
			struct hgw_err *err)
{
	struct hgw_write gone = {.verb = HGW_VERB_DELETE, .alone = true};
	struct hgw_write back = {.verb = HGW_VERB_APPEND, .alone = true, .restore = true};

	if (is_group(b))
		return change_deletes(w, (struct hgw_write){.restore = true}, b->now, b->before,
				      pool, err);
	for (size_t i = 0; i < b->nnow; i++)
		if (!is_among(pool, b->before, b->nbefore, &b->now[i]) &&
		    delete_route(w, (struct hgw_write){0}, &b->now[i], pool, err) < 0)
			return -1;
	for (size_t i = in_order(b, pool); i < b->nbefore; i++) {
		gone.route = back.route = b->before[i];
		if (writes_add(w, &gone, err) < 0 || writes_add(w, &back, err) < 0)
			return -1;
	}
	return 0;
}

static int back_phase(struct hgw_writes *w, const struct hgw_routes *now,
		      const struct hgw_routes *before, const struct hgw_pool *pool,
		      int (*phase)(struct hgw_writes *, const struct both *,
				   const struct hgw_pool *, struct hgw_err *),
		      struct hgw_err *err)
{
	size_t n = 0, b = 0;

	while (n < now->n || b < before->n) {
		int c = n == now->n	 ? 1
			: b == before->n ? -1
					 : hgw_route_key_cmp(&now->v[n], &before->v[b]);
		size_t nend = c <= 0 ? key_end(now, n) : n;
		size_t bend = c >= 0 ? key_end(before, b) : b;
		struct both both = {now->v + n, before->v + b, nend - n, bend - b};

		if (!same_entries(pool, both.now, both.nnow, both.before, both.nbefore) &&
		    phase(w, &both, pool, err) < 0)
			return -1;
		n = nend;
		b = bend;
	}
	return 0;
}

int hgw_writes_back(struct hgw_writes *w, const struct hgw_routes *now,
		    const struct hgw_routes *before, const struct hgw_pool *pool,
		    struct hgw_err *err)
{
	if (back_phase(w, now, before, pool, back_creates, err) < 0)
		return -1;
	w->nadd = w->n;
	return back_phase(w, now, before, pool, back_deletes, err);
}

void hgw_writes_free(struct hgw_writes *w)
{
	free(w->v);
	*w = (struct hgw_writes){0};
}
