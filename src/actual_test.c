/* SPDX-License-Identifier: MIT */
/* What is read of the kernel before a plan: all of it, or no more than ours. */
#include "apply_test.h"

#define A(list)                                                                                    \
	ME "- {name: a, addresses: [" list "], subnets: [10.1.0.0/24, 10.1.1.0/24, "               \
	   "'fd01::/64']}\n"
#define BOTH "10.0.0.2, 'fd00::2'"

/* Reads anew, quickly, and makes the plan; whether that was settled. */
static bool quick_plan(struct run *t, const char *nodes)
{
	int rc;

	run_reset(t);
	run_load(t, nodes);
	t->scope = (struct hgw_scope){.table = t->inv.table ? t->inv.table : RT_TABLE_MAIN,
				      .protocol = OURS,
				      .inet = true,
				      .inet6 = true};
	run_ok(t, hgw_kernel_open(&t->kernel, NULL, &t->err));
	run_ok(t, hgw_kernel_snapshot(t->kernel, &t->host, &t->err));
	run_ok(t, hgw_desired_build(&t->desired, &t->inv, t->self, &t->scope, &t->host, &t->pool,
				    &t->err));
	rc = hgw_actual_read_unless_settled(&t->actual, t->kernel, &t->scope, &t->desired, &t->host,
					    &t->pool, &t->err);
	assert_true(rc >= 0);
	if (rc == 0)
		hgw_desired_resolve(&t->desired, &t->host, &t->pool);
	run_ok(t, hgw_plan_build(&t->plan, &t->desired, &t->actual, &t->policy, &t->pool, &t->err));
	return rc > 0;
}

static void assert_settled(struct run *t, const char *nodes, bool settled)
{
	assert_int_equal(quick_plan(t, nodes), settled);
	if (!settled)
		return;
	assert_int_equal(t->plan.n, 0);
	assert_int_equal(t->plan.unchanged, t->desired.n);
	assert_int_equal(t->actual.foreign.n, 0);
}

static void with_nothing_to_do_nothing_of_others_is_read(void **state)
{
	struct run *t = *state;

	run_begin();
	/* As every host has it: a network on each link, in which no gateway can be. */
	testns_sh("ip addr add fe80::1/64 dev v0 nodad; ip addr add fe80::2/64 dev v1 nodad");
	assert_settled(t, A(BOTH), false);
	run_apply_all(t, A(BOTH));
	assert_settled(t, A(BOTH), true);
	/* Also where others have routes beside ours: those are for verify to judge. */
	testns_sh("ip route append 10.1.0.0/24 via 10.0.0.9 proto 73\n"
		  "ip route add 10.1.1.0/24 via 10.0.0.9 proto 73 metric 7\n"
		  "ip route add fd01::/64 via fd00::9 proto 73 metric 7");
	assert_settled(t, A(BOTH), true);
}

static void whatever_is_not_as_desired_is_found(void **state)
{
	static const char *const deeds[][2] = {
		{"ip route del 10.1.1.0/24 proto 72",
		 "ip route add 10.1.1.0/24 via 10.0.0.2 proto 72"},
		{"ip route add 10.7.0.0/24 via 10.0.0.2 proto 72", "ip route del 10.7.0.0/24"},
		{"ip route add fd07::/64 via fd00::2 proto 72", "ip route del fd07::/64"},
		{"ip route change 10.1.0.0/24 via 10.0.0.3 proto 72",
		 "ip route change 10.1.0.0/24 via 10.0.0.2 proto 72"},
		{"ip route change 10.1.0.0/24 via 10.0.0.2 proto 72 mtu 1400",
		 "ip route change 10.1.0.0/24 via 10.0.0.2 proto 72"},
		{"ip route append 10.1.0.0/24 via 10.0.1.2 proto 72",
		 "ip route del 10.1.0.0/24 via 10.0.1.2 proto 72"},
		{"ip route del fd01::/64; ip route add fd01::/64 via fd00::2 proto 72 metric 7",
		 "ip route del fd01::/64; ip route add fd01::/64 via fd00::2 proto 72"},
		/* by another device, which its gateway is not behind; one more network of the same
		 */
		{"ip route change 10.1.0.0/24 via 10.0.0.2 dev v1 onlink proto 72",
		 "ip route change 10.1.0.0/24 via 10.0.0.2 dev v0 proto 72"},
		{"ip addr add 10.0.0.200/24 dev v1", "ip addr del 10.0.0.200/24 dev v1"},
		{"ip addr add 10.0.0.2/24 dev v0", "ip addr del 10.0.0.2/24 dev v0"},
	};
	struct run *t = *state;

	run_begin();
	run_apply_all(t, A(BOTH));
	for (size_t i = 0; i < HGW_ARRAY_LEN(deeds); i++) {
		testns_sh("%s", deeds[i][0]);
		if (quick_plan(t, A(BOTH)))
			fail_msg("settled after: %s", deeds[i][0]);
		testns_sh("%s", deeds[i][1]);
		assert_settled(t, A(BOTH), true);
	}
	assert_settled(t, A("10.0.0.3, 'fd00::2'"), false);
	assert_settled(t, "network: {metric: 7}\nnodes:\n" A(BOTH), false);
	assert_settled(t, "network: {interface: v1, onlink: true}\nnodes:\n" A(BOTH), false);
	assert_settled(t, A("10.0.7.2, 'fd00::2'"), false);
	assert_int_equal(t->desired.v[0].reach, HGW_REACH_NO_ROUTE);
}

