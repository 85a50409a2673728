/* SPDX-License-Identifier: MIT */
#include "inventory_check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the order of hgw_prefix_cmp(); equal keys do not mean equal prefixes in IPv6. */
static uint64_t prefix_key(const struct hgw_addr *a, uint8_t len)
{
	uint64_t key = 0;

	if (a->family == AF_INET) {
		for (size_t i = 0; i < 4; i++)
			key = key << 8 | a->b[i];
		return key << 8 | len;
	}
	for (size_t i = 0; i < 8; i++)
		key = key << 8 | a->b[i];
	return key >> 1 | UINT64_C(1) << 63;
}

static int compare_addrs(const void *a, const void *b, void *ctx)
{
	const struct inv_item *x = a, *y = b;
	const struct hgw_addr *addrs = ctx;
	int c = HGW_CMP(x->key, y->key);

	if (c == 0)
		c = hgw_addr_cmp(&addrs[x->i], &addrs[y->i]);
	return c != 0 ? c : HGW_CMP(x->i, y->i);
}

static int compare_prefixes(const void *a, const void *b, void *ctx)
{
	const struct inv_item *x = a, *y = b;
	const struct hgw_prefix *prefixes = ctx;
	int c = HGW_CMP(x->key, y->key);

	if (c == 0)
		c = hgw_prefix_cmp(&prefixes[x->i], &prefixes[y->i]);
	return c != 0 ? c : HGW_CMP(x->i, y->i);
}

/* The node that has address or subnet i. */
static uint32_t node_of(const struct hgw_inventory *inv, uint32_t i, bool subnet)
{
	size_t lo = 0, hi = inv->nnodes;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;
		const struct hgw_node *node = &inv->nodes[mid];

		if ((subnet ? node->subnets : node->addrs) <= i)
			lo = mid;
		else
			hi = mid;
	}
	return (uint32_t)lo;
}

static void report_addr(struct inv_load *ld, uint32_t i, uint32_t first)
{
	uint32_t node = node_of(ld->inv, i, false), other = node_of(ld->inv, first, false);
	struct inv_where here, there;

	if (!inv_at_node(ld, node))
		return;
	here = inv_where_is(ld, node, ld->addrs_src[i]);
	there = inv_where_is(ld, other, ld->addrs_src[first]);
	inv_problem(ld, ld->addrs_src[i], "duplicate address '%s' of %s, first of %s %s",
		    INV_QUOTE(ld->addrs_src[i]), here.node, there.node, there.place);
}

/* Of two subnets the one that stands later is the culprit. */
static void report_subnet(struct inv_load *ld, uint32_t a, uint32_t b, bool same)
{
	uint32_t i = a > b ? a : b, first = a > b ? b : a;
	uint32_t node = node_of(ld->inv, i, true), other = node_of(ld->inv, first, true);
	struct inv_where here, there;
	const char *src;

	if (!inv_at_node(ld, node))
		return;
	src = ld->subnets_src[i];
	here = inv_where_is(ld, node, src);
	there = inv_where_is(ld, other, ld->subnets_src[first]);
	if (same)
		inv_problem(ld, src, "duplicate subnet '%s' of %s, first of %s %s", INV_QUOTE(src),
			    here.node, there.node, there.place);
	else
		inv_problem(ld, src, "subnet '%s' of %s overlaps '%s' of %s %s", INV_QUOTE(src),
			    here.node, INV_QUOTE(ld->subnets_src[first]), there.node, there.place);
}

/*
 * Sorts prefixes, and leaves those that are in no other; reports the rest if
 * asked to. One that was added late over many others is reported once.
 */
static void check_prefixes(struct inv_load *ld, struct inv_items *items,
			   struct hgw_prefix *prefixes, bool report)
{
	bool outer_reported = false;
	uint32_t last = 0, outer = 0;
	size_t n = 0;

	inv_items_sort(items, compare_prefixes, prefixes);
	for (size_t k = 0; k < items->n; k++) {
		struct inv_item item = items->v[k];

		if (k > 0 && hgw_prefix_cmp(&prefixes[item.i], &prefixes[last]) == 0) {
			if (report)
				report_subnet(ld, item.i, last, true);
			continue;
		}
		last = item.i;
		if (n > 0 && hgw_prefix_covers(&prefixes[outer], &prefixes[item.i])) {
			if (report && (item.i > outer || !outer_reported))
				report_subnet(ld, item.i, outer, false);
			outer_reported = outer_reported || item.i < outer;
			continue;
		}
		outer = item.i;
		outer_reported = false;
		items->v[n++] = item;
	}
	items->n = n;
}

