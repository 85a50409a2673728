/* SPDX-License-Identifier: MIT */
#include "hgw/planfile.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* FNV-1a: changes are to be noticed, not adversaries kept out; those can edit the plan itself. */
static void digest_add(uint64_t *digest, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++)
		*digest = (*digest ^ p[i]) * UINT64_C(0x100000001b3);
}

static void digest_hop(uint64_t *digest, const struct hgw_snapshot *host, const struct hgw_hop *hop)
{
	const struct hgw_link *link = hgw_snapshot_link(host, hop->oif);
	uint8_t onlink = (hop->flags & RTNH_F_ONLINK) != 0;

	digest_add(digest, &hop->via, sizeof(hop->via));
	digest_add(digest, &onlink, sizeof(onlink));
	digest_add(digest, &hop->weight, sizeof(hop->weight));
	if (link != NULL)
		digest_add(digest, link->name, strlen(link->name) + 1);
}

static void digest_route(uint64_t *digest, const struct hgw_snapshot *host,
			 const struct hgw_pool *pool, const struct hgw_route *r)
{
	const struct hgw_hop *hops = hgw_route_hops(pool, r);
	const uint32_t numbers[] = {r->table, r->tos,  r->metric, r->protocol,
				    r->scope, r->type, r->mtu,	  r->nhid};

	digest_add(digest, &r->dst, sizeof(r->dst));
	digest_add(digest, numbers, sizeof(numbers));
	for (size_t i = 0; i < r->nhops; i++)
		digest_hop(digest, host, &hops[i]);
}

int hgw_planfile_digest(uint64_t *digest, const struct hgw_scope *scope,
			const struct hgw_plan *plan, const struct hgw_actual *actual,
			const struct hgw_snapshot *host, const struct hgw_pool *pool,
			struct hgw_err *err)
{
	const struct hgw_planfile file = {.plan = *plan};
	char text[64];
	struct hgw_desired about;

	*digest = UINT64_C(0xcbf29ce484222325);
	snprintf(text, sizeof(text), "%u %u %d %d", scope->table, scope->protocol, scope->inet,
		 scope->inet6);
	digest_add(digest, text, strlen(text));
	if (hgw_planfile_desired(&file, &about, err) < 0)
		return -1;
	for (size_t i = 0; i < actual->owned.n; i++)
		digest_route(digest, host, pool, &actual->owned.v[i]);
	for (size_t i = 0; i < actual->foreign.n; i++)
		if (hgw_desired_covering(&about, &actual->foreign.v[i].dst) != NULL)
			digest_route(digest, host, pool, &actual->foreign.v[i]);
	hgw_desired_free(&about);
	return 0;
}

int hgw_planfile_desired(const struct hgw_planfile *file, struct hgw_desired *desired,
			 struct hgw_err *err)
{
	const struct hgw_plan *plan = &file->plan;

	*desired = (struct hgw_desired){.interface = ""};
	desired->v = calloc(plan->n + 1, sizeof(*desired->v));
	if (desired->v == NULL)
		return hgw_fail_nomem(err);
	for (size_t i = 0; i < plan->n; i++)
		if (plan->v[i].op == HGW_OP_ADD || plan->v[i].op == HGW_OP_REPLACE)
			desired->v[desired->n++].route = plan->v[i].after;
	return 0;
}

static const struct hgw_route *find_equal(const struct hgw_routes *set, const struct hgw_route *r,
					  const struct hgw_pool *pool)
{
	for (size_t i = hgw_routes_find(set, r); i < set->n; i++) {
		if (hgw_route_key_cmp(&set->v[i], r) != 0)
			break;
		if (hgw_route_equal(pool, &set->v[i], r))
			return &set->v[i];
	}
	return NULL;
}

int hgw_planfile_match(struct hgw_planfile *file, const struct hgw_actual *actual,
		       const struct hgw_snapshot *host, const struct hgw_pool *pool,
		       struct hgw_err *err)
{
	uint64_t digest;

	if (hgw_planfile_digest(&digest, &file->scope, &file->plan, actual, host, pool, err) < 0)
		return -1;
	for (size_t i = 0; i < file->plan.n && digest == file->digest; i++) {
		struct hgw_change *c = &file->plan.v[i];
		const struct hgw_route *r;

		if (c->op == HGW_OP_ADD)
			continue;
		r = find_equal(&actual->owned, &c->before, pool);
		if (r == NULL)
			r = find_equal(&actual->foreign, &c->before, pool);
		if (r == NULL)
			digest = ~file->digest;
		else
			c->before = *r;
	}
	if (digest == file->digest)
		return 0;
	return hgw_fail(err, HGW_REFUSED,
			"the routes of this host have changed since the plan was made; nothing was "
			"changed. Make the plan anew");
}

void hgw_planfile_free(struct hgw_planfile *file)
{
	hgw_plan_free(&file->plan);
}
