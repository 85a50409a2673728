/* SPDX-License-Identifier: MIT */
/*
 * What is read of a host besides its routes: links, addresses, rules. A
 * host's routes can be a million and are streamed (kernel.h), not kept.
 */
#ifndef HGW_SNAPSHOT_H
#define HGW_SNAPSHOT_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/prefix.h"

struct hgw_link {
	uint32_t index;
	char name[IF_NAMESIZE];
	uint32_t flags; /* IFF_UP, IFF_LOWER_UP, IFF_LOOPBACK, … (net/if.h) */
	uint32_t mtu;
};

/* An address of this host, with the prefix that is on its link. */
struct hgw_ifaddr {
	struct hgw_prefix prefix; /* not masked: the address itself, and the length */
	uint32_t index;		  /* of its link */
};

/* A rule of the routing policy database (ip-rule(8)) that leads to a table, for some packets or
 * all. */
struct hgw_rule {
	uint8_t family;
	uint32_t priority, table; /* table 0: it does something else */
};

struct hgw_snapshot {
	struct hgw_link *links; /* sorted by index */
	size_t nlinks, cap_links;
	struct hgw_ifaddr *addrs; /* sorted by address */
	size_t naddrs, cap_addrs;
	struct hgw_rule *rules;
	size_t nrules, cap_rules;
};

void hgw_snapshot_free(struct hgw_snapshot *s);
void hgw_snapshot_sort(struct hgw_snapshot *s);

/* NULL if there is none. */
const struct hgw_link *hgw_snapshot_link(const struct hgw_snapshot *s, uint32_t index);
const struct hgw_link *hgw_snapshot_link_named(const struct hgw_snapshot *s, const char *name);
/* Whether a is one of this host's addresses. */
bool hgw_snapshot_has_addr(const struct hgw_snapshot *s, const struct hgw_addr *a);

#endif
