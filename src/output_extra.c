/* SPDX-License-Identifier: MIT */
/* The attributes of a dumped route that only show prints, out of its raw message. */
#include <string.h>
#include <unistd.h>

#include "output_impl.h"

/* RTA_NEXT without its mix of signed and unsigned. */
static const struct rtattr *next_attribute(const struct rtattr *a, int *left)
{
	size_t size = RTA_ALIGN(a->rta_len);

	*left -= (int)size;
	return (const struct rtattr *)(const void *)((const char *)a + size);
}

static void read_u32(const struct rtattr *a, uint32_t *out)
{
	if (RTA_PAYLOAD(a) >= sizeof(*out))
		memcpy(out, RTA_DATA(a), sizeof(*out));
}

static void read_metrics(const struct rtattr *nest, struct route_extra *x)
{
	const struct rtattr *a = RTA_DATA(nest);
	int left = (int)RTA_PAYLOAD(nest);

	for (; RTA_OK(a, left); a = next_attribute(a, &left)) {
		if (a->rta_type == RTAX_CC_ALGO)
			snprintf(x->congestion, sizeof(x->congestion), "%.*s", (int)RTA_PAYLOAD(a),
				 (const char *)RTA_DATA(a));
		if (a->rta_type > RTAX_MAX)
			continue;
		x->has_metric[a->rta_type] = true;
		read_u32(a, &x->metrics[a->rta_type]);
	}
}

static void read_attribute(const struct rtattr *a, uint8_t family, struct route_extra *x)
{
	struct rta_cacheinfo ci;
	long hz = sysconf(_SC_CLK_TCK);

	switch (a->rta_type) {
	case RTA_PREFSRC:
		x->prefsrc.family = family;
		memcpy(x->prefsrc.b, RTA_DATA(a),
		       RTA_PAYLOAD(a) < sizeof(x->prefsrc.b) ? RTA_PAYLOAD(a)
							     : sizeof(x->prefsrc.b));
		break;
	case RTA_METRICS:
		read_metrics(a, x);
		break;
	case RTA_MARK:
		read_u32(a, &x->mark);
		break;
	case RTA_FLOW:
		read_u32(a, &x->flow);
		break;
	case RTA_PREF:
		x->pref = RTA_PAYLOAD(a) > 0 ? *(const uint8_t *)RTA_DATA(a) : -1;
		break;
	case RTA_CACHEINFO:
		if (RTA_PAYLOAD(a) < sizeof(ci))
			break;
		memcpy(&ci, RTA_DATA(a), sizeof(ci));
		x->expires = ci.rta_expires != 0;
		x->seconds = (int)(ci.rta_expires / hz);
		x->error = (int)ci.rta_error;
		break;
	default:
		break;
	}
}

void route_extra_read(const struct hgw_pool *pool, const struct hgw_route *r, struct route_extra *x)
{
	const struct nlmsghdr *h;
	const struct rtmsg *rtm;
	const struct rtattr *a;
	int left;

	*x = (struct route_extra){.pref = -1, .flags = r->nhops == 1 ? r->hop.flags : 0};
	if (r->raw == 0)
		return;
	h = (const struct nlmsghdr *)(const void *)(pool->raw + r->raw);
	rtm = NLMSG_DATA(h);
	x->flags = rtm->rtm_flags;
	left = (int)(h->nlmsg_len - NLMSG_LENGTH(sizeof(*rtm)));
	a = (const struct rtattr *)(const void *)((const char *)rtm + NLMSG_ALIGN(sizeof(*rtm)));
	for (; RTA_OK(a, left); a = next_attribute(a, &left))
		read_attribute(a, r->dst.addr.family, x);
}

const char *flag_name(unsigned flags, unsigned *i)
{
	static const struct {
		unsigned flag;
		const char *name;
	} names[] = {
		{RTNH_F_DEAD, "dead"},
		{RTNH_F_ONLINK, "onlink"},
		{RTNH_F_PERVASIVE, "pervasive"},
		{RTNH_F_OFFLOAD, "offload"},
		{RTNH_F_TRAP, "trap"},
		{RTM_F_NOTIFY, "notify"},
		{RTNH_F_LINKDOWN, "linkdown"},
		{RTNH_F_UNRESOLVED, "unresolved"},
		{RTM_F_OFFLOAD, "rt_offload"},
		{RTM_F_TRAP, "rt_trap"},
		{RTM_F_OFFLOAD_FAILED, "rt_offload_failed"},
	};

	while (*i < HGW_ARRAY_LEN(names)) {
		unsigned at = (*i)++;

		if (flags & names[at].flag)
			return names[at].name;
	}
	return NULL;
}

bool has_metric(const struct route_extra *x, unsigned rtax)
{
	if (metric_name(rtax) == NULL || (rtax == RTAX_CC_ALGO && !x->has_metric[rtax]) ||
	    (rtax == RTAX_HOPLIMIT && x->metrics[rtax] == UINT32_MAX))
		return false;
	return x->has_metric[rtax] || (x->metrics[RTAX_LOCK] & (1U << rtax)) != 0;
}

const char *metric_name(unsigned rtax)
{
	static const char *const names[RTAX_MAX + 1] = {
		[RTAX_MTU] = "mtu",	      [RTAX_WINDOW] = "window",
		[RTAX_RTT] = "rtt",	      [RTAX_RTTVAR] = "rttvar",
		[RTAX_SSTHRESH] = "ssthresh", [RTAX_CWND] = "cwnd",
		[RTAX_ADVMSS] = "advmss",     [RTAX_REORDERING] = "reordering",
		[RTAX_HOPLIMIT] = "hoplimit", [RTAX_INITCWND] = "initcwnd",
		[RTAX_FEATURES] = "features", [RTAX_RTO_MIN] = "rto_min",
		[RTAX_INITRWND] = "initrwnd", [RTAX_QUICKACK] = "quickack",
		[RTAX_CC_ALGO] = "congctl",   [RTAX_FASTOPEN_NO_COOKIE] = "fastopen_no_cookie",
	};

	return rtax <= RTAX_MAX ? names[rtax] : NULL;
}
