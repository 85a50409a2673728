/* SPDX-License-Identifier: MIT */
/* What an apply leaves behind: what was asked for, and all that is somebody else's. */
#include "apply_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define IN4(gateway) ME "- {name: a, address: " gateway ", subnets: [10.1.0.0/24]}\n"
#define A(list)	     ME "- {name: a, addresses: [" list "], subnets: [10.1.0.0/24, 'fd01::/64']}\n"

/* --- Done, and nothing else ---------------------------------------------------- */

/* Routes that others, and our own protocol, come by between two runs. */
static void meddle(struct dice *d)
{
	static const char *const deeds[][2] = {
		{"replace 10.1.", ".0/24 via 10.0.0.200 proto 73 metric 2000000"},
		{"replace 10.1.", ".128/25 via 10.0.1.200 proto 73"},
		{"replace 10.1.", ".0/24 via 10.0.1.200 proto 73 tos 0x10"},
		{"replace fd01:", "::/64 via fd00::200 dev v0 proto 73 metric 5000"},
		{"replace fd01:", ":0:0:1::/80 via fd00:1::200 dev v1 proto 73"},
		{"replace 10.1.", ".0/24 via 10.0.1.20 proto 73 table 1000"},
		{"replace 10.2.", ".0/24 via 10.0.0.9 proto 72"},
		{"replace 10.1.", ".0/24 via 10.0.1.9 proto 72 metric 33 mtu lock 1250"},
		{"replace fd02:", "::/64 proto 72 nexthop via fd00::9 nexthop via fd00:1::9"},
		{"append fd01:", "::/64 via fd00::9 proto 72 metric 70"},
		{"flush 10.1.", ".0/24 proto 72"},
	};

	for (unsigned i = 0; i < 6; i++) {
		const char *const *deed = deeds[roll(d, HGW_ARRAY_LEN(deeds))];

		/* One that is there already is no fault. */
		testns_sh("ip route %s%u%s 2>/dev/null || true", deed[0], roll(d, 10), deed[1]);
	}
}

static void after_an_apply_the_plan_is_empty_and_foreign_routes_are_as_they_were(void **state)
{
	struct run *t = *state;
	struct dice d = {2024};
	size_t changes = 0;

	run_begin();
	for (int i = 0; i < 40; i++) {
		char *nodes = chance_nodes(&d), *foreign;

		meddle(&d);
		foreign = foreign_routes();
		run_plan(t, nodes);
		changes += hgw_plan_changes(&t->plan);
		run_ok(t, run_apply(t));
		assert_int_equal(t->result.gone, 0);
		assert_int_equal(t->result.failed, SIZE_MAX);
		run_plan(t, nodes);
		if (hgw_plan_changes(&t->plan) != 0)
			fail_msg("round %d: %zu changes left of\n%s", i, hgw_plan_changes(&t->plan),
				 nodes);
		assert_same(foreign_routes, foreign);
		free(foreign);
		free(nodes);
	}
	assert_true(changes > 400);
}

static void applying_nothing_writes_nothing(void **state)
{
	struct run *t = *state;

	run_begin();
	run_apply_all(t, A("10.0.0.2, 'fd00::2'"));
	assert_int_equal(t->writes.n, 0);
	assert_int_equal(t->plan.unchanged, 2);
	run_ok(t, run_apply(t));
	run_plan(t, A("10.0.0.2, 'fd00::2'"));
	assert_int_equal(t->plan.unchanged, 2);
}

