/* SPDX-License-Identifier: MIT */
/* The neighbour tables: what they hold, how large they may grow, and questions to neighbours. */
#include <errno.h>
#include <linux/neighbour.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "kernel_impl.h"

struct reader {
	uint8_t family;
	int (*fn)(void *arg, const struct hgw_neighbour *n, struct hgw_err *err);
	void *arg;
	long ticks; /* of which there are so many in a second */
};

/* An entry that is read twice is the same entry. */
static void nothing_to_forget(void *arg)
{
	(void)arg;
}

static void read_mac(const struct nlattr *attr, struct hgw_neighbour *n)
{
	int len = nla_len(attr);

	if (len > HGW_MAC_MAX)
		len = HGW_MAC_MAX;
	n->maclen = (uint8_t)len;
	memcpy(n->mac, nla_data(attr), (size_t)len);
}

static int on_neighbour(void *arg, struct nlmsghdr *h, struct hgw_err *err)
{
	const struct reader *r = arg;
	struct ndmsg *ndm = nlmsg_data(h);
	struct nlattr *tb[NDA_MAX + 1];
	struct hgw_neighbour n = {0};

	if (!nlmsg_valid_hdr(h, sizeof(*ndm)) ||
	    nlmsg_parse(h, sizeof(*ndm), tb, NDA_MAX, NULL) < 0)
		return hgw_fail(err, HGW_FAILED, "cannot read a neighbour of this host");
	if (ndm->ndm_family != r->family || (ndm->ndm_flags & NTF_PROXY) || tb[NDA_DST] == NULL ||
	    nla_len(tb[NDA_DST]) != (int)hgw_family_bits(r->family) / 8)
		return 0;
	n.addr.family = r->family;
	memcpy(n.addr.b, nla_data(tb[NDA_DST]), (size_t)nla_len(tb[NDA_DST]));
	n.oif = (uint32_t)ndm->ndm_ifindex;
	n.state = ndm->ndm_state;
	if (tb[NDA_LLADDR] != NULL)
		read_mac(tb[NDA_LLADDR], &n);
	if (tb[NDA_CACHEINFO] != NULL &&
	    nla_len(tb[NDA_CACHEINFO]) >= (int)sizeof(struct nda_cacheinfo)) {
		const struct nda_cacheinfo *ci = nla_data(tb[NDA_CACHEINFO]);
		uint64_t ms = (uint64_t)ci->ndm_confirmed * 1000 / (uint64_t)r->ticks;

		n.confirmed_ms = ms < UINT32_MAX ? (uint32_t)ms : UINT32_MAX;
	}
	return r->fn(r->arg, &n, err);
}

int hgw_kernel_neighbours(struct hgw_kernel *k, uint8_t family,
			  int (*fn)(void *arg, const struct hgw_neighbour *n, struct hgw_err *err),
			  void *arg, struct hgw_err *err)
{
	struct {
		struct nlmsghdr h;
		struct ndmsg ndm;
	} request = {.h = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_GETNEIGH,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		     .ndm = {.ndm_family = family}};
	struct reader r = {family, fn, arg, sysconf(_SC_CLK_TCK)};

	return kernel_dump(k, &request.h, "neighbours", on_neighbour, nothing_to_forget, &r, err);
}

/* Milliseconds and counts of what is set for one link, or for those to come. */
static void read_times(struct nlattr *parms, struct hgw_neighbour_limits *l)
{
	struct nlattr *tb[NDTPA_MAX + 1];
	uint64_t delay = 0, between = 0, many, few = 0, ask;

	if (nla_parse_nested(tb, NDTPA_MAX, parms, NULL) < 0)
		return;
	if (tb[NDTPA_DELAY_PROBE_TIME] != NULL)
		delay = nla_get_u64(tb[NDTPA_DELAY_PROBE_TIME]);
	if (tb[NDTPA_RETRANS_TIME] != NULL)
		between = nla_get_u64(tb[NDTPA_RETRANS_TIME]);
	for (size_t i = 0; i < 3; i++) {
		static const int kinds[] = {NDTPA_UCAST_PROBES, NDTPA_APP_PROBES,
					    NDTPA_MCAST_REPROBES};

		few += tb[kinds[i]] != NULL ? nla_get_u32(tb[kinds[i]]) : 0;
	}
	many = tb[NDTPA_MCAST_PROBES] != NULL ? nla_get_u32(tb[NDTPA_MCAST_PROBES]) : 0;
	many += tb[NDTPA_APP_PROBES] != NULL ? nla_get_u32(tb[NDTPA_APP_PROBES]) : 0;
	ask = (many > few ? many : few) * between;
	if (delay > l->delay_ms)
		l->delay_ms = delay < UINT32_MAX ? (uint32_t)delay : UINT32_MAX;
	if (ask > l->ask_ms)
		l->ask_ms = ask < UINT32_MAX ? (uint32_t)ask : UINT32_MAX;
}

