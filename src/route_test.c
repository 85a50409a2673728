/* SPDX-License-Identifier: MIT */
#include "hgw/route.h"

#include "values_test.h"

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct hgw_pool));
	return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	hgw_pool_free(*state);
	free(*state);
	return 0;
}

static void the_key_is_family_dst_table_tos_metric(void **state)
{
	static const char *const sorted[] = {
		"9.0.0.0/8 table 500",
		"10.0.0.0/8 table 500",
		"10.0.0.0/16 table 100 tos 8 metric 7",
		"10.0.0.0/16 table 254 tos 8 metric 7",
		"10.0.0.0/16 table 254 tos 16",
		"10.0.0.0/16 table 254 tos 16 metric 1",
		"10.0.0.0/16 table 254 tos 16 metric 4294967295",
		"10.0.0.0/16 table 255",
		"10.0.0.0/24",
		"10.0.1.0/24",
		"fd00::/16 metric 4000",
		"fd00::/64 metric 1",
		"fd00::/64 metric 1023",
		"fd00::/64",
		"fd00::/64 metric 1025",
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(sorted); i++) {
		for (size_t j = 0; j < HGW_ARRAY_LEN(sorted); j++) {
			struct hgw_route a = route(*state, sorted[i]), b = route(*state, sorted[j]);

			if (HGW_CMP(hgw_route_key_cmp(&a, &b), 0) != HGW_CMP(i, j))
				fail_msg("%s and %s", sorted[i], sorted[j]);
		}
	}
}

static void an_ipv6_metric_of_0_is_1024(void **state)
{
	struct hgw_route v6 = route(*state, "fd00::/64"), v4 = route(*state, "10.0.0.0/8");
	struct hgw_route said = route(*state, "fd00::/64 metric 1024");

	assert_int_equal(hgw_route_metric(&v6), 1024);
	assert_int_equal(hgw_route_metric(&v4), 0);
	assert_int_equal(hgw_route_key_cmp(&v6, &said), 0);
	assert_true(hgw_route_equal(*state, &v6, &said));
}

static void the_rest_is_not_in_the_key(void **state)
{
	struct hgw_route a = route(*state, "10.0.0.0/8 via 10.0.0.1 dev 2 mtu 1400 scope 253");
	struct hgw_route b = route(*state, "blackhole 10.0.0.0/8 proto 3 nhid 4 linkdown raw 9");

	assert_int_equal(hgw_route_key_cmp(&a, &b), 0);
	assert_false(hgw_route_equal(*state, &a, &b));
}

static const struct {
	const char *a, *b;
	bool equal, same_hops;
} pairs[] = {
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2", true, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.2 dev 2", false, false},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 3", false, false},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via a00:1:: dev 2", false, false},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 dev 2", false, false},
	{"10.0.0.0/8 dev 2", "10.0.0.0/8 dev 2", true, true},
	{"blackhole 10.0.0.0/8", "blackhole 10.0.0.0/8", true, true},
	{"blackhole 10.0.0.0/8", "unreachable 10.0.0.0/8", false, true},
	{"blackhole 10.0.0.0/8", "10.0.0.0/8 dev 2", false, false},
	/* what counts besides the way */
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/9 via 10.0.0.1 dev 2", false, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 metric 1", false, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 table 9", false, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 tos 4", false, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 proto 3", false, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 scope 1", false, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 mtu 9", false, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 nhid 9", false, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 onlink", false, true},
	/* and what does not */
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 linkdown", true, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 dead", true, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 raw 64", true, true},
	{"10.0.0.0/8 via 10.0.0.1 dev 2", "10.0.0.0/8 via 10.0.0.1 dev 2 weight 9", true, true},
	/* several hops are a set, and their weights count */
	{"fd00::/64 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 3",
	 "fd00::/64 nexthop via fd00::2 dev 3 nexthop via fd00::1 dev 2", true, true},
	{"fd00::/64 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 3",
	 "fd00::/64 nexthop via fd00::2 dev 2 nexthop via fd00::1 dev 3", false, false},
	{"fd00::/64 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 3",
	 "fd00::/64 nexthop via fd00::1 dev 2 weight 2 nexthop via fd00::2 dev 3", false, true},
	{"fd00::/64 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 3",
	 "fd00::/64 nexthop via fd00::1 dev 2 onlink nexthop via fd00::2 dev 3", false, true},
	{"fd00::/64 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 3",
	 "fd00::/64 nexthop via fd00::1 dev 2 dead nexthop via fd00::2 dev 3", true, true},
	{"fd00::/64 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 3",
	 "fd00::/64 via fd00::1 dev 2", false, false},
	{"fd00::/64 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 2 nexthop via fd00::3 dev 2",
	 "fd00::/64 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 2", false, false},
	/* one hop twice is not two hops */
	{"fd00::/64 nexthop via fd00::1 dev 2 nexthop via fd00::1 dev 2",
	 "fd00::/64 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 2", false, false},
	{"10.0.0.0/8 nexthop via 10.0.0.1 dev 2 nexthop via 10.0.0.1 dev 2 nexthop via 10.0.0.2 "
	 "dev 2",
	 "10.0.0.0/8 nexthop via 10.0.0.1 dev 2 nexthop via 10.0.0.2 dev 2 nexthop via 10.0.0.2 "
	 "dev 2",
	 false, false},
};

