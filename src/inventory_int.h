/* SPDX-License-Identifier: MIT */
/*
 * Inside the inventory module. A file of our own form is loaded by libcyaml
 * into raw structs in which all values are strings, and converted. Where that
 * finds anything wrong, all is done once more with the walk in libcyaml's
 * place: it names what libcyaml refuses, and its strings know where they
 * stand. Files of Kubernetes and of flannel, and all JSON, are only walked, as
 * they are read: what is not kept is not stored either.
 */
#ifndef HGW_INVENTORY_INT_H
#define HGW_INVENTORY_INT_H

#include <cyaml/cyaml.h>
#include <stdarg.h>

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
	bool kube; /* out of a Node of Kubernetes */
};

struct inv_raw {
	struct inv_head head;
	struct inv_raw_network *network;
	struct inv_raw_node *nodes;
	uint32_t nnodes;
	uint32_t first; /* index of the first in its file */
};

/* A value of the user's for a message: long ones are cut, controls are '?'. */
enum { INV_QUOTE_SIZE = 4 * 64 + 4 };
const char *inv_quote(char buf[static INV_QUOTE_SIZE], const char *s);
#define INV_QUOTE(s) inv_quote((char[INV_QUOTE_SIZE]){0}, (s))

enum inv_kind { INV_NATIVE, INV_KUBE, INV_FLANNEL };

/* Lines of a text that is not kept: those that a message may show, cut around the place. */
struct inv_line {
	uint32_t line, first; /* the column it begins with */
	uint32_t len;
	size_t text;
};
struct inv_lines {
	struct inv_line *v;
	size_t n, cap;
	char *text;
	size_t ntext, text_cap;
};

/* A file while it is read: a window onto its text. */
struct inv_input {
	const char *name;
	int fd; /* -1: all that there is stands in data */
	char *data;
	size_t len, cap;
	size_t block; /* read at a time */
	size_t size;  /* of the whole file; 0: not known */
	const struct hgw_progress *progress;
	size_t base;		/* bytes of the text before data, which were dropped */
	bool streaming;		/* they may be */
	bool borrowed;		/* data is another's */
	struct hgw_err *failed; /* &err, once it cannot be read */
	struct hgw_err err;
	enum inv_kind kind;
	bool json;
	bool broken; /* not even its kind could be told */
	struct inv_lines lines;
};

/* The one table of fields: libcyaml and the walk both follow it. */
extern const cyaml_schema_value_t inv_schema;

struct inv_problem {
	enum hgw_severity severity;
	uint32_t file;
	struct hgw_place at;
	size_t order;
	char *text, *hint;
};

struct inv_problems {
	struct inv_problem *v;
	size_t n, total; /* total: those not kept included */
};

enum { INV_KIND_SIZE = 2 * INV_QUOTE_SIZE + 16 };

struct inv_load {
	struct hgw_inventory *inv;
	const struct hgw_names *names;
	const char *prefix; /* of flannel's annotations, up to the name */
	struct inv_input *inputs;
	struct inv_arena arena;
	uint32_t file; /* the one being loaded */
	bool walking;  /* the second time: strings have places, problems are kept */
	bool suspect;  /* may be what only the walk can see */
	bool bad;      /* there is a problem */
	bool nomem;
	bool full;	 /* there are too many nodes */
	bool no_cluster; /* a prefix of it was refused: nothing can be said to be outside */
	bool flannel;	 /* there is a configuration of flannel, which uses: */
	bool ipv4, ipv6;
	const char *flannel_src; /* where it stands */
	uint32_t flannel_file;
	size_t left_out;	      /* Nodes without a podCIDR */
	char not_read[INV_KIND_SIZE]; /* the first kind that is not, for a message */
	struct inv_problems errors, others;
	size_t node_cap, addr_cap, subnet_cap, text_cap, cluster_cap;
	/* What the user wrote, beside the arrays of inv; only when walking. */
	const char **names_src, **addrs_src, **subnets_src;
	size_t names_src_cap, addrs_src_cap, subnets_src_cap;
	const char *table_src, *protocol_src;
	uint32_t table_file, protocol_file;
};

