/* SPDX-License-Identifier: MIT */
#include "cmd.h"

/* The plan of no inventory at all: whatever is ours goes. */
int cmd_flush(struct session *s, struct hgw_err *err)
{
	bool changes, text = s->opt.format == FORMAT_TEXT;

	if (hgw_names_load(&s->names, "", err) < 0 || session_scope(s, 0, err) < 0 ||
	    session_open(s, err) < 0)
		return -1;
	if (!s->opt.dry_run &&
	    (hgw_kernel_may_write(s->kernel, err) < 0 || session_lock(s, err) < 0))
		return -1;
	if (hgw_kernel_snapshot(s->kernel, &s->host, err) < 0 ||
	    hgw_actual_read_owned(&s->actual.owned, s->kernel, &s->scope, &s->pool, err) < 0)
		return -1;
	hgw_routes_sort(&s->actual.owned);
	if (session_plan(s, err) < 0 || (text && session_print_plan(s, err) < 0))
		return -1;
	changes = hgw_plan_changes(&s->plan) > 0;
	if (changes && !s->opt.dry_run && session_apply(s, err) < 0)
		return -1;
	if (text && !s->opt.dry_run)
		hgw_print_summary(s->out, &s->plan, true);
	return !text && session_json(s, changes, NULL, err) < 0 ? -1 : HGW_OK;
}
