/* SPDX-License-Identifier: MIT */
#include "hgw/snapshot.h"

#include "values_test.h"

static int setup(void **state)
{
	static const struct hgw_link links[] = {{.index = 9, .name = "bond0"},
						{.index = 1, .name = "lo"},
						{.index = 4000000000, .name = "veth-very-long0"},
						{.index = 2, .name = "eth0"}};
	static const char *const addrs[] = {"192.168.31.62", "fe80::1", "10.0.0.1", "127.0.0.1",
					    "::1",	     "fd00::2", "10.0.0.2", "10.0.0.1"};
	struct hgw_snapshot *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -1;
	*state = s;
	s->links = calloc(HGW_ARRAY_LEN(links), sizeof(*s->links));
	s->addrs = calloc(HGW_ARRAY_LEN(addrs), sizeof(*s->addrs));
	if (s->links == NULL || s->addrs == NULL)
		return -1;
	memcpy(s->links, links, sizeof(links));
	s->nlinks = HGW_ARRAY_LEN(links);
	for (; s->naddrs < HGW_ARRAY_LEN(addrs); s->naddrs++) {
		s->addrs[s->naddrs].prefix = prefix(addrs[s->naddrs]);
		s->addrs[s->naddrs].prefix.len = 24;
		s->addrs[s->naddrs].index = (uint32_t)s->naddrs;
	}
	hgw_snapshot_sort(s);
	return 0;
}

static int teardown(void **state)
{
	hgw_snapshot_free(*state);
	free(*state);
	return 0;
}

static void links_are_found_by_index(void **state)
{
	assert_string_equal(hgw_snapshot_link(*state, 1)->name, "lo");
	assert_string_equal(hgw_snapshot_link(*state, 2)->name, "eth0");
	assert_string_equal(hgw_snapshot_link(*state, 9)->name, "bond0");
	assert_string_equal(hgw_snapshot_link(*state, 4000000000)->name, "veth-very-long0");
	assert_null(hgw_snapshot_link(*state, 0));
	assert_null(hgw_snapshot_link(*state, 3));
	assert_null(hgw_snapshot_link(*state, UINT32_MAX));
}

static void links_are_found_by_name(void **state)
{
	assert_int_equal(hgw_snapshot_link_named(*state, "bond0")->index, 9);
	assert_int_equal(hgw_snapshot_link_named(*state, "veth-very-long0")->index, 4000000000);
	assert_null(hgw_snapshot_link_named(*state, ""));
	assert_null(hgw_snapshot_link_named(*state, "eth"));
	assert_null(hgw_snapshot_link_named(*state, "eth00"));
	assert_null(hgw_snapshot_link_named(*state, "ETH0"));
	assert_null(hgw_snapshot_link_named(*state, "veth-very-long00"));
}

static void addresses_are_this_hosts_whatever_their_length(void **state)
{
	static const char *const ours[] = {"192.168.31.62", "fe80::1", "10.0.0.1", "10.0.0.2",
					   "127.0.0.1",	    "::1",     "fd00::2"};
	static const char *const others[] = {"10.0.0.0", "10.0.0.3", "10.0.0.255",
					     "fd00::1",	 "a00:1::",  "127.0.0.2",
					     "0.0.0.0",	 "::",	     "::a00:1"};

	for (size_t i = 0; i < HGW_ARRAY_LEN(ours); i++) {
		struct hgw_addr a = addr(ours[i]);

		assert_true(hgw_snapshot_has_addr(*state, &a));
	}
	for (size_t i = 0; i < HGW_ARRAY_LEN(others); i++) {
		struct hgw_addr a = addr(others[i]);

		if (hgw_snapshot_has_addr(*state, &a))
			fail_msg("%s", others[i]);
	}
}

static void an_empty_snapshot_has_nothing(void **state)
{
	struct hgw_snapshot none = {0};
	struct hgw_addr a = addr("127.0.0.1");

	(void)state;
	hgw_snapshot_sort(&none);
	assert_null(hgw_snapshot_link(&none, 1));
	assert_null(hgw_snapshot_link_named(&none, "lo"));
	assert_false(hgw_snapshot_has_addr(&none, &a));
	hgw_snapshot_free(&none);
	hgw_snapshot_free(&none);
}

static void what_is_freed_is_empty(void **state)
{
	struct hgw_snapshot *s = *state;

	hgw_snapshot_free(s);
	assert_int_equal(s->nlinks + s->naddrs + s->nrules, 0);
	assert_null(hgw_snapshot_link(s, 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(links_are_found_by_index),
		TEST(links_are_found_by_name),
		TEST(addresses_are_this_hosts_whatever_their_length),
		TEST(an_empty_snapshot_has_nothing),
		TEST(what_is_freed_is_empty),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
