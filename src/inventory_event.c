/* SPDX-License-Identifier: MIT */
#include "inventory_walk.h"

#include <string.h>

bool inv_walk_nomem(struct inv_walk *w)
{
	w->ld->nomem = true;
	w->dead = true;
	return false;
}

bool inv_walk_begin(struct inv_walk *w, struct inv_load *ld)
{
	const struct hgw_file *file = &ld->inv->files[ld->file];

	*w = (struct inv_walk){.ld = ld, .at = {1, 1}};
	/* libyaml would read it; but then no place in it could be found again. */
	if (file->len >= 2 &&
	    (memcmp(file->data, "\xff\xfe", 2) == 0 || memcmp(file->data, "\xfe\xff", 2) == 0)) {
		struct inv_problem *p = inv_problem_at(ld, ld->file, (struct hgw_place){0},
						       "the file is UTF-16, not UTF-8");

		inv_hint(ld, p, "convert it with iconv -f UTF-16 -t UTF-8");
		return false;
	}
	if (!yaml_parser_initialize(&w->parser))
		return inv_walk_nomem(w);
	yaml_parser_set_input_string(&w->parser, (const unsigned char *)file->data, file->len);
	return true;
}

void inv_walk_end(struct inv_walk *w)
{
	yaml_event_delete(&w->event);
	yaml_parser_delete(&w->parser);
}

/* On to the next character. Lines end as in hgw_diag_set_excerpt(): LF, CR LF or CR alone. */
static void count_char(struct inv_walk *w, const struct hgw_file *file)
{
	char c = file->data[w->byte++];

	while (w->byte < file->len && ((unsigned char)file->data[w->byte] & 0xc0) == 0x80)
		w->byte++;
	w->chars++;
	if (c == '\n' || (c == '\r' && (w->byte == file->len || file->data[w->byte] != '\n'))) {
		w->at.line++;
		w->at.column = 1;
	} else {
		w->at.column++;
	}
}

/*
 * libyaml counts characters; its lines are not taken, because it also ends one
 * at U+0085, U+2028 and U+2029, and no editor does.
 */
static struct hgw_place place(struct inv_walk *w, size_t chars, size_t byte)
{
	const struct hgw_file *file = &w->ld->inv->files[w->ld->file];

	if (chars < w->chars || byte < w->byte) {
		w->byte = w->chars = 0;
		w->at = (struct hgw_place){1, 1};
	}
	while (w->chars < chars && w->byte < byte && w->byte < file->len)
		count_char(w, file);
	return w->at;
}

struct hgw_place inv_walk_place(struct inv_walk *w, const yaml_mark_t *mark)
{
	return place(w, mark->index, SIZE_MAX);
}

static void report_reader(struct inv_walk *w)
{
	const yaml_parser_t *parser = &w->parser;
	struct hgw_place at = place(w, SIZE_MAX, parser->problem_offset);

	if (strcmp(parser->problem, "control characters are not allowed") == 0)
		inv_problem_at(w->ld, w->ld->file, at, "a control character (0x%02x)",
			       (unsigned)parser->problem_value);
	else
		inv_problem_at(w->ld, w->ld->file, at, "not UTF-8: %s", parser->problem);
}

static void report(struct inv_walk *w)
{
	const yaml_parser_t *parser = &w->parser;
	const struct hgw_file *file = &w->ld->inv->files[w->ld->file];
	struct hgw_place begin = inv_walk_place(w, &parser->context_mark);
	struct hgw_place at = inv_walk_place(w, &parser->problem_mark);
	struct inv_problem *p;

	/* What was never closed is to be seen where it was opened. */
	if (parser->context != NULL && w->byte == file->len)
		at = begin;
	if (parser->context == NULL)
		p = inv_problem_at(w->ld, w->ld->file, at, "not YAML: %s", parser->problem);
	else if (begin.line == at.line)
		p = inv_problem_at(w->ld, w->ld->file, at, "not YAML: %s %s", parser->problem,
				   parser->context);
	else
		p = inv_problem_at(w->ld, w->ld->file, at, "not YAML: %s %s that begins on line %u",
				   parser->problem, parser->context, begin.line);
	if (w->byte < file->len && file->data[w->byte] == '\t')
		inv_hint(w->ld, p, "indent with spaces: YAML takes no tabs");
	else if (strcmp(parser->problem, "found unexpected ':'") == 0)
		inv_hint(w->ld, p, "inside of [ ] and { } put an IPv6 address into quotes");
}

static bool too_deep(struct inv_walk *w)
{
	switch (w->event.type) {
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return ++w->depth > INV_DEPTH_MAX;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		w->depth--;
		return false;
	default:
		return false;
	}
}

bool inv_walk_next(struct inv_walk *w)
{
	if (w->dead)
		return false;
	yaml_event_delete(&w->event);
	if (!yaml_parser_parse(&w->parser, &w->event)) {
		w->dead = true;
		if (w->parser.error == YAML_MEMORY_ERROR)
			return inv_walk_nomem(w);
		if (w->parser.error == YAML_READER_ERROR)
			report_reader(w);
		else
			report(w);
		return false;
	}
	if (too_deep(w)) {
		inv_problem_at(w->ld, w->ld->file, inv_walk_place(w, &w->event.start_mark),
			       "nested deeper than %d levels", INV_DEPTH_MAX);
		w->dead = true;
		return false;
	}
	return true;
}

void inv_walk_skip(struct inv_walk *w)
{
	unsigned outer = w->depth;

	if (w->event.type != YAML_SEQUENCE_START_EVENT && w->event.type != YAML_MAPPING_START_EVENT)
		return;
	while (inv_walk_next(w) && w->depth >= outer)
		;
}
