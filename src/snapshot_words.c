/* SPDX-License-Identifier: MIT */
/* The words of a route, as ip(8) has them for people and for programs. */
#include <stdlib.h>
#include <string.h>

#include "snapshot_int.h"

struct word {
	const char *name;
	unsigned value;
};

static const struct word types[] = {
	{"none", RTN_UNSPEC},
	{"unicast", RTN_UNICAST},
	{"local", RTN_LOCAL},
	{"broadcast", RTN_BROADCAST},
	{"anycast", RTN_ANYCAST},
	{"multicast", RTN_MULTICAST},
	{"blackhole", RTN_BLACKHOLE},
	{"unreachable", RTN_UNREACHABLE},
	{"prohibit", RTN_PROHIBIT},
	{"throw", RTN_THROW},
	{"nat", RTN_NAT},
	{"xresolve", RTN_XRESOLVE},
};

static const struct word scopes[] = {
	{"global", RT_SCOPE_UNIVERSE}, {"site", RT_SCOPE_SITE},	      {"link", RT_SCOPE_LINK},
	{"host", RT_SCOPE_HOST},       {"nowhere", RT_SCOPE_NOWHERE},
};

static const struct word flags[] = {
	{"dead", RTNH_F_DEAD},
	{"onlink", RTNH_F_ONLINK},
	{"pervasive", RTNH_F_PERVASIVE},
	{"offload", RTNH_F_OFFLOAD},
	{"trap", RTNH_F_TRAP},
	{"notify", RTM_F_NOTIFY},
	{"linkdown", RTNH_F_LINKDOWN},
	{"unresolved", RTNH_F_UNRESOLVED},
	{"rt_offload", RTM_F_OFFLOAD},
	{"rt_trap", RTM_F_TRAP},
	{"rt_offload_failed", RTM_F_OFFLOAD_FAILED},
};

static const struct word metrics[] = {
	{"mtu", RTAX_MTU},
	{"window", RTAX_WINDOW},
	{"rtt", RTAX_RTT},
	{"rttvar", RTAX_RTTVAR},
	{"ssthresh", RTAX_SSTHRESH},
	{"cwnd", RTAX_CWND},
	{"advmss", RTAX_ADVMSS},
	{"reordering", RTAX_REORDERING},
	{"hoplimit", RTAX_HOPLIMIT},
	{"initcwnd", RTAX_INITCWND},
	{"features", RTAX_FEATURES},
	{"rto_min", RTAX_RTO_MIN},
	{"initrwnd", RTAX_INITRWND},
	{"quickack", RTAX_QUICKACK},
	{"congctl", RTAX_CC_ALGO},
	{"congestion", RTAX_CC_ALGO}, /* JSON's name of it */
	{"fastopen_no_cookie", RTAX_FASTOPEN_NO_COOKIE},
};

static const struct word *find(const struct word *words, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
	return NULL;
}

/* With -N all names are numbers. */
static bool parse(const struct word *words, size_t n, const char *s, uint8_t *out)
{
	const struct word *w = find(words, n, s);
	uint32_t number;

	if (w == NULL && !hgw_parse_u32(s, 0, UINT8_MAX, &number))
		return false;
	*out = (uint8_t)(w != NULL ? w->value : number);
	return true;
}

bool snap_type_parse(const char *s, uint8_t *type)
{
	return parse(types, HGW_ARRAY_LEN(types), s, type);
}

bool snap_scope_parse(const char *s, uint8_t *scope)
{
	return parse(scopes, HGW_ARRAY_LEN(scopes), s, scope);
}

bool snap_set_flag(struct snap_route *rt, const char *name)
{
	const struct word *w = find(flags, HGW_ARRAY_LEN(flags), name);

	if (w == NULL)
		return false;
	if (!rt->nexthops)
		rt->flags |= w->value;
	rt->hop.flags |= (uint8_t)w->value;
	return true;
}

unsigned snap_metric_of(const char *name)
{
	const struct word *w = find(metrics, HGW_ARRAY_LEN(metrics), name);

	return w != NULL ? w->value : 0;
}

/* "100ms", "1.5s", "100": in milliseconds. */
static bool parse_time(const char *s, uint32_t *out)
{
	char *end;
	double value;

	if (*s < '0' || *s > '9')
		return false;
	value = strtod(s, &end);
	if (strcmp(end, "s") == 0)
		value *= 1000;
	else if (*end != '\0' && strcmp(end, "ms") != 0)
		return false;
	if (!(value >= 0 && value < UINT32_MAX / 8))
		return false;
	*out = (uint32_t)(value + 0.5);
	return true;
}

static bool parse_features(const char *s, uint32_t *out)
{
	char *end;

	if (strcmp(s, "ecn") == 0)
		*out |= RTAX_FEATURE_ECN;
	else if (strcmp(s, "tcp_usec_ts") == 0)
		*out |= 1U << 4; /* RTAX_FEATURE_TCP_USEC_TS, of newer kernels */
	else if (strncmp(s, "0x", 2) == 0)
		*out |= (uint32_t)strtoul(s, &end, 16);
	else
		return false;
	return true;
}

/* Kept by the kernel in parts of a millisecond: rtt in eighths, rttvar in quarters. */
static bool parse_metric(unsigned rtax, const char *s, uint32_t *out)
{
	bool time = rtax == RTAX_RTT || rtax == RTAX_RTTVAR || rtax == RTAX_RTO_MIN;

	if (rtax == RTAX_FEATURES)
		return parse_features(s, out);
	if (!time)
		return hgw_parse_u32(s, 0, UINT32_MAX, out);
	if (!parse_time(s, out))
		return false;
	*out *= rtax == RTAX_RTT ? 8 : rtax == RTAX_RTTVAR ? 4 : 1;
	return true;
}

int snap_set_metric(struct snap_reader *rd, struct snap_route *rt, unsigned rtax, const char *value,
		    size_t at)
{
	size_t len = strlen(value);

	rt->has_metric |= 1U << rtax;
	if (rtax == RTAX_CC_ALGO && len < sizeof(rt->congestion))
		memcpy(rt->congestion, value, len + 1);
	else if (rtax == RTAX_CC_ALGO || !parse_metric(rtax, value, &rt->metrics[rtax]))
		return snap_fail(rd, at, snap_hint, "'%s' is no value of this metric", value);
	if (rtax == RTAX_MTU)
		rt->r.mtu = rt->metrics[rtax];
	return 0;
}
