/* SPDX-License-Identifier: MIT */
/*
 * A mesh for programs that count cases. Of each node there are two, whatever comes
 * of it: NODE checks, NODE paths. Then one for each path from it that is broken.
 */
#include <string.h>
#include <time.h>

#include "output_impl.h"

/* Where in findings and walks a node's begin; they are sorted by node. */
struct node_walk {
	uint32_t node;
	size_t finding, nfindings, path, npaths;
	size_t checks[HGW_NSTATUSES], paths[HGW_NSTATUSES];
};

static bool node_next(const struct hgw_report *report, struct node_walk *w)
{
	const struct hgw_findings *findings = report->findings;
	const struct hgw_mesh *mesh = report->mesh;

	w->finding += w->nfindings;
	w->path += w->npaths;
	w->nfindings = w->npaths = 0;
	if (w->node == report->inv->nnodes)
		return false;
	while (w->finding + w->nfindings < findings->n &&
	       findings->v[w->finding + w->nfindings].host == w->node)
		w->nfindings++;
	while (w->path + w->npaths < mesh->n && mesh->v[w->path + w->npaths].from == w->node)
		w->npaths++;
	memcpy(w->checks, findings->hosts[w->node].count, sizeof(w->checks));
	mesh_count_paths(report, w->node, w->paths);
	w->node++;
	return true;
}

static enum hgw_check_status status_of(const size_t count[static HGW_NSTATUSES])
{
	if (count[HGW_FAIL] > 0)
		return HGW_FAIL;
	if (count[HGW_WARN] > 0)
		return HGW_WARN;
	return count[HGW_SKIP] > 0 && count[HGW_PASS] == 0 ? HGW_SKIP : HGW_PASS;
}

static const char *name_of(const struct hgw_report *report, const struct node_walk *w)
{
	return hgw_node_name(report->inv, w->node - 1);
}

static void walk_text(char *buf, size_t size, const struct hgw_report *report,
		      const struct hgw_walk *walk)
{
	FILE *f;

	memset(buf, 0, size);
	f = fmemopen(buf, size - 1, "w");
	if (f == NULL)
		return;
	mesh_print_walk(f, report, walk);
	fclose(f);
}

static void finding_text(char *buf, size_t size, const struct hgw_report *report,
			 const struct hgw_finding *finding)
{
	const char *text = report->findings->text, *subject = text + finding->subject;

	snprintf(buf, size, "%s%s%s%s%s", subject, subject[0] != '\0' ? " " : "",
		 finding->node != UINT32_MAX ? hgw_node_name(report->inv, finding->node) : "",
		 finding->node != UINT32_MAX ? ": " : "", text + finding->message);
}

/* "there is no snapshot", of a node that could not be judged. */
static const char *reason(const struct hgw_report *report, const struct node_walk *w)
{
	for (size_t i = w->finding; i < w->finding + w->nfindings; i++)
		if (report->findings->v[i].id == HGW_CHECK_SNAPSHOT)
			return report->findings->text + report->findings->v[i].message;
	return "what it takes is in no snapshot";
}

static size_t count_broken(const struct hgw_report *report)
{
	size_t n = 0;

	for (unsigned fate = 0; fate < HGW_NFATES; fate++)
		if (mesh_status(report, (enum hgw_fate)fate) == HGW_FAIL)
			n += report->mesh->count[fate];
	return n;
}

/* --- TAP ---------------------------------------------------------------------- */

static void tap_line(FILE *f, const struct hgw_report *report, const struct node_walk *w,
		     size_t number, const char *what, enum hgw_check_status status)
{
	fprintf(f, "%s %zu - ", status == HGW_FAIL ? "not ok" : "ok", number);
	print_escaped(f, name_of(report, w), escape_tap);
	fprintf(f, " %s", what);
	if (status == HGW_SKIP) {
		fputs(" # SKIP ", f);
		print_escaped(f, reason(report, w), escape_tap);
	}
	fputc('\n', f);
}

static void tap_place(FILE *f, const struct hgw_origin *at)
{
	if (at->file == NULL)
		return;
	fputs("  file: \"", f);
	print_escaped(f, at->file, escape_yaml);
	fputs("\"\n", f);
	if (at->line != 0)
		fprintf(f, "  line: %u\n", at->line);
}

static void tap_check(FILE *f, const char *id, const char *text)
{
	fprintf(f, "    - id: %s\n      message: \"", id);
	print_escaped(f, text, escape_yaml);
	fputs("\"\n", f);
}

static void tap_checks(FILE *f, const struct hgw_report *report, const struct node_walk *w)
{
	char text[1600];

	if (w->checks[HGW_FAIL] > 0)
		fputs("  ---\n  checks:\n", f);
	for (size_t i = w->finding; i < w->finding + w->nfindings; i++) {
		const struct hgw_finding *finding = &report->findings->v[i];

		finding_text(text, sizeof(text), report, finding);
		if (finding->status == HGW_FAIL)
			tap_check(f, hgw_check_name(finding->id), text);
	}
	if (w->checks[HGW_FAIL] > 0)
		fputs("  ...\n", f);
	for (size_t i = w->finding; i < w->finding + w->nfindings; i++) {
		const struct hgw_finding *finding = &report->findings->v[i];

		if (finding->status != HGW_WARN)
			continue;
		finding_text(text, sizeof(text), report, finding);
		fprintf(f, "# warn %s: ", hgw_check_name(finding->id));
		print_escaped(f, text, NULL);
		fputc('\n', f);
	}
}

