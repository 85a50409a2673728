/* SPDX-License-Identifier: MIT */
/* What is wrong with a text that is not YAML, in words that help. */
#include "inventory_walk.h"

#include <stdio.h>
#include <string.h>

/* Is there a blank that is none, as they come with what is pasted from a page? */
static bool no_break_near(const struct inv_walk *w)
{
	enum { NEAR = 200 };
	const struct inv_input *in = w->in;
	size_t from = w->byte > in->base + NEAR ? w->byte - NEAR : in->base;

	return memmem(in->data + (from - in->base), w->byte - from, "\xc2\xa0", 2) != NULL;
}

static void report_reader(struct inv_walk *w)
{
	const yaml_parser_t *parser = &w->parser;
	struct inv_problem *p;
	struct hgw_place at;

	if (w->in->failed != NULL)
		return;
	at = inv_walk_place_byte(w, parser->problem_offset);
	if (strcmp(parser->problem, "control characters are not allowed") != 0) {
		inv_walk_problem(w, at, "not UTF-8: %s", parser->problem);
		return;
	}
	p = inv_walk_problem(w, at, "a control character (0x%02x)",
			     (unsigned)parser->problem_value);
	if (parser->problem_value == 0)
		inv_hint(w->ld, p, "is the file UTF-16, or no text at all?");
}

/* A line of a mapping: where it is indented to, and what stands there up to its end. */
struct line {
	size_t start, indent;
	const char *s;
	size_t len;
};

static struct line line_at(const struct inv_input *in, size_t start)
{
	struct line l = {.start = start, .s = in->data + (start - in->base)};
	size_t max = in->base + in->len - start;

	while (l.len < max && l.s[l.len] != '\n' && l.s[l.len] != '\r')
		l.len++;
	while (l.indent < l.len &&
	       (l.s[l.indent] == ' ' ||
		(l.s[l.indent] == '-' && l.indent + 1 < l.len && l.s[l.indent + 1] == ' ')))
		l.indent++;
	l.s += l.indent;
	l.len -= l.indent;
	return l;
}

static bool has_key(const struct line *l)
{
	return memmem(l->s, l->len, ": ", 2) != NULL || (l->len > 0 && l->s[l->len - 1] == ':');
}

static size_t line_start(const struct inv_input *in, size_t at)
{
	while (at > in->base && in->data[at - 1 - in->base] != '\n')
		at--;
	return at;
}

/* A CR alone ends a line too, as line_start() does not see. */
static bool has_bare_cr(const struct inv_input *in, size_t from, size_t to)
{
	const char *s = in->data + (from - in->base), *end = in->data + (to - in->base);

	for (; s + 1 < end; s++)
		if (*s == '\r' && s[1] != '\n')
			return true;
	return false;
}

/* Where the line is read on, it moves: what is to be said of it is said first. */
static void say_lost_colon(struct inv_walk *w, struct hgw_place at, const struct line *l)
{
	size_t word = 0, rest;
	char text[200] = "";
	struct inv_problem *p;

	while (word < l->len && strchr(": \r", l->s[word]) == NULL)
		word++;
	rest = word + 1;
	if (rest < l->len)
		snprintf(text, sizeof(text), "%.*s: %.*s", (int)(word < 64 ? word : 64), l->s,
			 (int)(l->len - rest < 64 ? l->len - rest : 64), l->s + rest);
	p = inv_walk_problem(w, at, "not YAML: a key without ': '");
	if (text[0] != '\0')
		inv_hint(w->ld, p, "write %s", text);
}

/* All of the line at hand is there. */
static void read_line(struct inv_walk *w)
{
	inv_input_byte(w->in, w->byte + (size_t)4 * INV_LINE_ABOUT);
}

/*
 * Where a key lacks its ': ' libyaml takes it for text that goes on in the next
 * line, and stumbles over the key there.
 */
static bool report_lost_colon(struct inv_walk *w)
{
	const struct inv_input *in = w->in;
	size_t start = line_start(in, w->byte);
	struct line own, before;

	read_line(w);
	if (start <= in->base + 1 || w->at.line < 2)
		return false;
	if (has_bare_cr(in, line_start(in, start - 1), w->byte))
		return false;
	own = line_at(in, start);
	before = line_at(in, line_start(in, start - 1));
	if (own.start + own.indent > w->byte ||
	    memmem(own.s, w->byte - own.start - own.indent, ": ", 2) != NULL)
		return false;
	if (before.indent != own.indent || before.len == 0 || before.s[0] == '#' ||
	    has_key(&before))
		return false;
	say_lost_colon(w, (struct hgw_place){w->at.line - 1, (uint32_t)before.indent + 1}, &before);
	return true;
}

/* The same where libyaml sees it, but not until later. */
static void report_key(struct inv_walk *w, struct hgw_place begin)
{
	struct line l;

	inv_walk_place(w, &w->parser.context_mark);
	read_line(w);
	l = line_at(w->in, line_start(w->in, w->byte));
	say_lost_colon(w, begin, &l);
}

static void hint(struct inv_walk *w, struct inv_problem *p, int c)
{
	static const struct {
		const char *problem, *hint;
	} hints[] = {
		{"found unexpected ':'", "inside of [ ] and { } put an IPv6 address into quotes"},
		{"did not find expected '-' indicator",
		 "begin each node with '- ', and indent its keys alike"},
		{"did not find expected key", "indent the keys of a node alike"},
		{"mapping values are not allowed in this context",
		 "indent the keys of a node alike; put what has ': ' in it into quotes"},
	};

	if (c == '\t')
		inv_hint(w->ld, p, "indent with spaces: YAML takes no tabs");
	else if (no_break_near(w))
		inv_hint(w->ld, p, "a non-breaking space (U+00A0) is no blank: type it anew");
	else
		for (size_t i = 0; i < HGW_ARRAY_LEN(hints) && !w->open; i++)
			if (strcmp(w->parser.problem, hints[i].problem) == 0)
				inv_hint(w->ld, p, "%s", hints[i].hint);
}

static void report(struct inv_walk *w)
{
	const yaml_parser_t *parser = &w->parser;
	struct hgw_place begin = inv_walk_place(w, &parser->context_mark);
	struct hgw_place at = inv_walk_place(w, &parser->problem_mark);
	int c = inv_input_byte(w->in, w->byte);
	struct inv_problem *p;

	if (strcmp(parser->problem, "mapping values are not allowed in this context") == 0 &&
	    !no_break_near(w) && report_lost_colon(w))
		return;
	if (strcmp(parser->problem, "could not find expected ':'") == 0 && begin.line < at.line &&
	    w->in->base == 0) {
		report_key(w, begin);
		return;
	}
	/* What was never closed is to be seen where it was opened. */
	if (parser->context != NULL && c < 0)
		at = begin;
	if (parser->context == NULL)
		p = inv_walk_problem(w, at, "not YAML: %s", parser->problem);
	else if (begin.line == at.line)
		p = inv_walk_problem(w, at, "not YAML: %s %s", parser->problem, parser->context);
	else
		p = inv_walk_problem(w, at, "not YAML: %s %s that begins on line %u",
				     parser->problem, parser->context, begin.line);
	hint(w, p, c);
}

void inv_walk_report(struct inv_walk *w)
{
	if (w->parser.error == YAML_READER_ERROR)
		report_reader(w);
	else
		report(w);
}
