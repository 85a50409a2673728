/* SPDX-License-Identifier: MIT */
/* libyaml's events, one at a time, with places as users count them. */
#ifndef HGW_INVENTORY_WALK_H
#define HGW_INVENTORY_WALK_H

#include <yaml.h>

#include "inventory_int.h"

struct inv_walk {
	struct inv_load *ld;
	yaml_parser_t parser;
	yaml_event_t event;
	unsigned depth;
	bool dead; /* nothing more can be read */
	/* How far the text has been counted. */
	size_t byte, chars;
	struct hgw_place at;
};

/* Of what a value is; for messages. */
struct subject {
	const cyaml_schema_field_t *fields, *field;
	bool entry; /* of a list */
	struct hgw_place key_at;
};

/* False: there is nothing to walk, and that is reported. */
bool inv_walk_begin(struct inv_walk *w, struct inv_load *ld);
void inv_walk_end(struct inv_walk *w);

/* The next event. False where the text is not YAML; that is reported, and the walk dead. */
bool inv_walk_next(struct inv_walk *w);
/* To the last event of the value whose first is at hand. */
void inv_walk_skip(struct inv_walk *w);
struct hgw_place inv_walk_place(struct inv_walk *w, const yaml_mark_t *mark);
/* Notes that there is no memory; false. */
bool inv_walk_nomem(struct inv_walk *w);

#endif
