/* SPDX-License-Identifier: MIT */
#include "hgw/diag.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct hgw_diags));
	return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	hgw_diags_free(*state);
	free(*state);
	return 0;
}

static void what_is_added_is_copied(void **state)
{
	struct hgw_diags *diags = *state;
	char file[] = "inv.yaml", hint[] = "do this";
	struct hgw_origin at = {.file = file, .line = 3, .column = 9};
	const struct hgw_diag *d =
		hgw_diag_add(diags, HGW_WARNING, &at, hint, "subnet '%s' of %d", "x", 7);

	assert_ptr_equal(d, diags->v);
	memset(file, 'X', strlen(file));
	memset(hint, 'X', strlen(hint));
	assert_int_equal(d->severity, HGW_WARNING);
	assert_string_equal(d->text, "subnet 'x' of 7");
	assert_string_equal(d->hint, "do this");
	assert_string_equal(d->at.file, "inv.yaml");
	assert_int_equal(d->at.line, 3);
	assert_int_equal(d->at.column, 9);
	assert_null(d->excerpt);
}

static void place_and_hint_may_be_missing(void **state)
{
	struct hgw_diags *diags = *state;
	struct hgw_origin at = {.line = 4};
	const struct hgw_diag *d = hgw_diag_add(diags, HGW_NOTE, NULL, NULL, "a");

	assert_non_null(d);
	assert_null(d->at.file);
	assert_null(d->hint);
	assert_int_equal(d->at.line, 0);
	d = hgw_diag_add(diags, HGW_NOTE, &at, NULL, "b");
	assert_null(d->at.file);
	assert_int_equal(d->at.line, 4);
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
	struct hgw_diags *diags = *state;
	struct hgw_origin at = {.file = "a\nb\033[2J.yaml"};
	const struct hgw_diag *d = hgw_diag_add(diags, HGW_ERROR, &at, "h\tint\x7f", "t%sxt",
						"\r\xc3\xa9\xc2\x9b\xe2\x80\xae\xe2\x80\xac");

	assert_string_equal(d->at.file, "a?b?[2J.yaml");
	assert_string_equal(d->hint, "h?int?");
	assert_string_equal(d->text, "t?\xc3\xa9???xt");
}

static void twenty_of_each_severity_are_kept_and_all_counted(void **state)
{
	struct hgw_diags *diags = *state;

	for (int i = 0; i < 1000; i++) {
		assert_int_equal(hgw_diag_add(diags, HGW_ERROR, NULL, NULL, "e%d", i) != NULL,
				 i < HGW_DIAG_MAX);
		if (i < 30)
			hgw_diag_add(diags, HGW_WARNING, NULL, NULL, "w%d", i);
		if (i < 3)
			hgw_diag_add(diags, HGW_NOTE, NULL, NULL, "n%d", i);
	}
	assert_int_equal(diags->count[HGW_ERROR], 1000);
	assert_int_equal(diags->count[HGW_WARNING], 30);
	assert_int_equal(diags->count[HGW_NOTE], 3);
	assert_int_equal(diags->n, 2 * HGW_DIAG_MAX + 3);
	/* In the order in which they came, the severities mixed. */
	assert_string_equal(diags->v[0].text, "e0");
	assert_string_equal(diags->v[1].text, "w0");
	assert_string_equal(diags->v[2].text, "n0");
	assert_string_equal(diags->v[diags->n - 1].text, "w19");
	assert_false(diags->nomem);
	hgw_diags_free(diags);
	assert_int_equal(diags->n, 0);
	assert_int_equal(diags->count[HGW_ERROR], 0);
}

static void what_came_later_is_forgotten(void **state)
{
	struct hgw_diags *diags = *state, before;

	hgw_diag_add(diags, HGW_WARNING, NULL, NULL, "a");
	before = *diags;
	for (unsigned i = 0; i < 3 * HGW_DIAG_MAX; i++)
		hgw_diag_add(diags, HGW_WARNING, NULL, "hint", "%u", i);
	hgw_diag_add(diags, HGW_ERROR, NULL, NULL, "b");
	hgw_diags_cut(diags, &before);
	assert_int_equal(diags->n, 1);
	assert_string_equal(diags->v[0].text, "a");
	assert_int_equal(diags->count[HGW_WARNING], 1);
	assert_int_equal(diags->count[HGW_ERROR], 0);
	hgw_diag_add(diags, HGW_ERROR, NULL, NULL, "c");
	assert_string_equal(diags->v[1].text, "c");
	before = (struct hgw_diags){0};
	hgw_diags_cut(diags, &before);
	assert_int_equal(diags->n, 0);
}

