/* SPDX-License-Identifier: MIT */
/*
 * Diagnostics: what is wrong with an input, and where. An error (err.h) ends
 * a run; diagnostics are what it has to show, many in one run.
 */
#ifndef HGW_DIAG_H
#define HGW_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/compiler.h"

enum hgw_severity { HGW_NOTE, HGW_WARNING, HGW_ERROR };

/* A place in an input; line and column count from 1, 0 is "not known". */
struct hgw_origin {
	const char *file; /* borrowed; NULL: none */
	uint32_t line;
	uint32_t column; /* in characters, not bytes */
};

struct hgw_diag {
	enum hgw_severity severity;
	struct hgw_origin at; /* at.file is owned by this diagnostic */
	char *text;
	char *hint;	/* what to do, or NULL */
	char *excerpt;	/* the source line, cut around the place; or NULL */
	uint32_t caret; /* characters of excerpt before the caret */
};

enum { HGW_DIAG_MAX = 20 }; /* kept of each severity; the rest is counted */

struct hgw_diags {
	struct hgw_diag *v;
	size_t n, cap;
	size_t count[HGW_ERROR + 1]; /* by severity, those not kept included */
	bool nomem;		     /* one could not be stored */
};

/*
 * Adds one. at may be NULL. hint may be NULL. Text, hint and file are copied,
 * control characters in them replaced by '?'. Returns the diagnostic, for
 * hgw_diag_set_excerpt(), or NULL where it was only counted.
 */
struct hgw_diag *hgw_diag_add(struct hgw_diags *diags, enum hgw_severity severity,
			      const struct hgw_origin *at, const char *hint, const char *fmt, ...)
	HGW_PRINTF(5, 6);

/*
 * Sets the source line that the place at->line, at->column of diag is in, out
 * of the bytes of the whole input. Lines over 100 characters are cut around
 * the place; tabs become single spaces, other control characters '?'.
 */
void hgw_diag_set_excerpt(struct hgw_diag *diag, const char *data, size_t len);

/* Forgets what came after diags was copied to *before. */
void hgw_diags_cut(struct hgw_diags *diags, const struct hgw_diags *before);

void hgw_diags_free(struct hgw_diags *diags);

#endif
