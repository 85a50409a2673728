/* SPDX-License-Identifier: MIT */
/* The process that takes a change back: what it hears, what is left if it dies or fails. */
#include "confirm_test.h"

#include "confirm.h"

/* --- A watcher that died ------------------------------------------------------- */

static void kill_watcher(pid_t parent)
{
	pid_t watcher = hgw_child_of(parent);

	kill(watcher, SIGKILL);
	if (parent == getpid())
		assert_int_equal(process_end(watcher), 128 + SIGKILL);
}

static void who_waits_takes_back_without_it(void **state)
{
	char *before = stale_host();
	pid_t pid = start_pending(WITHIN(60));

	(void)state;
	kill_watcher(pid);
	assert_int_equal(process_end(pid), 3);
	assert_same(all_routes, before);
	hgw_is("apply --confirm", 3, "too late to confirm");
	testns_sh("rm -f /run/hgw/*.sock");
	back(before);
}

static void its_journal_takes_back(void **state)
{
	char *before = stale_host();

	(void)state;
	hgw_is(WITHIN(60) " --detach", 0, PENDING);
	kill_watcher(getpid());
	hgw_is("plan --exit-code /run/inv.yaml", 0, NULL);
	hgw_is("apply /run/inv.yaml", 0, "an earlier change was never confirmed");
	hgw_is("apply -v --rollback", 0, "ip route ");
	assert_same(all_routes, before);
	hgw_is("apply --confirm", 3, "too late to confirm");
	free(before);
}

static void its_journal_is_confirmed(void **state)
{
	(void)state;
	free(stale_host());
	hgw_is(WITHIN(60) " --detach", 0, PENDING);
	kill_watcher(getpid());
	hgw_is("apply --confirm", 0, NULL);
	hgw_is("apply /run/inv.yaml", 0, "nothing to do");
	testns_sh("! grep warning /run/err");
}

/* Neither its socket nor its journal is in anybody's way. */
static void it_hinders_nobody(void **state)
{
	char *before = stale_host();

	(void)state;
	hgw_is(WITHIN(60) " --detach", 0, PENDING);
	kill_watcher(getpid());
	testns_sh("ls /run/hgw/*.sock /run/hgw/*.journal");
	hgw_is("flush --lock-timeout 0", 0, "keeps it, and so does another change");
	hgw_is("apply --rollback", 5, "no change is waiting for its confirmation");
	hgw_is("flush --lock-timeout 0", 0, "nothing to do");
	testns_sh("! grep warning /run/err; ip route add 10.244.2.0/24 via 10.0.1.9 proto 72");
	free(before);
	before = all_routes();
	hgw_is(WITHIN(60) " --detach", 0, PENDING);
	hgw_is("apply --rollback", 0, NULL);
	back(before);
}

/* What cannot be brought back is printed, and can be tried again. */
static void what_is_left_is_printed(void **state)
{
	char *before = stale_host();

	(void)state;
	hgw_is(WITHIN(60) " --detach", 0, PENDING);
	testns_sh("ip link set v1 down");
	hgw_is("apply --rollback", 4, "going back was incomplete");
	testns_sh("grep -q '^ip route [a-z]* 10.244.2.0/24 via 10.0.1.9 dev v1 ' /run/err\n"
		  "! grep 10.99.0.0 /run/err; ip route show | grep -q 10.99.0.0/24");
	hgw_is("apply --rollback -o json", 4, "going back was incomplete");
	json_decref(output_document("hgw.apply/1"));
	testns_sh("ip link set v1 up; ip addr add fd00:1::1/64 dev v1 nodad");
	hgw_is("apply -v --rollback", 0, "ip route ");
	testns_sh("ip route show | grep -q '10.244.2.0/24 via 10.0.1.9 dev v1 proto hgw'\n"
		  "ip -6 route show | grep -q 'fd02::/64 via fd00:1::9 dev v1 proto hgw'");
	hgw_is("apply --confirm", 3, "too late to confirm");
	free(before);
}

static void what_is_left_is_printed_by_who_waits(void **state)
{
	char *before = stale_host();
	pid_t pid = start_pending(WITHIN(60));

	(void)state;
	testns_sh("ip link set v1 down");
	kill(pid, SIGTERM);
	assert_int_equal(process_end(pid), 4);
	testns_sh("grep -q '^ip route [a-z]* 10.244.2.0/24 via 10.0.1.9 dev v1 ' /run/err\n"
		  "grep -q 'could not, and going back was incomplete' /run/err\n"
		  "ip link set v1 up; ip addr add fd00:1::1/64 dev v1 nodad");
	hgw_is("apply --rollback", 0, NULL);
	testns_sh("ip -6 route show | grep -q 'fd02::/64 via fd00:1::9 dev v1 proto hgw'");
	free(before);
}

