/* SPDX-License-Identifier: MIT */
/* What the commands share: their table, their options, and the run they make. */
#ifndef HGW_CMD_H
#define HGW_CMD_H

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>

#include "hgw/guard.h"
#include "hgw/lock.h"
#include "hgw/output.h"
#include "progress.h"

enum cmd_id { CMD_PLAN, CMD_APPLY, CMD_SHOW, CMD_VERIFY, CMD_FLUSH, CMD_COUNT };

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
enum format {
	FORMAT_TEXT,
	FORMAT_JSON,
	FORMAT_BATCH,
	FORMAT_TAP,
	FORMAT_JUNIT,
	FORMAT_NAGIOS,
	FORMAT_DOT,
	FORMAT_COUNT,
};

struct format_spec {
	const char *name;
	/* NULL: not for verdicts. Also called without one, after a failure. */
	int (*verdict)(FILE *f, const struct hgw_view *view, const struct hgw_report *report);
	int (*mesh)(FILE *f, const struct hgw_view *view, const struct hgw_report *report);
};
extern const struct format_spec format_specs[FORMAT_COUNT];

struct cmd_options {
	const char *node, *netns, *annotation_prefix, *table, *protocol;
	const char *const *files;
	size_t nfiles;
	enum color color;
	enum format format;
	bool inet, inet6; /* -4, -6 as given */
	bool quiet, verbose, help, version;
	bool exit_code, dry_run, allow_empty;
	bool confirm, detach, settle, roll_back, verify; /* settle: --confirm */
	const char *plan, *out, *snapshot;
	bool strict, all, trace, probe;
	struct hgw_addr to; /* with trace */
	uint32_t lock_timeout, wait, confirm_within, retry;
	uint32_t timeout; /* of --probe; 0: not said */
	struct hgw_limit max_delete;
	struct hgw_policy policy;
};

/* One run of a command. All zero is a valid empty one. */
struct session {
	struct cmd_options opt;
	FILE *out, *err;
	struct hgw_names names;
	struct hgw_inventory inv;
	struct hgw_diags diags;
	struct hgw_kernel *kernel;
	struct hgw_lock lock;
	struct hgw_snapshot host;
	struct hgw_routes recorded; /* all routes of a snapshot */
	struct hgw_pool pool;
	struct hgw_scope scope;
	struct hgw_desired desired;
	struct hgw_actual actual;
	bool settled; /* ours are as they should be, and no others were read */
	struct hgw_plan plan;
	struct hgw_probe probe;
	struct hgw_settings settings;
	struct hgw_lookups lookups;
	struct hgw_verdict verdict;
	struct hgw_view view;
	struct hgw_report report;
	bool printed;	 /* the document, or as much of it as there will be */
	int64_t started; /* clock_ms() */
	bool said_waiting;
	struct progress line;
	struct hgw_progress progress; /* of that line */
};

struct cmd {
	const char *name;
	const char *args;    /* of the usage line */
	const char *summary; /* a line */
	const char *details; /* for its own help */
	const char *examples;
	const char *json; /* "hgw.plan/1"; NULL: an array */
	unsigned formats; /* 1 << FORMAT_* */
	/* Returns the exit status (0 or 2), or -1 and err. */
	int (*run)(struct session *s, struct hgw_err *err);
};

extern const struct cmd cmds[CMD_COUNT];
const struct cmd *cmd_find(const char *name);

int cmd_plan(struct session *s, struct hgw_err *err);
int cmd_apply(struct session *s, struct hgw_err *err);
int cmd_show(struct session *s, struct hgw_err *err);
int show_trace(struct session *s, struct hgw_err *err);
int cmd_verify(struct session *s, struct hgw_err *err);
int cmd_flush(struct session *s, struct hgw_err *err);

/*
 * First act of main(): descriptors 0 to 2 are open afterwards. -1 and err if
 * this is no way to be started.
 */
HGW_NODISCARD int cmd_begin(struct hgw_err *err);
/*
 * Runs a command from its options (argv[0] is its name) to its messages, and
 * returns the exit status. Of the session out and err are set; it is closed by
 * the caller.
 */
int cmd_run(struct session *s, const struct cmd *cmd, int argc, char **argv);

/* Options: argv[0] is the command's name. -1 and HGW_USAGE. */
HGW_NODISCARD int options_parse(struct cmd_options *opt, const struct cmd *cmd, int argc,
				char **argv, struct hgw_err *err);
/* HGW_USAGE where they do not go together. */
HGW_NODISCARD int options_check(const struct cmd_options *opt, const struct cmd *cmd,
				struct hgw_err *err);

