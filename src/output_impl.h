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

/* What hgw_print_check() prints of checks that are not of routes alone. */
void print_host_check(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		      const struct hgw_check *c);
/* What a check is about: "10.244.1.0/24 node2", "10.244.9.0/24 via …", "inet". */
void print_subject(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		   const struct hgw_check *c);
/* Whether there is anything to print: the host as a whole is not named. */
static inline bool has_subject(const struct hgw_check *c)
{
	return c->want != HGW_NONE || c->have != HGW_NONE || c->family != AF_UNSPEC;
}

/* Whose subnet an address is in, and which that is; whose address a gateway is. UINT32_MAX:
 * nobody's. */
uint32_t trace_subnet_node(const struct hgw_report *report, const struct hgw_addr *to,
			   uint32_t *subnet);
uint32_t trace_gateway_node(const struct hgw_report *report, const struct hgw_addr *via);
/* As ip-neighbour(8) prints it: "REACHABLE" */
const char *neighbour_state_name(uint16_t state);

/* What the gateways answered, or not. */
void print_neighbour_check(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			   const struct hgw_check *c);
/* The first of them whose MAC is known by that; NULL: none. */
const struct hgw_asked *neighbour_answer(const struct hgw_view *view,
					 const struct hgw_report *report,
					 const struct hgw_check *c);

/* What stands for a character of ASCII; NULL: itself. */
typedef const char *escape_fn(char c);
/* Of a description and of a directive; inside of double quotes; … */
escape_fn escape_tap, escape_yaml, escape_xml, escape_nagios;
/*
 * s with '?' for what is no printable character, of Unicode or of XML, so that it ends
 * no line and breaks no document; escape: NULL for none.
 */
void print_escaped(FILE *f, const char *s, escape_fn *escape);

/* What TAP and JUnit call a case: all checks of one subnet, or of one kind that is about none. */
struct output_case {
	const struct hgw_prefix *subnet; /* NULL: none */
	uint32_t node, place;		 /* of the subnet: into the inventory's nodes and subnets */
	enum hgw_check_id id;		 /* of those without */
	uint8_t family;
	const struct hgw_check *v;
	size_t n; /* 0: nothing to complain about */
	size_t count[HGW_NSTATUSES];
};
/* Where a walk over them is; zero at its beginning. */
struct case_walk {
	size_t at;
	unsigned stage;
};
bool case_next(const struct hgw_report *report, struct case_walk *walk, struct output_case *c);
/* Fails if one of its checks does; skipped if all are. */
enum hgw_check_status case_status(const struct output_case *c);
/* "node2 10.244.1.0/24", "rule inet", "extra" */
void case_name(FILE *f, const struct hgw_report *report, const struct output_case *c,
	       escape_fn *escape);
/* Its place in the inventory; file NULL: none. */
struct hgw_origin case_origin(const struct hgw_report *report, const struct output_case *c);
/* What a check found, cut if it does not fit. */
void case_text(char *buf, size_t size, const struct hgw_view *view, const struct hgw_report *report,
	       const struct hgw_check *c);

/* A check of a mesh that did not simply pass. */
struct mesh_case {
	enum hgw_check_id id;
	enum hgw_check_status status;
	uint32_t host, node, subnet; /* as of a finding */
	const struct hgw_walk *walk; /* of HGW_CHECK_PATH */
	char subject[512], message[1024];
};
/* Where one is among them; zero at its beginning. */
struct mesh_walk {
	size_t finding, path;
};
bool mesh_next(const struct hgw_report *report, struct mesh_walk *walk, struct mesh_case *c);
struct hgw_origin mesh_origin(const struct hgw_report *report, const struct mesh_case *c);
enum hgw_check_status mesh_status(const struct hgw_report *report, enum hgw_fate fate);
/* What became of a walk, and what to do. */
void mesh_print_walk(FILE *f, const struct hgw_report *report, const struct hgw_walk *w);
/* The paths from one node. */
void mesh_count_paths(const struct hgw_report *report, uint32_t from,
		      size_t count[static HGW_NSTATUSES]);

/* The end of a document: all diagnostics, the error that ended the run among them. */
HGW_NODISCARD int json_end(FILE *f, const struct hgw_report *report);

/* The changes of a plan, with the host if it is one of many; printed counts them. */
HGW_NODISCARD int json_changes(FILE *f, const struct hgw_view *view,
			       const struct hgw_report *report, const struct hgw_plan *plan,
			       bool host, size_t *printed);

#endif
