/* SPDX-License-Identifier: MIT */
#include "inventory_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * All values are compared by sorting, with a key that mostly decides alone:
 * never each with each.
 */
struct item {
	uint64_t key;
	uint32_t i;
};

struct items {
	struct item *v;
	size_t n;
};

static uint64_t name_key(const char *s)
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return h;
}

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

static int compare_names(const void *a, const void *b, void *ctx)
{
	const struct item *x = a, *y = b;
	const struct hgw_inventory *inv = ctx;
	int c = HGW_CMP(x->key, y->key);

	if (c == 0)
		c = strcmp(hgw_node_name(inv, x->i), hgw_node_name(inv, y->i));
	return c != 0 ? c : HGW_CMP(x->i, y->i);
}

static int compare_addrs(const void *a, const void *b, void *ctx)
{
	const struct item *x = a, *y = b;
	const struct hgw_addr *addrs = ctx;
	int c = HGW_CMP(x->key, y->key);

	if (c == 0)
		c = hgw_addr_cmp(&addrs[x->i], &addrs[y->i]);
	return c != 0 ? c : HGW_CMP(x->i, y->i);
}

static int compare_prefixes(const void *a, const void *b, void *ctx)
{
	const struct item *x = a, *y = b;
	const struct hgw_prefix *prefixes = ctx;
	int c = HGW_CMP(x->key, y->key);

	if (c == 0)
		c = hgw_prefix_cmp(&prefixes[x->i], &prefixes[y->i]);
	return c != 0 ? c : HGW_CMP(x->i, y->i);
}

static bool items_alloc(struct inv_load *ld, struct items *items, size_t n)
{
	*items = (struct items){.v = malloc((n + 1) * sizeof(*items->v))};
	ld->nomem = ld->nomem || items->v == NULL;
	return items->v != NULL;
}

static void items_add(struct items *items, uint64_t key, size_t i)
{
	items->v[items->n++] = (struct item){key, (uint32_t)i};
}

