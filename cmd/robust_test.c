/* SPDX-License-Identifier: MIT */
/* Several at once, interrupted, killed: what is there afterwards. */
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "hgw/lock.h"
#include "process_test.h"

#ifdef __SANITIZE_ADDRESS__ /* all of it is ten times slower, and looked at for other things */
enum { ROUNDS = 10, KILLS = 20 };
#else
enum { ROUNDS = 100, KILLS = 200 };
#endif
enum { MANY = 5000, WRITERS = 8 };

/* Nodes of which each has a lot of subnets: many routes, few gateways. */
static void write_many(const char *path, unsigned gateway, unsigned first, unsigned n)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs("nodes:\n" ME "- {name: n2, address: ", f);
	fprintf(f, "10.0.0.%u, subnets: [", gateway);
	for (unsigned i = first; i < first + n; i++)
		fprintf(f, "%s10.%u.%u.0/24", i > first ? ", " : "", 100 + i / 256, i % 256);
	fputs("]}\n", f);
	assert_int_equal(fclose(f), 0);
}

/* What the routes are once this inventory was applied. */
static char *routes_of(const char *path)
{
	testns_sh("%s apply -q --max-delete 100%% %s >/run/out", hgw_binary(), path);
	return all_routes();
}

/* --- Several at once ------------------------------------------------------------ */

static void wait_for_writers(const pid_t *pids)
{
	for (unsigned i = 0; i < WRITERS; i++)
		assert_int_equal(process_end(pids[i]), 0);
}

static bool is_one_of(char *const *texts, const char *now)
{
	for (unsigned i = 0; i < WRITERS; i++)
		if (strcmp(texts[i], now) == 0)
			return true;
	return false;
}

/*
 * What they have in common, what each has alone, what several have by different
 * gateways: an interleaving of any two is none of the eight.
 */
static void one_writer_at_a_time(void **state)
{
	char *texts[WRITERS];
	char args[128];

	(void)state;
	process_begin();
	testns_sh("ip route add 10.250.0.0/16 via 10.0.0.9 proto static");
	for (unsigned i = 0; i < WRITERS; i++) {
		snprintf(args, sizeof(args), "/run/inv%u", i);
		write_many(args, 20 + i, 3 * i, 20 + i);
		texts[i] = routes_of(args);
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		pid_t pids[WRITERS];
		char *now;

		for (unsigned i = 0; i < WRITERS; i++) {
			snprintf(args, sizeof(args),
				 "apply -q --lock-timeout 60 --max-delete 100%% /run/inv%u", i);
			pids[i] = hgw_start(args);
		}
		wait_for_writers(pids);
		now = all_routes();
		if (!is_one_of(texts, now))
			fail_msg("round %u: a mixture:\n%s", round, now);
		free(now);
	}
	for (unsigned i = 0; i < WRITERS; i++)
		free(texts[i]);
}

static void readers_need_no_lock(void **state)
{
	struct hgw_lock lock;
	struct hgw_err err;
	char text[64];

	(void)state;
	process_begin();
	hgw_is("apply /run/inv.yaml", 0, NULL);
	assert_int_equal(hgw_lock_take(&lock, 0, &err), 0);
	hgw_is("plan --exit-code /run/inv.yaml", 0, NULL);
	hgw_is("show", 0, NULL);
	hgw_is("verify /run/inv.yaml", 0, NULL);
	hgw_is("apply --dry-run /run/inv.yaml", 0, NULL);
	hgw_is("flush --dry-run", 0, NULL);
	snprintf(text, sizeof(text), "another hgw (process %ld)", (long)getpid());
	hgw_is("apply --lock-timeout 0 /run/inv.yaml", 75, text);
	hgw_is("apply --lock-timeout 0 --confirm", 75, text);
	hgw_is("flush --lock-timeout 0 -o json", 75, text);
	json_decref(output_document("hgw.flush/1"));
	hgw_lock_release(&lock);
	hgw_is("flush --lock-timeout 0", 0, NULL);
}

/* --- Interrupted ----------------------------------------------------------------- */

