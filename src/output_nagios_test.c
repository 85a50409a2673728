/* SPDX-License-Identifier: MIT */
#include "output_test.h"

#define GOOD "10.244.1.0/24 via 10.0.0.2 dev 2"

/* To be freed. One line it is, with one bar at most. */
static char *nagios(const struct state *t)
{
	char *text = NULL, *bar;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(hgw_nagios_verdict(f, &t->view, &t->report), 0);
	fclose(f);
	assert_int_equal(strlen(text), len);
	assert_ptr_equal(strchr(text, '\n'), text + len - 1);
	bar = strchr(text, '|');
	assert_true(bar == NULL || strchr(bar + 1, '|') == NULL);
	return text;
}

static void assert_nagios(const struct state *t, const char *want)
{
	char *text = nagios(t);

	assert_string_equal(text, want);
	free(text);
}

static void a_good_host_is_ok(void **state)
{
	struct state *t = *state;

	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	judge(t, GOOD, NULL);
	assert_nagios(t, "HGW OK - node1: 1 subnet, 5 checks passed|subnets=1 failed=0;;0;0 "
			 "warnings=0;0;;0 passed=5 skipped=0\n");
}

static void warnings_are_a_state_of_their_own(void **state)
{
	struct state *t = *state;

	judge(t, GOOD, NULL);
	assert_nagios(t,
		      "HGW WARNING - node1: 1 warning: rule inet: no rule leads to table 254, so "
		      "its routes are not used; see ip-rule(8)|subnets=1 failed=0;;0;0 "
		      "warnings=1;0;;0 passed=4 skipped=0\n");
}

static void the_first_failures_are_named(void **state)
{
	struct state *t = *state;

	for (unsigned i = 0; i < 5; i++) {
		char text[64];

		snprintf(text, sizeof(text), "10.9.%u.0/24 dev 2", i);
		add_route(&t->actual.owned, &t->pool, text);
	}
	judge(t, NULL, NULL);
	assert_nagios(
		t,
		"HGW CRITICAL - node1: 6 failed: route 10.244.1.0/24 node2: missing; should be "
		"10.244.1.0/24 via 10.0.0.2 dev eth0 proto hgw; run hgw apply / extra 10.9.0.0/24 "
		"dev eth0 proto hgw: ours, but no node has that subnet; run hgw apply / extra "
		"10.9.1.0/24 dev eth0 proto hgw: ours, but no node has that subnet; run hgw apply "
		"/ "
		"and 3 more|subnets=1 failed=6;;0;0 warnings=1;0;;0 passed=1 skipped=0\n");
}

static void hostile_names_stay_names(void **state)
{
	static const struct {
		const char *name, *shown;
	} cases[] = {
		{"a|failed=0", "a?failed=0"},
		{"a\nHGW OK - b", "a?HGW OK - b"},
		{"caf\xe9\033[2J", "caf??[2J"},
		{"a\xe2\x80\xa8"
		 "b",
		 "a?b"},
	};
	struct state *t = *state;

	judge(t, NULL, NULL);
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		char want[128], *text;

		snprintf(t->text + 7, sizeof(t->text) - 7, "%s", cases[i].name);
		snprintf(want, sizeof(want), "route 10.244.1.0/24 %s: missing", cases[i].shown);
		text = nagios(t);
		assert_non_null(strstr(text, want));
		free(text);
	}
}

static void a_text_that_is_too_long_is_cut(void **state)
{
	struct state *t = *state;
	char long_name[4096] = "", *text;

	t->inv.text = long_name;
	memset(long_name + 1, 'x', sizeof(long_name) - 2);
	t->nodes[1].name = 1;
	judge(t, NULL, NULL);
	text = nagios(t);
	assert_non_null(strstr(text, "xxx...|subnets=1 "));
	assert_true(strlen(text) < 1024);
	free(text);
}

static void without_a_verdict_it_is_unknown(void **state)
{
	struct state *t = *state;

	t->report.err = &t->err;
	hgw_fail(&t->err, HGW_NOINPUT, "%s", "cannot open a|b");
	assert_nagios(t, "HGW UNKNOWN - cannot open a?b\n");
	t->report.err = NULL;
	assert_nagios(t, "HGW UNKNOWN - \n");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_good_host_is_ok),
		TEST(warnings_are_a_state_of_their_own),
		TEST(the_first_failures_are_named),
		TEST(hostile_names_stay_names),
		TEST(a_text_that_is_too_long_is_cut),
		TEST(without_a_verdict_it_is_unknown),
	};

	return cmocka_run_group_tests_name("output_nagios", tests, NULL, NULL);
}
