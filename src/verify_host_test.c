/* SPDX-License-Identifier: MIT */
/* The checks of what a host has besides routes, each with its fault and without. */
#include "hgw/verify.h"

#include <errno.h>

#include "values_test.h"

/* A host in order: eth0 (2) leads to two nodes, cni0 (3) has the pods; eth1 (4) is elsewhere. */
struct state {
	struct hgw_pool pool;
	struct hgw_want wants[2];
	struct hgw_gateway gateways[2];
	struct hgw_own own;
	struct hgw_desired desired;
	struct hgw_actual actual;
	struct hgw_snapshot host;
	struct hgw_scope scope;
	struct hgw_link_settings links[3];
	struct hgw_settings settings;
	struct hgw_lookup answers[6];
	struct hgw_lookups lookups;
	struct hgw_verdict verdict;
	struct hgw_evidence on;
	struct hgw_err err;
};

static void add_want(struct state *t, size_t i, const char *text)
{
	struct hgw_lookup *as_host = &t->answers[i], *as_pod = &t->answers[2 + i];

	t->wants[i] = (struct hgw_want){.route = route(&t->pool, text)};
	t->gateways[i].addr = t->wants[i].route.hop.via;
	assert_int_equal(hgw_routes_add(&t->actual.owned, &t->wants[i].route, &t->err), 0);
	*as_host = (struct hgw_lookup){.to = t->wants[i].route.dst.addr,
				       .type = RTN_UNICAST,
				       .table = t->wants[i].route.table,
				       .hop = t->wants[i].route.hop};
	*as_pod = *as_host;
	as_pod->iif = 3;
	t->answers[4 + i] = (struct hgw_lookup){.to = addr("10.244.0.2"),
						.from = as_host->to,
						.iif = 2,
						.type = RTN_UNICAST,
						.table = RT_TABLE_MAIN,
						.hop = {.oif = 3}};
}

static int setup(void **state)
{
	struct state *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -1;
	*state = t;
	add_link(&t->host, 2, "eth0");
	add_link(&t->host, 3, "cni0");
	add_link(&t->host, 4, "eth1");
	for (size_t i = 0; i < 3; i++) {
		t->host.links[i].mtu = 1500;
		t->links[i] = (struct hgw_link_settings){.index = (uint32_t)i + 2, .forwarding = 1};
	}
	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	add_want(t, 0, "10.244.1.0/24 via 10.0.0.1 dev 2");
	add_want(t, 1, "10.244.2.0/24 via 10.0.0.2 dev 2");
	t->own = (struct hgw_own){.dst = prefix("10.244.0.0/24"),
				  .whole = route(&t->pool, "10.244.0.0/24 dev 3 proto 2")};
	t->desired = (struct hgw_desired){.v = t->wants,
					  .n = 2,
					  .gateways = t->gateways,
					  .ngateways = 2,
					  .own = &t->own,
					  .nown = 1,
					  .entry = {2},
					  .nentry = 1,
					  .interface = ""};
	t->scope = (struct hgw_scope){RT_TABLE_MAIN, 72, true, true};
	t->settings = (struct hgw_settings){.forwarding = 1,
					    .forwarding6 = 1,
					    .gc_thresh3 = 1024,
					    .gc_thresh3_v6 = 1024,
					    .links = t->links,
					    .nlinks = 3};
	t->lookups = (struct hgw_lookups){.v = t->answers,
					  .n = 2,
					  .pod = {{.link = 3, .addr = addr("10.244.0.2")}}};
	t->on = (struct hgw_evidence){.desired = &t->desired,
				      .actual = &t->actual,
				      .host = &t->host,
				      .scope = &t->scope,
				      .pool = &t->pool,
				      .settings = &t->settings,
				      .lookups = &t->lookups};
	return 0;
}

static int teardown(void **state)
{
	struct state *t = *state;

	hgw_verdict_free(&t->verdict);
	hgw_actual_free(&t->actual);
	hgw_snapshot_free(&t->host);
	hgw_pool_free(&t->pool);
	free(t);
	return 0;
}

/* What does not pass: "fail forwarding inet 2\n", its want or family, and what it is at. */
static void verdict_is(struct state *t, const char *want)
{
	static char text[1024];
	FILE *f = fmemopen(text, sizeof(text), "w");

	assert_non_null(f);
	text[0] = '\0';
	hgw_verdict_free(&t->verdict);
	assert_int_equal(hgw_verify(&t->verdict, &t->on, &t->err), 0);
	for (size_t i = 0; i < t->verdict.n; i++) {
		const struct hgw_check *c = &t->verdict.v[i];

		if (c->status == HGW_PASS)
			continue;
		fprintf(f, "%s %s ", hgw_check_status_name(c->status), hgw_check_name(c->id));
		if (c->want != HGW_NONE)
			fprintf(f, "want %u ", c->want);
		fprintf(f, "%u\n", c->at);
	}
	fclose(f);
	assert_string_equal(text, want);
}

