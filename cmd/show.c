/* SPDX-License-Identifier: MIT */
#include "mesh.h"

/* What is ours, or with --all what there is. */
static int read_shown(struct session *s, struct hgw_err *err)
{
	struct hgw_scope scope = s->scope;

	if (s->opt.all)
		scope.protocol = 0;
	if (s->opt.snapshot != NULL)
		return hgw_actual_set_owned(&s->actual.owned, &s->recorded, &scope, err);
	if (hgw_kernel_snapshot(s->kernel, &s->host, err) < 0)
		return -1;
	return hgw_actual_read_owned(&s->actual.owned, s->kernel, &scope, &s->pool, err);
}

/* The graph of the cluster, with what is wrong: as this host sees it, or as all of them do. */
static int show_graph(struct session *s, struct hgw_err *err)
{
	if (session_load(s, err) < 0)
		return -1;
	if (mesh_is_dir(s->opt.snapshot))
		return mesh_verify(s, err) < 0 ? -1 : HGW_OK;
	if (session_open(s, err) < 0 || session_verdict(s, err) < 0 ||
	    hgw_inventory_locate(&s->inv, err) < 0)
		return -1;
	return format_verdict(s) < 0 ? hgw_fail_nomem(err) : HGW_OK;
}

int cmd_show(struct session *s, struct hgw_err *err)
{
	const struct hgw_routes *shown = &s->actual.owned;

	if (s->opt.trace)
		return show_trace(s, err);
	if (s->opt.format == FORMAT_DOT)
		return show_graph(s, err);
	/* An inventory is read only if one is named: for its table and protocol. */
	if (s->opt.nfiles > 0 ? session_load(s, err) < 0
			      : hgw_names_load(&s->names, "", err) < 0 ||
					session_scope(s, RT_TABLE_MAIN, err) < 0)
		return -1;
	if (session_open(s, err) < 0 || read_shown(s, err) < 0)
		return -1;
	if (s->opt.format == FORMAT_JSON) {
		s->printed = true;
		return hgw_json_shown(s->out, &s->view, shown) < 0 ? hgw_fail_nomem(err) : HGW_OK;
	}
	for (size_t i = 0; i < shown->n; i++)
		hgw_print_shown(s->out, &s->view, &shown->v[i], s->opt.all);
	return HGW_OK;
}
