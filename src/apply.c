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
	struct hgw_routes adopted; /* somebody else's, to be taken over; sorted */
	struct hgw_routes before;  /* owned and adopted, sorted */
	struct hgw_routes now;	   /* what is there of these, and of ours, when undoing */
	size_t nnow;		   /* of now, before a dump that may start again */
	bool *seen; /* of each change: whether its key came along when reading back */
};

/*
 * Undoing must not fail for want of memory. What it can need at most: the
 * routes of before and of the plan once more, in each of two readings.
 */
static int reserve(struct run *r, struct hgw_err *err)
{
	size_t n = r->before.n + r->writes->n + 1;
	size_t raw = r->pool->nraw + 2 * (r->pool->nraw + 256 * r->writes->n + 4096);

	r->seen = calloc(r->plan->n + 1, sizeof(*r->seen));
	if (r->seen == NULL || hgw_routes_reserve(&r->now, n, err) < 0 ||
	    hgw_pool_reserve(r->pool, 3 * (r->pool->nhops + 64), raw, err) < 0 ||
	    hgw_writes_reserve(&r->result->left, 2 * n + r->pool->nhops, err) < 0)
		return r->seen == NULL ? hgw_fail_nomem(err) : -1;
	return 0;
}

static int collect_before(struct run *r, const struct hgw_routes *owned, struct hgw_err *err)
{
	for (size_t i = 0; i < r->plan->n; i++)
		if (hgw_change_adopts(&r->plan->v[i], r->scope) &&
		    hgw_routes_add(&r->adopted, &r->plan->v[i].before, err) < 0)
			return -1;
	hgw_routes_sort(&r->adopted);
	for (size_t i = 0; i < owned->n; i++)
		if (hgw_routes_add(&r->before, &owned->v[i], err) < 0)
			return -1;
	for (size_t i = 0; i < r->adopted.n; i++)
		if (hgw_routes_add(&r->before, &r->adopted.v[i], err) < 0)
			return -1;
	hgw_routes_sort(&r->before);
	return 0;
}

/* Of the routes of others those that the plan takes over, if they are there still, or again. */
static int on_foreign(void *arg, const struct hgw_route *route, struct hgw_err *err)
{
	struct run *r = arg;

	for (size_t i = hgw_routes_find(&r->adopted, route); i < r->adopted.n; i++) {
		if (hgw_route_key_cmp(&r->adopted.v[i], route) != 0)
			break;
		if (hgw_route_equal(r->pool, &r->adopted.v[i], route))
			return hgw_routes_add(&r->now, route, err) < 0 ? -1 : 1;
	}
	return 0;
}

static void forget_now(void *arg)
{
	((struct run *)arg)->now.n = ((struct run *)arg)->nnow;
}

static int read_adopted(struct run *r, struct hgw_err *err)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct hgw_sink sink = {on_foreign, forget_now, r};

	for (size_t i = 0; i < HGW_ARRAY_LEN(families); i++) {
		struct hgw_filter f = {.family = families[i], .table = r->scope->table};

		r->nnow = r->now.n;
		if (hgw_kernel_routes(r->k, &f, r->pool, &sink, err) < 0)
			return -1;
	}
	return 0;
}

/* The writes that take us back, from what is there now. */
static int read_back(struct run *r, struct hgw_err *err)
{
	r->now.n = 0;
	r->result->left.n = r->result->left.nadd = 0;
	if (hgw_actual_read_owned(&r->now, r->k, r->scope, r->pool, err) < 0 ||
	    (r->adopted.n > 0 && read_adopted(r, err) < 0))
		return -1;
	hgw_routes_sort(&r->now);
	return hgw_writes_back(&r->result->left, &r->now, &r->before, r->pool, err);
}

