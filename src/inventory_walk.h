/* SPDX-License-Identifier: MIT */
/*
 * YAML and JSON as events, one at a time, with places as users count them; and
 * the walk that follows a schema of libcyaml through them.
 */
#ifndef HGW_INVENTORY_WALK_H
#define HGW_INVENTORY_WALK_H

#include <yaml.h>

#include "inventory_int.h"

enum inv_event_type {
	INV_EVENT_END, /* of the text */
	INV_EVENT_DOCUMENT,
	INV_EVENT_SCALAR,
	INV_EVENT_ALIAS,
	INV_EVENT_LIST,
	INV_EVENT_LIST_END,
	INV_EVENT_MAPPING,
	INV_EVENT_MAPPING_END,
};

struct inv_event {
	enum inv_event_type type;
	const char *value; /* of a scalar or an alias; good until the next event */
	size_t len;
	bool plain;	/* not in quotes */
	bool literal;	/* its lines stand as they are in the text */
	yaml_mark_t at; /* of JSON: .index is in bytes, the rest not set */
};

/* A reader of JSON. RFC 8259, but for one thing: texts may follow each other. */
struct inv_json {
	struct inv_input *in;
	size_t pos;
	unsigned depth;
	bool object[INV_DEPTH_MAX + 2];
	int state;
	char *buf;
	size_t len, cap;
	const char *fault; /* what is wrong, */
	size_t fault_at;   /* and where */
	bool nomem;
};

/* False where the text is not JSON. */
bool inv_json_next(struct inv_json *json, struct inv_event *event);
void inv_json_free(struct inv_json *json);

struct inv_walk {
	struct inv_load *ld;
	struct inv_input *in;
	struct inv_arena *arena;
	struct inv_lines *lines; /* where lines are kept; NULL: the whole text is */
	yaml_parser_t parser;
	yaml_event_t yaml;
	size_t read; /* by the parser */
	struct inv_json json;
	struct inv_event event;
	unsigned depth;
	bool dead; /* nothing more can be read */
	/* How far the text has been counted. */
	size_t byte, chars;
	struct hgw_place at;
	/* The value of another text that this one is. */
	const struct inv_mark *outer;
	/* Of somebody else's format, whose keys are mostly of no interest to us. */
	bool open;
	bool any_case;			      /* of the letters of keys */
	const cyaml_schema_field_t *prefixed; /* their keys begin with ld->prefix */
};

/* False: there is nothing to walk, and that is reported. */
bool inv_walk_begin(struct inv_walk *w, struct inv_load *ld);
/* The JSON that a value of the walk outer is. */
void inv_walk_begin_inner(struct inv_walk *w, struct inv_walk *outer, struct inv_input *in,
			  const struct inv_mark *mark);
void inv_walk_end(struct inv_walk *w);

/* The next event. False where the text is broken; that is reported, and the walk dead. */
bool inv_walk_next(struct inv_walk *w);
/* To the last event of the value whose first is at hand. */
void inv_walk_skip(struct inv_walk *w);
/* The place of the event at hand. */
struct hgw_place inv_walk_here(struct inv_walk *w);
/* Of any other; the place must not be long gone by. */
struct hgw_place inv_walk_place(struct inv_walk *w, const yaml_mark_t *mark);
struct hgw_place inv_walk_place_byte(struct inv_walk *w, size_t byte);
/* Makes sure that the line of a place, which is not after that of inv_walk_place(), is kept. */
void inv_walk_keep_line(struct inv_walk *w, struct hgw_place at);
/* The column that the lines of the literal scalar at hand begin with; 0: not known. */
uint32_t inv_walk_literal(struct inv_walk *w);
/* Says why libyaml gave up. */
void inv_walk_report(struct inv_walk *w);
/* A problem at a place. */
struct inv_problem *inv_walk_problem(struct inv_walk *w, struct hgw_place at, const char *fmt, ...)
	HGW_PRINTF(3, 4);
/* Notes that there is no memory; false. */
bool inv_walk_nomem(struct inv_walk *w);

/* A copy of a value that outlives the document; NULL: no memory. */
char *inv_walk_outlive(struct inv_walk *w, const char *value);

/* "a list" */
const char *inv_event_kind(const struct inv_event *event);
/* Nothing, or a null of YAML. */
bool inv_event_empty(const struct inv_event *event);

/* Where the keys of a mapping were. */
typedef struct hgw_place inv_seen[INV_FIELDS_MAX];
/*
 * The event is a key. Takes it and its value; data is the raw struct of the
 * fields. False where it or its value was refused.
 */
bool inv_walk_key(struct inv_walk *w, const cyaml_schema_field_t *fields, inv_seen seen,
		  char *data);
/* The event is the start of a mapping; data begins with a struct inv_head. */
bool inv_walk_mapping(struct inv_walk *w, const cyaml_schema_value_t *schema, void *data);
/* Takes a whole file of these kinds. */
void inv_walk_kube(struct inv_walk *w);
void inv_walk_flannel(struct inv_walk *w);
/* The configuration of flannel in a value, which is JSON. */
void inv_walk_net_conf(struct inv_walk *w, const char *value);

#endif
