/* SPDX-License-Identifier: MIT */
#include "hgw/actual.h"

/* Where the routes come from: hgw_kernel_routes(), or the like. */
struct source {
	int (*routes)(void *from, const struct hgw_filter *filter, struct hgw_pool *pool,
		      const struct hgw_sink *sink, struct hgw_err *err);
	void *from;
};

static int from_kernel(void *from, const struct hgw_filter *filter, struct hgw_pool *pool,
		       const struct hgw_sink *sink, struct hgw_err *err)
{
	return hgw_kernel_routes(from, filter, pool, sink, err);
}

/* In the order of the file, all of them being in the pool already. */
static int from_set(void *from, const struct hgw_filter *filter, struct hgw_pool *pool,
		    const struct hgw_sink *sink, struct hgw_err *err)
{
	const struct hgw_routes *set = from;

	(void)pool;
	for (size_t i = 0; i < set->n; i++) {
		const struct hgw_route *r = &set->v[i];

		if (r->dst.addr.family == filter->family &&
		    (filter->table == 0 || filter->table == r->table) &&
		    (filter->protocol == 0 || filter->protocol == r->protocol) &&
		    sink->route(sink->arg, r, err) < 0)
			return -1;
	}
	return 0;
}

struct reading {
	struct hgw_actual *actual;
	const struct hgw_scope *scope;
	struct hgw_desired *desired;
	bool have_owned;	 /* those were read before */
	size_t nowned, nforeign; /* before this dump */
};

static int on_route(void *arg, const struct hgw_route *r, struct hgw_err *err)
{
	struct reading *rd = arg;
	bool in_table = r->table == rd->scope->table;

	hgw_desired_see_own(rd->desired, r);
	if (in_table && r->protocol == rd->scope->protocol)
		return hgw_routes_add(&rd->actual->owned, r, err) < 0 ? -1 : 1;
	hgw_desired_see(rd->desired, r);
	/* The local table is looked up before any other: an address of ours goes before a route. */
	if ((!in_table && r->table != RT_TABLE_LOCAL) || r->tos != 0 ||
	    (in_table ? !hgw_desired_in_pods(rd->desired, &r->dst)
		      : hgw_desired_covering(rd->desired, &r->dst) == NULL))
		return 0;
	return hgw_routes_add(&rd->actual->foreign, r, err) < 0 ? -1 : 1;
}

/*
 * What was seen stays seen: a route that is gone since can only make us say
 * that a gateway has no route to it, or one that the kernel then refuses.
 */
static void on_restart(void *arg)
{
	struct reading *rd = arg;

	rd->actual->owned.n = rd->nowned;
	rd->actual->foreign.n = rd->nforeign;
}

static bool wanted_family(const struct hgw_scope *scope, uint8_t family)
{
	return family == AF_INET ? scope->inet : scope->inet6;
}

static bool has_own(const struct hgw_desired *d, uint8_t family)
{
	for (size_t i = 0; i < d->nown; i++)
		if (d->own[i].dst.addr.family == family)
			return true;
	return false;
}

/* An IPv4 subnet can be reached by an IPv6 gateway, whose device the IPv6 routes tell. */
static bool needs_gateways(const struct hgw_desired *d, uint8_t family)
{
	for (size_t i = 0; i < d->ngateways; i++)
		if (d->gateways[i].addr.family == family)
			return true;
	return false;
}

static int read_family(struct reading *rd, const struct source *s, uint8_t family,
		       struct hgw_pool *pool, struct hgw_err *err)
{
	const uint32_t tables[] = {rd->scope->table, RT_TABLE_MAIN, RT_TABLE_LOCAL};
	struct hgw_sink sink = {on_route, on_restart, rd};
	bool main = needs_gateways(rd->desired, family) || has_own(rd->desired, family);

	for (size_t i = 0; i < HGW_ARRAY_LEN(tables); i++) {
		struct hgw_filter f = {.family = family, .table = tables[i]};

		if (i == 0 && rd->have_owned)
			f.but = rd->scope->protocol;
		if (i == 1 && (!main || tables[0] == RT_TABLE_MAIN))
			continue;
		rd->nowned = rd->actual->owned.n;
		rd->nforeign = rd->actual->foreign.n;
		if (s->routes(s->from, &f, pool, &sink, err) < 0)
			return -1;
	}
	return 0;
}

static int read_all(struct hgw_actual *a, const struct source *s, const struct hgw_scope *scope,
		    struct hgw_desired *desired, bool have_owned, struct hgw_pool *pool,
		    struct hgw_err *err)
{
	/* Of a family that is left out no route is owned or foreign: only gateways are looked for.
	 */
	static const struct hgw_scope elsewhere = {.table = RT_TABLE_MAIN};
	static const uint8_t families[] = {AF_INET, AF_INET6};

	hgw_desired_forget_own(desired);
	for (size_t i = 0; i < HGW_ARRAY_LEN(families); i++) {
		struct reading rd = {.actual = a,
				     .scope = scope,
				     .desired = desired,
				     .have_owned = have_owned};

		if (!wanted_family(scope, families[i])) {
			if (!needs_gateways(desired, families[i]))
				continue;
			rd.scope = &elsewhere;
			rd.have_owned = false;
		}
		if (read_family(&rd, s, families[i], pool, err) < 0)
			return -1;
	}
	if (!have_owned)
		hgw_routes_sort(&a->owned);
	hgw_routes_sort(&a->foreign);
	return 0;
}

