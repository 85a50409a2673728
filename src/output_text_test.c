/* SPDX-License-Identifier: MIT */
#include "output_test.h"

#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define YELLOW "\033[33m"
#define BOLD   "\033[1m"
#define RESET  "\033[0m"

/* To be freed. */
static char *plan_text(const struct state *t)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	hgw_print_plan(f, &t->view, &t->report);
	fclose(f);
	return text;
}

static void assert_plan(const struct state *t, const char *want)
{
	char *text = plan_text(t);

	assert_string_equal(text, want);
	free(text);
}

static void a_plan_is_a_diff(void **state)
{
	struct state *t = *state;

	add_changes(t);
	assert_plan(t, "--- kernel node1 (table 254, proto hgw)\n"
		       "+++ inv.yaml (node1)\n"
		       "+ 10.244.1.0/24 via 10.0.0.2 dev eth0 proto hgw   # inv.yaml:3 node2\n"
		       "- 10.244.2.0/24 via 10.0.0.9 dev eth0 proto hgw\n"
		       "+ 10.244.2.0/24 via 10.0.0.2 dev eth0 proto hgw mtu 1400   # inv.yaml:3 "
		       "node2\n"
		       "- 10.244.3.0/24 via 10.0.0.9 dev eth0 table 100 proto hgw\n"
		       "! 10.244.4.0/24 dev eth0 proto 4   # not ours, left alone\n");
}

static void color_is_added_and_nothing_else(void **state)
{
	struct state *t = *state;

	add_change(t, HGW_OP_ADD, NULL, "10.244.1.0/24 dev 2");
	add_change(t, HGW_OP_DELETE, "10.244.2.0/24 dev 2", NULL);
	add_change(t, HGW_OP_CONFLICT, "10.244.3.0/24 dev 2 proto 4", "10.244.3.0/24 dev 2");
	t->view.color = true;
	assert_plan(t, BOLD "--- kernel node1 (table 254, proto hgw)" RESET "\n" BOLD
			    "+++ inv.yaml (node1)" RESET "\n" GREEN
			    "+ 10.244.1.0/24 dev eth0 proto hgw   # inv.yaml:3 node2" RESET "\n" RED
			    "- 10.244.2.0/24 dev eth0 proto hgw" RESET "\n" YELLOW
			    "! 10.244.3.0/24 dev eth0 proto 4   # not ours, left alone" RESET "\n");
}

static void nothing_to_do_is_nothing_to_print(void **state)
{
	struct state *t = *state;
	char *text = NULL;
	size_t len;
	FILE *f;

	add_change(t, HGW_OP_SKIP, "10.244.5.0/24 dev 2 proto 4", "10.244.5.0/24 dev 2");
	add_change(t, HGW_OP_NOTE, "10.244.6.0/24 dev 2 proto 4", "10.244.6.0/24 dev 2");
	assert_plan(t, "");
	f = open_memstream(&text, &len);
	assert_non_null(f);
	hgw_print_summary(f, &t->plan, false);
	hgw_print_summary(f, &t->plan, true);
	fclose(f);
	assert_string_equal(text, "");
	free(text);
}

static void the_header_names_what_is_compared(void **state)
{
	struct state *t = *state;

	add_change(t, HGW_OP_DELETE, "10.244.2.0/24 dev 2", NULL);
	t->report.inv = NULL;
	t->scope.table = 0;
	assert_plan(t, "--- kernel (all tables, proto hgw)\n+++ nothing\n"
		       "- 10.244.2.0/24 dev eth0 proto hgw\n");
	t->report.inv = &t->inv;
	t->inv.nfiles = 2;
	t->files[1].name = (char *)"<stdin>";
	t->scope = (struct hgw_scope){100000, 73, true, true};
	assert_plan(t, "--- kernel node1 (table 100000, proto 73)\n+++ inv.yaml <stdin> (node1)\n"
		       "- 10.244.2.0/24 dev eth0 proto hgw\n");
}

