/* SPDX-License-Identifier: MIT */
/* Routes exactly as ip(8) prints them when asked for one table, and perhaps one protocol. */
#include "output_impl.h"

/* What ip -c gives a colour; a dark background, as COLORFGBG tells it, a bright one. */
enum element { DEVICE, INET, INET6 };

/* The blank behind a word is coloured with it. */
static void print_element(FILE *f, const struct hgw_view *view, enum element e, const char *word)
{
	static const char *const codes[] = {[DEVICE] = "36m", [INET] = "35m", [INET6] = "34m"};

	if (view->color != HGW_PLAIN)
		fprintf(f, "\033[%s%s%s \033[0m", view->color == HGW_COLOR_DARK ? "1;" : "",
			codes[e], word);
	else
		fprintf(f, "%s ", word);
}

static enum element element_of(uint8_t family)
{
	return family == AF_INET6 ? INET6 : INET;
}

static void print_addr(FILE *f, const struct hgw_view *view, const struct hgw_addr *addr)
{
	char text[HGW_ADDR_STRLEN];

	hgw_addr_format(addr, text);
	print_element(f, view, element_of(addr->family), text);
}

static void print_dst(FILE *f, const struct hgw_view *view, const struct hgw_prefix *dst)
{
	char text[HGW_PREFIX_STRLEN];

	hgw_prefix_format_dst(dst, text);
	if (dst->len == 0)
		fprintf(f, "%s ", text);
	else
		print_element(f, view, element_of(dst->addr.family), text);
}

static void print_gateway(FILE *f, const struct hgw_view *view, uint8_t family,
			  const struct hgw_addr *via)
{
	if (via->family == AF_UNSPEC)
		return;
	fputs("via ", f);
	if (via->family != family)
		fputs(via->family == AF_INET6 ? "inet6 " : "inet ", f);
	print_addr(f, view, via);
}

static void print_flags(FILE *f, unsigned flags)
{
	const char *name;

	for (unsigned i = 0; (name = flag_name(flags, &i)) != NULL;)
		fprintf(f, "%s ", name);
}

/* Kept by the kernel in parts of a millisecond: rtt in eighths, rttvar in quarters. */
static void print_time(FILE *f, unsigned rtax, uint32_t value)
{
	if (rtax == RTAX_RTT)
		value /= 8;
	else if (rtax == RTAX_RTTVAR)
		value /= 4;
	if (value >= 1000)
		fprintf(f, "%gs ", value / 1e3);
	else
		fprintf(f, "%ums ", value);
}

static void print_metric(FILE *f, const struct route_extra *x, unsigned rtax)
{
	uint32_t value = x->metrics[rtax];

	fprintf(f, "%s ", metric_name(rtax));
	if (x->metrics[RTAX_LOCK] & (1U << rtax))
		fputs("lock ", f);
	switch (rtax) {
	case RTAX_CC_ALGO:
		fprintf(f, "%s ", x->congestion);
		break;
	case RTAX_FEATURES:
		fputs(value & RTAX_FEATURE_ECN ? "ecn " : "", f);
		if (value & ~(uint32_t)RTAX_FEATURE_ECN)
			fprintf(f, "0x%x ", value);
		break;
	case RTAX_RTT:
	case RTAX_RTTVAR:
	case RTAX_RTO_MIN:
		print_time(f, rtax, value);
		break;
	default:
		fprintf(f, "%u ", value);
	}
}

static void print_realms(FILE *f, uint32_t flow)
{
	if (flow >> 16)
		fprintf(f, "realms %u/%u ", flow >> 16, flow & 0xffff);
	else
		fprintf(f, "realm %u ", flow);
}

static void print_extra(FILE *f, const struct hgw_view *view, const struct hgw_route *r,
			const struct route_extra *x)
{
	static const char *const prefs[] = {"medium", "high", "2", "low"}; /* RFC 4191, 2.1 */
	char scope[16];

	if (r->scope != RT_SCOPE_UNIVERSE)
		fprintf(f, "scope %s ", scope_name(r->scope, scope));
	if (x->prefsrc.family != AF_UNSPEC) {
		fputs("src ", f);
		print_addr(f, view, &x->prefsrc);
	}
	if (r->metric != 0)
		fprintf(f, "metric %u ", r->metric);
	print_flags(f, x->flags);
	if (x->mark != 0)
		fprintf(f, x->mark >= 16 ? "mark 0x%x " : "mark %u ", x->mark);
	if (x->flow != 0)
		print_realms(f, x->flow);
	if (x->expires)
		fprintf(f, "expires %dsec ", x->seconds);
	if (x->error != 0)
		fprintf(f, "error %d ", x->error);
	for (unsigned i = RTAX_MTU; i <= RTAX_MAX; i++)
		if (has_metric(x, i))
			print_metric(f, x, i);
	if (x->pref >= 0)
		fprintf(f, "pref %s", prefs[x->pref & 3]);
}

void hgw_print_shown(FILE *f, const struct hgw_view *view, const struct hgw_route *r, bool all)
{
	const struct hgw_hop *hops = hgw_route_hops(view->pool, r);
	uint8_t family = r->dst.addr.family;
	char buf[16];
	struct route_extra x;

	route_extra_read(view->pool, r, &x);
	if (r->type != RTN_UNICAST)
		fprintf(f, "%s ", type_name(r->type, buf));
	print_dst(f, view, &r->dst);
	if (r->nhid != 0)
		fprintf(f, "nhid %u ", r->nhid);
	if (r->tos != 0)
		fprintf(f, "tos 0x%02x ", r->tos);
	if (r->nhops == 1) {
		print_gateway(f, view, family, &r->hop.via);
		if (r->hop.oif != 0) {
			fputs("dev ", f);
			print_element(f, view, DEVICE, view_device(view, r->hop.oif, buf));
		}
	}
	if (all && r->protocol != RTPROT_BOOT)
		fprintf(f, "proto %s ", view_protocol(view, r->protocol, buf));
	print_extra(f, view, r, &x);
	for (size_t i = 0; r->nhops > 1 && i < r->nhops; i++) {
		fputs("\n\tnexthop ", f);
		print_gateway(f, view, family, &hops[i].via);
		if (hops[i].oif != 0)
			fprintf(f, "dev %s ", view_device(view, hops[i].oif, buf));
		fprintf(f, "weight %u ", hops[i].weight);
		print_flags(f, hops[i].flags);
	}
	fputc('\n', f);
}
