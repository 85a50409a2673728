/* SPDX-License-Identifier: MIT */
/* What the checks of values against each other have in common. */
#ifndef HGW_INVENTORY_CHECK_H
#define HGW_INVENTORY_CHECK_H

#include "inventory_int.h"

/*
 * All values are compared by sorting, with a key that mostly decides alone:
 * never each with each.
 */
struct inv_item {
	uint64_t key;
	uint32_t i;
};

struct inv_items {
	struct inv_item *v;
	size_t n;
};

typedef int inv_compare(const void *a, const void *b, void *ctx);

/* Room for n of them, to be freed; false: no memory. */
bool inv_items_alloc(struct inv_load *ld, struct inv_items *items, size_t n);
void inv_items_add(struct inv_items *items, uint64_t key, size_t i);
void inv_items_sort(struct inv_items *items, inv_compare *compare, void *ctx);

/* "node 'node1'", and "on line 3" or "in other.yaml:3" */
struct inv_where {
	char node[INV_QUOTE_SIZE + 8];
	char place[256];
};

struct inv_where inv_where_is(const struct inv_load *ld, uint32_t node, const char *src);
/* Problems of the node from here on belong to its file. True where they are to be worded. */
bool inv_at_node(struct inv_load *ld, uint32_t node);

/* The checks of nodes as such; leaves out what is not used. */
void inv_check_nodes(struct inv_load *ld);

#endif
