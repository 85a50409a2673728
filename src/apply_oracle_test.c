/* SPDX-License-Identifier: MIT */
/*
 * What apply does, what the printed plan does when a shell runs it, and what
 * the batch does when ip(8) runs it, are the same: each in a namespace of its
 * own, on the same links.
 */
#include "apply_test.h"

static const char *const spaces[] = {"applied", "printed", "batch"};

static void begin_triplets(const char *commands)
{
	testns_fresh();
	for (size_t i = 0; i < HGW_ARRAY_LEN(spaces); i++) {
		testns_add(spaces[i]);
		testns_in(spaces[i], LINKS "%s", commands);
	}
}

static void print_files(struct run *t)
{
	struct hgw_view view = {&t->names, &t->host, &t->pool, false};
	struct hgw_report report = {.inv = t->inv.nfiles ? &t->inv : NULL,
				    .plan = &t->plan,
				    .scope = &t->scope,
				    .node = t->self};
	FILE *plan = fopen("/run/plan", "we"), *batch = fopen("/run/batch", "we");

	assert_non_null(plan);
	assert_non_null(batch);
	hgw_print_plan(plan, &view, &report);
	for (size_t i = 0; i < t->writes.n; i++)
		hgw_print_write(batch, &view, &t->writes.v[i], true);
	assert_int_equal(fclose(plan), 0);
	assert_int_equal(fclose(batch), 0);
}

static char *routes_in(const char *space)
{
	char *routes;

	testns_enter(space);
	routes = all_routes();
	testns_enter(NULL);
	return routes;
}

/* The changes that it took: added, replaced, deleted. */
struct changes {
	size_t add, replace, delete;
};

static void step(struct run *t, const char *nodes, struct changes c)
{
	char *applied, *printed, *batch;

	testns_enter("applied");
	run_plan(t, nodes);
	print_files(t);
	assert_int_equal(t->plan.count[HGW_OP_ADD], c.add);
	assert_int_equal(t->plan.count[HGW_OP_REPLACE], c.replace);
	assert_int_equal(t->plan.count[HGW_OP_DELETE], c.delete);
	run_ok(t, run_apply(t));
	run_plan(t, nodes);
	assert_int_equal(hgw_plan_changes(&t->plan), 0);
	testns_enter(NULL);
	testns_in("printed",
		  "sed -n 's/^+ /ip route replace /p; s/^- /ip route del /p' /run/plan | sh -e");
	testns_in("batch", "ip -batch - </run/batch");
	applied = routes_in("applied");
	printed = routes_in("printed");
	batch = routes_in("batch");
	assert_text_equal(printed, applied);
	assert_text_equal(batch, applied);
	free(applied);
	free(printed);
	free(batch);
}

#define ADDED(n)    ((struct changes){.add = (n)})
#define REPLACED(n) ((struct changes){.replace = (n)})
#define DELETED(n)  ((struct changes){.delete = (n)})

static void inet(void **state)
{
	struct run *t = *state;

	begin_triplets("ip route add 10.9.0.0/16 via 10.0.0.9 proto 73");
	step(t,
	     ME "- {name: a, address: 10.0.0.2, subnets: [10.1.0.0/24, 10.1.1.0/24]}\n"
		"- {name: b, address: 10.0.1.3, subnets: [10.2.0.0/15, 10.9.9.9/32]}\n",
	     ADDED(4));
	/* Another gateway, and another device. */
	step(t,
	     ME "- {name: a, address: 10.0.1.2, subnets: [10.1.0.0/24, 10.1.1.0/24]}\n"
		"- {name: b, address: 10.0.1.4, subnets: [10.2.0.0/15, 10.9.9.9/32]}\n",
	     REPLACED(4));
	/* Two nodes change places, one subnet goes, one comes. */
	step(t,
	     ME
	     "- {name: a, address: 10.0.1.4, subnets: [10.1.0.0/24]}\n"
	     "- {name: b, address: 10.0.1.2, subnets: [10.2.0.0/15, 10.9.9.9/32, 10.7.0.0/24]}\n",
	     (struct changes){.add = 1, .replace = 3, .delete = 1});
	step(t, NULL, DELETED(4));
}

