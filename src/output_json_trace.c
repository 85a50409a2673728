/* SPDX-License-Identifier: MIT */
/* The way of a packet, as a document: "hgw.trace/1". */
#include <errno.h>
#include <string.h>

#include "output_json.h"

int hgw_json_trace_begin(FILE *f, const struct hgw_report *report, const struct hgw_addr *to)
{
	uint32_t subnet, node = trace_subnet_node(report, to, &subnet);
	char prefix[HGW_PREFIX_STRLEN] = "";

	fputs("{\"format\":\"hgw.trace/1\",\"to\":", f);
	if (json_print(f, json_addr(to)) < 0)
		return -1;
	fputs(",\"node\":", f);
	if (json_print(f, json_node(report, node)) < 0)
		return -1;
	if (node != UINT32_MAX)
		hgw_prefix_format(&report->inv->subnets[subnet], prefix);
	fputs(",\"subnet\":", f);
	if (json_print(f, json_string_or_null(node != UINT32_MAX ? prefix : NULL)) < 0)
		return -1;
	fputs(",\"hops\":[", f);
	return 0;
}

static void set_neighbour(json_t *o, const struct hgw_neighbour *n)
{
	char mac[3 * HGW_MAC_MAX] = "";

	for (unsigned i = 0; n != NULL && i < n->maclen; i++)
		snprintf(mac + strlen(mac), sizeof(mac) - strlen(mac), "%s%02x", i > 0 ? ":" : "",
			 n->mac[i]);
	json_object_set_new(o, "lladdr", mac[0] != '\0' ? json_string(mac) : json_null());
	json_object_set_new(o, "state",
			    n != NULL ? json_string(neighbour_state_name(n->state)) : json_null());
}

static json_t *others_json(const struct hgw_view *view, const struct hgw_trace *trace)
{
	json_t *all = json_array();

	for (size_t i = trace->found ? 1 : 0; i < trace->n; i++) {
		const struct hgw_trace_route *r = &trace->v[i];
		json_t *o = json_object();

		json_object_set_new(o, "route", json_route(view, &r->route, true));
		json_object_set_new(o, "standing", json_string(hgw_standing_name(r->standing)));
		json_array_append_new(all, o);
	}
	return all;
}

int hgw_json_trace(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		   const struct hgw_trace *trace, const struct hgw_neighbour *neighbour)
{
	const struct hgw_route *r = trace->found ? &trace->v[0].route : NULL;
	const struct hgw_hop *hop = r != NULL ? hgw_route_hops(view->pool, r) : NULL;
	json_t *o = json_object();
	char dev[16];

	if (trace->asked && trace->answer.errnum == 0)
		hop = &trace->answer.hop;
	else if (r != NULL && r->nhops == 0)
		hop = NULL;
	json_object_set_new(o, "node", json_node(report, report->node));
	json_object_set_new(o, "error",
			    trace->asked && trace->answer.errnum != 0
				    ? json_string(strerrorname_np(trace->answer.errnum))
				    : json_null());
	json_object_set_new(o, "route", r != NULL ? json_route(view, r, true) : json_null());
	json_object_set_new(o, "dev",
			    hop != NULL && hop->oif != 0
				    ? json_string_or_null(view_device(view, hop->oif, dev))
				    : json_null());
	json_object_set_new(o, "gateway",
			    hop != NULL && hop->via.family != AF_UNSPEC ? json_addr(&hop->via)
									: json_null());
	json_object_set_new(o, "next",
			    hop != NULL && hop->via.family != AF_UNSPEC
				    ? json_node(report, trace_gateway_node(report, &hop->via))
				    : json_null());
	set_neighbour(o, neighbour);
	json_object_set_new(o, "others", others_json(view, trace));
	return json_print(f, o);
}
