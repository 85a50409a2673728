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

/* What a foreign route to a wanted subnet is to us. */
enum rival {
	RIVAL_JOB,	/* the same gateway and device: it does the job, whatever its metric */
	RIVAL_CONFLICT, /* it goes elsewhere, and before ours */
	RIVAL_NOTE,	/* it goes elsewhere, and stands behind ours */
};

/*
 * Under one key an owned and a foreign one are a conflict in any case: which
 * of the two the kernel then takes for a replace or delete is not ours to
 * decide.
 */
static enum rival judge(const struct hgw_route *r, const struct hgw_want *want, bool owned,
			const struct hgw_pool *pool)
{
	bool same_key = hgw_route_key_cmp(r, &want->route) == 0;
	bool same_way = r->type == want->route.type && hgw_route_same_hops(pool, r, &want->route);

	if (same_way && !(owned && same_key))
		return RIVAL_JOB;
	return hgw_route_metric(r) <= hgw_route_metric(&want->route) ? RIVAL_CONFLICT : RIVAL_NOTE;
}

/* The first of a kind; NULL if there is none. */
static const struct hgw_route *first_rival(const struct rivals *rivals, enum rival kind,
					   const struct hgw_want *want, bool owned,
					   const struct hgw_pool *pool)
{
	for (size_t i = 0; i < rivals->n; i++)
		if (judge(&rivals->v[i], want, owned, pool) == kind)
			return &rivals->v[i];
	return NULL;
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

/* The kernel's own is nobody's to take, and of two under one key one would stay. */
static bool adoptable(const struct rivals *rivals, size_t i, const struct hgw_want *want,
		      bool owned)
{
	const struct hgw_route *r = &rivals->v[i];

	return r->protocol != RTPROT_KERNEL && r->table == want->route.table &&
	       (i == 0 || hgw_route_key_cmp(r, r - 1) != 0) &&
	       (i + 1 == rivals->n || hgw_route_key_cmp(r, r + 1) != 0) &&
	       !(owned && hgw_route_key_cmp(r, &want->route) == 0);
}

/* What adopting takes: what is in the way and, where none is ours yet, what does the job. */
static bool is_taken(const struct planning *p, const struct hgw_route *r,
		     const struct hgw_want *want, bool owned)
{
	enum rival kind = judge(r, want, owned, p->pool);

	return kind == RIVAL_CONFLICT || (kind == RIVAL_JOB && !owned);
}

/* All that is taken goes, by key, as the whole plan is sorted; replaced (NULL: none) becomes ours.
 */
static int plan_taken(const struct planning *p, const struct hgw_want *want,
		      const struct rivals *rivals, const struct hgw_route *replaced, bool owned,
		      struct hgw_err *err)
{
	const struct hgw_route *due = replaced;

	for (size_t i = 0; i < rivals->n; i++) {
		const struct hgw_route *r = &rivals->v[i];

		if (due != NULL && hgw_route_key_cmp(r, &want->route) >= 0) {
			if (plan_add(p->plan, HGW_OP_REPLACE, due, want, err) < 0)
				return -1;
			due = NULL;
		}
		if (r != replaced && is_taken(p, r, want, owned) &&
		    plan_add(p->plan, HGW_OP_DELETE, r, NULL, err) < 0)
			return -1;
	}
	return due != NULL ? plan_add(p->plan, HGW_OP_REPLACE, due, want, err) : 0;
}

/*
 * Takes rivals over. One of them is replaced by ours, that of the very key if
 * there is one, which leaves no gap; the others are deleted. 1: done; 0: one
 * cannot be taken, so they stay a conflict; -1.
 */
static int adopt(const struct planning *p, const struct hgw_want *want, const struct rivals *rivals,
		 bool owned, struct hgw_err *err)
{
	const struct hgw_route *replaced = NULL;

	for (size_t i = 0; i < rivals->n; i++) {
		const struct hgw_route *r = &rivals->v[i];

		if (!is_taken(p, r, want, owned))
			continue;
		if (!adoptable(rivals, i, want, owned))
			return 0;
		if (!owned && (replaced == NULL || hgw_route_key_cmp(r, &want->route) == 0))
			replaced = r;
	}
	return plan_taken(p, want, rivals, replaced, owned, err) < 0 ? -1 : 1;
}

/*
 * Ours under the key of want: one may be right and stays; else the first, in force, is replaced.
 * Where there is none of that key, the one that moves to it (NULL: none) is.
 */
static int plan_owned(const struct planning *p, const struct hgw_want *want,
		      const struct entries *owned, const struct hgw_route *moves,
		      struct hgw_err *err)
{
	size_t keep = 0;

	while (keep < owned->n && !hgw_route_equal(p->pool, &owned->v[keep], &want->route))
		keep++;
	/* Deletes first: run as they are printed, "replace" would take one of them. */
	for (size_t i = 0; i < owned->n; i++)
		if (i != keep && !(keep == owned->n && i == 0) &&
		    plan_add(p->plan, HGW_OP_DELETE, &owned->v[i], NULL, err) < 0)
			return -1;
	if (keep < owned->n) {
		p->plan->unchanged++;
		return 0;
	}
	if (owned->n == 0)
		return plan_add(p->plan, moves != NULL ? HGW_OP_REPLACE : HGW_OP_ADD, moves, want,
				err);
	return plan_add(p->plan, HGW_OP_REPLACE, owned->v, want, err);
}

static int plan_key(const struct planning *p, const struct hgw_want *want,
		    const struct entries *entries, const struct hgw_route *moves,
		    struct hgw_err *err)
{
	struct rivals rivals = find_rivals(&p->actual->foreign, &want->route.dst);
	bool owned = entries->n > 0;
	const struct hgw_route *conflict =
		first_rival(&rivals, RIVAL_CONFLICT, want, owned, p->pool);
	const struct hgw_route *job = first_rival(&rivals, RIVAL_JOB, want, owned, p->pool);
	const struct hgw_route *note = first_rival(&rivals, RIVAL_NOTE, want, owned, p->pool);

	if (p->policy->adopt && (conflict != NULL || (job != NULL && !owned))) {
		int rc = adopt(p, want, &rivals, owned, err);

		if (rc < 0 || (rc > 0 && !owned))
			return rc < 0 ? -1 : 0;
		if (rc > 0)
			conflict = NULL;
	}
	if (conflict != NULL)
		return plan_add(p->plan, HGW_OP_CONFLICT, conflict, want, err);
	if (!owned && job != NULL)
		return plan_add(p->plan, HGW_OP_SKIP, job, want, err);
	if (note != NULL && plan_add(p->plan, HGW_OP_NOTE, note, want, err) < 0)
		return -1;
	return plan_owned(p, want, entries, moves, err);
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

/*
 * Of several routes of ours to the subnet of a want, none under its key, the one in force: it
 * changes its metric, unless others' routes leave no room for it there. NULL: none.
 */
static const struct hgw_route *find_moving(const struct planning *p, const struct hgw_want *want,
					   const struct entries *ours)
{
	struct rivals rivals = find_rivals(&p->actual->foreign, &want->route.dst);

	if (ours->n == 0 || want->reach != HGW_REACH_OK || ours->v->tos != want->route.tos ||
	    first_rival(&rivals, RIVAL_CONFLICT, want, false, p->pool) != NULL ||
	    first_rival(&rivals, RIVAL_JOB, want, false, p->pool) != NULL)
		return NULL;
	return ours->v;
}

/* All of ours to the subnet of a want, of any metric. */
static int plan_subnet(const struct planning *p, const struct hgw_want *want,
		       const struct entries *ours, struct hgw_err *err)
{
	const struct hgw_route *moves;
	struct entries same;
	size_t first = 0, end;

	while (first < ours->n && hgw_route_key_cmp(&ours->v[first], &want->route) < 0)
		first++;
	for (end = first; end < ours->n; end++)
		if (hgw_route_key_cmp(&ours->v[end], &want->route) != 0)
			break;
	same = (struct entries){ours->v + first, end - first};
	moves = same.n == 0 ? find_moving(p, want, ours) : NULL;
	for (size_t i = 0; i < first; i++)
		if (&ours->v[i] != moves && plan_unwanted(p, &ours->v[i], err) < 0)
			return -1;
	if (want->reach == HGW_REACH_OK && plan_key(p, want, &same, moves, err) < 0)
		return -1;
	for (size_t i = end; i < ours->n; i++)
		if (&ours->v[i] != moves && plan_unwanted(p, &ours->v[i], err) < 0)
			return -1;
	return 0;
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
		const struct hgw_prefix *dst = &want->route.dst;
		struct entries ours = {0};

		for (; o < owned->n && hgw_prefix_cmp(&owned->v[o].dst, dst) < 0; o++)
			if (plan_unwanted(&p, &owned->v[o], err) < 0)
				return -1;
		ours.v = owned->v + o;
		for (; o < owned->n && hgw_prefix_cmp(&owned->v[o].dst, dst) == 0; o++)
			ours.n++;
		if (plan_subnet(&p, want, &ours, err) < 0)
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
