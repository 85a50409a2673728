/* SPDX-License-Identifier: MIT */
/* Doing a plan: all of it, or nothing. */
#ifndef HGW_APPLY_H
#define HGW_APPLY_H

#include "hgw/err.h"
#include "hgw/kernel.h"
#include "hgw/plan.h"
#include "hgw/undo.h"

struct hgw_result {
	size_t failed; /* write that was refused, into writes; SIZE_MAX: none, or not by a write */
	struct hgw_refusal refusal;
	size_t gone; /* deletes that found nothing, or a hop that is somebody else's */
};

/*
 * Carries out writes, which hgw_writes_build() made of plan, and for which undo
 * was prepared. All creates must have succeeded before the first delete is
 * sent. At the first refusal everything is undone (undo.h).
 *
 * All memory is there before the first write. Returns 0, or -1 with
 * HGW_FAILED (and everything is as it was) or HGW_INCOMPLETE (undo->left);
 * err tells the refusal itself only if it was none of a write.
 */
HGW_NODISCARD int hgw_apply(struct hgw_kernel *k, const struct hgw_plan *plan,
			    struct hgw_writes *writes, struct hgw_undo *undo, struct hgw_pool *pool,
			    struct hgw_result *result, struct hgw_err *err);

#endif
