/* SPDX-License-Identifier: MIT */
#include "hgw/verify.h"

#include <stdlib.h>

static int verdict_add(struct hgw_verdict *verdict, const struct hgw_check *c, struct hgw_err *err)
{
	if (verdict->n == verdict->cap) {
		size_t cap = verdict->cap ? verdict->cap * 2 : 64;
		struct hgw_check *v = reallocarray(verdict->v, cap, sizeof(*v));

		if (v == NULL)
			return hgw_fail_nomem(err);
		verdict->v = v;
		verdict->cap = cap;
	}
	verdict->v[verdict->n] = *c;
	if (verdict->strict && c->status == HGW_WARN)
		verdict->v[verdict->n].status = HGW_FAIL;
	verdict->count[verdict->v[verdict->n++].status]++;
	return 0;
}

/* A part of a sorted set: the routes to one destination, of any metric, or to parts of it too. */
struct range {
	const struct hgw_routes *set;
	size_t first, end;
};

static struct range find_range(const struct hgw_routes *set, const struct hgw_prefix *dst,
			       bool inside)
{
	size_t first = hgw_routes_find_dst(set, dst);
	struct range r = {.set = set, .first = first, .end = first};

	for (; r.end < set->n; r.end++) {
		const struct hgw_prefix *p = &set->v[r.end].dst;

		if (inside ? !hgw_prefix_covers(dst, p) : hgw_prefix_cmp(dst, p) != 0)
			break;
	}
	return r;
}

static bool same_gateways(const struct hgw_pool *pool, const struct hgw_route *a,
			  const struct hgw_route *b)
{
	const struct hgw_hop *ha = hgw_route_hops(pool, a), *hb = hgw_route_hops(pool, b);

	if (a->nhops != b->nhops)
		return false;
	for (size_t i = 0; i < a->nhops; i++) {
		size_t j = 0;

		while (j < b->nhops && hgw_addr_cmp(&ha[i].via, &hb[j].via) != 0)
			j++;
		if (j == b->nhops)
			return false;
	}
	return true;
}

static enum hgw_fault find_fault(const struct hgw_pool *pool, const struct hgw_want *want,
				 const struct hgw_route *have)
{
	const struct hgw_route *r = &want->route;

	if (hgw_route_equal(pool, r, have))
		return HGW_FAULT_NONE;
	if (!same_gateways(pool, r, have))
		return HGW_FAULT_GATEWAY;
	/* Where the gateway is not on a link no device is the right one. */
	if (want->reach == HGW_REACH_OK && !hgw_route_same_hops(pool, r, have))
		return HGW_FAULT_DEVICE;
	if (hgw_route_metric(r) != hgw_route_metric(have))
		return HGW_FAULT_METRIC;
	return want->reach == HGW_REACH_OK ? HGW_FAULT_ATTRIBUTES : HGW_FAULT_NONE;
}

/*
 * Whether the kernel prefers a to b, both to one destination and out of one
 * dump: the lower metric, and of equals the one that was dumped first.
 */
static bool precedes(const struct hgw_route *a, const struct hgw_route *b)
{
	uint32_t ma = hgw_route_metric(a), mb = hgw_route_metric(b);

	return ma != mb ? ma < mb : a->raw < b->raw;
}

/* What the checks of one want share. */
struct subject {
	struct hgw_verdict *verdict;
	const struct hgw_want *want;
	uint32_t index; /* of want */
	const struct hgw_actual *actual;
	const struct hgw_pool *pool;
};

static struct hgw_check check_of(const struct subject *s, enum hgw_check_id id)
{
	return (struct hgw_check){.id = id, .status = HGW_PASS, .want = s->index, .have = HGW_NONE};
}

static bool does_the_job(const struct subject *s, const struct hgw_route *r)
{
	return r->type == RTN_UNICAST && hgw_route_same_hops(s->pool, r, &s->want->route);
}