/* A host with MANY routes of ours, that are all to be changed; and some of others. */
static char *many_host(void)
{
	char *before;

	process_begin();
	testns_sh("ip route add 10.250.0.0/16 via 10.0.0.9 proto static\n"
		  "ip route add 10.101.1.0/24 via 10.0.0.9 proto static metric 50 advmss 1234\n"
		  "ip route add 10.100.7.128/25 via 10.0.0.9 proto static");
	write_many("/run/old", 20, 0, MANY);
	write_many("/run/inv.yaml", 21, 500, MANY);
	before = routes_of("/run/old");
	return before;
}

/* A socket to which the kernel says each change of a route. */
static int watch_routes(void)
{
	struct sockaddr_nl here = {.nl_family = AF_NETLINK,
				   .nl_groups = RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE};
	int size = 1 << 24, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	assert_true(fd >= 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	assert_int_equal(bind(fd, (struct sockaddr *)&here, sizeof(here)), 0);
	return fd;
}

/*
 * Starts hgw and sends it a signal once it has made so many changes; false: it
 * had ended before.
 */
static bool interrupt(const char *args, unsigned changes, int number, int *status)
{
	int fd = watch_routes();
	pid_t pid = hgw_start(args);
	bool running = true;
	char byte;

	while (changes > 0 && running) {
		struct pollfd p = {.fd = fd, .events = POLLIN};

		if (poll(&p, 1, 20) > 0)
			changes -= recv(fd, &byte, 1, 0) > 0; /* the rest of it is let go */
		else
			running = !process_ended(pid);
	}
	kill(pid, number);
	*status = process_end(pid);
	close(fd);
	return running;
}

/*
 * At moments all over it: before it has begun to write the default action of
 * the signal ends it, then it is undone or ignored, and never half done.
 * Returns how often it was undone, or (ignored) done in spite of the signal.
 */
static unsigned count_hits(int number, bool ignored)
{
	char *before = many_host(), *after = routes_of("/run/inv.yaml");
	unsigned hits = 0;

	for (unsigned i = 0; i < 10; i++) {
		int status;
		bool running;

		hgw_is("apply -q /run/old", 0, NULL);
		running = interrupt("apply /run/inv.yaml", i * MANY / 5, number, &status);
		if (status != 0 && status != 128 + number)
			fail_msg("exit status %d", status);
		assert_same(all_routes, status == 0 ? after : before);
		if (ignored)
			hits += i > 0 && running && status == 0;
		else
			hits += testns_try("grep 'everything was undone' /run/err") == 0;
	}
	free(before);
	free(after);
	return hits;
}

static void undone_on_int(void **state)
{
	(void)state;
	assert_true(count_hits(SIGINT, false) > 0);
}

static void undone_on_term(void **state)
{
	(void)state;
	assert_true(count_hits(SIGTERM, false) > 0);
}

static void hup_is_ignored(void **state)
{
	(void)state;
	assert_true(count_hits(SIGHUP, true) > 0);
}

static void pipe_is_ignored(void **state)
{
	(void)state;
	assert_true(count_hits(SIGPIPE, true) > 0);
}

/* One more apply makes it right; all that others have made is part of what is compared. */
static void converges_after_kill(void **state)
{
	static const char *const plans[] = {"apply -q /run/inv.yaml", "apply -q /run/old"};
	struct dice dice = {4711};
	unsigned amid = 0, kills = 0;

	(void)state;
	free(many_host());
	hgw_is(plans[0], 0, NULL);
	testns_sh("ip -d route show table all >/run/want0");
	hgw_is(plans[1], 0, NULL);
	testns_sh("ip -d route show table all >/run/want1");
	for (; kills < KILLS; kills++) {
		unsigned which = kills % 2, changes = roll(&dice, 2 * MANY);
		int status;

		interrupt(plans[which], changes, SIGKILL, &status);
		amid += status == 128 + SIGKILL && changes > 0;
		hgw_is(plans[which], 0, NULL);
		testns_sh("ip -d route show table all | diff - /run/want%u", which);
	}
	print_message("%u kills, %u of them amid the writing\n", kills, amid);
	assert_true(amid > 0);
}

/* Groups of hops that change, hop by hop; some of them with one that is somebody else's. */
static void write_groups(const char *path, unsigned hop, unsigned mtu)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fprintf(f, "network: {mtu: %u}\nnodes:\n" ME "- {name: n2, addresses: [", mtu);
	for (unsigned i = 0; i < 3; i++)
		fprintf(f, "%s'fd00::%x', 10.0.0.%u", i > 0 ? ", " : "", hop + i, hop + i);
	fputs("], subnets: [10.243.0.0/16", f);
	for (unsigned i = 0; i < MANY / 10; i++)
		fprintf(f, ", 'fd02:0:0:%x::/64'", i);
	fputs("]}\n", f);
	assert_int_equal(fclose(f), 0);
}

