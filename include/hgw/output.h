/* SPDX-License-Identifier: MIT */
/*
 * What users and their programs read. All of it goes to the stream that is
 * passed in; whether it arrived is checked once, by cmd, at the end.
 */
#ifndef HGW_OUTPUT_H
#define HGW_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "hgw/actual.h"
#include "hgw/apply.h"
#include "hgw/desired.h"
#include "hgw/diag.h"
#include "hgw/inventory.h"
#include "hgw/mesh.h"
#include "hgw/mtus.h"
#include "hgw/names.h"
#include "hgw/plan.h"
#include "hgw/snapshot.h"
#include "hgw/trace.h"
#include "hgw/verify.h"

/* As ip(8) has them; bright ones on a dark background. */
enum hgw_color { HGW_PLAIN, HGW_COLOR, HGW_COLOR_DARK };

/* What it takes to print a route: the names of what it has as numbers. */
struct hgw_view {
	const struct hgw_names *names; /* NULL: numbers */
	const struct hgw_snapshot *host;
	const struct hgw_pool *pool;
	enum hgw_color color;
};

/* A check of one node of many, as text: what it is about is not kept. */
struct hgw_finding {
	enum hgw_check_id id;
	enum hgw_check_status status;
	uint32_t host;		 /* the node that was judged */
	uint32_t node, subnet;	 /* what it is about; UINT32_MAX: none of the inventory */
	size_t subject, message; /* into findings->text */
};

struct hgw_finding_host {
	const char *file; /* its snapshot, borrowed; NULL: there is none */
	size_t count[HGW_NSTATUSES];
};

/* What the nodes of a mesh came to, each by itself. */
struct hgw_findings {
	struct hgw_finding *v; /* by host */
	size_t n, cap;
	char *text; /* strings, each with its NUL */
	size_t ntext, cap_text;
	struct hgw_finding_host *hosts; /* as in the inventory */
	bool all; /* also what passes or is skipped, which is only counted else */
};

struct hgw_report;
HGW_NODISCARD int hgw_findings_init(struct hgw_findings *findings, const struct hgw_inventory *inv,
				    struct hgw_err *err);
/* The checks of report->verdict, of node report->node. */
HGW_NODISCARD int hgw_findings_add(struct hgw_findings *findings, const struct hgw_view *view,
				   const struct hgw_report *report, struct hgw_err *err);
/* That a node has no snapshot. */
HGW_NODISCARD int hgw_findings_add_missing(struct hgw_findings *findings, uint32_t node,
					   const char *message, struct hgw_err *err);
/* A check of host, about a subnet of node or none, counted; findings are to be sorted then. */
HGW_NODISCARD int hgw_findings_add_text(struct hgw_findings *findings, enum hgw_check_id id,
					enum hgw_check_status status, uint32_t host, uint32_t node,
					uint32_t subnet, const char *message, struct hgw_err *err);
void hgw_findings_sort(struct hgw_findings *findings);
/* One warning (strict: failure) for each node that has another MTU to some than those have back. */
HGW_NODISCARD int hgw_findings_add_mtus(struct hgw_findings *findings,
					const struct hgw_inventory *inv,
					const struct hgw_mtus *mtus, bool strict,
					struct hgw_err *err);
void hgw_findings_free(struct hgw_findings *findings);

/* What a run was about and came to. Members that do not apply are NULL or 0. */
struct hgw_report {
	const char *format;   /* "hgw.plan/1" */
	const char *snapshot; /* the file that the host was read from; NULL: the kernel */
	const char *saved;    /* the file that the plan is out of, where that is no inventory */
	const struct hgw_inventory *inv;
	const struct hgw_plan *plan;
	const struct hgw_mesh *mesh; /* with findings; of many nodes, in the place of a verdict */
	const struct hgw_findings *findings;
	const struct hgw_verdict *verdict; /* with desired and actual, which it refers to */
	const struct hgw_desired *desired;
	const struct hgw_actual *actual;
	const struct hgw_settings *settings; /* what the verdict was made with; NULL: without */
	const struct hgw_lookups *lookups;   /* likewise */
	const struct hgw_probe *probe;	     /* likewise */
	const struct hgw_scope *scope;
	const struct hgw_diags *diags;
	const struct hgw_err *err; /* why it failed */
	uint32_t node;		   /* which this host is; UINT32_MAX: not known */
	bool changed;
	bool begun;   /* hgw_json_begin() was called */
	bool verbose; /* checks that pass too */
	int64_t when; /* seconds since 1970 (-1: not to be told), and how long it took: for JUnit */
	unsigned milliseconds;
	bool strict; /* of a mesh: a subnet that nothing delivers yet fails */
	bool tap13;  /* who reads the TAP knows no newer one */
};

/*
 * A route in the grammar of ip-route(8), complete and on one line, so that
 * "ip route replace LINE" makes it and "ip route del LINE" deletes it and no
 * other; also in a shell, whatever the device is called. No newline.
 */
void hgw_print_route(FILE *f, const struct hgw_view *view, const struct hgw_route *r);
/* "ip " (unless batch), then "route VERB ROUTE" in numbers, and a newline. */
void hgw_print_write(FILE *f, const struct hgw_view *view, const struct hgw_write *w, bool batch);
/*
 * As "ip route show table T proto P" prints it, byte for byte, newline included; with
 * all as "ip route show table T" does, which tells whose each route is.
 */
void hgw_print_shown(FILE *f, const struct hgw_view *view, const struct hgw_route *r, bool all);

