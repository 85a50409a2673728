/* SPDX-License-Identifier: MIT */
#include "inventory_check.h"

#include <stdlib.h>
#include <string.h>

static uint64_t name_key(const char *s)
{
	uint64_t h = 0xcbf29ce484222325; /* FNV-1a */

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3;
	return h;
}

static int compare_names(const void *a, const void *b, void *ctx)
{
	const struct inv_item *x = a, *y = b;
	const struct hgw_inventory *inv = ctx;
	int c = HGW_CMP(x->key, y->key);

	if (c == 0)
		c = strcmp(hgw_node_name(inv, x->i), hgw_node_name(inv, y->i));
	return c != 0 ? c : HGW_CMP(x->i, y->i);
}

/* "addresses differ": what two nodes of the same name do not have in common. NULL: nothing. */
static const char *difference(const struct hgw_inventory *inv, const struct hgw_node *a,
			      const struct hgw_node *b)
{
	if (a->naddrs != b->naddrs)
		return "addresses";
	for (uint32_t i = 0; i < a->naddrs; i++)
		if (hgw_addr_cmp(&inv->addrs[a->addrs + i], &inv->addrs[b->addrs + i]) != 0)
			return "addresses";
	if (a->nsubnets != b->nsubnets)
		return "subnets";
	for (uint32_t i = 0; i < a->nsubnets; i++)
		if (hgw_prefix_cmp(&inv->subnets[a->subnets + i], &inv->subnets[b->subnets + i]) !=
		    0)
			return "subnets";
	if (strcmp(hgw_inventory_str(inv, a->interface), hgw_inventory_str(inv, b->interface)) != 0)
		return "interfaces";
	return a->metric != b->metric || a->spread != b->spread || a->mtu != b->mtu ||
			       a->onlink != b->onlink
		       ? "settings"
		       : NULL;
}

/* Node i has the name of node j. True where it is the same again, out of another file. */
static bool check_same(struct inv_load *ld, uint32_t i, uint32_t j)
{
	const struct hgw_inventory *inv = ld->inv;
	bool files = inv->nodes[i].file != inv->nodes[j].file;
	const char *differs = difference(inv, &inv->nodes[i], &inv->nodes[j]), *src;
	struct inv_problem *p;

	if (files && differs == NULL) {
		/* Only the walk can leave it out, and still tell where the others are. */
		ld->bad = ld->bad || !ld->walking;
		return true;
	}
	if (!inv_at_node(ld, i))
		return false;
	src = ld->names_src[i];
	p = inv_problem(ld, src, "duplicate node name '%s', first %s", INV_QUOTE(src),
			inv_where_is(ld, j, ld->names_src[j]).place);
	if (files)
		inv_hint(ld, p, "their %s differ", differs);
	return false;
}

/* again[i]: node i was in a file before, just as it is. */
static void check_names(struct inv_load *ld, bool *again)
{
	struct hgw_inventory *inv = ld->inv;
	struct inv_items items;
	size_t first = 0;

	if (!inv_items_alloc(ld, &items, inv->nnodes))
		return;
	for (uint32_t i = 0; i < inv->nnodes; i++)
		if (inv->nodes[i].name != 0)
			inv_items_add(&items, name_key(hgw_node_name(inv, i)), i);
	inv_items_sort(&items, compare_names, inv);
	for (size_t k = 1; k < items.n; k++) {
		uint32_t i = items.v[k].i, j = items.v[first].i;

		if (items.v[k].key != items.v[first].key ||
		    strcmp(hgw_node_name(inv, i), hgw_node_name(inv, j)) != 0)
			first = k;
		else
			again[i] = check_same(ld, i, j);
	}
	free(items.v);
}

/* Of Nodes this can only be said once it is known which families flannel uses. */
static void check_gateways(struct inv_load *ld)
{
	const struct hgw_inventory *inv = ld->inv;

	for (uint32_t n = 0; n < inv->nnodes && ld->walking; n++) {
		const struct hgw_node *node = &inv->nodes[n];
		bool v6 = false;

		if (ld->inputs[node->file].kind != INV_KUBE || node->naddrs == 0)
			continue;
		for (uint32_t i = node->addrs; i < node->addrs + node->naddrs; i++)
			v6 = v6 || inv->addrs[i].family == AF_INET6;
		for (uint32_t i = node->subnets; i < node->subnets + node->nsubnets && !v6; i++) {
			const char *src = ld->subnets_src[i];

			if (inv->subnets[i].addr.family == AF_INET || !inv_at_node(ld, n))
				continue;
			inv_hint(ld,
				 inv_problem(ld, src,
					     "subnet '%s' of %s has no gateway: the node has no "
					     "IPv6 address",
					     INV_QUOTE(src), inv_where_is(ld, n, src).node),
				 "if flannel does not use IPv6, name its net-conf.json or "
				 "ConfigMap too");
		}
	}
}

/* Of all files. */
static void check_any(struct inv_load *ld)
{
	uint32_t file = 0;
	struct inv_problem *p;

	if (ld->inv->nnodes > 0 || ld->errors.total > 0 || !ld->walking)
		return;
	while (file + 1 < ld->inv->nfiles && ld->inputs[file].kind == INV_FLANNEL)
		file++;
	p = inv_problem_at(ld, file, (struct hgw_place){0},
			   ld->left_out > 0 ? "no node has a podCIDR" : "there is no node in it");
	if (ld->left_out > 0)
		return;
	if (ld->flannel)
		inv_hint(ld, p,
			 "name the nodes too, as in: "
			 "kubectl get nodes -o yaml | hgw plan net-conf.json -");
	else if (ld->not_read[0] != '\0')
		inv_hint(ld, p, "%s is not read; what is: Node, ConfigMap, and lists of them",
			 ld->not_read);
}

void inv_check_nodes(struct inv_load *ld)
{
	bool *again = calloc(ld->inv->nnodes + 1, sizeof(*again));

	if (again == NULL) {
		ld->nomem = true;
		return;
	}
	check_names(ld, again);
	inv_trim(ld, again);
	free(again);
	check_any(ld);
	check_gateways(ld);
}
