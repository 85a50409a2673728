/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "confirm.h"
#include "hgw/self.h"

/* As ip(8) reads it: "15;0" and "15;default;0" end with the colour behind the text. */
static bool is_dark(void)
{
	const char *colors = getenv("COLORFGBG");
	const char *last = colors != NULL ? strrchr(colors, ';') : NULL;

	return last != NULL && ((last[1] >= '0' && last[1] <= '6') || last[1] == '8') &&
	       last[2] == '\0';
}

static bool use_color(const struct cmd_options *opt)
{
	const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");

	if (opt->color != COLOR_AUTO || opt->format != FORMAT_TEXT)
		return opt->color == COLOR_ALWAYS && opt->format == FORMAT_TEXT;
	return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

static enum hgw_color color_of(const struct cmd_options *opt)
{
	if (!use_color(opt))
		return HGW_PLAIN;
	return is_dark() ? HGW_COLOR_DARK : HGW_COLOR;
}

static int set_table(struct session *s, struct hgw_err *err)
{
	const char *reason;

	if (s->opt.table == NULL)
		return 0;
	if (!hgw_table_parse(&s->names, s->opt.table, &s->scope.table))
		return hgw_fail(err, HGW_USAGE,
				"unknown table '%s'; use a number from 1 on, or name it in "
				"/etc/iproute2/rt_tables",
				s->opt.table);
	reason = hgw_table_taken(s->scope.table);
	if (reason != NULL)
		return hgw_fail(err, HGW_USAGE, "table '%s' cannot be used: %s", s->opt.table,
				reason);
	return 0;
}

static int set_protocol(struct session *s, struct hgw_err *err)
{
	const char *reason;

	if (s->opt.protocol == NULL)
		return 0;
	if (!hgw_protocol_parse(&s->names, s->opt.protocol, &s->scope.protocol))
		return hgw_fail(err, HGW_USAGE, "unknown protocol '%s'; use a number from 0 to 255",
				s->opt.protocol);
	reason = hgw_protocol_taken(&s->names, s->scope.protocol);
	if (reason != NULL)
		return hgw_fail(err, HGW_USAGE, "protocol '%s' cannot be used: %s", s->opt.protocol,
				reason);
	return 0;
}

int session_scope(struct session *s, uint32_t table, struct hgw_err *err)
{
	bool both = s->opt.inet == s->opt.inet6;

	s->view = (struct hgw_view){&s->names, &s->host, &s->pool, color_of(&s->opt)};
	if (s->opt.snapshot != NULL)
		s->report.snapshot =
			strcmp(s->opt.snapshot, "-") == 0 ? "<stdin>" : s->opt.snapshot;
	s->report.scope = &s->scope;
	s->report.diags = &s->diags;
	s->scope = (struct hgw_scope){.table = s->inv.table != 0 ? s->inv.table : table,
				      .protocol = s->inv.nfiles > 0 && s->inv.protocol >= 0
							  ? (uint8_t)s->inv.protocol
							  : HGW_PROTOCOL,
				      .inet = both || s->opt.inet,
				      .inet6 = both || s->opt.inet6};
	return set_table(s, err) < 0 ? -1 : set_protocol(s, err);
}

const struct hgw_progress *session_progress(const struct session *s)
{
	return s->line.fd > 0 ? &s->progress : NULL;
}

const char *session_inventory(void)
{
	const char *path = getenv("HGW_INVENTORY");

	return path != NULL && path[0] != '\0' ? path : "/etc/hgw/inventory.yaml";
}

int session_load(struct session *s, struct hgw_err *err)
{
	const char *fallback = session_inventory();
	const struct hgw_inventory_options options = {&s->names, s->opt.annotation_prefix,
						      session_progress(s)};

	if (hgw_names_load(&s->names, "", err) < 0)
		return -1;
	if (hgw_inventory_load(&s->inv, s->opt.nfiles > 0 ? s->opt.files : &fallback,
			       s->opt.nfiles > 0 ? s->opt.nfiles : 1, &options, &s->diags, err) < 0)
		return -1;
	return session_scope(s, RT_TABLE_MAIN, err);
}

/* A file takes the place of the kernel. */
static int open_snapshot(struct session *s, struct hgw_err *err)
{
	struct hgw_snapshot_file file;

	if (hgw_snapshot_load(&file, s->opt.snapshot, &s->names, &s->pool, &s->diags, err) < 0)
		return -1;
	s->host = file.host;
	s->recorded = file.routes;
	if (s->scope.table != RT_TABLE_MAIN && !file.all)
		return hgw_fail(
			err, HGW_DATAERR,
			"%s tells table main alone; take it anew with: " HGW_SNAPSHOT_COMMAND,
			s->report.snapshot);
	if ((s->scope.inet && !s->host.no_inet) || (s->scope.inet6 && !s->host.no_inet6))
		return 0;
	return hgw_fail(err, HGW_DATAERR,
			"%s tells nothing of IPv%d; take it anew with: " HGW_SNAPSHOT_COMMAND,
			s->report.snapshot, s->scope.inet ? 4 : 6);
}

int session_open(struct session *s, struct hgw_err *err)
{
	if (s->opt.snapshot != NULL)
		return open_snapshot(s, err);
	if (hgw_kernel_open(&s->kernel, s->opt.netns, err) < 0)
		return -1;
	hgw_kernel_tell(s->kernel, session_progress(s));
	return 0;
}

int session_lock(struct session *s, struct hgw_err *err)
{
	int fd;

	if (hgw_lock_take(&s->lock, s->opt.lock_timeout, err) == 0) {
		confirm_report_orphan(s);
		return 0;
	}
	fd = err->status == HGW_TEMPFAIL ? watcher_connect() : -1;
	if (fd < 0)
		return -1;
	close(fd);
	return hgw_fail(err, HGW_TEMPFAIL,
			"a change waits for its confirmation; say 'hgw apply --confirm' or "
			"'hgw apply --rollback' first");
}

const char *session_node(const struct session *s)
{
	const char *name = getenv("HGW_NODE");

	if (s->opt.node != NULL)
		return s->opt.node;
	return name != NULL && name[0] != '\0' ? name : NULL;
}

static int find_self(struct session *s, struct hgw_err *err)
{
	bool live = s->opt.snapshot == NULL; /* else this host has nothing to do with it */
	const char *name = live ? session_node(s) : s->opt.node;
	char hostname[256] = "";

	if (live && gethostname(hostname, sizeof(hostname) - 1) < 0)
		hostname[0] = '\0';
	if (hgw_self_find(&s->inv, &s->host, name, live ? hostname : NULL, &s->report.node,
			  &s->diags, err) < 0)
		return -1;
	s->report.inv = &s->inv;
	return 0;
}

void session_forget(struct session *s)
{
	hgw_probe_free(&s->probe);
	hgw_settings_free(&s->settings);
	hgw_lookups_free(&s->lookups);
	hgw_actual_free(&s->actual);
	hgw_desired_free(&s->desired);
	hgw_pool_free(&s->pool);
	hgw_snapshot_free(&s->host);
	hgw_routes_free(&s->recorded);
}

/* What it does not tell can be said neither to be there nor to be missing. */
static int note_unknown(struct session *s, struct hgw_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < s->desired.n; i++)
		n += !hgw_desired_known(&s->desired.v[i], &s->host, &s->pool);
	if (n == 0)
		return 0;
	if (n == s->desired.n)
		return hgw_fail(
			err, HGW_DATAERR,
			"%s tells nothing of IPv%d, and all routes wanted need that; take it "
			"anew with: " HGW_SNAPSHOT_COMMAND,
			s->report.snapshot, s->host.no_inet ? 4 : 6);
	hgw_diag_add(&s->diags, HGW_WARNING, NULL, "take it anew with: " HGW_SNAPSHOT_COMMAND,
		     "%s tells nothing of IPv%d: %zu of %zu routes are left out of account",
		     s->report.snapshot, s->host.no_inet ? 4 : 6, n, s->desired.n);
	return 0;
}

