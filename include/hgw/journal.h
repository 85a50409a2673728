/* SPDX-License-Identifier: MIT */
/*
 * A change that waits for its confirmation, on file: what it takes to go back
 * if the process that would do it is gone. In /run/hgw, so not longer than the
 * interfaces it names by number.
 */
#ifndef HGW_JOURNAL_H
#define HGW_JOURNAL_H

#include <stdbool.h>

#include "hgw/err.h"
#include "hgw/route.h"
#include "hgw/undo.h"

enum hgw_journal_state {
	HGW_JOURNAL_NONE,
	HGW_JOURNAL_PENDING,	 /* a change was made, and not confirmed */
	HGW_JOURNAL_ROLLED_BACK, /* the last one was taken back */
};

HGW_NODISCARD int hgw_journal_state(enum hgw_journal_state *state, struct hgw_err *err);

/* Written to a temporary name and renamed. A former one is replaced. */
HGW_NODISCARD int hgw_journal_write(const struct hgw_undo *undo, const struct hgw_pool *pool,
				    struct hgw_err *err);
/* HGW_DATAERR if it is not one of ours, whole. */
HGW_NODISCARD int hgw_journal_read(struct hgw_undo *undo, struct hgw_pool *pool,
				   struct hgw_err *err);
/* The change was confirmed, or taken back: no longer pending. */
HGW_NODISCARD int hgw_journal_close(bool rolled_back, struct hgw_err *err);

#endif
