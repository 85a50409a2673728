/* SPDX-License-Identifier: MIT */
#include "inventory_walk.h"

#include "inventory_test.h"

/* The events of a text: "{ a (1) [ ] }", and after them the fault, if there is one. */
static char *events_of(const char *text, size_t len)
{
	struct inv_input in;
	struct inv_json json = {.in = &in};
	struct inv_event ev;
	char *out = NULL;
	size_t n;
	FILE *f = open_memstream(&out, &n);
	bool more = true;

	assert_non_null(f);
	inv_input_text(&in, "x", text, len);
	while (more && (more = inv_json_next(&json, &ev)) && ev.type != INV_EVENT_END) {
		if (ev.type == INV_EVENT_SCALAR) {
			assert_int_equal(ev.value[ev.len], '\0');
			fprintf(f, ev.plain ? "(%s) " : "%s ", ev.value);
		} else {
			static const char marks[] = {[INV_EVENT_DOCUMENT] = '.',
						     [INV_EVENT_LIST] = '[',
						     [INV_EVENT_LIST_END] = ']',
						     [INV_EVENT_MAPPING] = '{',
						     [INV_EVENT_MAPPING_END] = '}'};

			fprintf(f, "%c ", marks[ev.type]);
		}
	}
	if (!more)
		fprintf(f, "%zu: %s", json.fault_at, json.fault);
	fclose(f);
	inv_json_free(&json);
	return out;
}

static void assert_events(const char *text, const char *want)
{
	char *got = events_of(text, strlen(text));

	if (strcmp(got, want) != 0)
		fail_msg("%s\n--- wanted\n%s\n--- got\n%s", text, want, got);
	free(got);
}

static void json_is_taken(void **state)
{
	(void)state;
	assert_events("", "");
	assert_events(" \t\r\n", "");
	assert_events("{}", ". { } ");
	assert_events("[ ]", ". [ ] ");
	assert_events("{\"a\": 1, \"b\":[true,null, {\"c\" :\"d\"}],\"\":\"\"}",
		      ". { a (1) b [ (true) (null) { c d } ]   } ");
	assert_events("\"x\" 0 -1.5e+10 [[]]", ". x . (0) . (-1.5e+10) . [ [ ] ] ");
	assert_events("{}{}", ". { } . { } ");
}

static void escapes_are_characters(void **state)
{
	(void)state;
	assert_events("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", ". \"\\/\b\f\n\r\t ");
	assert_events("\"\\u0041\\u00e9\\u8282\\uD83D\\ude00\"",
		      ". A\xc3\xa9\xe8\x8a\x82\xf0\x9f\x98\x80 ");
	/* Halves of pairs, alone and in the wrong order. */
	assert_events("\"\\ud83d\"", ". \xef\xbf\xbd ");
	assert_events("\"\\ude00\\ud83dx\"", ". \xef\xbf\xbd\xef\xbf\xbdx ");
	assert_events("\"\\ud83d\\u0041\"", ". \xef\xbf\xbd"
					    "A ");
	assert_events("\"\xc3\xa9\xf0\x9f\x98\x80\x7f\"", ". \xc3\xa9\xf0\x9f\x98\x80\x7f ");
}

static void what_is_no_json_is_refused(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"{", ". { 1: the text ends where a key is expected"},
		{"[", ". [ 1: the text ends where a value is expected"},
		{"[1", ". [ (1) 2: the text ends where ']' is expected"},
		{"[1 2]", ". [ (1) 3: ',' or ']' is expected here"},
		{"[1,]", ". [ (1) 3: a value is expected here"},
		{"{\"a\"}", ". { a 4: ':' is expected here"},
		{"{\"a\":}", ". { a 5: a value is expected here"},
		{"{\"a\":1,}", ". { a (1) 7: a key in quotes is expected here"},
		{"{a:1}", ". { 1: a key in quotes is expected here"},
		{"{\"a\":1]", ". { a (1) 6: ',' or '}' is expected here"},
		{"[1}", ". [ (1) 2: ',' or ']' is expected here"},
		{"\"abc", ". 0: a string that does not end"},
		{"[\"a\nb\"]", ". [ 3: a string that does not end in its line"},
		{"\"\001\"", ". 1: a control character in a string"},
		{"\"\\x\"", ". 1: no such escape"},
		{"\"\\", ". 1: no such escape"},
		{"\"\\u12g4\"", ". 1: \\u needs four hexadecimal digits"},
		{"\"\\u12", ". 1: \\u needs four hexadecimal digits"},
		{"\"a\xff\"", ". 2: not UTF-8"},
		{"\"\xc3\"", ". 1: not UTF-8"},
		{"\"\xed\xa0\xbd\"", ". 1: not UTF-8"},
		{"01", ". 0: a value that is not in quotes"},
		{"1.", ". 0: a value that is not in quotes"},
		{".5", ". 0: a value that is not in quotes"},
		{"1e", ". 0: a value that is not in quotes"},
		{"+1", ". 0: a value that is not in quotes"},
		{"NaN", ". 0: a value that is not in quotes"},
		{"True", ". 0: a value that is not in quotes"},
		{"]", ". 0: a value is expected here"},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++)
		assert_events(cases[i].text, cases[i].want);
}

static void a_nul_is_no_end(void **state)
{
	static const char text[] = "[\"a\\u0000b\"\0]";
	char *got = events_of(text, sizeof(text) - 1);

	(void)state;
	assert_string_equal(got, ". [ a 11: ',' or ']' is expected here");
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_taken),
		cmocka_unit_test(escapes_are_characters),
		cmocka_unit_test(what_is_no_json_is_refused),
		cmocka_unit_test(a_nul_is_no_end),
	};

	return cmocka_run_group_tests_name("inventory_json", tests, NULL, NULL);
}