static void tap_path(FILE *f, const struct hgw_report *report, const struct hgw_walk *walk,
		     size_t number)
{
	struct hgw_origin at = hgw_inventory_origin(report->inv, walk->to, walk->subnet);
	char subnet[HGW_PREFIX_STRLEN], text[1024];

	hgw_prefix_format(&report->inv->subnets[walk->subnet], subnet);
	walk_text(text, sizeof(text), report, walk);
	fprintf(f, "not ok %zu - ", number);
	print_escaped(f, hgw_node_name(report->inv, walk->from), escape_tap);
	fprintf(f, " to %s ", subnet);
	print_escaped(f, hgw_node_name(report->inv, walk->to), escape_tap);
	fputs("\n  ---\n", f);
	tap_place(f, &at);
	fputs("  checks:\n", f);
	tap_check(f, hgw_check_name(HGW_CHECK_PATH), text);
	fputs("  ...\n", f);
}

/* What is said of paths that are not broken. */
static void tap_pending(FILE *f, const struct hgw_report *report, const struct node_walk *w)
{
	char text[1024];

	for (size_t i = w->path; i < w->path + w->npaths; i++) {
		if (mesh_status(report, report->mesh->v[i].fate) != HGW_WARN)
			continue;
		walk_text(text, sizeof(text), report, &report->mesh->v[i]);
		fputs("# warn path: ", f);
		print_escaped(f, text, NULL);
		fputc('\n', f);
	}
}

int hgw_tap_mesh(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	struct node_walk w = {0};
	size_t number = 1;

	(void)view;
	fprintf(f, "TAP version %d\n1..%zu\n", report->tap13 ? 13 : 14,
		2 * report->inv->nnodes + count_broken(report));
	while (node_next(report, &w)) {
		tap_line(f, report, &w, number++, "checks", status_of(w.checks));
		tap_checks(f, report, &w);
		tap_line(f, report, &w, number++, "paths", status_of(w.paths));
		tap_pending(f, report, &w);
		for (size_t i = w.path; i < w.path + w.npaths; i++)
			if (mesh_status(report, report->mesh->v[i].fate) == HGW_FAIL)
				tap_path(f, report, &report->mesh->v[i], number++);
	}
	return 0;
}

/* --- JUnit -------------------------------------------------------------------- */

static void junit_begin(FILE *f, const struct hgw_report *report)
{
	struct node_walk w = {0};
	size_t failed = count_broken(report), skipped = 0;
	char numbers[160], timestamp[32] = "";
	time_t when = (time_t)report->when;
	struct tm tm;

	while (node_next(report, &w)) {
		failed += status_of(w.checks) == HGW_FAIL ? 1 : 0;
		failed += status_of(w.paths) == HGW_FAIL ? 1 : 0;
		skipped += status_of(w.checks) == HGW_SKIP ? 1 : 0;
		skipped += status_of(w.paths) == HGW_SKIP ? 1 : 0;
	}
	if (report->when >= 0 && gmtime_r(&when, &tm) != NULL)
		strftime(timestamp, sizeof(timestamp), " timestamp=\"%Y-%m-%dT%H:%M:%S\"", &tm);
	snprintf(numbers, sizeof(numbers),
		 "tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"%u.%03u\"",
		 2 * report->inv->nnodes + count_broken(report), failed,
		 report->milliseconds / 1000, report->milliseconds % 1000);
	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"hgw verify\" %s>\n"
		"  <testsuite name=\"hgw verify\" %s skipped=\"%zu\"%s>\n",
		numbers, numbers, skipped, timestamp);
}

static void junit_name(FILE *f, const struct hgw_report *report, const struct node_walk *w,
		       const char *name)
{
	fputs("    <testcase classname=\"hgw.", f);
	print_escaped(f, name_of(report, w), escape_xml);
	fputs("\" name=\"", f);
	print_escaped(f, name_of(report, w), escape_xml);
	fprintf(f, " %s", name);
}

static void junit_checks(FILE *f, const struct hgw_report *report, const struct node_walk *w)
{
	const char *before = "\"";
	char text[1600];

	fputs("      <failure type=\"checks\" message=\"", f);
	fprintf(f, "failed checks: %zu", w->checks[HGW_FAIL]);
	for (size_t i = w->finding; i < w->finding + w->nfindings; i++) {
		const struct hgw_finding *finding = &report->findings->v[i];

		if (finding->status != HGW_FAIL)
			continue;
		finding_text(text, sizeof(text), report, finding);
		fprintf(f, "%s%s: ", before[0] == '"' ? "\">" : before,
			hgw_check_name(finding->id));
		print_escaped(f, text, escape_xml);
		before = "\n";
	}
	fputs(before[0] == '"' ? "\"></failure>\n" : "</failure>\n", f);
}

