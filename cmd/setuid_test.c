/* SPDX-License-Identifier: MIT */
/* Who runs it, as the kernel would tell: not as many as that can be had in every namespace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

#include "../src/testns.h"
#include "hgw/lock.h"

int hgw_main(int argc, char **argv);

/* NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables) */
static uid_t real_uid, effective_uid;
static gid_t real_gid, effective_gid;
/* NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables) */

uid_t __wrap_getuid(void);
uid_t __wrap_geteuid(void);
gid_t __wrap_getgid(void);
gid_t __wrap_getegid(void);

uid_t __wrap_getuid(void)
{
	return real_uid;
}

uid_t __wrap_geteuid(void)
{
	return effective_uid;
}

gid_t __wrap_getgid(void)
{
	return real_gid;
}

gid_t __wrap_getegid(void)
{
	return effective_gid;
}

static int run(uid_t ruid, uid_t euid, gid_t rgid, gid_t egid)
{
	char name[] = "hgw", command[] = "show", option[] = "--version";
	char *argv[] = {name, command, option, NULL};

	real_uid = ruid;
	effective_uid = euid;
	real_gid = rgid;
	effective_gid = egid;
	return hgw_main(3, argv);
}

static void is_not_run_setuid(void **state)
{
	(void)state;
	assert_int_equal(run(0, 0, 0, 0), HGW_OK);
	assert_int_equal(run(1000, 1000, 1000, 1000), HGW_OK);
	assert_int_equal(run(1000, 0, 1000, 1000), HGW_NOPERM);
	assert_int_equal(run(1000, 1000, 1000, 0), HGW_NOPERM);
	assert_int_equal(run(0, 1000, 0, 0), HGW_NOPERM);
}

/* /run/hgw is root's, we are not: whose it is could hold the lock for ever. */
static void a_folder_of_somebody_else_is_refused(void **state)
{
	struct hgw_lock lock;
	struct hgw_err err;

	(void)state;
	testns_fresh();
	testns_sh("mkdir -m 0700 /run/hgw");
	effective_uid = 1000;
	assert_int_equal(hgw_lock_take(&lock, 0, &err), -1);
	assert_int_equal(err.status, HGW_NOPERM);
	assert_non_null(strstr(err.msg, "/run/hgw"));
	testns_sh("test -z \"$(ls /run/hgw)\"");
	effective_uid = 0;
	assert_int_equal(hgw_lock_take(&lock, 0, &err), 0);
	hgw_lock_release(&lock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_not_run_setuid),
		cmocka_unit_test(a_folder_of_somebody_else_is_refused),
	};

	return cmocka_run_group_tests_name("setuid", tests, testns_setup, NULL);
}
