/* SPDX-License-Identifier: MIT */
/* Routes exactly as ip(8) prints them when asked for one table, and perhaps one protocol. */
#include "output_impl.h"

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

static void print_extra(FILE *f, const struct hgw_route *r, const struct route_extra *x)
{
	static const char *const prefs[] = {"medium", "high", "2", "low"}; /* RFC 4191, 2.1 */
	char buf[HGW_ADDR_STRLEN], scope[16];

	if (r->scope != RT_SCOPE_UNIVERSE)
		fprintf(f, "scope %s ", scope_name(r->scope, scope));
	if (x->prefsrc.family != AF_UNSPEC) {
		hgw_addr_format(&x->prefsrc, buf);
		fprintf(f, "src %s ", buf);
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

static void print_device(FILE *f, const struct hgw_view *view, uint32_t oif)
{
	char buf[16];

	if (oif != 0)
		fprintf(f, "dev %s ", view_device(view, oif, buf));
}

void hgw_print_shown(FILE *f, const struct hgw_view *view, const struct hgw_route *r, bool all)
{
	const struct hgw_hop *hops = hgw_route_hops(view->pool, r);
	uint8_t family = r->dst.addr.family;
	char dst[HGW_PREFIX_STRLEN], buf[16];
	struct route_extra x;

	route_extra_read(view->pool, r, &x);
	if (r->type != RTN_UNICAST)
		fprintf(f, "%s ", type_name(r->type, buf));
	hgw_prefix_format_dst(&r->dst, dst);
	fprintf(f, "%s ", dst);
	if (r->nhid != 0)
		fprintf(f, "nhid %u ", r->nhid);
	if (r->tos != 0)
		fprintf(f, "tos 0x%02x ", r->tos);
	if (r->nhops == 1) {
		print_via(f, family, &r->hop.via);
		print_device(f, view, r->hop.oif);
	}
	if (all && r->protocol != RTPROT_BOOT)
		fprintf(f, "proto %s ", view_protocol(view, r->protocol, buf));
	print_extra(f, r, &x);
	for (size_t i = 0; r->nhops > 1 && i < r->nhops; i++) {
		fputs("\n\tnexthop ", f);
		print_via(f, family, &hops[i].via);
		print_device(f, view, hops[i].oif);
		fprintf(f, "weight %u ", hops[i].weight);
		print_flags(f, hops[i].flags);
	}
	fputc('\n', f);
}
