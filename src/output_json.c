/* SPDX-License-Identifier: MIT */
/*
 * Documents in JSON. One can have 100,000 routes, so each is built, printed and
 * freed before the next.
 */
#include "output_json.h"

static json_t *change_json(const struct hgw_view *view, const struct hgw_report *report,
			   const struct hgw_change *c, bool host)
{
	static const char *const actions[] = {
		[HGW_OP_ADD] = "add",	    [HGW_OP_REPLACE] = "replace",
		[HGW_OP_DELETE] = "delete", [HGW_OP_CONFLICT] = "conflict",
		[HGW_OP_SKIP] = "skip",
	};
	static const char *const reasons[] = {
		[HGW_OP_ADD] = "not there",
		[HGW_OP_REPLACE] = "not as the inventory says",
		[HGW_OP_DELETE] = "not in the inventory",
		[HGW_OP_CONFLICT] = "somebody else's route is in the way",
		[HGW_OP_SKIP] = "somebody else's route does the job",
	};
	json_t *o = json_object();
	bool before = c->op != HGW_OP_ADD, after = c->op != HGW_OP_DELETE;

	json_object_set_new(o, "action", json_string(actions[c->op]));
	if (host)
		json_object_set_new(o, "host", json_node(report, report->node));
	json_object_set_new(o, "node", json_node(report, c->node));
	json_object_set_new(o, "before", before ? json_route(view, &c->before, true) : json_null());
	json_object_set_new(o, "after", after ? json_route(view, &c->after, true) : json_null());
	json_object_set_new(o, "reason", json_string(reasons[c->op]));
	json_object_set_new(o, "origin", json_origin(report, c->node, c->subnet));
	return o;
}

static json_t *diag_json(enum hgw_severity severity, const struct hgw_origin *at, const char *text,
			 const char *hint)
{
	static const char *const words[] = {
		[HGW_NOTE] = "note", [HGW_WARNING] = "warning", [HGW_ERROR] = "error"};
	json_t *o = json_object();

	json_object_set_new(o, "severity", json_string(words[severity]));
	json_object_set_new(o, "message", json_string_or_null(text));
	json_object_set_new(o, "file", json_string_or_null(at->file));
	json_object_set_new(o, "line", at->line ? json_integer(at->line) : json_null());
	json_object_set_new(o, "column", at->column ? json_integer(at->column) : json_null());
	json_object_set_new(o, "hint", json_string_or_null(hint));
	return o;
}

/* The end of each document: all diagnostics, the error that ended the run among them. */
int json_end(FILE *f, const struct hgw_report *report)
{
	static const struct hgw_origin nowhere;
	size_t n = report->diags != NULL ? report->diags->n : 0;
	int rc = 0;

	fputs(",\"diagnostics\":[", f);
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct hgw_diag *d = &report->diags->v[i];

		fputs(i > 0 ? "," : "", f);
		rc = json_print(f, diag_json(d->severity, &d->at, d->text, d->hint));
	}
	if (report->err != NULL && rc == 0) {
		fputs(n > 0 ? "," : "", f);
		rc = json_print(f, diag_json(HGW_ERROR, &nowhere, report->err->msg, NULL));
	}
	fputs("]}\n", f);
	return rc;
}

int hgw_json_begin(FILE *f, const struct hgw_report *report)
{
	int rc;

	fprintf(f, "{\"format\":\"%s\",\"node\":", report->format);
	rc = json_print(f, json_node(report, report->node));
	fprintf(f, ",\"source\":\"%s\"", report->snapshot != NULL ? "snapshot" : "kernel");
	return rc;
}

int json_changes(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		 const struct hgw_plan *plan, bool host, size_t *printed)
{
	int rc = 0;

	for (size_t i = 0; i < plan->n && rc == 0; i++) {
		if (plan->v[i].op == HGW_OP_NOTE)
			continue; /* no change, and said among the diagnostics */
		fputs((*printed)++ > 0 ? "," : "", f);
		rc = json_print(f, change_json(view, report, &plan->v[i], host));
	}
	return rc;
}

