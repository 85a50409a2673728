/* SPDX-License-Identifier: MIT */
/*
 * JSON, with the members of "ip -j -d route" for routes. A document can have
 * 100,000 routes, so each is built, printed and freed before the next.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hgw/output.h"
#include "output_impl.h"

enum { FLAGS = JSON_COMPACT | JSON_ENSURE_ASCII };

static json_t *string_or_null(const char *s)
{
	json_t *j;
	char *ascii;

	if (s == NULL)
		return json_null();
	j = json_string(s);
	/* jansson takes valid UTF-8 only; a file or an interface may be called anything. */
	if (j != NULL || (ascii = strdup(s)) == NULL)
		return j;
	for (char *c = ascii; *c != '\0'; c++)
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	j = json_string(ascii);
	free(ascii);
	return j;
}

static json_t *addr_json(const struct hgw_addr *a)
{
	char buf[HGW_ADDR_STRLEN];

	hgw_addr_format(a, buf);
	return json_string(buf);
}

static void set_hop(json_t *o, const struct hgw_view *view, uint8_t family,
		    const struct hgw_hop *hop)
{
	char buf[16];

	if (hop->via.family == family) {
		json_object_set_new(o, "gateway", addr_json(&hop->via));
	} else if (hop->via.family != AF_UNSPEC) {
		json_t *via = json_object();

		json_object_set_new(via, "family",
				    json_string(hop->via.family == AF_INET6 ? "inet6" : "inet"));
		json_object_set_new(via, "host", addr_json(&hop->via));
		json_object_set_new(o, "via", via);
	}
	if (hop->oif != 0)
		json_object_set_new(o, "dev", string_or_null(view_device(view, hop->oif, buf)));
}

static json_t *flags_json(unsigned flags)
{
	json_t *a = json_array();
	const char *name;

	for (unsigned i = 0; (name = flag_name(flags, &i)) != NULL;)
		json_array_append_new(a, json_string(name));
	return a;
}

static void set_features(json_t *o, uint32_t features)
{
	char hex[16];

	if (features & RTAX_FEATURE_ECN)
		json_object_set_new(o, "ecn", json_null());
	if ((features & ~(uint32_t)RTAX_FEATURE_ECN) == 0)
		return;
	snprintf(hex, sizeof(hex), "0x%x", features);
	json_object_set_new(o, "features", json_string(hex));
}

static json_t *metrics_json(const struct hgw_route *r, const struct route_extra *x)
{
	json_t *o = json_object(), *a = json_array();

	for (unsigned i = RTAX_MTU; i <= RTAX_MAX; i++) {
		if (!has_metric(x, i))
			continue;
		if (i == RTAX_CC_ALGO) {
			json_object_set_new(o, "congestion", string_or_null(x->congestion));
		} else if (i == RTAX_FEATURES) {
			set_features(o, x->metrics[i]);
		} else {
			uint32_t scale = i == RTAX_RTT ? 8 : i == RTAX_RTTVAR ? 4 : 1;

			json_object_set_new(o, metric_name(i), json_integer(x->metrics[i] / scale));
		}
	}
	if (r->raw == 0 && r->mtu != 0)
		json_object_set_new(o, "mtu", json_integer(r->mtu));
	if (json_object_size(o) > 0)
		json_array_append_new(a, o);
	else
		json_decref(o);
	return a;
}

static void set_attributes(json_t *o, const struct hgw_view *view, const struct hgw_route *r,
			   const struct route_extra *x, bool details)
{
	static const char *const prefs[] = {"medium", "high", "2", "low"};
	json_t *metrics;
	char buf[16];

	if (details)
		json_object_set_new(o, "table", string_or_null(view_table(view, r->table, buf)));
	json_object_set_new(o, "protocol", string_or_null(view_protocol(view, r->protocol, buf)));
	if (details || r->scope != RT_SCOPE_UNIVERSE)
		json_object_set_new(o, "scope", json_string(scope_name(r->scope, buf)));
	if (x->prefsrc.family != AF_UNSPEC)
		json_object_set_new(o, "prefsrc", addr_json(&x->prefsrc));
	if (r->metric != 0)
		json_object_set_new(o, "metric", json_integer(r->metric));
	json_object_set_new(o, "flags", flags_json(x->flags));
	if (x->mark != 0)
		json_object_set_new(o, "mark", json_integer(x->mark));
	if (x->expires)
		json_object_set_new(o, "expires", json_integer(x->seconds));
	if (x->error != 0)
		json_object_set_new(o, "error", json_integer(x->error));
	metrics = metrics_json(r, x);
	if (json_array_size(metrics) > 0)
		json_object_set(o, "metrics", metrics);
	json_decref(metrics);
	if (x->pref >= 0)
		json_object_set_new(o, "pref", json_string(prefs[x->pref & 3]));
}

