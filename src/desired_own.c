/* SPDX-License-Identifier: MIT */
/* The subnets of this node itself: where do the routes send their packets? */
#include <stdlib.h>

#include "desired_int.h"
#include "hgw/desired.h"

static int compare_own(const void *pa, const void *pb)
{
	const struct hgw_own *a = pa, *b = pb;

	return hgw_prefix_cmp(&a->dst, &b->dst);
}

static void add_entry(struct hgw_desired *d, const struct hgw_snapshot *host,
		      const struct hgw_addr *addr)
{
	for (size_t i = 0; i < host->naddrs && d->nentry < HGW_ENTRIES; i++)
		if (hgw_addr_cmp(&host->addrs[i].prefix.addr, addr) == 0)
			d->entry[d->nentry++] = host->addrs[i].index;
}

/* Its IPv4 addresses are the gateways of others; where it has none, its IPv6 ones. */
static void find_entries(struct hgw_desired *d, const struct hgw_inventory *inv,
			 const struct hgw_node *node, const struct hgw_snapshot *host)
{
	bool inet = false;

	for (uint32_t i = node->addrs; i < node->addrs + node->naddrs; i++)
		inet |= inv->addrs[i].family == AF_INET;
	for (uint32_t i = node->addrs; i < node->addrs + node->naddrs; i++)
		if ((inv->addrs[i].family == AF_INET) == inet)
			add_entry(d, host, &inv->addrs[i]);
}

int desired_build_own(struct hgw_desired *d, const struct hgw_inventory *inv, uint32_t self,
		      const struct hgw_scope *scope, const struct hgw_snapshot *host,
		      struct hgw_err *err)
{
	const struct hgw_node *node = &inv->nodes[self];

	find_entries(d, inv, node, host);
	d->own = calloc(node->nsubnets + 1U, sizeof(*d->own));
	if (d->own == NULL)
		return hgw_fail_nomem(err);
	for (uint32_t s = node->subnets; s < node->subnets + node->nsubnets; s++) {
		const struct hgw_prefix *p = &inv->subnets[s];

		if (p->addr.family == AF_INET ? scope->inet : scope->inet6)
			d->own[d->nown++] = (struct hgw_own){.dst = *p, .node = self, .subnet = s};
	}
	qsort(d->own, d->nown, sizeof(*d->own), compare_own);
	return 0;
}

void hgw_desired_forget_own(struct hgw_desired *d)
{
	for (size_t i = 0; i < d->nown; i++)
		d->own[i].nets[0] = d->own[i].nets[1] = d->own[i].whole = d->own[i].part =
			d->own[i].away = d->own[i].refused = (struct hgw_route){0};
}

