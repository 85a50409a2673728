/* SPDX-License-Identifier: MIT */
#include "hgw/desired.h"

#include <stdio.h>
#include <stdlib.h>

#include "desired_int.h"

static int compare_wants(const void *pa, const void *pb)
{
	const struct hgw_want *a = pa, *b = pb;

	return hgw_route_key_cmp(&a->route, &b->route);
}

static int compare_gateways(const void *pa, const void *pb)
{
	const struct hgw_gateway *a = pa, *b = pb;

	return hgw_addr_cmp(&a->addr, &b->addr);
}

static bool has_family(const struct hgw_inventory *inv, const struct hgw_node *node, uint8_t family)
{
	for (uint32_t i = 0; i < node->naddrs; i++)
		if (inv->addrs[node->addrs + i].family == family)
			return true;
	return false;
}

/* The addresses of a node that a subnet of that family is reached by: its own, else IPv6 ones. */
static size_t gateway_hops(const struct hgw_inventory *inv, const struct hgw_node *node,
			   uint8_t family, struct hgw_hop *hops, size_t max)
{
	size_t n = 0;

	if (!has_family(inv, node, family))
		family = AF_INET6;
	for (uint32_t i = 0; i < node->naddrs && n < max; i++) {
		const struct hgw_addr *a = &inv->addrs[node->addrs + i];

		if (a->family == family)
			hops[n++] = (struct hgw_hop){.via = *a,
						     .flags = node->onlink ? RTNH_F_ONLINK : 0,
						     .weight = 1};
	}
	return n;
}

/* Of a route with several gateways the lowest decides, in whatever order they are given. */
static uint32_t metric_by_gateway(const struct hgw_hop *hops, size_t n)
{
	size_t lowest = 0;

	for (size_t i = 1; i < n; i++)
		if (hgw_addr_cmp(&hops[i].via, &hops[lowest].via) < 0)
			lowest = i;
	return n > 0 ? hgw_metric_spread(&hops[lowest].via) : 0;
}

static int add_want(struct hgw_desired *d, const struct hgw_inventory *inv, uint32_t node,
		    uint32_t subnet, const struct hgw_scope *scope, struct hgw_pool *pool,
		    struct hgw_err *err)
{
	const struct hgw_node *of = &inv->nodes[node];
	struct hgw_hop hops[64]; /* not all to be cleared each time */
	struct hgw_want *w = &d->v[d->n];

	hops[0] = (struct hgw_hop){0};
	*w = (struct hgw_want){.node = node, .subnet = subnet};
	w->route = (struct hgw_route){.dst = inv->subnets[subnet],
				      .protocol = scope->protocol,
				      .scope = RT_SCOPE_UNIVERSE,
				      .type = RTN_UNICAST,
				      .table = scope->table,
				      .metric = of->metric,
				      .mtu = of->mtu};
	w->route.nhops = (uint16_t)gateway_hops(inv, of, w->route.dst.addr.family, hops,
						HGW_ARRAY_LEN(hops));
	w->route.hop = hops[0];
	if (of->spread && w->route.dst.addr.family == AF_INET)
		w->route.metric = metric_by_gateway(hops, w->route.nhops);
	w->route.metric = hgw_route_metric(&w->route);
	d->n++;
	for (size_t i = 0; i < w->route.nhops; i++)
		d->gateways[d->ngateways++].addr = hops[i].via;
	if (w->route.nhops < 2)
		return 0;
	return hgw_pool_add_hops(pool, hops, w->route.nhops, &w->route.hops, err);
}

static bool in_scope(const struct hgw_scope *scope, const struct hgw_prefix *p)
{
	return p->addr.family == AF_INET ? scope->inet : scope->inet6;
}

static void sort_gateways(struct hgw_desired *d)
{
	size_t n = 0;

	hgw_sort(d->gateways, d->ngateways, sizeof(*d->gateways), compare_gateways);
	for (size_t i = 0; i < d->ngateways; i++)
		if (n == 0 || compare_gateways(&d->gateways[n - 1], &d->gateways[i]) != 0)
			d->gateways[n++] = d->gateways[i];
	d->ngateways = n;
}

static void find_device(struct hgw_desired *d, const struct hgw_inventory *inv, uint32_t self,
			const struct hgw_snapshot *host)
{
	const struct hgw_link *link;

	d->interface = hgw_inventory_str(inv, inv->nodes[self].interface);
	link = hgw_snapshot_link_named(host, d->interface);
	d->device = link != NULL ? link->index : 0;
}

int hgw_desired_build(struct hgw_desired *d, const struct hgw_inventory *inv, uint32_t self,
		      const struct hgw_scope *scope, const struct hgw_snapshot *host,
		      struct hgw_pool *pool, struct hgw_err *err)
{
	size_t max_gateways = 0;