static void inet6(void **state)
{
	struct run *t = *state;

	begin_triplets("ip route add fd09::/32 via fd00::9 proto 73");
	step(t,
	     ME "- {name: a, address: 'fd00::2', subnets: ['fd01::/64', 'fd01:1::/64']}\n"
		"- {name: b, address: 'fd00:1::3', subnets: ['fd02::/48', 'fd09::9/128']}\n",
	     ADDED(4));
	step(t,
	     ME "- {name: a, address: 'fd00:1::2', subnets: ['fd01::/64', 'fd01:1::/64']}\n"
		"- {name: b, address: 'fd00:1::4', subnets: ['fd02::/48', 'fd09::9/128']}\n",
	     REPLACED(4));
	step(t,
	     ME "- {name: a, address: 'fd00:1::4', subnets: ['fd01::/64']}\n"
		"- {name: b, address: 'fd00:1::2', subnets: ['fd02::/48', 'fd09::9/128', "
		"'fd07::/64']}\n",
	     (struct changes){.add = 1, .replace = 3, .delete = 1});
	step(t, NULL, DELETED(4));
}

static void dual_stack_in_a_table_of_its_own(void **state)
{
	struct run *t = *state;

	begin_triplets("ip route add 10.1.0.0/24 via 10.0.0.9 proto 73");
	step(t,
	     "network: {table: 1000}\nnodes:\n" ME
	     "- {name: a, addresses: [10.0.0.2, 'fd00::2'], subnets: [10.1.0.0/24, 'fd01::/64']}\n"
	     "- {name: b, addresses: [10.0.0.3, 'fd00::3'], subnets: [10.1.1.0/24, "
	     "'fd01:1::/64']}\n",
	     ADDED(4));
	step(t,
	     "network: {table: 1000}\nnodes:\n" ME
	     "- {name: a, addresses: [10.0.0.4, 'fd00::4'], subnets: [10.1.0.0/24, "
	     "'fd01::/64']}\n",
	     (struct changes){.replace = 2, .delete = 2});
	/* Into main; what is in the other table is none of this run. */
	step(t,
	     ME "- {name: a, addresses: [10.0.0.4, 'fd00::4'], subnets: [10.1.1.0/24, "
		"'fd01::/64']}\n",
	     ADDED(2));
	step(t, NULL, DELETED(2));
}

#define WITH(settings)                                                                             \
	"network: {" settings "}\nnodes:\n" ME "- {name: a, addresses: [10.0.0.2, 'fd00:1::2'], "  \
	"subnets: [10.1.0.0/24, 'fd01::/64']}\n"

static void mtu_metric_and_onlink(void **state)
{
	struct run *t = *state;

	begin_triplets("true");
	step(t, WITH(""), ADDED(2));
	step(t, WITH("mtu: 1400"), REPLACED(2));
	step(t, WITH("mtu: 1300"), REPLACED(2));
	step(t, WITH("onlink: true"), REPLACED(2));
	step(t, WITH("onlink: true, mtu: 1300"), REPLACED(2));
	step(t, WITH("metric: 70, mtu: 1300"), REPLACED(2));
	step(t, WITH("metric: 60"), REPLACED(2));
	step(t, WITH("metric: 1024"), REPLACED(2));
	/* Of IPv6 that is the default. */
	step(t, WITH(""), REPLACED(1));
	/* By gateway, of IPv4 alone; there and back, and with all else changing too. */
	step(t, WITH("metric: spread"), REPLACED(1));
	testns_enter("applied");
	assert_prints("10.1.0.0/24 via 10.0.0.2 dev v0 metric 1000002\n"
		      "fd01::/64 via fd00:1::2 dev v1 metric 1024 pref medium\n",
		      "ip -N route show proto 72; ip -N -6 route show proto 72");
	testns_enter(NULL);
	step(t, WITH(""), REPLACED(1));
	step(t, WITH("metric: spread, mtu: 1300, onlink: true"), REPLACED(2));
	step(t, WITH("metric: 70"), REPLACED(2));
	step(t, NULL, DELETED(2));
}

#define INET(list)  ME "- {name: a, addresses: [" list "], subnets: [10.1.0.0/24, 10.1.1.0/24]}\n"
#define INET6(list) ME "- {name: a, addresses: [" list "], subnets: ['fd01::/64', 'fd01:1::/64']}\n"

