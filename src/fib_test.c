/* SPDX-License-Identifier: MIT */
#include "hgw/fib.h"

#include "values_test.h"

struct t {
	struct hgw_pool pool;
	struct hgw_routes routes;
	struct hgw_fib fib;
	struct hgw_err err;
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct t));
	return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct t *t = *state;

	hgw_fib_free(&t->fib);
	hgw_routes_free(&t->routes);
	hgw_pool_free(&t->pool);
	free(t);
	return 0;
}

static void build(struct t *t, uint32_t table, const char *const *texts, size_t n)
{
	hgw_fib_free(&t->fib);
	t->routes.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct hgw_route r = route(&t->pool, texts[i]);

		assert_int_equal(hgw_routes_add(&t->routes, &r, &t->err), 0);
	}
	assert_int_equal(hgw_fib_build(&t->fib, &t->routes, table, &t->err), 0);
}

#define BUILD(t, table, ...)                                                                       \
	do {                                                                                       \
		static const char *const texts[] = {__VA_ARGS__};                                  \
                                                                                                   \
		build(t, table, texts, HGW_ARRAY_LEN(texts));                                      \
	} while (0)

/* Which of the routes it is; -1: none. */
static int lookup(const struct t *t, const char *dst)
{
	struct hgw_addr a = addr(dst);
	const struct hgw_route *r = hgw_fib_lookup(&t->fib, &a);

	return r != NULL ? (int)(r - t->routes.v) : -1;
}

static void the_longest_prefix_wins(void **state)
{
	struct t *t = *state;

	BUILD(t, 0, "10.0.0.0/8 dev 1", "10.1.0.0/16 dev 2", "10.1.1.1/32 dev 3", "fd00::/16 dev 4",
	      "fd00:1::/64 dev 5", "10.1.0.0/24 dev 6");
	assert_int_equal(lookup(t, "10.0.0.0"), 0);
	assert_int_equal(lookup(t, "10.255.255.255"), 0);
	assert_int_equal(lookup(t, "10.1.2.0"), 1);
	assert_int_equal(lookup(t, "10.1.0.255"), 5);
	assert_int_equal(lookup(t, "10.1.1.1"), 2);
	assert_int_equal(lookup(t, "10.1.1.2"), 1);
	assert_int_equal(lookup(t, "9.255.255.255"), -1);
	assert_int_equal(lookup(t, "11.0.0.0"), -1);
	assert_int_equal(lookup(t, "fd00:1::ffff"), 4);
	assert_int_equal(lookup(t, "fd00:1:0:1::"), 3);
	assert_int_equal(lookup(t, "::1"), -1);
}

static void nothing_leads_nowhere(void **state)
{
	struct t *t = *state;

	build(t, 0, NULL, 0);
	assert_int_equal(lookup(t, "10.0.0.1"), -1);
	BUILD(t, 0, "0.0.0.0/0 dev 1");
	assert_int_equal(lookup(t, "255.255.255.255"), 0);
	assert_int_equal(lookup(t, "::"), -1);
}

static void of_one_prefix_the_lowest_metric_then_the_first(void **state)
{
	struct t *t = *state;

	BUILD(t, 0, "10.0.0.0/8 dev 1 metric 20", "10.0.0.0/8 dev 2 metric 10",
	      "10.0.0.0/8 dev 3 metric 10", "fd00::/16 dev 1", "fd00::/16 dev 2 metric 1023",
	      "10.0.0.0/8 dev 4 tos 8");
	assert_int_equal(lookup(t, "10.0.0.1"), 1);
	assert_int_equal(lookup(t, "fd00::1"), 4);
}

static void what_is_dead_is_passed_over(void **state)
{
	struct t *t = *state;

	BUILD(t, 0, "10.1.0.0/16 dev 1 dead linkdown", "10.1.0.0/16 dev 2 metric 5",
	      "10.1.1.0/24 dev 3 dead", "10.1.2.0/24 dev 3 linkdown");
	assert_int_equal(lookup(t, "10.1.1.1"), 1);
	assert_int_equal(lookup(t, "10.1.2.1"), 3);
}

static void tables_are_looked_at_in_turn(void **state)
{
	struct t *t = *state;

	BUILD(t, 0, "10.0.0.0/8 dev 1 table 255", "10.1.0.0/16 dev 2", "fd00::/16 dev 3 table 255",
	      "fd00:1::/32 dev 4", "10.1.0.0/16 dev 5 table 255", "10.1.1.0/24 dev 6",
	      "10.1.1.0/24 dev 7 table 100", "0.0.0.0/0 dev 8 table 253", "::/0 dev 9 table 253");
	/* IPv4: the longer one of local and main, and of equals that of local */
	assert_int_equal(lookup(t, "10.1.1.1"), 5);
	assert_int_equal(lookup(t, "10.1.2.1"), 4);
	assert_int_equal(lookup(t, "10.2.0.1"), 0);
	assert_int_equal(lookup(t, "11.0.0.1"), 7);
	/* IPv6: local, whatever is in main; and no default */
	assert_int_equal(lookup(t, "fd00:1::1"), 2);
	assert_int_equal(lookup(t, "fd01::1"), -1);

	BUILD(t, 100, "10.0.0.0/16 dev 1 table 255", "10.0.0.0/24 dev 2",
	      "10.0.0.0/8 dev 3 table 100", "10.1.0.0/16 dev 4", "0.0.0.0/0 dev 5",
	      "fd00::/16 dev 6 table 100", "fd00:1::/32 dev 7");
	assert_int_equal(lookup(t, "10.0.0.1"), 0);
	assert_int_equal(lookup(t, "10.1.0.1"), 2);
	assert_int_equal(lookup(t, "11.1.0.1"), 4);
	assert_int_equal(lookup(t, "fd00:1::1"), 5);
}

static void throw_goes_on_with_the_next_table(void **state)
{
	struct t *t = *state;

	BUILD(t, 0, "throw 10.1.0.0/16", "10.0.0.0/8 dev 1", "10.1.0.0/24 dev 2 table 253",
	      "blackhole 10.2.0.0/16", "10.2.0.0/24 dev 3");
	assert_int_equal(lookup(t, "10.1.0.1"), 2);
	assert_int_equal(lookup(t, "10.1.1.1"), -1);
	assert_int_equal(lookup(t, "10.2.0.1"), 4);
	assert_int_equal(lookup(t, "10.2.1.1"), 3);
	BUILD(t, 100, "throw 10.1.0.0/16 table 100", "10.1.0.0/16 dev 1",
	      "throw fd00::/16 table 100", "fd00::/8 dev 2");
	assert_int_equal(lookup(t, "10.1.0.1"), 1);
	assert_int_equal(lookup(t, "fd00::1"), 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_longest_prefix_wins),
		TEST(nothing_leads_nowhere),
		TEST(of_one_prefix_the_lowest_metric_then_the_first),
		TEST(what_is_dead_is_passed_over),
		TEST(tables_are_looked_at_in_turn),
		TEST(throw_goes_on_with_the_next_table),
	};

	return cmocka_run_group_tests_name("fib", tests, NULL, NULL);
}
