/* SPDX-License-Identifier: MIT */
/* A change that goes back unless it is confirmed: every way in which it can end. */
#include "confirm_test.h"

#include <sys/ioctl.h>
#include <termios.h>

static void goes_back_at_the_deadline(void **state)
{
	char *before = stale_host();
	long start = now_ms();

	(void)state;
	hgw_is(WITHIN(1), 3, "not confirmed: " BACK);
	assert_true(now_ms() - start >= 1000);
	assert_same(all_routes, before);
	hgw_is("apply --confirm", 3, "too late to confirm");
	hgw_is("apply --rollback", 5, "no change is waiting");
	back(before);
}

static void says_so_in_json(void **state)
{
	char *before = stale_host();
	json_t *doc;

	(void)state;
	hgw_is("apply -o json --confirm-within 0 /run/inv.yaml", 3, BACK);
	doc = output_document("hgw.apply/1");
	assert_true(json_is_false(json_object_get(doc, "changed")));
	assert_string_equal(json_string_value(json_object_get(doc, "node")), "me");
	json_decref(doc);
	hgw_is("apply -o json --confirm-within 60 --detach /run/inv.yaml", 0, PENDING);
	doc = output_document("hgw.apply/1");
	assert_true(json_is_true(json_object_get(doc, "changed")));
	json_decref(doc);
	hgw_is("apply -o json --rollback", 0, NULL);
	json_decref(output_document("hgw.apply/1"));
	hgw_is("apply -o json --confirm", 3, "too late");
	json_decref(output_document("hgw.apply/1"));
	back(before);
}

static void nothing_is_pending(void **state)
{
	(void)state;
	free(stale_host());
	hgw_is("apply --confirm", 5, "no change is waiting");
	hgw_is("apply --rollback", 5, "no change is waiting");
	hgw_is("apply /run/inv.yaml", 0, NULL);
	hgw_is("apply --confirm", 5, "no change is waiting");
}

static void nothing_to_do_is_nothing_to_confirm(void **state)
{
	(void)state;
	free(stale_host());
	hgw_is("apply /run/inv.yaml", 0, NULL);
	hgw_is(WITHIN(60), 0, "nothing to do");
	hgw_is("apply --confirm", 5, "no change is waiting");
}

static void is_confirmed_from_elsewhere(void **state)
{
	pid_t pid;

	(void)state;
	free(stale_host());
	pid = start_pending(WITHIN(60));
	hgw_is("apply --confirm", 0, NULL);
	assert_int_equal(process_end(pid), 0);
	assert_applied();
	hgw_is("apply --confirm", 5, "no change is waiting");
}

static void is_taken_back_from_elsewhere(void **state)
{
	char *before = stale_host();
	pid_t pid = start_pending(WITHIN(60));

	(void)state;
	hgw_is("apply --rollback", 0, NULL);
	assert_int_equal(process_end(pid), 3);
	back(before);
}

static void every_other_change_waits(void **state)
{
	char *before = stale_host();
	pid_t pid = start_pending(WITHIN(60));
	char *pending = all_routes();

	(void)state;
	hgw_is("apply --lock-timeout 0 /run/inv.yaml", 75, "waits for its confirmation");
	hgw_is("flush --lock-timeout 0", 75, "waits for its confirmation");
	hgw_is("apply --confirm-within 9 --lock-timeout 0 /run/inv.yaml", 75, "waits for");
	hgw_is("plan --exit-code /run/inv.yaml", 0, NULL);
	hgw_is("show", 0, NULL);
	hgw_is("verify /run/inv.yaml", 0, NULL);
	hgw_is("apply --dry-run /run/inv.yaml", 0, NULL);
	assert_same(all_routes, pending);
	free(pending);
	kill(pid, SIGTERM);
	assert_int_equal(process_end(pid), 3);
	back(before);
}

/* What asks on a terminal: INT, TERM, HUP; and what cannot ask any more. */
static void signals_take_it_back(void **state)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(numbers); i++) {
		char *before = stale_host();
		pid_t pid = start_pending(WITHIN(60));

		kill(pid, numbers[i]);
		assert_int_equal(process_end(pid), 3);
		back(before);
	}
}

static void death_takes_it_back(void **state)
{
	char *before = stale_host();
	pid_t pid = start_pending(WITHIN(60)), watcher = hgw_child_of(pid);

	(void)state;
	kill(pid, SIGKILL);
	assert_int_equal(process_end(pid), 128 + SIGKILL);
	assert_int_equal(process_end(watcher), 3);
	back(before);
}

