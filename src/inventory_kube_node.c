/* SPDX-License-Identifier: MIT */
#include "inventory_kube.h"

#include <string.h>
#include <strings.h>

/* Kubernetes takes host bits, and means the prefix. */
static char *masked(struct inv_walk *w, const char *value, const char *name,
		    struct hgw_prefix *prefix)
{
	struct inv_mark mark = inv_mark_of(value);
	char buf[HGW_PREFIX_STRLEN], *copy;

	if (hgw_prefix_parse(value, prefix) != HGW_PREFIX_HOST_BITS)
		return inv_walk_outlive(w, value);
	*prefix = hgw_prefix_masked(prefix);
	hgw_prefix_format(prefix, buf);
	inv_remark(w->ld, HGW_WARNING, value,
		   "'%s' of node '%s' has host bits set: %s is taken, as Kubernetes does",
		   INV_QUOTE(value), INV_QUOTE(name), buf);
	copy = inv_place_value(&w->ld->arena, &mark, buf, strlen(buf));
	if (copy == NULL)
		inv_walk_nomem(w);
	return copy;
}

static bool in_family(const char *value, uint8_t family)
{
	struct hgw_addr addr;

	return hgw_addr_parse(value, &addr) && addr.family == family;
}

static const char *annotated(const struct inv_raw_object *raw, uint8_t family)
{
	const struct inv_raw_annotations *a =
		raw->metadata != NULL ? raw->metadata->annotations : NULL;

	if (a == NULL)
		return NULL;
	if (family == AF_INET)
		return a->ipv4_overwrite != NULL ? a->ipv4_overwrite : a->ipv4;
	return a->ipv6_overwrite != NULL ? a->ipv6_overwrite : a->ipv6;
}

/* The first InternalIP of a family; one that is no address at all has none, and is refused. */
static const char *internal(const struct inv_raw_object *raw, uint8_t family)
{
	for (uint32_t i = 0; raw->status != NULL && i < raw->status->addresses_count; i++) {
		const struct inv_raw_address *a = &raw->status->addresses[i];
		struct hgw_addr addr;

		if (a->type != NULL && strcmp(a->type, "InternalIP") == 0 && a->address != NULL &&
		    (!hgw_addr_parse(a->address, &addr) || addr.family == family))
			return a->address;
	}
	return NULL;
}

static void add_address(struct inv_walk *w, struct inv_raw_node *node,
			const struct inv_raw_object *raw, uint8_t family)
{
	const char *value = annotated(raw, family);
	struct hgw_addr addr;

	if (value != NULL && hgw_addr_parse(value, &addr) && addr.family != family) {
		inv_problem(w->ld, value, "address '%s' of node '%s' is not an %s address",
			    INV_QUOTE(value), INV_QUOTE(node->name),
			    family == AF_INET ? "IPv4" : "IPv6");
		return;
	}
	if (value == NULL)
		value = internal(raw, family);
	/* One that is no address was taken for the first family already. */
	if (value == NULL || (node->addresses_count > 0 && !in_family(value, family)))
		return;
	node->addresses[node->addresses_count++] = inv_walk_outlive(w, value);
}

/* With all subnets; into an array with room for one more than there are. */
static void add_subnets(struct inv_walk *w, struct inv_raw_node *node,
			const struct inv_raw_object *raw, bool *ipv4, bool *ipv6)
{
	const struct inv_raw_spec *spec = raw->spec;
	uint32_t n = spec->cidrs_count > 0 ? spec->cidrs_count : 1;
	char **list = spec->cidrs_count > 0 ? spec->cidrs : (char **)&spec->cidr;

	node->subnets = inv_arena_mem(w->arena, NULL, n * sizeof(*node->subnets));
	if (node->subnets == NULL) {
		inv_walk_nomem(w);
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		struct hgw_prefix prefix = {.len = 0};

		node->subnets[i] = masked(w, list[i], node->name, &prefix);
		*ipv4 = *ipv4 || prefix.addr.family == AF_INET;
		*ipv6 = *ipv6 || prefix.addr.family == AF_INET6;
	}
	node->subnets_count = n;
}

static void add_node(struct inv_walk *w, const struct inv_raw_object *raw, uint32_t index,
		     bool broken)
{
	struct inv_load *ld = w->ld;
	char *addresses[2];
	struct inv_raw_node node = {.head = raw->head, .addresses = addresses, .kube = true};
	size_t errors = ld->errors.total;
	bool ipv4 = false, ipv6 = false;

	node.name = inv_walk_outlive(w, raw->metadata->name);
	if (node.name == NULL)
		return;
	add_subnets(w, &node, raw, &ipv4, &ipv6);
	/* What is no prefix is refused; that it has no address need not be said too. */
	if (ipv4 || !ipv6)
		add_address(w, &node, raw, AF_INET);
	if (ipv6 || node.addresses_count == 0)
		add_address(w, &node, raw, AF_INET6);
	if (ld->nomem)
		return;
	if (node.addresses_count == 0 && ld->errors.total == errors && !broken) {
		struct inv_problem *p = inv_problem(ld, node.name, "node '%s' has no address",
						    INV_QUOTE(node.name));

		inv_hint(ld, p,
			 "one is its annotation %spublic-ip, or an InternalIP of status.addresses",
			 ld->prefix);
	}
	/* Nothing else is missing that could be. */
	node.head.broken = true;
	inv_convert(ld, &(struct inv_raw){.nodes = &node, .nnodes = 1, .first = index});
}

void inv_kube_node(struct inv_walk *w, const struct inv_raw_object *raw, uint32_t index,
		   bool broken)
{
	const char *name = raw->metadata != NULL ? raw->metadata->name : NULL;
	const struct inv_raw_annotations *a = name != NULL ? raw->metadata->annotations : NULL;
	struct inv_load *ld = w->ld;

	if (name == NULL) {
		if (!broken)
			inv_walk_problem(w, raw->head.at, "a Node has no metadata.name");
		return;
	}
	if (raw->spec == NULL || (raw->spec->cidr == NULL && raw->spec->cidrs_count == 0)) {
		if (broken)
			return;
		inv_remark(ld, HGW_WARNING, name, "node '%s' has no podCIDR: it is left out",
			   INV_QUOTE(name));
		ld->left_out++;
		return;
	}
	if (a != NULL && a->type != NULL && strcasecmp(a->type, "host-gw") != 0)
		inv_remark(ld, HGW_WARNING, a->type,
			   "flannel's backend on node '%s' is '%s', not host-gw", INV_QUOTE(name),
			   INV_QUOTE(a->type));
	add_node(w, raw, index, broken);
}