static void groups_converge_after_kill(void **state)
{
	static const char *const plans[] = {"apply -q /run/new", "apply -q /run/old"};
	struct dice dice = {4712};
	char *want[2];

	(void)state;
	process_begin();
	testns_sh("ip -6 route add fd02:0:0:7::/64 via fd00:1::77 proto static metric 2000");
	write_groups("/run/old", 0x20, 1400);
	write_groups("/run/new", 0x22, 1300);
	hgw_is(plans[1], 0, NULL);
	want[0] = routes_of("/run/new");
	want[1] = routes_of("/run/old");
	for (unsigned kills = 0; kills < KILLS / 4; kills++) {
		int status;

		interrupt(plans[kills % 2], roll(&dice, 3 * MANY / 10), SIGKILL, &status);
		hgw_is(plans[kills % 2], 0, NULL);
		assert_same(all_routes, want[kills % 2]);
	}
	free(want[0]);
	free(want[1]);
}

/* --- Output that goes nowhere ----------------------------------------------------- */

static void full_output_is_found_before_the_change(void **state)
{
	static const char *const plans[] = {
		"apply /run/inv.yaml >/dev/full",
		"apply -o json /run/inv.yaml >/dev/full",
		"apply --confirm-within 60 /run/inv.yaml >/dev/full",
		"apply -o json --confirm-within 60 --detach /run/inv.yaml >/dev/full",
		"flush >/dev/full",
		"flush -o json >/dev/full",
	};
	char *before;

	(void)state;
	process_begin();
	testns_sh("ip route add 10.244.9.0/24 via 10.0.0.9 proto 72");
	before = all_routes();
	for (size_t i = 0; i < HGW_ARRAY_LEN(plans); i++) {
		hgw_is(plans[i], 74, "cannot write to standard output");
		assert_same(all_routes, before);
	}
	hgw_is("apply --confirm", 5, "no change is waiting");
	free(before);
}

/* Its reader leaves after the plan: too late to be known, so the change is made, and it is said. */
static void a_reader_that_leaves(void **state)
{
	int fds[2];
	char byte;
	pid_t pid;

	(void)state;
	free(many_host());
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(fcntl(fds[1], F_SETPIPE_SZ, 1 << 20), 1 << 20);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		hgw_exec("apply --confirm-within 60 /run/inv.yaml 2>/run/err");
	}
	assert_int_equal(read(fds[0], &byte, 1), 1);
	write_text("/run/err", "");
	wait_for_text("/run/err", "go back in");
	close(fds[0]);
	close(fds[1]);
	hgw_is("apply --confirm", 0, NULL);
	assert_int_equal(process_end(pid), 74);
	hgw_is("plan --exit-code /run/inv.yaml", 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_writer_at_a_time),
		cmocka_unit_test(readers_need_no_lock),
		cmocka_unit_test(undone_on_int),
		cmocka_unit_test(undone_on_term),
		cmocka_unit_test(hup_is_ignored),
		cmocka_unit_test(pipe_is_ignored),
		cmocka_unit_test(converges_after_kill),
		cmocka_unit_test(groups_converge_after_kill),
		cmocka_unit_test(full_output_is_found_before_the_change),
		cmocka_unit_test(a_reader_that_leaves),
	};

	return cmocka_run_group_tests_name("robust", tests, testns_setup, NULL);
}