static void inet_multipath(void **state)
{
	struct run *t = *state;

	begin_triplets("true");
	step(t, INET("10.0.0.2"), ADDED(2));
	step(t, INET("10.0.0.2, 10.0.1.2"), REPLACED(2));
	step(t, INET("10.0.1.2, 10.0.0.2, 10.0.0.3"), REPLACED(2));
	step(t, INET("10.0.0.4, 10.0.1.4"), REPLACED(2));
	step(t, INET("10.0.0.4"), REPLACED(2));
	step(t, INET("10.0.0.5, 10.0.1.5"), REPLACED(2));
	step(t, "network: {mtu: 1400}\nnodes:\n" INET("10.0.0.5, 10.0.1.5"), REPLACED(2));
	step(t, "network: {onlink: true}\nnodes:\n" INET("10.0.0.5, 10.0.1.5"), REPLACED(2));
	step(t, INET("10.0.1.5"), REPLACED(2));
	step(t, INET("10.0.1.5, 10.0.0.5"), REPLACED(2));
	step(t, "network: {metric: spread}\nnodes:\n" INET("10.0.1.6, 10.0.0.5"), REPLACED(2));
	step(t, "network: {metric: spread}\nnodes:\n" INET("10.0.1.4, 10.0.0.6"), REPLACED(2));
	step(t, INET("10.0.0.6"), REPLACED(2));
	step(t, NULL, DELETED(2));
}

static void inet6_multipath(void **state)
{
	struct run *t = *state;

	begin_triplets("true");
	step(t, INET6("'fd00::2'"), ADDED(2));
	step(t, INET6("'fd00::2', 'fd00:1::2'"), REPLACED(2));
	step(t, INET6("'fd00:1::2', 'fd00::2', 'fd00::3'"), REPLACED(2));
	step(t, INET6("'fd00::4', 'fd00:1::4'"), REPLACED(2));
	step(t, INET6("'fd00::4'"), REPLACED(2));
	step(t, INET6("'fd00::5', 'fd00:1::5'"), REPLACED(2));
	step(t, "network: {mtu: 1400}\nnodes:\n" INET6("'fd00::5', 'fd00:1::5'"), REPLACED(2));
	step(t, "network: {onlink: true}\nnodes:\n" INET6("'fd00::5', 'fd00:1::5'"), REPLACED(2));
	step(t, INET6("'fd00:1::5'"), REPLACED(2));
	step(t, "network: {metric: 9}\nnodes:\n" INET6("'fd00:1::5', 'fd00::5'"), REPLACED(2));
	step(t, NULL, DELETED(2));
}

static void inet_via_inet6(void **state)
{
	struct run *t = *state;

	begin_triplets("true");
	step(t, INET("'fd00::2'"), ADDED(2));
	step(t, INET("'fd00:1::2'"), REPLACED(2));
	step(t, INET("'fd00:1::2', 'fd00::2'"), REPLACED(2));
	step(t, INET("'fd00:1::2', 'fd00::3'"), REPLACED(2));
	step(t, INET("10.0.0.2"), REPLACED(2));
	step(t, "network: {mtu: 1400, onlink: true}\nnodes:\n" INET("'fd00::2'"), REPLACED(2));
	step(t, "network: {metric: spread}\nnodes:\n" INET("'fd00::2'"), REPLACED(2));
	step(t, NULL, DELETED(2));
}

/* What somebody gave our protocol by hand is mended too. */
static void weights_and_types(void **state)
{
	struct run *t = *state;

	begin_triplets("ip route add 10.1.0.0/24 proto 72 nexthop via 10.0.0.2 weight 7 "
		       "nexthop via 10.0.1.2\n"
		       "ip route add fd01::/64 proto 72 nexthop via fd00::2 weight 7 "
		       "nexthop via fd00:1::2 weight 3\n"
		       "ip route add blackhole 10.7.0.0/24 proto 72\n"
		       "ip route add unreachable fd07::/64 proto 72");
	step(t,
	     ME "- {name: a, addresses: [10.0.0.2, 10.0.1.2, 'fd00::2', 'fd00:1::2'], "
		"subnets: [10.1.0.0/24, 'fd01::/64', 10.7.0.0/24, 'fd07::/64']}\n",
	     REPLACED(4));
	step(t, NULL, DELETED(4));
}