static int check_route(const struct subject *s, struct hgw_check *route, struct hgw_err *err)
{
	struct hgw_check c = check_of(s, HGW_CHECK_ROUTE);
	struct range owned = find_range(&s->actual->owned, &s->want->route.dst, false);
	struct range rivals = find_range(&s->actual->foreign, &s->want->route.dst, false);

	c.status = HGW_FAIL;
	c.fault = HGW_FAULT_MISSING;
	if (owned.first < owned.end) {
		c.have = (uint32_t)owned.first;
		c.fault = find_fault(s->pool, s->want, &owned.set->v[owned.first]);
		if (c.fault == HGW_FAULT_NONE && owned.end - owned.first > 1)
			c.fault = HGW_FAULT_DOUBLED;
		if (c.fault == HGW_FAULT_NONE)
			c.status = HGW_PASS;
	}
	for (size_t i = rivals.first; c.fault == HGW_FAULT_MISSING && i < rivals.end; i++) {
		if (!does_the_job(s, &rivals.set->v[i]))
			continue;
		c.status = HGW_WARN;
		c.fault = HGW_FAULT_FOREIGN;
		c.foreign = true;
		c.have = (uint32_t)i;
	}
	*route = c;
	return verdict_add(s->verdict, &c, err);
}

static int check_onlink(const struct subject *s, struct hgw_err *err)
{
	struct hgw_check c = check_of(s, HGW_CHECK_ONLINK);

	if (s->want->reach != HGW_REACH_OK)
		c.status = HGW_FAIL;
	return verdict_add(s->verdict, &c, err);
}

/* Others that take the traffic: a longer prefix, or the same one and a better place. */
static int check_shadowed(const struct subject *s, const struct hgw_check *route,
			  struct hgw_err *err)
{
	struct hgw_check c = check_of(s, HGW_CHECK_SHADOWED);
	const struct hgw_route *have = hgw_check_have(route, s->actual);
	struct range inside = find_range(&s->actual->foreign, &s->want->route.dst, true);

	for (size_t i = inside.first; i < inside.end && c.status == HGW_PASS; i++) {
		const struct hgw_route *r = &inside.set->v[i];
		bool longer = r->dst.len > s->want->route.dst.len;

		if (does_the_job(s, r) || (!longer && have != NULL && !precedes(r, have)))
			continue;
		c.status = HGW_FAIL;
		c.fault = HGW_FAULT_CONFLICT;
		c.foreign = true;
		c.have = (uint32_t)i;
	}
	/* That a route is missing has been said; that nothing shadows it is no news. */
	if (have == NULL && c.status == HGW_PASS)
		return 0;
	return verdict_add(s->verdict, &c, err);
}

static int check_link(const struct subject *s, const struct hgw_check *route, struct hgw_err *err)
{
	const struct hgw_route *have = hgw_check_have(route, s->actual);
	struct hgw_check c = *route;

	if (have == NULL)
		return 0;
	c.id = HGW_CHECK_LINK;
	c.fault = HGW_FAULT_NONE;
	c.status = have->state != 0 ? HGW_FAIL : HGW_PASS;
	return verdict_add(s->verdict, &c, err);
}

/* Others that have a route in there at all, even if it does no harm today. */
static int check_foreign(const struct subject *s, struct hgw_err *err)
{
	struct hgw_check c = check_of(s, HGW_CHECK_FOREIGN);
	struct range inside = find_range(&s->actual->foreign, &s->want->route.dst, true);

	for (size_t i = inside.first; i < inside.end && c.status == HGW_PASS; i++) {
		if (inside.set->v[i].table != s->want->route.table)
			continue; /* an address of this host, or the like: shadowed tells */
		c.status = HGW_FAIL;
		c.foreign = true;
		c.have = (uint32_t)i;
	}
	return verdict_add(s->verdict, &c, err);
}

static int check_want(const struct subject *s, const struct hgw_snapshot *host, struct hgw_err *err)
{
	struct hgw_check route;

	if (!hgw_desired_known(s->want, host, s->pool)) {
		route = check_of(s, HGW_CHECK_ROUTE);
		route.status = HGW_SKIP;
		route.fault = HGW_FAULT_UNKNOWN;
		return verdict_add(s->verdict, &route, err);
	}
	if (check_route(s, &route, err) < 0 || check_onlink(s, err) < 0 ||
	    check_shadowed(s, &route, err) < 0 || check_link(s, &route, err) < 0)
		return -1;
	return s->verdict->strict ? check_foreign(s, err) : 0;
}

