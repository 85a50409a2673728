/* SPDX-License-Identifier: MIT */
#include "hgw/plan.h"

#include <stdlib.h>
#include <string.h>

static int plan_add(struct hgw_plan *plan, enum hgw_op op, const struct hgw_route *before,
		    const struct hgw_want *want, struct hgw_err *err)
{
	struct hgw_change *c;

	if (plan->n == plan->cap) {
		size_t cap = plan->cap ? plan->cap * 2 : 64;
		struct hgw_change *v = reallocarray(plan->v, cap, sizeof(*v));

		if (v == NULL)
			return hgw_fail_nomem(err);
		plan->v = v;
		plan->cap = cap;
	}
	c = &plan->v[plan->n++];
	*c = (struct hgw_change){.op = op, .node = UINT32_MAX, .subnet = UINT32_MAX};
	if (before != NULL)
		c->before = *before;
	if (want != NULL) {
		c->after = want->route;
		c->node = want->node;
		c->subnet = want->subnet;
	}
	plan->count[op]++;
	return 0;
}

/* The foreign routes to the very subnet of a want, of any metric. */
struct rivals {
	const struct hgw_route *v;
	size_t n;
};

static struct rivals find_rivals(const struct hgw_routes *foreign, const struct hgw_prefix *dst)
{
	struct rivals r = {0};
	size_t lo = 0, hi = foreign->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (hgw_prefix_cmp(&foreign->v[mid].dst, dst) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	r.v = foreign->v + lo;
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

/* owned[0..n): ours under the key of want. One of them may be right; the first is in force. */
static int plan_key(struct hgw_plan *plan, const struct hgw_want *want,
		    const struct hgw_route *owned, size_t n, const struct verdict *v,
		    const struct hgw_pool *pool, struct hgw_err *err)
{
	size_t keep = 0;

	while (keep < n && !hgw_route_equal(pool, &owned[keep], &want->route))
		keep++;
	if (v->conflict != NULL)
		return plan_add(plan, HGW_OP_CONFLICT, v->conflict, want, err);
	if (n == 0 && v->job != NULL)
		return plan_add(plan, HGW_OP_SKIP, v->job, want, err);
	if (v->note != NULL && plan_add(plan, HGW_OP_NOTE, v->note, want, err) < 0)
		return -1;
	if (keep < n)
		plan->unchanged++;
	else if (plan_add(plan, n > 0 ? HGW_OP_REPLACE : HGW_OP_ADD, n > 0 ? owned : NULL, want,
			  err) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (i != keep && !(keep == n && i == 0) &&
		    plan_add(plan, HGW_OP_DELETE, &owned[i], NULL, err) < 0)
			return -1;
	return 0;
}

int hgw_plan_build(struct hgw_plan *plan, const struct hgw_desired *desired,
		   const struct hgw_actual *actual, const struct hgw_pool *pool,
		   struct hgw_err *err)
{
	const struct hgw_routes *owned = &actual->owned;
	size_t o = 0;

	for (size_t d = 0; d < desired->n; d++) {
		const struct hgw_want *want = &desired->v[d];
		struct rivals rivals = find_rivals(&actual->foreign, &want->route.dst);
		struct verdict verdict;
		size_t first;

		for (; o < owned->n && hgw_route_key_cmp(&owned->v[o], &want->route) < 0; o++)
			if (plan_add(plan, HGW_OP_DELETE, &owned->v[o], NULL, err) < 0)
				return -1;
		for (first = o; o < owned->n && hgw_route_key_cmp(&owned->v[o], &want->route) == 0;)
			o++;
		verdict = judge(&rivals, want, o > first, pool);
		if (plan_key(plan, want, owned->v + first, o - first, &verdict, pool, err) < 0)
			return -1;
	}
	for (; o < owned->n; o++)
		if (plan_add(plan, HGW_OP_DELETE, &owned->v[o], NULL, err) < 0)
			return -1;
	return 0;
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