/* What stands behind the # must not end it: the lines are made to be run. */
static void a_file_name_cannot_end_its_comment(void **state)
{
	static const struct {
		const char *name, *shown;
	} cases[] = {
		{"a\nip route flush all\n.yaml", "a?ip route flush all?.yaml"},
		{"a\r\033[2J\xc2\x9b.yaml", "a??[2J?.yaml"},
		{"caf\xe9.yaml", "caf?.yaml"},
		{"caf\xc3\xa9\xf0\x9f\x98\x80", "caf\xc3\xa9\xf0\x9f\x98\x80"},
		{"$(reboot)", "$(reboot)"},
	};
	struct state *t = *state;

	add_change(t, HGW_OP_ADD, NULL, "10.244.1.0/24 dev 2");
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		char want[512];

		t->files[0].name = (char *)cases[i].name;
		snprintf(want, sizeof(want),
			 "--- kernel node1 (table 254, proto hgw)\n+++ %s (node1)\n"
			 "+ 10.244.1.0/24 dev eth0 proto hgw   # %s:3 node2\n",
			 cases[i].shown, cases[i].shown);
		assert_plan(t, want);
	}
}

static void without_places_there_is_the_file_alone(void **state)
{
	struct state *t = *state;

	t->inv.places = NULL;
	add_change(t, HGW_OP_ADD, NULL, "10.244.1.0/24 dev 2");
	assert_plan(t, "--- kernel node1 (table 254, proto hgw)\n+++ inv.yaml (node1)\n"
		       "+ 10.244.1.0/24 dev eth0 proto hgw   # inv.yaml node2\n");
}

static void summaries_count(void **state)
{
	static const struct {
		size_t add, replace, delete, conflict, unchanged;
		const char *plan, *done;
	} cases[] = {
		{0, 0, 0, 0, 5, "", ""},
		{1, 0, 0, 0, 0, "Plan: 1 to add, 0 to replace, 0 to delete, 0 unchanged.\n",
		 "Applied: 1 added, 0 replaced, 0 deleted, 0 unchanged.\n"},
		{1, 2, 3, 1, 497,
		 "Plan: 1 to add, 2 to replace, 3 to delete, 1 conflict, 497 unchanged.\n",
		 "Applied: 1 added, 2 replaced, 3 deleted, 1 conflict, 497 unchanged.\n"},
		{0, 0, 0, 2, 0,
		 "Plan: 0 to add, 0 to replace, 0 to delete, 2 conflicts, 0 unchanged.\n",
		 "Applied: 0 added, 0 replaced, 0 deleted, 2 conflicts, 0 unchanged.\n"},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_plan plan = {.unchanged = cases[i].unchanged};
		char text[256];

		plan.count[HGW_OP_ADD] = cases[i].add;
		plan.count[HGW_OP_REPLACE] = cases[i].replace;
		plan.count[HGW_OP_DELETE] = cases[i].delete;
		plan.count[HGW_OP_CONFLICT] = cases[i].conflict;
		for (unsigned done = 0; done < 2; done++) {
			FILE *f = fmemopen(text, sizeof(text), "w");

			assert_non_null(f);
			hgw_print_summary(f, &plan, done);
			fputc('\0', f);
			fclose(f);
			assert_string_equal(text, done ? cases[i].done : cases[i].plan);
		}
	}
}

static void foreign_routes_are_noted(void **state)
{
	struct state *t = *state;

	add_changes(t);
	hgw_note_foreign(&t->diags, &t->view, &t->report);
	assert_int_equal(t->diags.n, 2);
	assert_int_equal(t->diags.count[HGW_NOTE], 2);
	assert_string_equal(t->diags.v[0].text, "10.244.5.0/24 dev eth0 proto 4 is not ours and "
						"does the job already; left alone");
	assert_string_equal(t->diags.v[1].text, "10.244.6.0/24 dev eth0 proto 4 metric 9 is not "
						"ours and stands behind ours; left alone");
	assert_string_equal(t->diags.v[0].at.file, "inv.yaml");
	assert_int_equal(t->diags.v[0].at.line, 3);
	assert_int_equal(t->diags.v[0].at.column, 45);
}

