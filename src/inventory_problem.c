/* SPDX-License-Identifier: MIT */
#include "inventory_int.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

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

static void sort_and_cut(struct inv_load *ld)
{
	if (ld->nproblems > 1)
		qsort(ld->problems, ld->nproblems, sizeof(*ld->problems), compare);
	while (ld->nproblems > HGW_DIAG_MAX) {
		struct inv_problem *p = &ld->problems[--ld->nproblems];

		free(p->text);
		free(p->hint);
	}
}

HGW_PRINTF(4, 0)
static struct inv_problem *add(struct inv_load *ld, uint32_t file, struct hgw_place at,
			       const char *fmt, va_list ap)
{
	struct inv_problem *p;

	ld->bad = true;
	if (!ld->walking)
		return NULL;
	if (ld->problems == NULL) {
		ld->problems = calloc(COLLECTED, sizeof(*ld->problems));
		if (ld->problems == NULL) {
			ld->nomem = true;
			return NULL;
		}
	}
	if (ld->nproblems == COLLECTED)
		sort_and_cut(ld);
	p = &ld->problems[ld->nproblems];
	*p = (struct inv_problem){.file = file, .at = at, .order = ld->total};
	if (vasprintf(&p->text, fmt, ap) < 0) {
		ld->nomem = true;
		return NULL;
	}
	ld->nproblems++;
	ld->total++;
	return p;
}

struct inv_problem *inv_problem_at(struct inv_load *ld, uint32_t file, struct hgw_place at,
				   const char *fmt, ...)
{
	struct inv_problem *p;
	va_list ap;

	va_start(ap, fmt);
	p = add(ld, file, at, fmt, ap);
	va_end(ap);
	return p;
}

struct inv_problem *inv_problem(struct inv_load *ld, const char *value, const char *fmt, ...)
{
	struct hgw_place at = ld->walking ? inv_place_of(value) : (struct hgw_place){0};
	struct inv_problem *p;
	va_list ap;

	va_start(ap, fmt);
	p = add(ld, ld->file, at, fmt, ap);
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

void inv_problems_flush(struct inv_load *ld, struct hgw_diags *diags)
{
	size_t dropped;

	sort_and_cut(ld);
	dropped = ld->total - ld->nproblems;
	for (size_t i = 0; i < ld->nproblems; i++) {
		const struct inv_problem *p = &ld->problems[i];
		const struct hgw_file *file = &ld->inv->files[p->file];
		struct hgw_origin at = {file->name, p->at.line, p->at.column};
		struct hgw_diag *d = hgw_diag_add(diags, HGW_ERROR, &at, p->hint, "%s", p->text);

		if (d != NULL)
			hgw_diag_set_excerpt(d, file->data, file->len);
	}
	diags->count[HGW_ERROR] += dropped;
}

void inv_problems_free(struct inv_load *ld)
{
	for (size_t i = 0; i < ld->nproblems; i++) {
		free(ld->problems[i].text);
		free(ld->problems[i].hint);
	}
	free(ld->problems);
	ld->problems = NULL;
	ld->nproblems = 0;
}