static void equality_is_of_what_forwards(void **state)
{
	for (size_t i = 0; i < HGW_ARRAY_LEN(pairs); i++) {
		struct hgw_route a = route(*state, pairs[i].a), b = route(*state, pairs[i].b);

		if (hgw_route_equal(*state, &a, &b) != pairs[i].equal ||
		    hgw_route_equal(*state, &b, &a) != pairs[i].equal)
			fail_msg("equal: %s\nand %s", pairs[i].a, pairs[i].b);
	}
}

static void hops_are_compared_as_sets(void **state)
{
	for (size_t i = 0; i < HGW_ARRAY_LEN(pairs); i++) {
		struct hgw_route a = route(*state, pairs[i].a), b = route(*state, pairs[i].b);

		if (hgw_route_same_hops(*state, &a, &b) != pairs[i].same_hops ||
		    hgw_route_same_hops(*state, &b, &a) != pairs[i].same_hops)
			fail_msg("hops of: %s\nand %s", pairs[i].a, pairs[i].b);
	}
}

static void sorting_keeps_the_order_of_the_dump(void **state)
{
	struct hgw_routes set = {0};
	uint32_t seed = 7;

	for (unsigned i = 0; i < 2000; i++) {
		char text[64];

		snprintf(text, sizeof(text), "10.%u.0.0/16 metric %u raw %u",
			 next_random(&seed) % 5, next_random(&seed) % 3, i + 1);
		add_route(&set, *state, text);
	}
	for (size_t i = set.n - 1; i > 0; i--) { /* in any order */
		size_t j = next_random(&seed) % (i + 1);
		struct hgw_route r = set.v[i];

		set.v[i] = set.v[j];
		set.v[j] = r;
	}
	hgw_routes_sort(&set);
	for (size_t i = 1; i < set.n; i++) {
		int c = hgw_route_key_cmp(&set.v[i - 1], &set.v[i]);

		assert_true(c < 0 || (c == 0 && set.v[i - 1].raw < set.v[i].raw));
	}
	assert_int_equal(set.n, 2000);
	hgw_routes_free(&set);
	hgw_routes_sort(&set);
	assert_int_equal(set.n, 0);
	assert_null(set.v);
}

static void the_first_that_is_not_before_is_found(void **state)
{
	static const struct {
		const char *key;
		size_t at, at_dst;
	} cases[] = {
		{"9.0.0.0/8", 0, 0},
		{"10.0.0.0/8", 0, 0},
		{"10.0.0.0/8 metric 1", 1, 0},
		{"10.0.0.0/8 metric 5", 1, 0}, /* the first of two */
		{"10.0.0.0/8 metric 6", 3, 0},
		{"10.0.0.0/9", 3, 3},
		{"10.1.0.0/16", 3, 3},
		{"10.1.0.0/16 table 255", 4, 3},
		{"11.0.0.0/8", 4, 4},
		{"::/0", 4, 4},
		{"fd00::/64 metric 1024", 4, 4},
		{"fd00::/64 metric 1025", 5, 4},
		{"ffff::/16", 5, 5},
	};
	static const char *const routes[] = {"fd00::/64", "10.0.0.0/8 metric 5 raw 2",
					     "10.1.0.0/16", "10.0.0.0/8",
					     "10.0.0.0/8 metric 5 raw 1"};
	struct hgw_routes set = {0};

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_route key = route(*state, cases[i].key);

		assert_int_equal(hgw_routes_find(&set, &key), 0);
		assert_int_equal(hgw_routes_find_dst(&set, &key.dst), 0);
	}
	for (size_t i = 0; i < HGW_ARRAY_LEN(routes); i++)
		add_route(&set, *state, routes[i]);
	hgw_routes_sort(&set);
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_route key = route(*state, cases[i].key);

		assert_int_equal(hgw_routes_find(&set, &key), cases[i].at);
		assert_int_equal(hgw_routes_find_dst(&set, &key.dst), cases[i].at_dst);
	}
	hgw_routes_free(&set);
}