static void a_foreign_route_of_many_hops_is_cut(void **state)
{
	struct state *t = *state;
	struct hgw_hop hops[64];
	const char *text;

	add_change(t, HGW_OP_SKIP, "10.244.5.0/24 dev 2 proto 4", "10.244.5.0/24 dev 2");
	for (size_t i = 0; i < HGW_ARRAY_LEN(hops); i++)
		hops[i] = (struct hgw_hop){.via = addr("fd00:1111:2222:3333:4444:5555:6666:7777"),
					   .weight = 1,
					   .oif = 2};
	t->changes[0].before.nhops = HGW_ARRAY_LEN(hops);
	assert_int_equal(hgw_pool_add_hops(&t->pool, hops, HGW_ARRAY_LEN(hops),
					   &t->changes[0].before.hops, &t->err),
			 0);
	hgw_note_foreign(&t->diags, &t->view, &t->report);
	text = t->diags.v[0].text;
	assert_memory_equal(text, "10.244.5.0/24 proto 4 nexthop via inet6 fd00:1111:", 50);
	assert_non_null(strstr(text, " is not ours and does the job already; left alone"));
}

static void assert_diags(const struct state *t, enum hgw_severity least, const char *want)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	hgw_print_diags(f, &t->diags, least);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

static void diagnostics_look_like_a_compilers(void **state)
{
	static const char data[] = "nodes:\n- name: \xc3\xa9 # \tx\n";
	struct state *t = *state;
	struct hgw_origin file = {"inv.yaml", 0, 0}, line = {"inv.yaml", 2, 0},
			  full = {"inv.yaml", 2, 11};
	struct hgw_diag *d;

	hgw_diag_add(&t->diags, HGW_ERROR, NULL, NULL, "no place");
	hgw_diag_add(&t->diags, HGW_NOTE, &file, "do it", "a file");
	hgw_diag_add(&t->diags, HGW_WARNING, &line, NULL, "a line");
	d = hgw_diag_add(&t->diags, HGW_ERROR, &full, "mend it", "a column");
	assert_non_null(d);
	hgw_diag_set_excerpt(d, data, sizeof(data) - 1);
	assert_diags(t, HGW_NOTE,
		     "hgw: error: no place\n"
		     "inv.yaml: note: a file\n"
		     "  hint: do it\n"
		     "inv.yaml:2: warning: a line\n"
		     "inv.yaml:2:11: error: a column\n"
		     "  - name: \xc3\xa9 #  x\n"
		     "            ^\n"
		     "  hint: mend it\n");
	assert_diags(t, HGW_WARNING,
		     "hgw: error: no place\n"
		     "inv.yaml:2: warning: a line\n"
		     "inv.yaml:2:11: error: a column\n"
		     "  - name: \xc3\xa9 #  x\n"
		     "            ^\n"
		     "  hint: mend it\n");
	assert_diags(t, HGW_ERROR,
		     "hgw: error: no place\n"
		     "inv.yaml:2:11: error: a column\n"
		     "  - name: \xc3\xa9 #  x\n"
		     "            ^\n"
		     "  hint: mend it\n");
}

static void the_caret_may_stand_under_the_first_character(void **state)
{
	struct state *t = *state;
	struct hgw_origin at = {"f", 1, 1};
	struct hgw_diag *d = hgw_diag_add(&t->diags, HGW_ERROR, &at, NULL, "x");

	assert_non_null(d);
	hgw_diag_set_excerpt(d, "abc", 3);
	assert_diags(t, HGW_ERROR, "f:1:1: error: x\n  abc\n  ^\n");
}