/* 0: everything is as it was; else result->left is what is not. */
static int undo(struct run *r)
{
	struct hgw_writes *left = &r->result->left;
	struct hgw_refusal ignored;
	struct hgw_err err;

	hgw_kernel_stop_at(r->k, NULL);
	for (int i = 0; i < 2; i++) {
		if (read_back(r, &err) < 0)
			return -1;
		if (left->n == 0)
			return 0;
		if (hgw_kernel_write(r->k, r->pool, left->v, left->nadd, &ignored) == 0 &&
		    hgw_kernel_write(r->k, r->pool, left->v + left->nadd, left->n - left->nadd,
				     &ignored) < 0)
			continue; /* read back and try what is left once more */
	}
	return read_back(r, &err) == 0 && left->n == 0 ? 0 : -1;
}

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

/* Of the entries under a key that was changed the first must be ours: it is the one in force. */
static int on_entry(void *arg, const struct hgw_route *route, struct hgw_err *err)
{
	struct run *r = arg;
	const struct hgw_change *c = find_change(r->plan, route);

	if (c == NULL || r->seen[c - r->plan->v])
		return 0;
	r->seen[c - r->plan->v] = true;
	if (!hgw_route_equal(r->pool, route, &c->after))
		return hgw_fail(err, HGW_FAILED,
				"another program put a route in front of one that was changed");
	return 0;
}

static void forget_entries(void *arg)
{
	struct run *r = arg;

	memset(r->seen, 0, r->plan->n * sizeof(*r->seen));
}

/* An append cannot tell whether it came to stand first, as an exclusive create can. */
static int check_order(struct run *r, struct hgw_err *err)
{
	struct hgw_filter f = {.family = AF_INET, .table = r->scope->table};
	struct hgw_sink sink = {on_entry, forget_entries, r};
	bool any = false;

	for (size_t i = 0; i < r->plan->n && !any; i++)
		any = r->plan->v[i].op == HGW_OP_REPLACE &&
		      r->plan->v[i].after.dst.addr.family == AF_INET;
	return any ? hgw_kernel_routes(r->k, &f, r->pool, &sink, err) : 0;
}

static int write_phase(struct run *r, size_t first, size_t n)
{
	if (hgw_kernel_write(r->k, r->pool, r->writes->v + first, n, &r->result->refusal) == 0)
		return 0;
	r->result->failed = first + r->result->refusal.index;
	return -1;
}

static int do_writes(struct run *r, struct hgw_err *err)
{
	size_t nadd = r->writes->nadd;

	if (write_phase(r, 0, nadd) < 0 || write_phase(r, nadd, r->writes->n - nadd) < 0)
		return -1;
	for (size_t i = nadd; i < r->writes->n; i++)
		r->result->gone += r->writes->v[i].state == HGW_WRITE_GONE;
	return check_order(r, err);
}

int hgw_apply(struct hgw_kernel *k, const struct hgw_scope *scope, const struct hgw_plan *plan,
	      struct hgw_writes *writes, const struct hgw_routes *owned, struct hgw_pool *pool,
	      struct hgw_result *result, struct hgw_err *err)
{
	struct run r = {.k = k,
			.scope = scope,
			.plan = plan,
			.writes = writes,
			.pool = pool,
			.result = result};
	int rc;

	*result = (struct hgw_result){.failed = SIZE_MAX};
	rc = collect_before(&r, owned, err);
	if (rc == 0)
		rc = reserve(&r, err);
	if (rc == 0) {
		rc = do_writes(&r, err);
		if (rc < 0 && result->failed != SIZE_MAX)
			hgw_fail(err, HGW_FAILED, "the kernel refused a change");
		if (rc < 0 && undo(&r) < 0)
			err->status = HGW_INCOMPLETE;
	}
	free(r.seen);
	hgw_routes_free(&r.now);
	hgw_routes_free(&r.before);
	hgw_routes_free(&r.adopted);
	return rc;
}

void hgw_result_free(struct hgw_result *result)
{
	hgw_writes_free(&result->left);
}