	*d = (struct hgw_desired){0};
	find_device(d, inv, self, host);
	for (size_t i = 0; i < inv->nnodes; i++)
		max_gateways += (size_t)inv->nodes[i].nsubnets * inv->nodes[i].naddrs;
	d->v = calloc(inv->nsubnets + 1, sizeof(*d->v));
	d->gateways = calloc(max_gateways + 1, sizeof(*d->gateways));
	if (d->v == NULL || d->gateways == NULL) {
		hgw_desired_free(d);
		return hgw_fail_nomem(err);
	}
	if (desired_build_own(d, inv, self, scope, host, err) < 0) {
		hgw_desired_free(d);
		return -1;
	}
	for (uint32_t i = 0; i < inv->nnodes; i++) {
		const struct hgw_node *node = &inv->nodes[i];

		for (uint32_t s = node->subnets; i != self && s < node->subnets + node->nsubnets;
		     s++) {
			if (in_scope(scope, &inv->subnets[s]) &&
			    add_want(d, inv, i, s, scope, pool, err) < 0) {
				hgw_desired_free(d);
				return -1;
			}
		}
	}
	hgw_sort(d->v, d->n, sizeof(*d->v), compare_wants);
	sort_gateways(d);
	return 0;
}

static bool better(const struct hgw_route *a, const struct hgw_gateway *than)
{
	if (!than->found || a->dst.len != than->route.dst.len)
		return !than->found || a->dst.len > than->route.dst.len;
	return hgw_route_metric(a) < hgw_route_metric(&than->route);
}

