/* SPDX-License-Identifier: MIT */
/*
 * Going back to what was: not step by step, which would trust that each step
 * did what it said, but by reading what is there now and writing the
 * difference, out of the bytes that were read before.
 */
#ifndef HGW_UNDO_H
#define HGW_UNDO_H

#include "hgw/actual.h"
#include "hgw/err.h"
#include "hgw/kernel.h"
#include "hgw/plan.h"

struct hgw_undo {
	struct hgw_scope scope;
	struct hgw_routes before;  /* what was ours, and what was to be taken over; sorted */
	struct hgw_routes adopted; /* the latter alone */
	struct hgw_routes now;	   /* what is there of these, and of ours */
	size_t nnow;		   /* of now, before a dump that may start again */
	struct hgw_writes left;	   /* what it takes from now to before */
	size_t sent; /* having gone back: so many of left.v, which has none left, took us there */
};

/*
 * Notes down what the routes are before plan is carried out in nwrites writes,
 * owned being what was ours, sorted; and gets all memory that going back can
 * need. All routes are in pool, for as long as undo is used.
 */
HGW_NODISCARD int hgw_undo_prepare(struct hgw_undo *undo, const struct hgw_plan *plan,
				   const struct hgw_routes *owned, const struct hgw_scope *scope,
				   size_t nwrites, struct hgw_pool *pool, struct hgw_err *err);
/* Goes back. 0: everything is as it was; -1: it is not, left says what is missing. */
HGW_NODISCARD int hgw_undo_run(struct hgw_undo *undo, struct hgw_kernel *k, struct hgw_pool *pool);
void hgw_undo_free(struct hgw_undo *undo);

#endif
