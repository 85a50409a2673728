/* SPDX-License-Identifier: MIT */
#include "hgw/lock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hgw/rundir.h"
#include "testns.h"

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void assert_free(void)
{
	struct hgw_lock lock;
	struct hgw_err err;

	if (hgw_lock_take(&lock, 0, &err) < 0)
		fail_msg("%s", err.msg);
	assert_true(lock.held);
	hgw_lock_release(&lock);
	assert_false(lock.held);
}

static void assert_refused(enum hgw_status status, const char *text)
{
	struct hgw_lock lock;
	struct hgw_err err = {0};

	assert_int_equal(hgw_lock_take(&lock, 0, &err), -1);
	assert_false(lock.held);
	assert_int_equal(err.status, status);
	if (strstr(err.msg, text) == NULL)
		fail_msg("%s: not: %s", err.msg, text);
}

/* Another process that has the lock for so long, or until it is killed. */
static pid_t start_holder(unsigned milliseconds)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct timespec t = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
		struct hgw_lock lock;
		struct hgw_err err;

		if (hgw_lock_take(&lock, 0, &err) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		nanosleep(&t, NULL);
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void end(pid_t pid, int number)
{
	kill(pid, number);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void one_at_a_time(void **state)
{
	char text[64];
	long start;
	pid_t pid;

	(void)state;
	testns_fresh();
	assert_free();
	pid = start_holder(60000);
	start = now_ms();
	snprintf(text, sizeof(text), "another hgw (process %ld)", (long)pid);
	assert_refused(HGW_TEMPFAIL, text);
	assert_true(now_ms() - start < 500);
	end(pid, SIGTERM);
	assert_free();
}

static void released_with_its_holder(void **state)
{
	pid_t pid;

	(void)state;
	testns_fresh();
	pid = start_holder(60000);
	end(pid, SIGKILL);
	assert_free();
}

static void waits_for_it(void **state)
{
	struct hgw_lock lock;
	struct hgw_err err;
	pid_t pid;

	(void)state;
	testns_fresh();
	pid = start_holder(300);
	assert_int_equal(hgw_lock_take(&lock, 10, &err), 0);
	hgw_lock_release(&lock);
	end(pid, 0);
}

static void waits_no_longer_than_it_may(void **state)
{
	long start;
	struct hgw_lock lock;
	struct hgw_err err;
	pid_t pid;

	(void)state;
	testns_fresh();
	pid = start_holder(60000);
	start = now_ms();
	assert_int_equal(hgw_lock_take(&lock, 1, &err), -1);
	assert_int_equal(err.status, HGW_TEMPFAIL);
	assert_in_range(now_ms() - start, 1000, 5000);
	end(pid, SIGTERM);
}

static void each_network_namespace_has_its_own(void **state)
{
	pid_t pid;

	(void)state;
	testns_fresh();
	testns_add("other");
	pid = start_holder(60000);
	testns_enter("other");
	assert_free();
	testns_enter(NULL);
	assert_refused(HGW_TEMPFAIL, "another hgw");
	end(pid, SIGTERM);
	testns_sh("test $(ls /run/hgw/*.lock | wc -l) = 2");
}

/* The file stays: a lock on one that is unlinked locks nothing. */
static void the_file_is_ours_and_stays(void **state)
{
	(void)state;
	testns_fresh();
	testns_sh("umask 0");
	assert_free();
	testns_sh("cd /run/hgw; test \"$(stat -c '%%a %%F' .)\" = '700 directory'\n"
		  "test \"$(stat -c '%%a' *.lock)\" = 600; stat -c %%i *.lock >/run/inode");
	assert_free();
	testns_sh("stat -c %%i /run/hgw/*.lock | cmp - /run/inode");
}

static void a_folder_that_others_can_write_is_refused(void **state)
{
	(void)state;
	testns_fresh();
	testns_sh("mkdir -m 0777 /run/hgw");
	assert_refused(HGW_NOPERM, "/run/hgw is not a folder that only we can write");
	testns_sh("chmod 0770 /run/hgw");
	assert_refused(HGW_NOPERM, "/run/hgw is not a folder that only we can write");
	testns_sh("chmod 0755 /run/hgw");
	assert_free();
	testns_sh("mv /run/hgw /run/elsewhere; ln -s elsewhere /run/hgw");
	assert_refused(HGW_NOPERM, "/run/hgw is not a folder that only we can write");
	testns_sh("rm /run/hgw; touch /run/hgw");
	assert_refused(HGW_NOPERM, "/run/hgw is not a folder that only we can write");
	testns_sh("rm /run/hgw; mount -t tmpfs -o ro testns /run; test ! -w /run");
	assert_refused(HGW_NOPERM, "Read-only file system");
	testns_sh("umount /run");
}

static void a_link_in_the_place_of_the_file_is_refused(void **state)
{
	char path[HGW_RUNDIR_PATH];
	struct hgw_err err;

	(void)state;
	testns_fresh();
	assert_free();
	assert_int_equal(hgw_rundir_path(path, "lock", &err), 0);
	testns_sh("echo precious >/run/file; ln -sf /run/file %s", path);
	assert_refused(HGW_NOPERM, "cannot open the lock");
	testns_sh("grep -x precious /run/file");
}

/* Who holds it is only for a message, so what is in the file is not believed any further. */
static void nonsense_in_the_file_is_no_matter(void **state)
{
	pid_t pid;

	(void)state;
	testns_fresh();
	assert_free();
	testns_sh("head -c 100 /dev/zero | tr '\\0' x >$(ls /run/hgw/*.lock)");
	assert_free();
	pid = start_holder(60000);
	testns_sh(": >$(ls /run/hgw/*.lock)");
	assert_refused(HGW_TEMPFAIL, "another hgw (process 0)");
	end(pid, SIGTERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_at_a_time),
		cmocka_unit_test(released_with_its_holder),
		cmocka_unit_test(waits_for_it),
		cmocka_unit_test(waits_no_longer_than_it_may),
		cmocka_unit_test(each_network_namespace_has_its_own),
		cmocka_unit_test(the_file_is_ours_and_stays),
		cmocka_unit_test(a_folder_that_others_can_write_is_refused),
		cmocka_unit_test(a_link_in_the_place_of_the_file_is_refused),
		cmocka_unit_test(nonsense_in_the_file_is_no_matter),
	};

	return cmocka_run_group_tests_name("lock", tests, testns_setup, NULL);
}
