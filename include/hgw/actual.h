/* SPDX-License-Identifier: MIT */
/* The routes this host has, as far as they matter to what is desired. */
#ifndef HGW_ACTUAL_H
#define HGW_ACTUAL_H

#include "hgw/desired.h"
#include "hgw/err.h"
#include "hgw/kernel.h"
#include "hgw/route.h"

struct hgw_actual {
	struct hgw_routes owned; /* all of our protocol in the table; sorted */
	struct hgw_routes
		foreign; /* others' in the table, in a wanted subnet (hgw_desired_in_pods); sorted
			  */
};

/*
 * Reads the table of scope once, and main and local beside it, shows every route to
 * desired (hgw_desired_see), and keeps only those named above.
 */
HGW_NODISCARD int hgw_actual_read(struct hgw_actual *a, struct hgw_kernel *k,
				  const struct hgw_scope *scope, struct hgw_desired *desired,
				  struct hgw_pool *pool, struct hgw_err *err);
/*
 * What a run needs that most often finds nothing to do: on a host with a million routes of others
 * it reads only ours, which the kernel can pick out. Returns 1 where they are just what is
 * desired, which then is resolved: by the networks of this host's addresses, and without a look at
 * any route of others. That one of those goes before ours, or leads to a gateway, is no change to
 * make; verify, which reads everything, tells it. Else 0, and everything was read, once, as
 * hgw_actual_read() does.
 */
HGW_NODISCARD int hgw_actual_read_unless_settled(struct hgw_actual *a, struct hgw_kernel *k,
						 const struct hgw_scope *scope,
						 struct hgw_desired *desired,
						 const struct hgw_snapshot *host,
						 struct hgw_pool *pool, struct hgw_err *err);
/* The same out of a set of all routes there are, in the kernel's order; of a snapshot. */
HGW_NODISCARD int hgw_actual_read_set(struct hgw_actual *a, struct hgw_routes *all,
				      const struct hgw_scope *scope, struct hgw_desired *desired,
				      struct hgw_pool *pool, struct hgw_err *err);
/* Reads the owned routes only; scope->table 0 means all tables, ->protocol 0 everybody. Kernel's
 * order, IPv4 first. */
HGW_NODISCARD int hgw_actual_read_owned(struct hgw_routes *owned, struct hgw_kernel *k,
					const struct hgw_scope *scope, struct hgw_pool *pool,
					struct hgw_err *err);
/* The same out of a set. */
HGW_NODISCARD int hgw_actual_set_owned(struct hgw_routes *owned, struct hgw_routes *all,
				       const struct hgw_scope *scope, struct hgw_err *err);
void hgw_actual_free(struct hgw_actual *a);

#endif
