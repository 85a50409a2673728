/* SPDX-License-Identifier: MIT */
/*
 * hgw as a module of Ansible: run with a file of arguments in JSON, it answers
 * in JSON on standard output, one whole document however it ends.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "module.h"

#define INTERRUPTED(rc)                                                                            \
	"{\"changed\": false, \"failed\": true, \"rc\": " #rc                                      \
	", \"msg\": \"interrupted: nothing was changed\"}\n"

/* A handler can reach nothing else. */
static pid_t self; /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */

/*
 * Before routes are written, when signals_hold() takes over, a signal is the
 * end at once: what we wait for may be long in coming.
 */
static void on_signal(int number)
{
	static const char hup[] = INTERRUPTED(129), intr[] = INTERRUPTED(130),
			  term[] = INTERRUPTED(143);
	const char *answer = number == SIGHUP ? hup : number == SIGINT ? intr : term;

	if (getpid() == self && write(STDOUT_FILENO, answer, sizeof(term) - 1) < 0)
		_exit(HGW_IOERR);
	_exit(128 + number);
}

static void handle_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};

	self = getpid();
	sigemptyset(&sa.sa_mask);
	sigaddset(&sa.sa_mask, SIGHUP);
	sigaddset(&sa.sa_mask, SIGINT);
	sigaddset(&sa.sa_mask, SIGTERM);
	sigaction(SIGHUP, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

/* From here on the answer is on its way, and nothing may come in between. */
static void block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
}

/* Takes the answer; the exit status. What could not be made for want of memory is told too. */
static int print_answer(json_t *answer, int status)
{
	block_signals();
	if (answer == NULL || json_dumpf(answer, stdout, JSON_ENSURE_ASCII) < 0)
		printf("{\"changed\": %s, \"failed\": true, \"rc\": %d, \"msg\": \"out of "
		       "memory\"}",
		       status == HGW_OK || status == HGW_INCOMPLETE ? "true" : "false", status);
	putchar('\n');
	json_decref(answer);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "hgw: error: cannot write to standard output: %s\n", strerror(errno));
	return HGW_IOERR;
}

static int refuse(const struct hgw_err *err)
{
	return print_answer(module_refusal(err), (int)err->status);
}

/* What is not confirmed in check mode is no change either. */
static int skip(void)
{
	json_t *answer = json_pack("{s:b, s:b, s:i, s:s}", "changed", 0, "skipped", 1, "rc", 0,
				   "msg", "check mode: no change waits for a confirmation");

	return print_answer(answer, HGW_OK);
}

/* The answer to what the command said, and its exit status. */
static int run(const struct module_request *request, json_t **answer)
{
	struct session s = {0};
	char *document = NULL, *said = NULL;
	size_t ndocument, nsaid;
	int status = HGW_FAILED;

	s.out = open_memstream(&document, &ndocument);
	s.err = open_memstream(&said, &nsaid);
	*answer = NULL;
	if (s.out != NULL && s.err != NULL) {
		status = cmd_run(&s, request->cmd, request->argc, request->argv);
		if (fflush(s.out) == 0 && fflush(s.err) == 0)
			*answer = module_answer(
				&(struct module_run){&s, request, status, document, said});
	}
	session_close(&s);
	if (s.out != NULL)
		fclose(s.out);
	if (s.err != NULL)
		fclose(s.err);
	free(document);
	free(said);
	return status;
}

static int answer_to(json_t *args)
{
	struct module_request request = {0};
	struct hgw_err err;
	json_t *answer;
	int status;

	if (module_request_read(&request, args, &err) < 0) {
		module_request_free(&request);
		return refuse(&err);
	}
	if (request.pending && request.check) {
		module_request_free(&request);
		return skip();
	}
	status = run(&request, &answer);
	module_request_free(&request);
	return print_answer(answer, status);
}

int main(int argc, char **argv)
{
	struct hgw_err err;
	json_error_t at;
	json_t *args;
	int status;

	if (cmd_begin(&err) < 0)
		return refuse(&err);
	handle_signals();
	if (argc != 2) {
		hgw_fail(&err, HGW_USAGE,
			 "this is a module of Ansible, which runs it with a file of arguments; by "
			 "hand there is hgw(8)");
		return refuse(&err);
	}
	args = json_load_file(argv[1], 0, &at);
	if (args == NULL) {
		hgw_fail(&err, HGW_USAGE, "%s: %s", argv[1], at.text);
		return refuse(&err);
	}
	status = answer_to(args);
	json_decref(args);
	return status;
}
