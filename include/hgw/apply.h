/* SPDX-License-Identifier: MIT */
/* Doing a plan: all of it, or nothing. */
#ifndef HGW_APPLY_H
#define HGW_APPLY_H

#include "hgw/actual.h"
#include "hgw/err.h"
#include "hgw/kernel.h"
#include "hgw/plan.h"

struct hgw_result {
	size_t failed; /* write that was refused, into writes; SIZE_MAX: none, or not by a write */
	struct hgw_refusal refusal;
	size_t gone;		/* deletes that found nothing, or a hop that is somebody else's */
	struct hgw_writes left; /* HGW_INCOMPLETE: what would take the table back to what it was */
};

/*
 * Carries out writes, which hgw_writes_build() made of plan. owned is what was
 * ours when the plan was made, sorted. All creates must have succeeded
 * before the first delete is sent. At the first refusal the routes that are
 * ours, or were to be taken over, are read back; what differs from before is
 * undone, out of the bytes read then, and read back once more.
 *
 * All memory is there before the first write. Returns 0, or -1 with
 * HGW_FAILED (and everything is as it was) or HGW_INCOMPLETE (result->left);
 * err tells the refusal itself only if it was none of a write.
 */
HGW_NODISCARD int hgw_apply(struct hgw_kernel *k, const struct hgw_scope *scope,
			    const struct hgw_plan *plan, struct hgw_writes *writes,
			    const struct hgw_routes *owned, struct hgw_pool *pool,
			    struct hgw_result *result, struct hgw_err *err);
void hgw_result_free(struct hgw_result *result);

#endif