/* details: type, table and scope also where they are the default, as with ip -d. */
static json_t *route_json(const struct hgw_view *view, const struct hgw_route *r, bool details)
{
	const struct hgw_hop *hops = hgw_route_hops(view->pool, r);
	json_t *o = json_object(), *nexthops;
	uint8_t family = r->dst.addr.family;
	char dst[HGW_PREFIX_STRLEN], buf[16];
	struct route_extra x;

	route_extra_read(view->pool, r, &x);
	hgw_prefix_format_dst(&r->dst, dst);
	if (details || r->type != RTN_UNICAST)
		json_object_set_new(o, "type", json_string(type_name(r->type, buf)));
	json_object_set_new(o, "dst", json_string(dst));
	if (r->nhid != 0)
		json_object_set_new(o, "nhid", json_integer(r->nhid));
	if (r->tos != 0) {
		snprintf(buf, sizeof(buf), "0x%02x", r->tos);
		json_object_set_new(o, "tos", json_string(buf));
	}
	if (r->nhops == 1)
		set_hop(o, view, family, &r->hop);
	set_attributes(o, view, r, &x, details);
	if (r->nhops < 2)
		return o;
	nexthops = json_array();
	for (size_t i = 0; i < r->nhops; i++) {
		json_t *hop = json_object();

		set_hop(hop, view, family, &hops[i]);
		json_object_set_new(hop, "weight", json_integer(hops[i].weight));
		json_object_set_new(hop, "flags", flags_json(hops[i].flags));
		json_array_append_new(nexthops, hop);
	}
	json_object_set_new(o, "nexthops", nexthops);
	return o;
}

/* Takes the value. */
static int dump(FILE *f, json_t *value)
{
	int rc = value != NULL ? json_dumpf(value, f, FLAGS | JSON_ENCODE_ANY) : -1;

	json_decref(value);
	/* A full disk is seen by whoever owns the stream; what remains is memory. */
	return rc == 0 || ferror(f) ? 0 : -1;
}

static json_t *origin_json(const struct hgw_report *report, uint32_t node, uint32_t subnet)
{
	struct hgw_origin at;
	json_t *o;

	if (report->inv == NULL || node == UINT32_MAX)
		return json_null();
	at = hgw_inventory_origin(report->inv, node, subnet);
	o = json_object();
	json_object_set_new(o, "file", string_or_null(at.file));
	json_object_set_new(o, "line", at.line ? json_integer(at.line) : json_null());
	json_object_set_new(o, "column", at.column ? json_integer(at.column) : json_null());
	return o;
}

static json_t *node_json(const struct hgw_report *report, uint32_t node)
{
	if (report->inv == NULL || node == UINT32_MAX)
		return json_null();
	return string_or_null(hgw_node_name(report->inv, node));
}

static json_t *change_json(const struct hgw_view *view, const struct hgw_report *report,
			   const struct hgw_change *c)
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
	json_object_set_new(o, "node", node_json(report, c->node));
	json_object_set_new(o, "before", before ? route_json(view, &c->before, true) : json_null());
	json_object_set_new(o, "after", after ? route_json(view, &c->after, true) : json_null());
	json_object_set_new(o, "reason", json_string(reasons[c->op]));
	json_object_set_new(o, "origin", origin_json(report, c->node, c->subnet));
	return o;
}

static json_t *diag_json(enum hgw_severity severity, const struct hgw_origin *at, const char *text,
			 const char *hint)
{
	static const char *const words[] = {
		[HGW_NOTE] = "note", [HGW_WARNING] = "warning", [HGW_ERROR] = "error"};
	json_t *o = json_object();

	json_object_set_new(o, "severity", json_string(words[severity]));
	json_object_set_new(o, "message", string_or_null(text));
	json_object_set_new(o, "file", string_or_null(at->file));
	json_object_set_new(o, "line", at->line ? json_integer(at->line) : json_null());
	json_object_set_new(o, "column", at->column ? json_integer(at->column) : json_null());
	json_object_set_new(o, "hint", string_or_null(hint));
	return o;
}

