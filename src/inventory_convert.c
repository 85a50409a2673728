/* SPDX-License-Identifier: MIT */
#include "inventory_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the network of a file says for all its nodes. */
struct settings {
	uint32_t interface, metric, mtu;
	bool spread, onlink;
	const char *mtu_src; /* where it is too small for IPv6, that is said once */
};

static bool reserve(void **v, size_t *cap, size_t need, size_t size)
{
	size_t grown = *cap == 0 || need > 2 * *cap ? need : 2 * *cap;
	void *p;

	if (need <= *cap)
		return true;
	p = reallocarray(*v, grown, size);
	if (p == NULL)
		return false;
	*v = p;
	*cap = grown;
	return true;
}

/* Through a void *, for reserve() cannot have a pointer to any pointer. */
#define RESERVE(v, cap, need)                                                                      \
	do {                                                                                       \
		void *ptr = (v);                                                                   \
		ok = ok && reserve(&ptr, &(cap), (need), sizeof(*(v)));                            \
		(v) = ptr;                                                                         \
	} while (0)

static size_t text_size(const char *s)
{
	return s != NULL ? strlen(s) + 1 : 0;
}

/* How much there is to be room for. */
struct sizes {
	size_t nodes, addrs, subnets, text, cluster;
};

static struct sizes with(const struct hgw_inventory *inv, const struct inv_raw *raw)
{
	struct sizes n = {inv->nnodes + raw->nnodes, inv->naddrs, inv->nsubnets, inv->ntext + 1,
			  inv->ncluster};

	if (raw->network != NULL) {
		n.text += text_size(raw->network->interface);
		n.cluster += raw->network->cluster_count;
	}
	for (uint32_t i = 0; i < raw->nnodes; i++) {
		const struct inv_raw_node *node = &raw->nodes[i];

		n.addrs += node->addresses_count + (node->address != NULL);
		n.subnets += node->subnets_count + (node->subnet != NULL);
		n.text += text_size(node->name) + text_size(node->interface);
	}
	return n;
}

/* Said once: nodes of Kubernetes come one at a time. */
static bool too_many(struct inv_load *ld, const struct sizes *n)
{
	if (n->nodes <= INV_NODES_MAX && n->addrs <= UINT32_MAX && n->subnets <= UINT32_MAX &&
	    n->text <= UINT32_MAX)
		return false;
	if (!ld->full)
		inv_problem_at(ld, ld->file, (struct hgw_place){0}, "more than %d nodes in all",
			       INV_NODES_MAX);
	ld->full = true;
	return true;
}

/* Room for all that the file can bring, so that nothing after it can fail for memory. */
static bool make_room(struct inv_load *ld, const struct inv_raw *raw)
{
	struct hgw_inventory *inv = ld->inv;
	const struct sizes n = with(inv, raw);
	bool ok = true;

	if (too_many(ld, &n))
		return false;
	RESERVE(inv->nodes, ld->node_cap, n.nodes);
	RESERVE(inv->addrs, ld->addr_cap, n.addrs);
	RESERVE(inv->subnets, ld->subnet_cap, n.subnets);
	RESERVE(inv->text, ld->text_cap, n.text);
	RESERVE(inv->cluster, ld->cluster_cap, n.cluster);
	if (ld->walking) {
		RESERVE(ld->names_src, ld->names_src_cap, n.nodes);
		RESERVE(ld->addrs_src, ld->addrs_src_cap, n.addrs);
		RESERVE(ld->subnets_src, ld->subnets_src_cap, n.subnets);
	}
	ld->nomem = ld->nomem || !ok;
	return ok;
}

static uint32_t put_text(struct hgw_inventory *inv, const char *s)
{
	size_t at = inv->ntext, n = strlen(s) + 1;

	memcpy(inv->text + at, s, n);
	inv->ntext += n;
	return (uint32_t)at;
}

/* Two files that say different things of what there can be one of. */
static void differs(struct inv_load *ld, const char *what, const char *s, const char *first,
		    uint32_t file)
{
	if (!ld->walking) {
		ld->bad = true;
		return;
	}
	inv_problem(ld, s, "%s '%s' differs from '%s' in %s:%u", what, INV_QUOTE(s),
		    INV_QUOTE(first), ld->inv->files[file].name, inv_place_of(first).line);
}

