/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

#define COMMON_FORMATS (1U << FORMAT_TEXT | 1U << FORMAT_JSON)
#define VERIFY_FORMATS                                                                             \
	(COMMON_FORMATS | 1U << FORMAT_TAP | 1U << FORMAT_JUNIT | 1U << FORMAT_NAGIOS)

const struct cmd cmds[CMD_COUNT] = {
	[CMD_PLAN] =
		{"plan", "[OPTION]... [INVENTORY]...",
		 "print what apply would change, as ip route lines",
		 "Lines with + are added, lines with - deleted; a pair is a change. A line with !\n"
		 "is somebody else's route in the way, and nothing is applied while it is there.\n"
		 "Exit status 0 also with changes, unless --exit-code is given.\n",
		 "hgw.plan/1", COMMON_FORMATS | 1U << FORMAT_BATCH, cmd_plan},
	[CMD_APPLY] =
		{"apply", "[OPTION]... [INVENTORY]...",
		 "make this host's routes what the inventory says, all or nothing",
		 "Routes are added and replaced before any is deleted. If the kernel refuses one,\n"
		 "all is undone. Routes of another protocol are never touched. Needs "
		 "CAP_NET_ADMIN.\n",
		 "hgw.apply/1", COMMON_FORMATS, cmd_apply},
	[CMD_SHOW] =
		{"show", "[OPTION]... [INVENTORY]...",
		 "print the routes that are ours, as ip route does",
		 "Table and protocol come from the options, else from an inventory that is named,\n"
		 "else they are main and hgw.\n",
		 NULL, COMMON_FORMATS, cmd_show},
	[CMD_VERIFY] =
		{"verify", "[OPTION]... [INVENTORY]...",
		 "judge whether packets would go where the inventory says",
		 "Exit status 2 if anything fails; warnings do not change it, unless\n"
		 "--strict. Of -o nagios: 0, 1 with warnings, 2 if anything fails, else 3.\n",
		 "hgw.verify/1", VERIFY_FORMATS, cmd_verify},
	[CMD_FLUSH] = {"flush", "[OPTION]...", "delete all routes that are ours",
		       "Without --table, -4 and -6: those of all tables and both families. Needs\n"
		       "CAP_NET_ADMIN.\n",
		       "hgw.flush/1", COMMON_FORMATS, cmd_flush},
};

const struct cmd *cmd_find(const char *name)
{
	for (size_t i = 0; i < CMD_COUNT; i++)
		if (strcmp(cmds[i].name, name) == 0)
			return &cmds[i];
	return NULL;
}

/*
 * A descriptor 0 to 2 that is closed would be the number of the next file we
 * open, a netlink socket say, and receive what is meant for the terminal.
 */
static bool secure_descriptors(void)
{
	bool closed = fcntl(STDOUT_FILENO, F_GETFD) < 0 && errno == EBADF;
	int fd;

	do {
		fd = open("/dev/null",
			  O_RDWR); /* NOLINT(android-cloexec-open): 0 to 2 are for all */
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	return !closed;
}

/* Whoever may run it would change routes by the right of its owner. */
static bool is_setuid(void)
{
	return getuid() != geteuid() || getgid() != getegid();
}

static void print_error(struct session *s, const struct hgw_err *err)
{
	hgw_print_diags(s->err, &s->diags,
			s->opt.quiet  ? HGW_ERROR
			: err != NULL ? HGW_WARNING
				      : HGW_NOTE);
	if (err != NULL)
		fprintf(s->err, "hgw: error: %s\n", err->msg);
}

/* Every reader of a format gets a document, also of a run that failed before it had one. */
static void print_failure(struct session *s, const struct cmd *cmd, const struct hgw_err *err)
{
	int rc = 0;

	if (s->opt.format == FORMAT_TEXT || s->opt.format == FORMAT_BATCH || s->printed)
		return;
	s->report.err = err;
	s->report.diags = &s->diags;
	s->report.verdict = NULL;
	if (s->report.inv == NULL)
		s->report.node = UINT32_MAX;
	if (cmd->json == NULL)
		fputs("[]\n", s->out);
	else if (cmd == &cmds[CMD_VERIFY])
		rc = format_verdict(s);
	else
		rc = hgw_json_plan(s->out, &s->view, &s->report);
	s->printed = rc == 0;
}

/* Prints the help of a command, of all (NULL), or the version. */
static int print_and_check(const struct cmd *cmd, bool version)
{
	if (version)
		fputs("hgw " HGW_VERSION "\n", stdout);
	else if (cmd != NULL)
		usage_print_command(stdout, cmd);
	else
		usage_print(stdout);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return HGW_OK;
	fprintf(stderr, "hgw: error: cannot write to standard output: %s\n", strerror(errno));
	return HGW_IOERR;
}

static int run(const struct cmd *cmd, int argc, char **argv)
{
	struct session s = {.out = stdout, .err = stderr, .started = clock_ms()};
	struct hgw_err err = {0}, io = {0};
	int status = options_parse(&s.opt, cmd, argc, argv, &err);

	s.report.node = UINT32_MAX;
	s.report.format = cmd->json;
	if (status == 0 && (s.opt.help || s.opt.version))
		return print_and_check(cmd, s.opt.version);
	if (status == 0)
		status = cmd->run(&s, &err);
	if (status < 0) {
		print_failure(&s, cmd, &err);
		print_error(&s, &err);
		status = (int)err.status;
		if (status == HGW_FAILED && signals_caught() != 0)
			status = 128 + signals_caught();
	} else {
		print_error(&s, NULL);
	}
	if (session_flush(&s, &io) < 0 && (status == HGW_OK || status == HGW_DIFFERS)) {
		fprintf(stderr, "hgw: error: %s\n", io.msg);
		status = HGW_IOERR;
	}
	status = format_status(&s, status);
	session_close(&s);
	return status;
}

static int usage_error(const char *what, const char *word)
{
	fprintf(stderr, "hgw: error: %s%s%s%s; see 'hgw --help'\n", what, word != NULL ? " '" : "",
		word != NULL ? word : "", word != NULL ? "'" : "");
	return HGW_USAGE;
}

/* hgw help [COMMAND] */
static int help(int argc, char **argv)
{
	const struct cmd *cmd = argc == 2 ? cmd_find(argv[1]) : NULL;

	if (argc < 2)
		return print_and_check(NULL, false);
	if (argc > 2)
		return usage_error("help takes one command, not also", argv[2]);
	if (cmd == NULL)
		return usage_error("no such command:", argv[1]);
	return print_and_check(cmd, false);
}

int main(int argc, char **argv)
{
	bool have_stdout = secure_descriptors();
	const struct cmd *cmd;

	if (!have_stdout) {
		fputs("hgw: error: standard output is closed\n", stderr);
		return HGW_IOERR;
	}
	if (is_setuid()) {
		fputs("hgw: error: not to be run setuid or setgid; use sudo, or give the "
		      "service CAP_NET_ADMIN\n",
		      stderr);
		return HGW_NOPERM;
	}
	if (argc < 2) {
		usage_print(stderr);
		return HGW_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return print_and_check(NULL, false);
	if (strcmp(argv[1], "--version") == 0)
		return print_and_check(NULL, true);
	if (strcmp(argv[1], "help") == 0)
		return help(argc - 1, argv + 1);
	cmd = cmd_find(argv[1]);
	if (cmd == NULL)
		return usage_error(argv[1][0] == '-' ? "the command comes first, before"
						     : "no such command:",
				   argv[1]);
	return run(cmd, argc - 1, argv + 1);
}