static int on_table(void *arg, struct nlmsghdr *h, struct hgw_err *err)
{
	struct hgw_neighbour_limits *l = arg;
	struct nlattr *tb[NDTA_MAX + 1];

	if (!nlmsg_valid_hdr(h, sizeof(struct ndtmsg)) ||
	    nlmsg_parse(h, sizeof(struct ndtmsg), tb, NDTA_MAX, NULL) < 0)
		return hgw_fail(err, HGW_FAILED, "cannot read a neighbour table of this host");
	if (tb[NDTA_THRESH3] != NULL)
		l->most = nla_get_u32(tb[NDTA_THRESH3]);
	if (tb[NDTA_CONFIG] != NULL && nla_len(tb[NDTA_CONFIG]) >= (int)sizeof(struct ndt_config)) {
		const struct ndt_config *c = nla_data(tb[NDTA_CONFIG]);

		l->entries = c->ndtc_entries;
	}
	if (tb[NDTA_PARMS] != NULL)
		read_times(tb[NDTA_PARMS], l);
	return 0;
}

int hgw_kernel_neighbour_limits(struct hgw_kernel *k, uint8_t family,
				struct hgw_neighbour_limits *limits, struct hgw_err *err)
{
	struct {
		struct nlmsghdr h;
		struct ndtmsg ndt;
	} request = {.h = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_GETNEIGHTBL,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		     .ndt = {.ndtm_family = family}};

	*limits = (struct hgw_neighbour_limits){0};
	return kernel_dump(k, &request.h, "neighbour tables", on_table, nothing_to_forget, limits,
			   err);
}

/* One question: what of it is as large as any can be. */
struct question {
	struct nlmsghdr h;
	struct ndmsg ndm;
	struct nlattr nla;
	uint8_t dst[16];
};

static size_t write_question(const struct hgw_neighbour *n, struct question *q)
{
	const uint16_t known = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;
	bool probe = (n->state & known) != 0;
	size_t len = hgw_family_bits(n->addr.family) / 8;

	*q = (struct question){
		.h = {.nlmsg_len = (uint32_t)(offsetof(struct question, dst) + len),
		      .nlmsg_type = RTM_NEWNEIGH,
		      .nlmsg_flags = NLM_F_REQUEST | (probe ? 0 : NLM_F_CREATE)},
		.ndm = {.ndm_family = n->addr.family,
			.ndm_ifindex = (int)n->oif,
			.ndm_state = probe ? NUD_PROBE : NUD_NONE,
			.ndm_flags = probe ? 0 : NTF_USE},
		.nla = {.nla_len = (uint16_t)(sizeof(q->nla) + len), .nla_type = NDA_DST},
	};
	memcpy(q->dst, n->addr.b, len);
	return q->h.nlmsg_len;
}

/* All answers are queued when the send returns, and only refusals are answered. */
static void read_refusals(struct hgw_kernel *k, uint32_t seq, size_t n, int *errnum)
{
	struct pollfd p = {.fd = nl_socket_get_fd(k->sk), .events = POLLIN};
	struct kernel_inbox in HGW_CLEANUP(kernel_inbox_free) = {0};

	while (poll(&p, 1, 0) > 0) {
		int rc = kernel_receive(k, &in);

		/* What was lost was a refusal: nobody answers then, which comes to the same. */
		if (rc != 0 && rc != ENOBUFS)
			break;
		for (struct nlmsghdr *h; (h = kernel_next(&in)) != NULL;) {
			uint32_t i = h->nlmsg_seq - seq;
			struct kernel_answer answer;

			if (h->nlmsg_type != NLMSG_ERROR || i >= n)
				continue;
			kernel_read_error(h, &answer);
			errnum[i] = answer.errnum;
		}
	}
}

int hgw_kernel_ask(struct hgw_kernel *k, const struct hgw_neighbour *v, size_t n, int *errnum,
		   struct hgw_err *err)
{
	for (size_t first = 0, end; first < n; first = end) {
		uint32_t seq = k->seq + 1;
		size_t len = 0;
		int rc;

		for (end = first; end < n && len + sizeof(struct question) <= KERNEL_SEND_MAX;
		     end++) {
			struct question *q = (struct question *)(void *)(k->out + len);

			len += write_question(&v[end], q);
			q->h.nlmsg_seq = ++k->seq;
			errnum[end] = 0;
		}
		rc = nl_sendto(k->sk, k->out, len);
		if (rc < 0)
			return hgw_fail(err, HGW_FAILED, "cannot ask for neighbours: %s",
					nl_geterror(rc));
		read_refusals(k, seq, end - first, errnum + first);
	}
	return 0;
}
