/* SPDX-License-Identifier: MIT */
/* What a check found and what to do about it, for people; the same in all formats. */
#include "output_impl.h"

static const char *fault_text(enum hgw_fault fault)
{
	static const char *const texts[] = {
		[HGW_FAULT_NONE] = "as it should be",
		[HGW_FAULT_MISSING] = "missing",
		[HGW_FAULT_GATEWAY] = "wrong gateway",
		[HGW_FAULT_DEVICE] = "wrong device",
		[HGW_FAULT_METRIC] = "wrong metric",
		[HGW_FAULT_ATTRIBUTES] = "wrong mtu, onlink, weight or type",
		[HGW_FAULT_DOUBLED] = "more than one route of ours",
		[HGW_FAULT_FOREIGN] = "there, but not ours",
		[HGW_FAULT_CONFLICT] = "taken by another route",
		[HGW_FAULT_UNKNOWN] = "not known: the snapshot tells nothing of this family",
	};

	return texts[fault];
}

static void print_route_check(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			      const struct hgw_check *c, const struct hgw_route *have)
{
	const struct hgw_want *want = &report->desired->v[c->want];

	fputs(fault_text(c->fault), f);
	if (have != NULL && c->status != HGW_PASS) {
		fputs(": ", f);
		hgw_print_route(f, view, have);
	}
	if (c->status != HGW_FAIL)
		return;
	if (c->fault == HGW_FAULT_FOREIGN) {
		fputs("; take it over with hgw apply --adopt", f);
	} else if (want->reach == HGW_REACH_OK) {
		fputs("; should be ", f);
		hgw_print_route(f, view, &want->route);
		fputs("; run hgw apply", f);
	}
}

static void print_onlink_check(FILE *f, const struct hgw_view *view,
			       const struct hgw_report *report, const struct hgw_check *c)
{
	const struct hgw_want *want = &report->desired->v[c->want];
	char text[512];
	const char *hint = hgw_desired_explain(report->desired, report->inv, view->pool, want, text,
					       sizeof(text));

	fprintf(f, "%s%s%s", text, hint != NULL ? "; " : "", hint != NULL ? hint : "");
}

static void print_foreign_check(FILE *f, const struct hgw_view *view, const struct hgw_check *c,
				const struct hgw_route *have)
{
	if (c->status == HGW_PASS) {
		fputs("nobody else has a route there", f);
		return;
	}
	hgw_print_route(f, view, have);
	fputs(" is not ours, and inside the pod networks; delete it", f);
}

/* Of several links the one that does not carry is named. */
static void print_link_check(FILE *f, const struct hgw_view *view, const struct hgw_check *c,
			     const struct hgw_route *have)
{
	const struct hgw_hop *hops = hgw_route_hops(view->pool, have);
	char device[16];
	uint16_t i = 0;

	while (i < have->nhops && hops[i].oif != c->at)
		i++;
	if (c->status == HGW_PASS)
		fputs("the link carries", f);
	else if (have->state != 0 || i == have->nhops)
		fputs(have->state & HGW_STATE_DEAD ? "the link is down" : "the link has no carrier",
		      f);
	else if (hops[i].flags & RTNH_F_DEAD)
		fprintf(f, "%s is down, and the other links have its part",
			view_device(view, c->at, device));
	else
		fprintf(f, "%s has no carrier, and its part of the packets is lost",
			view_device(view, c->at, device));
}

void hgw_print_check(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		     const struct hgw_check *c)
{
	const struct hgw_route *have = hgw_check_have(c, report->actual);
	char table[16];

	switch (c->id) {
	case HGW_CHECK_ROUTE:
		print_route_check(f, view, report, c, have);
		break;
	case HGW_CHECK_ONLINK:
		print_onlink_check(f, view, report, c);
		break;
	case HGW_CHECK_SHADOWED:
		if (c->status == HGW_PASS) {
			fputs("no other route takes its traffic", f);
			break;
		}
		fputs("traffic is taken by ", f);
		hgw_print_route(f, view, have);
		fputs(", which is not ours; delete that route, or the subnet", f);
		break;
	case HGW_CHECK_LINK:
		print_link_check(f, view, c, have);
		break;
	case HGW_CHECK_EXTRA:
		fputs("ours, but no node has that subnet; run hgw apply", f);
		break;
	case HGW_CHECK_RULE:
		fprintf(f,
			c->status == HGW_PASS	? "a rule leads to table %s"
			: c->status == HGW_SKIP ? "a snapshot does not tell whether a rule leads "
						  "to table %s"
						: "no rule leads to table %s, so its routes are "
						  "not used; see ip-rule(8)",
			view_table(view, report->scope->table, table));
		break;
	case HGW_CHECK_FOREIGN:
		print_foreign_check(f, view, c, have);
		break;
	case HGW_CHECK_NEIGHBOUR:
		print_neighbour_check(f, view, report, c);
		break;
	default:
		print_host_check(f, view, report, c);
		break;
	}
}

void print_subject(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		   const struct hgw_check *c)
{
	uint32_t node, at;
	const struct hgw_prefix *subnet = hgw_check_subnet(c, report->desired, &node, &at);
	char dst[HGW_PREFIX_STRLEN];

	if (subnet != NULL) {
		hgw_prefix_format(subnet, dst);
		fprintf(f, "%s %s", dst, hgw_node_name(report->inv, node));
	} else if (c->id == HGW_CHECK_EXTRA) {
		hgw_print_route(f, view, hgw_check_have(c, report->actual));
	} else if (c->id == HGW_CHECK_FOREIGN) {
		hgw_prefix_format(&hgw_check_have(c, report->actual)->dst, dst);
		fputs(dst, f);
	} else if (c->family != AF_UNSPEC) {
		fputs(c->family == AF_INET6 ? "inet6" : "inet", f);
	}
}
