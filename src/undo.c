/* SPDX-License-Identifier: MIT */
#include "hgw/undo.h"

/*
 * One would do, but for entries that a delete does not tell apart (it takes
 * the first with that gateway), and for a reading that fails.
 */
enum { UNDO_TRIES = 3 };

/* A reading back. */
struct reading {
	struct hgw_undo *undo;
	const struct hgw_pool *pool;
};

/* What going back can need at most: all routes once more, in each of two readings. */
static int reserve(struct hgw_undo *u, size_t nwrites, struct hgw_pool *pool, struct hgw_err *err)
{
	size_t n = u->before.n + nwrites + 1;
	size_t raw = pool->nraw + 2 * (pool->nraw + 256 * nwrites + 4096);

	if (hgw_routes_reserve(&u->now, n, err) < 0 ||
	    hgw_pool_reserve(pool, 3 * (pool->nhops + 64), raw, err) < 0)
		return -1;
	return hgw_writes_reserve(&u->left, 2 * n + pool->nhops, err);
}

int hgw_undo_prepare(struct hgw_undo *u, const struct hgw_plan *plan,
		     const struct hgw_routes *owned, const struct hgw_scope *scope, size_t nwrites,
		     struct hgw_pool *pool, struct hgw_err *err)
{
	*u = (struct hgw_undo){.scope = *scope};
	for (size_t i = 0; i < plan->n; i++)
		if (hgw_change_adopts(&plan->v[i], scope) &&
		    hgw_routes_add(&u->adopted, &plan->v[i].before, err) < 0)
			return -1;
	hgw_routes_sort(&u->adopted);
	for (size_t i = 0; i < owned->n; i++)
		if (hgw_routes_add(&u->before, &owned->v[i], err) < 0)
			return -1;
	for (size_t i = 0; i < u->adopted.n; i++)
		if (hgw_routes_add(&u->before, &u->adopted.v[i], err) < 0)
			return -1;
	hgw_routes_sort(&u->before);
	return reserve(u, nwrites, pool, err);
}

/* Of the routes of others those that were taken over, if they are there still, or again. */
static int on_foreign(void *arg, const struct hgw_route *route, struct hgw_err *err)
{
	const struct reading *rd = arg;
	struct hgw_undo *u = rd->undo;

	for (size_t i = hgw_routes_find(&u->adopted, route); i < u->adopted.n; i++) {
		if (hgw_route_key_cmp(&u->adopted.v[i], route) != 0)
			break;
		if (hgw_route_equal(rd->pool, &u->adopted.v[i], route))
			return hgw_routes_add(&u->now, route, err) < 0 ? -1 : 1;
	}
	return 0;
}

static void forget_now(void *arg)
{
	const struct reading *rd = arg;

	rd->undo->now.n = rd->undo->nnow;
}

static int read_adopted(struct hgw_undo *u, struct hgw_kernel *k, struct hgw_pool *pool,
			struct hgw_err *err)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct reading rd = {u, pool};
	struct hgw_sink sink = {on_foreign, forget_now, &rd};

	for (size_t i = 0; i < HGW_ARRAY_LEN(families); i++) {
		struct hgw_filter f = {.family = families[i], .table = u->scope.table};

		u->nnow = u->now.n;
		if (hgw_kernel_routes(k, &f, pool, &sink, err) < 0)
			return -1;
	}
	return 0;
}

/* The writes that take us back, from what is there now. */
static int read_back(struct hgw_undo *u, struct hgw_kernel *k, struct hgw_pool *pool)
{
	struct hgw_err err;

	u->now.n = 0;
	u->left.n = u->left.nadd = 0;
	if (hgw_actual_read_owned(&u->now, k, &u->scope, pool, &err) < 0 ||
	    (u->adopted.n > 0 && read_adopted(u, k, pool, &err) < 0))
		return -1;
	hgw_routes_sort(&u->now);
	return hgw_writes_back(&u->left, &u->now, &u->before, pool, &err);
}

int hgw_undo_run(struct hgw_undo *u, struct hgw_kernel *k, struct hgw_pool *pool)
{
	struct hgw_writes *left = &u->left;
	struct hgw_refusal ignored;

	hgw_kernel_stop_at(k, NULL);
	for (int i = 0; i < UNDO_TRIES; i++) {
		if (read_back(u, k, pool) < 0)
			continue;
		if (left->n == 0)
			return 0;
		u->sent = left->n;
		if (hgw_kernel_write(k, pool, left->v, left->nadd, &ignored) == 0 &&
		    hgw_kernel_write(k, pool, left->v + left->nadd, left->n - left->nadd,
				     &ignored) < 0)
			continue; /* read back and try what is left once more */
	}
	return read_back(u, k, pool) == 0 && left->n == 0 ? 0 : -1;
}

void hgw_undo_free(struct hgw_undo *u)
{
	hgw_routes_free(&u->before);
	hgw_routes_free(&u->adopted);
	hgw_routes_free(&u->now);
	hgw_writes_free(&u->left);
}