int hgw_json_plan(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	static const struct hgw_plan none;
	const struct hgw_plan *plan = report->plan != NULL ? report->plan : &none;
	const size_t *count = plan->count;
	int rc = report->begun ? 0 : hgw_json_begin(f, report);
	size_t printed = 0;

	fprintf(f,
		",\"changed\":%s,\"summary\":{\"add\":%zu,\"replace\":%zu,\"delete\":%zu,"
		"\"conflict\":%zu,\"unchanged\":%zu,\"skipped\":%zu},\"changes\":[",
		report->changed ? "true" : "false", count[HGW_OP_ADD], count[HGW_OP_REPLACE],
		count[HGW_OP_DELETE], count[HGW_OP_CONFLICT], plan->unchanged, count[HGW_OP_SKIP]);
	if (rc == 0)
		rc = json_changes(f, view, report, plan, false, &printed);
	fputs("]", f);
	return json_end(f, report) < 0 ? -1 : rc;
}

static json_t *mac_json(const struct hgw_asked *a)
{
	char mac[HGW_MAC_STRLEN];

	if (a == NULL)
		return json_null();
	hgw_mac_format(a, mac);
	return json_string(mac);
}

/* A subnet, the destination of a route, a family, or nothing: then it is about the host. */
static json_t *subject_json(const struct hgw_report *report, const struct hgw_check *c,
			    const struct hgw_prefix *subnet)
{
	char text[HGW_PREFIX_STRLEN];

	if (subnet == NULL && c->have == HGW_NONE)
		return c->family == AF_UNSPEC
			       ? json_null()
			       : json_string(c->family == AF_INET6 ? "inet6" : "inet");
	hgw_prefix_format(subnet != NULL ? subnet : &hgw_check_have(c, report->actual)->dst, text);
	return json_string(text);
}

static json_t *check_json(const struct hgw_view *view, const struct hgw_report *report,
			  const struct hgw_check *c)
{
	uint32_t node, place;
	const struct hgw_prefix *subnet = hgw_check_subnet(c, report->desired, &node, &place);
	char text[1024] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");
	json_t *o = json_object();

	if (f != NULL) {
		hgw_print_check(f, view, report, c);
		fclose(f);
	}
	json_object_set_new(o, "id", json_string(hgw_check_name(c->id)));
	json_object_set_new(o, "status", json_string(hgw_check_status_name(c->status)));
	json_object_set_new(o, "node", json_node(report, node));
	json_object_set_new(o, "subject", subject_json(report, c, subnet));
	json_object_set_new(o, "message", json_string_or_null(text));
	json_object_set_new(o, "origin", json_origin(report, node, place));
	if (c->id == HGW_CHECK_NEIGHBOUR)
		json_object_set_new(o, "mac", mac_json(neighbour_answer(view, report, c)));
	return o;
}

int hgw_json_verdict(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	static const struct hgw_verdict none;
	const struct hgw_verdict *v = report->verdict != NULL ? report->verdict : &none;
	bool ok = report->verdict != NULL && report->err == NULL && v->count[HGW_FAIL] == 0;
	int rc = hgw_json_begin(f, report);

	fprintf(f, ",\"ok\":%s,\"checks\":[", ok ? "true" : "false");
	for (size_t i = 0; i < v->n && rc == 0; i++) {
		fputs(i > 0 ? "," : "", f);
		rc = json_print(f, check_json(view, report, &v->v[i]));
	}
	fputs("]", f);
	return json_end(f, report) < 0 ? -1 : rc;
}

int hgw_json_shown(FILE *f, const struct hgw_view *view, const struct hgw_routes *routes)
{
	int rc = 0;

	fputs("[", f);
	for (size_t i = 0; i < routes->n && rc == 0; i++) {
		fputs(i > 0 ? "," : "", f);
		rc = json_print(f, json_route(view, &routes->v[i], false));
	}
	fputs("]\n", f);
	return rc;
}
