/* SPDX-License-Identifier: MIT */
/* Shared by the desired*.c files and by nobody else. */
#ifndef HGW_DESIRED_INT_H
#define HGW_DESIRED_INT_H

#include "hgw/desired.h"

/* The own subnets of node self, of which nothing is known yet; and how others reach it. */
HGW_NODISCARD int desired_build_own(struct hgw_desired *d, const struct hgw_inventory *inv,
				    uint32_t self, const struct hgw_scope *scope,
				    const struct hgw_snapshot *host, struct hgw_err *err);

#endif
