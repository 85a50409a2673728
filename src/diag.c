/* SPDX-License-Identifier: MIT */
#include "hgw/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hgw/err.h"

enum { EXCERPT_MAX = 100 };

static void diag_clear(struct hgw_diag *d)
{
	free((char *)d->at.file);
	free(d->text);
	free(d->hint);
	free(d->excerpt);
	*d = (struct hgw_diag){0};
}

HGW_PRINTF(4, 0)
static bool diag_fill(struct hgw_diag *d, const struct hgw_origin *at, const char *hint,
		      const char *fmt, va_list ap)
{
	if (at != NULL) {
		d->at.line = at->line;
		d->at.column = at->column;
		if (at->file != NULL) {
			char *file = strdup(at->file);

			if (file == NULL)
				return false;
			d->at.file = hgw_make_printable(file);
		}
	}
	if (hint != NULL) {
		d->hint = strdup(hint);
		if (d->hint == NULL)
			return false;
		hgw_make_printable(d->hint);
	}
	if (vasprintf(&d->text, fmt, ap) < 0) {
		d->text = NULL;
		return false;
	}
	hgw_make_printable(d->text);
	return true;
}

struct hgw_diag *hgw_diag_add(struct hgw_diags *diags, enum hgw_severity severity,
			      const struct hgw_origin *at, const char *hint, const char *fmt, ...)
{
	struct hgw_diag *d;
	bool ok;
	va_list ap;

	if (diags->count[severity]++ >= HGW_DIAG_MAX)
		return NULL;
	if (diags->n == diags->cap) {
		size_t cap = diags->cap ? diags->cap * 2 : 8;
		struct hgw_diag *v = reallocarray(diags->v, cap, sizeof(*v));

		if (v == NULL) {
			diags->nomem = true;
			return NULL;
		}
		diags->v = v;
		diags->cap = cap;
	}
	d = &diags->v[diags->n];
	*d = (struct hgw_diag){.severity = severity};
	va_start(ap, fmt);
	ok = diag_fill(d, at, hint, fmt, ap);
	va_end(ap);
	if (!ok) {
		diag_clear(d);
		diags->nomem = true;
		return NULL;
	}
	diags->n++;
	return d;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The start of a line, counted as YAML does: LF, CR LF or a CR alone end one. */
static const char *find_line(const char *data, const char *end, uint32_t line)
{
	for (uint32_t at = 1; at < line; at++) {
		while (data < end && *data != '\n' && *data != '\r')
			data++;
		if (data == end)
			return NULL;
		if (*data == '\r' && data + 1 < end && data[1] == '\n')
			data++;
		data++;
	}
	return data;
}

static const char *skip_chars(const char *s, const char *end, uint32_t n)
{
	for (; n > 0 && s < end; n--) {
		s++;
		while (s < end && is_continuation(*s))
			s++;
	}
	return s;
}

static char *copy_line(const char *line, size_t len)
{
	char *s = malloc(len + 1);

	if (s == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++)
		s[i] = (char)(line[i] == '\t' ? ' ' : line[i] == '\0' ? '?' : line[i]);
	s[len] = '\0';
	return hgw_make_printable(s);
}

void hgw_diag_set_excerpt(struct hgw_diag *diag, const char *data, size_t len)
{
	const char *end = data + len, *start, *stop, *p;
	uint32_t first = 0, column = diag->at.column;

	if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		data += 3;
	start = diag->at.line != 0 && column != 0 ? find_line(data, end, diag->at.line) : NULL;
	if (start == NULL)
		return;
	for (stop = start; stop < end && *stop != '\n' && *stop != '\r'; stop++)
		;
	if (column > EXCERPT_MAX - 20 && skip_chars(start, stop, EXCERPT_MAX) < stop)
		first = column - 1 - EXCERPT_MAX / 2;
	start = skip_chars(start, stop, first);
	p = skip_chars(start, stop, EXCERPT_MAX);
	free(diag->excerpt);
	diag->excerpt = copy_line(start, (size_t)(p - start));
	if (diag->excerpt == NULL)
		return;
	diag->caret = column - 1 - first;
}

void hgw_diags_cut(struct hgw_diags *diags, const struct hgw_diags *before)
{
	while (diags->n > before->n)
		diag_clear(&diags->v[--diags->n]);
	memcpy(diags->count, before->count, sizeof(diags->count));
	diags->nomem = before->nomem;
}

void hgw_diags_free(struct hgw_diags *diags)
{
	for (size_t i = 0; i < diags->n; i++)
		diag_clear(&diags->v[i]);
	free(diags->v);
	*diags = (struct hgw_diags){0};
}
