/* SPDX-License-Identifier: MIT */
#include "cmd.h"

/* An inventory that was cut short must not take all routes away. */
static int guard_empty(const struct session *s, struct hgw_err *err)
{
	if (s->desired.n > 0 || s->opt.allow_empty)
		return 0;
	return hgw_fail(
		err, HGW_REFUSED,
		"the inventory leaves node '%s' without any route; nothing was changed. If that "
		"is meant, say --allow-empty",
		hgw_node_name(&s->inv, s->report.node));
}

int cmd_apply(struct session *s, struct hgw_err *err)
{
	bool changes, text = s->opt.format == FORMAT_TEXT;

	if (session_load(s, err) < 0 || session_open(s, err) < 0)
		return -1;
	if (!s->opt.dry_run && hgw_kernel_may_write(s->kernel, err) < 0)
		return -1;
	if (session_wait(s, err) < 0)
		return -1;
	if (!s->opt.dry_run && hgw_lock_take(&s->lock, s->opt.lock_timeout, err) < 0)
		return -1;
	if (session_read(s, err) < 0 || session_plan(s, err) < 0)
		return -1;
	/* Before anything is written to the kernel: output that cannot be written ends it here. */
	if ((text && session_print_plan(s, err) < 0) || session_conflicts(s, err) < 0 ||
	    guard_empty(s, err) < 0 ||
	    hgw_guard_deletes(&s->plan, &s->scope, s->actual.owned.n, &s->opt.max_delete, err) < 0)
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
