/* SPDX-License-Identifier: MIT */
/* Shared by the verify*.c files and by nobody else. */
#ifndef HGW_VERIFY_INT_H
#define HGW_VERIFY_INT_H

#include "hgw/verify.h"

/* One more check, counted; with strict a warning has failed. */
HGW_NODISCARD int verdict_add(struct hgw_verdict *verdict, const struct hgw_check *c,
			      struct hgw_err *err);

/* A part of a sorted set: the routes to one destination, of any metric, or to parts of it too. */
struct range {
	const struct hgw_routes *set;
	size_t first, end;
};
struct range find_range(const struct hgw_routes *set, const struct hgw_prefix *dst, bool inside);

/* What the checks of one want share. */
struct subject {
	struct hgw_verdict *verdict;
	const struct hgw_evidence *on;
	const struct hgw_want *want;
	uint32_t index; /* of want */
};

/* Passed, unless it turns out otherwise: a check of a want, and one that is about none. */
struct hgw_check check_of(const struct subject *s, enum hgw_check_id id);
struct hgw_check check_of_host(enum hgw_check_id id, uint8_t family);

/* The checks of one want, in their order (verify_route.c). */
HGW_NODISCARD int verify_route(const struct subject *s, struct hgw_err *err);
/* Whether its gateways answered (verify_neighbour.c). */
HGW_NODISCARD int verify_neighbour(const struct subject *s, struct hgw_err *err);
/* With lookups: what the kernel says (verify_lookup.c). */
HGW_NODISCARD int verify_lookup(const struct subject *s, struct hgw_err *err);
/* Makes a list of the parts that rules are about, and asks for them (verify_parts.c). */
HGW_NODISCARD int find_parts(struct hgw_lookups *l, const struct hgw_desired *d,
			     const struct hgw_snapshot *host, struct hgw_err *err);
HGW_NODISCARD int ask_parts(struct hgw_lookups *l, struct hgw_kernel *k, struct hgw_err *err);
/* The first part that is of that want or a later one. */
size_t first_part(const struct hgw_lookups *l, uint32_t want);
/* With lookups: where the kernel sends what is for an own subnet that is delivered here. */
enum hgw_fault judge_own(const struct hgw_evidence *on, uint32_t own);
/* Whether the rules lead any of these questions past a table that is not main. */
bool is_past_rules(const struct hgw_evidence *on, uint8_t family);
/* With settings too: where the filter is strict at all. */
HGW_NODISCARD int verify_rp_filter(const struct subject *s, struct hgw_err *err);
/* The filter of a link, to which that of all links adds: the laxer of 1 and 2 holds. */
bool is_strict(const struct hgw_settings *settings, uint32_t link);
/* Routes that belong to no want: extra, and with strict foreign. */
HGW_NODISCARD int verify_extra(struct hgw_verdict *verdict, const struct hgw_evidence *on,
			       struct hgw_err *err);
HGW_NODISCARD int verify_strangers(struct hgw_verdict *verdict, const struct hgw_evidence *on,
				   struct hgw_err *err);
/* What the host has besides routes, once for the families that are wanted (verify_host.c). */
HGW_NODISCARD int verify_host(struct hgw_verdict *verdict, const struct hgw_evidence *on,
			      struct hgw_err *err);
/* Parts of that: its own subnets, and the links (verify_links.c). */
HGW_NODISCARD int verify_own(struct hgw_verdict *verdict, const struct hgw_evidence *on,
			     struct hgw_err *err);
HGW_NODISCARD int verify_links(struct hgw_verdict *verdict, const struct hgw_evidence *on,
			       struct hgw_err *err);

#endif