static void assert_excerpt(struct hgw_diags *diags, const char *data, size_t len, uint32_t line,
			   uint32_t column, const char *excerpt, uint32_t caret)
{
	struct hgw_origin at = {"f", line, column};
	struct hgw_diag *d = hgw_diag_add(diags, HGW_ERROR, &at, NULL, "x");

	assert_non_null(d);
	hgw_diag_set_excerpt(d, data, len);
	if (excerpt == NULL) {
		assert_null(d->excerpt);
	} else {
		assert_non_null(d->excerpt);
		assert_string_equal(d->excerpt, excerpt);
		assert_int_equal(d->caret, caret);
	}
	hgw_diags_free(diags);
}

static void the_excerpt_is_the_line_of_the_place(void **state)
{
	static const struct {
		const char *data;
		uint32_t line, column;
		const char *excerpt; /* NULL: none */
		uint32_t caret;
	} cases[] = {
		{"one\ntwo\nthree", 1, 1, "one", 0},
		{"one\ntwo\nthree", 2, 3, "two", 2},
		{"one\ntwo\nthree", 3, 5, "three", 4},
		{"one\n\nthree", 2, 1, "", 0},
		{"one\n", 2, 1, "", 0}, /* the end of the file */
		{"one", 2, 1, NULL, 0},
		{"one\n", 4294967295, 1, NULL, 0},
		{"one", 0, 1, NULL, 0},
		{"one", 1, 0, NULL, 0},
		{"", 1, 1, "", 0},
		{"one", 1, 9, "one", 8}, /* behind the end of the line */
		/* ends of lines as YAML counts them */
		{"one\r\ntwo\r\nthree\r\n", 2, 2, "two", 1},
		{"one\r\ntwo\r\nthree\r\n", 3, 1, "three", 0},
		{"one\rtwo\rthree", 2, 1, "two", 0},
		{"one\n\rtwo", 3, 1, "two", 0},
		{"one\r\r\ntwo", 3, 1, "two", 0},
		{"one\r", 1, 1, "one", 0},
		/* a byte order mark is not a character of the first line */
		{"\xef\xbb\xbfone\ntwo", 1, 1, "one", 0},
		{"\xef\xbb\xbfone\ntwo", 2, 3, "two", 2},
		{"\xef\xbb\xbf", 1, 1, "", 0},
		{"\xef\xbb", 1, 1, "??", 0},
		{"a\n\xef\xbb\xbf"
		 "b",
		 2, 2, "?b", 1},
		/* columns are characters */
		{"kn\xc3\xb6ten: x", 1, 9, "kn\xc3\xb6ten: x", 8},
		{"\xe8\x8a\x82\xe7\x82\xb9: x", 1, 5, "\xe8\x8a\x82\xe7\x82\xb9: x", 4},
		{"\tsubnet:\tx", 1, 2, " subnet: x", 1},
		{"a\001\033[31mb\x7f"
		 "c",
		 1, 3, "a??[31mb?c", 2},
		/* C1, an override and a separator of lines: one mark each, so that the caret fits
		 */
		{"a\xc2\x9b"
		 "2Jb",
		 1, 3, "a?2Jb", 2},
		{"a\xe2\x80\xae"
		 "b\xe2\x80\xac"
		 "c\xe2\x80\xa8"
		 "d\xe2\x81\xa6"
		 "e\xe2\x81\xa9"
		 "f",
		 1, 11, "a?b?c?d?e?f", 10},
		{"\xff\xfe\xfd", 1, 2, "???", 1},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++)
		assert_excerpt(*state, cases[i].data, strlen(cases[i].data), cases[i].line,
			       cases[i].column, cases[i].excerpt, cases[i].caret);
}

static void a_nul_in_a_line_does_not_end_it(void **state)
{
	assert_excerpt(*state, "ab\0cd\nx", 7, 1, 4, "ab?cd", 3);
	assert_excerpt(*state, "ab\0cd\nx", 7, 2, 1, "x", 0);
	assert_excerpt(*state, "\0", 1, 1, 1, "?", 0);
}

