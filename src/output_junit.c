/* SPDX-License-Identifier: MIT */
/* JUnit's XML, as Jenkins and its like take it; see testdata/schema/junit.xsd. */
#include <time.h>

#include "output_impl.h"

struct totals {
	size_t tests, failures, errors, skipped;
};

const char *escape_xml(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	case '\'':
		return "&apos;";
	default:
		return NULL;
	}
}

static void print_attribute(FILE *f, const char *name, const char *value)
{
	fprintf(f, " %s=\"", name);
	print_escaped(f, value, escape_xml);
	fputc('"', f);
}

/* The same tests of several hosts are told apart by the host that is in their class. */
static void begin_case(FILE *f, const struct hgw_report *report)
{
	fputs("    <testcase classname=\"hgw", f);
	if (report->node != UINT32_MAX && report->inv != NULL) {
		fputc('.', f);
		print_escaped(f, hgw_node_name(report->inv, report->node), escape_xml);
	}
	fputs("\" name=\"", f);
}

static void begin_document(FILE *f, const struct hgw_report *report, const struct totals *n)
{
	char numbers[160], timestamp[32] = "";
	time_t when = (time_t)report->when;
	struct tm tm;

	snprintf(numbers, sizeof(numbers),
		 "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%u.%03u\"", n->tests,
		 n->failures, n->errors, report->milliseconds / 1000, report->milliseconds % 1000);
	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"hgw verify\" %s>\n"
		"  <testsuite name=\"hgw verify\" %s skipped=\"%zu\"",
		numbers, numbers, n->skipped);
	if (report->when >= 0 && gmtime_r(&when, &tm) != NULL &&
	    strftime(timestamp, sizeof(timestamp), "%Y-%m-%dT%H:%M:%S", &tm) > 0)
		print_attribute(f, "timestamp", timestamp);
	if (report->node != UINT32_MAX && report->inv != NULL)
		print_attribute(f, "hostname", hgw_node_name(report->inv, report->node));
	fputs(">\n", f);
}

static void end_document(FILE *f)
{
	fputs("  </testsuite>\n</testsuites>\n", f);
}

/* A reader may keep one failure of a case only: one it is, with all in its text. */
static void print_failure(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			  const struct output_case *c)
{
	const char *open = "      <failure message=\"";
	char text[1024];

	for (size_t i = 0; i < c->n; i++) {
		const char *id = hgw_check_name(c->v[i].id);

		if (c->v[i].status != HGW_FAIL)
			continue;
		case_text(text, sizeof(text), view, report, &c->v[i]);
		if (open != NULL) {
			fprintf(f, "%s%s: ", open, id);
			print_escaped(f, text, escape_xml);
			fprintf(f, "\" type=\"%s\">", id);
			open = NULL;
		} else {
			fputc('\n', f);
		}
		fprintf(f, "%s: ", id);
		print_escaped(f, text, escape_xml);
	}
	fputs("</failure>\n", f);
}

static void print_skipped(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			  const struct output_case *c)
{
	char text[1024];

	case_text(text, sizeof(text), view, report, &c->v[0]);
	fputs("      <skipped", f);
	print_attribute(f, "message", text);
	fputs("/>\n", f);
}

/* Warnings, and what was skipped where not all was, are no result in this format. */
static void print_remarks(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			  const struct output_case *c)
{
	const char *before = "      <system-out>";
	char text[1024];

	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].status != HGW_WARN && c->v[i].status != HGW_SKIP)
			continue;
		case_text(text, sizeof(text), view, report, &c->v[i]);
		fprintf(f, "%s%s %s: ", before, hgw_check_status_name(c->v[i].status),
			hgw_check_name(c->v[i].id));
		print_escaped(f, text, escape_xml);
		before = "\n";
	}
	fputs("</system-out>\n", f);
}

static void print_case(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		       const struct output_case *c)
{
	struct hgw_origin at = case_origin(report, c);
	enum hgw_check_status status = case_status(c);
	bool remarks = c->count[HGW_WARN] > 0 || (c->count[HGW_SKIP] > 0 && status != HGW_SKIP);

	begin_case(f, report);
	case_name(f, report, c, escape_xml);
	fputc('"', f);
	if (at.file != NULL)
		print_attribute(f, "file", at.file);
	if (at.line != 0)
		fprintf(f, " line=\"%u\"", at.line);
	if (status == HGW_PASS && !remarks) {
		fputs("/>\n", f);
		return;
	}
	fputs(">\n", f);
	if (status == HGW_FAIL)
		print_failure(f, view, report, c);
	else if (status == HGW_SKIP)
		print_skipped(f, view, report, c);
	if (remarks)
		print_remarks(f, view, report, c);
	fputs("    </testcase>\n", f);
}

/* A run that came to no verdict is an error, which is not a host that fails. */
static void print_error(FILE *f, const struct hgw_report *report)
{
	static const struct totals totals = {.tests = 1, .errors = 1};
	const char *msg = report->err != NULL ? report->err->msg : "";

	begin_document(f, report, &totals);
	begin_case(f, report);
	fputs("verify\">\n      <error", f);
	print_attribute(f, "message", msg);
	fprintf(f, " type=\"exit %d\">", report->err != NULL ? (int)report->err->status : 1);
	print_escaped(f, msg, escape_xml);
	for (size_t i = 0; report->diags != NULL && i < report->diags->n; i++) {
		const struct hgw_diag *d = &report->diags->v[i];

		if (d->severity != HGW_ERROR)
			continue;
		fputc('\n', f);
		if (d->at.file != NULL) {
			print_escaped(f, d->at.file, escape_xml);
			fprintf(f, ":%u:%u: ", d->at.line, d->at.column);
		}
		print_escaped(f, d->text, escape_xml);
	}
	fputs("</error>\n    </testcase>\n", f);
	end_document(f);
}

int hgw_junit_verdict(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	struct case_walk walk = {0};
	struct totals totals = {0};
	struct output_case c;

	if (report->verdict == NULL) {
		print_error(f, report);
		return 0;
	}
	for (; case_next(report, &walk, &c); totals.tests++) {
		totals.failures += case_status(&c) == HGW_FAIL;
		totals.skipped += case_status(&c) == HGW_SKIP;
	}
	begin_document(f, report, &totals);
	walk = (struct case_walk){0};
	while (case_next(report, &walk, &c))
		print_case(f, view, report, &c);
	end_document(f);
	return 0;
}
