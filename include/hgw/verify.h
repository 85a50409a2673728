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
#include "hgw/probe.h"

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
	HGW_FAULT_UNKNOWN,    /* a snapshot does not tell */
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

/* What is judged, and what was read of the host for it. */
struct hgw_evidence {
	const struct hgw_desired *desired; /* resolved */
	const struct hgw_actual *actual;
	const struct hgw_snapshot *host;
	const struct hgw_scope *scope;
	const struct hgw_pool *pool;
	const struct hgw_probe *probe; /* what the gateways answered; NULL: not asked */
};

/* Returns 0 also if checks fail: see count. */
HGW_NODISCARD int hgw_verify(struct hgw_verdict *verdict, const struct hgw_evidence *on,
			     struct hgw_err *err);
void hgw_verdict_free(struct hgw_verdict *verdict);

/* What one gateway's answer means: HGW_PASS, HGW_FAIL or HGW_SKIP. */
enum hgw_check_status hgw_asked_status(const struct hgw_asked *a);

/* "route", "shadowed", …; "pass", "fail", "warn", "skip". */
const char *hgw_check_name(enum hgw_check_id id);
const char *hgw_check_status_name(enum hgw_check_status status);

#endif
