/* SPDX-License-Identifier: MIT */
/* The commands, and one run of one, from its options to its exit status. */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
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
		 "  hgw plan inventory.yaml\n"
		 "  hgw plan inventory.yaml | sed -n 's/^- /ip route del /p; s/^+ /ip route "
		 "replace "
		 "/p'\n"
		 "  hgw plan --snapshot node2.json inventory.yaml\n",
		 "hgw.plan/1", COMMON_FORMATS | 1U << FORMAT_BATCH, cmd_plan},
	[CMD_APPLY] =
		{"apply", "[OPTION]... [INVENTORY]...",
		 "make this host's routes what the inventory says, all or nothing",
		 "Routes are added and replaced before any is deleted. If the kernel refuses one,\n"
		 "all is undone. Routes of another protocol are never touched.\n"
		 "Needs CAP_NET_ADMIN.\n",
		 "  hgw apply inventory.yaml\n"
		 "  hgw apply --dry-run --exit-code inventory.yaml\n"
		 "  hgw apply --verify --confirm-within 60 --detach inventory.yaml\n"
		 "  hgw apply --confirm\n",
		 "hgw.apply/1", COMMON_FORMATS, cmd_apply},
	[CMD_SHOW] =
		{"show", "[OPTION]... [INVENTORY]...",
		 "print the routes that are ours, as ip route does",
		 "Table and protocol come from the options, else from an inventory that is named,\n"
		 "else they are main and hgw. -o dot draws the cluster instead, as verify sees it\n"
		 "from here: pipe it into dot -Tsvg.\n",
		 "  hgw show\n"
		 "  hgw show -4 -o json\n"
		 "  hgw show --all --table main\n"
		 "  hgw show --to 10.244.1.7\n"
		 "  hgw show -o dot inventory.yaml\n",
		 NULL, COMMON_FORMATS | 1U << FORMAT_DOT, cmd_show},
	[CMD_VERIFY] =
		{"verify", "[OPTION]... [INVENTORY]...",
		 "judge whether packets would go where the inventory says",
		 "Exit status 2 if anything fails; warnings do not change it, unless\n"
		 "--strict. Of -o nagios: 0, 1 with warnings, 2 if anything fails, else 3.\n",
		 "  hgw verify inventory.yaml\n"
		 "  hgw verify --probe inventory.yaml\n"
		 "  hgw verify --strict --retry 60 inventory.yaml\n"
		 "  hgw verify -o junit inventory.yaml\n",
		 "hgw.verify/1", VERIFY_FORMATS, cmd_verify},
	[CMD_FLUSH] = {"flush", "[OPTION]...", "delete all routes that are ours",
		       "Without --table, -4 and -6: those of all tables and both families. Needs\n"
		       "CAP_NET_ADMIN.\n",
		       "  hgw flush --dry-run\n"
		       "  hgw flush -6 --table main\n"
		       "  hgw flush\n",
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

/* What is let go is soon got again, as something else: it stays with the process. */
static void tune_memory(void)
{
#ifdef M_MMAP_THRESHOLD
	mallopt(M_MMAP_THRESHOLD, 32 * 1024 * 1024); /* the most there is */
	mallopt(M_TRIM_THRESHOLD, 256 * 1024 * 1024);
#endif
}

int cmd_begin(struct hgw_err *err)
{
	tune_memory();
	if (!secure_descriptors())
		return hgw_fail(err, HGW_IOERR, "standard output is closed");
	if (is_setuid())
		return hgw_fail(err, HGW_NOPERM,
				"not to be run setuid or setgid; use sudo, or give the service "
				"CAP_NET_ADMIN");
	return 0;
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
	if (cmd == &cmds[CMD_VERIFY] || s->opt.format == FORMAT_DOT)
		rc = format_verdict(s);
	else if (cmd->json == NULL)
		fputs("[]\n", s->out);
	else
		rc = hgw_json_plan(s->out, &s->view, &s->report);
	s->printed = rc == 0;
}

/* Help and version are told in the place of what the command would do. */
static int run(struct session *s, const struct cmd *cmd, struct hgw_err *err)
{
	if (s->opt.version)
		fputs("hgw " HGW_VERSION "\n", s->out);
	else if (s->opt.help)
		usage_print_command(s->out, cmd);
	else
		return cmd->run(s, err);
	s->printed = true;
	return HGW_OK;
}

int cmd_run(struct session *s, const struct cmd *cmd, int argc, char **argv)
{
	struct hgw_err err = {0}, io = {0};
	int status;

	s->started = clock_ms();
	s->report.node = UINT32_MAX;
	s->report.format = cmd->json;
	status = options_parse(&s->opt, cmd, argc, argv, &err);
	if (!s->opt.quiet)
		progress_begin(&s->line, s->err, s->started);
	s->progress = (struct hgw_progress){progress_step, &s->line};
	if (status == 0)
		status = run(s, cmd, &err);
	progress_erase(&s->line);
	if (status < 0) {
		print_failure(s, cmd, &err);
		print_error(s, &err);
		status = (int)err.status;
		if (status == HGW_FAILED && signals_caught() != 0)
			status = 128 + signals_caught();
	} else {
		print_error(s, NULL);
	}
	if (session_flush(s, &io) < 0 && (status == HGW_OK || status == HGW_DIFFERS)) {
		fprintf(s->err, "hgw: error: %s\n", io.msg);
		status = HGW_IOERR;
	}
	return format_status(s, status);
}
