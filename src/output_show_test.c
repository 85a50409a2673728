/* SPDX-License-Identifier: MIT */
/* What ip(8) prints, from its source: print_route() of iproute2's ip/iproute.c. */
#include "hgw/output.h"

#include <linux/icmpv6.h>
#include <unistd.h>

#include "values_test.h"

struct state {
	struct hgw_snapshot host;
	struct hgw_pool pool;
	struct hgw_view view;
};

static int setup(void **state)
{
	struct state *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -1;
	*state = t;
	add_link(&t->host, 1, "lo");
	add_link(&t->host, 2, "eth0");
	add_link(&t->host, 3, "$(reboot)");
	t->view = (struct hgw_view){NULL, &t->host, &t->pool, HGW_PLAIN};
	return 0;
}

static int teardown(void **state)
{
	struct state *t = *state;

	hgw_snapshot_free(&t->host);
	hgw_pool_free(&t->pool);
	free(t);
	return 0;
}

static void assert_shown(const struct state *t, const struct hgw_route *r, const char *want)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	hgw_print_shown(f, &t->view, r, false);
	fclose(f);
	assert_string_equal(text, want);
	free(text);
}

static void each_word_has_a_blank_behind_it(void **state)
{
	static const struct {
		const char *route, *line;
	} cases[] = {
		{"10.244.1.0/24 via 10.0.0.1 dev 2", "10.244.1.0/24 via 10.0.0.1 dev eth0 \n"},
		{"10.244.1.7 via 10.0.0.1 dev 2 metric 100",
		 "10.244.1.7 via 10.0.0.1 dev eth0 metric 100 \n"},
		{"0.0.0.0/0 via 10.0.0.1 dev 2", "default via 10.0.0.1 dev eth0 \n"},
		{"::/0 via fd00::1 dev 2", "default via fd00::1 dev eth0 \n"},
		{"10.244.1.0/24 via fd00::1 dev 2", "10.244.1.0/24 via inet6 fd00::1 dev eth0 \n"},
		{"10.244.1.0/24 dev 2 scope 253", "10.244.1.0/24 dev eth0 scope link \n"},
		{"blackhole 10.245.0.0/16", "blackhole 10.245.0.0/16 \n"},
		/* table and protocol were asked for, so that ip leaves them out */
		{"10.0.0.0/8 dev 2 table 100 proto 4", "10.0.0.0/8 dev eth0 \n"},
		{"10.0.0.0/8 tos 16 nhid 5 via 10.0.0.1 dev 2",
		 "10.0.0.0/8 nhid 5 tos 0x10 via 10.0.0.1 dev eth0 \n"},
		{"10.0.0.0/8 via 10.0.0.1 dev 2 onlink",
		 "10.0.0.0/8 via 10.0.0.1 dev eth0 onlink \n"},
		{"10.0.0.0/8 nexthop via 10.0.0.1 dev 2 weight 2 nexthop via 10.0.1.1 dev 1 dead "
		 "onlink linkdown",
		 "10.0.0.0/8 \n\tnexthop via 10.0.0.1 dev eth0 weight 2 \n\tnexthop via 10.0.1.1 "
		 "dev lo weight 1 dead onlink linkdown \n"},
		/* as it is, and not quoted */
		{"10.0.0.0/8 dev 3", "10.0.0.0/8 dev $(reboot) \n"},
		{"10.0.0.0/8 dev 77", "10.0.0.0/8 dev if77 \n"},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_route r = route(&t->pool, cases[i].route);

		assert_shown(t, &r, cases[i].line);
	}
}

static void an_ipv6_line_ends_without_a_blank(void **state)
{
	static const struct {
		uint8_t pref;
		const char *line;
	} cases[] = {
		{ICMPV6_ROUTER_PREF_MEDIUM,
		 "fd00::/64 via fd00::1 dev eth0 metric 1024 pref medium\n"},
		{ICMPV6_ROUTER_PREF_HIGH, "fd00::/64 via fd00::1 dev eth0 metric 1024 pref high\n"},
		{ICMPV6_ROUTER_PREF_LOW, "fd00::/64 via fd00::1 dev eth0 metric 1024 pref low\n"},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_route r = route(&t->pool, "fd00::/64 via fd00::1 dev 2 metric 1024");
		struct message m;

		message_start(&m, AF_INET6, 0);
		message_put(&m, RTA_PREF, &cases[i].pref, 1);
		message_end(&m, &t->pool, &r);
		assert_shown(t, &r, cases[i].line);
	}
}

static void hops_stand_behind_the_preference(void **state)
{
	struct state *t = *state;
	struct hgw_route r = route(&t->pool, "fd00::/64 metric 1024 nexthop via fd00::1 dev 2 "
					     "nexthop via fd00::2 dev 2");
	struct message m;
	uint8_t medium = 0;

	message_start(&m, AF_INET6, 0);
	message_put(&m, RTA_PREF, &medium, 1);
	message_end(&m, &t->pool, &r);
	assert_shown(t, &r,
		     "fd00::/64 metric 1024 pref medium\n\tnexthop via fd00::1 dev eth0 weight 1 "
		     "\n\tnexthop via fd00::2 dev eth0 weight 1 \n");
}

