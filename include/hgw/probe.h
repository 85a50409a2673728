/* SPDX-License-Identifier: MIT */
/*
 * Asking the gateways themselves whether they are on the link.
 *
 * Two ways, side by side. The kernel asks for the neighbour (ARP, NDP) where we may have it
 * do so (CAP_NET_ADMIN); else it does where it knows none, and 5 s later where it does not
 * trust what it knows. And UDP datagrams that live for one hop: one to the gateway itself,
 * one into its subnet. A gateway answers them by ICMP, the latter because it forwards; a
 * router that has taken a frame in its stead (proxy ARP) gives itself away. Whoever drops
 * ICMP is a neighbour all the same, if the kernel has found it now. Nobody answers for
 * somebody else, so that the limits on the rate of ICMP, which each host has, do not matter.
 *
 * What is left behind in the neighbour table is what any packet leaves there.
 */
#ifndef HGW_PROBE_H
#define HGW_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/desired.h"
#include "hgw/err.h"
#include "hgw/kernel.h"
#include "hgw/progress.h"

enum hgw_answer {
	HGW_ANSWER_NONE, /* nobody asked: the time was over before its turn came */
	HGW_ANSWER_YES,
	HGW_ANSWER_SILENT,  /* asked, and none came */
	HGW_ANSWER_PROXIED, /* another router took what was for it: see by */
	HGW_ANSWER_UNSURE,  /* no answer, but an entry from before that was not asked about */
	HGW_ANSWER_NO_ROOM, /* not asked: the neighbour table is full */
	HGW_ANSWER_REFUSED, /* not asked: errnum */
};

struct hgw_asked {
	struct hgw_addr addr; /* the gateway */
	uint32_t oif;
	uint32_t node;		/* whose address it is */
	struct hgw_addr inside; /* in a subnet of it; AF_UNSPEC: none of its family */
	enum hgw_answer answer;
	bool forwards; /* that was seen */
	bool mute; /* it answers for itself, and twice nobody answered what was for its subnet */
	uint16_t state; /* of its entry in the neighbour table at the end: NUD_* */
	uint8_t maclen; /* 0: not known, or the link has none */
	uint8_t mac[HGW_MAC_MAX];
	uint32_t twin; /* another node's, that has the same MAC on that link; UINT32_MAX: none */
	struct hgw_addr by;
	int errnum;
};

struct hgw_probe {
	struct hgw_asked *v; /* sorted by address; each once, however many subnets it has */
	size_t n;
	bool may_ask;	     /* the kernel lets us have it ask */
	uint32_t timeout_ms; /* that was waited for each at most */
	uint32_t most; /* entries the neighbour table has room for, of the family that ran out */
};

struct hgw_probe_options {
	uint32_t timeout_ms; /* for each; 0: what the kernel takes to find out, and a second */
	uint32_t room; /* so many new neighbours at a time; 0: half of those there is room for */
	const struct hgw_progress *progress; /* is told how many are done; NULL: nobody */
};

/* The gateways of what is wanted, but those that are not on a link; nobody asked yet. */
HGW_NODISCARD int hgw_probe_build(struct hgw_probe *p, const struct hgw_desired *desired,
				  const struct hgw_pool *pool, struct hgw_err *err);
/*
 * Asks them, all at once or in as many waves as the neighbour table wants. Returns 0 also if
 * some do not answer; HGW_FAILED if it cannot ask or was told to stop
 * (hgw_kernel_stop_at()).
 */
HGW_NODISCARD int hgw_probe_run(struct hgw_probe *p, struct hgw_kernel *k,
				const struct hgw_probe_options *options, struct hgw_err *err);
/* NULL: it is none of those. */
const struct hgw_asked *hgw_probe_find(const struct hgw_probe *p, const struct hgw_addr *addr);
void hgw_probe_free(struct hgw_probe *p);

/* "02:00:00:00:00:01"; "" where none is known. */
enum { HGW_MAC_STRLEN = 3 * HGW_MAC_MAX };
void hgw_mac_format(const struct hgw_asked *a, char buf[static HGW_MAC_STRLEN]);

#endif
