/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "hgw/output.h"
#include "output_impl.h"

static const char *const red = "\033[31m", *const green = "\033[32m", *const yellow = "\033[33m",
			 *const bold = "\033[1m", *const reset = "\033[0m";

static const char *paint(const struct hgw_view *view, const char *color)
{
	return view->color != HGW_PLAIN ? color : "";
}

/* File names are the user's; a line feed in one must not end the comment it stands in. */
static void print_printable(FILE *f, const char *s)
{
	print_escaped(f, s, NULL);
}

void print_origin(FILE *f, const struct hgw_report *report, uint32_t node, uint32_t subnet)
{
	struct hgw_origin at;

	if (report->inv == NULL || node == UINT32_MAX)
		return;
	at = hgw_inventory_origin(report->inv, node, subnet);
	print_printable(f, at.file);
	if (at.line != 0)
		fprintf(f, ":%u", at.line);
	fprintf(f, " %s", hgw_node_name(report->inv, node));
}

void hgw_print_side(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		    bool after)
{
	const struct hgw_inventory *inv = report->inv;
	const char *node = inv != NULL ? hgw_node_name(inv, report->node) : "";
	char table[16], protocol[16];

	if (after && inv == NULL) {
		print_printable(f, report->saved != NULL ? report->saved : "nothing");
		return;
	}
	if (after) {
		for (size_t i = 0; i < inv->nfiles; i++) {
			fputs(i > 0 ? " " : "", f);
			print_printable(f, inv->files[i].name);
		}
		fprintf(f, " (%s)", node);
		return;
	}
	print_printable(f, report->snapshot != NULL ? report->snapshot : "kernel");
	fprintf(f, "%s%s (", inv != NULL ? " " : "", node);
	if (report->scope->table == 0)
		fputs("all tables", f);
	else
		fprintf(f, "table %s", view_table(view, report->scope->table, table));
	fprintf(f, ", proto %s)", view_protocol(view, report->scope->protocol, protocol));
}

static void print_header(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	for (unsigned after = 0; after < 2; after++) {
		fprintf(f, "%s%s ", paint(view, bold), after ? "+++" : "---");
		hgw_print_side(f, view, report, after);
		fprintf(f, "%s\n", paint(view, reset));
	}
}

static void print_line(FILE *f, const struct hgw_view *view, char mark,
		       const struct hgw_route *route, const char *comment)
{
	const char *color = mark == '+' ? green : mark == '-' ? red : yellow;

	fprintf(f, "%s%c ", paint(view, color), mark);
	hgw_print_route(f, view, route);
	if (comment != NULL)
		fprintf(f, "   # %s", comment);
	fprintf(f, "%s\n", paint(view, reset));
}

static void print_change(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			 const struct hgw_change *c)
{
	switch (c->op) {
	case HGW_OP_CONFLICT:
		print_line(f, view, '!', &c->before, "not ours, left alone");
		return;
	case HGW_OP_DELETE:
	case HGW_OP_REPLACE:
		print_line(f, view, '-', &c->before, NULL);
		break;
	default:
		break;
	}
	if (c->op != HGW_OP_ADD && c->op != HGW_OP_REPLACE)
		return;
	fprintf(f, "%s+ ", paint(view, green));
	hgw_print_route(f, view, &c->after);
	if (report->inv != NULL) {
		fputs("   # ", f);
		print_origin(f, report, c->node, c->subnet);
	}
	fprintf(f, "%s\n", paint(view, reset));
}

void hgw_print_plan(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	const struct hgw_plan *plan = report->plan;

	if (hgw_plan_changes(plan) == 0 && plan->count[HGW_OP_CONFLICT] == 0)
		return;
	print_header(f, view, report);
	for (size_t i = 0; i < plan->n; i++)
		print_change(f, view, report, &plan->v[i]);
}