static void flags_come_in_the_order_of_ip(void **state)
{
	struct state *t = *state;
	struct hgw_route r = route(&t->pool, "10.0.0.0/8 via 10.0.0.1 dev 2");
	struct message m;

	message_start(&m, AF_INET,
		      RTNH_F_DEAD | RTNH_F_ONLINK | RTNH_F_PERVASIVE | RTNH_F_OFFLOAD |
			      RTNH_F_TRAP | RTM_F_NOTIFY | RTNH_F_LINKDOWN | RTNH_F_UNRESOLVED |
			      RTM_F_OFFLOAD | RTM_F_TRAP | RTM_F_OFFLOAD_FAILED);
	message_end(&m, &t->pool, &r);
	assert_shown(t, &r,
		     "10.0.0.0/8 via 10.0.0.1 dev eth0 dead onlink pervasive offload trap notify "
		     "linkdown unresolved rt_offload rt_trap rt_offload_failed \n");
}

static void what_we_do_not_model_is_shown_all_the_same(void **state)
{
	struct state *t = *state;
	struct hgw_route r = route(&t->pool, "10.0.0.0/8 via 10.0.0.1 dev 2 metric 7");
	struct rta_cacheinfo ci = {.rta_expires = (int)sysconf(_SC_CLK_TCK) * 90};
	struct hgw_addr src = addr("10.0.0.2");
	struct message m;

	message_start(&m, AF_INET, RTNH_F_LINKDOWN);
	message_put_u32(&m, RTA_FLOW, 0x00050007);
	message_put_u32(&m, RTA_MARK, 0x20);
	message_put(&m, RTA_CACHEINFO, &ci, sizeof(ci));
	message_put(&m, RTA_PREFSRC, src.b, 4);
	message_end(&m, &t->pool, &r);
	assert_shown(t, &r,
		     "10.0.0.0/8 via 10.0.0.1 dev eth0 src 10.0.0.2 metric 7 linkdown mark 0x20 "
		     "realms 5/7 expires 90sec \n");
	message_start(&m, AF_INET, 0);
	message_put_u32(&m, RTA_FLOW, 7);
	message_put_u32(&m, RTA_MARK, 9);
	message_end(&m, &t->pool, &r);
	assert_shown(t, &r, "10.0.0.0/8 via 10.0.0.1 dev eth0 metric 7 mark 9 realm 7 \n");
}

static void an_ipv6_source_is_one(void **state)
{
	struct state *t = *state;
	struct hgw_route r = route(&t->pool, "fd00::/64 via fd00::1 dev 2");
	struct hgw_addr src = addr("fd00::2");
	struct message m;

	message_start(&m, AF_INET6, 0);
	message_put(&m, RTA_PREFSRC, src.b, 16);
	message_end(&m, &t->pool, &r);
	assert_shown(t, &r, "fd00::/64 via fd00::1 dev eth0 src fd00::2 \n");
}

static void time_runs_out(void **state)
{
	static const struct {
		int seconds;
		const char *line;
	} cases[] = {
		{3599, "fd00::/64 dev eth0 expires 3599sec \n"},
		{-5, "fd00::/64 dev eth0 expires -5sec \n"},
	};
	struct state *t = *state;
	struct hgw_route r = route(&t->pool, "fd00::/64 dev 2");
	struct rta_cacheinfo ci = {.rta_expires = 1}; /* less than a second, but some */
	struct message m;

	message_start(&m, AF_INET6, 0);
	message_put(&m, RTA_CACHEINFO, &ci, sizeof(ci));
	message_end(&m, &t->pool, &r);
	assert_shown(t, &r, "fd00::/64 dev eth0 expires 0sec \n");
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		ci.rta_expires = cases[i].seconds * (int)sysconf(_SC_CLK_TCK);
		message_start(&m, AF_INET6, 0);
		message_put(&m, RTA_CACHEINFO, &ci, sizeof(ci));
		message_end(&m, &t->pool, &r);
		assert_shown(t, &r, cases[i].line);
	}
}

