/* SPDX-License-Identifier: MIT */
/*
 * The command as its users meet it. Every directory of testdata/cli is a case:
 *
 *	args or cmd		arguments of one hgw, or shell lines
 *	net.sh			what this host is to look like (optional)
 *	stdout, stderr, rc	what has to come of it, to the byte
 *
 * and what else the lines read. They run in a copy of it, in a network
 * namespace of their own, with "on NAME COMMAND..." for one made by "ip netns
 * add NAME". HGW_GOLDEN=update writes what came; git shows the difference.
 * The first argument is a pattern for the cases to run.
 *
 * HGW is the binary, HGW_RUNNER a command to run it under.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../src/testns.h"

#define CASES "testdata/cli"
enum { MAX_CASES = 1024, MAX_SECONDS = 120 };

static const char *binary(void)
{
	const char *hgw = getenv("HGW");

	return hgw && *hgw ? hgw : "build/hgw";
}

static bool update(void)
{
	const char *golden = getenv("HGW_GOLDEN");

	return golden && strcmp(golden, "update") == 0;
}

/*
 * The commands of a case: hgw; on; and hgw.bin, which is hgw without a runner,
 * for closed descriptors that the runner would take for itself.
 */
static void install_commands(void)
{
	const char *runner = getenv("HGW_RUNNER");

	testns_sh("mkdir /run/bin; cp %s /run/bin/hgw.bin; cd /run/bin; ln -s hgw.bin hgw",
		  binary());
	if (runner && *runner)
		testns_sh("cd /run/bin; rm hgw; cat >hgw <<'END'\n"
			  "#!/bin/sh\nexec %s /run/bin/hgw.bin \"$@\"\n"
			  "END",
			  runner);
	testns_sh("cat >/run/bin/on <<'END'\n"
		  "#!/bin/sh\nname=$1; shift; exec nsenter --net=/run/netns/$name -- \"$@\"\n"
		  "END\n"
		  "chmod +x /run/bin/*");
}

/* Leaves what came of it in /run/got. */
static void run_case(const char *name)
{
	const char *env = "env -i PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C HOME=/run "
			  "ASAN_OPTIONS=\"$ASAN_OPTIONS\" UBSAN_OPTIONS=\"$UBSAN_OPTIONS\" "
			  "LSAN_OPTIONS=\"$LSAN_OPTIONS\"";
	int rc;

	testns_sh("mkdir /run/got; cp -r %s/%s /run/case; cp %s/*.sh /run", CASES, name, CASES);
	testns_sh("cd /run/case; test ! -e net.sh || %s sh -eu net.sh 2>&1", env);
	testns_sh("cd /run/case; if test -e args; then printf 'hgw '; cat args; else cat cmd; fi "
		  ">/run/script");
	rc = testns_try("cd /run/case; %s timeout -k 1 %d sh /run/script "
			"</dev/null >/run/got/stdout 2>/run/got/stderr",
			env, MAX_SECONDS);
	testns_sh("echo %d >/run/got/rc", rc);
}

/* Whether one of stdout, stderr, rc is as expected; else says how it differs. */
static bool as_expected(const char *name, const char *what)
{
	char path[512];
	char *diff;
	bool same;

	snprintf(path, sizeof(path), CASES "/%s/%s", name, what);
	if (update()) {
		testns_sh("cmp -s /run/got/%s %s || cp /run/got/%s %s", what, path, what, path);
		return true;
	}
	if (access(path, R_OK) < 0) {
		print_error("%s is not there; HGW_GOLDEN=update would write it\n", path);
		return false;
	}
	diff = testns_out("diff -u %s /run/got/%s || test $? = 1", path, what);
	same = *diff == '\0';
	if (!same)
		fputs(diff, stderr); /* cmocka's print_error() would cut it */
	free(diff);
	return same;
}

static bool has(const char *name, const char *what)
{
	char path[512];

	snprintf(path, sizeof(path), CASES "/%s/%s", name, what);
	return access(path, R_OK) == 0;
}

static void a_case(void **state)
{
	const char *name = *state;
	bool good = true;

	if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
		fail_msg("%s: lower case, digits and hyphens", name);
	if (has(name, "args") == has(name, "cmd"))
		fail_msg("%s: it needs one of args and cmd", name);
	testns_fresh();
	testns_iproute2("72 hgw\n", NULL);
	install_commands();
	run_case(name);
	good &= as_expected(name, "stdout");
	good &= as_expected(name, "stderr");
	good &= as_expected(name, "rc");
	assert_true(good);
}

static int is_case(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strchr(entry->d_name, '.') == NULL;
}

/* A name that is none is not to look like success. cmocka knows '*' and '?', as fnmatch() does. */
static bool matched(const char *pattern, struct dirent *const *entries, int n)
{
	for (int i = 0; i < n; i++)
		if (fnmatch(pattern, entries[i]->d_name, 0) == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static struct CMUnitTest tests[MAX_CASES];
	struct dirent **entries;
	int n = scandir(CASES, &entries, is_case, alphasort);
	int failed;

	if (n <= 0 || n > MAX_CASES || access(binary(), X_OK) < 0) {
		fprintf(stderr, "cli_test: no " CASES " here, or no %s\n", binary());
		return 1;
	}
	for (int i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){.name = entries[i]->d_name,
					       .test_func = a_case,
					       .initial_state = entries[i]->d_name};
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	failed = _cmocka_run_group_tests("cli", tests, (size_t)n, testns_setup, NULL);
	if (argc > 1 && !matched(argv[1], entries, n)) {
		fprintf(stderr, "cli_test: no case is called %s\n", argv[1]);
		failed = 1;
	}
	for (int i = 0; i < n; i++)
		free(entries[i]);
	free(entries);
	return failed;
}
