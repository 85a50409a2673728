/* SPDX-License-Identifier: MIT */
/* For the tests of cmd/ that run the binary itself, and more than one of it at a time. */
#ifndef HGW_PROCESS_TEST_H
#define HGW_PROCESS_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../src/apply_test.h"

/* The lines of an inventory with two nodes more, IPv4 and IPv6. */
#define TWO_NODES                                                                                  \
	"nodes:\n"                                                                                 \
	"- {name: me, addresses: [10.0.0.1, 'fd00::1']}\n"                                         \
	"- {name: n2, addresses: [10.0.0.2, 'fd00::2'],\n"                                         \
	"   subnets: [10.244.2.0/24, 'fd02::/64']}\n"                                              \
	"- {name: n3, addresses: [10.0.1.3, 'fd00:1::3'],\n"                                       \
	"   subnets: [10.244.3.0/24, 'fd03::/64']}\n"

static inline const char *hgw_binary(void)
{
	const char *hgw = getenv("HGW");

	return hgw != NULL && *hgw != '\0' ? hgw : "build/hgw";
}

static inline void pause_ms(long ms)
{
	const struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static inline long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* As testns_fresh(); with links, names of protocols, and watchers that become our children. */
static inline void process_begin(void)
{
	run_begin();
	testns_iproute2("72 hgw\n", NULL);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	write_text("/run/inv.yaml", TWO_NODES);
}

/* In a new process: the command, its output in /run/out and /run/err if they are not elsewhere. */
static inline _Noreturn void hgw_exec(const char *args)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGPIPE, SIGTERM};
	char *line;

	/* A test that was started in the background has some of them ignored, and they are told on.
	 */
	for (size_t i = 0; i < HGW_ARRAY_LEN(signals); i++)
		signal(signals[i], SIG_DFL);
	if (asprintf(&line, "exec %s %s", hgw_binary(), args) > 0)
		execl("/bin/sh", "sh", "-c", line, NULL);
	_exit(127);
}

/* Starts hgw in the background; "apply /run/inv.yaml". */
static inline pid_t hgw_start(const char *args)
{
	pid_t pid;

	fflush(NULL);
	write_text("/run/err", "");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
		int out = open("/run/out", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		int err = open("/run/err", O_WRONLY | O_APPEND | O_CLOEXEC);

		dup2(in, STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		dup2(err, STDERR_FILENO);
		hgw_exec(args);
	}
	return pid;
}

/* Its exit status, or 128 and the signal; a test does not wait for ever. */
static inline int process_end(pid_t pid)
{
	long end = now_ms() + 30000;
	int status;
	pid_t got;

	while ((got = waitpid(pid, &status, WNOHANG)) == 0 && now_ms() < end)
		pause_ms(2);
	if (got == 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		fail_msg("process %ld did not end", (long)pid);
	}
	assert_int_equal(got, pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline bool process_ended(pid_t pid)
{
	siginfo_t info = {0};

	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
	return info.si_pid == pid;
}

/* All of a file, to be freed. */
static inline char *file_text(const char *path)
{
	return testns_out("cat %s", path);
}

/* Runs hgw to its end: that exit status, and what it says on standard error has text in it. */
static inline void hgw_is(const char *args, int status, const char *text)
{
	int got = process_end(hgw_start(args));
	char *err = file_text("/run/err");

	if (got != status || (text != NULL && strstr(err, text) == NULL))
		fail_msg("hgw %s: %d, not %d: %s; should have said: %s", args, got, status, err,
			 text != NULL ? text : "");
	free(err);
}

/* Waits until a file has that text in it. */
static inline void wait_for_text(const char *path, const char *text)
{
	long end = now_ms() + 10000;
	bool found = false;

	while (!found && now_ms() < end) {
		char *now = file_text(path);

		found = strstr(now, text) != NULL;
		free(now);
		if (!found)
			pause_ms(5);
	}
	if (!found)
		fail_msg("%s never said: %s", path, text);
}

/*
 * The hgw that is a child of that process: of an apply its watcher, and of
 * ourselves the watcher that a detached one has left behind.
 */
static inline pid_t hgw_child_of(pid_t pid)
{
	/* Processes end while we look, which cat minds less than awk. */
	char *text = testns_out("{ cat /proc/[0-9]*/stat 2>/dev/null || true; } |\n"
				"awk '$2 == \"(hgw)\" && $3 != \"Z\" && $4 == %ld { print $1 }'",
				(long)pid);
	pid_t child = (pid_t)strtol(text, NULL, 10);

	free(text);
	assert_true(child > 0);
	return child;
}

/* Standard output is one whole document of this format. To be json_decref'ed. */
static inline json_t *output_document(const char *format)
{
	json_error_t at;
	json_t *doc = json_load_file("/run/out", JSON_REJECT_DUPLICATES, &at);

	if (doc == NULL)
		fail_msg("/run/out:%d: %s", at.line, at.text);
	assert_string_equal(json_string_value(json_object_get(doc, "format")), format);
	return doc;
}

#endif
