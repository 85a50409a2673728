/* SPDX-License-Identifier: MIT */
/* The way of a packet as a person would tell it. */
#include <errno.h>
#include <linux/neighbour.h>
#include <string.h>

#include "output_impl.h"

const char *neighbour_state_name(uint16_t state)
{
	static const struct {
		uint16_t bit;
		const char *name;
	} names[] = {
		{NUD_PERMANENT, "PERMANENT"},	{NUD_NOARP, "NOARP"},
		{NUD_REACHABLE, "REACHABLE"},	{NUD_PROBE, "PROBE"},
		{NUD_DELAY, "DELAY"},		{NUD_STALE, "STALE"},
		{NUD_INCOMPLETE, "INCOMPLETE"}, {NUD_FAILED, "FAILED"},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(names); i++)
		if (state & names[i].bit)
			return names[i].name;
	return "NONE";
}

uint32_t trace_subnet_node(const struct hgw_report *report, const struct hgw_addr *to,
			   uint32_t *subnet)
{
	const struct hgw_inventory *inv = report->inv;
	const struct hgw_prefix host = {.addr = *to, .len = (uint8_t)hgw_family_bits(to->family)};

	for (uint32_t n = 0; inv != NULL && n < inv->nnodes; n++) {
		const struct hgw_node *node = &inv->nodes[n];

		for (*subnet = node->subnets; *subnet < node->subnets + node->nsubnets; ++*subnet)
			if (hgw_prefix_covers(&inv->subnets[*subnet], &host))
				return n;
	}
	return UINT32_MAX;
}

uint32_t trace_gateway_node(const struct hgw_report *report, const struct hgw_addr *via)
{
	return report->inv != NULL ? hgw_inventory_node_of(report->inv, via) : UINT32_MAX;
}

static const char *name_of(const struct hgw_report *report, const char *otherwise)
{
	return report->inv != NULL && report->node != UINT32_MAX
		       ? hgw_node_name(report->inv, report->node)
		       : otherwise;
}

void hgw_print_trace_target(FILE *f, const struct hgw_report *report, const struct hgw_addr *to)
{
	char addr[HGW_ADDR_STRLEN], prefix[HGW_PREFIX_STRLEN];
	uint32_t subnet, node = trace_subnet_node(report, to, &subnet);

	if (report->inv == NULL)
		return;
	hgw_addr_format(to, addr);
	if (node == UINT32_MAX) {
		fprintf(f, "%s is in no subnet of the inventory.\n", addr);
		return;
	}
	hgw_prefix_format(&report->inv->subnets[subnet], prefix);
	fprintf(f, "%s is in %s [", addr, prefix);
	print_origin(f, report, node, subnet);
	fputs("].\n", f);
}

/* Why a route that leads there is not the one. */
static void print_other(FILE *f, const struct hgw_view *view, const struct hgw_trace_route *r)
{
	static const char *const why[HGW_NSTANDINGS] = {
		[HGW_STANDING_SHORTER] = "its prefix is shorter",
		[HGW_STANDING_METRIC] = "its metric is higher",
		[HGW_STANDING_BEHIND] = "one of the same prefix and metric stands before it",
		[HGW_STANDING_TABLE] = "no rule brings this packet to its table first",
		[HGW_STANDING_THROW] = "it says to go on with the next table",
		[HGW_STANDING_TOS] = "it is for one type of service only",
		[HGW_STANDING_DEAD] = "its link is down",
	};

	fputs("  not by ", f);
	hgw_print_route(f, view, &r->route);
	fprintf(f, ": %s\n", why[r->standing]);
}

static void print_taken(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			const struct hgw_route *r)
{
	const char *who = name_of(report, "this host"), *verb = "sends it by";
	bool ours = r->protocol == report->scope->protocol;

	if (r->type == RTN_LOCAL)
		verb = "takes it for its own, by";
	else if (r->type == RTN_BROADCAST || r->type == RTN_MULTICAST || r->type == RTN_ANYCAST)
		verb = "takes it for a broadcast or the like, by";
	else if (r->type != RTN_UNICAST)
		verb = "refuses it, by";
	else if (r->nhops == 1 && r->hop.via.family == AF_UNSPEC)
		verb = "delivers it on its link, by";
	fprintf(f, "%s %s ", who, verb);
	hgw_print_route(f, view, r);
	fputs(ours ? ": ours.\n" : ".\n", f);
}

static void print_frames(FILE *f, const struct hgw_neighbour *n)
{
	if (n == NULL)
		return;
	if (n->maclen == 0) {
		fprintf(f, ", whose MAC is not known (%s)", neighbour_state_name(n->state));
		return;
	}
	fputs(", in frames to ", f);
	for (unsigned i = 0; i < n->maclen; i++)
		fprintf(f, "%s%02x", i > 0 ? ":" : "", n->mac[i]);
	fprintf(f, " (%s)", neighbour_state_name(n->state));
}

/* To whom it goes: the hop that the kernel told, else each that there is. */
static void print_next(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		       const struct hgw_trace *trace, const struct hgw_neighbour *neighbour)
{
	const struct hgw_route *r = &trace->v[0].route;
	const struct hgw_hop *hops = hgw_route_hops(view->pool, r);
	size_t n = r->nhops;

	if (trace->asked && trace->answer.errnum == 0) {
		hops = &trace->answer.hop;
		n = 1;
	}
	for (size_t i = 0; i < n; i++) {
		char addr[HGW_ADDR_STRLEN];
		uint32_t node;

		if (hops[i].via.family == AF_UNSPEC && neighbour == NULL)
			continue;
		fputs("  to ", f);
		if (hops[i].via.family != AF_UNSPEC) {
			node = trace_gateway_node(report, &hops[i].via);
			hgw_addr_format(&hops[i].via, addr);
			fputs(addr, f);
			if (node != UINT32_MAX)
				fprintf(f, ", which is %s", hgw_node_name(report->inv, node));
			else if (report->inv != NULL)
				fputs(", an address of no node of the inventory", f);
		} else {
			fputs("the address itself", f);
		}
		print_frames(f, neighbour);
		fputs(r->nhops > 1 && n > 1 ? " (or another of its hops)\n" : "\n", f);
	}
}

/* No route of the tables rejects it; so where it is not for want of one, a rule does. */
static void print_refusal(FILE *f, const struct hgw_trace *trace)
{
	int errnum = trace->asked ? trace->answer.errnum : 0;

	if (errnum == EINVAL || errnum == EACCES || errnum == EHOSTUNREACH)
		fprintf(f, " by its rules, see ip rule: %s (%s)", strerror(errnum),
			strerrorname_np(errnum));
	else if (errnum != 0)
		fprintf(f, ": %s (%s)", strerror(errnum), strerrorname_np(errnum));
	fputs(".\n", f);
}

void hgw_print_trace(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		     const struct hgw_trace *trace, const struct hgw_neighbour *neighbour)
{
	char addr[HGW_ADDR_STRLEN];

	hgw_addr_format(&trace->to, addr);
	if (trace->found) {
		print_taken(f, view, report, &trace->v[0].route);
		print_next(f, view, report, trace, neighbour);
	} else {
		fprintf(f, "%s has no route to %s", name_of(report, "this host"), addr);
		print_refusal(f, trace);
	}
	for (size_t i = trace->found ? 1 : 0; i < trace->n; i++)
		print_other(f, view, &trace->v[i]);
}
