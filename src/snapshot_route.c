/* SPDX-License-Identifier: MIT */
/* A route out of what is said of it: defaults filled in, and judged whether it is all there. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot_int.h"

const char snap_hint[] = "take it anew with: " HGW_SNAPSHOT_COMMAND;

#define SAID(rt, key) (((rt)->said & 1U << (key)) != 0)

int snap_fail(struct snap_reader *rd, size_t at, const char *hint, const char *fmt, ...)
{
	struct hgw_origin origin = {.file = rd->name, .line = 1, .column = 1};
	struct hgw_diag *diag;
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < at && i < rd->len; i++) {
		if (rd->data[i] == '\n') {
			origin.line++;
			origin.column = 1;
		} else if (((unsigned char)rd->data[i] & 0xc0) != 0x80) {
			origin.column++; /* characters, not bytes */
		}
	}
	diag = hgw_diag_add(rd->diags, HGW_ERROR, &origin, hint, "%s", text);
	if (diag != NULL && rd->len > 0)
		hgw_diag_set_excerpt(diag, rd->data, rd->len);
	return hgw_fail(rd->err, HGW_DATAERR, "cannot use the snapshot %s", rd->name);
}

void snap_begin(struct snap_route *rt, size_t at)
{
	*rt = (struct snap_route){.at = at, .pref = -1, .hop.weight = 1};
	rt->r.type = RTN_UNICAST;
	rt->r.table = RT_TABLE_MAIN;
	rt->r.protocol = RTPROT_BOOT;
	rt->r.scope = RT_SCOPE_UNIVERSE;
}

/* Names of the DNS, which -r puts in the place of addresses. */
static int bad_addr(struct snap_reader *rd, const char *value, size_t at)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-._";

	if (strspn(value, name) == strlen(value) && strspn(value, "0123456789.") < strlen(value))
		return snap_fail(rd, at, snap_hint,
				 "'%s' is a name and no address: was this printed with -r?", value);
	return snap_fail(rd, at, snap_hint, "'%s' is no address", value);
}

static int set_dst(struct snap_reader *rd, struct snap_route *rt, const char *value, size_t at)
{
	struct hgw_prefix *dst = &rt->r.dst;

	if (strcmp(value, "default") == 0)
		return 0;
	switch (hgw_prefix_parse(value, dst)) {
	case HGW_PREFIX_OK:
	case HGW_PREFIX_NO_LENGTH:
		rt->family = dst->addr.family;
		return 0;
	case HGW_PREFIX_HOST_BITS:
		return snap_fail(rd, at, snap_hint, "no route leads to '%s': it has host bits",
				 value);
	default:
		return bad_addr(rd, value, at);
	}
}

static int set_gateway(struct snap_reader *rd, struct snap_route *rt, const char *value, size_t at)
{
	if (!hgw_addr_parse(value, &rt->hop.via))
		return bad_addr(rd, value, at);
	if (rt->gateways != AF_UNSPEC && rt->gateways != rt->hop.via.family)
		return snap_fail(rd, at, NULL, "its gateways are of two families");
	rt->gateways = rt->hop.via.family;
	return 0;
}

int snap_set_via(struct snap_reader *rd, struct snap_route *rt, const char *family,
		 const char *value, size_t at)
{
	uint8_t af = strcmp(family, "inet6") == 0  ? AF_INET6
		     : strcmp(family, "inet") == 0 ? AF_INET
						   : AF_UNSPEC;

	if (!hgw_addr_parse(value, &rt->hop.via))
		return bad_addr(rd, value, at);
	if (rt->hop.via.family != af)
		return snap_fail(rd, at, NULL, "'%s' is no address of family '%s'", value, family);
	/* The family is said where it is not the route's. */
	if (rt->family == AF_UNSPEC)
		rt->family = af == AF_INET6 ? AF_INET : AF_INET6;
	rt->said |= 1U << SNAP_GATEWAY;
	return 0;
}

static int set_dev(struct snap_reader *rd, struct snap_route *rt, const char *value, size_t at)
{
	if (value[0] == '\0' || strlen(value) >= IF_NAMESIZE || strpbrk(value, "/ \t\n") != NULL ||
	    !hgw_is_printable(value))
		return snap_fail(rd, at, snap_hint, "'%s' cannot be the name of an interface",
				 value);
	rt->hop.oif = snap_link(rd, value);
	return rt->hop.oif != 0 ? 0 : hgw_fail_nomem(rd->err);
}

static int bad_name(struct snap_reader *rd, const char *what, const char *value, size_t at)
{
	return snap_fail(rd, at,
			 "names differ from host to host; take it anew with: "
			 "ip -N -j -d route show table all",
			 "unknown %s '%s'", what, value);
}

static bool set_number(const char *value, uint32_t max, uint32_t *out)
{
	return hgw_parse_u32(value, 0, max, out);
}

