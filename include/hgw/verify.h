/* SPDX-License-Identifier: MIT */
/* Judging a host against its inventory: would packets really go there? */
#ifndef HGW_VERIFY_H
#define HGW_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/actual.h"
#include "hgw/desired.h"
#include "hgw/err.h"
#include "hgw/kernel.h"
#include "hgw/probe.h"
#include "hgw/settings.h"

#define HGW_NONE UINT32_MAX /* no index */

enum hgw_check_id {
	HGW_CHECK_ROUTE,     /* the route to a subnet is there, as it should be */
	HGW_CHECK_ONLINK,    /* the gateway is on a link of this host, as the kernel means it */
	HGW_CHECK_SHADOWED,  /* no other route takes the traffic of that subnet, or of a part of it
			      */
	HGW_CHECK_LINK,	     /* its link carries */
	HGW_CHECK_EXTRA,     /* an owned route that nobody wants */
	HGW_CHECK_RULE,	     /* some rule leads to the table */
	HGW_CHECK_FOREIGN,   /* strict: nobody else has a route inside the pod networks */
	HGW_CHECK_NEIGHBOUR, /* where they were asked: its gateways answer */
	HGW_CHECK_PATH,	     /* of a mesh: packets to a subnet arrive, and so do the answers */
	HGW_CHECK_SNAPSHOT,  /* of a mesh: there is one of the node */
	HGW_CHECK_LOOKUP,    /* the kernel itself, asked, would send packets there */
	HGW_CHECK_LOCAL,     /* this node's own subnet is delivered here */
	HGW_CHECK_FORWARDING,
	HGW_CHECK_RP_FILTER,	   /* no reverse path filter drops what comes from there */
	HGW_CHECK_NEIGHBOUR_TABLE, /* it has room for all gateways */
	HGW_CHECK_MTU,
	HGW_CHECK_NETWORKD, /* systemd-networkd would not delete the routes */
	HGW_NCHECKS,
};

/* A check that cannot be made with what is known is skipped, and no pass. */
enum hgw_check_status { HGW_PASS, HGW_FAIL, HGW_WARN, HGW_SKIP, HGW_NSTATUSES };

/* What is the matter with a route. */
enum hgw_fault {
	HGW_FAULT_NONE,
	HGW_FAULT_MISSING,
	HGW_FAULT_GATEWAY,
	HGW_FAULT_DEVICE,
	HGW_FAULT_METRIC,
	HGW_FAULT_ATTRIBUTES, /* mtu, onlink, type, weight */
	HGW_FAULT_DOUBLED,    /* more than one of ours to one subnet */
	HGW_FAULT_FOREIGN,    /* somebody else's does the job */
	HGW_FAULT_CONFLICT,   /* somebody else's goes elsewhere */
	HGW_FAULT_UNKNOWN,    /* a snapshot does not tell, or it cannot be read */
	HGW_FAULT_REFUSED,    /* lookup: the kernel has no way for it */
	HGW_FAULT_ELSEWHERE,  /* lookup: it goes another way */
	HGW_FAULT_RULES,      /* lookup: the rules lead past a table that is not main */
	HGW_FAULT_NO_POD,     /* lookup: it could not be asked as a pod; rp-filter: as a node */
	HGW_FAULT_OFF,	      /* it is switched off */
	HGW_FAULT_NOWHERE,    /* local-subnet: nothing delivers it */
	HGW_FAULT_AWAY,	      /* local-subnet: it is sent elsewhere */
	HGW_FAULT_FULL,	      /* neighbour-table: less room than gateways */
};

/* What one check came to. There can be a million of them, so routes are referred to. */
struct hgw_check {
	enum hgw_check_id id : 8;
	enum hgw_check_status status : 8;
	enum hgw_fault fault : 8;
	bool foreign;	/* have is not ours */
	uint8_t family; /* of a rule */
	uint32_t want;	/* into desired->v; HGW_NONE: none */
	uint32_t have;	/* the route found, or found in the way: into actual's owned or foreign */
	/*
	 * local-subnet: into desired->own, and lookups->own; lookup of a want: into lookups->v;
	 * forwarding, rp-filter, mtu, networkd: the index of the link, 0 being none or all of them.
	 */
	uint32_t at;
};