static void a_good_host_passes(void **state)
{
	struct state *t = *state;

	verdict_is(t, "");
	assert_int_equal(t->verdict.n, 2 * 5 + 8);
}

static void a_snapshot_tells_none_of_it(void **state)
{
	struct state *t = *state;

	t->on.settings = NULL;
	t->on.lookups = NULL;
	t->host.file = true;
	t->host.nrules = 0;
	verdict_is(t, "skip rule 0\nskip lookup 0\nskip forwarding 0\nskip rp-filter 0\n"
		      "skip neighbour-table 0\nskip mtu 0\nskip networkd 0\n");
	t->own.away = route(&t->pool, "10.244.0.128/25 via 10.0.0.9 dev 2");
	hgw_verdict_free(&t->verdict);
	assert_int_equal(hgw_verify(&t->verdict, &t->on, &t->err), 0);
	assert_int_equal(t->verdict.count[HGW_FAIL], 1);
}

static void own_is(struct state *t, struct hgw_lookup own, const char *want)
{
	t->lookups.own = &own;
	t->lookups.nown = 1;
	verdict_is(t, want);
}

/* The routes deliver it here, and a rule sends it away. */
static void the_kernel_sends_an_own_subnet_away(void **state)
{
	const struct hgw_lookup here = {.to = addr("10.244.0.2"),
					.type = RTN_UNICAST,
					.hop = {.oif = 3}};
	struct hgw_lookup away = here, refused = here;
	struct state *t = *state;

	away.hop = (struct hgw_hop){.via = addr("10.0.0.9"), .oif = 2};
	refused.errnum = EACCES;
	own_is(t, here, "");
	own_is(t, away, "fail local-subnet 0\n");
	own_is(t, refused, "fail local-subnet 0\n");
	own_is(t, (struct hgw_lookup){.errnum = EACCES}, ""); /* not asked */
}

/* What comes for a pod is not let in, or is sent on. */
static void the_kernel_sends_what_is_for_a_pod_away(void **state)
{
	struct state *t = *state;

	t->answers[5].errnum = EACCES;
	verdict_is(t, "fail lookup want 1 5\n");
	t->answers[5].errnum = EXDEV;
	verdict_is(t, "fail lookup want 1 5\n");
	t->links[0].rp_filter = 1; /* which a check of its own tells */
	verdict_is(t, "");
	t->links[0].rp_filter = 0;
	t->answers[5].errnum = 0;
	t->answers[5].hop = (struct hgw_hop){.via = addr("10.0.0.9"), .oif = 2};
	verdict_is(t, "fail lookup want 1 5\n");
	t->lookups.pod[0].idle = true;
	verdict_is(t, "");
}

static void forwarding(void **state)
{
	struct state *t = *state;

	t->links[0].forwarding = t->links[1].forwarding = 0;
	verdict_is(t, "skip lookup 3\nfail forwarding 2\nfail forwarding 3\n");
	t->settings.forwarding = 0;
	verdict_is(t, "skip lookup 3\nfail forwarding 0\n");
	/* each link was told to */
	t->links[0].forwarding = t->links[1].forwarding = 1;
	verdict_is(t, "");
	/* a host without pods need not */
	t->own.whole = (struct hgw_route){0};
	t->lookups.pod[0].link = 0;
	verdict_is(t, "warn local-subnet 0\nskip lookup 0\nwarn forwarding 0\n");
	t->settings.forwarding = HGW_UNKNOWN;
	for (size_t i = 0; i < 3; i++)
		t->links[i].forwarding = HGW_UNKNOWN;
	verdict_is(t, "warn local-subnet 0\nskip lookup 0\nskip forwarding 0\n");
}