static void convert_common(struct inv_load *ld, const struct inv_raw_network *network)
{
	struct hgw_inventory *inv = ld->inv;
	uint32_t table;
	uint8_t protocol;

	if (network->table != NULL && inv_value_table(ld, network->table, &table)) {
		if (inv->table == 0) {
			inv->table = table;
			ld->table_src = network->table;
			ld->table_file = ld->file;
		} else if (inv->table != table) {
			differs(ld, "table", network->table, ld->table_src, ld->table_file);
		}
	}
	if (network->protocol != NULL && inv_value_protocol(ld, network->protocol, &protocol)) {
		if (inv->protocol < 0) {
			inv->protocol = protocol;
			ld->protocol_src = network->protocol;
			ld->protocol_file = ld->file;
		} else if (inv->protocol != protocol) {
			differs(ld, "protocol", network->protocol, ld->protocol_src,
				ld->protocol_file);
		}
	}
}

static void convert_network(struct inv_load *ld, const struct inv_raw_network *network,
			    struct settings *settings)
{
	struct hgw_inventory *inv = ld->inv;

	for (uint32_t i = 0; i < network->cluster_count; i++) {
		if (inv_value_cluster(ld, network->cluster[i], &inv->cluster[inv->ncluster]))
			inv->ncluster++;
		else
			ld->no_cluster = true;
	}
	if (network->head.broken)
		ld->no_cluster = true;
	convert_common(ld, network);
	if (network->interface != NULL && inv_value_interface(ld, network->interface, ""))
		settings->interface = put_text(inv, network->interface);
	if (network->metric != NULL)
		inv_value_metric(ld, network->metric, "", &settings->metric, &settings->spread);
	if (network->mtu != NULL && inv_value_mtu(ld, network->mtu, "", &settings->mtu))
		settings->mtu_src = network->mtu;
	if (network->onlink != NULL)
		inv_value_onlink(ld, network->onlink, "", &settings->onlink);
}

static void convert_addr(struct inv_load *ld, struct hgw_node *node, const char *s,
			 const char *owner)
{
	struct hgw_inventory *inv = ld->inv;

	if (!inv_value_addr(ld, s, owner, &inv->addrs[inv->naddrs]))
		return;
	if (ld->walking)
		ld->addrs_src[inv->naddrs] = s;
	inv->naddrs++;
	node->naddrs++;
}

static void convert_subnet(struct inv_load *ld, struct hgw_node *node, const char *s,
			   const char *owner)
{
	struct hgw_inventory *inv = ld->inv;

	if (!inv_value_subnet(ld, s, owner, &inv->subnets[inv->nsubnets]))
		return;
	if (ld->walking)
		ld->subnets_src[inv->nsubnets] = s;
	inv->nsubnets++;
	node->nsubnets++;
}

static uint32_t addrs_of_family(const struct hgw_inventory *inv, const struct hgw_node *node,
				uint8_t family)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < node->naddrs; i++)
		n += inv->addrs[node->addrs + i].family == family;
	return n;
}

/* " of node 'node1'" as the subject of a sentence. */
static const char *who(const char *owner)
{
	return *owner != '\0' ? owner + strlen(" of ") : "a node";
}

/* complete: no address of the node was refused. */
static void check_gateways(struct inv_load *ld, const struct hgw_node *node,
			   const struct inv_raw_node *raw, const char *owner, bool complete)
{
	const struct hgw_inventory *inv = ld->inv;
	uint32_t v4 = addrs_of_family(inv, node, AF_INET);
	uint32_t v6 = addrs_of_family(inv, node, AF_INET6);

	if (v4 > INV_ADDRS_MAX || v6 > INV_ADDRS_MAX)
		inv_problem(ld, raw->addresses[raw->addresses_count - 1],
			    "more than %d %s addresses%s", INV_ADDRS_MAX,
			    v4 > INV_ADDRS_MAX ? "IPv4" : "IPv6", owner);
	for (uint32_t i = node->subnets; complete && i < node->subnets + node->nsubnets; i++) {
		const char *src = ld->walking ? ld->subnets_src[i] : "";
		struct inv_problem *p;

		/* An IPv4 subnet can be reached through an IPv6 address, not the other way. */
		if (v6 > 0 || (v4 > 0 && inv->subnets[i].addr.family == AF_INET))
			continue;
		p = inv_problem(ld, src, "subnet '%s'%s has no gateway: the node has no %s",
				INV_QUOTE(src), owner, v4 > 0 ? "IPv6 address" : "address");
		if (v4 > 0)
			inv_hint(ld, p, "add an IPv6 address to its 'addresses'");
	}
}

