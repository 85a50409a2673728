/* SPDX-License-Identifier: MIT */
#include "inventory_check.h"

#include <stdio.h>
#include <stdlib.h>

bool inv_items_alloc(struct inv_load *ld, struct inv_items *items, size_t n)
{
	*items = (struct inv_items){.v = malloc((n + 1) * sizeof(*items->v))};
	ld->nomem = ld->nomem || items->v == NULL;
	return items->v != NULL;
}

void inv_items_add(struct inv_items *items, uint64_t key, size_t i)
{
	items->v[items->n++] = (struct inv_item){key, (uint32_t)i};
}

/* Most lists are in order already. */
void inv_items_sort(struct inv_items *items, inv_compare *compare, void *ctx)
{
	for (size_t i = 1; i < items->n; i++) {
		if (items->v[i - 1].key < items->v[i].key)
			continue;
		qsort_r(items->v, items->n, sizeof(*items->v), compare, ctx);
		return;
	}
}

struct inv_where inv_where_is(const struct inv_load *ld, uint32_t node, const char *src)
{
	uint32_t line = inv_place_of(src).line, file = ld->inv->nodes[node].file;
	struct inv_where w = {"a node", ""};

	if (ld->names_src[node] != NULL)
		snprintf(w.node, sizeof(w.node), "node '%s'", INV_QUOTE(ld->names_src[node]));
	if (file == ld->file)
		snprintf(w.place, sizeof(w.place), "on line %u", line);
	else
		snprintf(w.place, sizeof(w.place), "in %.200s:%u", ld->inv->files[file].name, line);
	return w;
}

bool inv_at_node(struct inv_load *ld, uint32_t node)
{
	ld->bad = true;
	ld->file = ld->inv->nodes[node].file;
	return ld->walking;
}
