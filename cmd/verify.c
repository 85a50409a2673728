/* SPDX-License-Identifier: MIT */
#include "cmd.h"

int cmd_verify(struct session *s, struct hgw_err *err)
{
	if (session_load(s, err) < 0 || session_open(s, err) < 0 || session_read(s, err) < 0 ||
	    hgw_inventory_locate(&s->inv, err) < 0 ||
	    hgw_verify(&s->verdict, &s->desired, &s->actual, &s->host, &s->scope, &s->pool, err) <
		    0)
		return -1;
	s->report.verdict = &s->verdict;
	s->report.desired = &s->desired;
	s->report.actual = &s->actual;
	if (s->opt.format == FORMAT_TEXT) {
		hgw_print_verdict(s->out, &s->view, &s->report, s->opt.verbose);
	} else {
		s->printed = true;
		if (hgw_json_verdict(s->out, &s->view, &s->report) < 0)
			return hgw_fail_nomem(err);
	}
	return s->verdict.count[HGW_FAIL] > 0 ? HGW_DIFFERS : HGW_OK;
}
