/* SPDX-License-Identifier: MIT */
#include "hgw/route.h"

#include <stdlib.h>
#include <string.h>

static bool grow(void **v, size_t *cap, size_t need, size_t size, size_t first)
{
	size_t n = *cap ? *cap : first;
	void *p;

	if (need <= *cap)
		return true;
	while (n < need)
		n *= 2;
	p = reallocarray(*v, n, size);
	if (p == NULL)
		return false;
	*v = p;
	*cap = n;
	return true;
}

int hgw_pool_add_hops(struct hgw_pool *pool, const struct hgw_hop *hops, size_t n, uint32_t *index,
		      struct hgw_err *err)
{
	void *v = pool->hops;

	if (!grow(&v, &pool->cap_hops, pool->nhops + n, sizeof(*hops), 64))
		return hgw_fail_nomem(err);
	pool->hops = v;
	if (n > 0)
		memcpy(pool->hops + pool->nhops, hops, n * sizeof(*hops));
	*index = (uint32_t)pool->nhops;
	pool->nhops += n;
	return 0;
}

int hgw_pool_add_raw(struct hgw_pool *pool, const void *msg, size_t len, uint32_t *index,
		     struct hgw_err *err)
{
	size_t at = pool->nraw ? pool->nraw : NLMSG_ALIGNTO, room = NLMSG_ALIGN(len);
	void *v = pool->raw;

	if (at + room > UINT32_MAX)
		return hgw_fail(err, HGW_FAILED, "more than 4 GiB of routes");
	if (!grow(&v, &pool->cap_raw, at + room, 1, 4096))
		return hgw_fail_nomem(err);
	pool->raw = v;
	memcpy(pool->raw + at, msg, len);
	memset(pool->raw + at + len, 0, room - len);
	*index = (uint32_t)at;
	pool->nraw = at + room;
	return 0;
}

int hgw_pool_reserve(struct hgw_pool *pool, size_t nhops, size_t nraw, struct hgw_err *err)
{
	void *hops = pool->hops, *raw = pool->raw;
	bool ok = grow(&hops, &pool->cap_hops, nhops, sizeof(*pool->hops), 64);

	pool->hops = hops;
	ok = grow(&raw, &pool->cap_raw, nraw, 1, 4096) && ok;
	pool->raw = raw;
	return ok ? 0 : hgw_fail_nomem(err);
}

void hgw_pool_free(struct hgw_pool *pool)
{
	free(pool->hops);
	free(pool->raw);
	*pool = (struct hgw_pool){0};
}

const struct hgw_hop *hgw_route_hops(const struct hgw_pool *pool, const struct hgw_route *r)
{
	return r->nhops > 1 ? pool->hops + r->hops : &r->hop;
}

uint32_t hgw_metric_spread(const struct hgw_addr *gateway)
{
	const uint8_t *end = gateway->b + hgw_family_bits(gateway->family) / 8;

	return HGW_SPREAD_BASE + HGW_SPREAD_STEP * (uint32_t)end[-2] + end[-1];
}

uint32_t hgw_route_metric(const struct hgw_route *r)
{
	if (r->metric == 0 && r->dst.addr.family == AF_INET6)
		return HGW_METRIC6_DEFAULT;
	return r->metric;
}

int hgw_route_key_cmp(const struct hgw_route *a, const struct hgw_route *b)
{
	int c = hgw_prefix_cmp(&a->dst, &b->dst);
	uint32_t ma = hgw_route_metric(a), mb = hgw_route_metric(b);

	if (c == 0)
		c = HGW_CMP(a->table, b->table);
	if (c == 0)
		c = HGW_CMP(a->tos, b->tos);
	return c != 0 ? c : HGW_CMP(ma, mb);
}

bool hgw_hop_equal(const struct hgw_hop *a, const struct hgw_hop *b)
{
	return hgw_addr_cmp(&a->via, &b->via) == 0 && a->oif == b->oif &&
	       ((a->flags ^ b->flags) & RTNH_F_ONLINK) == 0;
}