static void no_byte_behind_the_data_is_read(void **state)
{
	static const char text[] = {'a', 'b', '\n', 'c', 'd', '\xc3', '\xa9', '\r'};
	char *data = malloc(sizeof(text)); /* a sanitizer watches */

	assert_non_null(data);
	memcpy(data, text, sizeof(text));
	assert_excerpt(*state, data, 8, 2, 3, "cd\xc3\xa9", 2);
	assert_excerpt(*state, data, 6, 2, 3, "cd?", 2);
	assert_excerpt(*state, data, 3, 2, 1, "", 0);
	assert_excerpt(*state, data, 0, 1, 1, "", 0);
	free(data);
}

static void a_second_excerpt_takes_the_place_of_the_first(void **state)
{
	struct hgw_origin at = {"f", 1, 1};
	struct hgw_diag *d = hgw_diag_add(*state, HGW_ERROR, &at, NULL, "x");

	hgw_diag_set_excerpt(d, "one", 3);
	hgw_diag_set_excerpt(d, "two", 3);
	assert_string_equal(d->excerpt, "two");
}

/* A line of n characters that are of width bytes each; character i (from 1) can be told. */
static char *long_line(size_t n, size_t width)
{
	static const char *const digits[] = {"0123456789",
					     "\xc3\xa0\xc3\xa1\xc3\xa2\xc3\xa3\xc3\xa4"
					     "\xc3\xa5\xc3\xa6\xc3\xa7\xc3\xa8\xc3\xa9"};
	char *s = malloc(n * width + 1);

	assert_non_null(s);
	for (size_t i = 0; i < n; i++)
		memcpy(s + i * width, digits[width - 1] + i % 10 * width, width);
	s[n * width] = '\0';
	return s;
}

static size_t count_chars(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void long_lines_are_cut_around_the_place(void **state)
{
	static const uint32_t columns[] = {1,	79,  80,  81,	82,	 99,	  100,
					   101, 102, 150, 1000, 1048576, 2097151, 2097152};
	enum { LEN = 2 * 1024 * 1024 };

	for (size_t width = 1; width <= 2; width++) {
		char *data = long_line(LEN, width);

		for (size_t i = 0; i < HGW_ARRAY_LEN(columns); i++) {
			struct hgw_origin at = {"f", 1, columns[i]};
			struct hgw_diag *d = hgw_diag_add(*state, HGW_ERROR, &at, NULL, "x");
			const char *under, *want = data + (size_t)(columns[i] - 1) * width;

			hgw_diag_set_excerpt(d, data, LEN * width);
			assert_in_range(count_chars(d->excerpt), 50, 100);
			assert_in_range(d->caret, 0, 99);
			under = d->excerpt;
			for (uint32_t c = 0; c < d->caret; c++)
				under += width;
			assert_memory_equal(under, want, width);
			/* All that is around it, not just that one. */
			assert_memory_equal(d->excerpt, want - d->caret * width,
					    strlen(d->excerpt));
			hgw_diags_free(*state);
		}
		free(data);
	}
}

static void a_line_of_100_characters_is_whole(void **state)
{
	char *data = long_line(100, 2);

	assert_excerpt(*state, data, 200, 1, 100, data, 99);
	assert_excerpt(*state, data, 200, 1, 1, data, 0);
	free(data);
}

static void a_place_far_behind_a_long_line_is_no_harm(void **state)
{
	char *data = long_line(500, 1);
	struct hgw_origin at = {"f", 1, UINT32_MAX};
	struct hgw_diag *d = hgw_diag_add(*state, HGW_ERROR, &at, NULL, "x");

	hgw_diag_set_excerpt(d, data, 500);
	assert_string_equal(d->excerpt, "");
	assert_in_range(d->caret, 0, 100);
	at.column = 501;
	d = hgw_diag_add(*state, HGW_ERROR, &at, NULL, "x");
	hgw_diag_set_excerpt(d, data, 500);
	assert_string_equal(d->excerpt, data + 450);
	assert_int_equal(d->caret, 50);
	free(data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(what_is_added_is_copied),
		TEST(place_and_hint_may_be_missing),
		TEST(control_characters_do_not_reach_the_terminal),
		TEST(twenty_of_each_severity_are_kept_and_all_counted),
		TEST(what_came_later_is_forgotten),
		TEST(the_excerpt_is_the_line_of_the_place),
		TEST(a_nul_in_a_line_does_not_end_it),
		TEST(no_byte_behind_the_data_is_read),
		TEST(a_second_excerpt_takes_the_place_of_the_first),
		TEST(long_lines_are_cut_around_the_place),
		TEST(a_line_of_100_characters_is_whole),
		TEST(a_place_far_behind_a_long_line_is_no_harm),
	};

	return cmocka_run_group_tests_name("diag", tests, NULL, NULL);
}