/* --- On a terminal ------------------------------------------------------------- */

/* Starts hgw as the leader of a session on a terminal of its own; our side of that. */
static pid_t start_on_terminal(const char *args, const char *typed, int *master)
{
	int terminal;
	pid_t pid;

	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(*master >= 0);
	assert_int_equal(grantpt(*master), 0);
	assert_int_equal(unlockpt(*master), 0);
	terminal = open(ptsname(*master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_true(terminal >= 0);
	assert_int_equal(write(*master, typed, strlen(typed)), strlen(typed));
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		setsid();
		ioctl(terminal, TIOCSCTTY, 0);
		for (int fd = 0; fd <= STDERR_FILENO; fd++)
			dup2(terminal, fd);
		hgw_exec(args);
	}
	assert_true(pid > 0);
	close(terminal);
	return pid;
}

/* Reads the terminal until it has said that. */
static void wait_for_question(int master)
{
	char text[8192] = "";
	size_t n = 0;

	while (strstr(text, PENDING) == NULL) {
		ssize_t got = read(master, text + n, sizeof(text) - 1 - n);

		assert_true(got > 0);
		n += (size_t)got;
		text[n] = '\0';
	}
	assert_non_null(strstr(text, "Enter keeps, Ctrl-C takes back"));
}

/* What is typed after the question, and what comes of it. */
static int answer(const char *typed)
{
	int master, status;
	pid_t pid = start_on_terminal(WITHIN(60), "", &master);

	wait_for_question(master);
	assert_int_equal(write(master, typed, strlen(typed)), strlen(typed));
	status = process_end(pid);
	close(master);
	return status;
}

static void enter_keeps(void **state)
{
	(void)state;
	free(stale_host());
	assert_int_equal(answer("\n"), 0);
	assert_applied();
	hgw_is("apply --confirm", 5, "no change is waiting");
}

static void control_c_takes_back(void **state)
{
	char *before = stale_host();

	(void)state;
	assert_int_equal(answer("\003"), 3);
	back(before);
}

static void typing_ahead_is_no_answer(void **state)
{
	char *before = stale_host();
	int master;
	pid_t pid = start_on_terminal(WITHIN(1), "\n\n", &master);

	(void)state;
	wait_for_question(master);
	assert_int_equal(process_end(pid), 3);
	close(master);
	back(before);
}

static void an_end_of_file_is_no_answer(void **state)
{
	char *before = stale_host();
	int master;
	pid_t pid = start_on_terminal(WITHIN(1), "", &master);

	(void)state;
	wait_for_question(master);
	assert_int_equal(write(master, "\004", 1), 1);
	assert_int_equal(process_end(pid), 3);
	close(master);
	back(before);
}

static void a_terminal_that_is_gone_takes_back(void **state)
{
	char *before = stale_host();
	int master;
	pid_t pid = start_on_terminal(WITHIN(60), "", &master);

	(void)state;
	wait_for_question(master);
	close(master);
	assert_int_equal(process_end(pid), 3);
	back(before);
}

/* --- Detached ------------------------------------------------------------------ */

/* Whoever reads what hgw writes, or waits for the end of any pipe that it inherited, is let go. */
static void detached_holds_nobody_up(void **state)
{
	int output[2], other[2];
	long start = now_ms();
	char byte, *before = stale_host();
	pid_t pid;

	(void)state;
	assert_int_equal(pipe2(output, O_CLOEXEC), 0);
	/* NOLINTNEXTLINE(android-cloexec-pipe2): to be inherited */
	assert_int_equal(pipe2(other, 0), 0);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		close(other[0]);
		dup2(output[1], STDOUT_FILENO);
		dup2(output[1], STDERR_FILENO);
		hgw_exec(WITHIN(60) " --detach");
	}
	close(output[1]);
	close(other[1]);
	while (read(output[0], &byte, 1) == 1)
		;
	assert_int_equal(read(other[0], &byte, 1), 0);
	assert_int_equal(process_end(pid), 0);
	assert_true(now_ms() - start < 10000);
	close(output[0]);
	close(other[0]);
	/* It has the place to itself: a session of its own, no directory, no terminal. */
	testns_sh(
		"cd /proc/%ld; test \"$(readlink cwd)\" = /; test \"$(readlink fd/0)\" = "
		"/dev/null\n"
		"test \"$(readlink fd/2)\" = /dev/null; test \"$(awk '{ print $6 }' stat)\" = %ld",
		(long)hgw_child_of(getpid()), (long)hgw_child_of(getpid()));
	/* Its clock runs on while the machine sleeps: CLOCK_BOOTTIME. */
	testns_sh("grep -q 'clockid: 7' /proc/%ld/fdinfo/*", (long)hgw_child_of(getpid()));
	hgw_is("apply --lock-timeout 0 /run/inv.yaml", 75, "waits for its confirmation");
	hgw_is("apply --rollback", 0, NULL);
	back(before);
}