/* Prints the verdict in the format that was asked for; -1 for want of memory. */
HGW_NODISCARD int format_verdict(struct session *s);
/* The exit status in that format: Nagios has its own four. */
int format_status(const struct session *s, int status);

/* From now on: what hgw_kernel_stop_at() wants to know. */
const volatile sig_atomic_t *signals_hold(void);
/* HUP too asks for the end. */
void signals_hold_hangup(void);
/* The signal that came since; 0: none. */
int signals_caught(void);

/* "complete nodes FILE...": prints names that fit there, for the completions of shells. */
HGW_NODISCARD int complete(int argc, char **argv, struct hgw_err *err);

void usage_print(FILE *f);
void usage_print_command(FILE *f, const struct cmd *cmd);
/* The lines of one option; formats: those that it takes as its value. */
void usage_print_option(FILE *f, const char *option, const char *help, unsigned formats);
/* The lines of the options a command takes. */
void options_print(FILE *f, const struct cmd *cmd);

/* The inventory where none is named. */
const char *session_inventory(void);
/* Who shows how far the work has come; NULL: nobody. */
const struct hgw_progress *session_progress(const struct session *s);
/* Loads the inventory; settles table and protocol. */
HGW_NODISCARD int session_load(struct session *s, struct hgw_err *err);
/* Opens the kernel, or reads the snapshot. */
HGW_NODISCARD int session_open(struct session *s, struct hgw_err *err);
/*
 * Waits, as long as --wait says, until the host knows which node it is and
 * can reach the others; HGW_REFUSED if it does not come to that.
 */
HGW_NODISCARD int session_wait(struct session *s, struct hgw_err *err);
/* What is waited for: once; on a terminal each time, with how much of it is left. */
void session_say_waiting(struct session *s, uint32_t most, int64_t left, const char *what);
typedef int session_judge_fn(struct session *s, struct hgw_err *err);
/*
 * Calls judge, which reads the host anew and sets the verdict; as long as --retry
 * says until nothing fails.
 */
HGW_NODISCARD int session_retry(struct session *s, session_judge_fn *judge, struct hgw_err *err);
/* Takes the lock; HGW_TEMPFAIL, also while a change waits for its confirmation. */
HGW_NODISCARD int session_lock(struct session *s, struct hgw_err *err);
/* Reads the host: which node it is, what it should have, what it has. */
HGW_NODISCARD int session_read(struct session *s, struct hgw_err *err);
/* The same for a plan: where ours are as they should be, no more than that. */
HGW_NODISCARD int session_read_ours(struct session *s, struct hgw_err *err);
/* Which node we were told to be; NULL: nothing. */
const char *session_node(const struct session *s);
/* Forgets what was read, for another reading. */
void session_forget(struct session *s);
/* The plan, with its notes. HGW_REFUSED if a gateway cannot be used. */
HGW_NODISCARD int session_plan(struct session *s, struct hgw_err *err);
/* Prints diff and summary, or notes that there is nothing to do. -1: it did not arrive. */
HGW_NODISCARD int session_print_plan(struct session *s, struct hgw_err *err);
/* HGW_REFUSED if routes of others are in the way of the plan. */
HGW_NODISCARD int session_conflicts(struct session *s, struct hgw_err *err);
/* Table, protocol and families where no inventory says them; table 0 is all. */
HGW_NODISCARD int session_scope(struct session *s, uint32_t table, struct hgw_err *err);
/* With -v: what took us back. */
void session_print_undone(const struct session *s, const struct hgw_undo *undo);
/* Carries out the plan; says in diags how it went where that is not plain. */
HGW_NODISCARD int session_apply(struct session *s, struct hgw_err *err);
/* Judges what was read; the verdict refers to actual. */
HGW_NODISCARD int session_verify(struct session *s, const struct hgw_actual *actual,
				 struct hgw_err *err);
/* Reads the host and judges it: the verdict, and what the report says of it. */
HGW_NODISCARD int session_verdict(struct session *s, struct hgw_err *err);
/*
 * Verifies the host anew; how many checks fail that a route can be the cause of. Each of
 * those is an error in diags, and what else fails a warning.
 */
HGW_NODISCARD int session_judge(struct session *s, size_t *failed, struct hgw_err *err);
/* Whether what was printed so far arrived; HGW_IOERR if not. */
HGW_NODISCARD int session_flush(struct session *s, struct hgw_err *err);
/*
 * Before routes are written: prints as much of the document as is known, so that
 * output that cannot be written ends the run here.
 */
HGW_NODISCARD int session_json_begin(struct session *s, struct hgw_err *err);
/* The document of a plan, an apply or a flush. */
HGW_NODISCARD int session_json(struct session *s, bool changed, const struct hgw_err *failure,
			       struct hgw_err *err);
void session_close(struct session *s);

#endif