void hgw_print_summary(FILE *f, const struct hgw_plan *plan, bool done)
{
	size_t conflicts = plan->count[HGW_OP_CONFLICT];

	if (hgw_plan_changes(plan) == 0 && conflicts == 0)
		return;
	fprintf(f,
		done ? "Applied: %zu added, %zu replaced, %zu deleted, "
		     : "Plan: %zu to add, %zu to replace, %zu to delete, ",
		plan->count[HGW_OP_ADD], plan->count[HGW_OP_REPLACE], plan->count[HGW_OP_DELETE]);
	if (conflicts > 0)
		fprintf(f, "%zu conflict%s, ", conflicts, conflicts == 1 ? "" : "s");
	fprintf(f, "%zu unchanged.\n", plan->unchanged);
}

void hgw_note_foreign(struct hgw_diags *diags, const struct hgw_view *view,
		      const struct hgw_report *report)
{
	for (size_t i = 0; i < report->plan->n; i++) {
		const struct hgw_change *c = &report->plan->v[i];
		struct hgw_origin at;
		char route[512] = "";
		FILE *f;

		if (c->op != HGW_OP_SKIP && c->op != HGW_OP_NOTE)
			continue;
		f = fmemopen(route, sizeof(route), "w");
		if (f != NULL) {
			hgw_print_route(f, view, &c->before);
			fclose(f);
		}
		at = hgw_inventory_origin(report->inv, c->node, c->subnet);
		hgw_diag_add(diags, HGW_NOTE, &at, NULL,
			     c->op == HGW_OP_SKIP
				     ? "%s is not ours and does the job already; left alone"
				     : "%s is not ours and stands behind ours; left alone",
			     route);
	}
}

static void print_one(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		      const struct hgw_check *c)
{
	static const char *const marks[] = {
		[HGW_PASS] = "pass", [HGW_FAIL] = "FAIL", [HGW_WARN] = "warn", [HGW_SKIP] = "skip"};
	const char *color = c->status == HGW_FAIL ? red : c->status == HGW_PASS ? green : yellow;
	uint32_t node, subnet;

	fprintf(f, "%s%s%s %s%s", paint(view, color), marks[c->status], paint(view, reset),
		hgw_check_name(c->id), has_subject(c) ? " " : "");
	print_subject(f, view, report, c);
	fputs(": ", f);
	hgw_print_check(f, view, report, c);
	if (hgw_check_subnet(c, report->desired, &node, &subnet) != NULL) {
		fputs(" [", f);
		print_origin(f, report, node, subnet);
		fputc(']', f);
	}
	fputc('\n', f);
}

static void print_checks(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			 enum hgw_check_status status)
{
	for (size_t i = 0; i < report->verdict->n; i++)
		if (report->verdict->v[i].status == status)
			print_one(f, view, report, &report->verdict->v[i]);
}

/*
 * Of a snapshot that is much, and always the same: several are one line. But a gateway
 * that was asked and is not known to be there is named.
 */
static void print_skipped(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	const struct hgw_verdict *v = report->verdict;
	bool skipped[HGW_NCHECKS] = {false};
	const struct hgw_check *last = NULL;
	const char *before = " ";
	size_t n = 0;

	for (size_t i = 0; i < v->n; i++) {
		if (v->v[i].status != HGW_SKIP)
			continue;
		if (v->v[i].id == HGW_CHECK_NEIGHBOUR) {
			print_one(f, view, report, &v->v[i]);
			continue;
		}
		last = &v->v[i];
		skipped[last->id] = true;
		n++;
	}
	if (n == 1)
		print_one(f, view, report, last);
	if (n < 2)
		return;
	fprintf(f, "%sskip%s", paint(view, yellow), paint(view, reset));
	for (unsigned id = 0; id < HGW_NCHECKS; id++) {
		if (!skipped[id])
			continue;
		fprintf(f, "%s%s", before, hgw_check_name((enum hgw_check_id)id));
		before = ", ";
	}
	fputs(": not to be told from here; -v says why\n", f);
}

