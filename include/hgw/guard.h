/* SPDX-License-Identifier: MIT */
/* What would be done as asked, and still is hardly meant. */
#ifndef HGW_GUARD_H
#define HGW_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/desired.h"
#include "hgw/diag.h"
#include "hgw/err.h"
#include "hgw/inventory.h"
#include "hgw/plan.h"
#include "hgw/snapshot.h"

/* How many of the owned routes may go in a run. */
struct hgw_limit {
	bool given;
	bool percent;
	uint32_t n;
};
/* "12" or "30%"; false if it is neither. */
bool hgw_limit_parse(const char *s, struct hgw_limit *limit);

/*
 * HGW_REFUSED if the plan leaves more of the destinations of owned, sorted,
 * without a route than the limit allows: half, where it is not given and there
 * are ten or more. What is deleted beside a route that stays or comes does not
 * count: a new metric, say, or what a run that was killed has left twice.
 */
HGW_NODISCARD int hgw_guard_deletes(const struct hgw_plan *plan, const struct hgw_desired *desired,
				    const struct hgw_routes *owned, const struct hgw_limit *limit,
				    struct hgw_err *err);

/*
 * A subnet of another node that covers a network this host is connected to
 * would take that network away: an error in diags, and HGW_REFUSED. One that
 * is a part of such a network takes that part: a warning.
 */
HGW_NODISCARD int hgw_guard_connected(const struct hgw_desired *desired,
				      const struct hgw_inventory *inv,
				      const struct hgw_snapshot *host, struct hgw_diags *diags,
				      struct hgw_err *err);

#endif