/* A value of RTAX_*, and what there is of it with the given locks. */
static const struct {
	uint16_t rtax;
	uint32_t value, lock;
	const char *shown;
} metrics[] = {
	{RTAX_MTU, 1400, 0, "mtu 1400 "},
	{RTAX_MTU, 1380, 1U << RTAX_MTU, "mtu lock 1380 "},
	{RTAX_WINDOW, 9, 1U << RTAX_MTU, "mtu lock 0 window 9 "}, /* a lock alone is shown too */
	{RTAX_RTT, 8 * 300, 0, "rtt 300ms "},
	{RTAX_RTT, 8 * 1500, 0, "rtt 1.5s "},
	{RTAX_RTTVAR, 4 * 999, 0, "rttvar 999ms "},
	{RTAX_RTTVAR, 4 * 1000, 0, "rttvar 1s "},
	{RTAX_RTO_MIN, 40, 0, "rto_min 40ms "},
	{RTAX_RTO_MIN, 123456, 0, "rto_min 123.456s "},
	{RTAX_SSTHRESH, 1, 0, "ssthresh 1 "},
	{RTAX_CWND, 2, 1U << RTAX_CWND, "cwnd lock 2 "},
	{RTAX_ADVMSS, 1340, 0, "advmss 1340 "},
	{RTAX_REORDERING, 3, 0, "reordering 3 "},
	{RTAX_HOPLIMIT, 64, 0, "hoplimit 64 "},
	{RTAX_HOPLIMIT, UINT32_MAX, 0, ""}, /* the default */
	{RTAX_INITCWND, 10, 0, "initcwnd 10 "},
	{RTAX_INITRWND, 20, 0, "initrwnd 20 "},
	{RTAX_QUICKACK, 1, 0, "quickack 1 "},
	{RTAX_FASTOPEN_NO_COOKIE, 1, 0, "fastopen_no_cookie 1 "},
	{RTAX_FEATURES, RTAX_FEATURE_ECN, 0, "features ecn "},
	{RTAX_FEATURES, 0x2, 0, "features 0x2 "},
	{RTAX_FEATURES, RTAX_FEATURE_ECN | 0x2, 0, "features ecn 0x3 "},
};

static void metrics_are_named_and_scaled(void **state)
{
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(metrics); i++) {
		struct hgw_route r = route(&t->pool, "10.0.0.0/8 via 10.0.0.1 dev 2");
		struct message m, inside;
		char want[128];

		message_start(&inside, 0, 0);
		if (metrics[i].lock != 0)
			message_put_u32(&inside, RTAX_LOCK, metrics[i].lock);
		message_put_u32(&inside, metrics[i].rtax, metrics[i].value);
		message_start(&m, AF_INET, 0);
		message_put_metrics(&m, &inside);
		message_end(&m, &t->pool, &r);
		snprintf(want, sizeof(want), "10.0.0.0/8 via 10.0.0.1 dev eth0 %s\n",
			 metrics[i].shown);
		assert_shown(t, &r, want);
	}
}

static void several_metrics_come_in_their_order(void **state)
{
	struct state *t = *state;
	struct hgw_route r = route(&t->pool, "10.0.0.0/8 via 10.0.0.1 dev 2");
	struct message m, inside;

	message_start(&inside, 0, 0);
	message_put(&inside, RTAX_CC_ALGO, "reno", 5);
	message_put_u32(&inside, RTAX_INITCWND, 10);
	message_put_u32(&inside, 200, 1); /* of a kernel to come */
	message_put_u32(&inside, RTAX_MTU, 1380);
	message_put_u32(&inside, RTAX_LOCK, 1U << RTAX_MTU | 1U << RTAX_CC_ALGO);
	message_start(&m, AF_INET, 0);
	message_put_metrics(&m, &inside);
	message_end(&m, &t->pool, &r);
	assert_shown(t, &r,
		     "10.0.0.0/8 via 10.0.0.1 dev eth0 mtu lock 1380 initcwnd 10 congctl lock reno "
		     "\n");
}

static void short_attributes_are_no_harm(void **state)
{
	static const uint16_t types[] = {RTA_PREFSRC, RTA_MARK,	     RTA_FLOW, RTA_METRICS,
					 RTA_PREF,    RTA_CACHEINFO, 999};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(types); i++) {
		struct hgw_route r = route(&t->pool, "10.0.0.0/8 via 10.0.0.1 dev 2");
		struct message m;

		message_start(&m, AF_INET, 0);
		message_put(&m, types[i], "", 0);
		if (types[i] != RTA_PREFSRC && types[i] != RTA_PREF)
			message_put(&m, types[i], "\1", 1);
		message_end(&m, &t->pool, &r);
		if (types[i] != RTA_PREFSRC)
			assert_shown(t, &r, "10.0.0.0/8 via 10.0.0.1 dev eth0 \n");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(each_word_has_a_blank_behind_it),
		TEST(an_ipv6_line_ends_without_a_blank),
		TEST(hops_stand_behind_the_preference),
		TEST(flags_come_in_the_order_of_ip),
		TEST(what_we_do_not_model_is_shown_all_the_same),
		TEST(an_ipv6_source_is_one),
		TEST(time_runs_out),
		TEST(metrics_are_named_and_scaled),
		TEST(several_metrics_come_in_their_order),
		TEST(short_attributes_are_no_harm),
	};

	return cmocka_run_group_tests_name("output_show", tests, NULL, NULL);
}
