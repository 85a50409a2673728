/* SPDX-License-Identifier: MIT */
#include "hgw/verify.h"

#include "values_test.h"

struct state {
	struct hgw_pool pool;
	struct hgw_desired desired;
	struct hgw_actual actual;
	struct hgw_snapshot host;
	struct hgw_scope scope;
	struct hgw_verdict verdict;
	struct hgw_err err;
	uint32_t nraw; /* routes added so far: the order of the dump */
	bool strict;   /* in all examples */
};

static void clear(struct state *t)
{
	hgw_verdict_free(&t->verdict);
	hgw_actual_free(&t->actual);
	hgw_desired_free(&t->desired);
	hgw_snapshot_free(&t->host);
	hgw_pool_free(&t->pool);
	*t = (struct state){.scope = {RT_TABLE_MAIN, 72, true, true}, .strict = t->strict};
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct state));
	if (*state == NULL)
		return -1;
	clear(*state);
	return 0;
}

static int teardown(void **state)
{
	clear(*state);
	free(*state);
	return 0;
}

static void add_want(struct state *t, const struct hgw_route *r)
{
	struct hgw_want *v = reallocarray(t->desired.v, t->desired.n + 1, sizeof(*v));

	assert_non_null(v);
	t->desired.v = v;
	v[t->desired.n] = (struct hgw_want){.route = *r};
	v[t->desired.n].route.metric = hgw_route_metric(r);
	t->desired.n++;
}

static void add_actual(struct state *t, const struct hgw_route *r)
{
	struct hgw_routes *set = r->protocol == 72 ? &t->actual.owned : &t->actual.foreign;

	assert_int_equal(hgw_routes_add(set, r, &t->err), 0);
	set->v[set->n - 1].raw = ++t->nraw;
}

static void add_all(struct state *t, const char *text,
		    void (*add)(struct state *, const struct hgw_route *))
{
	char *copy = strdup(text != NULL ? text : ""), *save = NULL;

	assert_non_null(copy);
	for (char *one = strtok_r(copy, ";", &save); one != NULL;
	     one = strtok_r(NULL, ";", &save)) {
		struct hgw_route r = route(&t->pool, one);

		add(t, &r);
	}
	free(copy);
}

static void judge(struct state *t)
{
	const struct hgw_evidence on = {.desired = &t->desired,
					.actual = &t->actual,
					.host = &t->host,
					.scope = &t->scope,
					.pool = &t->pool};

	hgw_routes_sort(&t->actual.owned);
	hgw_routes_sort(&t->actual.foreign);
	assert_int_equal(hgw_verify(&t->verdict, &on, &t->err), 0);
	drop_host_checks(&t->verdict);
}

static void print_check_of(FILE *f, const struct state *t, const struct hgw_check *c)
{
	static const char *const faults[] = {
		[HGW_FAULT_NONE] = "",
		[HGW_FAULT_MISSING] = " missing",
		[HGW_FAULT_GATEWAY] = " gateway",
		[HGW_FAULT_DEVICE] = " device",
		[HGW_FAULT_METRIC] = " metric",
		[HGW_FAULT_ATTRIBUTES] = " attributes",
		[HGW_FAULT_DOUBLED] = " doubled",
		[HGW_FAULT_FOREIGN] = " foreign",
		[HGW_FAULT_CONFLICT] = " conflict",
	};
	const struct hgw_route *have = hgw_check_have(c, &t->actual);
	char dst[HGW_PREFIX_STRLEN] = "";

	if (c->want != HGW_NONE)
		hgw_prefix_format(&t->desired.v[c->want].route.dst, dst);
	fprintf(f, "%s %s%s", hgw_check_status_name(c->status), hgw_check_name(c->id),
		faults[c->fault]);
	if (c->id == HGW_CHECK_RULE)
		fputs(c->family == AF_INET6 ? " inet6" : " inet", f);
	if (dst[0] != '\0')
		fprintf(f, " %s", dst);
	if (have != NULL && c->status != HGW_PASS)
		fprintf(f, ": %s", shown(&t->pool, have));
	fputc('\n', f);
}

/* A check a line, those that pass only with all; to be freed. */
static char *render(const struct state *t, bool all)
{
	char *text = NULL;
	size_t len, count[HGW_NSTATUSES] = {0};
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	for (size_t i = 0; i < t->verdict.n; i++) {
		count[t->verdict.v[i].status]++;
		if (all || t->verdict.v[i].status != HGW_PASS)
			print_check_of(f, t, &t->verdict.v[i]);
	}
	fclose(f);
	assert_memory_equal(count, t->verdict.count, sizeof(count));
	return text;
}

