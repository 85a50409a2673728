/* SPDX-License-Identifier: MIT */
/* Where things stand in a text, and what is kept of it to show that. */
#include "inventory_walk.h"

#include <string.h>

static bool continues(const struct inv_input *in, size_t at)
{
	return at - in->base < in->len && ((unsigned char)in->data[at - in->base] & 0xc0) == 0x80;
}

/* On to the next character. Lines end as in hgw_diag_set_excerpt(): LF, CR LF or CR alone. */
static void count_char(struct inv_walk *w)
{
	const struct inv_input *in = w->in;
	char c = in->data[w->byte++ - in->base];

	while (c != '\n' && c != '\r' && continues(in, w->byte))
		w->byte++;
	w->chars++;
	if (c == '\n' || (c == '\r' && inv_input_byte(w->in, w->byte) != '\n')) {
		w->at.line++;
		w->at.column = 1;
	} else {
		w->at.column++;
	}
}

static void count(struct inv_walk *w, size_t chars, size_t byte)
{
	while (w->chars < chars && w->byte < byte && w->byte - w->in->base < w->in->len)
		count_char(w);
}

static void restart(struct inv_walk *w)
{
	w->byte = w->chars = 0;
	w->at = (struct hgw_place){1, 1};
}

/* As it is outside, where this text is a value of another one. */
static struct hgw_place outside(const struct inv_walk *w)
{
	const struct inv_mark *mark = w->outer;
	struct hgw_place at = w->at;

	if (mark == NULL)
		return at;
	if (mark->literal == 0)
		return mark->at;
	at.line += mark->at.line;
	at.column += mark->literal - 1;
	return at;
}

/*
 * libyaml counts characters; its lines are not taken where ours can be had,
 * because it also ends one at U+0085, U+2028 and U+2029, and no editor does.
 */
struct hgw_place inv_walk_place(struct inv_walk *w, const yaml_mark_t *mark)
{
	if (w->in->json)
		return inv_walk_place_byte(w, mark->index);
	if (mark->index < w->chars && w->in->base > 0)
		return (struct hgw_place){(uint32_t)mark->line + 1, (uint32_t)mark->column + 1};
	if (mark->index < w->chars)
		restart(w);
	count(w, mark->index, SIZE_MAX);
	return outside(w);
}

struct hgw_place inv_walk_place_byte(struct inv_walk *w, size_t byte)
{
	if (byte < w->byte && w->in->base == 0)
		restart(w);
	count(w, SIZE_MAX, byte);
	return outside(w);
}

struct hgw_place inv_walk_here(struct inv_walk *w)
{
	return inv_walk_place(w, &w->event.at);
}

static size_t back(const struct inv_input *in, size_t at, uint32_t chars)
{
	for (; chars > 0 && at > in->base; chars--)
		do {
			at--;
		} while (at > in->base && continues(in, at));
	return at;
}

/* The end of the line, or so many characters on. */
static size_t line_end(struct inv_input *in, size_t at, uint32_t chars)
{
	const char *s, *end;

	/* First all that can be needed is read, if there is so much. */
	if (chars != UINT32_MAX)
		inv_input_byte(in, at + (size_t)4 * chars);
	else
		while (memchr(in->data + (at - in->base), '\n', in->base + in->len - at) == NULL &&
		       inv_input_more(in))
			;
	s = in->data + (at - in->base);
	end = in->data + in->len;
	for (; chars > 0 && s < end && *s != '\n' && *s != '\r'; chars--) {
		s++;
		while (s < end && ((unsigned char)*s & 0xc0) == 0x80)
			s++;
	}
	return in->base + (size_t)(s - in->data);
}

/* The start of the line that stands so many lines before where was counted to. */
static bool line_before(const struct inv_walk *w, uint32_t lines, size_t *start)
{
	const struct inv_input *in = w->in;
	size_t at = back(in, w->byte, w->at.column - 1);

	for (; lines > 0; lines--) {
		/* Over the LF, CR LF or CR before it. */
		if (at == in->base)
			return false;
		at--;
		if (at > in->base && in->data[at - in->base] == '\n' &&
		    in->data[at - 1 - in->base] == '\r')
			at--;
		while (at > in->base && in->data[at - 1 - in->base] != '\n' &&
		       in->data[at - 1 - in->base] != '\r')
			at--;
	}
	*start = at;
	return in->base == 0 || at > in->base;
}

/* Where in the text the column of a line is that was gone by. */
static bool find_back(const struct inv_walk *w, uint32_t line, uint32_t column, size_t *start)
{
	if (line > w->at.line || (line == w->at.line && column > w->at.column))
		return false;
	if (line == w->at.line) {
		*start = back(w->in, w->byte, w->at.column - column);
		return true;
	}
	if (!line_before(w, w->at.line - line, start))
		return false;
	*start = line_end(w->in, *start, column - 1);
	return true;
}

void inv_walk_keep_line(struct inv_walk *w, struct hgw_place at)
{
	uint32_t first = inv_lines_first(at), line = at.line, column;
	uint32_t shift = w->outer != NULL ? w->outer->literal : 1;
	size_t blanks = 0, start, end;

	/* Of a value that does not show its text, the line is kept already. */
	if (shift == 0)
		return;
	if (w->lines == NULL) {
		/* There may be more of it to be read. */
		line_end(w->in, w->byte, INV_LINE_ABOUT);
		return;
	}
	if (inv_lines_has(w->lines, at))
		return;
	if (w->outer != NULL)
		line -= w->outer->at.line;
	if (first < shift)
		blanks = shift - first;
	column = first + (uint32_t)blanks - shift + 1;
	if (!find_back(w, line, column, &start))
		return;
	end = line_end(w->in, start, 2 * INV_LINE_ABOUT);
	if (!inv_lines_add(w->lines, at, blanks, w->in->data + (start - w->in->base), end - start))
		inv_walk_nomem(w);
}

/*
 * The scalar begins with its '|'. Its first line with anything in it stands in
 * the text after as many blanks as it is indented by.
 */
uint32_t inv_walk_literal(struct inv_walk *w)
{
	const char *value = w->event.value;
	size_t own, at;
	uint32_t indent = 0;
	int c;

	inv_walk_here(w);
	own = strspn(value, " ");
	if (value[own] == '\n' || value[own] == '\0')
		return 0;
	at = line_end(w->in, w->byte, UINT32_MAX);
	while ((c = inv_input_byte(w->in, at)) == '\r' || c == '\n')
		at++;
	while (inv_input_byte(w->in, at + indent) == ' ')
		indent++;
	return indent >= own ? indent - (uint32_t)own + 1 : 0;
}
