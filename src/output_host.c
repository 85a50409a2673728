/* SPDX-License-Identifier: MIT */
/* What the checks of the host found that are not of routes alone. */
#include <errno.h>
#include <string.h>

#include "output_impl.h"

static const char *family_name(uint8_t family)
{
	return family == AF_INET6 ? "IPv6" : "IPv4";
}

/*
 * The command that sets a link's sysctl. A dot in a key stands for a slash of its
 * path, and so a dot of the link's name is written as a slash.
 */
static void print_sysctl(FILE *f, const struct hgw_view *view, uint32_t link, const char *key,
			 int value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_/:@%+-";
	char number[16], name[2 * IF_NAMESIZE] = "";
	const char *quote;

	snprintf(name, sizeof(name), "%s", view_device(view, link, number));
	for (char *dot = name; (dot = strchr(dot, '.')) != NULL;)
		*dot = '/';
	quote = strspn(name, plain) == strlen(name) ? "" : "'";
	fprintf(f, "sysctl -w %snet.ipv4.conf.", quote);
	print_escaped(f, name, NULL);
	fprintf(f, ".%s=%d%s", key, value, quote);
}

static void print_device(FILE *f, const struct hgw_view *view, uint32_t link)
{
	char number[16];

	print_escaped(f, view_device(view, link, number), NULL);
}

/* "via 10.0.0.9 dev eth0" */
static void print_hop(FILE *f, const struct hgw_view *view, uint8_t family,
		      const struct hgw_hop *hop)
{
	print_via(f, family, &hop->via);
	fputs("dev ", f);
	print_device(f, view, hop->oif);
}

static const char *refusal_text(const struct hgw_lookup *l)
{
	switch (l->errnum) {
	case ENETUNREACH:
		return "no route leads there";
	case EHOSTUNREACH:
		return "unreachable, by a route or a rule";
	case EACCES:
		return "prohibited, by a route or a rule";
	case EXDEV:
		return "dropped by the reverse path filter";
	case EINVAL:
		return l->iif != 0 ? "dropped, by a blackhole or the reverse path filter"
				   : "dropped, by a blackhole";
	default:
		return strerror(l->errnum);
	}
}

/* "to 10.244.1.1 from 10.244.0.2 iif cni0", as ip route get takes it. */
static void print_question(FILE *f, const struct hgw_view *view, const struct hgw_lookup *l)
{
	char addr[HGW_ADDR_STRLEN];

	hgw_addr_format(&l->to, addr);
	fputs(addr, f);
	if (l->iif == 0)
		return;
	hgw_addr_format(&l->from, addr);
	fprintf(f, " from %s iif ", addr);
	print_device(f, view, l->iif);
}

/* part: what a rule is about; NULL: all of a subnet was asked for. */
static void print_lookup(FILE *f, const struct hgw_view *view, const struct hgw_lookup *l,
			 enum hgw_fault fault, const struct hgw_part *part)
{
	char table[16];

	fprintf(f, "%s packets to ", l->iif != 0 ? "a pod's" : "this host's");
	print_question(f, view, l);
	if (fault == HGW_FAULT_NONE) {
		fputs(" go there", f);
		return;
	}
	if (l->errnum != 0) {
		fprintf(f, ": %s (%s)", refusal_text(l), hgw_errno_name(l->errnum));
	} else if (l->type == RTN_LOCAL) {
		fputs(" stay on this host, which has that address", f);
	} else {
		fputs(" go ", f);
		print_hop(f, view, l->to.family, &l->hop);
		fprintf(f, ", of table %s", view_table(view, l->table, table));
	}
	if (part != NULL)
		fprintf(f, "; see ip%s rule show pref %u", l->to.family == AF_INET6 ? " -6" : "",
			part->priority);
	else
		fputs("; see ip rule", f);
	fputs(", and ip route get ", f);
	print_question(f, view, l);
}

static void print_asked(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			const struct hgw_check *c)
{
	const struct hgw_pod *pod;
	char addr[HGW_ADDR_STRLEN], table[16];

	if (report->lookups == NULL) {
		fputs("a snapshot does not tell where the kernel would send packets", f);
		return;
	}
	if (c->fault == HGW_FAULT_RULES) {
		fprintf(f,
			"the rules lead past table %s what was asked for; if they mean other "
			"packets, see ip route get",
			view_table(view, report->scope->table, table));
		return;
	}
	pod = &report->lookups->pod[c->family == AF_INET6];
	hgw_addr_format(&pod->addr, addr);
	fputs("the kernel was asked as this host", f);
	if (c->fault == HGW_FAULT_NO_POD) {
		fputs(", but not as a pod: nothing delivers a subnet of this node yet", f);
		return;
	}
	fprintf(f, "%s as a pod, %s on ", c->fault == HGW_FAULT_OFF ? ", but not" : ", and", addr);
	print_device(f, view, pod->link);
	if (c->fault == HGW_FAULT_OFF)
		fputs(": it does not forward, see forwarding", f);
}

