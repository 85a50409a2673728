/* SPDX-License-Identifier: MIT */
#include "hgw/self.h"

#include <stdio.h>
#include <string.h>

/* The nodes that could be meant, for a message: a few names and how many more. */
struct candidates {
	uint32_t node;
	size_t n;
	char list[512]; /* eight of 60 bytes, commas, and "…" */
};

static void candidate(struct candidates *c, const struct hgw_inventory *inv, uint32_t node)
{
	size_t len = strlen(c->list);

	if (c->n++ == 0)
		c->node = node;
	if (c->n <= 8)
		snprintf(c->list + len, sizeof(c->list) - len, "%s%.60s", len > 0 ? ", " : "",
			 hgw_node_name(inv, node));
	else if (c->n == 9)
		snprintf(c->list + len, sizeof(c->list) - len, ", …");
}

static bool has_addr_of(const struct hgw_inventory *inv, const struct hgw_node *node,
			const struct hgw_snapshot *host)
{
	for (uint32_t i = 0; i < node->naddrs; i++)
		if (hgw_snapshot_has_addr(host, &inv->addrs[node->addrs + i]))
			return true;
	return false;
}

static bool named_like(const char *node, const char *hostname)
{
	size_t label = strcspn(hostname, ".");

	return strcmp(node, hostname) == 0 ||
	       (strlen(node) == label && strncmp(node, hostname, label) == 0);
}

int hgw_self_find(const struct hgw_inventory *inv, const struct hgw_snapshot *host,
		  const char *name, const char *hostname, uint32_t *node, struct hgw_diags *diags,
		  struct hgw_err *err)
{
	struct candidates by_addr = {0}, by_name = {0}, all = {0};

	if (name != NULL) {
		*node = hgw_inventory_find(inv, name);
		if (*node != UINT32_MAX)
			return 0;
	}
	for (uint32_t i = 0; i < inv->nnodes; i++) {
		candidate(&all, inv, i);
		if (has_addr_of(inv, &inv->nodes[i], host))
			candidate(&by_addr, inv, i);
		if (hostname != NULL && named_like(hgw_node_name(inv, i), hostname))
			candidate(&by_name, inv, i);
	}
	if (name != NULL)
		return hgw_fail(err, HGW_DATAERR, "no node '%s' in the inventory; it has %s", name,
				all.list);
	if (by_addr.n == 0 && by_name.n == 1) {
		*node = by_name.node;
		hgw_diag_add(diags, HGW_WARNING, NULL, NULL,
			     "none of this host's addresses is in the inventory; taken to be node "
			     "'%s' by the host name alone",
			     hgw_node_name(inv, *node));
		return 0;
	}
	if (by_addr.n == 1) {
		*node = by_addr.node;
		return 0;
	}
	if (by_addr.n > 1)
		return hgw_fail(err, HGW_DATAERR,
				"which node is this host? It has addresses of %s; say --node NAME",
				by_addr.list);
	if (by_name.n > 1)
		return hgw_fail(err, HGW_DATAERR,
				"which node is this host? Its name is that of %s; say --node NAME",
				by_name.list);
	return hgw_fail(err, HGW_DATAERR,
			"which node is this host? None has one of its addresses%s; say --node "
			"NAME, one of %s",
			host->file ? ", as far as the snapshot tells them" : " or its name",
			all.list);
}
