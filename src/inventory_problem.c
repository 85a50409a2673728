/* SPDX-License-Identifier: MIT */
#include "inventory_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many are collected before all but the first HGW_DIAG_MAX are dropped. */
enum { COLLECTED = 1024 };

static int compare(const void *a, const void *b)
{
	const struct inv_problem *x = a, *y = b;

	if (x->file != y->file)
		return HGW_CMP(x->file, y->file);
	if (x->at.line != y->at.line)
		return HGW_CMP(x->at.line, y->at.line);
	if (x->at.column != y->at.column)
		return HGW_CMP(x->at.column, y->at.column);
	return HGW_CMP(x->order, y->order);
}

static void drop(struct inv_problem *p)
{
	free(p->text);
	free(p->hint);
}

static void sort_and_cut(struct inv_problems *list)
{
	if (list->n > 1)
		qsort(list->v, list->n, sizeof(*list->v), compare);
	while (list->n > HGW_DIAG_MAX)
		drop(&list->v[--list->n]);
}

struct inv_problem *inv_vproblem(struct inv_load *ld, enum hgw_severity severity, uint32_t file,
				 struct hgw_place at, const char *fmt, va_list ap)
{
	struct inv_problems *list = severity == HGW_ERROR ? &ld->errors : &ld->others;
	struct inv_problem *p;

	ld->bad = ld->bad || severity == HGW_ERROR;
	if (!ld->walking)
		return NULL;
	if (list->v == NULL) {
		list->v = calloc(COLLECTED, sizeof(*list->v));
		if (list->v == NULL) {
			ld->nomem = true;
			return NULL;
		}
	}
	if (list->n == COLLECTED)
		sort_and_cut(list);
	p = &list->v[list->n];
	*p = (struct inv_problem){.severity = severity,
				  .file = file,
				  .at = at,
				  .order = list->total};
	if (vasprintf(&p->text, fmt, ap) < 0) {
		ld->nomem = true;
		return NULL;
	}
	list->n++;
	list->total++;
	return p;
}

struct inv_problem *inv_problem_at(struct inv_load *ld, uint32_t file, struct hgw_place at,
				   const char *fmt, ...)
{
	struct inv_problem *p;
	va_list ap;

	va_start(ap, fmt);
	p = inv_vproblem(ld, HGW_ERROR, file, at, fmt, ap);
	va_end(ap);
	return p;
}

struct inv_problem *inv_problem(struct inv_load *ld, const char *value, const char *fmt, ...)
{
	struct hgw_place at = ld->walking ? inv_place_of(value) : (struct hgw_place){0};
	struct inv_problem *p;
	va_list ap;

	va_start(ap, fmt);
	p = inv_vproblem(ld, HGW_ERROR, ld->file, at, fmt, ap);
	va_end(ap);
	return p;
}

struct inv_problem *inv_remark(struct inv_load *ld, enum hgw_severity severity, const char *value,
			       const char *fmt, ...)
{
	struct hgw_place at = ld->walking ? inv_place_of(value) : (struct hgw_place){0};
	struct inv_problem *p;
	va_list ap;

	va_start(ap, fmt);
	p = inv_vproblem(ld, severity, ld->file, at, fmt, ap);
	va_end(ap);
	return p;
}

void inv_hint(struct inv_load *ld, struct inv_problem *problem, const char *fmt, ...)
{
	va_list ap;

	if (problem == NULL)
		return;
	free(problem->hint);
	va_start(ap, fmt);
	if (vasprintf(&problem->hint, fmt, ap) < 0) {
		problem->hint = NULL;
		ld->nomem = true;
	}
	va_end(ap);
}

/* Where the text is not kept, a part of the line is. */
static void set_excerpt(struct hgw_diag *d, const struct inv_input *in)
{
	struct hgw_place at = {d->at.line, d->at.column};
	const char *text = in->data;
	size_t len = in->len;

	if (in->streaming) {
		const struct inv_line *line = inv_lines_find(&in->lines, at);

		if (line == NULL || at.column - line->first > line->len)
			return;
		d->at.line = 1;
		d->at.column = at.column - line->first + 1;
		text = in->lines.text + line->text;
		len = line->len;
	}
	/* One that is left is not the first, and a character; it is not shown. */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 && d->at.line == 1 && d->at.column > 1)
		d->at.column--;
	hgw_diag_set_excerpt(d, text, len);
	d->at.line = at.line;
	d->at.column = at.column;
}

static void flush(const struct inv_load *ld, struct inv_problems *list, struct hgw_diags *diags)
{
	size_t dropped;

	sort_and_cut(list);
	dropped = list->total - list->n;
	for (size_t i = 0; i < list->n; i++) {
		const struct inv_problem *p = &list->v[i];
		struct hgw_origin at = {ld->inv->files[p->file].name, p->at.line, p->at.column};
		struct hgw_diag *d = hgw_diag_add(diags, p->severity, &at, p->hint, "%s", p->text);

		if (d != NULL)
			set_excerpt(d, &ld->inputs[p->file]);
	}
	diags->count[list == &ld->errors ? HGW_ERROR : HGW_WARNING] += dropped;
}

void inv_problems_flush(struct inv_load *ld, struct hgw_diags *diags)
{
	flush(ld, &ld->others, diags);
	flush(ld, &ld->errors, diags);
}

void inv_problems_forget(struct inv_load *ld, size_t mark)
{
	struct inv_problems *list = &ld->errors;
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (list->v[i].order >= mark)
			drop(&list->v[i]);
		else
			list->v[n++] = list->v[i];
	}
	list->n = n;
	list->total = mark;
}

static void free_list(struct inv_problems *list)
{
	for (size_t i = 0; i < list->n; i++)
		drop(&list->v[i]);
	free(list->v);
	*list = (struct inv_problems){0};
}

void inv_problems_free(struct inv_load *ld)
{
	free_list(&ld->errors);
	free_list(&ld->others);
}