static void what_is_not_shown_is_counted(void **state)
{
	static const char *const ends[] = {"error: e\n",
					   "error: e\nhgw: 1 more error is not shown\n",
					   "error: e\nhgw: 2 more errors are not shown\n"};
	struct state *t = *state;

	for (unsigned i = 0; i < HGW_DIAG_MAX; i++)
		hgw_diag_add(&t->diags, HGW_ERROR, NULL, NULL, "e");
	for (size_t i = 0; i < HGW_ARRAY_LEN(ends); i++) {
		char *text = NULL;
		size_t len;
		FILE *f = open_memstream(&text, &len);

		assert_non_null(f);
		hgw_print_diags(f, &t->diags, HGW_NOTE);
		fclose(f);
		assert_true(len > strlen(ends[i]));
		assert_string_equal(text + len - strlen(ends[i]), ends[i]);
		free(text);
		hgw_diag_add(&t->diags, HGW_ERROR, NULL, NULL, "e");
	}
}

static void of_each_severity_that_is_shown(void **state)
{
	struct state *t = *state;

	for (unsigned i = 0; i < HGW_DIAG_MAX; i++) {
		hgw_diag_add(&t->diags, HGW_WARNING, NULL, NULL, "w");
		hgw_diag_add(&t->diags, HGW_NOTE, NULL, NULL, "n");
	}
	t->diags.n = 0; /* only the counts */
	assert_diags(t, HGW_NOTE, "");
	t->diags.count[HGW_WARNING] += 3;
	t->diags.count[HGW_NOTE] += 1;
	assert_diags(t, HGW_NOTE,
		     "hgw: 3 more warnings are not shown\n"
		     "hgw: 1 more note is not shown\n");
	assert_diags(t, HGW_WARNING, "hgw: 3 more warnings are not shown\n");
	assert_diags(t, HGW_ERROR, "");
	t->diags.n = (size_t)2 * HGW_DIAG_MAX;
}

static void assert_verdict(const struct state *t, bool verbose, const char *want)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	hgw_print_verdict(f, &t->view, &t->report, verbose);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

static void a_good_host_is_one_line(void **state)
{
	struct state *t = *state;

	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	judge(t, "10.244.1.0/24 via 10.0.0.2 dev 2", NULL);
	assert_verdict(t, false, "node1: 0 failed, 0 warnings, 5 passed.\n");
	assert_verdict(
		t, true,
		"pass route 10.244.1.0/24 node2: as it should be [inv.yaml:3 node2]\n"
		"pass onlink 10.244.1.0/24 node2: gateway 10.0.0.2 of node 'node2' is on the "
		"link [inv.yaml:3 node2]\n"
		"pass shadowed 10.244.1.0/24 node2: no other route takes its traffic "
		"[inv.yaml:3 node2]\n"
		"pass link 10.244.1.0/24 node2: the link carries [inv.yaml:3 node2]\n"
		"pass rule inet: a rule leads to table 254\n"
		"node1: 0 failed, 0 warnings, 5 passed.\n");
	hgw_snapshot_free(&t->host);
}

static void a_missing_route_tells_what_to_do(void **state)
{
	struct state *t = *state;

	judge(t, NULL, NULL);
	assert_verdict(
		t, false,
		"FAIL route 10.244.1.0/24 node2: missing; should be 10.244.1.0/24 via "
		"10.0.0.2 dev eth0 proto hgw; run hgw apply [inv.yaml:3 node2]\n"
		"warn rule inet: no rule leads to table 254, so its routes are not used; see "
		"ip-rule(8)\n"
		"node1: 1 failed, 1 warning, 1 passed.\n");
}

