/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cmd.h"
#include "confirm.h"
#include "hgw/journal.h"
#include "hgw/planfile.h"

/* An inventory that was cut short must not take all routes away. */
static int guard_empty(const struct session *s, struct hgw_err *err)
{
	if (s->desired.n > 0 || s->opt.allow_empty || s->report.inv == NULL)
		return 0;
	return hgw_fail(
		err, HGW_REFUSED,
		"the inventory leaves node '%s' without any route; nothing was changed. If that "
		"is meant, say --allow-empty",
		hgw_node_name(&s->inv, s->report.node));
}

/* The plan out of a file, if the host is still as it was when that was made. */
static int read_saved(struct session *s, struct hgw_err *err)
{
	struct hgw_planfile file;
	int rc;

	if (hgw_kernel_snapshot(s->kernel, &s->host, err) < 0 ||
	    hgw_planfile_read(&file, s->opt.plan, &s->host, &s->pool, err) < 0)
		return -1;
	s->scope = file.scope;
	rc = hgw_planfile_desired(&file, &s->desired, err);
	if (rc == 0 && (hgw_table_taken(s->scope.table) != NULL ||
			hgw_protocol_taken(&s->names, s->scope.protocol) != NULL))
		rc = hgw_fail(err, HGW_DATAERR, "%s: its table or protocol belongs to others",
			      s->opt.plan);
	if (rc == 0)
		rc = hgw_actual_read(&s->actual, s->kernel, &s->scope, &s->desired, &s->pool, err);
	if (rc == 0)
		rc = hgw_planfile_match(&file, &s->actual, &s->host, &s->pool, err);
	if (rc < 0) {
		hgw_planfile_free(&file);
		return -1;
	}
	s->plan = file.plan;
	s->report.plan = &s->plan;
	s->report.saved = s->opt.plan;
	return 0;
}

/* From nothing to a plan, with the lock taken on the way. */
static int make_plan(struct session *s, struct hgw_err *err)
{
	bool saved = s->opt.plan != NULL;

	if (saved ? hgw_names_load(&s->names, "", err) < 0 ||
			    session_scope(s, RT_TABLE_MAIN, err) < 0
		  : session_load(s, err) < 0)
		return -1;
	if (session_open(s, err) < 0 ||
	    (!s->opt.dry_run && hgw_kernel_may_write(s->kernel, err) < 0) ||
	    (!saved && session_wait(s, err) < 0) || (!s->opt.dry_run && session_lock(s, err) < 0))
		return -1;
	if (saved)
		return read_saved(s, err);
	return session_read_ours(s, err) < 0 ? -1 : session_plan(s, err);
}

/* --confirm and --rollback: about a change that another run has made. */
static int settle(struct session *s, struct hgw_err *err)
{
	bool text = s->opt.format == FORMAT_TEXT;

	if (hgw_names_load(&s->names, "", err) < 0 || session_scope(s, RT_TABLE_MAIN, err) < 0 ||
	    session_open(s, err) < 0 || hgw_kernel_may_write(s->kernel, err) < 0 ||
	    confirm_pending(s, s->opt.roll_back, err) < 0)
		return -1;
	if (text)
		fputs(s->opt.roll_back ? "Rolled back.\n" : "Confirmed.\n", s->out);
	return !text && session_json(s, s->opt.roll_back, NULL, err) < 0 ? -1 : HGW_OK;
}

int cmd_apply(struct session *s, struct hgw_err *err)
{
	bool changes, text = s->opt.format == FORMAT_TEXT;

	if (s->opt.settle || s->opt.roll_back)
		return settle(s, err);
	if (make_plan(s, err) < 0)
		return -1;
	/* Before anything is written to the kernel: output that cannot be written ends it here. */
	if ((text && session_print_plan(s, err) < 0) || session_conflicts(s, err) < 0 ||
	    guard_empty(s, err) < 0 ||
	    hgw_guard_deletes(&s->plan, &s->desired, &s->actual.owned, &s->opt.max_delete, err) < 0)
		return -1;
	changes = hgw_plan_changes(&s->plan) > 0;
	if (changes && !s->opt.dry_run && session_apply(s, err) < 0)
		return -1;
	if (text && !s->opt.dry_run)
		hgw_print_summary(s->out, &s->plan, true);
	if (!text && session_json(s, changes, NULL, err) < 0)
		return -1;
	return changes && s->opt.dry_run && s->opt.exit_code ? HGW_DIFFERS : HGW_OK;
}