/* The diff, and "Plan: …" (or done: "Applied: …"); nothing where there is nothing to do. */
void hgw_print_plan(FILE *f, const struct hgw_view *view, const struct hgw_report *report);
/* What the diff calls its two sides: "kernel node1 (table main, proto hgw)". No newline. */
void hgw_print_side(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		    bool after);
void hgw_print_summary(FILE *f, const struct hgw_plan *plan, bool done);
/* Says in diags which foreign routes do the job, or stand behind ours. */
void hgw_note_foreign(struct hgw_diags *diags, const struct hgw_view *view,
		      const struct hgw_report *report);
/* Failures first, then warnings and what was skipped, all with verbose; a count at the end. */
void hgw_print_verdict(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		       bool verbose);
/* As a compiler does; those at least as severe as least. */
void hgw_print_diags(FILE *f, const struct hgw_diags *diags, enum hgw_severity least);
/* "add 10.244.1.0/24 via 10.0.0.9: TEXT (ENETUNREACH) [inventory.yaml:6 node2]", into err. */
void hgw_describe_refusal(struct hgw_err *err, const struct hgw_view *view,
			  const struct hgw_report *report, const struct hgw_write *w,
			  const struct hgw_refusal *refusal);
/* What a check found, without a newline; for people. */
void hgw_print_check(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		     const struct hgw_check *c);

/* The beginning of either document below: what is known before there is anything to tell. */
HGW_NODISCARD int hgw_json_begin(FILE *f, const struct hgw_report *report);
/* One document and a newline. -1 for want of memory, before anything was printed of it. */
HGW_NODISCARD int hgw_json_plan(FILE *f, const struct hgw_view *view,
				const struct hgw_report *report);
HGW_NODISCARD int hgw_json_verdict(FILE *f, const struct hgw_view *view,
				   const struct hgw_report *report);
/*
 * What other programs make of a verdict, a case for each subnet, named alike in each
 * run. report->verdict NULL: the run failed before, and report->err tells why. They
 * return 0.
 */
HGW_NODISCARD int hgw_tap_verdict(FILE *f, const struct hgw_view *view,
				  const struct hgw_report *report);
HGW_NODISCARD int hgw_junit_verdict(FILE *f, const struct hgw_view *view,
				    const struct hgw_report *report);
/* Either as a graph for dot(1) of Graphviz; -1 for want of memory. */
HGW_NODISCARD int hgw_dot_mesh(FILE *f, const struct hgw_view *view,
			       const struct hgw_report *report);
HGW_NODISCARD int hgw_dot_verdict(FILE *f, const struct hgw_view *view,
				  const struct hgw_report *report);
HGW_NODISCARD int hgw_nagios_verdict(FILE *f, const struct hgw_view *view,
				     const struct hgw_report *report);
/*
 * The way of a packet: whose its destination is, then what each host does with it, the
 * hosts being named by report->node. neighbour is who the gateway is on the link, or the
 * destination where there is none; NULL: not known.
 */
void hgw_print_trace_target(FILE *f, const struct hgw_report *report, const struct hgw_addr *to);
void hgw_print_trace(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		     const struct hgw_trace *trace, const struct hgw_neighbour *neighbour);
/* The same as one document: its beginning, then each host (a comma between two); it ends with
 * "]}". */
HGW_NODISCARD int hgw_json_trace_begin(FILE *f, const struct hgw_report *report,
				       const struct hgw_addr *to);
HGW_NODISCARD int hgw_json_trace(FILE *f, const struct hgw_view *view,
				 const struct hgw_report *report, const struct hgw_trace *trace,
				 const struct hgw_neighbour *neighbour);
/*
 * The verdict of a mesh: report->mesh and findings. A case for each node, and one for each
 * path that is broken; as text a matrix of up to HGW_MATRIX_MAX nodes.
 */
enum { HGW_MATRIX_MAX = 60 };
HGW_NODISCARD int hgw_print_mesh(FILE *f, const struct hgw_view *view,
				 const struct hgw_report *report);
HGW_NODISCARD int hgw_json_mesh(FILE *f, const struct hgw_view *view,
				const struct hgw_report *report);
HGW_NODISCARD int hgw_tap_mesh(FILE *f, const struct hgw_view *view,
			       const struct hgw_report *report);
HGW_NODISCARD int hgw_junit_mesh(FILE *f, const struct hgw_view *view,
				 const struct hgw_report *report);
HGW_NODISCARD int hgw_nagios_mesh(FILE *f, const struct hgw_view *view,
				  const struct hgw_report *report);
/* The plans of many nodes: what they add up to. */
struct hgw_plan_total {
	size_t count[HGW_NOPS], unchanged;
	size_t changed, refused; /* nodes */
	size_t printed;		 /* changes */
};
void hgw_plan_total_add(struct hgw_plan_total *total, const struct hgw_plan *plan);
/* hgw.plan/1 of many nodes: a change has a "host". Begin, the plan of each, end. */
HGW_NODISCARD int hgw_json_plans_begin(FILE *f, const struct hgw_report *report);
HGW_NODISCARD int hgw_json_plans_add(FILE *f, const struct hgw_view *view,
				     const struct hgw_report *report, struct hgw_plan_total *total);
HGW_NODISCARD int hgw_json_plans_end(FILE *f, const struct hgw_report *report,
				     const struct hgw_plan_total *total);
/* Checks of each status, paths included. */
void hgw_mesh_count(const struct hgw_report *report, size_t count[static HGW_NSTATUSES]);
/* An array with the members of "ip -j route show …", and protocol. */
HGW_NODISCARD int hgw_json_shown(FILE *f, const struct hgw_view *view,
				 const struct hgw_routes *routes);

#endif
