/* SPDX-License-Identifier: MIT */
#include "hgw/mtus.h"

#include <stdlib.h>

int hgw_mtus_init(struct hgw_mtus *m, size_t n, struct hgw_err *err)
{
	*m = (struct hgw_mtus){.v = calloc(n * n + 1, sizeof(*m->v)), .n = n};
	return m->v != NULL ? 0 : hgw_fail_nomem(err);
}

void hgw_mtus_see(struct hgw_mtus *m, uint32_t node, const struct hgw_desired *desired,
		  const struct hgw_actual *actual)
{
	for (size_t i = 0; i < desired->n; i++) {
		const struct hgw_want *w = &desired->v[i];
		size_t at = hgw_routes_find_dst(&actual->owned, &w->route.dst);
		const struct hgw_route *r = &actual->owned.v[at];
		uint32_t *known = &m->v[node * m->n + w->node];

		if (at == actual->owned.n || hgw_prefix_cmp(&r->dst, &w->route.dst) != 0)
			continue;
		if (*known == 0 || (r->mtu != 0 && (*known == 1 || r->mtu < *known - 1)))
			*known = r->mtu + 1;
	}
}

bool hgw_mtus_differ(const struct hgw_mtus *m, uint32_t a, uint32_t b, uint32_t *there,
		     uint32_t *back)
{
	uint32_t to = m->v[a * m->n + b], from = m->v[b * m->n + a];

	if (to == 0 || from == 0 || to == from)
		return false;
	*there = to - 1;
	*back = from - 1;
	return true;
}

void hgw_mtus_free(struct hgw_mtus *m)
{
	free(m->v);
	*m = (struct hgw_mtus){0};
}
