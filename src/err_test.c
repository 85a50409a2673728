/* SPDX-License-Identifier: MIT */
#include "hgw/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MAX = sizeof(((struct hgw_err *)0)->msg) - 1 };

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct hgw_err));
	return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* n times c, in a buffer that the next call reuses. */
static const char *many(char c, size_t n)
{
	static char buf[4096];

	assert_true(n < sizeof(buf));
	memset(buf, c, n);
	buf[n] = '\0';
	return buf;
}

static void failing_sets_status_and_text(void **state)
{
	struct hgw_err *err = *state;

	assert_int_equal(hgw_fail(err, HGW_NOINPUT, "cannot open %s: %d", "x", 7), -1);
	assert_int_equal(err->status, HGW_NOINPUT);
	assert_string_equal(err->msg, "cannot open x: 7");
	assert_int_equal(hgw_fail(err, HGW_REFUSED, "%s", ""), -1);
	assert_int_equal(err->status, HGW_REFUSED);
	assert_string_equal(err->msg, "");
}

static void text_of_others_is_no_format(void **state)
{
	struct hgw_err *err = *state;

	hgw_fail(err, HGW_FAILED, "%s", "%n%s%d 100%");
	assert_string_equal(err->msg, "%n%s%d 100%");
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
	struct hgw_err *err = *state;
	char c[2] = "";

	for (int i = 1; i < 256; i++) {
		c[0] = (char)i;
		hgw_fail(err, HGW_FAILED, "<%s>", c);
		assert_int_equal(err->msg[1], i < ' ' || i >= 0x7f ? '?' : c[0]);
		assert_string_equal(err->msg + 2, ">");
	}
	hgw_fail(err, HGW_FAILED, "a\033[2Jb\r\n\t%s", "\033]0;x\007");
	assert_string_equal(err->msg, "a?[2Jb????]0;x?");
	hgw_fail(err, HGW_FAILED, "%s", "knöten … 节点");
	assert_string_equal(err->msg, "knöten … 节点");
}

static void what_changes_the_rest_of_a_line_is_one_too(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"a\xc2\x9b"
		 "2Jb",
		 "a?2Jb"},
		{"\xc2\x80\xc2\x9f\xc2\xa0", "??\xc2\xa0"},
		{"\xe2\x80\xa8\xe2\x80\xa9|", "??|"},
		{"\xe2\x80\xaa\xe2\x80\xae\xe2\x80\xac\xe2\x80\xac|", "????|"},
		{"\xe2\x81\xa6\xe2\x81\xa9|", "??|"},
		{"\xe2\x80\xa6|\xe2\x80\xa7|\xe2\x80\xaf",
		 "\xe2\x80\xa6|\xe2\x80\xa7|\xe2\x80\xaf"},
		{"\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f\xef\xbb\xbf|", "????|"},
		/* not even UTF-8: each byte for itself */
		{"\xff\xc2", "??"},
		{"\xe2\x80", "??"},
		{"\xe2", "?"},
		{"\x9b"
		 "2J",
		 "?2J"},
		{"\xc0\x80\xc1\xbf\xe0\x80\x80|", "???????|"},
		{"\xed\xa0\x80\xf4\x90\x80\x80\xf5|", "????????|"},
		{"\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf",
		 "\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_err *err = *state;

		hgw_fail(err, HGW_FAILED, "%s", cases[i].text);
		assert_string_equal(err->msg, cases[i].want);
	}
	assert_int_equal(hgw_control(""), 0);
}

static void characters_have_their_length(void **state)
{
	static const struct {
		const char *text;
		size_t len, want;
	} cases[] = {
		{"a", 1, 1},
		{"a", 0, 0},
		{"", 1, 1}, /* a NUL is one */
		{"\xc3\xa9", 2, 2},
		{"\xc3\xa9", 1, 0},
		{"\xe2\x80\xa6x", 4, 3},
		{"\xe2\x80\xa6", 2, 0},
		{"\xf0\x9f\x98\x80", 9, 4},
		{"\xf0\x9f\x98\x80", 3, 0},
		{"\x80", 1, 0},
		{"\xc3(", 2, 0},
		{"\xe2\x80(", 3, 0},
		{"\xf0\x8f\xbf\xbf", 4, 0},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++)
		assert_int_equal(hgw_utf8_len(cases[i].text, cases[i].len), cases[i].want);
}

static void a_long_message_is_cut_at_its_end(void **state)
{
	struct hgw_err *err = *state;

	hgw_fail(err, HGW_FAILED, "%s", many('x', MAX));
	assert_string_equal(err->msg, many('x', MAX));
	hgw_fail(err, HGW_FAILED, "b%s", many('x', (size_t)3 * MAX));
	assert_int_equal(err->msg[0], 'b');
	assert_int_equal(strlen(err->msg), MAX);
}

static void want_of_memory_is_a_failure(void **state)
{
	struct hgw_err *err = *state;

	assert_int_equal(hgw_fail_nomem(err), -1);
	assert_int_equal(err->status, HGW_FAILED);
	assert_string_equal(err->msg, "out of memory");
}

static void errno_has_names(void **state)
{
	static const struct {
		int errnum;
		const char *name;
	} cases[] = {
		{ENETUNREACH, "ENETUNREACH"},
		{ESRCH, "ESRCH"},
		{EEXIST, "EEXIST"},
		{EPERM, "EPERM"},
		{0, "0"},
		{-1, "unknown errno"},
		{99999, "unknown errno"},
		{135, "unknown errno"},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++)
		assert_string_equal(hgw_errno_name(cases[i].errnum), cases[i].name);
}

static void statuses_are_what_the_manual_says(void **state)
{
	(void)state;
	assert_int_equal(HGW_OK, 0);
	assert_int_equal(HGW_FAILED, 1);
	assert_int_equal(HGW_DIFFERS, 2);
	assert_int_equal(HGW_ROLLED_BACK, 3);
	assert_int_equal(HGW_INCOMPLETE, 4);
	assert_int_equal(HGW_REFUSED, 5);
	assert_int_equal(HGW_USAGE, 64);
	assert_int_equal(HGW_DATAERR, 65);
	assert_int_equal(HGW_NOINPUT, 66);
	assert_int_equal(HGW_IOERR, 74);
	assert_int_equal(HGW_TEMPFAIL, 75);
	assert_int_equal(HGW_NOPERM, 77);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(failing_sets_status_and_text),
		TEST(text_of_others_is_no_format),
		TEST(control_characters_do_not_reach_the_terminal),
		TEST(what_changes_the_rest_of_a_line_is_one_too),
		TEST(characters_have_their_length),
		TEST(a_long_message_is_cut_at_its_end),
		TEST(want_of_memory_is_a_failure),
		TEST(errno_has_names),
		TEST(statuses_are_what_the_manual_says),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