static void several_entries_of_ours_under_a_key_become_the_one_wanted(void **state)
{
	struct run *t = *state;

	run_begin();
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.9 proto 72\n"
		  "ip route append 10.1.0.0/24 via 10.0.0.8 proto 72\n"
		  "ip route append 10.1.0.0/24 via 10.0.0.7 proto 72\n"
		  "ip route add 10.1.1.0/24 via 10.0.0.9 proto 72\n"
		  "ip route append 10.1.1.0/24 via 10.0.0.2 proto 72\n"
		  "ip route append 10.1.1.0/24 via 10.0.0.7 proto 72\n"
		  "ip route append 10.1.0.0/24 via 10.0.0.6 proto 72\n");
	run_apply_all(t, ME "- {name: a, address: 10.0.0.2, subnets: [10.1.0.0/24, 10.1.1.0/24]}");
	assert_prints("10.1.0.0/24 via 10.0.0.2 dev v0\n10.1.1.0/24 via 10.0.0.2 dev v0\n",
		      "ip -N route show proto 72");
	/* That it is the right one that stays: to the kernel it is the mtu that tells. */
	testns_sh("ip route add 10.1.2.0/24 via 10.0.0.2 proto 72 mtu 1400\n"
		  "ip route append 10.1.2.0/24 via 10.0.0.2 proto 72\n");
	run_apply_all(t, ME "- {name: a, address: 10.0.0.2, subnets: [10.1.2.0/24], mtu: 1400}\n");
	assert_prints("10.1.2.0/24 via 10.0.0.2 dev v0 mtu 1400\n", "ip -N route show proto 72");
}

static void a_flush_takes_ours_of_both_families_and_no_other(void **state)
{
	struct run *t = *state;
	char *before;

	run_begin();
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.9 proto 73\n"
		  "ip route add 10.1.0.0/24 via 10.0.0.9 proto 72 table 1000\n"
		  "ip route add fd01::/64 via fd00::9 proto 73");
	before = all_routes();
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.9 proto 72 metric 5\n"
		  "ip route add 10.2.0.0/24 proto 72 nexthop via 10.0.0.9 nexthop via 10.0.0.8\n"
		  "ip route add blackhole 10.3.0.0/24 proto 72\n"
		  "ip route add fd02::/64 via fd00::9 proto 72\n"
		  "ip route add fd03::/64 proto 72 nexthop via fd00::9 nexthop via fd00:1::9\n");
	run_apply_all(t, NULL);
	assert_same(all_routes, before);
	free(before);
}

/* --- Foreign members of an IPv6 group -------------------------------------------- */

#define GROUP                                                                                      \
	"ip route add fd01::/64 via fd00::2 dev v0 proto 72\n"                                     \
	"ip route append fd01::/64 via fd00::9 dev v0 proto 73"
#define FOREIGN_HOP "fd01::/64 via fd00::9 dev v0 proto 73 metric 1024 pref medium\n"

static void a_foreign_hop_in_a_group_survives_its_delete(void **state)
{
	struct run *t = *state;

	run_begin();
	testns_sh(GROUP);
	run_plan(t, NULL);
	run_ok(t, run_apply(t));
	assert_int_equal(t->result.gone, 1);
	assert_prints(FOREIGN_HOP, "ip -N -6 route show to fd01::/64");
}

static void a_foreign_hop_in_a_group_survives_a_change(void **state)
{
	struct run *t = *state;

	run_begin();
	testns_sh(GROUP);
	run_plan(t, ME "- {name: a, address: 'fd00:1::3', subnets: ['fd01::/64']}");
	assert_int_equal(t->plan.count[HGW_OP_REPLACE], 1);
	run_ok(t, run_apply(t));
	assert_int_equal(t->result.gone, 1);
	assert_prints("fd01::/64 proto 73 metric 1024 pref medium\n"
		      "\tnexthop via fd00::9 dev v0 weight 1\n"
		      "\tnexthop via fd00:1::3 dev v1 weight 1\n",
		      "ip -N -6 route show to fd01::/64");
	testns_sh("ip route del fd01::/64 via fd00:1::3 dev v1 proto 72");
	assert_prints(FOREIGN_HOP, "ip -N -6 route show to fd01::/64");
}

static void a_foreign_hop_in_a_group_survives_a_change_of_mtu(void **state)
{
	struct run *t = *state;

	run_begin();
	testns_sh(GROUP);
	run_plan(t, ME "- {name: a, address: 'fd00::2', subnets: ['fd01::/64'], mtu: 1400}");
	run_ok(t, run_apply(t));
	testns_sh("ip route del fd01::/64 via fd00::2 dev v0 proto 72");
	assert_prints(FOREIGN_HOP, "ip -N -6 route show to fd01::/64");
}