/* Those in the pod networks that are in no wanted subnet. */
static int check_strangers(struct hgw_verdict *verdict, const struct hgw_desired *desired,
			   const struct hgw_routes *foreign, struct hgw_err *err)
{
	for (uint32_t i = 0; i < foreign->n; i++) {
		struct hgw_check c = {.id = HGW_CHECK_FOREIGN,
				      .status = HGW_FAIL,
				      .foreign = true,
				      .want = HGW_NONE,
				      .have = i};

		if (hgw_desired_covering(desired, &foreign->v[i].dst) == NULL &&
		    verdict_add(verdict, &c, err) < 0)
			return -1;
	}
	return 0;
}

static int check_extra(struct hgw_verdict *verdict, const struct hgw_desired *desired,
		       const struct hgw_routes *owned, struct hgw_err *err)
{
	for (uint32_t i = 0; i < owned->n; i++) {
		const struct hgw_want *want = hgw_desired_covering(desired, &owned->v[i].dst);
		struct hgw_check c = {.id = HGW_CHECK_EXTRA,
				      .status = HGW_FAIL,
				      .want = HGW_NONE,
				      .have = i};

		if (want != NULL && hgw_prefix_cmp(&want->route.dst, &owned->v[i].dst) == 0)
			continue;
		if (verdict_add(verdict, &c, err) < 0)
			return -1;
	}
	return 0;
}

/* Routes in a table that no rule leads to are used for nothing. That may be meant; but say it. */
static int check_rule(struct hgw_verdict *verdict, const struct hgw_snapshot *host, uint32_t table,
		      uint8_t family, struct hgw_err *err)
{
	struct hgw_check c = {.id = HGW_CHECK_RULE,
			      .status = host->file ? HGW_SKIP : HGW_WARN,
			      .family = family,
			      .want = HGW_NONE,
			      .have = HGW_NONE};

	for (size_t i = 0; i < host->nrules; i++)
		if (host->rules[i].family == family && host->rules[i].table == table)
			c.status = HGW_PASS;
	return verdict_add(verdict, &c, err);
}

int hgw_verify(struct hgw_verdict *verdict, const struct hgw_desired *desired,
	       const struct hgw_actual *actual, const struct hgw_snapshot *host,
	       const struct hgw_scope *scope, const struct hgw_pool *pool, struct hgw_err *err)
{
	bool inet = false, inet6 = false;

	for (uint32_t i = 0; i < desired->n; i++) {
		struct subject s = {verdict, &desired->v[i], i, actual, pool};

		inet |= s.want->route.dst.addr.family == AF_INET;
		inet6 |= s.want->route.dst.addr.family == AF_INET6;
		if (check_want(&s, host, err) < 0)
			return -1;
	}
	if (check_extra(verdict, desired, &actual->owned, err) < 0 ||
	    (inet && check_rule(verdict, host, scope->table, AF_INET, err) < 0) ||
	    (inet6 && check_rule(verdict, host, scope->table, AF_INET6, err) < 0))
		return -1;
	return verdict->strict ? check_strangers(verdict, desired, &actual->foreign, err) : 0;
}

const struct hgw_route *hgw_check_have(const struct hgw_check *c, const struct hgw_actual *actual)
{
	if (c->have == HGW_NONE)
		return NULL;
	return c->foreign ? &actual->foreign.v[c->have] : &actual->owned.v[c->have];
}

void hgw_verdict_free(struct hgw_verdict *verdict)
{
	free(verdict->v);
	*verdict = (struct hgw_verdict){0};
}

const char *hgw_check_name(enum hgw_check_id id)
{
	static const char *const names[] = {
		[HGW_CHECK_ROUTE] = "route",	   [HGW_CHECK_ONLINK] = "onlink",
		[HGW_CHECK_SHADOWED] = "shadowed", [HGW_CHECK_LINK] = "link",
		[HGW_CHECK_EXTRA] = "extra",	   [HGW_CHECK_RULE] = "rule",
		[HGW_CHECK_FOREIGN] = "foreign",
	};

	return names[id];
}

const char *hgw_check_status_name(enum hgw_check_status status)
{
	static const char *const names[] = {
		[HGW_PASS] = "pass",
		[HGW_FAIL] = "fail",
		[HGW_WARN] = "warn",
		[HGW_SKIP] = "skip",
	};

	return names[status];
}
