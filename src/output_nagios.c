/* SPDX-License-Identifier: MIT */
/* One line, as the plugins of Nagios, Icinga and Naemon print it. */
#include <string.h>

#include "output_impl.h"

enum { NAMED = 3, LINE = 900 }; /* old agents cut at 1,024 bytes, perhaps the numbers */

/* The first bar ends the text. */
const char *escape_nagios(char c)
{
	return c == '|' ? "?" : NULL;
}

/* The first of those that came out so, and how many more there are. */
static void name_checks(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			enum hgw_check_status status)
{
	const struct hgw_verdict *v = report->verdict;
	const char *between = ": ";
	size_t named = 0;

	for (size_t i = 0; i < v->n && named < NAMED; i++) {
		char text[256];

		if (v->v[i].status != status)
			continue;
		memset(text, 0, sizeof(text));
		case_text(text, sizeof(text), view, report, &v->v[i]);
		fprintf(f, "%s%s ", between, hgw_check_name(v->v[i].id));
		if (v->v[i].id != HGW_CHECK_EXTRA && has_subject(&v->v[i])) {
			print_subject(f, view, report, &v->v[i]);
			fputs(": ", f);
		}
		fputs(text, f);
		between = " / ";
		named++;
	}
	if (v->count[status] > named)
		fprintf(f, " / and %zu more", v->count[status] - named);
}

static void print_text(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	const size_t *count = report->verdict->count;

	fprintf(f, "%s: ", hgw_node_name(report->inv, report->node));
	if (count[HGW_FAIL] > 0) {
		fprintf(f, "%zu failed", count[HGW_FAIL]);
		name_checks(f, view, report, HGW_FAIL);
	} else if (count[HGW_WARN] > 0) {
		fprintf(f, "%zu warning%s", count[HGW_WARN], count[HGW_WARN] == 1 ? "" : "s");
		name_checks(f, view, report, HGW_WARN);
	} else {
		fprintf(f, "%zu subnet%s, %zu checks passed", report->desired->n,
			report->desired->n == 1 ? "" : "s", count[HGW_PASS]);
	}
}

static void print_line(FILE *f, const char *state, const char *text, size_t len)
{
	fprintf(f, "HGW %s - ", state);
	print_escaped(f, text, escape_nagios);
	fputs(len >= LINE - 1 ? "..." : "", f);
}

int hgw_nagios_verdict(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	const size_t *count;
	char text[LINE + 1] = "";
	FILE *t;

	if (report->verdict == NULL) {
		const char *msg = report->err != NULL ? report->err->msg : "";

		print_line(f, "UNKNOWN", msg, 0);
		fputc('\n', f);
		return 0;
	}
	count = report->verdict->count;
	t = fmemopen(text, LINE, "w");
	if (t == NULL)
		return -1;
	print_text(t, view, report);
	fclose(t);
	print_line(f,
		   count[HGW_FAIL] > 0	 ? "CRITICAL"
		   : count[HGW_WARN] > 0 ? "WARNING"
					 : "OK",
		   text, strlen(text));
	fprintf(f, "|subnets=%zu failed=%zu;;0;0 warnings=%zu;0;;0 passed=%zu skipped=%zu\n",
		report->desired->n, count[HGW_FAIL], count[HGW_WARN], count[HGW_PASS],
		count[HGW_SKIP]);
	return 0;
}
