/* SPDX-License-Identifier: MIT */
/* What came of asking the gateways of a subnet. */
#include <linux/neighbour.h>
#include <string.h>

#include "output_impl.h"

static void print_unsure(FILE *f, const struct hgw_report *report, const struct hgw_asked *a)
{
	if (a->state & (NUD_PERMANENT | NUD_NOARP))
		fputs(a->state & NUD_PERMANENT ? " is not known to be there: its MAC was set by "
						 "hand, and it answers no "
						 "datagram"
					       : " is not known to be there: its link has no MACs "
						 "to ask for, and it "
						 "answers no datagram",
		      f);
	else if (report->probe->may_ask)
		fprintf(f, " is not known to be there: no answer within %g s; see --timeout",
			report->probe->timeout_ms / 1000.0);
	else
		fprintf(f,
			" is not known to be there: it answers no datagram, and the kernel has not "
			"asked for it again within %g s; run as root, or see --timeout",
			report->probe->timeout_ms / 1000.0);
}

static void print_twins(FILE *f, const struct hgw_report *report, const struct hgw_asked *a)
{
	const struct hgw_asked *twin = &report->probe->v[a->twin];
	char addr[HGW_ADDR_STRLEN], mac[HGW_MAC_STRLEN];

	hgw_addr_format(&twin->addr, addr);
	hgw_mac_format(a, mac);
	fprintf(f,
		" and %s of node '%s' answer with one MAC, %s: a router or a proxy, or one has the "
		"other's address; host-gw needs all nodes in one L2 network",
		addr, hgw_node_name(report->inv, twin->node), mac);
}

static void print_answer(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			 const struct hgw_asked *a)
{
	char device[16], addr[HGW_ADDR_STRLEN], mac[HGW_MAC_STRLEN];

	hgw_mac_format(a, mac);
	hgw_addr_format(&a->by, addr);
	switch (a->answer) {
	case HGW_ANSWER_YES:
		if (a->twin != UINT32_MAX)
			print_twins(f, report, a);
		else
			fprintf(f, mac[0] != '\0' ? " answers from %s" : " answers", mac);
		if (a->twin == UINT32_MAX && a->mute)
			fprintf(f,
				", but not to what is for its subnet, as one that forwards does; "
				"see sysctl net.%s on that node",
				a->addr.family == AF_INET6 ? "ipv6.conf.all.forwarding"
							   : "ipv4.ip_forward");
		break;
	case HGW_ANSWER_SILENT:
		fprintf(f,
			" does not answer on %s; is that node up, and in one L2 network with this "
			"host?",
			view_device(view, a->oif, device));
		break;
	case HGW_ANSWER_PROXIED:
		fprintf(f,
			" is behind another router, %s, which takes what is for it; look for proxy "
			"ARP: host-gw needs all nodes in one L2 network",
			addr);
		break;
	case HGW_ANSWER_UNSURE:
		print_unsure(f, report, a);
		break;
	case HGW_ANSWER_NO_ROOM:
		fprintf(f,
			" was not asked: the neighbour table is full; raise "
			"net.ipv%d.neigh.default.gc_thresh3, which is %u",
			a->addr.family == AF_INET6 ? 6 : 4, report->probe->most);
		break;
	case HGW_ANSWER_REFUSED:
		fprintf(f, " cannot be asked on %s: %s (%s)", view_device(view, a->oif, device),
			strerror(a->errnum), hgw_errno_name(a->errnum));
		break;
	case HGW_ANSWER_NONE:
		fprintf(f, " was not asked within %g s; see --timeout",
			report->probe->timeout_ms / 1000.0);
		break;
	}
}

static enum hgw_check_status status_of(const struct hgw_report *report, const struct hgw_asked *a)
{
	enum hgw_check_status status = hgw_asked_status(a);

	return status == HGW_WARN && report->verdict->strict ? HGW_FAIL : status;
}

/* Of several gateways those are named that made the check what it is. */
void print_neighbour_check(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			   const struct hgw_check *c)
{
	const struct hgw_want *want = &report->desired->v[c->want];
	const struct hgw_hop *hops = hgw_route_hops(view->pool, &want->route);
	const char *between = "";

	if (want->reach != HGW_REACH_OK) {
		fputs("not asked, for the gateway is not on a link", f);
		return;
	}
	for (uint16_t i = 0; i < want->route.nhops; i++) {
		const struct hgw_asked *a = hgw_probe_find(report->probe, &hops[i].via);
		char addr[HGW_ADDR_STRLEN];

		if (a == NULL || status_of(report, a) != c->status)
			continue;
		hgw_addr_format(&a->addr, addr);
		fprintf(f, "%s%s", between, addr);
		print_answer(f, view, report, a);
		between = c->status == HGW_PASS ? ", " : "; ";
	}
}

const struct hgw_asked *neighbour_answer(const struct hgw_view *view,
					 const struct hgw_report *report, const struct hgw_check *c)
{
	const struct hgw_want *want = &report->desired->v[c->want];
	const struct hgw_hop *hops = hgw_route_hops(view->pool, &want->route);

	for (uint16_t i = 0; i < want->route.nhops; i++) {
		const struct hgw_asked *a = hgw_probe_find(report->probe, &hops[i].via);

		if (a != NULL && a->answer == HGW_ANSWER_YES && a->maclen > 0)
			return a;
	}
	return NULL;
}
