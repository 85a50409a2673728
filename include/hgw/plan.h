/* SPDX-License-Identifier: MIT */
/* The difference between what is desired and what is there, as a value. */
#ifndef HGW_PLAN_H
#define HGW_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/actual.h"
#include "hgw/desired.h"
#include "hgw/err.h"
#include "hgw/route.h"

enum hgw_op {
	HGW_OP_ADD,
	HGW_OP_REPLACE,	 /* ours, another rest or metric than desired */
	HGW_OP_DELETE,	 /* ours, not desired */
	HGW_OP_CONFLICT, /* somebody else's is in the way: before */
	HGW_OP_SKIP,	 /* somebody else's does the job: before */
	HGW_OP_NOTE,	 /* somebody else's, behind ours by its metric: before */
	HGW_NOPS,
};

struct hgw_change {
	enum hgw_op op;
	struct hgw_route before; /* of ADD: zero */
	struct hgw_route after;	 /* of DELETE: zero */
	uint32_t node, subnet;	 /* of the inventory; UINT32_MAX: of a DELETE */
};

struct hgw_plan {
	struct hgw_change *v; /* sorted by key */
	size_t n, cap;
	size_t count[HGW_NOPS];
	size_t unchanged;
};

/* What a plan may do beyond the plain difference; all false by default. */
struct hgw_policy {
	bool adopt;	       /* take over others' routes to wanted subnets, except the kernel's */
	bool no_prune;	       /* leave what is ours to subnets that nobody wants */
	bool skip_unreachable; /* leave subnets alone whose gateway cannot be used */
};

/* O(n log n) by sort and merge. actual's sets are sorted, desired is resolved. */
HGW_NODISCARD int hgw_plan_build(struct hgw_plan *plan, const struct hgw_desired *desired,
				 const struct hgw_actual *actual, const struct hgw_policy *policy,
				 const struct hgw_pool *pool, struct hgw_err *err);
/* Adds a change as it is, behind those that are there. */
HGW_NODISCARD int hgw_plan_add(struct hgw_plan *plan, const struct hgw_change *c,
			       struct hgw_err *err);
/* Whether a change takes a route over that was somebody else's. */
bool hgw_change_adopts(const struct hgw_change *c, const struct hgw_scope *scope);
/* The changes that apply makes; conflicts, skips and notes are none. */
size_t hgw_plan_changes(const struct hgw_plan *plan);
void hgw_plan_free(struct hgw_plan *plan);

/* A plan as the kernel gets it: all that adds, then all that deletes. */
struct hgw_writes {
	struct hgw_write *v;
	size_t n, cap;
	size_t nadd; /* the first nadd create; none of the others may be sent before all of those
			are done */
};

/*
 * How each family is changed without a moment in which a subnet has no route,
 * and without ever overwriting somebody else's:
 * IPv4: the new one is appended behind the old, then the old deleted.
 * IPv6: the missing hops are appended, then those that are too many deleted, each
 * by its own full key. Only a group of one whose hop stays the same way is replaced.
 */
HGW_NODISCARD int hgw_writes_build(struct hgw_writes *w, const struct hgw_plan *plan,
				   const struct hgw_pool *pool, struct hgw_err *err);
/*
 * What takes the owned routes now back to those of before, out of the bytes
 * that were read then. Both sorted. w->n == 0: they are the same.
 */
HGW_NODISCARD int hgw_writes_back(struct hgw_writes *w, const struct hgw_routes *now,
				  const struct hgw_routes *before, const struct hgw_pool *pool,
				  struct hgw_err *err);
/* Room for n writes. */
HGW_NODISCARD int hgw_writes_reserve(struct hgw_writes *w, size_t n, struct hgw_err *err);
void hgw_writes_free(struct hgw_writes *w);

#endif
