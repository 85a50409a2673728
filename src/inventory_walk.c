/* SPDX-License-Identifier: MIT */
#include "inventory_walk.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Of what a value is; for messages. */
struct subject {
	const cyaml_schema_field_t *fields, *field;
	bool entry; /* of a list */
	struct hgw_place key_at;
};

/* NOLINTBEGIN(misc-no-recursion): it goes as deep as the schema, not as the text. */

const char *inv_event_kind(const struct inv_event *event)
{
	switch (event->type) {
	case INV_EVENT_LIST:
		return "a list";
	case INV_EVENT_MAPPING:
		return "a mapping";
	default:
		return "a single value";
	}
}

static const char *kind_of_schema(const cyaml_schema_value_t *schema)
{
	switch (schema->type) {
	case CYAML_SEQUENCE:
		return "a list";
	case CYAML_MAPPING:
		return "a mapping";
	default:
		return "a single value";
	}
}

bool inv_event_empty(const struct inv_event *event)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};

	if (event->type != INV_EVENT_SCALAR)
		return false;
	if (event->len == 0)
		return true;
	for (size_t i = 0; event->plain && i < HGW_ARRAY_LEN(nulls); i++)
		if (strcmp(event->value, nulls[i]) == 0)
			return true;
	return false;
}

/* "'subnets'", "an entry of 'subnets'" */
static const char *subject(char buf[static 64], const struct subject *s)
{
	snprintf(buf, 64, "%s'%s'", s->entry ? "an entry of " : "", s->field->key);
	return buf;
}

static const char *plural_of(const struct subject *s)
{
	for (const cyaml_schema_field_t *f = s->fields; f->key != NULL; f++)
		if (f->value.type == CYAML_SEQUENCE &&
		    strncmp(f->key, s->field->key, strlen(s->field->key)) == 0)
			return f->key;
	return NULL;
}

static void hint_kind(struct inv_walk *w, const struct subject *s,
		      const cyaml_schema_value_t *schema, struct inv_problem *p)
{
	const char *key = s->field->key, *plural;
	bool scalar = w->event.type == INV_EVENT_SCALAR;

	if (w->open)
		return;
	if (scalar && strstr(w->event.value, "\xc2\xa0") != NULL) {
		inv_hint(w->ld, p, "a non-breaking space (U+00A0) is no blank: type it anew");
		return;
	}
	if (schema->type == CYAML_MAPPING && s->entry) {
		inv_hint(w->ld, p,
			 "each node is written as '- name: NAME', 'address: ADDRESS', ...");
	} else if (schema->type == CYAML_SEQUENCE) {
		if (schema->sequence.entry->type == CYAML_MAPPING)
			inv_hint(w->ld, p, "begin each node with '- name: NAME'");
		else if (scalar)
			inv_hint(w->ld, p, "write %s: [%s]", key, INV_QUOTE(w->event.value));
		else
			inv_hint(w->ld, p, "write %s: [VALUE, ...]", key);
	} else if (schema->type == CYAML_STRING && !s->entry) {
		plural = w->event.type == INV_EVENT_LIST ? plural_of(s) : NULL;
		if (plural != NULL)
			inv_hint(w->ld, p, "a list goes into '%s'", plural);
	}
}

/* What holds for a value of any kind; the event is its first. */
static bool right_kind(struct inv_walk *w, const struct subject *s,
		       const cyaml_schema_value_t *schema, enum inv_event_type wanted)
{
	struct hgw_place at = inv_walk_here(w);
	char buf[64];

	if (w->event.type == INV_EVENT_ALIAS) {
		struct inv_problem *p =
			inv_walk_problem(w, at, "alias '*%s': aliases are not accepted",
					 INV_QUOTE(w->event.value));

		inv_hint(w->ld, p, "write the value itself");
		return false;
	}
	if (inv_event_empty(&w->event)) {
		if (!w->open)
			inv_walk_problem(w, s->entry || w->event.len != 0 ? at : s->key_at,
					 "%s is empty", subject(buf, s));
		return false;
	}
	if (w->event.type != wanted) {
		struct inv_problem *p =
			inv_walk_problem(w, at, "%s must be %s, not %s", subject(buf, s),
					 kind_of_schema(schema), inv_event_kind(&w->event));

		hint_kind(w, s, schema, p);
		inv_walk_skip(w);
		return false;
	}
	return true;
}