struct hgw_verdict {
	struct hgw_check *v; /* by subnet, then id: stable from run to run */
	size_t n, cap;
	size_t count[HGW_NSTATUSES];
	bool strict; /* set before hgw_verify(): what would be a warning fails, and
			HGW_CHECK_FOREIGN */
};

/* The route that was found; NULL: none. */
const struct hgw_route *hgw_check_have(const struct hgw_check *c, const struct hgw_actual *actual);

/* Somebody on this host who sends packets to pods elsewhere. */
struct hgw_pod {
	uint32_t link; /* by which its packets come in; 0: none */
	struct hgw_addr addr;
	bool idle; /* the link has no carrier, as a bridge without pods */
};

/* A part of a want that a rule is about. */
struct hgw_part {
	uint32_t want;
	uint32_t priority; /* of the rule */
	struct hgw_addr first;
};

/*
 * Where the kernel would send packets: for an address in each want, as this host
 * (v[want]) and as a pod (v[n + want], if its family has one); and for that pod, as
 * one in the want (v[2 * n + want]), whose packets come in by the link of the gateway.
 * Behind these, for the first address of each part that a rule is about, as this host
 * (v[3 * n + 2 * part]) and as a pod (the next, if its family has one).
 */
struct hgw_lookups {
	struct hgw_lookup *v;
	size_t n;		/* of wants */
	struct hgw_part *parts; /* sorted by want, then priority */
	size_t nparts;
	struct hgw_pod pod[2]; /* IPv4, IPv6 */
	/* As this host, for an address in each own subnet; family AF_UNSPEC: not asked. */
	struct hgw_lookup *own;
	size_t nown;
};
/* Asks for all wants of desired, which is resolved. To be freed in any case. */
HGW_NODISCARD int hgw_lookups_ask(struct hgw_lookups *l, const struct hgw_desired *desired,
				  const struct hgw_snapshot *host, const struct hgw_pool *pool,
				  struct hgw_kernel *k, struct hgw_err *err);
void hgw_lookups_free(struct hgw_lookups *l);
/* The part that v[at] is about; NULL: it is about no part. */
const struct hgw_part *hgw_lookups_part(const struct hgw_lookups *l, uint32_t at);

/*
 * Reads the settings that matter to desired below root: those of the links that
 * its wants and own subnets use.
 */
HGW_NODISCARD int hgw_verify_settings(struct hgw_settings *s, const char *root,
				      const struct hgw_desired *desired,
				      const struct hgw_snapshot *host, const struct hgw_pool *pool,
				      struct hgw_err *err);

/* What is judged, and what was read of the host for it. */
struct hgw_evidence {
	const struct hgw_desired *desired; /* resolved */
	const struct hgw_actual *actual;
	const struct hgw_snapshot *host;
	const struct hgw_scope *scope;
	const struct hgw_pool *pool;
	const struct hgw_probe *probe; /* what the gateways answered; NULL: not asked */
	/* NULL where a snapshot is all there is: what depends on them is skipped. */
	const struct hgw_settings *settings;
	const struct hgw_lookups *lookups;
};

/* Returns 0 also if checks fail: see count. */
HGW_NODISCARD int hgw_verify(struct hgw_verdict *verdict, const struct hgw_evidence *on,
			     struct hgw_err *err);
void hgw_verdict_free(struct hgw_verdict *verdict);

/* What one gateway's answer means: HGW_PASS, HGW_FAIL or HGW_SKIP. */
enum hgw_check_status hgw_asked_status(const struct hgw_asked *a);

/*
 * The subnet of the inventory that a check is about, a wanted one or an own one, and
 * its node; NULL: about none.
 */
const struct hgw_prefix *hgw_check_subnet(const struct hgw_check *c,
					  const struct hgw_desired *desired, uint32_t *node,
					  uint32_t *subnet);
/* Whether a route can be what is wrong, and so undoing a change of routes can mend it. */
bool hgw_check_is_of_routes(enum hgw_check_id id);
/* "route", "shadowed", …; "pass", "fail", "warn", "skip". */
const char *hgw_check_name(enum hgw_check_id id);
const char *hgw_check_status_name(enum hgw_check_status status);

#endif