struct example {
	const char *want, *have, *verdict;
};

static void check(void **state, const struct example *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct state *t = *state;
		char *text;

		clear(t);
		add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
		add_rule(&t->host, AF_INET6, RT_TABLE_MAIN);
		add_all(t, v[i].want, add_want);
		add_all(t, v[i].have, add_actual);
		t->verdict.strict = t->strict;
		judge(t);
		text = render(t, false);
		assert_string_equal(text, v[i].verdict);
		free(text);
	}
}

#define DST "10.244.1.0/24"
#define W   DST " via 10.0.0.1 dev 2"
#define X   DST " via 10.0.0.9 dev 2"
#define W_P DST " via 10.0.0.1 dev if2 proto "
#define X_P DST " via 10.0.0.9 dev if2 proto "
#define AB_P                                                                                       \
	"fd00:1::/64 proto 72 nexthop via fd00::a dev if2 weight 1 nexthop via fd00::b dev if3 "   \
	"weight 1"
#define AB "fd00:1::/64 nexthop via fd00::a dev 2 nexthop via fd00::b dev 3"

static void all_checks_of_a_good_host_pass(void **state)
{
	struct state *t = *state;
	char *text;

	add_rule(&t->host, AF_INET6, 9);
	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	add_rule(&t->host, AF_INET6, RT_TABLE_MAIN);
	add_all(t, "10.244.0.0/24 via 10.0.0.1 dev 2;" W ";" AB, add_want);
	add_all(t, AB ";" W ";10.244.0.0/24 via 10.0.0.1 dev 2", add_actual);
	judge(t);
	text = render(t, true);
	assert_string_equal(text, "pass route 10.244.0.0/24\n"
				  "pass onlink 10.244.0.0/24\n"
				  "pass shadowed 10.244.0.0/24\n"
				  "pass link 10.244.0.0/24\n"
				  "pass route 10.244.1.0/24\n"
				  "pass onlink 10.244.1.0/24\n"
				  "pass shadowed 10.244.1.0/24\n"
				  "pass link 10.244.1.0/24\n"
				  "pass route fd00:1::/64\n"
				  "pass onlink fd00:1::/64\n"
				  "pass shadowed fd00:1::/64\n"
				  "pass link fd00:1::/64\n"
				  "pass rule inet\n"
				  "pass rule inet6\n");
	free(text);
}

static void nothing_wanted_is_nothing_to_check(void **state)
{
	struct state *t = *state;

	judge(t);
	assert_int_equal(t->verdict.n, 0);
}