static void nexthop_objects_of_others_that_our_routes_use(void **state)
{
	struct run *t = *state;

	begin_triplets("ip nexthop add id 5 via 10.0.0.2 dev v0\n"
		       "ip nexthop add id 6 via fd00::2 dev v0\n"
		       "ip route add 10.1.0.0/24 nhid 5 proto 72\n"
		       "ip route add fd01::/64 nhid 6 proto 72\n"
		       "ip route add 10.1.1.0/24 nhid 5 proto 72\n"
		       "ip route add fd01:1::/64 nhid 6 proto 72");
	step(t,
	     ME "- {name: a, addresses: [10.0.0.2, 'fd00::2', 'fd00:1::2'], "
		"subnets: [10.1.0.0/24, 'fd01::/64']}\n",
	     (struct changes){.replace = 2, .delete = 2});
	step(t, NULL, DELETED(2));
}

#define OTHERS_ROUTES                                                                              \
	"ip route add 10.1.0.0/24 via 10.0.0.2 proto 73\n"                                         \
	"ip route add 10.1.1.0/24 proto 73 nexthop via 10.0.0.9 nexthop via 10.0.1.9\n"            \
	"ip route add 10.1.2.0/24 via 10.0.0.9 proto 73 metric 50\n"                               \
	"ip route add fd01::/64 via fd00::2 proto 73\n"                                            \
	"ip route add fd01:1::/64 proto 73 nexthop via fd00::2 nexthop via fd00:1::9\n"            \
	"ip route add fd01:2::/64 via fd00::9 proto 73 metric 50\n"

static void routes_of_others_that_are_adopted(void **state)
{
	struct run *t = *state;

	t->policy.adopt = true;
	begin_triplets(OTHERS_ROUTES);
	step(t,
	     ME "- {name: a, addresses: [10.0.0.2, 'fd00::2'], subnets: [10.1.0.0/24, 10.1.1.0/24, "
		"10.1.2.0/24, 'fd01::/64', 'fd01:1::/64', 'fd01:2::/64']}\n",
	     (struct changes){.add = 1, .replace = 5});
	step(t, NULL, DELETED(6));
}

/* Last: /etc/iproute2 is ours from here on. */
static void names_that_ip_knows_are_printed_and_understood(void **state)
{
	struct run *t = *state;

	testns_fresh();
	testns_iproute2("72 hgw\n", "1000 hosts\n");
	hgw_names_free(&t->names);
	run_ok(t, hgw_names_load(&t->names, "", &t->err));
	begin_triplets("true");
	step(t,
	     "network: {table: hosts}\nnodes:\n" ME
	     "- {name: a, addresses: [10.0.0.2, 'fd00::2'], subnets: [10.1.0.0/24, "
	     "'fd01::/64']}\n",
	     ADDED(2));
	step(t,
	     "network: {table: hosts}\nnodes:\n" ME
	     "- {name: a, addresses: [10.0.0.3, 'fd00::3'], subnets: [10.1.0.0/24, "
	     "'fd01::/64']}\n",
	     REPLACED(2));
	assert_prints("- 10.1.0.0/24 via 10.0.0.2 dev v0 table hosts proto hgw\n"
		      "+ 10.1.0.0/24 via 10.0.0.3 dev v0 table hosts proto hgw   # inv.yaml:4 a\n",
		      "grep 10.1.0.0 /run/plan");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(inet),
		RUN_TEST(inet6),
		RUN_TEST(dual_stack_in_a_table_of_its_own),
		RUN_TEST(mtu_metric_and_onlink),
		RUN_TEST(inet_multipath),
		RUN_TEST(inet6_multipath),
		RUN_TEST(inet_via_inet6),
		RUN_TEST(weights_and_types),
		RUN_TEST(nexthop_objects_of_others_that_our_routes_use),
		RUN_TEST(routes_of_others_that_are_adopted),
		RUN_TEST(names_that_ip_knows_are_printed_and_understood),
	};

	return cmocka_run_group_tests_name("apply_oracle", tests, testns_setup, NULL);
}
