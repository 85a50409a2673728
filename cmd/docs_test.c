/* SPDX-License-Identifier: MIT */
/* What --help says, the manual, the completions and the README say too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t cap = 0;

	if (f == NULL)
		fail_msg("cannot open %s", path);
	if (getdelim(&text, &cap, '\0', f) < 0)
		fail_msg("%s is empty", path);
	fclose(f);
	return text;
}

static void help_of(const struct cmd *cmd, char *buf, size_t size)
{
	FILE *f = fmemopen(buf, size, "w");

	assert_non_null(f);
	usage_print_command(f, cmd);
	fclose(f);
}

static void must_have(const char *path, const char *text, const char *cmd, const char *what)
{
	if (strstr(text, what) == NULL)
		fail_msg("%s: '%s' of 'hgw help %s' is not in it", path, what, cmd);
}

/* Calls check for each option of each command: "--node" or "-4". */
static void each_option(void (*check)(const char *cmd, const char *option, const void *arg),
			const void *arg)
{
	size_t n = 0;

	for (size_t i = 0; i < CMD_COUNT; i++) {
		char help[8192] = "", *save = NULL;

		help_of(&cmds[i], help, sizeof(help));
		for (char *line = strtok_r(strstr(help, "Options:"), "\n", &save); line != NULL;
		     line = strtok_r(NULL, "\n", &save)) {
			char option[32];

			if (sscanf(line, " %31s", option) == 1 && option[0] == '-') {
				check(cmds[i].name, option, arg);
				n++;
			}
		}
	}
	assert_true(n > 40);
}

static void option_is_in_manual(const char *cmd, const char *option, const void *manual)
{
	char item[64];

	/* mdoc writes --node as ".It Fl -node" */
	snprintf(item, sizeof(item), ".It Fl %s", option + 1);
	must_have("man/hgw.8", manual, cmd, item);
}

static void every_option_is_in_the_manual(void **state)
{
	char *manual = read_file("man/hgw.8");

	(void)state;
	each_option(option_is_in_manual, manual);
	free(manual);
}

static void option_is_completed(const char *cmd, const char *option, const void *text)
{
	must_have("a completion", text, cmd, option);
}

static void option_is_completed_by_fish(const char *cmd, const char *option, const void *text)
{
	char item[64];

	if (strncmp(option, "--", 2) == 0)
		snprintf(item, sizeof(item), "-l %s ", option + 2);
	else
		snprintf(item, sizeof(item), "-s %s ", option + 1);
	must_have("completions/hgw.fish", text, cmd, item);
}

static void every_option_is_completed(void **state)
{
	char *bash = read_file("completions/hgw.bash");
	char *zsh = read_file("completions/_hgw");
	char *fish = read_file("completions/hgw.fish");

	(void)state;
	each_option(option_is_completed, bash);
	each_option(option_is_completed, zsh);
	each_option(option_is_completed_by_fish, fish);
	free(bash);
	free(zsh);
	free(fish);
}

static void every_command_is_documented(void **state)
{
	static const char *const files[] = {"README.md", "completions/hgw.bash", "completions/_hgw",
					    "completions/hgw.fish"};
	char *manual = read_file("man/hgw.8");

	(void)state;
	for (size_t i = 0; i < CMD_COUNT; i++) {
		char item[64];

		snprintf(item, sizeof(item), ".It Cm %s\n", cmds[i].name);
		must_have("man/hgw.8", manual, cmds[i].name, item);
		for (size_t f = 0; f < HGW_ARRAY_LEN(files); f++) {
			char *text = read_file(files[f]);

			must_have(files[f], text, cmds[i].name, cmds[i].name);
			free(text);
		}
	}
	free(manual);
}

/* The exit status is a contract: what the manual lists, the README does. */
static void every_exit_status_is_in_the_readme(void **state)
{
	static const char *const rows[] = {"| 0 |", "| 1 |", "| 2 |",	       "| 3 |",
					   "| 4 |", "| 5 |", "| 64, 65, 66 |", "| 74, 75, 77 |"};
	static const int statuses[] = {HGW_OK,	       HGW_FAILED,  HGW_DIFFERS,  HGW_ROLLED_BACK,
				       HGW_INCOMPLETE, HGW_REFUSED, HGW_USAGE,	  HGW_DATAERR,
				       HGW_NOINPUT,    HGW_IOERR,   HGW_TEMPFAIL, HGW_NOPERM};
	char *readme = read_file("README.md"), *manual = read_file("man/hgw.8");

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(rows); i++)
		must_have("README.md", readme, "", rows[i]);
	for (size_t i = 0; i < HGW_ARRAY_LEN(statuses); i++) {
		char item[32];

		snprintf(item, sizeof(item), ".It %d\n", statuses[i]);
		must_have("man/hgw.8", manual, "", item);
	}
	free(readme);
	free(manual);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_option_is_in_the_manual),
		cmocka_unit_test(every_option_is_completed),
		cmocka_unit_test(every_command_is_documented),
		cmocka_unit_test(every_exit_status_is_in_the_readme),
	};

	return cmocka_run_group_tests_name("docs", tests, NULL, NULL);
}
