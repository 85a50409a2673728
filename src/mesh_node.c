/* SPDX-License-Identifier: MIT */
/* Of a node's table what matters to its packets: from which address on which way. */
#include <stdlib.h>
#include <string.h>

#include "hgw/fib.h"
#include "mesh_int.h"

/* A table that is made into steps. */
struct reading {
	const struct hgw_inventory *inv;
	const struct hgw_node *of;
	const struct hgw_pool *pool;
	struct hgw_prefix *own; /* its subnets, sorted */
	struct hgw_routes routes;
	struct hgw_fib fib;
	struct hgw_addr *bounds; /* where the way may change */
	size_t nbounds;
	uint32_t *ways; /* of each route; 0: none yet */
	struct hgw_mesh_step *steps;
	struct hgw_mesh_node *node;
};

static int compare_addrs(const void *a, const void *b)
{
	return hgw_addr_cmp(a, b);
}

static int compare_prefixes(const void *a, const void *b)
{
	return hgw_prefix_cmp(a, b);
}

struct hgw_addr mesh_last(const struct hgw_prefix *p)
{
	struct hgw_addr a = p->addr;
	unsigned bytes = hgw_family_bits(a.family) / 8;

	for (unsigned i = p->len / 8; i < bytes; i++)
		a.b[i] |= (uint8_t)(i == p->len / 8 ? 0xffU >> (p->len % 8) : 0xff);
	return a;
}

/* The address after a; false: it is the last there is. */
static bool successor(struct hgw_addr *a)
{
	for (unsigned i = hgw_family_bits(a->family) / 8; i-- > 0;)
		if (++a->b[i] != 0)
			return true;
	return false;
}

static void add_bounds(struct reading *rd, const struct hgw_prefix *p)
{
	struct hgw_addr behind = mesh_last(p);

	rd->bounds[rd->nbounds++] = p->addr;
	if (successor(&behind))
		rd->bounds[rd->nbounds++] = behind;
}