/* --- Others at the same time ------------------------------------------------------ */

/* After reading, before writing: deeds. The apply fails, and but for the deeds changed nothing. */
static void assert_gives_way(struct run *t, const char *nodes, const char *deeds, const char *msg)
{
	char *before;

	run_plan(t, nodes);
	testns_sh("%s", deeds);
	before = all_routes();
	run_apply_fails(t, HGW_FAILED);
	assert_string_equal(t->err.msg, msg);
	assert_same(all_routes, before);
	free(before);
}

#define IN_FRONT "another program put a route in front of one that is to change"

static void a_foreign_route_that_would_come_into_force_by_a_change_ends_it(void **state)
{
	struct run *t = *state;

	run_begin();
	run_apply_all(t, IN4("10.0.0.2"));
	assert_gives_way(t, IN4("10.0.0.3"), "ip route append 10.1.0.0/24 via 10.0.0.9 proto 73",
			 IN_FRONT);
	assert_prints("10.1.0.0/24 via 10.0.0.2 dev v0 proto 72\n"
		      "10.1.0.0/24 via 10.0.0.9 dev v0 proto 73\n",
		      "ip -N route show to 10.1.0.0/24");
}

static void a_foreign_route_that_came_to_stand_in_front_ends_a_change(void **state)
{
	struct run *t = *state;

	run_begin();
	/* More than the kernel answers at once. */
	testns_sh("seq 0 2999 | awk '{ printf \"route add 10.64.%%d.%%d via 10.0.0.2 proto 73\\n\","
		  " $1 / 256, $1 %% 256 }' | ip -batch -");
	run_apply_all(t, IN4("10.0.0.2"));
	assert_gives_way(t, IN4("10.0.0.3"), "ip route prepend 10.1.0.0/24 via 10.0.0.9 proto 73",
			 IN_FRONT);
}

static void a_route_that_somebody_else_replaced_ends_its_change(void **state)
{
	struct run *t = *state;

	run_begin();
	run_apply_all(t, IN4("10.0.0.2"));
	run_plan(t, IN4("10.0.0.3"));
	testns_sh("ip route replace 10.1.0.0/24 via 10.0.0.9 proto 73");
	run_apply_fails(t, HGW_FAILED);
	assert_string_equal(t->err.msg, IN_FRONT);
	/* Behind it is what was there when the plan was made. */
	assert_prints("10.1.0.0/24 via 10.0.0.9 dev v0 proto 73\n"
		      "10.1.0.0/24 via 10.0.0.2 dev v0 proto 72\n",
		      "ip -N route show to 10.1.0.0/24");
}

static void a_delete_that_finds_nothing_is_counted_and_no_failure(void **state)
{
	struct run *t = *state;

	run_begin();
	run_apply_all(t, A("10.0.0.2, 'fd00::2'"));
	run_plan(t, NULL);
	testns_sh("ip route replace 10.1.0.0/24 via 10.0.0.9 proto 73; ip route del fd01::/64");
	run_ok(t, run_apply(t));
	assert_int_equal(t->result.gone, 2);
	assert_prints("10.1.0.0/24 via 10.0.0.9 dev v0 proto 73\n",
		      "ip -N route show to 10.1.0.0/24");
}

/* --- No moment without a route ------------------------------------------------------ */

enum { SUBNETS = 4 };

struct tally {
	unsigned long lookups, misses;
};

/* To connect a datagram socket is to look a route up, and takes no lock. */
static bool reachable(int fd4, int fd6, int i)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(9)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)};

	in.sin_addr.s_addr = htonl(0x0a010001U | (uint32_t)i << 8);
	in6.sin6_addr.s6_addr[0] = 0xfd;
	in6.sin6_addr.s6_addr[1] = 1;
	in6.sin6_addr.s6_addr[3] = (uint8_t)i;
	in6.sin6_addr.s6_addr[15] = 1;
	return connect(fd4, (struct sockaddr *)&in, sizeof(in)) == 0 &&
	       connect(fd6, (struct sockaddr *)&in6, sizeof(in6)) == 0;
}