static void report_outside(struct inv_load *ld, uint32_t i)
{
	const struct hgw_inventory *inv = ld->inv;
	uint32_t node = node_of(inv, i, true);
	char buf[HGW_PREFIX_STRLEN], list[4 * (HGW_PREFIX_STRLEN + 2)] = "";
	struct inv_problem *p;
	const char *src;

	if (!inv_at_node(ld, node))
		return;
	src = ld->subnets_src[i];
	p = inv_problem(ld, src, "subnet '%s' of %s is outside of %s", INV_QUOTE(src),
			inv_where_is(ld, node, src).node,
			ld->flannel ? "flannel's network" : "network.cluster");
	for (size_t c = 0; c < inv->ncluster && c < 4; c++) {
		hgw_prefix_format(&inv->cluster[c], buf);
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			 c > 0 ? ", " : "", buf);
	}
	inv_hint(ld, p, "it is %s%s", list, inv->ncluster > 4 ? ", ..." : "");
}

/* Both are in order and apart, so that one pass over both finds who is in whom. */
static void check_cluster(struct inv_load *ld, const struct inv_items *subnets)
{
	struct hgw_inventory *inv = ld->inv;
	struct inv_items cluster;
	size_t c = 0;

	if (inv->ncluster == 0 || ld->no_cluster || !inv_items_alloc(ld, &cluster, inv->ncluster))
		return;
	for (size_t i = 0; i < inv->ncluster; i++)
		inv_items_add(&cluster, prefix_key(&inv->cluster[i].addr, inv->cluster[i].len), i);
	check_prefixes(ld, &cluster, inv->cluster, false);
	for (size_t k = 0; k < subnets->n; k++) {
		const struct hgw_prefix *subnet = &inv->subnets[subnets->v[k].i];

		while (c + 1 < cluster.n &&
		       hgw_prefix_cmp(&inv->cluster[cluster.v[c + 1].i], subnet) <= 0)
			c++;
		if (!hgw_prefix_covers(&inv->cluster[cluster.v[c].i], subnet))
			report_outside(ld, subnets->v[k].i);
	}
	free(cluster.v);
}

static void report_inside(struct inv_load *ld, uint32_t addr, uint32_t subnet)
{
	uint32_t node = node_of(ld->inv, addr, false), other = node_of(ld->inv, subnet, true);
	struct inv_where here, there;

	if (!inv_at_node(ld, node))
		return;
	here = inv_where_is(ld, node, ld->addrs_src[addr]);
	there = inv_where_is(ld, other, ld->subnets_src[subnet]);
	inv_problem(ld, ld->addrs_src[addr], "address '%s' of %s is inside subnet '%s' of %s %s",
		    INV_QUOTE(ld->addrs_src[addr]), here.node, INV_QUOTE(ld->subnets_src[subnet]),
		    there.node, there.place);
}

static void check_addrs(struct inv_load *ld, const struct inv_items *subnets)
{
	struct hgw_inventory *inv = ld->inv;
	struct inv_items items;
	size_t first = 0, s = 0;

	if (!inv_items_alloc(ld, &items, inv->naddrs))
		return;
	for (size_t i = 0; i < inv->naddrs; i++)
		inv_items_add(&items, prefix_key(&inv->addrs[i], 32), i);
	inv_items_sort(&items, compare_addrs, inv->addrs);
	for (size_t k = 0; k < items.n; k++) {
		const struct hgw_addr *addr = &inv->addrs[items.v[k].i];
		struct hgw_prefix host = hgw_prefix_host(addr);

		if (k > 0 && hgw_addr_cmp(addr, &inv->addrs[items.v[first].i]) == 0)
			report_addr(ld, items.v[k].i, items.v[first].i);
		else
			first = k;
		while (s + 1 < subnets->n &&
		       hgw_prefix_cmp(&inv->subnets[subnets->v[s + 1].i], &host) <= 0)
			s++;
		if (s < subnets->n && hgw_prefix_has(&inv->subnets[subnets->v[s].i], addr))
			report_inside(ld, items.v[k].i, subnets->v[s].i);
	}
	free(items.v);
}

void inv_check(struct inv_load *ld)
{
	struct hgw_inventory *inv = ld->inv;
	struct inv_items subnets;

	inv_check_nodes(ld);
	if (!inv_items_alloc(ld, &subnets, inv->nsubnets))
		return;
	for (size_t i = 0; i < inv->nsubnets; i++)
		inv_items_add(&subnets, prefix_key(&inv->subnets[i].addr, inv->subnets[i].len), i);
	check_prefixes(ld, &subnets, inv->subnets, true);
	check_cluster(ld, &subnets);
	check_addrs(ld, &subnets);
	free(subnets.v);
}