/* The end of each document: all diagnostics, the error that ended the run among them. */
static int print_end(FILE *f, const struct hgw_report *report)
{
	static const struct hgw_origin nowhere;
	size_t n = report->diags != NULL ? report->diags->n : 0;
	int rc = 0;

	fputs(",\"diagnostics\":[", f);
	for (size_t i = 0; i < n && rc == 0; i++) {
		const struct hgw_diag *d = &report->diags->v[i];

		fputs(i > 0 ? "," : "", f);
		rc = dump(f, diag_json(d->severity, &d->at, d->text, d->hint));
	}
	if (report->err != NULL && rc == 0) {
		fputs(n > 0 ? "," : "", f);
		rc = dump(f, diag_json(HGW_ERROR, &nowhere, report->err->msg, NULL));
	}
	fputs("]}\n", f);
	return rc;
}

int hgw_json_begin(FILE *f, const struct hgw_report *report)
{
	int rc;

	fprintf(f, "{\"format\":\"%s\",\"node\":", report->format);
	rc = dump(f, node_json(report, report->node));
	fprintf(f, ",\"source\":\"%s\"", report->snapshot != NULL ? "snapshot" : "kernel");
	return rc;
}

int hgw_json_plan(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	static const struct hgw_plan none;
	const struct hgw_plan *plan = report->plan != NULL ? report->plan : &none;
	const size_t *count = plan->count;
	int rc = report->begun ? 0 : hgw_json_begin(f, report);

	fprintf(f,
		",\"changed\":%s,\"summary\":{\"add\":%zu,\"replace\":%zu,\"delete\":%zu,"
		"\"conflict\":%zu,\"unchanged\":%zu,\"skipped\":%zu},\"changes\":[",
		report->changed ? "true" : "false", count[HGW_OP_ADD], count[HGW_OP_REPLACE],
		count[HGW_OP_DELETE], count[HGW_OP_CONFLICT], plan->unchanged, count[HGW_OP_SKIP]);
	for (size_t i = 0, printed = 0; i < plan->n && rc == 0; i++) {
		if (plan->v[i].op == HGW_OP_NOTE)
			continue; /* no change, and said among the diagnostics */
		fputs(printed++ > 0 ? "," : "", f);
		rc = dump(f, change_json(view, report, &plan->v[i]));
	}
	fputs("]", f);
	return print_end(f, report) < 0 ? -1 : rc;
}

static json_t *check_json(const struct hgw_view *view, const struct hgw_report *report,
			  const struct hgw_check *c)
{
	const struct hgw_want *want = c->want != HGW_NONE ? &report->desired->v[c->want] : NULL;
	uint32_t node = want != NULL ? want->node : UINT32_MAX;
	char subject[HGW_PREFIX_STRLEN] = "", text[1024] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");
	json_t *o = json_object();

	if (f != NULL) {
		hgw_print_check(f, view, report, c);
		fclose(f);
	}
	if (c->id == HGW_CHECK_RULE)
		snprintf(subject, sizeof(subject), "%s", c->family == AF_INET6 ? "inet6" : "inet");
	else
		hgw_prefix_format(want != NULL ? &want->route.dst
					       : &hgw_check_have(c, report->actual)->dst,
				  subject);
	json_object_set_new(o, "id", json_string(hgw_check_name(c->id)));
	json_object_set_new(o, "status", json_string(hgw_check_status_name(c->status)));
	json_object_set_new(o, "node", node_json(report, node));
	json_object_set_new(o, "subject", json_string(subject));
	json_object_set_new(o, "message", string_or_null(text));
	json_object_set_new(o, "origin",
			    origin_json(report, node, want != NULL ? want->subnet : UINT32_MAX));
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
		rc = dump(f, check_json(view, report, &v->v[i]));
	}
	fputs("]", f);
	return print_end(f, report) < 0 ? -1 : rc;
}

int hgw_json_shown(FILE *f, const struct hgw_view *view, const struct hgw_routes *routes)
{
	int rc = 0;

	fputs("[", f);
	for (size_t i = 0; i < routes->n && rc == 0; i++) {
		fputs(i > 0 ? "," : "", f);
		rc = dump(f, route_json(view, &routes->v[i], false));
	}
	fputs("]\n", f);
	return rc;
}
