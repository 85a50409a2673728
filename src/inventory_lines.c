/* SPDX-License-Identifier: MIT */
#include "inventory_int.h"

#include <stdlib.h>
#include <string.h>

static bool grow(void **v, size_t *cap, size_t need, size_t size)
{
	size_t grown = *cap < 64 ? 64 : *cap;
	void *p;

	while (grown < need)
		grown += grown / 2;
	if (grown == *cap)
		return true;
	p = reallocarray(*v, grown, size);
	if (p == NULL)
		return false;
	*v = p;
	*cap = grown;
	return true;
}

uint32_t inv_lines_first(struct hgw_place at)
{
	return at.column > INV_LINE_ABOUT ? at.column - INV_LINE_ABOUT : 1;
}

bool inv_lines_has(const struct inv_lines *lines, struct hgw_place at)
{
	const struct inv_line *last = lines->n > 0 ? &lines->v[lines->n - 1] : NULL;

	return last != NULL && last->line == at.line && last->first == inv_lines_first(at);
}

bool inv_lines_add(struct inv_lines *lines, struct hgw_place at, size_t blanks, const char *s,
		   size_t len)
{
	void *v = lines->v, *text = lines->text;
	bool ok = grow(&v, &lines->cap, lines->n + 1, sizeof(*lines->v));

	lines->v = v;
	ok = ok && grow(&text, &lines->text_cap, lines->ntext + blanks + len, 1);
	lines->text = text;
	if (!ok || lines->v == NULL)
		return false;
	lines->v[lines->n++] = (struct inv_line){
		.line = at.line,
		.first = inv_lines_first(at),
		.len = (uint32_t)(blanks + len),
		.text = lines->ntext,
	};
	memset(lines->text + lines->ntext, ' ', blanks);
	memcpy(lines->text + lines->ntext + blanks, s, len);
	lines->ntext += blanks + len;
	return true;
}

const struct inv_line *inv_lines_find(const struct inv_lines *lines, struct hgw_place at)
{
	const struct inv_line *found = NULL;

	/* A text inside the text, JSON in YAML say, may end in the middle of a line. */
	for (size_t i = 0; i < lines->n; i++)
		if (lines->v[i].line == at.line && lines->v[i].first == inv_lines_first(at) &&
		    (found == NULL || lines->v[i].len > found->len))
			found = &lines->v[i];
	return found;
}

void inv_lines_free(struct inv_lines *lines)
{
	free(lines->v);
	free(lines->text);
	*lines = (struct inv_lines){0};
}