static bool is_net_beside(const struct hgw_own *own, const struct hgw_route *by)
{
	return by == &own->nets[0] || by == &own->nets[1];
}

static void print_local(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			const struct hgw_check *c)
{
	const struct hgw_own *own = &report->desired->own[c->at];
	const struct hgw_route *by;
	char dst[HGW_PREFIX_STRLEN], type[16];

	if (c->fault == HGW_FAULT_UNKNOWN) {
		fputs("not known: the snapshot tells nothing of this family", f);
		return;
	}
	if (c->fault == HGW_FAULT_REFUSED || c->fault == HGW_FAULT_ELSEWHERE) {
		print_lookup(f, view, &report->lookups->own[c->at], c->fault, NULL);
		return;
	}
	hgw_own_delivery(report->desired, own, view->host, view->pool, &by);
	if (c->fault == HGW_FAULT_NOWHERE)
		fputs("nothing delivers it here yet", f);
	if (by != NULL) {
		hgw_prefix_format_dst(&by->dst, dst);
		fputs(c->fault == HGW_FAULT_NOWHERE ? ", and its packets go by "
		      : c->status == HGW_PASS	    ? "delivered by "
						    : "",
		      f);
		if (by->type != RTN_UNICAST && by->type != RTN_LOCAL)
			fprintf(f, "%s ", type_name(by->type, type));
		fputs(dst, f);
		if (by->type == RTN_UNICAST) {
			fputc(' ', f);
			print_hop(f, view, by->dst.addr.family, &by->hop);
		}
	}
	if (c->fault == HGW_FAULT_NOWHERE)
		fputs("; the CNI plugin makes its link with the first pod", f);
	else if (c->fault == HGW_FAULT_AWAY && by != NULL && is_net_beside(own, by))
		fputs(" takes a part of it from the link that has the rest; pods there get "
		      "nothing: take its address off",
		      f);
	else if (c->fault == HGW_FAULT_AWAY)
		fprintf(f,
			by != NULL && by->type != RTN_UNICAST ? " drops %s; delete that route"
							      : " sends %s away; delete that route",
			by != NULL && by->dst.len > own->dst.len ? "a part of it" : "it");
}

static void print_forwarding(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			     const struct hgw_check *c)
{
	if (report->settings == NULL) {
		fputs("a snapshot does not tell whether the host forwards", f);
	} else if (c->fault == HGW_FAULT_UNKNOWN) {
		fputs("/proc/sys/net does not tell", f);
	} else if (c->status == HGW_PASS) {
		fprintf(f, "this host forwards %s", family_name(c->family));
	} else if (c->at != 0) {
		fputs("what comes in by ", f);
		print_device(f, view, c->at);
		fputs(" is not forwarded; set it with ", f);
		print_sysctl(f, view, c->at, "forwarding", 1);
	} else {
		fprintf(f,
			"this host does not forward %s, so pods and other nodes get nothing of one "
			"another; set it with sysctl -w %s=1",
			family_name(c->family),
			c->family == AF_INET6 ? "net.ipv6.conf.all.forwarding"
					      : "net.ipv4.ip_forward");
	}
	if (c->status == HGW_WARN)
		fputs(", if pods are to run here", f);
}

static void print_rp_filter(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			    const struct hgw_check *c)
{
	if (report->settings == NULL) {
		fputs("a snapshot does not tell what a reverse path filter would drop", f);
	} else if (c->fault == HGW_FAULT_UNKNOWN) {
		fputs("/proc/sys/net does not tell", f);
	} else if (c->fault == HGW_FAULT_NO_POD) {
		fputs("not known by which link others reach this node: it has none of its "
		      "addresses",
		      f);
	} else if (c->at == 0) {
		fputs("not strict where packets of other nodes come in", f);
	} else if (c->want == HGW_NONE) {
		fputs("strict on ", f);
		print_device(f, view, c->at);
		fputs(", and judged for each subnet", f);
	} else if (c->status == HGW_PASS) {
		fputs("the way back is by ", f);
		print_device(f, view, c->at);
		fputs(" too", f);
	} else {
		fputs("what comes from there by ", f);
		print_device(f, view, c->at);
		fputs(" is dropped by the strict reverse path filter: the way back is ", f);
		print_hop(f, view, AF_INET, &report->lookups->v[c->want].hop);
		fputs("; make it loose with ", f);
		print_sysctl(f, view, c->at, "rp_filter", 2);
	}
}

