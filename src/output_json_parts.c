/* SPDX-License-Identifier: MIT */
/* What all our documents are made of: routes, with the members of "ip -j -d route", and places. */
#include <stdlib.h>
#include <string.h>

#include "output_json.h"

enum { FLAGS = JSON_COMPACT | JSON_ENSURE_ASCII };

json_t *json_string_or_null(const char *s)
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

json_t *json_addr(const struct hgw_addr *a)
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
		json_object_set_new(o, "gateway", json_addr(&hop->via));
	} else if (hop->via.family != AF_UNSPEC) {
		json_t *via = json_object();

		json_object_set_new(via, "family",
				    json_string(hop->via.family == AF_INET6 ? "inet6" : "inet"));
		json_object_set_new(via, "host", json_addr(&hop->via));
		json_object_set_new(o, "via", via);
	}
	if (hop->oif != 0)
		json_object_set_new(o, "dev",
				    json_string_or_null(view_device(view, hop->oif, buf)));
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
			json_object_set_new(o, "congestion", json_string_or_null(x->congestion));
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
		json_object_set_new(o, "table",
				    json_string_or_null(view_table(view, r->table, buf)));
	json_object_set_new(o, "protocol",
			    json_string_or_null(view_protocol(view, r->protocol, buf)));
	if (details || r->scope != RT_SCOPE_UNIVERSE)
		json_object_set_new(o, "scope", json_string(scope_name(r->scope, buf)));
	if (x->prefsrc.family != AF_UNSPEC)
		json_object_set_new(o, "prefsrc", json_addr(&x->prefsrc));
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

json_t *json_route(const struct hgw_view *view, const struct hgw_route *r, bool details)
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

int json_print(FILE *f, json_t *value)
{
	int rc = value != NULL ? json_dumpf(value, f, FLAGS | JSON_ENCODE_ANY) : -1;

	json_decref(value);
	/* A full disk is seen by whoever owns the stream; what remains is memory. */
	return rc == 0 || ferror(f) ? 0 : -1;
}

json_t *json_origin(const struct hgw_report *report, uint32_t node, uint32_t subnet)
{
	struct hgw_origin at;
	json_t *o;

	if (report->inv == NULL || node == UINT32_MAX)
		return json_null();
	at = hgw_inventory_origin(report->inv, node, subnet);
	o = json_object();
	json_object_set_new(o, "file", json_string_or_null(at.file));
	json_object_set_new(o, "line", at.line ? json_integer(at.line) : json_null());
	json_object_set_new(o, "column", at.column ? json_integer(at.column) : json_null());
	return o;
}

json_t *json_node(const struct hgw_report *report, uint32_t node)
{
	if (report->inv == NULL || node == UINT32_MAX)
		return json_null();
	return json_string_or_null(hgw_node_name(report->inv, node));
}
