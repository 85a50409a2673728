/* SPDX-License-Identifier: MIT */
/* The checks of one subnet, out of the routes of the host. */
#include "verify_int.h"

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

static bool does_the_job(const struct subject *s, const struct hgw_route *r)
{
	return r->type == RTN_UNICAST && hgw_route_same_hops(s->on->pool, r, &s->want->route);
}

static int check_route(const struct subject *s, struct hgw_check *route, struct hgw_err *err)
{
	struct hgw_check c = check_of(s, HGW_CHECK_ROUTE);
	struct range owned = find_range(&s->on->actual->owned, &s->want->route.dst, false);
	struct range rivals = find_range(&s->on->actual->foreign, &s->want->route.dst, false);

	c.status = HGW_FAIL;
	c.fault = HGW_FAULT_MISSING;
	if (owned.first < owned.end) {
		c.have = (uint32_t)owned.first;
		c.fault = find_fault(s->on->pool, s->want, &owned.set->v[owned.first]);
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
	const struct hgw_route *have = hgw_check_have(route, s->on->actual);
	struct range inside = find_range(&s->on->actual->foreign, &s->want->route.dst, true);

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
	const struct hgw_route *have = hgw_check_have(route, s->on->actual);
	const struct hgw_hop *hops = have != NULL ? hgw_route_hops(s->on->pool, have) : NULL;
	struct hgw_check c = *route;

	if (have == NULL)
		return 0;
	c.id = HGW_CHECK_LINK;
	c.fault = HGW_FAULT_NONE;
	c.status = have->state != 0 ? HGW_FAIL : HGW_PASS;
	/* One of several that is dead is left out; one that has no carrier gets its part. */
	for (uint16_t i = 0; have->nhops > 1 && i < have->nhops && c.status != HGW_FAIL; i++) {
		if (!(hops[i].flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)))
			continue;
		c.status = (hops[i].flags & RTNH_F_DEAD) ? HGW_WARN : HGW_FAIL;
		c.at = hops[i].oif;
	}
	return verdict_add(s->verdict, &c, err);
}

/* Others that have a route in there at all, even if it does no harm today. */
static int check_foreign(const struct subject *s, struct hgw_err *err)
{
	struct hgw_check c = check_of(s, HGW_CHECK_FOREIGN);
	struct range inside = find_range(&s->on->actual->foreign, &s->want->route.dst, true);

	for (size_t i = inside.first; i < inside.end && c.status == HGW_PASS; i++) {
		if (inside.set->v[i].table != s->want->route.table)
			continue; /* an address of this host, or the like: shadowed tells */
		c.status = HGW_FAIL;
		c.foreign = true;
		c.have = (uint32_t)i;
	}
	return verdict_add(s->verdict, &c, err);
}

/* A route that wants more than its link takes loses what is longer. */
static int check_mtu(const struct subject *s, const struct hgw_check *route, struct hgw_err *err)
{
	const struct hgw_route *have = hgw_check_have(route, s->on->actual);
	const struct hgw_route *r = have != NULL ? have : &s->want->route;
	const struct hgw_hop *hops = hgw_route_hops(s->on->pool, r);
	struct hgw_check c = check_of(s, HGW_CHECK_MTU);
	bool known = false;

	c.have = route->have;
	c.foreign = route->foreign;
	for (uint16_t i = 0; i < r->nhops && r->mtu != 0 && c.status == HGW_PASS; i++) {
		const struct hgw_link *link = hgw_snapshot_link(s->on->host, hops[i].oif);

		if (link == NULL || link->mtu == 0)
			continue;
		known = true;
		c.at = link->index;
		if (r->mtu > link->mtu)
			c.status = HGW_FAIL;
	}
	return known ? verdict_add(s->verdict, &c, err) : 0;
}

/* What the kernel says of a route that is not there, or not the right one, is no news. */
static bool is_to_be_asked(const struct subject *s, const struct hgw_check *route)
{
	return s->on->lookups != NULL && s->want->reach == HGW_REACH_OK &&
	       route->fault != HGW_FAULT_MISSING && route->fault != HGW_FAULT_GATEWAY &&
	       route->fault != HGW_FAULT_DEVICE;
}

int verify_route(const struct subject *s, struct hgw_err *err)
{
	struct hgw_check route;

	if (!hgw_desired_known(s->want, s->on->host, s->on->pool)) {
		route = check_of(s, HGW_CHECK_ROUTE);
		route.status = HGW_SKIP;
		route.fault = HGW_FAULT_UNKNOWN;
		return verdict_add(s->verdict, &route, err);
	}
	if (check_route(s, &route, err) < 0 || check_onlink(s, err) < 0 ||
	    check_shadowed(s, &route, err) < 0 || check_link(s, &route, err) < 0 ||
	    (s->verdict->strict && check_foreign(s, err) < 0) || check_mtu(s, &route, err) < 0)
		return -1;
	if (!is_to_be_asked(s, &route))
		return 0;
	return verify_lookup(s, err) < 0 ? -1 : verify_rp_filter(s, err);
}

/* Those in the pod networks that are in no wanted subnet. */
int verify_strangers(struct hgw_verdict *verdict, const struct hgw_evidence *on,
		     struct hgw_err *err)
{
	const struct hgw_routes *foreign = &on->actual->foreign;

	for (uint32_t i = 0; i < foreign->n; i++) {
		struct hgw_check c = {.id = HGW_CHECK_FOREIGN,
				      .status = HGW_FAIL,
				      .foreign = true,
				      .want = HGW_NONE,
				      .have = i};

		if (hgw_desired_covering(on->desired, &foreign->v[i].dst) == NULL &&
		    verdict_add(verdict, &c, err) < 0)
			return -1;
	}
	return 0;
}

int verify_extra(struct hgw_verdict *verdict, const struct hgw_evidence *on, struct hgw_err *err)
{
	const struct hgw_routes *owned = &on->actual->owned;

	for (uint32_t i = 0; i < owned->n; i++) {
		const struct hgw_want *want = hgw_desired_covering(on->desired, &owned->v[i].dst);
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