/* Looks up all the time until the other end of stop is closed, and tells the tally. */
static pid_t start_lookups(int stop[static 2], int told[static 2])
{
	pid_t pid;

	assert_int_equal(pipe2(stop, O_NONBLOCK | O_CLOEXEC), 0);
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid != 0) {
		close(stop[0]);
		close(told[1]);
		return pid;
	}
	close(stop[1]);
	int fd4 = socket(AF_INET, SOCK_DGRAM, 0), fd6 = socket(AF_INET6, SOCK_DGRAM, 0);
	struct tally tally = {0};
	char c;

	while (read(stop[0], &c, 1) < 0 && errno == EAGAIN)
		for (int i = 0; i < 256; i++, tally.lookups++)
			tally.misses += !reachable(fd4, fd6, i % SUBNETS);
	_exit(write(told[1], &tally, sizeof(tally)) != sizeof(tally));
}

static struct tally stop_lookups(pid_t pid, const int stop[static 2], const int told[static 2])
{
	struct tally tally;
	int status;

	close(stop[1]);
	assert_int_equal(read(told[0], &tally, sizeof(tally)), sizeof(tally));
	close(told[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	return tally;
}

static void no_destination_is_without_a_route_while_routes_change(void **state)
{
	static const char *const ways[] = {
		"[10.0.0.2, 'fd00::2']",
		"[10.0.1.3, 'fd00:1::3']",
		"[10.0.0.2, 10.0.1.2, 'fd00::2', 'fd00:1::2']",
		"[10.0.0.3, 10.0.1.2, 'fd00::3', 'fd00:1::2'], mtu: 1400",
		"[10.0.1.2, 'fd00:1::2'], mtu: 1300",
		"[10.0.1.2, 'fd00:1::2'], metric: spread",
		"[10.0.1.2, 'fd00:1::2'], metric: 70",
		"['fd00:1::2', 'fd00::2'], onlink: true",
		"['fd00::2']",
	};
	struct run *t = *state;
	struct tally tally;
	int stop[2], told[2];
	pid_t pid = 0;

	run_begin();
	for (int i = 0; i <= 200; i++) {
		char nodes[512];

		snprintf(nodes, sizeof(nodes),
			 ME "- {name: a, addresses: %s, subnets: [10.1.0.0/24, 10.1.1.0/24, "
			    "10.1.2.0/24, 10.1.3.0/24, 'fd01::/64', 'fd01:1::/64', 'fd01:2::/64', "
			    "'fd01:3::/64']}\n",
			 ways[i % (int)HGW_ARRAY_LEN(ways)]);
		run_plan(t, nodes);
		assert_true(t->writes.n >= 2UL * SUBNETS);
		run_ok(t, run_apply(t));
		if (i == 0)
			pid = start_lookups(stop, told);
	}
	tally = stop_lookups(pid, stop, told);
	assert_true(tally.lookups >= 10000);
	assert_int_equal(tally.misses, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(after_an_apply_the_plan_is_empty_and_foreign_routes_are_as_they_were),
		RUN_TEST(applying_nothing_writes_nothing),
		RUN_TEST(several_entries_of_ours_under_a_key_become_the_one_wanted),
		RUN_TEST(a_flush_takes_ours_of_both_families_and_no_other),
		RUN_TEST(a_foreign_hop_in_a_group_survives_its_delete),
		RUN_TEST(a_foreign_hop_in_a_group_survives_a_change),
		RUN_TEST(a_foreign_hop_in_a_group_survives_a_change_of_mtu),
		RUN_TEST(a_foreign_route_that_would_come_into_force_by_a_change_ends_it),
		RUN_TEST(a_foreign_route_that_came_to_stand_in_front_ends_a_change),
		RUN_TEST(a_route_that_somebody_else_replaced_ends_its_change),
		RUN_TEST(a_delete_that_finds_nothing_is_counted_and_no_failure),
		RUN_TEST(no_destination_is_without_a_route_while_routes_change),
	};

	return cmocka_run_group_tests_name("apply", tests, testns_setup, NULL);
}
