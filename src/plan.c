/* SPDX-License-Identifier: MIT */
#include "hgw/plan.h"

#include <stdlib.h>
#include <string.h>

int hgw_plan_add(struct hgw_plan *plan, const struct hgw_change *c, struct hgw_err *err)
{
	if (plan->n == plan->cap) {
		size_t cap = plan->cap ? plan->cap * 2 : 64;
		struct hgw_change *v = reallocarray(plan->v, cap, sizeof(*v));

		if (v == NULL)
			return hgw_fail_nomem(err);
		plan->v = v;
		plan->cap = cap;
	}
	plan->v[plan->n++] = *c;
	plan->count[c->op]++;
	return 0;
}

static int plan_add(struct hgw_plan *plan, enum hgw_op op, const struct hgw_route *before,
		    const struct hgw_want *want, struct hgw_err *err)
{
	struct hgw_change c = {.op = op, .node = UINT32_MAX, .subnet = UINT32_MAX};

	if (before != NULL)
		c.before = *before;
	if (want != NULL) {
		c.after = want->route;
		c.node = want->node;
		c.subnet = want->subnet;
	}
	return hgw_plan_add(plan, &c, err);
}

/* The foreign routes to the very subnet of a want, of any metric. */
struct rivals {
	const struct hgw_route *v;
	size_t n;
};

static struct rivals find_rivals(const struct hgw_routes *foreign, const struct hgw_prefix *dst)
{
	size_t lo = hgw_routes_find_dst(foreign, dst);
	struct rivals r = {.v = foreign->v + lo};

	while (lo + r.n < foreign->n && hgw_prefix_cmp(&foreign->v[lo + r.n].dst, dst) == 0)
		r.n++;
	return r;
}

struct verdict {
	const struct hgw_route *conflict, *job, *note;
};

/*
 * A foreign route with the same gateway and device does the job, whatever its
 * metric. Another is in the way unless its metric is above ours. Under one key
 * an owned and a foreign one are a conflict in any case: which of the two
 * the kernel then takes for a replace or delete is not ours to decide.
 */
static struct verdict judge(const struct rivals *rivals, const struct hgw_want *want, bool owned,
			    const struct hgw_pool *pool)
{
	struct verdict v = {0};

	for (size_t i = 0; i < rivals->n; i++) {
		const struct hgw_route *r = &rivals->v[i];
		bool same_key = hgw_route_key_cmp(r, &want->route) == 0;
		bool same_way =
			r->type == want->route.type && hgw_route_same_hops(pool, r, &want->route);

		if (same_way && !(owned && same_key))
			v.job = v.job != NULL ? v.job : r;
		else if (hgw_route_metric(r) <= hgw_route_metric(&want->route))
			v.conflict = v.conflict != NULL ? v.conflict : r;
		else
			v.note = v.note != NULL ? v.note : r;
	}
	return v;
}

/* Some of the routes under one key. */
struct entries {
	const struct hgw_route *v;
	size_t n;
};

/* Everything that a plan is made of. */
struct planning {
	struct hgw_plan *plan;
	const struct hgw_desired *desired;
	const struct hgw_actual *actual;
	const struct hgw_policy *policy;
	const struct hgw_pool *pool;
};

static bool adoptable(const struct hgw_route *r, const struct hgw_want *want)
{
	return r->protocol != RTPROT_KERNEL && r->table == want->route.table;
}

/*
 * Takes over each rival that does the job or is in the way; -1, or whether
 * that was done. One that must not be touched, or two under one key of which
 * one would stay, leave it a conflict.
 */
static int adopt(const struct planning *p, const struct hgw_want *want, const struct rivals *rivals,
		 struct hgw_err *err)
{
	size_t first = rivals->n;

	for (size_t i = 0; i < rivals->n; i++) {
		const struct hgw_route *r = &rivals->v[i];

		if (!adoptable(r, want) || (i > 0 && hgw_route_key_cmp(r, &rivals->v[i - 1]) == 0))
			return 0;
		/* The one under the very key of ours is replaced, which leaves no gap. */
		if (first == rivals->n || hgw_route_key_cmp(r, &want->route) == 0)
			first = i;
	}
	if (plan_add(p->plan, HGW_OP_REPLACE, &rivals->v[first], want, err) < 0)
		return -1;
	for (size_t i = 0; i < rivals->n; i++)
		if (i != first && plan_add(p->plan, HGW_OP_DELETE, &rivals->v[i], NULL, err) < 0)
			return -1;
	return 1;
}