static void faults_and_what_is_there_instead(void **state)
{
	static const struct {
		const char *owned, *text;
	} cases[] = {
		{"10.244.1.0/24 via 10.0.0.9 dev 2",
		 "wrong gateway: 10.244.1.0/24 via 10.0.0.9 dev eth0 proto hgw"},
		{"10.244.1.0/24 via 10.0.0.2 dev 9",
		 "wrong device: 10.244.1.0/24 via 10.0.0.2 dev if9 proto hgw"},
		{"10.244.1.0/24 via 10.0.0.2 dev 2 metric 5",
		 "wrong metric: 10.244.1.0/24 via 10.0.0.2 dev eth0 proto hgw metric 5"},
		{"10.244.1.0/24 via 10.0.0.2 dev 2 mtu 5",
		 "wrong mtu, onlink, weight or type: 10.244.1.0/24 via 10.0.0.2 dev eth0 proto hgw "
		 "mtu 5"},
		{"blackhole 10.244.1.0/24", "wrong gateway: blackhole 10.244.1.0/24 proto hgw"},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		char *text = NULL, want[512];
		size_t len;
		FILE *f = open_memstream(&text, &len);

		assert_non_null(f);
		t->actual.owned.n = t->verdict.n = 0;
		judge(t, cases[i].owned, NULL);
		hgw_print_check(f, &t->view, &t->report, &t->verdict.v[0]);
		fclose(f);
		snprintf(want, sizeof(want),
			 "%s; should be 10.244.1.0/24 via 10.0.0.2 dev eth0 proto hgw; run hgw "
			 "apply",
			 cases[i].text);
		assert_string_equal(text, want);
		free(text);
	}
}

static void the_verdict_tells_failures_before_warnings(void **state)
{
	struct state *t = *state;

	t->view.color = true;
	add_route(&t->actual.owned, &t->pool, "10.244.9.0/24 dev 2");
	add_route(&t->actual.foreign, &t->pool,
		  "10.244.1.0/24 via 10.0.0.2 dev 2 proto 4 linkdown");
	judge(t, NULL, "10.244.1.0/25 dev 2 proto 4");
	assert_verdict(
		t, false,
		RED
		"FAIL" RESET " shadowed 10.244.1.0/24 node2: traffic is taken by 10.244.1.0/25 dev "
		"eth0 proto 4, which is not ours; delete that route, or the subnet [inv.yaml:3 "
		"node2]\n" RED "FAIL" RESET
		" link 10.244.1.0/24 node2: the link has no carrier [inv.yaml:3 "
		"node2]\n" RED "FAIL" RESET
		" extra 10.244.9.0/24 dev eth0 proto hgw: ours, but no node has that subnet; run "
		"hgw apply\n" YELLOW "warn" RESET
		" route 10.244.1.0/24 node2: there, but not ours: 10.244.1.0/24 via 10.0.0.2 dev "
		"eth0 proto 4 [inv.yaml:3 node2]\n" YELLOW "warn" RESET
		" rule inet: no rule leads to table 254, so its routes are not used; see "
		"ip-rule(8)\nnode1: 3 failed, 2 warnings, 1 passed.\n");
}

static void a_gateway_off_the_link_is_explained(void **state)
{
	struct state *t = *state;

	t->wants[0].reach = HGW_REACH_NO_ROUTE;
	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	judge(t, "10.244.1.0/24 via 10.0.0.2 dev 2 dead", NULL);
	assert_verdict(
		t, false,
		"FAIL onlink 10.244.1.0/24 node2: gateway 10.0.0.2 of node 'node2' is "
		"unreachable: no route of this host leads to it; give this host an address in "
		"the network of the nodes; is the link up? [inv.yaml:3 node2]\n"
		"FAIL link 10.244.1.0/24 node2: the link is down [inv.yaml:3 node2]\n"
		"node1: 2 failed, 0 warnings, 3 passed.\n");
}

static void assert_refusal(struct state *t, enum hgw_verb verb, enum hgw_write_state write_state,
			   const struct hgw_refusal *refusal, const char *want)
{
	struct hgw_write w = {.verb = verb, .state = write_state, .change = 0};

	w.route = verb == HGW_VERB_DELETE ? t->changes[0].before : t->changes[0].after;
	t->err.status = HGW_INCOMPLETE;
	hgw_describe_refusal(&t->err, &t->view, &t->report, &w, refusal);
	assert_string_equal(t->err.msg, want);
	assert_int_equal(t->err.status, HGW_INCOMPLETE); /* it is not ours to decide */
}