static void lookups(void **state)
{
	struct state *t = *state;

	t->answers[1].hop.oif = 4;
	verdict_is(t, "fail lookup want 1 1\n");
	t->answers[1] = t->answers[0];
	verdict_is(t, "fail lookup want 1 1\n"); /* the gateway of another */
	t->answers[1].errnum = ENETUNREACH;
	verdict_is(t, "fail lookup want 1 1\n");
	t->answers[1].errnum = 0;
	t->answers[1].hop = t->wants[1].route.hop;
	t->answers[1].type = RTN_LOCAL;
	verdict_is(t, "fail lookup want 1 1\n");
	t->answers[1].type = RTN_UNICAST;
	t->answers[2].errnum = EXDEV;
	verdict_is(t, "fail lookup want 0 2\n");
	/* not of a bridge without pods, which the kernel may take for dead */
	t->lookups.pod[0].idle = true;
	verdict_is(t, "");
	/* of a route that is not there it is no news */
	t->answers[0].errnum = ENETUNREACH;
	t->actual.owned.v[0].hop.via = addr("10.0.0.9");
	hgw_verdict_free(&t->verdict);
	assert_int_equal(hgw_verify(&t->verdict, &t->on, &t->err), 0);
	assert_int_equal(t->verdict.count[HGW_FAIL], 1);
}

/* Of the second want's parts: one that goes its way, and one that a rule of priority 9 is about. */
static void a_rule_may_be_about_a_part_of_a_subnet(void **state)
{
	struct state *t = *state;
	struct hgw_lookup answers[10];
	struct hgw_part parts[] = {{.want = 1, .priority = 8}, {.want = 1, .priority = 9}};
	struct hgw_lookup *as_host = &answers[8], *as_pod = &answers[9];

	memcpy(answers, t->answers, sizeof(t->answers));
	for (size_t i = 0; i < 2; i++) {
		answers[6 + 2 * i] = t->answers[1];
		answers[7 + 2 * i] = t->answers[3];
	}
	t->lookups.v = answers;
	t->lookups.parts = parts;
	t->lookups.nparts = 2;
	verdict_is(t, "");
	as_host->errnum = EHOSTUNREACH;
	verdict_is(t, "fail lookup want 1 8\n");
	assert_int_equal(hgw_lookups_part(&t->lookups, 8)->priority, 9);
	assert_null(hgw_lookups_part(&t->lookups, 5));
	as_host->errnum = 0;
	as_pod->hop.oif = 4;
	verdict_is(t, "fail lookup want 1 9\n");
	assert_int_equal(hgw_lookups_part(&t->lookups, 9)->priority, 9);
	/* that all of it goes astray is more */
	answers[1].errnum = ENETUNREACH;
	verdict_is(t, "fail lookup want 1 1\n");
	answers[1].errnum = 0;
	t->lookups.pod[0].link = 0;
	verdict_is(t, "skip lookup 0\n");
	parts[1].want = 2; /* of another */
	t->lookups.pod[0].link = 3;
	verdict_is(t, "");
}

static void a_part_of_what_is_led_to_another_table(void **state)
{
	struct state *t = *state;
	struct hgw_lookup answers[8];
	struct hgw_part part = {.want = 1, .priority = 9};

	t->scope.table = 100;
	t->host.rules[0].table = 100;
	for (size_t i = 0; i < 2; i++) {
		t->wants[i].route.table = t->actual.owned.v[i].table = 100;
		t->answers[i].table = t->answers[2 + i].table = 100;
	}
	memcpy(answers, t->answers, sizeof(t->answers));
	answers[6] = t->answers[1];
	answers[7] = t->answers[3];
	t->lookups.v = answers;
	t->lookups.parts = &part;
	t->lookups.nparts = 1;
	verdict_is(t, "");
	answers[6].errnum = EHOSTUNREACH;
	verdict_is(t, "fail lookup want 1 6\n");
	answers[1].errnum = ENETUNREACH; /* this host itself is not meant, in all of it */
	verdict_is(t, "");
}

static void rules_of_another_table_may_mean_other_packets(void **state)
{
	struct state *t = *state;

	t->scope.table = 100;
	t->host.rules[0].table = 100;
	for (size_t i = 0; i < 2; i++) {
		t->wants[i].route.table = t->actual.owned.v[i].table = 100;
		t->answers[i].table = t->answers[2 + i].table = 100;
	}
	verdict_is(t, "");
	t->answers[0].errnum = ENETUNREACH; /* pods alone are led there */
	verdict_is(t, "");
	t->answers[2].errnum = ENETUNREACH;
	verdict_is(t, "skip lookup 3\n");
	t->answers[0].errnum = 0;
	t->answers[0].table = RT_TABLE_MAIN;
	t->answers[0].hop.via = addr("10.0.0.9");
	verdict_is(t, "skip lookup 3\n");
	/* in the table itself it goes elsewhere */
	t->answers[2].errnum = 0;
	t->answers[2].hop.via = addr("10.0.0.9");
	verdict_is(t, "fail lookup want 0 2\n");
}