/* owned: ours under the key of want. One of them may be right; the first is in force. */
static int plan_key(const struct planning *p, const struct hgw_want *want,
		    const struct entries *owned, struct hgw_err *err)
{
	struct rivals rivals = find_rivals(&p->actual->foreign, &want->route.dst);
	struct verdict v = judge(&rivals, want, owned->n > 0, p->pool);
	size_t keep = 0;

	while (keep < owned->n && !hgw_route_equal(p->pool, &owned->v[keep], &want->route))
		keep++;
	if (p->policy->adopt && owned->n == 0 && (v.conflict != NULL || v.job != NULL)) {
		int rc = adopt(p, want, &rivals, err);

		if (rc != 0)
			return rc < 0 ? -1 : 0;
	}
	if (v.conflict != NULL)
		return plan_add(p->plan, HGW_OP_CONFLICT, v.conflict, want, err);
	if (owned->n == 0 && v.job != NULL)
		return plan_add(p->plan, HGW_OP_SKIP, v.job, want, err);
	if (v.note != NULL && plan_add(p->plan, HGW_OP_NOTE, v.note, want, err) < 0)
		return -1;
	if (keep < owned->n)
		p->plan->unchanged++;
	else if (plan_add(p->plan, owned->n > 0 ? HGW_OP_REPLACE : HGW_OP_ADD,
			  owned->n > 0 ? owned->v : NULL, want, err) < 0)
		return -1;
	for (size_t i = 0; i < owned->n; i++)
		if (i != keep && !(keep == owned->n && i == 0) &&
		    plan_add(p->plan, HGW_OP_DELETE, &owned->v[i], NULL, err) < 0)
			return -1;
	return 0;
}

/* A route of ours under a key that nobody wants: to another subnet, or of another metric. */
static int plan_unwanted(const struct planning *p, const struct hgw_route *r, struct hgw_err *err)
{
	const struct hgw_want *want = hgw_desired_covering(p->desired, &r->dst);
	bool same_dst = want != NULL && hgw_prefix_cmp(&want->route.dst, &r->dst) == 0;

	if (same_dst ? want->reach != HGW_REACH_OK : p->policy->no_prune)
		return 0;
	return plan_add(p->plan, HGW_OP_DELETE, r, NULL, err);
}

int hgw_plan_build(struct hgw_plan *plan, const struct hgw_desired *desired,
		   const struct hgw_actual *actual, const struct hgw_policy *policy,
		   const struct hgw_pool *pool, struct hgw_err *err)
{
	const struct planning p = {plan, desired, actual, policy, pool};
	const struct hgw_routes *owned = &actual->owned;
	size_t o = 0;

	for (size_t d = 0; d < desired->n; d++) {
		const struct hgw_want *want = &desired->v[d];
		struct entries same = {0};

		for (; o < owned->n && hgw_route_key_cmp(&owned->v[o], &want->route) < 0; o++)
			if (plan_unwanted(&p, &owned->v[o], err) < 0)
				return -1;
		same.v = owned->v + o;
		for (; o < owned->n && hgw_route_key_cmp(&owned->v[o], &want->route) == 0; o++)
			same.n++;
		if (want->reach == HGW_REACH_OK && plan_key(&p, want, &same, err) < 0)
			return -1;
	}
	for (; o < owned->n; o++)
		if (plan_unwanted(&p, &owned->v[o], err) < 0)
			return -1;
	return 0;
}

bool hgw_change_adopts(const struct hgw_change *c, const struct hgw_scope *scope)
{
	return (c->op == HGW_OP_REPLACE || c->op == HGW_OP_DELETE) &&
	       c->before.protocol != scope->protocol;
}

size_t hgw_plan_changes(const struct hgw_plan *plan)
{
	return plan->count[HGW_OP_ADD] + plan->count[HGW_OP_REPLACE] + plan->count[HGW_OP_DELETE];
}

void hgw_plan_free(struct hgw_plan *plan)
{
	free(plan->v);
	*plan = (struct hgw_plan){0};
}