static void a_refusal_keeps_the_kernels_words(void **state)
{
	struct state *t = *state;
	struct hgw_refusal said = {0, 101, "Nexthop has invalid gateway"}, mute = {0, 17, ""},
			   odd = {0, 99999, ""}, hostile = {0, 1, "a\033b\n"};

	add_change(t, HGW_OP_REPLACE, "10.244.1.0/24 via 10.0.0.9 dev 2",
		   "10.244.1.0/24 via 10.0.0.2 dev 2");
	assert_refusal(t, HGW_VERB_ADD, HGW_WRITE_REFUSED, &said,
		       "add 10.244.1.0/24 via 10.0.0.2 dev eth0 proto hgw: Nexthop has invalid "
		       "gateway (ENETUNREACH) [inv.yaml:3 node2]");
	assert_refusal(t, HGW_VERB_APPEND, HGW_WRITE_REFUSED, &mute,
		       "add 10.244.1.0/24 via 10.0.0.2 dev eth0 proto hgw: File exists (EEXIST) "
		       "[inv.yaml:3 node2]");
	assert_refusal(t, HGW_VERB_REPLACE, HGW_WRITE_UNKNOWN, &mute,
		       "replace 10.244.1.0/24 via 10.0.0.2 dev eth0 proto hgw: the kernel's answer "
		       "was lost (EEXIST) [inv.yaml:3 node2]");
	assert_refusal(t, HGW_VERB_DELETE, HGW_WRITE_REFUSED, &odd,
		       "delete 10.244.1.0/24 via 10.0.0.9 dev eth0 proto hgw: Unknown error 99999 "
		       "(unknown errno) [inv.yaml:3 node2]");
	assert_refusal(
		t, HGW_VERB_ADD, HGW_WRITE_REFUSED, &hostile,
		"add 10.244.1.0/24 via 10.0.0.2 dev eth0 proto hgw: a?b? (EPERM) [inv.yaml:3 "
		"node2]");
	t->changes[0].node = UINT32_MAX;
	assert_refusal(t, HGW_VERB_DELETE, HGW_WRITE_REFUSED, &mute,
		       "delete 10.244.1.0/24 via 10.0.0.9 dev eth0 proto hgw: File exists "
		       "(EEXIST)");
	t->changes[0].node = 1;
	t->report.inv = NULL;
	assert_refusal(t, HGW_VERB_DELETE, HGW_WRITE_REFUSED, &mute,
		       "delete 10.244.1.0/24 via 10.0.0.9 dev eth0 proto hgw: File exists "
		       "(EEXIST)");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_plan_is_a_diff),
		TEST(color_is_added_and_nothing_else),
		TEST(nothing_to_do_is_nothing_to_print),
		TEST(the_header_names_what_is_compared),
		TEST(a_file_name_cannot_end_its_comment),
		TEST(without_places_there_is_the_file_alone),
		TEST(summaries_count),
		TEST(foreign_routes_are_noted),
		TEST(a_foreign_route_of_many_hops_is_cut),
		TEST(diagnostics_look_like_a_compilers),
		TEST(the_caret_may_stand_under_the_first_character),
		TEST(what_is_not_shown_is_counted),
		TEST(of_each_severity_that_is_shown),
		TEST(a_good_host_is_one_line),
		TEST(a_missing_route_tells_what_to_do),
		TEST(faults_and_what_is_there_instead),
		TEST(the_verdict_tells_failures_before_warnings),
		TEST(a_gateway_off_the_link_is_explained),
		TEST(a_refusal_keeps_the_kernels_words),
	};

	return cmocka_run_group_tests_name("output_text", tests, NULL, NULL);
}