/* "3599sec", or a number; "-101" is what error says, "0x10" what tos and mark may. */
static bool set_loose_number(const char *value, uint32_t *out)
{
	char *end;
	long n = strtol(value, &end, 0);

	if (end == value || (*end != '\0' && strcmp(end, "sec") != 0))
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool set_realms(const char *value, uint32_t *flow)
{
	char *end;
	unsigned long a = strtoul(value, &end, 10), b = 0;

	if (*end == '/')
		b = strtoul(end + 1, NULL, 10);
	*flow = *end == '/' ? (uint32_t)(a << 16 | (b & 0xffff)) : (uint32_t)a;
	return true; /* perhaps a name, which tells us nothing */
}

static bool set_pref(const char *value, int *pref)
{
	static const char *const names[] = {"medium", "high", "2", "low"};

	for (int i = 0; i < (int)HGW_ARRAY_LEN(names); i++)
		if (strcmp(names[i], value) == 0)
			*pref = i;
	return *pref >= 0;
}

static bool set_tos(const char *value, uint8_t *tos)
{
	uint32_t n = 0;

	if (!set_loose_number(value, &n) || n > UINT8_MAX)
		return false;
	*tos = (uint8_t)n;
	return true;
}

static bool set_weight(const char *value, uint16_t *weight)
{
	uint32_t n = 0;

	if (!hgw_parse_u32(value, 1, 256, &n))
		return false;
	*weight = (uint16_t)n;
	return true;
}

static bool set_value(struct snap_route *rt, enum snap_key key, const char *value)
{
	switch (key) {
	case SNAP_TYPE:
		return snap_type_parse(value, &rt->r.type);
	case SNAP_SCOPE:
		return snap_scope_parse(value, &rt->r.scope);
	case SNAP_NHID:
		return set_number(value, UINT32_MAX, &rt->r.nhid);
	case SNAP_METRIC:
		return set_number(value, UINT32_MAX, &rt->r.metric);
	case SNAP_MARK:
		return set_loose_number(value, &rt->mark);
	case SNAP_EXPIRES:
		return set_loose_number(value, &rt->expires);
	case SNAP_ERROR: {
		uint32_t n = 0;
		bool ok = set_loose_number(value, &n);

		rt->error = (int)n;
		return ok;
	}
	case SNAP_PREF:
		return set_pref(value, &rt->pref);
	case SNAP_WEIGHT:
		return set_weight(value, &rt->hop.weight);
	case SNAP_REALMS:
		return set_realms(value, &rt->flow);
	default:
		return true;
	}
}

int snap_set(struct snap_reader *rd, struct snap_route *rt, enum snap_key key, const char *value,
	     size_t at)
{
	rt->said |= 1U << key;
	switch (key) {
	case SNAP_DST:
		return set_dst(rd, rt, value, at);
	case SNAP_GATEWAY:
		return set_gateway(rd, rt, value, at);
	case SNAP_DEV:
		return set_dev(rd, rt, value, at);
	case SNAP_TABLE:
		if (!hgw_table_parse(rd->names, value, &rt->r.table))
			return bad_name(rd, "table", value, at);
		return 0;
	case SNAP_PROTO:
		if (!hgw_protocol_parse(rd->names, value, &rt->r.protocol))
			return bad_name(rd, "protocol", value, at);
		return 0;
	case SNAP_TOS:
		return set_tos(value, &rt->r.tos) ? 0 : bad_name(rd, "tos", value, at);
	case SNAP_SRC:
		return hgw_addr_parse(value, &rt->src) ? 0 : bad_addr(rd, value, at);
	default:
		if (!set_value(rt, key, value))
			return snap_fail(rd, at, snap_hint, "'%s' is not what can stand here",
					 value);
		return 0;
	}
}

static int add_hop(struct snap_reader *rd, struct snap_route *rt)
{
	uint32_t at;

	rt->no_dev |= rt->hop.oif == 0;
	if (rt->r.nhops == UINT16_MAX)
		return snap_fail(rd, rt->at, NULL, "it has more nexthops than there can be");
	if (hgw_pool_add_hops(rd->pool, &rt->hop, 1, &at, rd->err) < 0)
		return -1;
	if (rt->r.nhops++ == 0) {
		rt->r.hop = rt->hop;
		rt->r.hops = at;
	}
	return 0;
}

int snap_nexthop(struct snap_reader *rd, struct snap_route *rt)
{
	if (rt->nexthops && add_hop(rd, rt) < 0)
		return -1;
	rt->nexthops = true;
	rt->hop = (struct hgw_hop){.weight = 1};
	return 0;
}

/* What RTNH_F_* of all hops say of the route. */
static uint8_t state_of(unsigned flags)
{
	return (uint8_t)(((flags & RTNH_F_DEAD) != 0 ? HGW_STATE_DEAD : 0) |
			 ((flags & RTNH_F_LINKDOWN) != 0 ? HGW_STATE_LINKDOWN : 0));
}

static int finish_hops(struct snap_reader *rd, struct snap_route *rt)
{
	struct hgw_route *r = &rt->r;
	unsigned state = ~0U;

	if (!rt->nexthops) {
		rt->hop.flags = (uint8_t)rt->flags;
		rt->hop.weight = 1;
		r->nhops = rt->hop.oif != 0 || rt->hop.via.family != AF_UNSPEC;
		if (r->nhops == 1)
			r->hop = rt->hop;
		rt->no_dev = r->nhops == 1 && rt->hop.oif == 0;
		r->state = r->nhops == 1 ? state_of(rt->flags) : 0;
		return 0;
	}
	if (add_hop(rd, rt) < 0)
		return -1;
	for (size_t i = 0; i < r->nhops; i++)
		state &= (r->nhops > 1 ? rd->pool->hops[r->hops + i] : r->hop).flags;
	r->state = state_of(state);
	return 0;
}

/* A selector leaves out of the output what it selects by: then nothing is known of that. */
static const char *missing(const struct snap_route *rt)
{
	const struct hgw_route *r = &rt->r;
	bool details = SAID(rt, SNAP_TYPE) && r->type == RTN_UNICAST;
	bool delivers = r->type != RTN_BLACKHOLE && r->type != RTN_UNREACHABLE &&
			r->type != RTN_PROHIBIT && r->type != RTN_THROW;
	bool inet = r->dst.addr.family == AF_INET;

	if (delivers && (rt->no_dev || (r->nhops == 0 && r->nhid == 0)))
		return "dev";
	if (details && !SAID(rt, SNAP_PROTO))
		return "proto";
	if (details && !SAID(rt, SNAP_SCOPE))
		return "scope";
	/* The kernel's own networks are of scope link, and its own addresses of scope host. */
	if (inet && r->type == RTN_UNICAST && r->protocol == RTPROT_KERNEL && r->nhops == 1 &&
	    r->hop.via.family == AF_UNSPEC && r->scope == RT_SCOPE_UNIVERSE)
		return "scope";
	if (inet && r->type == RTN_UNICAST && r->scope == RT_SCOPE_HOST &&
	    r->table == RT_TABLE_LOCAL)
		return "type";
	if (SAID(rt, SNAP_PREF) && !SAID(rt, SNAP_METRIC))
		return "metric";
	return NULL;
}

static int settle_family(struct snap_reader *rd, struct snap_route *rt)
{
	uint8_t family = rt->family;

	if (family == AF_UNSPEC)
		family = rt->gateways;
	if (family == AF_UNSPEC && SAID(rt, SNAP_PREF))
		family = AF_INET6;
	if (family == AF_UNSPEC)
		family = rt->src.family;
	if (family == AF_UNSPEC)
		family = AF_INET;
	rt->r.dst.addr.family = family;
	if ((rt->gateways != AF_UNSPEC && rt->gateways != family) ||
	    (rt->src.family != AF_UNSPEC && rt->src.family != family) ||
	    (family == AF_INET && SAID(rt, SNAP_PREF)))
		return snap_fail(rd, rt->at, snap_hint, "this route has addresses of two families");
	return 0;
}

/* What it says of the host. */
static int note_host(struct snap_reader *rd, const struct snap_route *rt)
{
	const struct hgw_route *r = &rt->r;

	if (r->type == RTN_LOCAL && r->dst.len == hgw_family_bits(r->dst.addr.family) &&
	    snap_add_addr(rd, &r->dst.addr, r->hop.oif) < 0)
		return -1;
	if (rt->src.family == AF_UNSPEC)
		return 0;
	return snap_add_addr(rd, &rt->src, r->hop.oif);
}

int snap_finish(struct snap_reader *rd, struct snap_route *rt)
{
	const char *selector;

	if (settle_family(rd, rt) < 0 || finish_hops(rd, rt) < 0)
		return -1;
	selector = missing(rt);
	if (selector != NULL)
		return snap_fail(rd, rt->at, snap_hint,
				 "this route does not tell its %s: was the output filtered by %s?",
				 selector, selector);
	rd->with_proto += SAID(rt, SNAP_PROTO);
	rd->with_table += SAID(rt, SNAP_TABLE);
	rd->local += rt->r.type == RTN_LOCAL && !SAID(rt, SNAP_TABLE);
	rd->file->all |= rt->r.table != RT_TABLE_MAIN;
	if (note_host(rd, rt) < 0 || snap_encode(rd, rt) < 0)
		return -1;
	return hgw_routes_add(&rd->file->routes, &rt->r, rd->err);
}