static void a_journal_that_is_broken_is_not_used(void **state)
{
	char *pending, *before = stale_host();

	(void)state;
	hgw_is(WITHIN(60) " --detach", 0, PENDING);
	kill_watcher(getpid());
	pending = all_routes();
	testns_sh("truncate -s -1 /run/hgw/*.journal");
	hgw_is("apply --rollback", 65, "cannot use the journal");
	hgw_is("apply --rollback -o json", 65, "cannot use the journal");
	json_decref(output_document("hgw.apply/1"));
	assert_same(all_routes, pending);
	hgw_is("apply /run/inv.yaml", 0, "an earlier change was never confirmed");
	hgw_is("apply --confirm", 0, NULL);
	free(pending);
	free(before);
}

/* --- Who hears what ------------------------------------------------------------ */

/* While routes are written a watcher listens to that process alone. */
static void listens_to_nobody_before_the_start(void **state)
{
	struct hgw_undo undo = {.scope = {.table = 254, .protocol = 72, .inet = true}};
	struct hgw_pool pool = {0};
	struct hgw_lock lock;
	struct hgw_err err;
	pid_t client;
	int fd;

	(void)state;
	process_begin();
	assert_int_equal(hgw_lock_take(&lock, 0, &err), 0);
	assert_int_equal(watcher_start(&fd, 60, &lock, &undo, &pool, &err), 0);
	fflush(NULL);
	client = fork();
	if (client == 0)
		_exit(watcher_say(watcher_connect(), WATCHER_CONFIRM));
	pause_ms(100);
	assert_false(process_ended(client));
	assert_int_equal(watcher_say(fd, WATCHER_START), WATCHER_START);
	assert_int_equal(process_end(client), WATCHER_CONFIRMED);
	/* Too late to say anything, but what it said is still to be heard. */
	while (waitpid(-1, NULL, 0) > 0)
		;
	assert_int_equal(watcher_say(fd, WATCHER_ROLL_BACK), WATCHER_CONFIRMED);
	assert_int_equal(watcher_say(fd, WATCHER_ROLL_BACK), 0);
	close(fd);
	hgw_lock_release(&lock);
	hgw_undo_free(&undo);
	hgw_pool_free(&pool);
}

/* --- What comes back ----------------------------------------------------------- */

/* Everything that a route of others can have and we do not model is there again. */
#define ADOPTED                                                                                    \
	"ip route add 10.244.2.0/24 proto static via 10.0.0.9 advmss 1234 mtu lock 1300 "          \
	"src 10.0.0.1 initcwnd 9 realm 5\n"                                                        \
	"ip route add 10.244.3.0/24 proto bird advmss 1200 nexthop via 10.0.0.9 weight 3 "         \
	"nexthop via 10.0.1.9 weight 7\n"                                                          \
	"ip -6 route add fd02::/64 proto static via fd00::9 advmss 1220 mtu lock 1300 hoplimit 9 " \
	"pref high\n"                                                                              \
	"ip -6 route add fd03::/64 proto bird metric 1024 nexthop via fd00::9 weight 3 "           \
	"nexthop via fd00:1::9 weight 7"

static void adopted_routes_come_back_as_they_were(void **state)
{
	char *before;

	(void)state;
	process_begin();
	testns_sh(ADOPTED);
	before = all_routes();
	hgw_is("apply --adopt --confirm-within 0 /run/inv.yaml", 3, BACK);
	assert_same(all_routes, before);
	/* And out of the journal. */
	hgw_is("apply --adopt --confirm-within 60 --detach /run/inv.yaml", 0, PENDING);
	testns_sh("! ip route show 10.244.2.0/24 | grep -q static");
	kill_watcher(getpid());
	hgw_is("apply --rollback", 0, NULL);
	assert_same(all_routes, before);
	free(before);
}

/* Killed at any moment of it: not confirmed, so taken back. */
static void killed_while_it_writes(void **state)
{
	char *before = stale_host();

	(void)state;
	for (long i = 0; i < 20; i++) {
		const struct timespec t = {.tv_nsec = 300000 * i};
		pid_t pid = hgw_start(WITHIN(60));

		nanosleep(&t, NULL);
		kill(pid, SIGKILL);
		assert_int_equal(process_end(pid), 128 + SIGKILL);
		while (waitpid(-1, NULL, 0) > 0) /* its watcher */
			;
		assert_same(all_routes, before);
	}
	back(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_takes_back_without_it),
		cmocka_unit_test(its_journal_takes_back),
		cmocka_unit_test(its_journal_is_confirmed),
		cmocka_unit_test(it_hinders_nobody),
		cmocka_unit_test(what_is_left_is_printed),
		cmocka_unit_test(what_is_left_is_printed_by_who_waits),
		cmocka_unit_test(a_journal_that_is_broken_is_not_used),
		cmocka_unit_test(listens_to_nobody_before_the_start),
		cmocka_unit_test(adopted_routes_come_back_as_they_were),
		cmocka_unit_test(killed_while_it_writes),
	};

	return cmocka_run_group_tests_name("watcher", tests, testns_setup, NULL);
}