static void a_pool_keeps_hops_while_it_grows(void **state)
{
	struct hgw_pool *pool = *state;
	struct hgw_route routes[100];
	struct hgw_err err;
	uint32_t at = 99;

	for (unsigned i = 0; i < HGW_ARRAY_LEN(routes); i++) {
		char text[128];

		snprintf(text, sizeof(text),
			 "10.0.0.0/8 nexthop via 10.0.0.%u dev %u nexthop via 10.0.1.%u dev 9", i,
			 i, i);
		routes[i] = route(pool, text);
	}
	for (unsigned i = 0; i < HGW_ARRAY_LEN(routes); i++) {
		const struct hgw_hop *hops = hgw_route_hops(pool, &routes[i]);

		assert_int_equal(hops[0].via.b[3], i);
		assert_int_equal(hops[0].oif, i);
		assert_int_equal(hops[1].via.b[2], 1);
		assert_int_equal(hops[1].via.b[3], i);
	}
	assert_int_equal(hgw_pool_add_hops(pool, NULL, 0, &at, &err), 0);
	assert_int_equal(at, 200);
	assert_int_equal(pool->nhops, 200);
}

static void a_hop_alone_stands_in_the_route(void **state)
{
	struct hgw_route one = route(*state, "10.0.0.0/8 via 10.0.0.1 dev 2");
	struct hgw_route none = route(*state, "blackhole 10.0.0.0/8");

	assert_ptr_equal(hgw_route_hops(*state, &one), &one.hop);
	assert_ptr_equal(hgw_route_hops(*state, &none), &none.hop);
	assert_int_equal(((struct hgw_pool *)*state)->nhops, 0);
}

static void raw_messages_are_aligned_and_never_at_0(void **state)
{
	struct hgw_pool *pool = *state;
	struct hgw_err err;
	uint32_t at[64];

	for (unsigned i = 0; i < HGW_ARRAY_LEN(at); i++) {
		unsigned char msg[300];

		memset(msg, (int)i + 1, sizeof(msg));
		assert_int_equal(hgw_pool_add_raw(pool, msg, 100 + i, &at[i], &err), 0);
		assert_int_equal(at[i] % NLMSG_ALIGNTO, 0);
		assert_true(at[i] > (i > 0 ? at[i - 1] : 0));
	}
	for (unsigned i = 0; i < HGW_ARRAY_LEN(at); i++) {
		assert_int_equal(pool->raw[at[i]], i + 1);
		assert_int_equal(pool->raw[at[i] + 100 + i - 1], i + 1);
		for (size_t j = 100 + i; j < NLMSG_ALIGN(100 + i); j++)
			assert_int_equal(pool->raw[at[i] + j], 0);
	}
}

static void what_is_reserved_needs_no_more_memory(void **state)
{
	struct hgw_pool *pool = *state;
	struct hgw_routes set = {0};
	struct hgw_hop hop = {0};
	struct hgw_err err;
	const void *hops, *raw, *v;
	uint32_t at;

	assert_int_equal(hgw_pool_reserve(pool, 1000, 100000, &err), 0);
	assert_int_equal(hgw_routes_reserve(&set, 1000, &err), 0);
	hops = pool->hops;
	raw = pool->raw;
	v = set.v;
	for (unsigned i = 0; i < 1000; i++) {
		struct hgw_route r = {.metric = i};

		assert_int_equal(hgw_pool_add_hops(pool, &hop, 1, &at, &err), 0);
		assert_int_equal(hgw_pool_add_raw(pool, "0123456789", 10, &at, &err), 0);
		assert_int_equal(hgw_routes_add(&set, &r, &err), 0);
	}
	assert_ptr_equal(pool->hops, hops);
	assert_ptr_equal(pool->raw, raw);
	assert_ptr_equal(set.v, v);
	assert_int_equal(set.v[999].metric, 999);
	/* Less than there is takes nothing away. */
	assert_int_equal(hgw_pool_reserve(pool, 0, 0, &err), 0);
	assert_int_equal(pool->nhops, 1000);
	hgw_routes_free(&set);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_key_is_family_dst_table_tos_metric),
		TEST(an_ipv6_metric_of_0_is_1024),
		TEST(the_rest_is_not_in_the_key),
		TEST(equality_is_of_what_forwards),
		TEST(hops_are_compared_as_sets),
		TEST(sorting_keeps_the_order_of_the_dump),
		TEST(the_first_that_is_not_before_is_found),
		TEST(a_pool_keeps_hops_while_it_grows),
		TEST(a_hop_alone_stands_in_the_route),
		TEST(raw_messages_are_aligned_and_never_at_0),
		TEST(what_is_reserved_needs_no_more_memory),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