static void detached_is_confirmed(void **state)
{
	(void)state;
	free(stale_host());
	hgw_is(WITHIN(60) " --detach", 0, PENDING);
	hgw_is("apply --confirm", 0, NULL);
	hgw_is("flush --lock-timeout 0", 0, NULL); /* at once */
	hgw_is("apply --confirm", 5, "no change is waiting");
}

static void detached_goes_back_at_the_deadline(void **state)
{
	char *before = stale_host();

	(void)state;
	hgw_is(WITHIN(1) " --detach", 0, PENDING);
	assert_int_equal(process_end(hgw_child_of(getpid())), 3);
	assert_same(all_routes, before);
	hgw_is("apply --confirm", 3, "too late to confirm");
	back(before);
}

/* HUP, INT and PIPE are nothing to a watcher; TERM, as at a shutdown, takes back. */
static void watcher_takes_back_on_term(void **state)
{
	char *before = stale_host();
	pid_t watcher;

	(void)state;
	hgw_is(WITHIN(60) " --detach", 0, PENDING);
	watcher = hgw_child_of(getpid());
	kill(watcher, SIGHUP);
	kill(watcher, SIGINT);
	kill(watcher, SIGPIPE);
	pause_ms(50);
	assert_false(process_ended(watcher));
	kill(watcher, SIGTERM);
	assert_int_equal(process_end(watcher), 3);
	assert_same(all_routes, before);
	hgw_is("apply --confirm", 3, "too late to confirm");
	back(before);
}

/* --- Elsewhere ----------------------------------------------------------------- */

static void network_namespaces_know_nothing_of_each_other(void **state)
{
	char *there, *before = stale_host();

	(void)state;
	testns_add("other");
	testns_enter("other");
	testns_sh(LINKS);
	hgw_is(WITHIN(60) " --detach", 0, PENDING);
	there = all_routes();
	testns_enter(NULL);
	hgw_is("apply --confirm", 5, "no change is waiting");
	hgw_is("apply --rollback", 5, "no change is waiting");
	hgw_is(WITHIN(60) " --detach", 0, PENDING);
	hgw_is("apply --rollback", 0, NULL);
	assert_same(all_routes, before);
	testns_enter("other");
	assert_same(all_routes, there);
	hgw_is("apply --confirm", 0, NULL);
	testns_enter(NULL);
	free(before);
	free(there);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_back_at_the_deadline),
		cmocka_unit_test(says_so_in_json),
		cmocka_unit_test(nothing_is_pending),
		cmocka_unit_test(nothing_to_do_is_nothing_to_confirm),
		cmocka_unit_test(is_confirmed_from_elsewhere),
		cmocka_unit_test(is_taken_back_from_elsewhere),
		cmocka_unit_test(every_other_change_waits),
		cmocka_unit_test(signals_take_it_back),
		cmocka_unit_test(death_takes_it_back),
		cmocka_unit_test(enter_keeps),
		cmocka_unit_test(control_c_takes_back),
		cmocka_unit_test(typing_ahead_is_no_answer),
		cmocka_unit_test(an_end_of_file_is_no_answer),
		cmocka_unit_test(a_terminal_that_is_gone_takes_back),
		cmocka_unit_test(detached_holds_nobody_up),
		cmocka_unit_test(detached_is_confirmed),
		cmocka_unit_test(detached_goes_back_at_the_deadline),
		cmocka_unit_test(watcher_takes_back_on_term),
		cmocka_unit_test(network_namespaces_know_nothing_of_each_other),
	};

	return cmocka_run_group_tests_name("confirm", tests, testns_setup, NULL);
}
