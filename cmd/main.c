/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "cmd.h"

static int check_stdout(void)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return HGW_OK;
	fprintf(stderr, "hgw: error: cannot write to standard output: %s\n", strerror(errno));
	return HGW_IOERR;
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
	return check_stdout();
}

static int run(const struct cmd *cmd, int argc, char **argv)
{
	struct session s = {.out = stdout, .err = stderr};
	int status = cmd_run(&s, cmd, argc, argv);

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

/* hgw complete: not among the commands, for it is for no people */
static int complete_and_check(int argc, char **argv)
{
	struct hgw_err err;

	if (complete(argc, argv, &err) == 0)
		return check_stdout();
	fprintf(stderr, "hgw: error: %s\n", err.msg);
	return (int)err.status;
}

int main(int argc, char **argv)
{
	const struct cmd *cmd;
	struct hgw_err err;

	if (cmd_begin(&err) < 0) {
		fprintf(stderr, "hgw: error: %s\n", err.msg);
		return (int)err.status;
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
	if (strcmp(argv[1], "complete") == 0)
		return complete_and_check(argc - 1, argv + 1);
	cmd = cmd_find(argv[1]);
	if (cmd == NULL)
		return usage_error(argv[1][0] == '-' ? "the command comes first, before"
						     : "no such command:",
				   argv[1]);
	return run(cmd, argc - 1, argv + 1);
}
