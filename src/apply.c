/* SPDX-License-Identifier: MIT */
#include "hgw/apply.h"

#include <stdlib.h>
#include <string.h>

/* Everything that an apply needs, in one place, and got before the first write. */
struct run {
	struct hgw_kernel *k;
	const struct hgw_scope *scope;
	const struct hgw_plan *plan;
	struct hgw_writes *writes;
	struct hgw_pool *pool;
	struct hgw_result *result;
	bool *seen; /* of each change: whether its key came along when reading back */
};

static const struct hgw_change *find_change(const struct hgw_plan *plan, const struct hgw_route *r)
{
	size_t lo = 0, hi = plan->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct hgw_change *c = &plan->v[mid];
		const struct hgw_route *key = c->op == HGW_OP_DELETE ? &c->before : &c->after;

		if (hgw_route_key_cmp(key, r) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < plan->n; lo++) {
		const struct hgw_change *c = &plan->v[lo];
		const struct hgw_route *key = c->op == HGW_OP_DELETE ? &c->before : &c->after;

		if (hgw_route_key_cmp(key, r) != 0)
			return NULL;
		if (c->op == HGW_OP_REPLACE)
			return c;
	}
	return NULL;
}

/*
 * Of the entries under a key the first is in force. In front of the new one
 * there may only be those that go.
 */
static int on_entry(void *arg, const struct hgw_route *route, struct hgw_err *err)
{
	struct run *r = arg;
	const struct hgw_change *c = find_change(r->plan, route);

	if (c == NULL || r->seen[c - r->plan->v])
		return 0;
	if (hgw_route_equal(r->pool, route, &c->after))
		r->seen[c - r->plan->v] = true;
	else if (route->protocol != r->scope->protocol &&
		 !hgw_route_equal(r->pool, route, &c->before))
		return hgw_fail(err, HGW_FAILED,
				"another program put a route in front of one that is to change");
	return 0;
}

static void forget_entries(void *arg)
{
	struct run *r = arg;

	memset(r->seen, 0, r->plan->n * sizeof(*r->seen));
}

static bool is_append(const struct hgw_change *c)
{
	return c->op == HGW_OP_REPLACE && c->after.dst.addr.family == AF_INET;
}

/* An append cannot tell what it came to stand behind, as an exclusive create can. */
static int check_order(struct run *r, struct hgw_err *err)
{
	struct hgw_filter f = {.family = AF_INET, .table = r->scope->table};
	struct hgw_sink sink = {on_entry, forget_entries, r};
	size_t first = 0;

	while (first < r->plan->n && !is_append(&r->plan->v[first]))
		first++;
	if (first == r->plan->n)
		return 0;
	forget_entries(r);
	if (hgw_kernel_routes(r->k, &f, r->pool, &sink, err) < 0)
		return -1;
	for (size_t i = first; i < r->plan->n; i++)
		if (is_append(&r->plan->v[i]) && !r->seen[i])
			return hgw_fail(err, HGW_FAILED,
					"another program took away a route that was just made");
	return 0;
}

static int write_phase(struct run *r, size_t first, size_t n)
{
	if (hgw_kernel_write(r->k, r->pool, r->writes->v + first, n, &r->result->refusal) == 0)
		return 0;
	r->result->failed = first + r->result->refusal.index;
	return -1;
}

/*
 * A delete of metric 0 takes the lowest there is. Should another program have taken away the
 * one that moves to another metric, that is the one it was to make room for.
 */
static bool may_delete_the_new(const struct hgw_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++)
		if (is_append(&plan->v[i]) && plan->v[i].before.metric == 0 &&
		    plan->v[i].after.metric != 0)
			return true;
	return false;
}

/*
 * The order is looked at before anything goes, so that nothing has to come
 * back; and once more where something may be gone that was not to go.
 */
static int do_writes(struct run *r, struct hgw_err *err)
{
	size_t nadd = r->writes->nadd;

	if (write_phase(r, 0, nadd) < 0 || check_order(r, err) < 0 ||
	    write_phase(r, nadd, r->writes->n - nadd) < 0)
		return -1;
	for (size_t i = nadd; i < r->writes->n; i++)
		r->result->gone += r->writes->v[i].state == HGW_WRITE_GONE;
	return r->result->gone > 0 || may_delete_the_new(r->plan) ? check_order(r, err) : 0;
}

int hgw_apply(struct hgw_kernel *k, const struct hgw_plan *plan, struct hgw_writes *writes,
	      struct hgw_undo *undo, struct hgw_pool *pool, struct hgw_result *result,
	      struct hgw_err *err)
{
	struct run r = {.k = k,
			.scope = &undo->scope,
			.plan = plan,
			.writes = writes,
			.pool = pool,
			.result = result,
			.seen = calloc(plan->n + 1, sizeof(*r.seen))};
	int rc;

	*result = (struct hgw_result){.failed = SIZE_MAX};
	if (r.seen == NULL)
		return hgw_fail_nomem(err);
	rc = do_writes(&r, err);
	if (rc < 0 && result->failed != SIZE_MAX)
		hgw_fail(err, HGW_FAILED, "the kernel refused a change");
	if (rc < 0 && hgw_undo_run(undo, k, pool) < 0)
		err->status = HGW_INCOMPLETE;
	free(r.seen);
	return rc;
}