int hgw_actual_read(struct hgw_actual *a, struct hgw_kernel *k, const struct hgw_scope *scope,
		    struct hgw_desired *desired, struct hgw_pool *pool, struct hgw_err *err)
{
	const struct source kernel = {from_kernel, k};

	return read_all(a, &kernel, scope, desired, false, pool, err);
}

int hgw_actual_read_set(struct hgw_actual *a, struct hgw_routes *all, const struct hgw_scope *scope,
			struct hgw_desired *desired, struct hgw_pool *pool, struct hgw_err *err)
{
	const struct source set = {from_set, all};

	return read_all(a, &set, scope, desired, false, pool, err);
}

int hgw_actual_read_owned(struct hgw_routes *owned, struct hgw_kernel *k,
			  const struct hgw_scope *scope, struct hgw_pool *pool, struct hgw_err *err)
{
	struct hgw_filter f = {.table = scope->table, .protocol = scope->protocol};

	f.family = AF_INET;
	if (scope->inet && hgw_kernel_collect(k, &f, pool, owned, err) < 0)
		return -1;
	f.family = AF_INET6;
	if (scope->inet6 && hgw_kernel_collect(k, &f, pool, owned, err) < 0)
		return -1;
	return 0;
}

/* The networks of gateways that this host is in by its addresses, as routes; -1: no memory. */
static int connected(struct hgw_routes *nets, const struct hgw_desired *desired,
		     const struct hgw_snapshot *host, struct hgw_err *err)
{
	for (size_t i = 0; i < host->naddrs; i++) {
		struct hgw_route r = {.dst = hgw_prefix_masked(&host->addrs[i].prefix),
				      .type = RTN_UNICAST,
				      .nhops = 1,
				      .hop.oif = host->addrs[i].index};

		if (hgw_desired_has_gateway(desired, &r.dst) && hgw_routes_add(nets, &r, err) < 0)
			return -1;
	}
	hgw_routes_sort(nets);
	return 0;
}

/* Of one network by two links only the routes themselves tell which is in force. */
static bool is_ambiguous(const struct hgw_routes *nets)
{
	for (size_t i = 1; i < nets->n; i++)
		if (hgw_route_key_cmp(&nets->v[i - 1], &nets->v[i]) == 0 &&
		    nets->v[i - 1].hop.oif != nets->v[i].hop.oif)
			return true;
	return false;
}

/* As if none of the host's routes had been seen. */
static void forget_gateways(struct hgw_desired *d)
{
	for (size_t i = 0; i < d->ngateways; i++)
		d->gateways[i] = (struct hgw_gateway){.addr = d->gateways[i].addr};
}

/* Whether the owned routes are those desired, and no others; 1, 0, or -1. */
static int is_settled(const struct hgw_actual *a, struct hgw_desired *desired,
		      const struct hgw_snapshot *host, struct hgw_pool *pool, struct hgw_err *err)
{
	struct hgw_routes nets HGW_CLEANUP(hgw_routes_free) = {0};

	if (a->owned.n != desired->n)
		return 0;
	if (connected(&nets, desired, host, err) < 0)
		return -1;
	if (is_ambiguous(&nets))
		return 0;
	for (size_t i = 0; i < nets.n; i++)
		hgw_desired_see(desired, &nets.v[i]);
	if (hgw_desired_resolve(desired, host, pool) > 0)
		return 0;
	for (size_t i = 0; i < desired->n; i++)
		if (!hgw_route_equal(pool, &a->owned.v[i], &desired->v[i].route))
			return 0;
	return 1;
}

int hgw_actual_read_unless_settled(struct hgw_actual *a, struct hgw_kernel *k,
				   const struct hgw_scope *scope, struct hgw_desired *desired,
				   const struct hgw_snapshot *host, struct hgw_pool *pool,
				   struct hgw_err *err)
{
	const struct source kernel = {from_kernel, k};
	int settled;

	if (hgw_actual_read_owned(&a->owned, k, scope, pool, err) < 0)
		return -1;
	hgw_routes_sort(&a->owned);
	settled = is_settled(a, desired, host, pool, err);
	if (settled != 0)
		return settled;
	forget_gateways(desired);
	for (size_t i = 0; i < a->owned.n; i++)
		hgw_desired_see_own(desired, &a->owned.v[i]);
	return read_all(a, &kernel, scope, desired, true, pool, err);
}

static int collect(void *arg, const struct hgw_route *r, struct hgw_err *err)
{
	return hgw_routes_add(arg, r, err) < 0 ? -1 : 1;
}

int hgw_actual_set_owned(struct hgw_routes *owned, struct hgw_routes *all,
			 const struct hgw_scope *scope, struct hgw_err *err)
{
	struct hgw_filter f = {.table = scope->table, .protocol = scope->protocol};
	const struct hgw_sink sink = {collect, NULL, owned};

	f.family = AF_INET;
	if (scope->inet && from_set(all, &f, NULL, &sink, err) < 0)
		return -1;
	f.family = AF_INET6;
	if (scope->inet6 && from_set(all, &f, NULL, &sink, err) < 0)
		return -1;
	return 0;
}

void hgw_actual_free(struct hgw_actual *a)
{
	hgw_routes_free(&a->owned);
	hgw_routes_free(&a->foreign);
}