/* The first that does not stand before p. */
static size_t first_own(const struct hgw_desired *d, const struct hgw_prefix *p)
{
	size_t lo = 0, hi = d->nown;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (hgw_prefix_cmp(&d->own[mid].dst, p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void see_whole(struct hgw_own *own, const struct hgw_route *r)
{
	if (own->whole.dst.addr.family != AF_UNSPEC &&
	    (r->dst.len != own->whole.dst.len
		     ? r->dst.len < own->whole.dst.len
		     : hgw_route_metric(r) >= hgw_route_metric(&own->whole)))
		return;
	own->whole = *r;
}

static bool leaves(const struct hgw_own *own, const struct hgw_hop *hop)
{
	return hop->via.family != AF_UNSPEC && !hgw_prefix_has(&own->dst, &hop->via);
}

static bool is_refusal(const struct hgw_route *r)
{
	return r->type == RTN_BLACKHOLE || r->type == RTN_UNREACHABLE || r->type == RTN_PROHIBIT ||
	       r->type == RTN_THROW;
}

static bool found(const struct hgw_route *r)
{
	return r->dst.addr.family != AF_UNSPEC;
}

/* Of any number of links two do: one of them is not that of the whole. */
static void see_net(struct hgw_own *own, const struct hgw_route *r)
{
	if (r->hop.via.family != AF_UNSPEC || r->dst.len == hgw_family_bits(r->dst.addr.family))
		return;
	if (!found(&own->nets[0]))
		own->nets[0] = *r;
	else if (!found(&own->nets[1]) && own->nets[0].hop.oif != r->hop.oif)
		own->nets[1] = *r;
}

static void see_part(struct hgw_own *own, const struct hgw_route *r)
{
	struct hgw_route *slot;

	if (is_refusal(r) && r->dst.len > own->dst.len)
		slot = &own->refused;
	else if (r->type != RTN_UNICAST || r->nhops == 0)
		return; /* addresses of this host are its own business */
	else
		slot = leaves(own, &r->hop) ? &own->away : &own->part;
	if (slot == &own->part)
		see_net(own, r);
	if (slot->dst.addr.family == AF_UNSPEC)
		*slot = *r;
}

void hgw_desired_see_own(struct hgw_desired *d, const struct hgw_route *r)
{
	size_t i = first_own(d, &r->dst);

	if (r->tos != 0)
		return;
	if (i > 0 && hgw_prefix_covers(&d->own[i - 1].dst, &r->dst))
		see_part(&d->own[i - 1], r);
	for (; i < d->nown && hgw_prefix_covers(&r->dst, &d->own[i].dst); i++)
		see_whole(&d->own[i], r);
}

/* A link that leads to other nodes; one of theirs can hold this subnet's addresses too. */
static bool leads_out(const struct hgw_desired *d, const struct hgw_pool *pool, uint32_t oif)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct hgw_hop *hops = hgw_route_hops(pool, &d->v[i].route);

		for (uint16_t h = 0; h < d->v[i].route.nhops; h++)
			if (hops[h].oif == oif)
				return true;
	}
	return false;
}

/* The link on which this host has an address of the subnet; 0: none. */
static uint32_t link_of(const struct hgw_own *own, const struct hgw_snapshot *host)
{
	for (size_t i = 0; i < host->naddrs; i++)
		if (hgw_prefix_has(&own->dst, &host->addrs[i].prefix.addr))
			return host->addrs[i].index;
	return 0;
}

/* Whether a route that is no shorter than the subnet sends its packets elsewhere. */
static bool strays(const struct hgw_desired *d, const struct hgw_own *own,
		   const struct hgw_route *r, const struct hgw_snapshot *host,
		   const struct hgw_pool *pool)
{
	uint32_t link = link_of(own, host);

	if (!found(r) || r->type != RTN_UNICAST || r->nhops == 0)
		return false;
	return leaves(own, &r->hop) ||
	       (link != 0 && r->hop.oif != link && leads_out(d, pool, r->hop.oif));
}

/* A wider network on a link holds it too; but not that of the nodes, nor a default. */
static bool is_on_link(const struct hgw_desired *d, const struct hgw_own *own,
		       const struct hgw_pool *pool)
{
	const struct hgw_route *whole = &own->whole;

	return found(whole) && whole->type == RTN_UNICAST && whole->nhops > 0 &&
	       !leaves(own, &whole->hop) && whole->dst.len > 0 &&
	       (whole->dst.len == own->dst.len || !leads_out(d, pool, whole->hop.oif));
}

/*
 * What refuses a part of a network on a link drops packets of pods. Where each pod
 * has a route of its own it may be what they are cut out of, and do no harm.
 */
static bool loses_a_part(const struct hgw_desired *d, const struct hgw_own *own,
			 const struct hgw_pool *pool)
{
	return found(&own->refused) && !found(&own->part) && is_on_link(d, own, pool);
}

/* The network of another link that holds a part of one on a link; NULL: none. */
static const struct hgw_route *find_taker(const struct hgw_desired *d, const struct hgw_own *own,
					  const struct hgw_pool *pool)
{
	if (!is_on_link(d, own, pool))
		return NULL;
	for (size_t i = 0; i < HGW_ARRAY_LEN(own->nets); i++)
		if (found(&own->nets[i]) && own->nets[i].hop.oif != own->whole.hop.oif)
			return &own->nets[i];
	return NULL;
}

enum hgw_delivery hgw_own_delivery(const struct hgw_desired *d, const struct hgw_own *own,
				   const struct hgw_snapshot *host, const struct hgw_pool *pool,
				   const struct hgw_route **by)
{
	const struct hgw_route *whole = &own->whole;
	bool exact = found(whole) && whole->dst.len == own->dst.len;

	*by = &own->away;
	if (found(&own->away))
		return HGW_OWN_AWAY;
	*by = &own->part;
	if (strays(d, own, &own->part, host, pool))
		return HGW_OWN_AWAY;
	*by = &own->refused;
	if (loses_a_part(d, own, pool))
		return HGW_OWN_AWAY;
	*by = find_taker(d, own, pool);
	if (*by != NULL)
		return HGW_OWN_AWAY;
	*by = whole;
	if (exact && strays(d, own, whole, host, pool))
		return HGW_OWN_AWAY;
	if (is_on_link(d, own, pool))
		return HGW_OWN_LOCAL;
	if (exact && whole->type == RTN_LOCAL)
		return HGW_OWN_LOCAL;
	if (found(&own->part)) {
		*by = &own->part;
		return HGW_OWN_LOCAL;
	}
	*by = found(whole) ? whole : NULL;
	return HGW_OWN_NOWHERE;
}