/* Most lists are in order already. */
static void items_sort(struct items *items, int (*compare)(const void *, const void *, void *),
		       void *ctx)
{
	for (size_t i = 1; i < items->n; i++) {
		if (items->v[i - 1].key < items->v[i].key)
			continue;
		qsort_r(items->v, items->n, sizeof(*items->v), compare, ctx);
		return;
	}
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

/* "node 'node1' on line 3", "node 'node1' in other.yaml:3" */
struct where {
	char node[INV_QUOTE_SIZE + 8];
	char place[256];
};

static struct where where_is(const struct inv_load *ld, uint32_t node, const char *src)
{
	uint32_t line = inv_place_of(src).line, file = ld->inv->nodes[node].file;
	struct where w = {"a node", ""};

	if (ld->names_src[node] != NULL)
		snprintf(w.node, sizeof(w.node), "node '%s'", INV_QUOTE(ld->names_src[node]));
	if (file == ld->file)
		snprintf(w.place, sizeof(w.place), "on line %u", line);
	else
		snprintf(w.place, sizeof(w.place), "in %.200s:%u", ld->inv->files[file].name, line);
	return w;
}

/* Problems of the node from here on belong to its file. True where they are to be worded. */
static bool at_node(struct inv_load *ld, uint32_t node)
{
	ld->bad = true;
	ld->file = ld->inv->nodes[node].file;
	return ld->walking;
}

static void check_names(struct inv_load *ld)
{
	struct hgw_inventory *inv = ld->inv;
	struct items items;
	size_t first = 0;

	if (!items_alloc(ld, &items, inv->nnodes))
		return;
	for (uint32_t i = 0; i < inv->nnodes; i++)
		if (inv->nodes[i].name != 0)
			items_add(&items, name_key(hgw_node_name(inv, i)), i);
	items_sort(&items, compare_names, inv);
	for (size_t k = 1; k < items.n; k++) {
		uint32_t i = items.v[k].i, j = items.v[first].i;

		if (items.v[k].key != items.v[first].key ||
		    strcmp(hgw_node_name(inv, i), hgw_node_name(inv, j)) != 0) {
			first = k;
		} else if (at_node(ld, i)) {
			const char *src = ld->names_src[i];

			inv_problem(ld, src, "duplicate node name '%s', first %s", INV_QUOTE(src),
				    where_is(ld, j, ld->names_src[j]).place);
		}
	}
	free(items.v);
}

static void report_addr(struct inv_load *ld, uint32_t i, uint32_t first)
{
	uint32_t node = node_of(ld->inv, i, false), other = node_of(ld->inv, first, false);
	struct where here, there;

	if (!at_node(ld, node))
		return;
	here = where_is(ld, node, ld->addrs_src[i]);
	there = where_is(ld, other, ld->addrs_src[first]);
	inv_problem(ld, ld->addrs_src[i], "duplicate address '%s' of %s, first of %s %s",
		    INV_QUOTE(ld->addrs_src[i]), here.node, there.node, there.place);
}

/* Of two subnets the one that stands later is the culprit. */
static void report_subnet(struct inv_load *ld, uint32_t a, uint32_t b, bool same)
{
	uint32_t i = a > b ? a : b, first = a > b ? b : a;
	uint32_t node = node_of(ld->inv, i, true), other = node_of(ld->inv, first, true);
	struct where here, there;
	const char *src;

	if (!at_node(ld, node))
		return;
	src = ld->subnets_src[i];
	here = where_is(ld, node, src);
	there = where_is(ld, other, ld->subnets_src[first]);
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
static void check_prefixes(struct inv_load *ld, struct items *items, struct hgw_prefix *prefixes,
			   bool report)
{
	bool outer_reported = false;
	uint32_t last = 0, outer = 0;
	size_t n = 0;

	items_sort(items, compare_prefixes, prefixes);
	for (size_t k = 0; k < items->n; k++) {
		struct item item = items->v[k];

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

	if (!at_node(ld, node))
		return;
	src = ld->subnets_src[i];
	p = inv_problem(ld, src, "subnet '%s' of %s is outside of network.cluster", INV_QUOTE(src),
			where_is(ld, node, src).node);
	for (size_t c = 0; c < inv->ncluster && c < 4; c++) {
		hgw_prefix_format(&inv->cluster[c], buf);
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			 c > 0 ? ", " : "", buf);
	}
	inv_hint(ld, p, "it is %s%s", list, inv->ncluster > 4 ? ", ..." : "");
}

/* Both are in order and apart, so that one pass over both finds who is in whom. */
static void check_cluster(struct inv_load *ld, const struct items *subnets)
{
	struct hgw_inventory *inv = ld->inv;
	struct items cluster;
	size_t c = 0;

	if (inv->ncluster == 0 || ld->no_cluster || !items_alloc(ld, &cluster, inv->ncluster))
		return;
	for (size_t i = 0; i < inv->ncluster; i++)
		items_add(&cluster, prefix_key(&inv->cluster[i].addr, inv->cluster[i].len), i);
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
	struct where here, there;

	if (!at_node(ld, node))
		return;
	here = where_is(ld, node, ld->addrs_src[addr]);
	there = where_is(ld, other, ld->subnets_src[subnet]);
	inv_problem(ld, ld->addrs_src[addr], "address '%s' of %s is inside subnet '%s' of %s %s",
		    INV_QUOTE(ld->addrs_src[addr]), here.node, INV_QUOTE(ld->subnets_src[subnet]),
		    there.node, there.place);
}

static void check_addrs(struct inv_load *ld, const struct items *subnets)
{
	struct hgw_inventory *inv = ld->inv;
	struct items items;
	size_t first = 0, s = 0;

	if (!items_alloc(ld, &items, inv->naddrs))
		return;
	for (size_t i = 0; i < inv->naddrs; i++)
		items_add(&items, prefix_key(&inv->addrs[i], 32), i);
	items_sort(&items, compare_addrs, inv->addrs);
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
	struct items subnets;

	check_names(ld);
	if (!items_alloc(ld, &subnets, inv->nsubnets))
		return;
	for (size_t i = 0; i < inv->nsubnets; i++)
		items_add(&subnets, prefix_key(&inv->subnets[i].addr, inv->subnets[i].len), i);
	check_prefixes(ld, &subnets, inv->subnets, true);
	check_cluster(ld, &subnets);
	check_addrs(ld, &subnets);
	free(subnets.v);
}
