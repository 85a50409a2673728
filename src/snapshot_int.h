/* SPDX-License-Identifier: MIT */
/* Shared by the snapshot_*.c files, their tests and their fuzzer. */
#ifndef HGW_SNAPSHOT_INT_H
#define HGW_SNAPSHOT_INT_H

#include "hgw/snapshot.h"

/* What a route says, in either form; what is not told apart is left out of account. */
enum snap_key {
	SNAP_TYPE,
	SNAP_DST,
	SNAP_NHID,
	SNAP_TOS,
	SNAP_GATEWAY,
	SNAP_DEV,
	SNAP_TABLE,
	SNAP_PROTO,
	SNAP_SCOPE,
	SNAP_SRC,
	SNAP_METRIC,
	SNAP_MARK,
	SNAP_EXPIRES,
	SNAP_ERROR,
	SNAP_PREF,
	SNAP_WEIGHT,
	SNAP_REALMS,
	SNAP_IGNORED,
	SNAP_NKEYS,
};

/* The reading of one file. */
struct snap_reader {
	struct hgw_snapshot_file *file;
	const struct hgw_names *names;
	struct hgw_pool *pool;
	struct hgw_diags *diags;
	struct hgw_err *err;
	const char *name, *data;
	size_t len;
	uint32_t *slots; /* links by the hash of their name: index or 0 */
	size_t nslots;
	uint64_t salt;			      /* of the hash */
	size_t with_proto, with_table, local; /* routes that say so */
};

/* A route that is being read. */
struct snap_route {
	struct hgw_route r;
	struct hgw_hop hop; /* of the route, or the nexthop at hand */
	bool nexthops;	    /* one has begun */
	bool no_dev;	    /* a hop has none */
	uint8_t family;	    /* AF_UNSPEC: not known yet, of "default" */
	uint8_t gateways;   /* family of those without a word for it */
	uint32_t said;	    /* 1 << SNAP_* */
	size_t at;	    /* where it stands */
	/* what struct hgw_route does not model */
	struct hgw_addr src;
	unsigned flags;
	uint32_t metrics[RTAX_MAX + 1];
	uint32_t has_metric; /* 1 << RTAX_* */
	char congestion[16];
	uint32_t expires, mark, flow;
	int error, pref;
};

/* One error, at a place of the input; returns -1. hint may be NULL. */
int snap_fail(struct snap_reader *rd, size_t at, const char *hint, const char *fmt, ...)
	HGW_PRINTF(4, 5);
/* Its usual hint: how to take a snapshot. */
extern const char snap_hint[];

void snap_begin(struct snap_route *rt, size_t at);
/* Sets what key says, out of a word that stands at "at". */
HGW_NODISCARD int snap_set(struct snap_reader *rd, struct snap_route *rt, enum snap_key key,
			   const char *value, size_t at);
/* A gateway of the family that is named: "inet6". */
HGW_NODISCARD int snap_set_via(struct snap_reader *rd, struct snap_route *rt, const char *family,
			       const char *value, size_t at);
/* False if there is no flag of that name. */
bool snap_set_flag(struct snap_route *rt, const char *name);
/* A metric by its RTAX_* number. */
HGW_NODISCARD int snap_set_metric(struct snap_reader *rd, struct snap_route *rt, unsigned rtax,
				  const char *value, size_t at);
/* From here on it is about another nexthop. */
HGW_NODISCARD int snap_nexthop(struct snap_reader *rd, struct snap_route *rt);
/* The route is complete: judges it and adds it. */
HGW_NODISCARD int snap_finish(struct snap_reader *rd, struct snap_route *rt);

/* RTAX_* of a name in text or JSON; 0: none. */
unsigned snap_metric_of(const char *name);
bool snap_type_parse(const char *s, uint8_t *type);
bool snap_scope_parse(const char *s, uint8_t *scope);

/* The link of that name, made if need be; 0: out of memory. */
uint32_t snap_link(struct snap_reader *rd, const char *name);
/* An address of the host. */
HGW_NODISCARD int snap_add_addr(struct snap_reader *rd, const struct hgw_addr *a, uint32_t oif);
/* Sorts the addresses, and finds the networks that they are in. */
HGW_NODISCARD int snap_settle(struct snap_reader *rd);
/* The message that a kernel would have dumped, into the pool. */
HGW_NODISCARD int snap_encode(struct snap_reader *rd, struct snap_route *rt);

HGW_NODISCARD int snap_read_text(struct snap_reader *rd);
HGW_NODISCARD int snap_read_json(struct snap_reader *rd);

#endif