/* The gateways inside a prefix stand together, from its own address on. */
static size_t first_gateway(const struct hgw_desired *d, const struct hgw_prefix *p)
{
	struct hgw_gateway key = {.addr = p->addr};
	size_t lo = 0, hi = d->ngateways;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (compare_gateways(&d->gateways[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

void hgw_desired_see(struct hgw_desired *d, const struct hgw_route *r)
{
	if (r->tos != 0 || (d->device != 0 && r->hop.oif != d->device))
		return;
	for (size_t i = first_gateway(d, &r->dst);
	     i < d->ngateways && hgw_prefix_has(&r->dst, &d->gateways[i].addr); i++) {
		struct hgw_gateway *g = &d->gateways[i];

		if (!better(r, g))
			continue;
		g->found = true;
		g->onlink =
			r->type == RTN_UNICAST && r->nhops > 0 && r->hop.via.family == AF_UNSPEC;
		g->route = *r;
	}
}

static const struct hgw_gateway *find_gateway(const struct hgw_desired *d,
					      const struct hgw_addr *addr)
{
	struct hgw_gateway key = {.addr = *addr};

	return bsearch(&key, d->gateways, d->ngateways, sizeof(key), compare_gateways);
}

/* Subnets and gateways are most often in the same order: next is tried first. */
static enum hgw_reach resolve_hop(const struct hgw_desired *d, const struct hgw_snapshot *host,
				  struct hgw_hop *hop, size_t *next)
{
	const struct hgw_gateway *g =
		*next < d->ngateways && hgw_addr_cmp(&d->gateways[*next].addr, &hop->via) == 0
			? &d->gateways[*next]
			: find_gateway(d, &hop->via);

	*next = (size_t)(g - d->gateways) + 1;
	if (d->interface[0] != '\0' && d->device == 0)
		return HGW_REACH_NO_INTERFACE;
	if (hgw_snapshot_has_addr(host, &g->addr))
		return HGW_REACH_OWN;
	hop->oif = d->device != 0 ? d->device : g->found ? g->route.hop.oif : 0;
	if ((hop->flags & RTNH_F_ONLINK) && hop->oif != 0)
		return HGW_REACH_OK;
	if (!g->found)
		return HGW_REACH_NO_ROUTE;
	if (g->route.type != RTN_UNICAST || g->route.nhops == 0)
		return HGW_REACH_NOT_UNICAST;
	return g->onlink ? HGW_REACH_OK : HGW_REACH_OFF_LINK;
}

size_t hgw_desired_resolve(struct hgw_desired *d, const struct hgw_snapshot *host,
			   struct hgw_pool *pool)
{
	size_t bad = 0, next = 0;

	for (size_t i = 0; i < d->n; i++) {
		struct hgw_want *w = &d->v[i];
		struct hgw_hop *hops =
			w->route.nhops > 1 ? pool->hops + w->route.hops : &w->route.hop;

		w->reach = HGW_REACH_OK;
		for (uint16_t h = 0; h < w->route.nhops; h++) {
			enum hgw_reach reach = resolve_hop(d, host, &hops[h], &next);

			if (w->reach == HGW_REACH_OK && reach != HGW_REACH_OK) {
				w->reach = reach;
				w->faulty = h;
				bad++;
			}
		}
		w->route.hop = hops[0];
	}
	return bad;
}

bool hgw_desired_known(const struct hgw_want *w, const struct hgw_snapshot *host,
		       const struct hgw_pool *pool)
{
	const struct hgw_hop *hops = hgw_route_hops(pool, &w->route);
	bool known = hgw_snapshot_knows(host, w->route.dst.addr.family);

	for (uint16_t i = 0; i < w->route.nhops; i++)
		known = known && hgw_snapshot_knows(host, hops[i].via.family);
	return known;
}

size_t hgw_desired_leave_unknown(struct hgw_desired *d, const struct hgw_snapshot *host,
				 const struct hgw_pool *pool)
{
	size_t n = 0, all = d->n;

	for (size_t i = 0; i < all; i++)
		if (hgw_desired_known(&d->v[i], host, pool))
			d->v[n++] = d->v[i];
	d->n = n;
	return all - n;
}

const char *hgw_desired_explain(const struct hgw_desired *d, const struct hgw_inventory *inv,
				const struct hgw_pool *pool, const struct hgw_want *w, char *text,
				size_t size)
{
	const struct hgw_addr *via = &hgw_route_hops(pool, &w->route)[w->faulty].via;
	const struct hgw_gateway *g = find_gateway(d, via);
	const char *node = hgw_node_name(inv, w->node);
	char addr[HGW_ADDR_STRLEN], dst[HGW_PREFIX_STRLEN], next[HGW_ADDR_STRLEN];

	hgw_addr_format(via, addr);
	hgw_prefix_format_dst(&g->route.dst, dst);
	hgw_addr_format(&g->route.hop.via, next);
	switch (w->reach) {
	case HGW_REACH_NO_INTERFACE:
		snprintf(text, size,
			 "this host has no interface '%s', which is to lead to gateway "
			 "%s of node '%s'",
			 d->interface, addr, node);
		return "mend 'interface' in the inventory, or make that interface";
	case HGW_REACH_OWN:
		snprintf(text, size, "gateway %s of node '%s' is an address of this host itself",
			 addr, node);
		return "is this host another node than it was taken for? See --node";
	case HGW_REACH_NO_ROUTE:
		snprintf(text, size,
			 "gateway %s of node '%s' is unreachable: no route %s%s leads "
			 "to it",
			 addr, node, d->device != 0 ? "of interface " : "of this host",
			 d->device != 0 ? d->interface : "");
		return "give this host an address in the network of the nodes; is the link up?";
	case HGW_REACH_NOT_UNICAST:
		snprintf(text, size,
			 "gateway %s of node '%s' is unreachable: the way to it, %s, is not a "
			 "unicast route",
			 addr, node, dst);
		return "check the address, or delete that route";
	case HGW_REACH_OFF_LINK:
		snprintf(text, size,
			 "gateway %s of node '%s' is not on a link of this host: the "
			 "way to it is %s via %s",
			 addr, node, dst, next);
		return "host-gw needs all nodes in one L2 network; check the address";
	case HGW_REACH_OK:
		break;
	}
	snprintf(text, size, "gateway %s of node '%s' is on the link", addr, node);
	return NULL;
}

int hgw_desired_refuse(const struct hgw_desired *d, const struct hgw_inventory *inv,
		       const struct hgw_pool *pool, enum hgw_severity severity,
		       struct hgw_diags *diags, struct hgw_err *err)
{
	size_t bad = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct hgw_want *w = &d->v[i];
		struct hgw_origin at = hgw_inventory_origin(inv, w->node, w->subnet);
		const char *hint;
		char text[512];

		if (w->reach == HGW_REACH_OK)
			continue;
		hint = hgw_desired_explain(d, inv, pool, w, text, sizeof(text));
		hgw_diag_add(diags, severity, &at, hint, "%s", text);
		bad++;
	}
	return hgw_fail(
		err, HGW_REFUSED,
		"%zu route%s cannot be made for want of a gateway; nothing was changed. To leave "
		"%s out, say --skip-unreachable",
		bad, bad == 1 ? "" : "s", bad == 1 ? "it" : "them");
}

const struct hgw_want *hgw_desired_covering(const struct hgw_desired *d, const struct hgw_prefix *p)
{
	size_t lo = 0, hi = d->n;

	/* The last one that does not stand behind p; subnets do not overlap. */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (hgw_prefix_cmp(&d->v[mid].route.dst, p) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || !hgw_prefix_covers(&d->v[lo - 1].route.dst, p))
		return NULL;
	return &d->v[lo - 1];
}

bool hgw_desired_has_gateway(const struct hgw_desired *d, const struct hgw_prefix *p)
{
	size_t i = first_gateway(d, p);

	return i < d->ngateways && hgw_prefix_has(p, &d->gateways[i].addr);
}

bool hgw_desired_in_pods(const struct hgw_desired *d, const struct hgw_prefix *p)
{
	const struct hgw_node *self;
	bool inside = false;

	if (hgw_desired_covering(d, p) != NULL)
		return true;
	if (d->pods == NULL)
		return false;
	for (size_t i = 0; i < d->pods->ncluster && !inside; i++)
		inside = hgw_prefix_covers(&d->pods->cluster[i], p) &&
			 (p->len == d->pods->cluster[i].len || !hgw_desired_has_gateway(d, p));
	self = &d->pods->nodes[d->self];
	for (uint32_t i = 0; i < self->nsubnets && inside; i++)
		inside = !hgw_prefix_covers(&d->pods->subnets[self->subnets + i], p);
	return inside;
}

void hgw_desired_free(struct hgw_desired *d)
{
	free(d->v);
	free(d->gateways);
	free(d->own);
	*d = (struct hgw_desired){0};
}