static bool walk_scalar(struct inv_walk *w, const struct subject *s,
			const cyaml_schema_value_t *schema, void *slot)
{
	size_t len = w->event.len;
	struct inv_mark mark = {{0}, 0};
	struct hgw_place at;
	char buf[64], *value;

	if (!right_kind(w, s, schema, INV_EVENT_SCALAR))
		return false;
	at = inv_walk_here(w);
	if (memchr(w->event.value, '\0', len) != NULL) {
		inv_walk_problem(w, at, "%s has a NUL character in it", subject(buf, s));
		return false;
	}
	if (len > schema->string.max) {
		inv_walk_problem(w, at, "%s is longer than %u bytes", subject(buf, s),
				 schema->string.max);
		return false;
	}
	mark.at = at;
	if (w->event.literal && w->open)
		mark.literal = inv_walk_literal(w);
	inv_walk_keep_line(w, at);
	value = inv_place_value(w->arena, &mark, w->event.value, len);
	if (value == NULL)
		return inv_walk_nomem(w);
	memcpy(slot, &value, sizeof(value));
	return true;
}

static bool walk_entry(struct inv_walk *w, const struct subject *s,
		       const cyaml_schema_value_t *schema, void *slot)
{
	if (schema->type != CYAML_MAPPING)
		return walk_scalar(w, s, schema, slot);
	return right_kind(w, s, schema, INV_EVENT_MAPPING) && inv_walk_mapping(w, schema, slot);
}

/* data is the mapping that has the list. Entries that are refused are left out. */
static bool walk_sequence(struct inv_walk *w, const struct subject *s, char *data)
{
	const cyaml_schema_value_t *schema = &s->field->value;
	struct subject entry = {.fields = s->fields, .field = s->field, .entry = true};
	size_t size = schema->data_size;
	struct hgw_place start;
	uint32_t n = 0, entries = 0;
	char *v = NULL, buf[64];
	bool good = true;

	if (!right_kind(w, s, schema, INV_EVENT_LIST))
		return false;
	start = inv_walk_here(w);
	while (inv_walk_next(w) && w->event.type != INV_EVENT_LIST_END) {
		char *grown;

		if (entries++ == schema->sequence.max) {
			inv_walk_problem(w, inv_walk_here(w), "%s has more than %u entries",
					 subject(buf, s), schema->sequence.max);
			w->dead = true;
			return false;
		}
		grown = inv_arena_mem(w->arena, v, (n + 1) * size);
		if (grown == NULL)
			return inv_walk_nomem(w);
		v = grown;
		memset(v + n * size, 0, size);
		if (walk_entry(w, &entry, schema->sequence.entry, v + n * size))
			n++;
		else
			good = false;
	}
	if (!w->dead && entries < schema->sequence.min) {
		inv_walk_problem(w, start, "%s is an empty list", subject(buf, s));
		good = false;
	}
	memcpy(data + s->field->data_offset, &v, sizeof(v));
	memcpy(data + s->field->count_offset, &n, sizeof(n));
	return good;
}

static bool walk_value(struct inv_walk *w, const struct subject *s, char *data)
{
	const cyaml_schema_value_t *schema = &s->field->value;
	void *inner;

	switch (schema->type) {
	case CYAML_SEQUENCE:
		return walk_sequence(w, s, data);
	case CYAML_MAPPING:
		if (!right_kind(w, s, schema, INV_EVENT_MAPPING))
			return false;
		inner = inv_arena_mem(w->arena, NULL, schema->data_size);
		if (inner == NULL)
			return inv_walk_nomem(w);
		memset(inner, 0, schema->data_size);
		memcpy(data + s->field->data_offset, &inner, sizeof(inner));
		return inv_walk_mapping(w, schema, inner);
	default:
		return walk_scalar(w, s, schema, data + s->field->data_offset);
	}
}

