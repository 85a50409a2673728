/* SPDX-License-Identifier: MIT */
/*
 * The Test Anything Protocol, version 14. What is printed is good as 13 too, but
 * prove(1) before Test::Harness 3.48 takes no such number.
 */
#include "output_impl.h"

/* Of a description and of a directive. */
const char *escape_tap(char c)
{
	return c == '#' ? "\\#" : c == '\\' ? "\\\\" : NULL;
}

/* Inside the double quotes of YAML. */
const char *escape_yaml(char c)
{
	return c == '"' ? "\\\"" : c == '\\' ? "\\\\" : NULL;
}

static void print_quoted(FILE *f, const char *key, const char *value)
{
	fprintf(f, "%s: \"", key);
	print_escaped(f, value, escape_yaml);
	fputs("\"\n", f);
}

static void print_failures(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			   const struct output_case *c)
{
	struct hgw_origin at = case_origin(report, c);
	char text[1024];

	fputs("  ---\n", f);
	if (at.file != NULL)
		print_quoted(f, "  file", at.file);
	if (at.line != 0)
		fprintf(f, "  line: %u\n", at.line);
	fputs("  checks:\n", f);
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].status != HGW_FAIL)
			continue;
		case_text(text, sizeof(text), view, report, &c->v[i]);
		fprintf(f, "    - id: %s\n", hgw_check_name(c->v[i].id));
		print_quoted(f, "      message", text);
	}
	fputs("  ...\n", f);
}

/* Warnings, and checks that could not be made where others could. */
static void print_comments(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			   const struct output_case *c)
{
	bool skipped = case_status(c) == HGW_SKIP;
	char text[1024];

	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].status != HGW_WARN && (c->v[i].status != HGW_SKIP || skipped))
			continue;
		case_text(text, sizeof(text), view, report, &c->v[i]);
		fprintf(f, "# %s %s: ", hgw_check_status_name(c->v[i].status),
			hgw_check_name(c->v[i].id));
		print_escaped(f, text, NULL);
		fputc('\n', f);
	}
}

static void print_case(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		       const struct output_case *c, size_t number)
{
	enum hgw_check_status status = case_status(c);
	char text[1024];

	fprintf(f, "%s %zu - ", status == HGW_FAIL ? "not ok" : "ok", number);
	case_name(f, report, c, escape_tap);
	if (status == HGW_SKIP) {
		case_text(text, sizeof(text), view, report, &c->v[0]);
		fputs(" # SKIP ", f);
		print_escaped(f, text, escape_tap);
	}
	fputc('\n', f);
	if (status == HGW_FAIL)
		print_failures(f, view, report, c);
	print_comments(f, view, report, c);
}

static void bail_out(FILE *f, const struct hgw_report *report)
{
	for (size_t i = 0; report->diags != NULL && i < report->diags->n; i++) {
		const struct hgw_diag *d = &report->diags->v[i];

		if (d->severity != HGW_ERROR)
			continue;
		fputs("# ", f);
		if (d->at.file != NULL)
			fprintf(f, "%s:%u:%u: ", d->at.file, d->at.line, d->at.column);
		print_escaped(f, d->text, NULL);
		fputc('\n', f);
	}
	fputs("Bail out! ", f);
	print_escaped(f, report->err != NULL ? report->err->msg : "", NULL);
	fputc('\n', f);
}

int hgw_tap_verdict(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	struct case_walk walk = {0};
	struct output_case c;
	size_t n = 0;

	fprintf(f, "TAP version %d\n", report->tap13 ? 13 : 14);
	if (report->verdict == NULL) {
		bail_out(f, report);
		return 0;
	}
	while (case_next(report, &walk, &c))
		n++;
	fprintf(f, "1..%zu\n", n);
	walk = (struct case_walk){0};
	for (n = 1; case_next(report, &walk, &c); n++)
		print_case(f, view, report, &c, n);
	return 0;
}