static void print_neighbour_table(FILE *f, const struct hgw_report *report,
				  const struct hgw_check *c)
{
	const struct hgw_settings *s = report->settings;
	size_t n = 0, enough = 1024;
	int most;

	if (s == NULL) {
		fputs("a snapshot does not tell how many neighbours there is room for", f);
		return;
	}
	if (c->fault == HGW_FAULT_UNKNOWN) {
		fputs("only the initial network namespace tells how many neighbours there is room "
		      "for",
		      f);
		return;
	}
	most = c->family == AF_INET ? s->gc_thresh3 : s->gc_thresh3_v6;
	for (size_t i = 0; i < report->desired->ngateways; i++)
		n += report->desired->gateways[i].addr.family == c->family;
	while (enough < 2 * n)
		enough *= 2;
	fprintf(f, "%zu gateway%s, and room for %d neighbours", n, n == 1 ? "" : "s", most);
	if (c->status != HGW_PASS)
		fprintf(f, "; make more with sysctl -w net.%s.neigh.default.gc_thresh3=%zu",
			c->family == AF_INET ? "ipv4" : "ipv6", enough);
}

static void print_route_mtu(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			    const struct hgw_check *c)
{
	const struct hgw_link *link = hgw_snapshot_link(view->host, c->at);
	const struct hgw_route *r = hgw_check_have(c, report->actual);

	if (r == NULL)
		r = &report->desired->v[c->want].route;
	fprintf(f, "the route has %u, and ", r->mtu);
	print_device(f, view, c->at);
	fprintf(f, " has %u", link != NULL ? link->mtu : 0);
	if (c->status == HGW_PASS)
		return;
	fputs(": what is longer is lost; lower mtu in the inventory, or raise it for ", f);
	print_device(f, view, c->at);
}

static void print_mtu(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		      const struct hgw_check *c)
{
	const struct hgw_link *link = hgw_snapshot_link(view->host, c->at), *pods = NULL;

	if (report->lookups == NULL) {
		fputs("a snapshot does not tell the MTU of links", f);
		return;
	}
	if (c->status == HGW_PASS) {
		fputs("pods send nothing that is too long for the links to other nodes", f);
		return;
	}
	for (size_t i = 0; i < HGW_ARRAY_LEN(report->lookups->pod); i++) {
		const struct hgw_link *l =
			hgw_snapshot_link(view->host, report->lookups->pod[i].link);

		if (l != NULL && (pods == NULL || l->mtu > pods->mtu))
			pods = l;
	}
	print_device(f, view, c->at);
	fprintf(f, " has %u, and ", link != NULL ? link->mtu : 0);
	print_device(f, view, pods != NULL ? pods->index : 0);
	fprintf(f, " of the pods %u; have the CNI plugin give pods an MTU of %u",
		pods != NULL ? pods->mtu : 0, link != NULL ? link->mtu : 0);
}

static void print_networkd(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			   const struct hgw_check *c)
{
	const struct hgw_settings *s = report->settings;

	if (s == NULL) {
		fputs("a snapshot does not tell whether systemd-networkd runs", f);
	} else if (s->networkd == HGW_NETWORKD_UNKNOWN) {
		fputs("not known whether systemd-networkd runs in this network namespace", f);
	} else if (c->status == HGW_PASS) {
		fputs(s->networkd == HGW_NETWORKD_ABSENT  ? "systemd-networkd does not run"
		      : s->networkd == HGW_NETWORKD_KEEPS ? "systemd-networkd keeps foreign routes"
							  : "systemd-networkd does not manage the "
							    "links to other nodes",
		      f);
	} else {
		fputs("systemd-networkd manages ", f);
		print_device(f, view, c->at);
		fputs(" and deletes these routes when it configures it; write [Network] and "
		      "ManageForeignRoutes=no, a line each, to "
		      "/etc/systemd/networkd.conf.d/hgw.conf",
		      f);
	}
}

void print_host_check(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		      const struct hgw_check *c)
{
	switch (c->id) {
	case HGW_CHECK_LOOKUP:
		if (c->want != HGW_NONE)
			print_lookup(f, view, &report->lookups->v[c->at], c->fault,
				     hgw_lookups_part(report->lookups, c->at));
		else
			print_asked(f, view, report, c);
		break;
	case HGW_CHECK_LOCAL:
		print_local(f, view, report, c);
		break;
	case HGW_CHECK_FORWARDING:
		print_forwarding(f, view, report, c);
		break;
	case HGW_CHECK_RP_FILTER:
		print_rp_filter(f, view, report, c);
		break;
	case HGW_CHECK_NEIGHBOUR_TABLE:
		print_neighbour_table(f, report, c);
		break;
	case HGW_CHECK_MTU:
		(c->want != HGW_NONE ? print_route_mtu : print_mtu)(f, view, report, c);
		break;
	case HGW_CHECK_NETWORKD:
		print_networkd(f, view, report, c);
		break;
	default:
		break;
	}
}