static void convert_addrs(struct inv_load *ld, struct hgw_node *node,
			  const struct inv_raw_node *raw, const char *owner)
{
	uint32_t given = raw->addresses_count + (raw->address != NULL);
	struct inv_problem *p;

	if (raw->address != NULL && raw->addresses_count > 0) {
		p = inv_problem(ld, raw->address, "%s has both 'address' and 'addresses'",
				who(owner));
		inv_hint(ld, p, "move '%s' into 'addresses'", INV_QUOTE(raw->address));
	} else if (given == 0 && !raw->head.broken) {
		p = inv_problem_at(ld, ld->file, raw->head.at, "%s has no 'address'", who(owner));
		inv_hint(ld, p, "write address: ADDRESS, the gateway to its subnets");
	}
	if (raw->address != NULL)
		convert_addr(ld, node, raw->address, owner);
	for (uint32_t i = 0; i < raw->addresses_count; i++)
		convert_addr(ld, node, raw->addresses[i], owner);
	if (raw->subnet != NULL && raw->subnets_count > 0) {
		p = inv_problem(ld, raw->subnet, "%s has both 'subnet' and 'subnets'", who(owner));
		inv_hint(ld, p, "move '%s' into 'subnets'", INV_QUOTE(raw->subnet));
	}
	if (raw->subnet != NULL)
		convert_subnet(ld, node, raw->subnet, owner);
	for (uint32_t i = 0; i < raw->subnets_count; i++)
		convert_subnet(ld, node, raw->subnets[i], owner);
	check_gateways(ld, node, raw, owner,
		       given > 0 && node->naddrs == given && !raw->head.broken && !raw->kube);
}

static void check_mtu(struct inv_load *ld, const struct hgw_node *node, const char *own,
		      struct settings *settings, const char *owner)
{
	const char *src = own != NULL ? own : settings->mtu_src;
	bool v6 = false;

	for (uint32_t i = node->subnets; i < node->subnets + node->nsubnets; i++)
		v6 = v6 || ld->inv->subnets[i].addr.family == AF_INET6;
	if (!v6 || node->mtu == 0 || node->mtu >= 1280 || src == NULL)
		return;
	inv_problem(ld, src, "mtu '%s' is below 1280, the least for the IPv6 subnets%s",
		    INV_QUOTE(src), owner);
	if (own == NULL)
		settings->mtu_src = NULL;
}

static void convert_node(struct inv_load *ld, const struct inv_raw_node *raw, uint32_t index,
			 struct settings *settings)
{
	struct hgw_inventory *inv = ld->inv;
	struct hgw_node *node = &inv->nodes[inv->nnodes];
	char owner[INV_OWNER_SIZE] = "", quoted[INV_QUOTE_SIZE];

	*node = (struct hgw_node){
		.interface = settings->interface,
		.addrs = (uint32_t)inv->naddrs,
		.subnets = (uint32_t)inv->nsubnets,
		.metric = settings->metric,
		.spread = settings->spread,
		.mtu = settings->mtu,
		.onlink = settings->onlink,
		.file = ld->file,
		.index = index,
	};
	if (raw->name != NULL && inv_value_name(ld, raw->name))
		node->name = put_text(inv, raw->name);
	if (ld->walking) {
		ld->names_src[inv->nnodes] = raw->name;
		if (raw->name != NULL)
			snprintf(owner, sizeof(owner), " of node '%s'",
				 inv_quote(quoted, raw->name));
	}
	inv->nnodes++;
	convert_addrs(ld, node, raw, owner);
	if (raw->interface != NULL && inv_value_interface(ld, raw->interface, owner))
		node->interface = put_text(inv, raw->interface);
	if (raw->metric != NULL)
		inv_value_metric(ld, raw->metric, owner, &node->metric, &node->spread);
	if (raw->mtu == NULL || inv_value_mtu(ld, raw->mtu, owner, &node->mtu))
		check_mtu(ld, node, raw->mtu, settings, owner);
	if (raw->onlink != NULL)
		inv_value_onlink(ld, raw->onlink, owner, &node->onlink);
}

void inv_convert(struct inv_load *ld, const struct inv_raw *raw)
{
	struct settings settings = {0};

	if (!make_room(ld, raw))
		return;
	if (ld->inv->ntext == 0) {
		ld->inv->text[0] = '\0';
		ld->inv->ntext = 1;
	}
	if (raw->network != NULL)
		convert_network(ld, raw->network, &settings);
	for (uint32_t i = 0; i < raw->nnodes; i++)
		convert_node(ld, &raw->nodes[i], raw->first + i, &settings);
}
