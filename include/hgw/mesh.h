/* SPDX-License-Identifier: MIT */
/*
 * The tables of all nodes, and what becomes of a packet from each node to each
 * subnet of each other: followed from table to table, as fib.h looks one up.
 *
 * Which address of a subnet makes a difference where some table has a route to
 * a part of it: all parts are followed. A route with several hops must deliver
 * by each of them. Only what matters of a table is kept of it.
 */
#ifndef HGW_MESH_H
#define HGW_MESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/desired.h"
#include "hgw/err.h"
#include "hgw/inventory.h"
#include "hgw/snapshot.h"

enum { HGW_TTL = 64 }; /* that a packet starts with; each node on its way takes one */

/* What becomes of a packet. From HGW_FATE_NO_ROUTE on it is a fault. */
enum hgw_fate {
	HGW_FATE_DELIVERED, /* into the subnet, by its own node */
	HGW_FATE_PENDING,   /* arrives at that node, where nothing delivers it: no pods yet? */
	HGW_FATE_UNKNOWN,   /* arrives at a node whose table is not known */
	HGW_FATE_NO_ROUTE,
	HGW_FATE_REJECTED, /* blackhole, unreachable, prohibit */
	HGW_FATE_NO_CARRIER,
	HGW_FATE_NOBODY,  /* the gateway is a node's by the inventory, which has no such address */
	HGW_FATE_OUTSIDE, /* the gateway is nobody's */
	HGW_FATE_DOUBLED, /* the gateway is an address of several nodes */
	HGW_FATE_LOOP,
	HGW_FATE_TOO_FAR,    /* it dies of its TTL */
	HGW_FATE_WRONG_NODE, /* another node takes it for its own */
	HGW_FATE_ONE_WAY,    /* gets there, but not the answers of the same family */
	HGW_NFATES,
};

/* A walk that is not simply delivered. */
struct hgw_walk {
	uint32_t from, to, subnet; /* nodes; into inv->subnets */
	uint32_t at;		   /* the node where it ends */
	uint32_t next;		   /* a loop: the node that it is sent to from there */
	enum hgw_fate fate;
	struct hgw_addr dst; /* an address in the subnet of which this is true */
	struct hgw_addr via; /* the gateway at fault; AF_UNSPEC: none */
};

/* What a node does with a packet. */
enum hgw_way_kind {
	HGW_WAY_UNKNOWN,
	HGW_WAY_NONE,	 /* no route */
	HGW_WAY_REJECT,	 /* blackhole and the like */
	HGW_WAY_HERE,	 /* an address of its own */
	HGW_WAY_LINK,	 /* on a link, without a gateway */
	HGW_WAY_PENDING, /* for its own subnet, which no route of its own delivers */
	HGW_WAY_VIA,	 /* its hops */
	HGW_WAY_NKINDS,
};

/* Whose a gateway is, where it is not one node's. */
#define HGW_TO_OUTSIDE UINT32_MAX
#define HGW_TO_NOBODY  (UINT32_MAX - 1)
#define HGW_TO_SEVERAL (UINT32_MAX - 2)

struct hgw_mesh_hop {
	struct hgw_addr via; /* AF_UNSPEC: on the link */
	uint8_t flags;	     /* RTNH_F_* */
	uint32_t to;	     /* the node that has it, or HGW_TO_* */
};

struct hgw_way {
	enum hgw_way_kind kind;
	uint16_t nhops;
	uint32_t hops; /* into the node's */
};

/* From an address on, to the next step, packets go that way. */
struct hgw_mesh_step {
	struct hgw_addr first;
	uint32_t way;
};

struct hgw_mesh_node {
	struct hgw_mesh_step *steps; /* sorted; IPv4's from 0.0.0.0 on, then IPv6's from :: on */
	uint32_t nsteps, inet6;	     /* the first of IPv6 */
	struct hgw_way *ways;	     /* the first HGW_WAY_VIA are those of the kinds without hops */
	uint32_t nways;
	struct hgw_mesh_hop *hops;
	uint32_t nhops;
	struct hgw_addr *addrs; /* its own */
	uint32_t naddrs;
	bool known;		  /* its table is */
	bool has_inet, has_inet6; /* its addresses of that family are those that are told */
};

struct hgw_mesh {
	const struct hgw_inventory *inv; /* borrowed */
	struct hgw_scope scope;
	struct hgw_mesh_node *nodes; /* as in inv */
	uint8_t *fates;		     /* of each node to each subnet: nodes x subnets */
	struct hgw_walk *v;	     /* by from, then subnet */
	size_t n, cap;
	size_t count[HGW_NFATES]; /* of walks; not of a node to its own subnets */
};

/* scope: its families, and its table as that of hgw_fib_build(). */
HGW_NODISCARD int hgw_mesh_init(struct hgw_mesh *mesh, const struct hgw_inventory *inv,
				const struct hgw_scope *scope, struct hgw_err *err);
/* What a node's snapshot says; nothing of it is kept. Nodes that are not added are not known. */
HGW_NODISCARD int hgw_mesh_add(struct hgw_mesh *mesh, uint32_t node,
			       const struct hgw_snapshot *host, const struct hgw_routes *routes,
			       const struct hgw_pool *pool, struct hgw_err *err);
/* Follows all packets there are, once all nodes are added. */
HGW_NODISCARD int hgw_mesh_walk(struct hgw_mesh *mesh, struct hgw_err *err);

/* What became of packets from a node to a subnet. */
enum hgw_fate hgw_mesh_fate(const struct hgw_mesh *mesh, uint32_t from, uint32_t subnet);
/* The worst of those to the subnets of another node; what has none is delivered. */
enum hgw_fate hgw_mesh_pair(const struct hgw_mesh *mesh, uint32_t from, uint32_t to);
static inline bool hgw_fate_is_fault(enum hgw_fate fate)
{
	return fate >= HGW_FATE_NO_ROUTE;
}
/* "delivered", "black hole", "loop", "wrong node", "one-way", "pending", "unknown". */
const char *hgw_fate_name(enum hgw_fate fate);
void hgw_mesh_free(struct hgw_mesh *mesh);

#endif
