/* SPDX-License-Identifier: MIT */
/* Shared by the output*.c files and by nobody else. */
#ifndef HGW_OUTPUT_IMPL_H
#define HGW_OUTPUT_IMPL_H

#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>

#include "hgw/output.h"

/* Names as ip(8) prints them; buf holds the number where there is none. */
const char *view_device(const struct hgw_view *view, uint32_t oif, char buf[static 16]);
const char *view_protocol(const struct hgw_view *view, uint8_t protocol, char buf[static 16]);
const char *view_table(const struct hgw_view *view, uint32_t table, char buf[static 16]);
const char *scope_name(uint8_t scope, char buf[static 16]);
const char *type_name(uint8_t type, char buf[static 16]);

/* "via ADDR " or "via inet6 ADDR "; nothing for AF_UNSPEC. */
void print_via(FILE *f, uint8_t family, const struct hgw_addr *via);

/* What a dumped route has that struct hgw_route does not model; for show. */
struct route_extra {
	struct hgw_addr prefsrc;
	unsigned flags; /* rtm_flags */
	uint32_t metrics[RTAX_MAX + 1];
	bool has_metric[RTAX_MAX + 1];
	char congestion[16];
	bool expires;
	int seconds; /* until it does */
	int error;
	int pref; /* RFC 4191; -1: none (IPv4) */
	uint32_t mark, flow;
};
void route_extra_read(const struct hgw_pool *pool, const struct hgw_route *r,
		      struct route_extra *x);
/* RTNH_F_* and RTM_F_* in ip(8)'s order, NULL where there are no more. */
const char *flag_name(unsigned flags, unsigned *i);
/* Whether a metric is to be told: with its value, or that it is locked. */
bool has_metric(const struct route_extra *x, unsigned rtax);
/* The name of RTAX_*, as text and as JSON member; NULL: not printed. */
const char *metric_name(unsigned rtax);
/* The hint and name of a place: "inventory.yaml:6 node2", or "" */
void print_origin(FILE *f, const struct hgw_report *report, uint32_t node, uint32_t subnet);

#endif
