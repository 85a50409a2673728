/* SPDX-License-Identifier: MIT */
#include "mesh.h"

int cmd_verify(struct session *s, struct hgw_err *err)
{
	if (session_load(s, err) < 0)
		return -1;
	if (mesh_is_dir(s->opt.snapshot))
		return mesh_verify(s, err);
	if (session_open(s, err) < 0 || session_retry(s, session_verdict, err) < 0 ||
	    hgw_inventory_locate(&s->inv, err) < 0)
		return -1;
	if (format_verdict(s) < 0)
		return hgw_fail_nomem(err);
	return s->verdict.count[HGW_FAIL] > 0 ? HGW_DIFFERS : HGW_OK;
}
