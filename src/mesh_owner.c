/* SPDX-License-Identifier: MIT */
/* Which node has a gateway: by what the nodes say of themselves, not only by the inventory. */
#include <stdlib.h>

#include "mesh_int.h"

/* Whose an address is. */
struct owner {
	struct hgw_addr addr;
	uint32_t node;
};

struct owners {
	struct owner *v;
	size_t n;
};

static int compare_owners(const void *pa, const void *pb)
{
	const struct owner *a = pa, *b = pb;
	int c = hgw_addr_cmp(&a->addr, &b->addr);

	return c != 0 ? c : HGW_CMP(a->node, b->node);
}

static void sort_owners(struct owners *o)
{
	size_t n = 0;

	qsort(o->v, o->n, sizeof(*o->v), compare_owners);
	for (size_t i = 0; i < o->n; i++)
		if (n == 0 || compare_owners(&o->v[n - 1], &o->v[i]) != 0)
			o->v[n++] = o->v[i];
	o->n = n;
}

static size_t first_owner(const struct owners *o, const struct hgw_addr *a)
{
	size_t lo = 0, hi = o->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (hgw_addr_cmp(&o->v[mid].addr, a) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool is_owner(const struct owners *o, size_t i, const struct hgw_addr *a)
{
	return i < o->n && hgw_addr_cmp(&o->v[i].addr, a) == 0;
}

static uint32_t find_target(const struct owners *real, const struct owners *said,
			    const struct hgw_addr *via)
{
	size_t i = first_owner(real, via);

	if (is_owner(real, i, via))
		return is_owner(real, i + 1, via) ? HGW_TO_SEVERAL : real->v[i].node;
	return is_owner(said, first_owner(said, via), via) ? HGW_TO_NOBODY : HGW_TO_OUTSIDE;
}

static void collect_owners(const struct hgw_mesh *mesh, struct owners *real, struct owners *said)
{
	for (uint32_t n = 0; n < mesh->inv->nnodes; n++) {
		const struct hgw_node *of = &mesh->inv->nodes[n];
		const struct hgw_mesh_node *node = &mesh->nodes[n];

		for (uint32_t i = 0; i < node->naddrs; i++)
			real->v[real->n++] = (struct owner){node->addrs[i], n};
		for (uint32_t i = 0; i < of->naddrs; i++) {
			const struct hgw_addr *a = &mesh->inv->addrs[of->addrs + i];

			said->v[said->n++] = (struct owner){*a, n};
			if (a->family == AF_INET ? !node->has_inet : !node->has_inet6)
				real->v[real->n++] = (struct owner){*a, n};
		}
	}
	sort_owners(real);
	sort_owners(said);
}

int mesh_find_gateways(struct hgw_mesh *mesh, struct hgw_err *err)
{
	const struct hgw_inventory *inv = mesh->inv;
	struct owners real = {0}, said = {0};
	size_t n = inv->naddrs + 1;

	for (uint32_t i = 0; i < inv->nnodes; i++)
		n += mesh->nodes[i].naddrs;
	real.v = calloc(n, sizeof(*real.v));
	said.v = calloc(inv->naddrs + 1, sizeof(*said.v));
	if (real.v == NULL || said.v == NULL) {
		free(real.v);
		free(said.v);
		return hgw_fail_nomem(err);
	}
	collect_owners(mesh, &real, &said);
	for (uint32_t i = 0; i < inv->nnodes; i++) {
		struct hgw_mesh_node *node = &mesh->nodes[i];

		for (uint32_t h = 0; h < node->nhops; h++)
			node->hops[h].to = find_target(&real, &said, &node->hops[h].via);
	}
	free(real.v);
	free(said.v);
	return 0;
}
