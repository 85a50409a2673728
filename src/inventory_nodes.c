/* SPDX-License-Identifier: MIT */
#include "inventory_check.h"

#include <stdlib.h>
#include <string.h>

#include "hgw/hash.h"

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

/* The first nodes of their names, by hash: at most half of the places are taken. */
struct names {
	struct {
		uint32_t hash, node; /* node 0 is node 1: 0 is a free place */
	} * v;
	size_t mask;
	uint64_t salt;
};

/* The first node of the name that node i has; it may be that one itself. */
static uint32_t first_of_name(struct names *names, const struct hgw_inventory *inv, uint32_t i)
{
	const char *name = hgw_node_name(inv, i);
	uint32_t h = hgw_hash(names->salt, name);
	size_t at = h & names->mask;

	for (; names->v[at].node != 0; at = (at + 1) & names->mask)
		if (names->v[at].hash == h &&
		    strcmp(hgw_node_name(inv, names->v[at].node - 1), name) == 0)
			return names->v[at].node - 1;
	names->v[at].hash = h;
	names->v[at].node = i + 1;
	return i;
}

/* again[i]: node i was in a file before, just as it is. */
static void check_names(struct inv_load *ld, bool *again)
{
	struct hgw_inventory *inv = ld->inv;
	struct names names = {.mask = 1, .salt = hgw_hash_salt()};

	while (names.mask < 2 * inv->nnodes)
		names.mask = 2 * names.mask + 1;
	names.v = calloc(names.mask + 1, sizeof(*names.v));
	if (names.v == NULL) {
		ld->nomem = true;
		return;
	}
	for (uint32_t i = 0; i < inv->nnodes; i++) {
		uint32_t first = inv->nodes[i].name != 0 ? first_of_name(&names, inv, i) : i;

		if (first != i)
			again[i] = check_same(ld, i, first);
	}
	free(names.v);
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