/* Opens a file, "-" being standard input, and reads its beginning. */
int inv_input_open(struct inv_input *in, const char *name, struct hgw_err *err);
/* A text in memory, which must outlive it. */
void inv_input_text(struct inv_input *in, const char *name, const char *data, size_t len);
/* Reads on. False at the end, or where that fails. */
bool inv_input_more(struct inv_input *in);
/* The byte at an offset of the text; -1 at its end. */
int inv_input_byte(struct inv_input *in, size_t at);
/* What is before an offset is no longer needed. */
void inv_input_drop(struct inv_input *in, size_t before);
void inv_input_close(struct inv_input *in);

/* Looks at the beginning of the text for what it is. */
void inv_input_tell(struct inv_load *ld);

/* So many characters before and after a place are enough to show it. */
enum { INV_LINE_ABOUT = 110 };
/* The column that what is kept for a place begins with. */
uint32_t inv_lines_first(struct hgw_place at);
/* It is the one that was kept last. */
bool inv_lines_has(const struct inv_lines *lines, struct hgw_place at);
/* Keeps that of a place: so many blanks and s, from that column on. False: no memory. */
bool inv_lines_add(struct inv_lines *lines, struct hgw_place at, size_t blanks, const char *s,
		   size_t len);
const struct inv_line *inv_lines_find(const struct inv_lines *lines, struct hgw_place at);
void inv_lines_free(struct inv_lines *lines);

/* What libcyaml says of a file that it refuses. */
struct inv_refusal {
	struct hgw_place at;
	char text[200];
	bool nomem;
};
/* NULL if it refuses; *raw belongs to the arena. */
struct inv_raw *inv_parse(const struct inv_input *in, struct inv_arena *arena,
			  struct inv_refusal *refusal);

/* Reports what is wrong with the document; what is not is in the result. NULL: nothing is. */
struct inv_raw *inv_walk(struct inv_load *ld);
/* The same of any kind of file, and converts it. */
void inv_walk_file(struct inv_load *ld);

/*
 * The places of subnets, which stand in a good text in this order; false where that is not
 * written plainly enough, and the walk has to find them.
 */
bool inv_scan_places(const char *data, size_t len, const struct hgw_prefix *subnets, size_t n,
		     struct hgw_place *places);

/* All of it, of inputs that are open. */
int inv_load(struct inv_load *start, struct hgw_diags *diags, struct hgw_err *err);
/* Appends a file to ld->inv, value by value checked. */
void inv_convert(struct inv_load *ld, const struct inv_raw *raw);
/* Checks all the files' values against each other. */
void inv_check(struct inv_load *ld);
/* Leaves out what flannel does not use, and nodes that were in a file before. */
void inv_trim(struct inv_load *ld, const bool *again);

/*
 * A problem at a place of a file, or at a value. NULL where it is only counted; else good until
 * the next one.
 */
struct inv_problem *inv_problem_at(struct inv_load *ld, uint32_t file, struct hgw_place at,
				   const char *fmt, ...) HGW_PRINTF(4, 5);
struct inv_problem *inv_vproblem(struct inv_load *ld, enum hgw_severity severity, uint32_t file,
				 struct hgw_place at, const char *fmt, va_list ap) HGW_PRINTF(5, 0);
struct inv_problem *inv_problem(struct inv_load *ld, const char *value, const char *fmt, ...)
	HGW_PRINTF(3, 4);
/* The same where it is only a warning, or a note. */
struct inv_problem *inv_remark(struct inv_load *ld, enum hgw_severity severity, const char *value,
			       const char *fmt, ...) HGW_PRINTF(4, 5);
/* problem may be NULL. */
void inv_hint(struct inv_load *ld, struct inv_problem *problem, const char *fmt, ...)
	HGW_PRINTF(3, 4);
/* Moves the problems, sorted, to diags. */
void inv_problems_flush(struct inv_load *ld, struct hgw_diags *diags);
void inv_problems_free(struct inv_load *ld);
/* Takes back the errors since ld->errors.total was mark. */
void inv_problems_forget(struct inv_load *ld, size_t mark);

/* What a value of the walk knows of itself. */
struct inv_mark {
	struct hgw_place at;
	uint32_t literal; /* the column its lines begin with, from the line after it on; or 0 */
};
struct inv_mark inv_mark_of(const char *value);
struct hgw_place inv_place_of(const char *value);
/* Makes the string that knows its place. NULL: no memory. */
char *inv_place_value(struct inv_arena *arena, const struct inv_mark *mark, const char *s,
		      size_t len);

/* The key that was likely meant, or NULL. */
const cyaml_schema_field_t *inv_guess(const cyaml_schema_field_t *fields, const char *key);

#endif