/* The subnet of the node that an address is in; NULL: none. */
static const struct hgw_prefix *find_own(const struct reading *rd, const struct hgw_addr *a)
{
	struct hgw_prefix host = hgw_prefix_host(a);
	size_t lo = 0, hi = rd->of->nsubnets;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (hgw_prefix_cmp(&rd->own[mid], &host) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && hgw_prefix_has(&rd->own[lo - 1], a) ? &rd->own[lo - 1] : NULL;
}

static bool is_here(const struct hgw_route *r)
{
	return r->type == RTN_LOCAL || r->type == RTN_BROADCAST || r->type == RTN_ANYCAST ||
	       r->type == RTN_MULTICAST;
}

/*
 * The gateway address of the pods, and their broadcast: where they are, the
 * subnet need not be, and what is sent to the subnet is not for them.
 */
static bool is_detail(const struct reading *rd, const struct hgw_route *r)
{
	return is_here(r) && r->dst.len == hgw_family_bits(r->dst.addr.family) &&
	       find_own(rd, &r->dst.addr) != NULL;
}

static int copy_routes(struct reading *rd, const struct hgw_routes *routes, struct hgw_err *err)
{
	if (hgw_routes_reserve(&rd->routes, routes->n + 1, err) < 0)
		return -1;
	for (size_t i = 0; i < routes->n; i++)
		if (!is_detail(rd, &routes->v[i]))
			rd->routes.v[rd->routes.n++] = routes->v[i];
	return 0;
}

static bool covers_node(const struct reading *rd, const struct hgw_prefix *p)
{
	for (uint32_t i = 0; i < rd->of->naddrs; i++)
		if (hgw_prefix_has(p, &rd->inv->addrs[rd->of->addrs + i]))
			return true;
	return false;
}

static enum hgw_way_kind kind_of(const struct reading *rd, const struct hgw_route *r)
{
	if (is_here(r))
		return HGW_WAY_HERE;
	if (r->type != RTN_UNICAST)
		return HGW_WAY_REJECT;
	if (r->nhops == 0)
		return HGW_WAY_UNKNOWN; /* a nexthop object that is not told */
	return r->nhops == 1 && hgw_route_hops(rd->pool, r)->via.family == AF_UNSPEC ? HGW_WAY_LINK
										     : HGW_WAY_VIA;
}

/* The hops of a route, noted down once. */
static uint32_t way_of(struct reading *rd, const struct hgw_route *r)
{
	uint32_t *known = &rd->ways[r - rd->routes.v];
	const struct hgw_hop *hops = hgw_route_hops(rd->pool, r);
	struct hgw_mesh_node *node = rd->node;

	if (*known != 0)
		return *known;
	*known = node->nways;
	node->ways[node->nways++] =
		(struct hgw_way){.kind = HGW_WAY_VIA, .nhops = r->nhops, .hops = node->nhops};
	for (uint16_t i = 0; i < r->nhops; i++)
		node->hops[node->nhops++] =
			(struct hgw_mesh_hop){.via = hops[i].via, .flags = hops[i].flags};
	return *known;
}

static uint32_t find_way(struct reading *rd, const struct hgw_addr *a)
{
	const struct hgw_route *r = hgw_fib_lookup(&rd->fib, a);
	const struct hgw_prefix *own = find_own(rd, a);
	enum hgw_way_kind kind = r != NULL ? kind_of(rd, r) : HGW_WAY_NONE;

	/*
	 * What leads to more than the subnet is not there for its sake: a default
	 * route, the network of the nodes; but a bridge that all pods are on is.
	 */
	if (own != NULL && kind != HGW_WAY_HERE && (r == NULL || r->dst.len < own->len) &&
	    (kind != HGW_WAY_LINK || covers_node(rd, &r->dst)))
		kind = HGW_WAY_PENDING;
	return kind == HGW_WAY_VIA ? way_of(rd, r) : (uint32_t)kind;
}

/* Room for all bounds, ways and hops that there can be. */
static int make_room(struct reading *rd, struct hgw_err *err)
{
	struct hgw_mesh_node *node = rd->node;
	size_t nhops = 0, nbounds = 2 * (rd->fib.n + rd->of->nsubnets + 1);

	for (size_t i = 0; i < rd->routes.n; i++)
		nhops += rd->routes.v[i].nhops;
	rd->bounds = calloc(nbounds, sizeof(*rd->bounds));
	rd->ways = calloc(rd->routes.n + 1, sizeof(*rd->ways));
	node->ways = calloc(HGW_WAY_NKINDS + rd->routes.n, sizeof(*node->ways));
	node->hops = calloc(nhops + 1, sizeof(*node->hops));
	if (rd->bounds == NULL || rd->ways == NULL || node->ways == NULL || node->hops == NULL)
		return hgw_fail_nomem(err);
	for (unsigned kind = 0; kind < HGW_WAY_VIA; kind++)
		node->ways[node->nways++].kind = (enum hgw_way_kind)kind;
	return 0;
}

static void find_bounds(struct reading *rd)
{
	rd->bounds[rd->nbounds++] = (struct hgw_addr){.family = AF_INET};
	rd->bounds[rd->nbounds++] = (struct hgw_addr){.family = AF_INET6};
	for (size_t i = 0; i < rd->fib.n; i++)
		add_bounds(rd, &rd->fib.v[i].dst);
	for (uint32_t i = 0; i < rd->of->nsubnets; i++)
		add_bounds(rd, &rd->own[i]);
	qsort(rd->bounds, rd->nbounds, sizeof(*rd->bounds), compare_addrs);
}

static int make_steps(struct reading *rd, const struct hgw_snapshot *host, struct hgw_err *err)
{
	struct hgw_mesh_node *node = rd->node;

	rd->steps = calloc(rd->nbounds, sizeof(*rd->steps));
	if (rd->steps == NULL)
		return hgw_fail_nomem(err);
	for (size_t i = 0; i < rd->nbounds; i++) {
		const struct hgw_addr *a = &rd->bounds[i];
		const struct hgw_mesh_step *last =
			node->nsteps > 0 ? &rd->steps[node->nsteps - 1] : NULL;
		struct hgw_mesh_step step = {.first = *a};

		if (last != NULL && hgw_addr_cmp(&last->first, a) == 0)
			continue;
		if (a->family == AF_INET6 && node->inet6 == 0)
			node->inet6 = node->nsteps;
		if (hgw_snapshot_knows(host, a->family))
			step.way = find_way(rd, a);
		if (last == NULL || last->first.family != a->family || last->way != step.way)
			rd->steps[node->nsteps++] = step;
	}
	/* Of what there was room for, often half. */
	node->steps = calloc(node->nsteps, sizeof(*node->steps));
	if (node->steps == NULL)
		return hgw_fail_nomem(err);
	memcpy(node->steps, rd->steps, node->nsteps * sizeof(*node->steps));
	return 0;
}

/* Its own addresses; without the table that has them all, those that its routes speak of. */
static int take_addrs(struct reading *rd, const struct hgw_snapshot *host,
		      const struct hgw_routes *routes, struct hgw_err *err)
{
	struct hgw_mesh_node *node = rd->node;

	node->addrs = calloc(host->naddrs + 1, sizeof(*node->addrs));
	if (node->addrs == NULL)
		return hgw_fail_nomem(err);
	for (size_t i = 0; i < host->naddrs; i++)
		if (hgw_addr_kind(&host->addrs[i].prefix.addr) != HGW_ADDR_LOOPBACK)
			node->addrs[node->naddrs++] = host->addrs[i].prefix.addr;
	for (size_t i = 0; i < routes->n; i++) {
		if (routes->v[i].type != RTN_LOCAL)
			continue;
		node->has_inet |= routes->v[i].dst.addr.family == AF_INET;
		node->has_inet6 |= routes->v[i].dst.addr.family == AF_INET6;
	}
	return 0;
}

static int read_table(struct reading *rd, const struct hgw_snapshot *host,
		      const struct hgw_routes *routes, uint32_t table, struct hgw_err *err)
{
	rd->own = calloc(rd->of->nsubnets + 1, sizeof(*rd->own));
	if (rd->own == NULL)
		return hgw_fail_nomem(err);
	if (rd->of->nsubnets > 0)
		memcpy(rd->own, rd->inv->subnets + rd->of->subnets,
		       rd->of->nsubnets * sizeof(*rd->own));
	qsort(rd->own, rd->of->nsubnets, sizeof(*rd->own), compare_prefixes);
	if (copy_routes(rd, routes, err) < 0 ||
	    hgw_fib_build(&rd->fib, &rd->routes, table, err) < 0 || make_room(rd, err) < 0)
		return -1;
	find_bounds(rd);
	if (make_steps(rd, host, err) < 0)
		return -1;
	return take_addrs(rd, host, routes, err);
}

int hgw_mesh_add(struct hgw_mesh *mesh, uint32_t node, const struct hgw_snapshot *host,
		 const struct hgw_routes *routes, const struct hgw_pool *pool, struct hgw_err *err)
{
	struct reading rd = {.inv = mesh->inv,
			     .of = &mesh->inv->nodes[node],
			     .pool = pool,
			     .node = &mesh->nodes[node]};
	int rc;

	mesh_node_free(rd.node);
	rc = read_table(&rd, host, routes, mesh->scope.table, err);
	rd.node->known = rc == 0;
	hgw_fib_free(&rd.fib);
	hgw_routes_free(&rd.routes);
	free(rd.own);
	free(rd.bounds);
	free(rd.ways);
	free(rd.steps);
	return rc;
}

void mesh_node_free(struct hgw_mesh_node *node)
{
	free(node->steps);
	free(node->ways);
	free(node->hops);
	free(node->addrs);
	*node = (struct hgw_mesh_node){0};
}