void hgw_print_verdict(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		       bool verbose)
{
	const size_t *count = report->verdict->count;

	print_checks(f, view, report, HGW_FAIL);
	print_checks(f, view, report, HGW_WARN);
	if (verbose)
		print_checks(f, view, report, HGW_SKIP);
	else
		print_skipped(f, view, report);
	if (verbose)
		print_checks(f, view, report, HGW_PASS);
	fprintf(f, "%s: %zu failed, %zu warning%s, ", hgw_node_name(report->inv, report->node),
		count[HGW_FAIL], count[HGW_WARN], count[HGW_WARN] == 1 ? "" : "s");
	if (count[HGW_SKIP] > 0)
		fprintf(f, "%zu skipped, ", count[HGW_SKIP]);
	fprintf(f, "%zu passed.\n", count[HGW_PASS]);
}

static const char *const severities[] = {
	[HGW_NOTE] = "note", [HGW_WARNING] = "warning", [HGW_ERROR] = "error"};

static void print_diag(FILE *f, const struct hgw_diag *d)
{
	if (d->at.file == NULL)
		fputs("hgw", f);
	else if (d->at.line == 0)
		fputs(d->at.file, f);
	else if (d->at.column == 0)
		fprintf(f, "%s:%u", d->at.file, d->at.line);
	else
		fprintf(f, "%s:%u:%u", d->at.file, d->at.line, d->at.column);
	fprintf(f, ": %s: %s\n", severities[d->severity], d->text);
	if (d->excerpt != NULL)
		fprintf(f, "  %s\n  %*s^\n", d->excerpt, (int)d->caret, "");
	if (d->hint != NULL)
		fprintf(f, "  hint: %s\n", d->hint);
}

void hgw_print_diags(FILE *f, const struct hgw_diags *diags, enum hgw_severity least)
{
	for (size_t i = 0; i < diags->n; i++)
		if (diags->v[i].severity >= least)
			print_diag(f, &diags->v[i]);
	for (int severity = HGW_ERROR; severity >= (int)least; severity--) {
		size_t more = diags->count[severity] - HGW_DIAG_MAX;

		if (diags->count[severity] > HGW_DIAG_MAX)
			fprintf(f, "hgw: %zu more %s%s not shown\n", more, severities[severity],
				more == 1 ? " is" : "s are");
	}
}

void hgw_describe_refusal(struct hgw_err *err, const struct hgw_view *view,
			  const struct hgw_report *report, const struct hgw_write *w,
			  const struct hgw_refusal *refusal)
{
	static const char *const verbs[] = {
		[HGW_VERB_ADD] = "add",
		[HGW_VERB_APPEND] = "add",
		[HGW_VERB_REPLACE] = "replace",
		[HGW_VERB_DELETE] = "delete",
	};
	const struct hgw_change *c = &report->plan->v[w->change];
	char route[512] = "", origin[256] = "";
	FILE *f = fmemopen(route, sizeof(route), "w");
	FILE *o = fmemopen(origin, sizeof(origin), "w");

	if (f != NULL && o != NULL) {
		hgw_print_route(f, view, &w->route);
		print_origin(o, report, c->node, c->subnet);
	}
	if (f != NULL)
		fclose(f);
	if (o != NULL)
		fclose(o);
	if (w->state == HGW_WRITE_UNKNOWN)
		hgw_fail(err, err->status, "%s %s: the kernel's answer was lost (%s)",
			 verbs[w->verb], route, hgw_errno_name(refusal->errnum));
	else
		hgw_fail(err, err->status, "%s %s: %s (%s)", verbs[w->verb], route,
			 refusal->text[0] != '\0' ? refusal->text : strerror(refusal->errnum),
			 hgw_errno_name(refusal->errnum));
	if (origin[0] != '\0')
		snprintf(err->msg + strlen(err->msg), sizeof(err->msg) - strlen(err->msg), " [%s]",
			 origin);
}
