/* SPDX-License-Identifier: MIT */
/*
 * What is read of a host besides its routes: links, addresses, rules. A
 * host's routes can be a million and are streamed (kernel.h), not kept.
 *
 * And the same out of a file, with the routes: what "ip route" printed there.
 */
#ifndef HGW_SNAPSHOT_H
#define HGW_SNAPSHOT_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/diag.h"
#include "hgw/err.h"
#include "hgw/names.h"
#include "hgw/prefix.h"
#include "hgw/route.h"

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
	struct hgw_prefix dst;	  /* of its packets; len 0: any */
};

struct hgw_snapshot {
	struct hgw_link *links; /* sorted by index */
	size_t nlinks, cap_links;
	struct hgw_ifaddr *addrs; /* sorted by address */
	size_t naddrs, cap_addrs;
	struct hgw_rule *rules;
	size_t nrules, cap_rules;
	bool file;		/* it is out of a file, which tells no rules */
	bool no_inet, no_inet6; /* nor, it happens, anything of that family */
};

/* What "ip route" printed on some host, and what of the host that tells. */
struct hgw_snapshot_file {
	struct hgw_snapshot host; /* links are numbered from 1, in the order in which they come */
	struct hgw_routes routes; /* as they come; hops and raw messages are in the pool */
	bool all;		  /* of all tables, not of one */
};

void hgw_snapshot_free(struct hgw_snapshot *s);
void hgw_snapshot_sort(struct hgw_snapshot *s);

/* NULL if there is none. */
const struct hgw_link *hgw_snapshot_link(const struct hgw_snapshot *s, uint32_t index);
const struct hgw_link *hgw_snapshot_link_named(const struct hgw_snapshot *s, const char *name);
/* Whether a is one of this host's addresses. */
bool hgw_snapshot_has_addr(const struct hgw_snapshot *s, const struct hgw_addr *a);
/* Whether it tells the routes of a family at all. */
bool hgw_snapshot_knows(const struct hgw_snapshot *s, uint8_t family);

/* The command whose output tells most; for hints. */
#define HGW_SNAPSHOT_COMMAND "ip -j -d route show table all"

/*
 * Reads what "ip route" printed, as text or JSON, of one family or both; path
 * "-" is standard input. HGW_NOINPUT where it cannot be read; HGW_DATAERR and
 * the reason in diags for what is empty, cut off, filtered, or no such output.
 */
HGW_NODISCARD int hgw_snapshot_load(struct hgw_snapshot_file *file, const char *path,
				    const struct hgw_names *names, struct hgw_pool *pool,
				    struct hgw_diags *diags, struct hgw_err *err);
/* The same from memory. */
HGW_NODISCARD int hgw_snapshot_load_data(struct hgw_snapshot_file *file, const char *name,
					 const char *data, size_t len,
					 const struct hgw_names *names, struct hgw_pool *pool,
					 struct hgw_diags *diags, struct hgw_err *err);
void hgw_snapshot_file_free(struct hgw_snapshot_file *file);

#endif