/* The routes, of wherever they are; quick: hgw_actual_read_unless_settled() may be enough. */
static int read_routes(struct session *s, bool quick, struct hgw_err *err)
{
	int rc;

	if (s->opt.snapshot != NULL) {
		if (note_unknown(s, err) < 0)
			return -1;
		rc = hgw_actual_read_set(&s->actual, &s->recorded, &s->scope, &s->desired, &s->pool,
					 err);
	} else if (quick) {
		rc = hgw_actual_read_unless_settled(&s->actual, s->kernel, &s->scope, &s->desired,
						    &s->host, &s->pool, err);
	} else {
		rc = hgw_actual_read(&s->actual, s->kernel, &s->scope, &s->desired, &s->pool, err);
	}
	if (rc == 0)
		hgw_desired_resolve(&s->desired, &s->host, &s->pool);
	s->settled = rc > 0;
	return rc < 0 ? -1 : 0;
}

static int read_host(struct session *s, bool quick, struct hgw_err *err)
{
	if ((s->opt.snapshot == NULL && hgw_kernel_snapshot(s->kernel, &s->host, err) < 0) ||
	    find_self(s, err) < 0 ||
	    hgw_desired_build(&s->desired, &s->inv, s->report.node, &s->scope, &s->host, &s->pool,
			      err) < 0)
		return -1;
	if (s->opt.strict) {
		s->desired.pods = &s->inv;
		s->desired.self = s->report.node;
	}
	return read_routes(s, quick, err);
}

int session_read(struct session *s, struct hgw_err *err)
{
	return read_host(s, false, err);
}

