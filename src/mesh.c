/* SPDX-License-Identifier: MIT */
/* What the walks came to, there and back. */
#include "hgw/mesh.h"

#include <stdlib.h>

#include "mesh_int.h"

unsigned mesh_severity(uint8_t fate)
{
	return fate < HGW_FATE_NO_ROUTE ? fate : HGW_FATE_NO_ROUTE;
}

int mesh_add_walk(struct hgw_mesh *mesh, const struct hgw_walk *walk, struct hgw_err *err)
{
	if (mesh->n == mesh->cap) {
		size_t cap = mesh->cap ? mesh->cap * 2 : 64;
		struct hgw_walk *v = reallocarray(mesh->v, cap, sizeof(*v));

		if (v == NULL)
			return hgw_fail_nomem(err);
		mesh->v = v;
		mesh->cap = cap;
	}
	mesh->v[mesh->n++] = *walk;
	return 0;
}

uint8_t *mesh_fate(const struct hgw_mesh *mesh, uint32_t from, uint32_t subnet)
{
	return &mesh->fates[from * mesh->inv->nsubnets + subnet];
}

/* Whether packets to the subnets of one family are lost. */
static bool is_broken(const struct hgw_mesh *mesh, uint32_t from, uint32_t to, uint8_t family)
{
	const struct hgw_node *node = &mesh->inv->nodes[to];
	bool broken = false;

	for (uint32_t s = node->subnets; s < node->subnets + node->nsubnets && !broken; s++)
		broken = mesh->inv->subnets[s].addr.family == family &&
			 *mesh_fate(mesh, from, s) >= HGW_FATE_NO_ROUTE &&
			 *mesh_fate(mesh, from, s) != HGW_FATE_ONE_WAY;
	return broken;
}

/* What gets there and has no answer. */
static int find_one_way(struct hgw_mesh *mesh, uint32_t from, uint32_t to, struct hgw_err *err)
{
	const struct hgw_node *node = &mesh->inv->nodes[to];
	bool inet = is_broken(mesh, to, from, AF_INET), inet6 = is_broken(mesh, to, from, AF_INET6);

	for (uint32_t s = node->subnets; s < node->subnets + node->nsubnets; s++) {
		const struct hgw_addr *dst = &mesh->inv->subnets[s].addr;
		struct hgw_walk walk = {.from = from,
					.to = to,
					.subnet = s,
					.at = to,
					.next = UINT32_MAX,
					.fate = HGW_FATE_ONE_WAY,
					.dst = *dst};

		if (*mesh_fate(mesh, from, s) != HGW_FATE_DELIVERED ||
		    !(dst->family == AF_INET ? inet : inet6))
			continue;
		*mesh_fate(mesh, from, s) = HGW_FATE_ONE_WAY;
		if (mesh_add_walk(mesh, &walk, err) < 0)
			return -1;
	}
	return 0;
}

static int compare_walks(const void *pa, const void *pb)
{
	const struct hgw_walk *a = pa, *b = pb;
	int c = HGW_CMP(a->from, b->from);

	return c != 0 ? c : HGW_CMP(a->subnet, b->subnet);
}

static void count_walks(struct hgw_mesh *mesh)
{
	const struct hgw_inventory *inv = mesh->inv;
	size_t all = 0;

	for (uint32_t i = 0; i < inv->nsubnets; i++)
		all += inv->subnets[i].addr.family == AF_INET ? mesh->scope.inet
							      : mesh->scope.inet6;
	mesh->count[HGW_FATE_DELIVERED] = inv->nnodes > 0 ? all * (inv->nnodes - 1) - mesh->n : 0;
	for (size_t i = 0; i < mesh->n; i++)
		mesh->count[mesh->v[i].fate]++;
}

int hgw_mesh_init(struct hgw_mesh *mesh, const struct hgw_inventory *inv,
		  const struct hgw_scope *scope, struct hgw_err *err)
{
	*mesh = (struct hgw_mesh){.inv = inv, .scope = *scope};
	mesh->nodes = calloc(inv->nnodes + 1, sizeof(*mesh->nodes));
	mesh->fates = calloc(inv->nnodes + 1, inv->nsubnets + 1);
	if (mesh->nodes != NULL && mesh->fates != NULL)
		return 0;
	hgw_mesh_free(mesh);
	return hgw_fail_nomem(err);
}

int hgw_mesh_walk(struct hgw_mesh *mesh, struct hgw_err *err)
{
	uint32_t n = (uint32_t)mesh->inv->nnodes;

	if (mesh_find_gateways(mesh, err) < 0 || mesh_walk_all(mesh, err) < 0)
		return -1;
	for (uint32_t from = 0; from < n; from++)
		for (uint32_t to = 0; to < n; to++)
			if (from != to && find_one_way(mesh, from, to, err) < 0)
				return -1;
	if (mesh->n > 0)
		qsort(mesh->v, mesh->n, sizeof(*mesh->v), compare_walks);
	count_walks(mesh);
	return 0;
}

enum hgw_fate hgw_mesh_fate(const struct hgw_mesh *mesh, uint32_t from, uint32_t subnet)
{
	return (enum hgw_fate) * mesh_fate(mesh, from, subnet);
}

enum hgw_fate hgw_mesh_pair(const struct hgw_mesh *mesh, uint32_t from, uint32_t to)
{
	const struct hgw_node *node = &mesh->inv->nodes[to];
	enum hgw_fate worst = HGW_FATE_DELIVERED;

	for (uint32_t s = node->subnets; s < node->subnets + node->nsubnets; s++)
		if (mesh_severity((uint8_t)hgw_mesh_fate(mesh, from, s)) >
		    mesh_severity((uint8_t)worst))
			worst = hgw_mesh_fate(mesh, from, s);
	return worst;
}

const char *hgw_fate_name(enum hgw_fate fate)
{
	switch (fate) {
	case HGW_FATE_DELIVERED:
		return "delivered";
	case HGW_FATE_PENDING:
		return "pending";
	case HGW_FATE_UNKNOWN:
		return "unknown";
	case HGW_FATE_LOOP:
	case HGW_FATE_TOO_FAR:
		return "loop";
	case HGW_FATE_WRONG_NODE:
		return "wrong node";
	case HGW_FATE_ONE_WAY:
		return "one-way";
	default:
		return "black hole";
	}
}

void hgw_mesh_free(struct hgw_mesh *mesh)
{
	for (size_t i = 0; mesh->nodes != NULL && i < mesh->inv->nnodes; i++)
		mesh_node_free(&mesh->nodes[i]);
	free(mesh->nodes);
	free(mesh->fates);
	free(mesh->v);
	*mesh = (struct hgw_mesh){0};
}
