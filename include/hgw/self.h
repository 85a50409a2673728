/* SPDX-License-Identifier: MIT */
/* Which node of the inventory this host is. Never told by its subnets. */
#ifndef HGW_SELF_H
#define HGW_SELF_H

#include <stdint.h>

#include "hgw/diag.h"
#include "hgw/err.h"
#include "hgw/inventory.h"
#include "hgw/snapshot.h"

/*
 * In this order: name (if not NULL), which must be a node's; the one node that
 * has one of the host's addresses; the one whose name is hostname, whole or
 * its first label (with a warning: only the name told). hostname may be NULL.
 * HGW_DATAERR if there is none or several; the message lists them.
 */
HGW_NODISCARD int hgw_self_find(const struct hgw_inventory *inv, const struct hgw_snapshot *host,
				const char *name, const char *hostname, uint32_t *node,
				struct hgw_diags *diags, struct hgw_err *err);

#endif
