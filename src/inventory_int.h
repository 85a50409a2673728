/* SPDX-License-Identifier: MIT */
/*
 * Inside the inventory module. A file is loaded by libcyaml into raw structs
 * in which all values are strings, and converted. Where that finds anything
 * wrong, all is done once more with the walk in libcyaml's place: it names
 * what libcyaml refuses, and its strings know where they stand.
 */
#ifndef HGW_INVENTORY_INT_H
#define HGW_INVENTORY_INT_H

#include <cyaml/cyaml.h>

#include "hgw/inventory.h"

enum {
	INV_NODES_MAX = 1000000,
	INV_ADDRS_MAX = 32, /* of one family of one node */
	INV_NAME_MAX = 253,
	INV_DEPTH_MAX = 64,
	INV_SCALAR_MAX = 1024,
	INV_FIELDS_MAX = 16, /* of one mapping */
};

/* An arena: what libcyaml and the walk allocate is freed at once. */
struct inv_chunk;
struct inv_big;
struct inv_arena {
	struct inv_chunk *chunks;
	struct inv_big *bigs;
};

/* A cyaml_mem_fn_t of an arena. Freeing does nothing; growing in small steps is cheap. */
void *inv_arena_mem(void *ctx, void *ptr, size_t size);
void inv_arena_free(struct inv_arena *arena);

/* First in each raw mapping; filled by the walk, zero from libcyaml. */
struct inv_head {
	struct hgw_place at;
	bool broken; /* something in it was refused, so that something may seem to be missing */
};

struct inv_raw_network {
	struct inv_head head;
	char **cluster;
	uint32_t cluster_count;
	char *interface, *table, *metric, *protocol, *mtu, *onlink;
};

struct inv_raw_node {
	struct inv_head head;
	char *name, *address, *subnet, *interface, *metric, *mtu, *onlink;
	char **addresses, **subnets;
	uint32_t addresses_count, subnets_count;
};

struct inv_raw {
	struct inv_head head;
	struct inv_raw_network *network;
	struct inv_raw_node *nodes;
	uint32_t nnodes;
};

/* The one table of fields: libcyaml and the walk both follow it. */
extern const cyaml_schema_value_t inv_schema;

struct inv_problem {
	uint32_t file;
	struct hgw_place at;
	size_t order;
	char *text, *hint;
};

struct inv_load {
	struct hgw_inventory *inv;
	const struct hgw_names *names;
	struct inv_arena arena;
	uint32_t file; /* the one being loaded */
	bool walking;  /* the second time: strings have places, problems are kept */
	bool suspect;  /* may be what only the walk can see */
	bool bad;      /* there is a problem */
	bool nomem;
	bool no_cluster; /* a prefix of it was refused: nothing can be said to be outside */
	struct inv_problem *problems;
	size_t nproblems, problem_cap, total; /* total: those not kept included */
	size_t node_cap, addr_cap, subnet_cap, text_cap, cluster_cap;
	/* What the user wrote, beside the arrays of inv; only when walking. */
	const char **names_src, **addrs_src, **subnets_src;
	size_t names_src_cap, addrs_src_cap, subnets_src_cap;
	const char *table_src, *protocol_src;
	uint32_t table_file, protocol_file;
};

/* Reads the file; "-" is standard input. */
int inv_read(struct hgw_file *file, const char *name, struct hgw_err *err);
/* The same of a text in memory. */
int inv_copy(struct hgw_file *file, const char *name, const char *data, size_t len,
	     struct hgw_err *err);

/* What libcyaml says of a file that it refuses. */
struct inv_refusal {
	struct hgw_place at;
	char text[200];
	bool nomem;
};
/* NULL if it refuses; *raw belongs to the arena. */
struct inv_raw *inv_parse(const struct hgw_file *file, struct inv_arena *arena,
			  struct inv_refusal *refusal);

/* Reports what is wrong with the document; what is not is in the result. NULL: nothing is. */
struct inv_raw *inv_walk(struct inv_load *ld);

/* Appends a file to ld->inv, value by value checked. */
void inv_convert(struct inv_load *ld, const struct inv_raw *raw);
/* Checks all the files' values against each other. */
void inv_check(struct inv_load *ld);

/*
 * A problem at a place of a file, or at a value. NULL where it is only counted; else good until
 * the next one.
 */
struct inv_problem *inv_problem_at(struct inv_load *ld, uint32_t file, struct hgw_place at,
				   const char *fmt, ...) HGW_PRINTF(4, 5);
struct inv_problem *inv_problem(struct inv_load *ld, const char *value, const char *fmt, ...)
	HGW_PRINTF(3, 4);
/* problem may be NULL. */
void inv_hint(struct inv_load *ld, struct inv_problem *problem, const char *fmt, ...)
	HGW_PRINTF(3, 4);
/* Moves the problems, sorted, to diags. */
void inv_problems_flush(struct inv_load *ld, struct hgw_diags *diags);
void inv_problems_free(struct inv_load *ld);

/* The place of a value of the walk. */
struct hgw_place inv_place_of(const char *value);
/* Makes the string that knows its place. NULL: no memory. */
char *inv_place_value(struct inv_arena *arena, struct hgw_place at, const char *s, size_t len);

/* Length of the character at s if it must not reach a terminal, else 0. s is UTF-8. */
size_t inv_control(const char *s);

/* A value of the user's for a message: long ones are cut, controls are '?'. */
enum { INV_QUOTE_SIZE = 4 * 64 + 4 };
const char *inv_quote(char buf[static INV_QUOTE_SIZE], const char *s);
#define INV_QUOTE(s) inv_quote((char[INV_QUOTE_SIZE]){0}, (s))

/* The key that was likely meant, or NULL. */
const cyaml_schema_field_t *inv_guess(const cyaml_schema_field_t *fields, const char *key);

#endif
