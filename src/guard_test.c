/* SPDX-License-Identifier: MIT */
#include "hgw/guard.h"

#include "values_test.h"

struct state {
	struct hgw_inventory inv;
	struct hgw_snapshot host;
	struct hgw_pool pool;
	struct hgw_desired desired;
	struct hgw_actual actual;
	struct hgw_plan plan;
	struct hgw_diags diags;
	struct hgw_err err;
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct state));
	return *state != NULL ? 0 : -1;
}

static void clear(struct state *t)
{
	hgw_plan_free(&t->plan);
	hgw_actual_free(&t->actual);
	hgw_desired_free(&t->desired);
	hgw_pool_free(&t->pool);
	hgw_snapshot_free(&t->host);
	hgw_diags_free(&t->diags);
	hgw_inventory_free(&t->inv);
	*t = (struct state){0};
}

static int teardown(void **state)
{
	clear(*state);
	free(*state);
	return 0;
}

/* What node self should have, where the others have these subnets. */
static void want(struct state *t, const char *subnets)
{
	const struct hgw_scope scope = {RT_TABLE_MAIN, 72, true, true};
	char *text;

	assert_true(asprintf(&text,
			     "nodes:\n- {name: self, addresses: [192.168.31.1, 'fd00:31::1']}\n"
			     "- {name: b, addresses: [192.168.31.2, 'fd00:31::2'],\n"
			     "   subnets: [%s]}\n",
			     subnets) > 0);
	load_inventory(&t->inv, "inv.yaml", text);
	free(text);
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);
	assert_int_equal(hgw_desired_build(&t->desired, &t->inv, 0, &scope, &t->host, &t->pool,
					   &t->err),
			 0);
}

/* --- How many may go -------------------------------------------------------------- */

static void limits(void **state)
{
	static const struct {
		const char *text;
		bool good, percent;
		uint32_t n;
	} cases[] = {
		{"0", true, false, 0},
		{"12", true, false, 12},
		{"4294967295", true, false, UINT32_MAX},
		{"0%", true, true, 0},
		{"30%", true, true, 30},
		{"100%", true, true, 100},
		{.text = ""},
		{.text = "%"},
		{.text = "101%"},
		{.text = "-1"},
		{.text = "+1"},
		{.text = " 1"},
		{.text = "1 "},
		{.text = "1%%"},
		{.text = "1.5%"},
		{.text = "4294967296"},
		{.text = "0x10"},
		{.text = "half"},
		{.text = "00000000000000000000000000000001"},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_limit limit;

		if (hgw_limit_parse(cases[i].text, &limit) != cases[i].good)
			fail_msg("'%s'", cases[i].text);
		if (!cases[i].good)
			continue;
		assert_true(limit.given);
		assert_int_equal(limit.percent, cases[i].percent);
		assert_int_equal(limit.n, cases[i].n);
	}
}

static void own(struct state *t, const char *text)
{
	add_route(&t->actual.owned, &t->pool, text);
}

/* Whether that plan is refused; limit "": none given. */
static bool refused(struct state *t, const char *limit)
{
	const struct hgw_policy policy = {0};
	struct hgw_limit l = {0};
	int rc;

	hgw_plan_free(&t->plan);
	hgw_routes_sort(&t->actual.owned);
	assert_int_equal(hgw_plan_build(&t->plan, &t->desired, &t->actual, &policy, &t->pool,
					&t->err),
			 0);
	if (*limit != '\0')
		assert_true(hgw_limit_parse(limit, &l));
	rc = hgw_guard_deletes(&t->plan, &t->desired, &t->actual.owned, &l, &t->err);
	if (rc < 0)
		assert_int_equal(t->err.status, HGW_REFUSED);
	return rc < 0;
}

/* n owned routes that nobody wants, and one that is wanted. */
static void own_strays(struct state *t, unsigned n)
{
	char text[64];

	clear(t);
	want(t, "10.244.1.0/24");
	own(t, "10.244.1.0/24 via 192.168.31.2 dev 2");
	for (unsigned i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "10.9.%u.0/24 via 192.168.31.9 dev 2", i);
		own(t, text);
	}
}

static void half_of_ten_and_more(void **state)
{
	struct state *t = *state;

	own_strays(t, 8); /* of nine */
	assert_false(refused(t, ""));
	own_strays(t, 9); /* of ten */
	assert_true(refused(t, ""));
	assert_string_equal(t->err.msg,
			    "9 of 10 routes that are ours would be deleted, more than the 5 "
			    "allowed; nothing was changed. If that is meant, say --max-delete 9");
}

static void as_many_as_it_says(void **state)
{
	struct state *t = *state;

	own_strays(t, 9);
	assert_true(refused(t, "8"));
	assert_false(refused(t, "9"));
	assert_true(refused(t, "89%"));
	assert_false(refused(t, "90%"));
	assert_false(refused(t, "4294967295"));
	own_strays(t, 2); /* given, it holds for few as well */
	assert_true(refused(t, "0"));
	assert_true(refused(t, "0%"));
	assert_true(refused(t, "66%")); /* of three */
	assert_false(refused(t, "67%"));
}