static void rp_filter(void **state)
{
	struct state *t = *state;

	t->wants[1].route.hop.oif = t->actual.owned.v[1].hop.oif = 4;
	t->answers[1].hop.oif = t->answers[3].hop.oif = 4;
	verdict_is(t, "");
	t->links[0].rp_filter = 1;
	verdict_is(t, "fail rp-filter want 1 2\n");
	t->settings.rp_filter = 2; /* the greater of both holds */
	verdict_is(t, "");
	t->links[0].rp_filter = 0;
	t->settings.rp_filter = 1;
	verdict_is(t, "fail rp-filter want 1 2\n");
	t->desired.nentry = 0;
	verdict_is(t, "skip rp-filter 0\n");
	t->desired.nentry = 1;
	t->settings.rp_filter = HGW_UNKNOWN;
	verdict_is(t, "skip rp-filter 0\n");
}

static void neighbour_table(void **state)
{
	struct state *t = *state;

	t->settings.gc_thresh3 = 2;
	verdict_is(t, "fail neighbour-table 0\n");
	t->settings.gc_thresh3 = 3;
	verdict_is(t, "warn neighbour-table 0\n");
	t->settings.gc_thresh3 = 5;
	verdict_is(t, "");
	t->settings.gc_thresh3_v6 = 0;
	verdict_is(t, "");
	t->settings.gc_thresh3 = HGW_UNKNOWN;
	verdict_is(t, "skip neighbour-table 0\n");
}

static void mtu(void **state)
{
	struct state *t = *state;

	t->wants[0].route.mtu = t->actual.owned.v[0].mtu = 1500;
	verdict_is(t, "");
	t->wants[0].route.mtu = t->actual.owned.v[0].mtu = 1501;
	verdict_is(t, "fail mtu want 0 2\n");
	t->host.links[0].mtu = 9000;
	verdict_is(t, "");
	t->host.links[1].mtu = 9001;
	verdict_is(t, "warn mtu 2\n");
	t->host.links[0].mtu = t->host.links[1].mtu = 0; /* not known */
	verdict_is(t, "");
}

static void networkd(void **state)
{
	struct state *t = *state;

	t->settings.networkd = HGW_NETWORKD_KEEPS;
	verdict_is(t, "");
	t->settings.networkd = HGW_NETWORKD_UNKNOWN;
	verdict_is(t, "skip networkd 0\n");
	t->settings.networkd = HGW_NETWORKD_DELETES;
	verdict_is(t, "warn networkd 2\n");
	t->links[0].unmanaged = true;
	verdict_is(t, "");
}

static void a_warning_fails_when_strict(void **state)
{
	struct state *t = *state;

	t->settings.networkd = HGW_NETWORKD_DELETES;
	assert_int_equal(hgw_verify(&t->verdict, &t->on, &t->err), 0);
	assert_int_equal(t->verdict.count[HGW_FAIL], 0);
	assert_int_equal(t->verdict.count[HGW_WARN], 1);
	hgw_verdict_free(&t->verdict);
	t->verdict.strict = true;
	assert_int_equal(hgw_verify(&t->verdict, &t->on, &t->err), 0);
	assert_int_equal(t->verdict.count[HGW_FAIL], 1);
}

static void what_a_route_can_be_the_cause_of(void **state)
{
	static const enum hgw_check_id ids[] = {HGW_CHECK_ROUTE,    HGW_CHECK_ONLINK,
						HGW_CHECK_SHADOWED, HGW_CHECK_LINK,
						HGW_CHECK_LOOKUP,   HGW_CHECK_NEIGHBOUR};
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(ids); i++)
		assert_true(hgw_check_is_of_routes(ids[i]));
	for (unsigned id = 0; id < HGW_NCHECKS; id++)
		n += hgw_check_is_of_routes((enum hgw_check_id)id);
	assert_int_equal(n, HGW_ARRAY_LEN(ids));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_good_host_passes),
		TEST(a_snapshot_tells_none_of_it),
		TEST(the_kernel_sends_an_own_subnet_away),
		TEST(the_kernel_sends_what_is_for_a_pod_away),
		TEST(forwarding),
		TEST(lookups),
		TEST(a_rule_may_be_about_a_part_of_a_subnet),
		TEST(a_part_of_what_is_led_to_another_table),
		TEST(rules_of_another_table_may_mean_other_packets),
		TEST(rp_filter),
		TEST(neighbour_table),
		TEST(mtu),
		TEST(networkd),
		TEST(a_warning_fails_when_strict),
		TEST(what_a_route_can_be_the_cause_of),
	};

	return cmocka_run_group_tests_name("verify_host", tests, NULL, NULL);
}