static void junit_node(FILE *f, const struct hgw_report *report, const struct node_walk *w,
		       const char *name, const size_t count[static HGW_NSTATUSES])
{
	enum hgw_check_status status = status_of(count);

	junit_name(f, report, w, name);
	if (status != HGW_FAIL && status != HGW_SKIP) {
		fputs("\"/>\n", f);
		return;
	}
	fputs("\">\n", f);
	if (status == HGW_SKIP) {
		fputs("      <skipped message=\"", f);
		print_escaped(f, reason(report, w), escape_xml);
		fputs("\"/>\n", f);
	} else if (count == w->checks) {
		junit_checks(f, report, w);
	} else {
		fprintf(f,
			"      <failure type=\"paths\" message=\"broken paths: %zu\"></failure>\n",
			count[HGW_FAIL]);
	}
	fputs("    </testcase>\n", f);
}

static void junit_path(FILE *f, const struct hgw_report *report, const struct node_walk *w,
		       const struct hgw_walk *walk)
{
	struct hgw_origin at = hgw_inventory_origin(report->inv, walk->to, walk->subnet);
	char subnet[HGW_PREFIX_STRLEN], text[1024];

	hgw_prefix_format(&report->inv->subnets[walk->subnet], subnet);
	walk_text(text, sizeof(text), report, walk);
	junit_name(f, report, w, "to ");
	fprintf(f, "%s ", subnet);
	print_escaped(f, hgw_node_name(report->inv, walk->to), escape_xml);
	fputs("\" file=\"", f);
	print_escaped(f, at.file, escape_xml);
	fputc('"', f);
	if (at.line != 0)
		fprintf(f, " line=\"%u\"", at.line);
	fputs(">\n      <failure type=\"path\" message=\"", f);
	print_escaped(f, text, escape_xml);
	fputs("\"></failure>\n    </testcase>\n", f);
}

int hgw_junit_mesh(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	struct node_walk w = {0};

	(void)view;
	junit_begin(f, report);
	while (node_next(report, &w)) {
		junit_node(f, report, &w, "checks", w.checks);
		junit_node(f, report, &w, "paths", w.paths);
		for (size_t i = w.path; i < w.path + w.npaths; i++)
			if (mesh_status(report, report->mesh->v[i].fate) == HGW_FAIL)
				junit_path(f, report, &w, &report->mesh->v[i]);
	}
	fputs("  </testsuite>\n</testsuites>\n", f);
	return 0;
}

/* --- Nagios ------------------------------------------------------------------- */

enum { NAMED = 3, LINE = 900 }; /* old agents cut at 1,024 bytes, perhaps the numbers */

static void name_cases(FILE *f, const struct hgw_report *report, enum hgw_check_status status,
		       size_t all)
{
	struct mesh_walk walk = {0};
	struct mesh_case c;
	const char *between = ": ";
	size_t named = 0;

	while (named < NAMED && mesh_next(report, &walk, &c)) {
		if (c.status != status)
			continue;
		fprintf(f, "%s%s %s %s: %.200s", between, hgw_node_name(report->inv, c.host),
			hgw_check_name(c.id), c.subject, c.message);
		between = " / ";
		named++;
	}
	if (all > named)
		fprintf(f, " / and %zu more", all - named);
}

int hgw_nagios_mesh(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	size_t count[HGW_NSTATUSES], paths = 0;
	enum hgw_check_status worst;
	char text[LINE + 1] = "";
	FILE *t = fmemopen(text, LINE, "w");

	(void)view;
	if (t == NULL)
		return -1;
	hgw_mesh_count(report, count);
	for (unsigned fate = 0; fate < HGW_NFATES; fate++)
		paths += report->mesh->count[fate];
	worst = count[HGW_FAIL] > 0 ? HGW_FAIL : count[HGW_WARN] > 0 ? HGW_WARN : HGW_PASS;
	fprintf(t, "%zu nodes, %zu of %zu paths delivered", report->inv->nnodes,
		report->mesh->count[HGW_FATE_DELIVERED], paths);
	if (worst != HGW_PASS) {
		fprintf(t, ", %zu %s", count[worst], worst == HGW_FAIL ? "failed" : "warnings");
		name_cases(t, report, worst, count[worst]);
	}
	fclose(t);
	fprintf(f, "HGW %s - ",
		worst == HGW_FAIL   ? "CRITICAL"
		: worst == HGW_WARN ? "WARNING"
				    : "OK");
	print_escaped(f, text, escape_nagios);
	fprintf(f,
		"%s|nodes=%zu paths=%zu broken=%zu;;0;0 failed=%zu;;0;0 warnings=%zu;0;;0 "
		"passed=%zu skipped=%zu\n",
		strlen(text) >= LINE - 1 ? "..." : "", report->inv->nnodes, paths,
		count_broken(report), count[HGW_FAIL], count[HGW_WARN], count[HGW_PASS],
		count[HGW_SKIP]);
	return 0;
}
