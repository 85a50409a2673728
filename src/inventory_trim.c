/* SPDX-License-Identifier: MIT */
/* What is left out of an inventory that has been loaded. */
#include "inventory_int.h"

static bool is_used(const struct inv_load *ld, const struct hgw_prefix *subnet)
{
	return !ld->flannel || (subnet->addr.family == AF_INET ? ld->ipv4 : ld->ipv6);
}

/* Moves a node's addresses and subnets down, those that are used. */
static void move_node(struct inv_load *ld, struct hgw_node *node, size_t *naddrs, size_t *nsubnets)
{
	struct hgw_inventory *inv = ld->inv;
	uint32_t addrs = node->addrs, subnets = node->subnets, n = node->nsubnets;

	node->addrs = (uint32_t)*naddrs;
	for (uint32_t i = addrs; i < addrs + node->naddrs; i++) {
		if (ld->walking)
			ld->addrs_src[*naddrs] = ld->addrs_src[i];
		inv->addrs[(*naddrs)++] = inv->addrs[i];
	}
	node->subnets = (uint32_t)*nsubnets;
	node->nsubnets = 0;
	for (uint32_t i = subnets; i < subnets + n; i++) {
		if (!is_used(ld, &inv->subnets[i]))
			continue;
		if (ld->walking)
			ld->subnets_src[*nsubnets] = ld->subnets_src[i];
		inv->subnets[(*nsubnets)++] = inv->subnets[i];
		node->nsubnets++;
	}
}

static void note(struct inv_load *ld, size_t n)
{
	const char *family = ld->ipv4 ? "IPv6" : "IPv4";

	if (n == 0 || ld->flannel_src == NULL)
		return;
	ld->file = ld->flannel_file;
	inv_remark(ld, HGW_NOTE, ld->flannel_src,
		   "flannel does not use %s here (Enable%s): %zu subnet%s left out", family, family,
		   n, n == 1 ? " is" : "s are");
}

void inv_trim(struct inv_load *ld, const bool *again)
{
	struct hgw_inventory *inv = ld->inv;
	size_t nnodes = 0, naddrs = 0, nsubnets = 0, unused = 0;

	for (size_t i = 0; i < inv->nnodes; i++) {
		struct hgw_node *node = &inv->nodes[i];

		if (again[i])
			continue;
		unused += node->nsubnets;
		move_node(ld, node, &naddrs, &nsubnets);
		unused -= node->nsubnets;
		if (ld->walking)
			ld->names_src[nnodes] = ld->names_src[i];
		inv->nodes[nnodes++] = *node;
	}
	inv->nnodes = nnodes;
	inv->naddrs = naddrs;
	inv->nsubnets = nsubnets;
	note(ld, unused);
}
