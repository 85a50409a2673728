/* SPDX-License-Identifier: MIT */
/* Which of the routes to an address is taken, and how the others stand to it. */
#include "hgw/trace.h"

#include "values_test.h"

struct state {
	struct hgw_pool pool;
	struct hgw_routes set;
	struct hgw_trace trace;
	struct hgw_err err;
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct state));
	return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct state *t = *state;

	hgw_trace_free(&t->trace);
	hgw_routes_free(&t->set);
	hgw_pool_free(&t->pool);
	free(t);
	return 0;
}

/* Each route is told with how it is to stand, best first. */
struct expected {
	const char *route;
	enum hgw_standing standing;
};

static void assert_trace(struct state *t, const char *to, uint32_t table,
			 const struct expected *want, size_t n)
{
	struct hgw_addr a = addr(to);

	/* As the kernel would tell them: not as they are to come out. */
	for (size_t i = n; i > 0; i--)
		add_route(&t->set, &t->pool, want[i - 1].route);
	add_route(&t->set, &t->pool, "10.99.0.0/16 via 10.0.0.9 dev 2");
	assert_int_equal(hgw_trace_find_set(&t->trace, &a, &t->set, table, &t->err), 0);
	assert_int_equal(t->trace.n, n);
	for (size_t i = 0; i < n; i++) {
		struct hgw_route r = route(&t->pool, want[i].route);

		assert_int_equal(hgw_route_key_cmp(&t->trace.v[i].route, &r), 0);
		assert_true(hgw_route_same_hops(&t->pool, &t->trace.v[i].route, &r));
		assert_string_equal(hgw_standing_name(t->trace.v[i].standing),
				    hgw_standing_name(want[i].standing));
	}
}

static void the_longest_prefix_wins_then_the_lowest_metric(void **state)
{
	static const struct expected want[] = {
		{"10.244.1.0/24 via 10.0.0.1 dev 2 metric 5", HGW_STANDING_TAKEN},
		{"10.244.1.0/24 via 10.0.0.2 dev 2 metric 7", HGW_STANDING_METRIC},
		{"10.244.0.0/16 via 10.0.0.3 dev 2", HGW_STANDING_SHORTER},
		{"0.0.0.0/0 via 10.0.0.4 dev 2", HGW_STANDING_SHORTER},
	};
	struct state *t = *state;

	assert_trace(t, "10.244.1.7", 0, want, HGW_ARRAY_LEN(want));
	assert_true(t->trace.found);
	assert_false(t->trace.asked);
}

static void what_cannot_be_taken_is_passed_over(void **state)
{
	static const struct expected want[] = {
		{"10.244.0.0/16 via 10.0.0.3 dev 2", HGW_STANDING_TAKEN},
		{"10.244.1.0/24 via 10.0.0.2 dev 2 metric 7 dead", HGW_STANDING_DEAD},
		{"10.244.1.0/24 tos 16 via 10.0.0.1 dev 2", HGW_STANDING_TOS},
		{"10.244.1.0/24 via 10.0.0.5 dev 2 table 100", HGW_STANDING_TABLE},
	};
	struct state *t = *state;

	assert_trace(t, "10.244.1.7", 0, want, HGW_ARRAY_LEN(want));
}

static void a_throw_leads_to_the_next_table(void **state)
{
	static const struct expected want[] = {
		{"10.244.0.0/16 via 10.0.0.3 dev 2", HGW_STANDING_TAKEN},
		{"throw 10.244.1.0/24 table 100", HGW_STANDING_THROW},
		{"10.0.0.0/8 via 10.0.0.1 dev 2 table 100", HGW_STANDING_SHORTER},
	};
	struct state *t = *state;

	assert_trace(t, "10.244.1.7", 100, want, HGW_ARRAY_LEN(want));
}

static void one_that_rejects_is_taken_too(void **state)
{
	static const struct expected want[] = {
		{"blackhole 10.244.0.0/16", HGW_STANDING_TAKEN},
		{"0.0.0.0/0 via 10.0.0.4 dev 2", HGW_STANDING_SHORTER},
	};
	struct state *t = *state;

	assert_trace(t, "10.244.1.7", 0, want, HGW_ARRAY_LEN(want));
}

static void where_nothing_leads_nothing_is_found(void **state)
{
	struct state *t = *state;

	assert_trace(t, "10.244.1.7", 0, NULL, 0);
	assert_false(t->trace.found);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_longest_prefix_wins_then_the_lowest_metric),
		TEST(what_cannot_be_taken_is_passed_over),
		TEST(a_throw_leads_to_the_next_table),
		TEST(one_that_rejects_is_taken_too),
		TEST(where_nothing_leads_nothing_is_found),
	};

	return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
