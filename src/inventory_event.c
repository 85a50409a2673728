/* SPDX-License-Identifier: MIT */
#include "inventory_walk.h"

#include <stdarg.h>
#include <string.h>

/* So much of the text is kept behind the place that was counted to. */
enum { BEHIND = 4 * (INV_LINE_ABOUT + 1), AHEAD = 16 * 1024 };

bool inv_walk_nomem(struct inv_walk *w)
{
	w->ld->nomem = true;
	w->dead = true;
	return false;
}

struct inv_problem *inv_walk_problem(struct inv_walk *w, struct hgw_place at, const char *fmt, ...)
{
	struct inv_problem *p;
	va_list ap;

	inv_walk_keep_line(w, at);
	va_start(ap, fmt);
	p = inv_vproblem(w->ld, HGW_ERROR, w->ld->file, at, fmt, ap);
	va_end(ap);
	return p;
}

char *inv_walk_outlive(struct inv_walk *w, const char *value)
{
	struct inv_mark mark = inv_mark_of(value);
	char *copy = inv_place_value(&w->ld->arena, &mark, value, strlen(value));

	if (copy == NULL)
		inv_walk_nomem(w);
	return copy;
}

/* What libyaml reads by. */
static int read_text(void *ctx, unsigned char *buf, size_t size, size_t *got)
{
	struct inv_walk *w = ctx;
	struct inv_input *in = w->in;
	size_t n;

	*got = 0;
	if (inv_input_byte(in, w->read) < 0)
		return in->failed == NULL;
	n = in->base + in->len - w->read;
	if (n > size)
		n = size;
	memcpy(buf, in->data + (w->read - in->base), n);
	w->read += n;
	*got = n;
	return 1;
}

bool inv_walk_begin(struct inv_walk *w, struct inv_load *ld)
{
	struct inv_input *in = &ld->inputs[ld->file];

	*w = (struct inv_walk){
		.ld = ld,
		.in = in,
		.arena = &ld->arena,
		.lines = in->streaming ? &in->lines : NULL,
		.json.in = in,
		.at = {1, 1},
	};
	/* libyaml would read it; but then no place in it could be found again. */
	if (inv_input_byte(in, 1) >= 0 &&
	    (memcmp(in->data, "\xff\xfe", 2) == 0 || memcmp(in->data, "\xfe\xff", 2) == 0)) {
		struct inv_problem *p = inv_problem_at(ld, ld->file, (struct hgw_place){0},
						       "the file is UTF-16, not UTF-8");

		inv_hint(ld, p, "convert it with iconv -f UTF-16 -t UTF-8");
		return false;
	}
	if (in->json)
		return true;
	if (!yaml_parser_initialize(&w->parser))
		return inv_walk_nomem(w);
	yaml_parser_set_encoding(&w->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input(&w->parser, read_text, w);
	return true;
}

void inv_walk_begin_inner(struct inv_walk *w, struct inv_walk *outer, struct inv_input *in,
			  const struct inv_mark *mark)
{
	*w = (struct inv_walk){
		.ld = outer->ld,
		.in = in,
		.arena = outer->arena,
		.lines = outer->lines,
		.json.in = in,
		.at = {1, 1},
		.outer = mark,
	};
	in->json = true;
}

void inv_walk_end(struct inv_walk *w)
{
	inv_json_free(&w->json);
	if (w->in->json)
		return;
	yaml_event_delete(&w->yaml);
	yaml_parser_delete(&w->parser);
}

static bool broken(struct inv_walk *w)
{
	w->dead = true;
	if (w->in->json && w->json.nomem)
		return inv_walk_nomem(w);
	if (w->in->json && w->in->failed == NULL)
		inv_walk_problem(w, inv_walk_place_byte(w, w->json.fault_at), "not JSON: %s",
				 w->json.fault);
	if (w->in->json)
		return false;
	if (w->parser.error == YAML_MEMORY_ERROR)
		return inv_walk_nomem(w);
	inv_walk_report(w);
	return false;
}

static void translate(struct inv_event *ev, const yaml_event_t *yaml)
{
	*ev = (struct inv_event){.at = yaml->start_mark};
	switch (yaml->type) {
	case YAML_DOCUMENT_START_EVENT:
		ev->type = INV_EVENT_DOCUMENT;
		break;
	case YAML_SCALAR_EVENT:
		ev->type = INV_EVENT_SCALAR;
		ev->value = (const char *)yaml->data.scalar.value;
		ev->len = yaml->data.scalar.length;
		ev->plain = yaml->data.scalar.plain_implicit != 0;
		ev->literal = yaml->data.scalar.style == YAML_LITERAL_SCALAR_STYLE;
		break;
	case YAML_ALIAS_EVENT:
		ev->type = INV_EVENT_ALIAS;
		ev->value = (const char *)yaml->data.alias.anchor;
		break;
	case YAML_SEQUENCE_START_EVENT:
		ev->type = INV_EVENT_LIST;
		break;
	case YAML_SEQUENCE_END_EVENT:
		ev->type = INV_EVENT_LIST_END;
		break;
	case YAML_MAPPING_START_EVENT:
		ev->type = INV_EVENT_MAPPING;
		break;
	case YAML_MAPPING_END_EVENT:
		ev->type = INV_EVENT_MAPPING_END;
		break;
	default:
		ev->type = INV_EVENT_END;
		break;
	}
}

static bool yaml_next(struct inv_walk *w)
{
	do {
		yaml_event_delete(&w->yaml);
		if (!yaml_parser_parse(&w->parser, &w->yaml))
			return false;
	} while (w->yaml.type == YAML_STREAM_START_EVENT ||
		 w->yaml.type == YAML_DOCUMENT_END_EVENT);
	translate(&w->event, &w->yaml);
	return true;
}

static bool too_deep(struct inv_walk *w)
{
	switch (w->event.type) {
	case INV_EVENT_LIST:
	case INV_EVENT_MAPPING:
		return ++w->depth > INV_DEPTH_MAX;
	case INV_EVENT_LIST_END:
	case INV_EVENT_MAPPING_END:
		w->depth--;
		return false;
	default:
		return false;
	}
}

/* Of a text that is not kept, what is behind us goes. */
static void pass(struct inv_walk *w)
{
	if (w->event.at.index > (w->in->json ? w->byte : w->chars) + AHEAD)
		inv_walk_here(w);
	if (w->byte > BEHIND)
		inv_input_drop(w->in, w->byte - BEHIND);
}

bool inv_walk_next(struct inv_walk *w)
{
	if (w->dead)
		return false;
	if (w->in->json ? !inv_json_next(&w->json, &w->event) : !yaml_next(w))
		return broken(w);
	if (w->in->streaming)
		pass(w);
	if (too_deep(w)) {
		inv_walk_problem(w, inv_walk_here(w), "nested deeper than %d levels",
				 INV_DEPTH_MAX);
		w->dead = true;
		return false;
	}
	if (w->open && w->event.type == INV_EVENT_ALIAS) {
		inv_walk_problem(w, inv_walk_here(w), "alias '*%s': aliases are not accepted",
				 INV_QUOTE(w->event.value));
		w->dead = true;
		return false;
	}
	return true;
}

void inv_walk_skip(struct inv_walk *w)
{
	unsigned outer = w->depth;

	if (w->event.type != INV_EVENT_LIST && w->event.type != INV_EVENT_MAPPING)
		return;
	while (inv_walk_next(w) && w->depth >= outer)
		;
}
