/* SPDX-License-Identifier: MIT */
/* The MTU of the routes between all nodes: where one end has another than the other. */
#ifndef HGW_MTUS_H
#define HGW_MTUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/actual.h"
#include "hgw/desired.h"
#include "hgw/err.h"

struct hgw_mtus {
	uint32_t *v; /* [from * n + to]: the least of a node's routes to another, and 1; 0: not
			known */
	size_t n;
};

/* Nothing known of n nodes; n * n numbers. */
HGW_NODISCARD int hgw_mtus_init(struct hgw_mtus *m, size_t n, struct hgw_err *err);
/* What node's own routes say; a route that says none (0) has its link's. */
void hgw_mtus_see(struct hgw_mtus *m, uint32_t node, const struct hgw_desired *desired,
		  const struct hgw_actual *actual);
/* Whether both are known and are not the same; 0 is the link's. */
bool hgw_mtus_differ(const struct hgw_mtus *m, uint32_t a, uint32_t b, uint32_t *there,
		     uint32_t *back);
void hgw_mtus_free(struct hgw_mtus *m);

#endif