static bool hop_same_way(const struct hgw_hop *a, const struct hgw_hop *b)
{
	return hgw_addr_cmp(&a->via, &b->via) == 0 && a->oif == b->oif;
}

static bool hop_equal_weighted(const struct hgw_hop *a, const struct hgw_hop *b)
{
	return hgw_hop_equal(a, b) && a->weight == b->weight;
}

typedef bool hop_eq(const struct hgw_hop *, const struct hgw_hop *);

static size_t count_hops(const struct hgw_hop *hops, size_t n, const struct hgw_hop *like,
			 hop_eq *eq)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += eq(&hops[i], like);
	return count;
}

/* Sets are small (the paths to one node). A kernel may have one hop twice, which is not one. */
static bool same_set(const struct hgw_pool *pool, const struct hgw_route *a,
		     const struct hgw_route *b, hop_eq *eq)
{
	const struct hgw_hop *ha = hgw_route_hops(pool, a), *hb = hgw_route_hops(pool, b);

	if (a->nhops != b->nhops)
		return false;
	for (size_t i = 0; i < a->nhops; i++)
		if (count_hops(ha, a->nhops, &ha[i], eq) != count_hops(hb, b->nhops, &ha[i], eq))
			return false;
	return true;
}

bool hgw_route_same_hops(const struct hgw_pool *pool, const struct hgw_route *a,
			 const struct hgw_route *b)
{
	return same_set(pool, a, b, hop_same_way);
}

bool hgw_route_equal(const struct hgw_pool *pool, const struct hgw_route *a,
		     const struct hgw_route *b)
{
	return hgw_route_key_cmp(a, b) == 0 && a->type == b->type && a->protocol == b->protocol &&
	       a->scope == b->scope && a->mtu == b->mtu && a->nhid == b->nhid &&
	       same_set(pool, a, b, a->nhops > 1 ? hop_equal_weighted : hgw_hop_equal);
}

int hgw_routes_reserve(struct hgw_routes *set, size_t n, struct hgw_err *err)
{
	void *v = set->v;

	if (!grow(&v, &set->cap, n, sizeof(*set->v), 64))
		return hgw_fail_nomem(err);
	set->v = v;
	return 0;
}

int hgw_routes_add(struct hgw_routes *set, const struct hgw_route *r, struct hgw_err *err)
{
	if (hgw_routes_reserve(set, set->n + 1, err) < 0)
		return -1;
	set->v[set->n++] = *r;
	return 0;
}

static int compare_routes(const void *pa, const void *pb)
{
	const struct hgw_route *a = pa, *b = pb;
	int c = hgw_route_key_cmp(a, b);

	return c != 0 ? c : HGW_CMP(a->raw, b->raw);
}

/* A dump of IPv4 is in order, most inventories are. */
void hgw_sort(void *v, size_t n, size_t size, int (*compare)(const void *, const void *))
{
	const char *at = v;

	for (size_t i = 1; i < n; i++, at += size) {
		if (compare(at, at + size) <= 0)
			continue;
		qsort(v, n, size, compare);
		return;
	}
}

void hgw_routes_sort(struct hgw_routes *set)
{
	hgw_sort(set->v, set->n, sizeof(*set->v), compare_routes);
}

/* The first that does not stand before key, as cmp orders them. */
static size_t lower_bound(const struct hgw_routes *set, const struct hgw_route *key,
			  int (*cmp)(const struct hgw_route *, const struct hgw_route *))
{
	size_t lo = 0, hi = set->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (cmp(&set->v[mid], key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int compare_dst(const struct hgw_route *a, const struct hgw_route *b)
{
	return hgw_prefix_cmp(&a->dst, &b->dst);
}

size_t hgw_routes_find(const struct hgw_routes *set, const struct hgw_route *key)
{
	return lower_bound(set, key, hgw_route_key_cmp);
}

size_t hgw_routes_find_dst(const struct hgw_routes *set, const struct hgw_prefix *dst)
{
	return lower_bound(set, &(struct hgw_route){.dst = *dst}, compare_dst);
}

void hgw_routes_free(struct hgw_routes *set)
{
	free(set->v);
	*set = (struct hgw_routes){0};
}
