/* SPDX-License-Identifier: MIT */
/* The routes this host should have: one to each subnet of each other node. */
#ifndef HGW_DESIRED_H
#define HGW_DESIRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/diag.h"
#include "hgw/err.h"
#include "hgw/inventory.h"
#include "hgw/route.h"
#include "hgw/snapshot.h"

/* What a run is about: the routes of one protocol, in one table or (0) all, of these families. */
struct hgw_scope {
	uint32_t table;
	uint8_t protocol;
	bool inet, inet6;
};

/* Whether the gateways of a route can be used as the kernel means it, and why not. */
enum hgw_reach {
	HGW_REACH_OK,
	HGW_REACH_NO_INTERFACE, /* the one that the inventory names is not there */
	HGW_REACH_OWN,		/* an address of this host itself; IPv4 kernels would take it */
	HGW_REACH_NO_ROUTE,	/* no route leads to it */
	HGW_REACH_NOT_UNICAST,	/* the way to it is a blackhole, say */
	HGW_REACH_OFF_LINK,	/* the way to it has a gateway of its own */
};

/* A route that should be there, and the subnet of the node it comes from. */
struct hgw_want {
	struct hgw_route route;
	uint32_t node, subnet; /* into the inventory's nodes and subnets */
	enum hgw_reach reach;  /* the first fault of its hops */
	uint16_t faulty;       /* that hop */
};

/* The best route to a gateway seen so far, as a FIB lookup would choose it. */
struct hgw_gateway {
	struct hgw_addr addr;
	bool found, onlink;	/* onlink: a unicast route without a gateway of its own */
	struct hgw_route route; /* its hops are not kept, but for hop */
};

enum { HGW_ENTRIES = 8 };

/*
 * A subnet of this node itself, and the routes seen so far that tell where its
 * packets go; those of family AF_UNSPEC are none. Of their hops only hop is kept.
 */
struct hgw_own {
	struct hgw_prefix dst;
	uint32_t node, subnet;	  /* into the inventory's; node is this one */
	struct hgw_route whole;	  /* to all of it: the longest, and of these the best */
	struct hgw_route part;	  /* to a part of it, without a gateway outside */
	struct hgw_route away;	  /* to a part of it, by a gateway outside */
	struct hgw_route refused; /* to a part of it: a blackhole, or the like */
	struct hgw_route nets[2]; /* to parts on links, of more than one address; of two links */
};

struct hgw_desired {
	struct hgw_want *v; /* sorted by key; no two have the same dst */
	size_t n;
	struct hgw_gateway *gateways; /* sorted by address */
	size_t ngateways;
	struct hgw_own *own; /* sorted by dst */
	size_t nown;
	uint32_t entry[HGW_ENTRIES]; /* the links by which others send IPv4 packets to this node */
	size_t nentry;
	const char *interface; /* that all gateways are reached by; "": each by its own. Borrowed */
	uint32_t device;       /* its link; 0: no interface, or none of that name */
	const struct hgw_inventory *pods; /* hgw_desired_in_pods() asks it; NULL: none. Borrowed */
	uint32_t self;			  /* the node whose own subnets are not meant */
};

/* The routes of node self, without devices yet. */
HGW_NODISCARD int hgw_desired_build(struct hgw_desired *d, const struct hgw_inventory *inv,
				    uint32_t self, const struct hgw_scope *scope,
				    const struct hgw_snapshot *host, struct hgw_pool *pool,
				    struct hgw_err *err);

/* Takes a route of the host into account: is it the way to any of the gateways? */
void hgw_desired_see(struct hgw_desired *d, const struct hgw_route *r);

/* Whether a gateway is inside p. */
bool hgw_desired_has_gateway(const struct hgw_desired *d, const struct hgw_prefix *p);

/* Likewise: is it the way to any of the own subnets, or to a part of one? */
void hgw_desired_see_own(struct hgw_desired *d, const struct hgw_route *r);
/* Before another reading: what was seen may have been changed since. */
void hgw_desired_forget_own(struct hgw_desired *d);

enum hgw_delivery {
	HGW_OWN_LOCAL,	 /* by a link of this host, or by one for each pod */
	HGW_OWN_NOWHERE, /* nothing delivers it: there may have been no pod yet */
	HGW_OWN_AWAY, /* all or a part of it is sent to a gateway, or out to the nodes, or dropped
		       */
};
/*
 * Where packets to an own subnet go, once d is resolved, and the route that says
 * so; with HGW_OWN_NOWHERE what they are left to, or NULL.
 */
enum hgw_delivery hgw_own_delivery(const struct hgw_desired *d, const struct hgw_own *own,
				   const struct hgw_snapshot *host, const struct hgw_pool *pool,
				   const struct hgw_route **by);

/* Gives each hop its device, once all routes have been seen; the number of wants at fault. */
size_t hgw_desired_resolve(struct hgw_desired *d, const struct hgw_snapshot *host,
			   struct hgw_pool *pool);
/* Whether what was read of the host tells if the route is there: family by family, of a snapshot.
 */
bool hgw_desired_known(const struct hgw_want *w, const struct hgw_snapshot *host,
		       const struct hgw_pool *pool);
/* Leaves out those of which it does not; how many. */
size_t hgw_desired_leave_unknown(struct hgw_desired *d, const struct hgw_snapshot *host,
				 const struct hgw_pool *pool);
/*
 * Why the gateway of a want cannot be used, as a text and a hint: "gateway
 * 10.0.0.9 of node 'node2' is …". Cut if text is too small.
 */
const char *hgw_desired_explain(const struct hgw_desired *d, const struct hgw_inventory *inv,
				const struct hgw_pool *pool, const struct hgw_want *w, char *text,
				size_t size);
/* All that are at fault, as errors or warnings in diags; returns -1 with HGW_REFUSED. */
int hgw_desired_refuse(const struct hgw_desired *d, const struct hgw_inventory *inv,
		       const struct hgw_pool *pool, enum hgw_severity severity,
		       struct hgw_diags *diags, struct hgw_err *err);

/* The route wanted to the subnet that p is, or is inside of; NULL if none. */
const struct hgw_want *hgw_desired_covering(const struct hgw_desired *d,
					    const struct hgw_prefix *p);

/*
 * Whether p lies in the pod networks, but not in a subnet of this node itself, where
 * routes are the business of others, nor is it the network of the nodes. Without pods:
 * whether it is in a wanted subnet.
 */
bool hgw_desired_in_pods(const struct hgw_desired *d, const struct hgw_prefix *p);

void hgw_desired_free(struct hgw_desired *d);

#endif