static void each_fault_of_a_route_has_its_name(void **state)
{
	static const struct example examples[] = {
		{W, W, ""},
		{W, W " weight 7", ""},
		{W, NULL, "fail route missing " DST "\n"},
		{W, X, "fail route gateway " DST ": " X_P "72\n"},
		{W, DST " dev 2", "fail route gateway " DST ": " DST " dev if2 proto 72\n"},
		{W, "blackhole " DST, "fail route gateway " DST ": blackhole " DST " proto 72\n"},
		{W, DST " via a00:1:: dev 2",
		 "fail route gateway " DST ": " DST " via inet6 a00:1:: dev if2 proto 72\n"},
		{W, DST " via 10.0.0.1 dev 3",
		 "fail route device " DST ": " DST " via 10.0.0.1 dev if3 proto 72\n"},
		{W, W " metric 5", "fail route metric " DST ": " W_P "72 metric 5\n"},
		{W " metric 5", W, "fail route metric " DST ": " W_P "72\n"},
		{W, W " mtu 9", "fail route attributes " DST ": " W_P "72 mtu 9\n"},
		{W, W " onlink", "fail route attributes " DST ": " W_P "72 onlink\n"},
		{W, "unreachable " W, "fail route attributes " DST ": unreachable " W_P "72\n"},
		{W, W " tos 16",
		 "fail route attributes " DST ": " DST " tos 0x10 via 10.0.0.1 dev if2 proto 72\n"},
		/* the worst of several is told */
		{W, DST " via 10.0.0.9 dev 3 metric 5 mtu 9",
		 "fail route gateway " DST ": " DST
		 " via 10.0.0.9 dev if3 proto 72 metric 5 mtu 9\n"},
		{W, DST " via 10.0.0.1 dev 3 metric 5",
		 "fail route device " DST ": " DST " via 10.0.0.1 dev if3 proto 72 metric 5\n"},
		/* of two the one that is in force */
		{W, W ";" X, "fail route doubled " DST ": " W_P "72\n"},
		{W, X ";" W, "fail route gateway " DST ": " X_P "72\n"},
		{W, W ";" X " metric 9", "fail route doubled " DST ": " W_P "72\n"},
		{W " metric 9", X ";" W " metric 9", "fail route gateway " DST ": " X_P "72\n"},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void several_hops_are_compared_as_sets(void **state)
{
	static const struct example examples[] = {
		{AB, "fd00:1::/64 metric 1024 nexthop via fd00::b dev 3 nexthop via fd00::a dev 2",
		 ""},
		{AB, "fd00:1::/64 via fd00::a dev 2",
		 "fail route gateway fd00:1::/64: fd00:1::/64 via fd00::a dev if2 proto 72\n"},
		{AB, "fd00:1::/64 nexthop via fd00::a dev 3 nexthop via fd00::b dev 2",
		 "fail route device fd00:1::/64: fd00:1::/64 proto 72 nexthop via fd00::a dev if3 "
		 "weight 1 nexthop via fd00::b dev if2 weight 1\n"},
		{AB, "fd00:1::/64 nexthop via fd00::a dev 2 weight 4 nexthop via fd00::b dev 3",
		 "fail route attributes fd00:1::/64: fd00:1::/64 proto 72 nexthop via fd00::a dev "
		 "if2 weight 4 nexthop via fd00::b dev if3 weight 1\n"},
		{AB, "fd00:1::/64 nexthop via fd00::a dev 2 nexthop via fd00::a dev 2",
		 "fail route gateway fd00:1::/64: fd00:1::/64 proto 72 nexthop via fd00::a dev if2 "
		 "weight 1 nexthop via fd00::a dev if2 weight 1\n"},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void somebody_elses_route_that_does_the_job_is_a_warning(void **state)
{
	static const struct example examples[] = {
		{W, W " proto 4", "warn route foreign " DST ": " W_P "4\n"},
		{W, W " proto 4 metric 7 mtu 9",
		 "warn route foreign " DST ": " W_P "4 metric 7 mtu 9\n"},
		{W, W " proto 4;" X " proto 4 metric 9", "warn route foreign " DST ": " W_P "4\n"},
		/* ours is there as well */
		{W, W ";" W " proto 4 metric 7", ""},
		{W " metric 5", W " metric 5;" W " proto 4", ""},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void a_route_of_others_takes_the_traffic(void **state)
{
	static const struct example examples[] = {
		/* a longer one */
		{W, W ";10.244.1.0/25 via 10.0.0.9 dev 2 proto 4",
		 "fail shadowed conflict " DST ": 10.244.1.0/25 via 10.0.0.9 dev if2 proto 4\n"},
		{W, W ";10.244.1.77 dev 3 proto 4 metric 4000000000",
		 "fail shadowed conflict " DST ": 10.244.1.77 dev if3 proto 4 metric 4000000000\n"},
		{W, W ";blackhole 10.244.1.128/25 proto 4",
		 "fail shadowed conflict " DST ": blackhole 10.244.1.128/25 proto 4\n"},
		/* the same one, and a better or an earlier place */
		{W " metric 5", W " metric 5;" X " proto 4 metric 4",
		 "fail shadowed conflict " DST ": " X_P "4 metric 4\n"},
		{W, X " proto 4;" W, "fail shadowed conflict " DST ": " X_P "4\n"},
		{W, "unreachable " DST " proto 4;" W,
		 "fail shadowed conflict " DST ": unreachable " DST " proto 4\n"},
		{AB, AB ";fd00:1::/64 via fd00::9 dev 2 proto 4 metric 1023",
		 "fail shadowed conflict fd00:1::/64: fd00:1::/64 via fd00::9 dev if2 proto 4 "
		 "metric 1023\n"},
		/* and ours is not even there */
		{W, X " proto 4",
		 "fail route missing " DST "\nfail shadowed conflict " DST ": " X_P "4\n"},
		{W, X " proto 4 metric 9",
		 "fail route missing " DST "\nfail shadowed conflict " DST ": " X_P "4 metric 9\n"},
		/* a foreign one that would do the job, behind one that does not */
		{W, X " proto 4;" W " proto 3 metric 9",
		 "warn route foreign " DST ": " W_P "3 metric 9\n"
		 "fail shadowed conflict " DST ": " X_P "4\n"},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void a_route_of_others_is_no_harm(void **state)
{
	static const struct example examples[] = {
		/* behind ours */
		{W, W ";" X " proto 4", ""},
		{W, W ";" X " proto 4 metric 1", ""},
		{AB, AB ";fd00:1::/64 via fd00::9 dev 2 proto 4 metric 1025", ""},
		/* to a part of it, by the same way */
		{W, W ";10.244.1.0/25 via 10.0.0.1 dev 2 proto 4", ""},
		/* shorter, beside it, or of the other family */
		{W, W ";10.244.0.0/16 via 10.0.0.9 dev 2 proto 4", ""},
		{W, W ";10.244.2.0/24 via 10.0.0.9 dev 2 proto 4", ""},
		{W, W ";10.244.0.0/24 via 10.0.0.9 dev 2 proto 4", ""},
		{W, W ";af4:100::/32 dev 3 proto 4;::/0 dev 3 proto 4", ""},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void a_link_must_carry(void **state)
{
	static const struct example examples[] = {
		{W, W " linkdown", "fail link " DST ": " W_P "72\n"},
		{W, W " dead linkdown", "fail link " DST ": " W_P "72\n"},
		{W, W " linkdown proto 4",
		 "warn route foreign " DST ": " W_P "4\nfail link " DST ": " W_P "4\n"},
		{W, X " linkdown",
		 "fail route gateway " DST ": " X_P "72\nfail link " DST ": " X_P "72\n"},
		/* of several links each */
		{AB, "fd00:1::/64 nexthop via fd00::a dev 2 nexthop via fd00::b dev 3 linkdown",
		 "fail link fd00:1::/64: " AB_P "\n"},
		{AB,
		 "fd00:1::/64 nexthop via fd00::a dev 2 dead linkdown nexthop via fd00::b dev 3",
		 "warn link fd00:1::/64: " AB_P "\n"},
		{AB,
		 "fd00:1::/64 nexthop via fd00::a dev 2 dead linkdown nexthop via fd00::b dev 3 "
		 "linkdown",
		 "fail link fd00:1::/64: " AB_P "\n"},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void what_nobody_wants_is_extra(void **state)
{
	static const struct example examples[] = {
		{NULL, W, "fail extra: " W_P "72\n"},
		{W, W ";10.244.1.0/25 via 10.0.0.1 dev 2",
		 "fail extra: 10.244.1.0/25 via 10.0.0.1 dev if2 proto 72\n"},
		{W, W ";10.244.0.0/16 dev 3;fd00::/64 dev 3",
		 "fail extra: 10.244.0.0/16 dev if3 proto 72\nfail extra: fd00::/64 dev if3 proto "
		 "72\n"},
		{NULL, W " proto 4", ""},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void a_gateway_must_be_on_a_link(void **state)
{
	struct state *t = *state;
	char *text;

	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	add_all(t, W, add_want);
	add_all(t, DST " via 10.0.0.1 dev 9", add_actual); /* no device is the right one */
	t->desired.v[0].reach = HGW_REACH_OFF_LINK;
	judge(t);
	text = render(t, false);
	assert_string_equal(text, "fail onlink " DST "\n");
	free(text);
}

static void a_rule_must_lead_to_the_table(void **state)
{
	struct state *t = *state;
	char *text;

	t->scope.table = 100;
	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	add_rule(&t->host, AF_INET6, 100);
	add_all(t, W " table 100;" AB " table 100", add_want);
	add_all(t, W " table 100;" AB " table 100", add_actual);
	judge(t);
	text = render(t, false);
	assert_string_equal(text, "warn rule inet\n");
	free(text);
	hgw_verdict_free(&t->verdict);
	add_rule(&t->host, AF_INET, 100);
	judge(t);
	text = render(t, false);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(t->verdict.count[HGW_WARN], 0);
}

static void a_rule_is_asked_for_the_families_that_are_wanted(void **state)
{
	static const struct {
		const char *want, *verdict;
	} cases[] = {
		{W, "warn rule inet\n"},
		{AB, "warn rule inet6\n"},
		{W ";" AB, "warn rule inet\nwarn rule inet6\n"},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		char *text;

		clear(t);
		add_all(t, cases[i].want, add_want);
		add_all(t, cases[i].want, add_actual);
		judge(t);
		text = render(t, false);
		assert_string_equal(text, cases[i].verdict);
		free(text);
	}
}

static void a_rule_alone_fails_nothing(void **state)
{
	struct state *t = *state;

	add_all(t, W, add_want);
	add_all(t, W, add_actual);
	judge(t);
	assert_int_equal(t->verdict.count[HGW_FAIL], 0);
	assert_int_equal(t->verdict.count[HGW_WARN], 1);
	assert_int_equal(t->verdict.count[HGW_PASS], 4);
}

static void strictly_nobody_else_has_a_route_there(void **state)
{
	static const struct example examples[] = {
		{W, W, ""},
		{W, W ";" X " proto 4 metric 9", "fail foreign " DST ": " X_P "4 metric 9\n"},
		{W, W ";10.244.1.0/25 via 10.0.0.1 dev 2 proto 4",
		 "fail foreign " DST ": 10.244.1.0/25 via 10.0.0.1 dev if2 proto 4\n"},
		/* of several the first; in no wanted subnet each */
		{W,
		 W ";10.244.1.4/30 via 10.0.0.1 dev 2 proto 4;10.244.1.8/30 via 10.0.0.1 dev 2 "
		   "proto 4",
		 "fail foreign " DST ": 10.244.1.4/30 via 10.0.0.1 dev if2 proto 4\n"},
		{W, W ";10.244.2.0/24 dev 3 proto 4;10.244.3.0/24 dev 3 proto 2",
		 "fail foreign: 10.244.2.0/24 dev if3 proto 4\n"
		 "fail foreign: 10.244.3.0/24 dev if3 proto 2\n"},
		/* an address of this host is in another table */
		{W, W ";local 10.244.1.1 dev 2 table 255 proto 2",
		 "fail shadowed conflict " DST ": local 10.244.1.1 dev if2 table 255 proto 2\n"},
		/* what is a warning else */
		{W, W " proto 4",
		 "fail route foreign " DST ": " W_P "4\nfail foreign " DST ": " W_P "4\n"},
		{NULL, W " proto 4", "fail foreign: " W_P "4\n"},
	};
	struct state *t = *state;

	t->strict = true;
	check(state, examples, HGW_ARRAY_LEN(examples));
	clear(t);
	t->verdict.strict = true;
	add_all(t, W, add_want);
	add_all(t, W, add_actual);
	judge(t);
	assert_int_equal(t->verdict.count[HGW_WARN], 0);
	assert_int_equal(t->verdict.count[HGW_FAIL], 1); /* no rule */
	assert_int_equal(t->verdict.v[t->verdict.n - 1].id, HGW_CHECK_RULE);
	assert_int_equal(t->verdict.v[t->verdict.n - 1].status, HGW_FAIL);
}

static void names_of_checks_and_states(void **state)
{
	static const char *const checks[] = {"route",	   "onlink",	"shadowed",
					     "link",	   "extra",	"rule",
					     "foreign",	   "neighbour", "path",
					     "snapshot",   "lookup",	"local-subnet",
					     "forwarding", "rp-filter", "neighbour-table",
					     "mtu",	   "networkd"};
	static const char *const statuses[] = {"pass", "fail", "warn", "skip"};

	(void)state;
	for (unsigned i = 0; i < HGW_ARRAY_LEN(checks); i++)
		assert_string_equal(hgw_check_name((enum hgw_check_id)i), checks[i]);
	for (unsigned i = 0; i < HGW_ARRAY_LEN(statuses); i++)
		assert_string_equal(hgw_check_status_name((enum hgw_check_status)i), statuses[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(all_checks_of_a_good_host_pass),
		TEST(nothing_wanted_is_nothing_to_check),
		TEST(each_fault_of_a_route_has_its_name),
		TEST(several_hops_are_compared_as_sets),
		TEST(somebody_elses_route_that_does_the_job_is_a_warning),
		TEST(a_route_of_others_takes_the_traffic),
		TEST(a_route_of_others_is_no_harm),
		TEST(a_link_must_carry),
		TEST(what_nobody_wants_is_extra),
		TEST(a_gateway_must_be_on_a_link),
		TEST(a_rule_must_lead_to_the_table),
		TEST(a_rule_is_asked_for_the_families_that_are_wanted),
		TEST(a_rule_alone_fails_nothing),
		TEST(strictly_nobody_else_has_a_route_there),
		TEST(names_of_checks_and_states),
	};

	return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
