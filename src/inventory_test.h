/* SPDX-License-Identifier: MIT */
/* For the tests of the inventory module. */
#ifndef HGW_INVENTORY_TEST_H
#define HGW_INVENTORY_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "inventory_int.h"

#define OK  "testdata/inventory/ok/"
#define BAD "testdata/inventory/bad/"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

struct state {
	struct hgw_names names;
	struct hgw_inventory inv;
	struct hgw_diags diags;
	struct hgw_err err;
};

static inline int setup(void **state)
{
	struct state *t = calloc(1, sizeof(*t));

	/* No files below: the names of this host must not decide a test. */
	if (t == NULL || hgw_names_load(&t->names, "/dev/null", &t->err) < 0)
		return -1;
	*state = t;
	return 0;
}

static inline int teardown(void **state)
{
	struct state *t = *state;

	hgw_inventory_free(&t->inv);
	hgw_diags_free(&t->diags);
	hgw_names_free(&t->names);
	free(t);
	return 0;
}

/* As a user sees them, with the base name of the file. */
static inline char *render(const struct hgw_diags *diags)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	for (size_t i = 0; i < diags->n; i++) {
		const struct hgw_diag *d = &diags->v[i];
		const char *slash = strrchr(d->at.file, '/');

		fputs(slash != NULL ? slash + 1 : d->at.file, f);
		if (d->at.line != 0)
			fprintf(f, ":%u:%u", d->at.line, d->at.column);
		fprintf(f, ": %s: %s\n",
			d->severity == HGW_ERROR     ? "error"
			: d->severity == HGW_WARNING ? "warning"
						     : "note",
			d->text);
		if (d->excerpt != NULL)
			fprintf(f, "%s\n%*s^\n", d->excerpt, (int)d->caret, "");
		if (d->hint != NULL)
			fprintf(f, "  hint: %s\n", d->hint);
	}
	if (diags->count[HGW_ERROR] > diags->n)
		fprintf(f, "and %zu more errors\n", diags->count[HGW_ERROR] - diags->n);
	fclose(f);
	return text;
}

static inline int load_files(struct state *t, const char *const *files, size_t n)
{
	struct hgw_inventory_options options = {.names = &t->names};

	hgw_inventory_free(&t->inv);
	hgw_diags_free(&t->diags);
	return hgw_inventory_load(&t->inv, files, n, &options, &t->diags, &t->err);
}

static inline int load_text(struct state *t, const char *text)
{
	hgw_inventory_free(&t->inv);
	hgw_diags_free(&t->diags);
	return hgw_inventory_load_data(&t->inv, "inv.yaml", text, strlen(text), &t->names,
				       &t->diags, &t->err);
}

static inline void load_good(struct state *t, const char *file)
{
	if (load_files(t, &file, 1) == 0)
		return;
	fail_msg("%s: %s\n%s", file, t->err.msg, render(&t->diags));
}

static inline char *slurp(const char *path)
{
	struct inv_input in;
	struct hgw_err err;
	char *text;

	if (inv_input_open(&in, path, &err) < 0)
		fail_msg("%s", err.msg);
	while (inv_input_more(&in))
		;
	text = malloc(in.len + 1);
	assert_non_null(text);
	memcpy(text, in.data, in.len);
	text[in.len] = '\0';
	inv_input_close(&in);
	return text;
}

static inline void assert_text(struct state *t, size_t i, const char *file, const char *want)
{
	char text[300];

	assert_true(i < t->diags.n);
	assert_string_equal(t->diags.v[i].at.file, file);
	snprintf(text, sizeof(text), "%u:%u: %s", t->diags.v[i].at.line, t->diags.v[i].at.column,
		 t->diags.v[i].text);
	assert_string_equal(text, want);
}

#endif
