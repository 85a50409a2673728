/* SPDX-License-Identifier: MIT */
#include "cmd.h"

static int judge(struct session *s, struct hgw_err *err)
{
	s->verdict.strict = s->opt.strict;
	if (session_read(s, err) < 0)
		return -1;
	return session_verify(s, &s->actual, err);
}

int cmd_verify(struct session *s, struct hgw_err *err)
{
	if (session_load(s, err) < 0 || session_open(s, err) < 0 ||
	    session_retry(s, judge, err) < 0 || hgw_inventory_locate(&s->inv, err) < 0)
		return -1;
	s->report.verdict = &s->verdict;
	s->report.desired = &s->desired;
	s->report.actual = &s->actual;
	if (format_verdict(s) < 0)
		return hgw_fail_nomem(err);
	return s->verdict.count[HGW_FAIL] > 0 ? HGW_DIFFERS : HGW_OK;
}