/* What is to be taken over is others', so that with --adopt ours are not enough. */
int session_read_ours(struct session *s, struct hgw_err *err)
{
	return read_host(s, !s->opt.policy.adopt, err);
}

/* Nodes that cannot be reached end the run, or are named and left out of it. */
static int reachable(struct session *s, struct hgw_err *err)
{
	bool skip = s->opt.policy.skip_unreachable, all = true;
	int rc;

	for (size_t i = 0; i < s->desired.n && all; i++)
		all = s->desired.v[i].reach == HGW_REACH_OK;
	if (all)
		return 0;
	if (hgw_inventory_locate(&s->inv, err) < 0)
		return -1;
	rc = hgw_desired_refuse(&s->desired, &s->inv, &s->pool, skip ? HGW_WARNING : HGW_ERROR,
				&s->diags, err);
	return skip ? 0 : rc;
}

/* Positions cost a second walk of the text, so they are found when there is something to say. */
static int guard_connected(struct session *s, struct hgw_err *err)
{
	struct hgw_diags unplaced = {0};
	int rc = hgw_guard_connected(&s->desired, &s->inv, &s->host, &unplaced, err);
	bool silent = unplaced.n == 0;

	hgw_diags_free(&unplaced);
	if (rc == 0 && silent)
		return 0;
	if (hgw_inventory_locate(&s->inv, err) < 0)
		return -1;
	return hgw_guard_connected(&s->desired, &s->inv, &s->host, &s->diags, err);
}

int session_plan(struct session *s, struct hgw_err *err)
{
	hgw_desired_leave_unknown(&s->desired, &s->host, &s->pool);
	if (s->report.inv != NULL && (reachable(s, err) < 0 || guard_connected(s, err) < 0))
		return -1;
	if (s->settled)
		s->plan.unchanged = s->desired.n;
	else if (hgw_plan_build(&s->plan, &s->desired, &s->actual, &s->opt.policy, &s->pool, err) <
		 0)
		return -1;
	s->report.plan = &s->plan;
	if (s->plan.n == 0 || s->report.inv == NULL)
		return 0;
	if (hgw_inventory_locate(&s->inv, err) < 0)
		return -1;
	hgw_note_foreign(&s->diags, &s->view, &s->report);
	return 0;
}

int session_conflicts(struct session *s, struct hgw_err *err)
{
	size_t n = s->plan.count[HGW_OP_CONFLICT];

	if (n == 0)
		return 0;
	return hgw_fail(
		err, HGW_REFUSED,
		"%zu route%s of others %s in the way; nothing was changed. Delete %s, take %s over "
		"with --adopt, or change the inventory",
		n, n == 1 ? "" : "s", n == 1 ? "is" : "are", n == 1 ? "it" : "them",
		n == 1 ? "it" : "them");
}

static void note_nothing(struct session *s)
{
	size_t n = s->plan.unchanged;

	if (s->report.inv == NULL)
		hgw_diag_add(&s->diags, HGW_NOTE, NULL, NULL, "nothing to do");
	else
		hgw_diag_add(&s->diags, HGW_NOTE, NULL, NULL,
			     "nothing to do: %zu route%s as the inventory says", n,
			     n == 1 ? " is" : "s are");
}

int session_print_plan(struct session *s, struct hgw_err *err)
{
	if (hgw_plan_changes(&s->plan) == 0 && s->plan.count[HGW_OP_CONFLICT] == 0)
		note_nothing(s);
	hgw_print_plan(s->out, &s->view, &s->report);
	hgw_print_summary(s->out, &s->plan, false);
	return session_flush(s, err);
}

int session_flush(struct session *s, struct hgw_err *err)
{
	if (fflush(s->out) == 0 && !ferror(s->out))
		return 0;
	return hgw_fail(err, HGW_IOERR, "cannot write to standard output: %s", strerror(errno));
}

int session_json_begin(struct session *s, struct hgw_err *err)
{
	if (s->opt.format != FORMAT_JSON)
		return 0;
	if (hgw_json_begin(s->out, &s->report) < 0)
		return hgw_fail_nomem(err);
	s->report.begun = true;
	return session_flush(s, err);
}

int session_json(struct session *s, bool changed, const struct hgw_err *failure,
		 struct hgw_err *err)
{
	s->report.changed = changed;
	s->report.err = failure;
	s->printed = true;
	if (hgw_json_plan(s->out, &s->view, &s->report) < 0)
		return hgw_fail_nomem(err);
	return 0;
}

void session_close(struct session *s)
{
	hgw_verdict_free(&s->verdict);
	hgw_plan_free(&s->plan);
	session_forget(s);
	hgw_kernel_close(s->kernel);
	hgw_lock_release(&s->lock);
	hgw_diags_free(&s->diags);
	hgw_inventory_free(&s->inv);
	hgw_names_free(&s->names);
}
