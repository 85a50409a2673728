/* SPDX-License-Identifier: MIT */
#include "output_test.h"

#define GOOD "10.244.1.0/24 via 10.0.0.2 dev 2"

/* To be freed. */
static char *tap(const struct state *t)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(hgw_tap_verdict(f, &t->view, &t->report), 0);
	fclose(f);
	assert_int_equal(strlen(text), len);
	return text;
}

static void assert_tap(const struct state *t, const char *want)
{
	char *text = tap(t);

	assert_string_equal(text, want);
	free(text);
}

static void a_good_host_is_a_case_for_each_subnet(void **state)
{
	struct state *t = *state;

	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	judge(t, GOOD, NULL);
	assert_tap(t, "TAP version 14\n1..3\n"
		      "ok 1 - node2 10.244.1.0/24\n"
		      "ok 2 - rule inet\n"
		      "ok 3 - extra\n");
	t->report.tap13 = true;
	t->desired.n = 0;
	hgw_verdict_free(&t->verdict);
	t->actual.owned.n = 0;
	judge(t, NULL, NULL);
	assert_tap(t, "TAP version 13\n1..1\nok 1 - extra\n");
}

static void failures_are_told_and_warnings_are_comments(void **state)
{
	struct state *t = *state;

	add_route(&t->actual.owned, &t->pool, "10.244.9.0/24 dev 3");
	add_route(&t->actual.foreign, &t->pool, GOOD " proto 4 linkdown");
	judge(t, "10.9.0.0/24 dev 2", "10.244.1.0/25 dev 2 proto 4");
	assert_tap(t,
		   "TAP version 14\n1..3\n"
		   "not ok 1 - node2 10.244.1.0/24\n"
		   "  ---\n"
		   "  file: \"inv.yaml\"\n"
		   "  line: 3\n"
		   "  checks:\n"
		   "    - id: shadowed\n"
		   "      message: \"traffic is taken by 10.244.1.0/25 dev eth0 proto 4, which is "
		   "not ours; delete that route, or the subnet\"\n"
		   "    - id: link\n"
		   "      message: \"the link has no carrier\"\n"
		   "  ...\n"
		   "# warn route: there, but not ours: 10.244.1.0/24 via 10.0.0.2 dev eth0 proto "
		   "4\n"
		   "ok 2 - rule inet\n"
		   "# warn rule: no rule leads to table 254, so its routes are not used; see "
		   "ip-rule(8)\n"
		   "not ok 3 - extra\n"
		   "  ---\n"
		   "  checks:\n"
		   "    - id: extra\n"
		   "      message: \"10.244.9.0/24 dev if3 proto hgw: ours, but no node has "
		   "that subnet; run hgw apply\"\n"
		   "    - id: extra\n"
		   "      message: \"10.9.0.0/24 dev eth0 proto hgw: ours, but no node has that "
		   "subnet; run hgw apply\"\n"
		   "  ...\n");
}

/* The names of cases are the same in each run, whatever there is to say. */
static void strict_has_a_case_for_the_strangers(void **state)
{
	struct state *t = *state;

	t->verdict.strict = true;
	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	judge(t, GOOD, NULL);
	assert_tap(t, "TAP version 14\n1..4\n"
		      "ok 1 - node2 10.244.1.0/24\n"
		      "ok 2 - rule inet\n"
		      "ok 3 - extra\n"
		      "ok 4 - foreign\n");
	hgw_verdict_free(&t->verdict);
	t->verdict.strict = true;
	judge(t, NULL, "10.244.7.0/24 dev 2 proto 4");
	assert_tap(t, "TAP version 14\n1..4\n"
		      "ok 1 - node2 10.244.1.0/24\n"
		      "ok 2 - rule inet\n"
		      "ok 3 - extra\n"
		      "not ok 4 - foreign\n"
		      "  ---\n"
		      "  checks:\n"
		      "    - id: foreign\n"
		      "      message: \"10.244.7.0/24 dev eth0 proto 4 is not ours, and inside the "
		      "pod networks; delete it\"\n"
		      "  ...\n");
}

static void what_could_not_be_checked_is_skipped(void **state)
{
	struct state *t = *state;

	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	judge(t, GOOD, NULL);
	t->verdict.v[1].status = HGW_SKIP;
	t->verdict.v[4].status = HGW_SKIP;
	assert_tap(t,
		   "TAP version 14\n1..3\n"
		   "ok 1 - node2 10.244.1.0/24\n"
		   "# skip onlink: gateway 10.0.0.2 of node 'node2' is on the link\n"
		   "ok 2 - rule inet # SKIP a snapshot does not tell whether a rule leads to table "
		   "254\n"
		   "ok 3 - extra\n");
}