/* A line for each change, and for each gateway that cannot be used. */
static char *plan_text(struct run *t)
{
	struct hgw_view view = {.host = &t->host, .pool = &t->pool};
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	for (size_t i = 0; i < t->plan.n; i++) {
		const struct hgw_change *c = &t->plan.v[i];

		fprintf(f, "%d ", (int)c->op);
		hgw_print_route(f, &view, &c->before);
		hgw_print_route(f, &view, &c->after);
		fputc('\n', f);
	}
	for (size_t i = 0; i < t->desired.n; i++)
		if (t->desired.v[i].reach != HGW_REACH_OK)
			fprintf(f, "%zu: %d\n", i, (int)t->desired.v[i].reach);
	fclose(f);
	return text;
}

static void full_plan(struct run *t, const char *nodes)
{
	quick_plan(t, nodes);
	hgw_plan_free(&t->plan);
	hgw_actual_free(&t->actual);
	run_ok(t,
	       hgw_actual_read(&t->actual, t->kernel, &t->scope, &t->desired, &t->pool, &t->err));
	hgw_desired_resolve(&t->desired, &t->host, &t->pool);
	run_ok(t, hgw_plan_build(&t->plan, &t->desired, &t->actual, &t->policy, &t->pool, &t->err));
}

static void the_plan_is_that_of_all_routes(void **state)
{
	static const char *const deeds[][2] = {
		{"route replace 10.1.", ".0/24 via 10.0.0.200 proto 73"},
		{"route append 10.1.", ".0/24 via 10.0.0.201 proto 73"},
		{"route replace 10.1.", ".0/24 via 10.0.1.9 proto 72"},
		{"route replace fd01:", "::/64 via fd00::200 dev v0 proto 73 metric 9"},
		{"route replace 10.0.0.1", "/32 via 10.0.1.200 proto 73"},
		{"route replace 10.0.1.1", "/32 dev v1 proto 73"},
		{"route flush 10.1.", ".0/24"},
	};
	struct run *t = *state;
	struct dice d = {99};
	size_t settled = 0;

	run_begin();
	for (int i = 0; i < 60; i++) {
		char *nodes = chance_nodes(&d), *quick, *full;

		if (i % 2 == 0)
			testns_sh("ip route flush proto 73; ip -6 route flush proto 73");
		for (unsigned n = roll(&d, 4); n > 0; n--) {
			const char *const *deed = deeds[roll(&d, HGW_ARRAY_LEN(deeds))];

			testns_sh("ip %s%u%s 2>/dev/null || true", deed[0], roll(&d, 10), deed[1]);
		}
		for (int again = 0; again < 2; again++) {
			bool all = !quick_plan(t, nodes);

			settled += !all;
			quick = plan_text(t);
			full_plan(t, nodes);
			full = plan_text(t);
			if (all)
				assert_string_equal(quick, full);
			else
				assert_int_equal(hgw_plan_changes(&t->plan), 0);
			free(quick);
			free(full);
			/* The next time there may be nothing to do. */
			if (t->plan.count[HGW_OP_CONFLICT] > 0)
				break;
			run_ok(t, hgw_writes_build(&t->writes, &t->plan, &t->pool, &t->err));
			run_ok(t, run_apply(t));
		}
		free(nodes);
	}
	assert_true(settled >= 10);
	assert_true(settled <= 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(with_nothing_to_do_nothing_of_others_is_read),
		RUN_TEST(whatever_is_not_as_desired_is_found),
		RUN_TEST(the_plan_is_that_of_all_routes),
	};

	return cmocka_run_group_tests_name("actual", tests, testns_setup, NULL);
}
