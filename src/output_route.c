/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "hgw/output.h"
#include "output_impl.h"

const char *view_device(const struct hgw_view *view, uint32_t oif, char buf[static 16])
{
	const struct hgw_link *link = hgw_snapshot_link(view->host, oif);

	if (link != NULL)
		return link->name;
	snprintf(buf, 16, "if%u", oif);
	return buf;
}

const char *view_protocol(const struct hgw_view *view, uint8_t protocol, char buf[static 16])
{
	const char *name = view->names != NULL ? hgw_protocol_name(view->names, protocol) : NULL;

	if (name != NULL)
		return name;
	snprintf(buf, 16, "%u", protocol);
	return buf;
}

const char *view_table(const struct hgw_view *view, uint32_t table, char buf[static 16])
{
	const char *name = view->names != NULL ? hgw_table_name(view->names, table) : NULL;

	if (name != NULL)
		return name;
	snprintf(buf, 16, "%u", table);
	return buf;
}

const char *scope_name(uint8_t scope, char buf[static 16])
{
	static const struct {
		uint8_t scope;
		const char *name;
	} names[] = {{RT_SCOPE_UNIVERSE, "global"},
		     {RT_SCOPE_SITE, "site"},
		     {RT_SCOPE_LINK, "link"},
		     {RT_SCOPE_HOST, "host"},
		     {RT_SCOPE_NOWHERE, "nowhere"}};

	for (size_t i = 0; i < HGW_ARRAY_LEN(names); i++)
		if (names[i].scope == scope)
			return names[i].name;
	snprintf(buf, 16, "%u", scope);
	return buf;
}

const char *type_name(uint8_t type, char buf[static 16])
{
	static const char *const names[] = {
		[RTN_UNSPEC] = "none",
		[RTN_UNICAST] = "unicast",
		[RTN_LOCAL] = "local",
		[RTN_BROADCAST] = "broadcast",
		[RTN_ANYCAST] = "anycast",
		[RTN_MULTICAST] = "multicast",
		[RTN_BLACKHOLE] = "blackhole",
		[RTN_UNREACHABLE] = "unreachable",
		[RTN_PROHIBIT] = "prohibit",
		[RTN_THROW] = "throw",
		[RTN_NAT] = "nat",
		[RTN_XRESOLVE] = "xresolve",
	};

	if (type < HGW_ARRAY_LEN(names))
		return names[type];
	snprintf(buf, 16, "%u", type);
	return buf;
}

/* "via ADDR " or "via inet6 ADDR "; nothing for AF_UNSPEC. */
void print_via(FILE *f, uint8_t family, const struct hgw_addr *via)
{
	char addr[HGW_ADDR_STRLEN];

	if (via->family == AF_UNSPEC)
		return;
	hgw_addr_format(via, addr);
	if (via->family == family)
		fprintf(f, "via %s ", addr);
	else
		fprintf(f, "via %s %s ", via->family == AF_INET6 ? "inet6" : "inet", addr);
}

/*
 * A name, quoted where a shell would take it badly; its number, which ip(8)
 * takes as well, where a terminal would. The kernel forbids blanks and slashes
 * in the name of a device, and nothing else.
 */
static void print_name(FILE *f, const char *name, const char *prefix, uint32_t number)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_.:@%+-";

	if (strspn(name, plain) == strlen(name)) {
		fputs(name, f);
		return;
	}
	if (!hgw_is_printable(name)) {
		fprintf(f, "%s%u", prefix, number);
		return;
	}
	fputc('\'', f);
	for (; *name != '\0'; name++) {
		if (*name == '\'')
			fputs("'\\''", f);
		else
			fputc(*name, f);
	}
	fputc('\'', f);
}

static void print_hop(FILE *f, const struct hgw_view *view, uint8_t family,
		      const struct hgw_hop *hop)
{
	char buf[16];

	print_via(f, family, &hop->via);
	if (hop->oif == 0)
		return;
	fputs("dev ", f);
	print_name(f, view_device(view, hop->oif, buf), "if", hop->oif);
	fputc(' ', f);
}

static void print_attributes(FILE *f, const struct hgw_view *view, const struct hgw_route *r)
{
	char buf[16];

	if (r->table != RT_TABLE_MAIN) {
		fputs("table ", f);
		print_name(f, view_table(view, r->table, buf), "", r->table);
		fputc(' ', f);
	}
	fputs("proto ", f);
	print_name(f, view_protocol(view, r->protocol, buf), "", r->protocol);
	if (r->scope != RT_SCOPE_UNIVERSE)
		fprintf(f, " scope %s", scope_name(r->scope, buf));
	if (r->metric != 0)
		fprintf(f, " metric %u", r->metric);
	if (r->nhops == 1 && r->nhid == 0 && (r->hop.flags & RTNH_F_ONLINK))
		fputs(" onlink", f);
	if (r->mtu != 0)
		fprintf(f, " mtu %u", r->mtu);
}

void hgw_print_route(FILE *f, const struct hgw_view *view, const struct hgw_route *r)
{
	const struct hgw_hop *hops = hgw_route_hops(view->pool, r);
	uint8_t family = r->dst.addr.family;
	char dst[HGW_PREFIX_STRLEN], buf[16];

	if (r->type != RTN_UNICAST)
		fprintf(f, "%s ", type_name(r->type, buf));
	/* "default" alone would be IPv4's, so a length of 0 is spelled out. */
	if (r->dst.len == 0)
		hgw_prefix_format(&r->dst, dst);
	else
		hgw_prefix_format_dst(&r->dst, dst);
	fprintf(f, "%s ", dst);
	if (r->tos != 0)
		fprintf(f, "tos 0x%02x ", r->tos);
	/* A nexthop object stands for its hops; ip(8) is refused both. */
	if (r->nhid != 0)
		fprintf(f, "nhid %u ", r->nhid);
	else if (r->nhops == 1)
		print_hop(f, view, family, &r->hop);
	print_attributes(f, view, r);
	for (size_t i = 0; r->nhid == 0 && r->nhops > 1 && i < r->nhops; i++) {
		fputs(" nexthop ", f);
		print_hop(f, view, family, &hops[i]);
		fprintf(f, "weight %u%s", hops[i].weight,
			hops[i].flags & RTNH_F_ONLINK ? " onlink" : "");
	}
}

void hgw_print_write(FILE *f, const struct hgw_view *view, const struct hgw_write *w, bool batch)
{
	static const char *const verbs[] = {
		[HGW_VERB_ADD] = "add",
		[HGW_VERB_APPEND] = "append",
		[HGW_VERB_REPLACE] = "replace",
		[HGW_VERB_DELETE] = "del",
	};
	struct hgw_view numbers = *view;

	numbers.names = NULL;
	fprintf(f, "%sroute %s ", batch ? "" : "ip ", verbs[w->verb]);
	hgw_print_route(f, &numbers, &w->route);
	fputc('\n', f);
}