/* Returns the field that was likely meant, so that it is not reported as missing too. */
static const cyaml_schema_field_t *unknown_key(struct inv_walk *w, struct hgw_place at,
					       const cyaml_schema_field_t *fields)
{
	const cyaml_schema_field_t *guess = inv_guess(fields, w->event.value);
	struct inv_problem *p =
		inv_walk_problem(w, at, "unknown key '%s'", INV_QUOTE(w->event.value));
	char keys[200] = "";

	if (strcmp(w->event.value, "<<") == 0) {
		inv_hint(w->ld, p, "merge keys are not accepted; write the values themselves");
	} else if (strstr(w->event.value, "\xc2\xa0") != NULL) {
		inv_hint(w->ld, p, "a non-breaking space (U+00A0) is no blank: type it anew");
	} else if (guess != NULL) {
		inv_hint(w->ld, p, "did you mean '%s'?", guess->key);
	} else {
		for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++)
			snprintf(keys + strlen(keys), sizeof(keys) - strlen(keys), "%s%s",
				 f == fields ? "" : ", ", f->key);
		inv_hint(w->ld, p, "the keys here are %s", keys);
	}
	return guess;
}

static const cyaml_schema_field_t *find_field(const struct inv_walk *w,
					      const cyaml_schema_field_t *fields)
{
	const char *key = w->event.value;
	size_t len = w->event.len, prefix = strlen(w->ld->prefix);

	if (fields == w->prefixed) {
		if (len < prefix || memcmp(key, w->ld->prefix, prefix) != 0)
			return NULL;
		key += prefix;
		len -= prefix;
	}
	for (; fields->key != NULL; fields++)
		if (strlen(fields->key) == len &&
		    (w->any_case ? strcasecmp(fields->key, key) : strcmp(fields->key, key)) == 0)
			return fields;
	return NULL;
}

/* The event is a key. False where it or its value was refused. */
bool inv_walk_key(struct inv_walk *w, const cyaml_schema_field_t *fields, inv_seen seen, char *data)
{
	struct hgw_place at = inv_walk_here(w);
	const cyaml_schema_field_t *field = NULL;
	struct subject s;

	if (w->open &&
	    (w->event.type != INV_EVENT_SCALAR || (field = find_field(w, fields)) == NULL)) {
		inv_walk_skip(w);
	} else if (w->event.type != INV_EVENT_SCALAR) {
		inv_walk_problem(w, at, "a key must be a single value, not %s",
				 w->event.type == INV_EVENT_ALIAS ? "an alias"
								  : inv_event_kind(&w->event));
		inv_walk_skip(w);
	} else if ((field = find_field(w, fields)) == NULL) {
		const cyaml_schema_field_t *guess = unknown_key(w, at, fields);

		if (guess != NULL && seen[guess - fields].line == 0)
			seen[guess - fields] = (struct hgw_place){.line = UINT32_MAX};
	} else if (seen[field - fields].line != 0 && seen[field - fields].line != UINT32_MAX) {
		inv_walk_problem(w, at, "repeated key '%s', first on line %u", field->key,
				 seen[field - fields].line);
		field = NULL;
	}
	if (!inv_walk_next(w))
		return false;
	if (field == NULL) {
		inv_walk_skip(w);
		return false;
	}
	seen[field - fields] = at;
	s = (struct subject){.fields = fields, .field = field, .key_at = at};
	return walk_value(w, &s, data);
}

/* The event is its start. True also with errors inside, but not where the text broke off. */
bool inv_walk_mapping(struct inv_walk *w, const cyaml_schema_value_t *schema, void *data)
{
	const cyaml_schema_field_t *fields = schema->mapping.fields;
	inv_seen seen = {{0}};
	struct inv_head head = {.at = inv_walk_here(w)};

	while (inv_walk_next(w) && w->event.type != INV_EVENT_MAPPING_END)
		if (!inv_walk_key(w, fields, seen, data))
			head.broken = true;
	if (w->dead)
		return false;
	for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++) {
		if ((f->value.flags & CYAML_FLAG_OPTIONAL) != 0 || seen[f - fields].line != 0)
			continue;
		inv_walk_problem(w, head.at, "the key '%s' is missing", f->key);
		head.broken = true;
	}
	memcpy(data, &head, sizeof(head));
	return true;
}

/* NOLINTEND(misc-no-recursion) */