/* A change is no delete, nor is what goes beside a route that stays. */
static void nobody_is_cut_off_by_these(void **state)
{
	struct state *t = *state;
	char text[96];

	want(t, "10.9.0.0/24, 10.9.1.0/24, 10.9.2.0/24, 10.9.3.0/24, 10.9.4.0/24, 10.9.5.0/24, "
		"10.9.6.0/24, 10.9.7.0/24, 10.9.8.0/24, 10.9.9.0/24");
	for (unsigned i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "10.9.%u.0/24 via 192.168.31.9 dev 2", i);
		own(t, text); /* another gateway */
		snprintf(text, sizeof(text), "10.9.%u.0/24 via 192.168.31.9 dev 2 metric 9", i);
		own(t, text); /* another metric */
		snprintf(text, sizeof(text), "10.9.%u.0/24 via 192.168.31.8 dev 2 metric 9", i);
		own(t, text); /* twice */
	}
	assert_false(refused(t, ""));
	assert_true(t->plan.count[HGW_OP_DELETE] >= 20);
	assert_false(refused(t, "0"));
	/* Of one destination several routes: it is cut off once. */
	own(t, "10.8.0.0/24 via 192.168.31.9 dev 2");
	own(t, "10.8.0.0/24 via 192.168.31.9 dev 2 metric 9");
	assert_true(refused(t, "0"));
	assert_non_null(strstr(t->err.msg, "1 of 11 routes"));
	assert_false(refused(t, "1"));
}

/* --- What this host is connected to ------------------------------------------------ */

/* What comes of an address on eth0 and a subnet of another node. */
static int connected(struct state *t, const char *address, const char *subnet)
{
	clear(t);
	add_link(&t->host, 2, "eth0");
	add_addr(&t->host, address);
	t->host.addrs[0].index = 2;
	want(t, subnet);
	return hgw_guard_connected(&t->desired, &t->inv, &t->host, &t->diags, &t->err);
}

static void covering_a_connected_network_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{"172.16.1.5/24", "172.16.1.0/24"}, /* equal */
		{"172.16.1.5/24", "172.16.0.0/16"}, /* covers it */
		{"172.16.1.5/32", "172.16.1.5/32"}, /* an address alone */
		{"172.16.1.5/32", "172.16.1.0/24"}, {"fd00:9::5/64", "'fd00:9::/64'"},
		{"fd00:9::5/64", "'fd00:9::/48'"},  {"fd00:9::5/128", "'fd00:9::/64'"},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		if (connected(t, cases[i][0], cases[i][1]) == 0)
			fail_msg("%s on a host that has %s", cases[i][1], cases[i][0]);
		assert_int_equal(t->err.status, HGW_REFUSED);
		assert_int_equal(t->diags.count[HGW_ERROR], 1);
		assert_int_equal(t->diags.count[HGW_WARNING], 0);
	}
	assert_int_equal(connected(t, "172.16.1.5/24", "172.16.0.0/16"), -1);
	assert_string_equal(t->diags.v[0].text, "subnet 172.16.0.0/16 of node 'b' covers "
						"172.16.1.0/24, which this host has on eth0");
	assert_int_equal(t->diags.v[0].at.line, 4);
	assert_string_equal(t->err.msg,
			    "1 subnet would take a network of this host away; nothing was changed");
}

static void a_part_of_a_connected_network_is_a_warning(void **state)
{
	static const char *const cases[][2] = {
		{"172.16.1.5/24", "172.16.1.0/25"},
		{"172.16.1.5/24", "172.16.1.128/25"},
		{"172.16.1.5/24", "172.16.1.255/32"},
		{"fd00:9::5/64", "'fd00:9::8000:0/112'"},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		if (connected(t, cases[i][0], cases[i][1]) < 0)
			fail_msg("%s on a host that has %s", cases[i][1], cases[i][0]);
		assert_int_equal(t->diags.count[HGW_WARNING], 1);
	}
	assert_int_equal(connected(t, "172.16.1.5/24", "172.16.1.0/25"), 0);
	assert_string_equal(t->diags.v[0].text,
			    "subnet 172.16.1.0/25 of node 'b' takes a part of 172.16.1.0/24, which "
			    "this host has on eth0");
	assert_int_equal(connected(t, "172.16.1.5/24",
				   "172.15.0.0/16, 172.16.1.0/26, 172.16.1.192/26, 172.16.2.0/24"),
			 0);
	assert_int_equal(t->diags.count[HGW_WARNING], 2);
}

static void beside_a_connected_network_is_fine(void **state)
{
	static const char *const cases[][2] = {
		{"172.16.1.5/24", "172.16.0.0/24"},
		{"172.16.1.5/24", "172.16.2.0/24"},
		{"172.16.1.5/24", "'fd00:9::/64'"},
		{"fd00:9::5/64", "'fd00:a::/64'"},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		assert_int_equal(connected(t, cases[i][0], cases[i][1]), 0);
		assert_int_equal(t->diags.n, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits),
		cmocka_unit_test_setup_teardown(half_of_ten_and_more, setup, teardown),
		cmocka_unit_test_setup_teardown(as_many_as_it_says, setup, teardown),
		cmocka_unit_test_setup_teardown(nobody_is_cut_off_by_these, setup, teardown),
		cmocka_unit_test_setup_teardown(covering_a_connected_network_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_part_of_a_connected_network_is_a_warning, setup,
						teardown),
		cmocka_unit_test_setup_teardown(beside_a_connected_network_is_fine, setup,
						teardown),
	};

	return cmocka_run_group_tests_name("guard", tests, NULL, NULL);
}