/* None of these can end a line, be a directive, or leave its quotes. */
static void hostile_names_stay_names(void **state)
{
	static const struct {
		const char *name, *shown;
	} cases[] = {
		{"a # SKIP b", "a \\# SKIP b"},
		{"a\\# TODO", "a\\\\\\# TODO"},
		{"a\\", "a\\\\"},
		{"1..99", "1..99"},
		{"a\nnot ok 7", "a?not ok 7"},
		{"a\r\033[2J\xc2\x9b", "a??[2J?"},
		{"caf\xc3\xa9 caf\xe9", "caf\xc3\xa9 caf?"},
		{"a\xe2\x80\xa8"
		 "b\xc2\xad",
		 "a?b\xc2\xad"},
		{"\xef\xbf\xbe\xef\xbf\xbf\xed\xa0\x80", "?????"},
		{"\"'<&>|", "\"'<&>|"},
	};
	struct state *t = *state;

	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	judge(t, GOOD, NULL);
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		char want[256];

		snprintf(t->text + 7, sizeof(t->text) - 7, "%s", cases[i].name);
		snprintf(want, sizeof(want),
			 "TAP version 14\n1..3\nok 1 - %s 10.244.1.0/24\nok 2 - rule inet\nok 3 - "
			 "extra\n",
			 cases[i].shown);
		assert_tap(t, want);
	}
}

static void hostile_values_stay_in_their_quotes(void **state)
{
	struct state *t = *state;
	char *text;

	t->files[0].name = (char *)"a\"\n  line: 7\\";
	snprintf(t->host.links[0].name, IF_NAMESIZE, "\"x\\");
	judge(t, "10.244.1.0/24 via 10.0.0.9 dev 2", NULL);
	text = tap(t);
	assert_non_null(strstr(text, "\n  file: \"a\\\"?  line: 7\\\\\"\n  line: 3\n"));
	assert_non_null(strstr(text, "dev '\\\"x\\\\' proto hgw; should be"));
	free(text);
}

static void a_message_that_is_too_long_is_cut(void **state)
{
	struct state *t = *state;
	struct hgw_hop hops[64];
	char *text;

	for (size_t i = 0; i < HGW_ARRAY_LEN(hops); i++)
		hops[i] = (struct hgw_hop){.via = addr("fd00:1111:2222:3333:4444:5555:6666:7777"),
					   .weight = 1,
					   .oif = 3};
	add_route(&t->actual.owned, &t->pool, "10.9.0.0/24 dev 2");
	t->actual.owned.v[0].nhops = HGW_ARRAY_LEN(hops);
	assert_int_equal(hgw_pool_add_hops(&t->pool, hops, HGW_ARRAY_LEN(hops),
					   &t->actual.owned.v[0].hops, &t->err),
			 0);
	judge(t, NULL, NULL);
	text = tap(t);
	assert_string_equal(text + strlen(text) - 8, "\"\n  ...\n");
	assert_true(strlen(text) > 1000 && strlen(text) < 4096);
	free(text);
}

static void without_a_verdict_it_bails_out(void **state)
{
	struct hgw_origin at = {"in\nv", 3, 5};
	struct state *t = *state;

	t->report.err = &t->err;
	hgw_fail(&t->err, HGW_DATAERR, "%s", "inv: 1 error");
	hgw_diag_add(&t->diags, HGW_WARNING, &at, NULL, "no matter");
	hgw_diag_add(&t->diags, HGW_ERROR, &at, "a hint", "a\nb");
	hgw_diag_add(&t->diags, HGW_ERROR, NULL, NULL, "c");
	assert_tap(t, "TAP version 14\n# in?v:3:5: a?b\n# c\nBail out! inv: 1 error\n");
	t->report.diags = NULL;
	strcpy(t->err.msg, "as\nit is"); /* whoever wrote it */
	assert_tap(t, "TAP version 14\nBail out! as?it is\n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_good_host_is_a_case_for_each_subnet),
		TEST(failures_are_told_and_warnings_are_comments),
		TEST(strict_has_a_case_for_the_strangers),
		TEST(what_could_not_be_checked_is_skipped),
		TEST(hostile_names_stay_names),
		TEST(hostile_values_stay_in_their_quotes),
		TEST(a_message_that_is_too_long_is_cut),
		TEST(without_a_verdict_it_bails_out),
	};

	return cmocka_run_group_tests_name("output_tap", tests, NULL, NULL);
}
