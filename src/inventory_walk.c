/* SPDX-License-Identifier: MIT */
#include "inventory_walk.h"

#include <stdio.h>
#include <string.h>

/* NOLINTBEGIN(misc-no-recursion): it goes as deep as the schema, not as the text. */
static bool walk_mapping(struct inv_walk *w, const cyaml_schema_value_t *schema, void *data);

static const char *kind_of_event(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SEQUENCE_START_EVENT:
		return "a list";
	case YAML_MAPPING_START_EVENT:
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

static bool is_empty(const yaml_event_t *event)
{
	static const char *const nulls[] = {"", "~", "null", "Null", "NULL"};
	const char *value = (const char *)event->data.scalar.value;

	if (event->type != YAML_SCALAR_EVENT)
		return false;
	if (event->data.scalar.length == 0)
		return true;
	for (size_t i = 0; event->data.scalar.plain_implicit && i < HGW_ARRAY_LEN(nulls); i++)
		if (strcmp(value, nulls[i]) == 0)
			return true;
	return false;
}

static const char *value_of(const struct inv_walk *w)
{
	return (const char *)w->event.data.scalar.value;
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
	bool scalar = w->event.type == YAML_SCALAR_EVENT;

	if (schema->type == CYAML_MAPPING && s->entry) {
		inv_hint(w->ld, p,
			 "each node is written as '- name: NAME', 'address: ADDRESS', ...");
	} else if (schema->type == CYAML_SEQUENCE) {
		if (schema->sequence.entry->type == CYAML_MAPPING)
			inv_hint(w->ld, p, "begin each node with '- name: NAME'");
		else if (scalar)
			inv_hint(w->ld, p, "write %s: [%s]", key, INV_QUOTE(value_of(w)));
		else
			inv_hint(w->ld, p, "write %s: [VALUE, ...]", key);
	} else if (schema->type == CYAML_STRING && !s->entry) {
		plural = w->event.type == YAML_SEQUENCE_START_EVENT ? plural_of(s) : NULL;
		if (plural != NULL)
			inv_hint(w->ld, p, "a list goes into '%s'", plural);
	}
}

/* What holds for a value of any kind; the event is its first. */
static bool right_kind(struct inv_walk *w, const struct subject *s,
		       const cyaml_schema_value_t *schema, yaml_event_type_t wanted)
{
	struct hgw_place at = inv_walk_place(w, &w->event.start_mark);
	char buf[64];

	if (w->event.type == YAML_ALIAS_EVENT) {
		struct inv_problem *p =
			inv_problem_at(w->ld, w->ld->file, at,
				       "alias '*%s': aliases are not accepted",
				       INV_QUOTE((char *)w->event.data.alias.anchor));

		inv_hint(w->ld, p, "write the value itself");
		return false;
	}
	if (is_empty(&w->event)) {
		inv_problem_at(w->ld, w->ld->file,
			       s->entry || w->event.data.scalar.length != 0 ? at : s->key_at,
			       "%s is empty", subject(buf, s));
		return false;
	}
	if (w->event.type != wanted) {
		struct inv_problem *p =
			inv_problem_at(w->ld, w->ld->file, at, "%s must be %s, not %s",
				       subject(buf, s), kind_of_schema(schema),
				       kind_of_event(&w->event));

		hint_kind(w, s, schema, p);
		inv_walk_skip(w);
		return false;
	}
	return true;
}

static bool walk_scalar(struct inv_walk *w, const struct subject *s,
			const cyaml_schema_value_t *schema, void *slot)
{
	size_t len = w->event.data.scalar.length;
	struct hgw_place at;
	char buf[64], *value;

	if (!right_kind(w, s, schema, YAML_SCALAR_EVENT))
		return false;
	at = inv_walk_place(w, &w->event.start_mark);
	if (strlen(value_of(w)) != len) {
		inv_problem_at(w->ld, w->ld->file, at, "%s has a NUL character in it",
			       subject(buf, s));
		return false;
	}
	if (len > schema->string.max) {
		inv_problem_at(w->ld, w->ld->file, at, "%s is longer than %u bytes",
			       subject(buf, s), schema->string.max);
		return false;
	}
	value = inv_place_value(&w->ld->arena, at, value_of(w), len);
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
	return right_kind(w, s, schema, YAML_MAPPING_START_EVENT) && walk_mapping(w, schema, slot);
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

	if (!right_kind(w, s, schema, YAML_SEQUENCE_START_EVENT))
		return false;
	start = inv_walk_place(w, &w->event.start_mark);
	while (inv_walk_next(w) && w->event.type != YAML_SEQUENCE_END_EVENT) {
		char *grown;

		if (entries++ == schema->sequence.max) {
			inv_problem_at(w->ld, w->ld->file, inv_walk_place(w, &w->event.start_mark),
				       "%s has more than %u entries", subject(buf, s),
				       schema->sequence.max);
			w->dead = true;
			return false;
		}
		grown = inv_arena_mem(&w->ld->arena, v, (n + 1) * size);
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
		inv_problem_at(w->ld, w->ld->file, start, "%s is an empty list", subject(buf, s));
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
		if (!right_kind(w, s, schema, YAML_MAPPING_START_EVENT))
			return false;
		inner = inv_arena_mem(&w->ld->arena, NULL, schema->data_size);
		if (inner == NULL)
			return inv_walk_nomem(w);
		memset(inner, 0, schema->data_size);
		memcpy(data + s->field->data_offset, &inner, sizeof(inner));
		return walk_mapping(w, schema, inner);
	default:
		return walk_scalar(w, s, schema, data + s->field->data_offset);
	}
}

/* Returns the field that was likely meant, so that it is not reported as missing too. */
static const cyaml_schema_field_t *unknown_key(struct inv_walk *w, struct hgw_place at,
					       const cyaml_schema_field_t *fields)
{
	const cyaml_schema_field_t *guess = inv_guess(fields, value_of(w));
	struct inv_problem *p =
		inv_problem_at(w->ld, w->ld->file, at, "unknown key '%s'", INV_QUOTE(value_of(w)));
	char keys[200] = "";

	if (strcmp(value_of(w), "<<") == 0) {
		inv_hint(w->ld, p, "merge keys are not accepted; write the values themselves");
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
	for (; fields->key != NULL; fields++)
		if (strcmp(fields->key, value_of(w)) == 0 &&
		    strlen(fields->key) == w->event.data.scalar.length)
			return fields;
	return NULL;
}

/* The event is a key. False where it or its value was refused. */
static bool walk_key(struct inv_walk *w, const cyaml_schema_field_t *fields,
		     struct hgw_place seen[static INV_FIELDS_MAX], char *data)
{
	struct hgw_place at = inv_walk_place(w, &w->event.start_mark);
	const cyaml_schema_field_t *field = NULL;
	struct subject s;

	if (w->event.type != YAML_SCALAR_EVENT) {
		inv_problem_at(w->ld, w->ld->file, at, "a key must be a single value, not %s",
			       w->event.type == YAML_ALIAS_EVENT ? "an alias"
								 : kind_of_event(&w->event));
		inv_walk_skip(w);
	} else if ((field = find_field(w, fields)) == NULL) {
		const cyaml_schema_field_t *guess = unknown_key(w, at, fields);

		if (guess != NULL && seen[guess - fields].line == 0)
			seen[guess - fields] = (struct hgw_place){.line = UINT32_MAX};
	} else if (seen[field - fields].line != 0 && seen[field - fields].line != UINT32_MAX) {
		inv_problem_at(w->ld, w->ld->file, at, "repeated key '%s', first on line %u",
			       field->key, seen[field - fields].line);
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
static bool walk_mapping(struct inv_walk *w, const cyaml_schema_value_t *schema, void *data)
{
	const cyaml_schema_field_t *fields = schema->mapping.fields;
	struct hgw_place seen[INV_FIELDS_MAX] = {{0}};
	struct inv_head head = {.at = inv_walk_place(w, &w->event.start_mark)};

	while (inv_walk_next(w) && w->event.type != YAML_MAPPING_END_EVENT)
		if (!walk_key(w, fields, seen, data))
			head.broken = true;
	if (w->dead)
		return false;
	for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++) {
		if ((f->value.flags & CYAML_FLAG_OPTIONAL) != 0 || seen[f - fields].line != 0)
			continue;
		inv_problem_at(w->ld, w->ld->file, head.at, "the key '%s' is missing", f->key);
		head.broken = true;
	}
	memcpy(data, &head, sizeof(head));
	return true;
}

/* NOLINTEND(misc-no-recursion) */

/* The whole stream: one document, a mapping. */
static void walk_stream(struct inv_walk *w, struct inv_raw *raw)
{
	const struct hgw_place nowhere = {0};
	struct inv_problem *p;

	inv_walk_next(w); /* start of the stream */
	inv_walk_next(w); /* start of the document, if there is one */
	if (!w->dead && w->event.type != YAML_STREAM_END_EVENT)
		inv_walk_next(w);
	if (w->dead)
		return;
	if (w->event.type == YAML_STREAM_END_EVENT || is_empty(&w->event)) {
		p = inv_problem_at(w->ld, w->ld->file, nowhere, "the file is empty");
		inv_hint(w->ld, p, "an inventory begins with 'nodes:'");
		return;
	}
	if (w->event.type != YAML_MAPPING_START_EVENT) {
		p = inv_problem_at(w->ld, w->ld->file, inv_walk_place(w, &w->event.start_mark),
				   "an inventory must be a mapping, not %s",
				   kind_of_event(&w->event));
		inv_hint(w->ld, p, "it begins with 'nodes:'");
		inv_walk_skip(w);
	} else {
		walk_mapping(w, &inv_schema, raw);
	}
	inv_walk_next(w); /* end of the document */
	inv_walk_next(w);
	if (w->dead || w->event.type != YAML_DOCUMENT_START_EVENT)
		return;
	p = inv_problem_at(w->ld, w->ld->file, inv_walk_place(w, &w->event.start_mark),
			   "a second YAML document");
	inv_hint(w->ld, p, "name all nodes in one document, or give several files");
}

struct inv_raw *inv_walk(struct inv_load *ld)
{
	struct inv_raw *raw = inv_arena_mem(&ld->arena, NULL, sizeof(*raw));
	struct inv_walk w;

	if (raw == NULL) {
		ld->nomem = true;
		return NULL;
	}
	*raw = (struct inv_raw){0};
	if (!inv_walk_begin(&w, ld))
		return raw;
	walk_stream(&w, raw);
	inv_walk_end(&w);
	return raw;
}
