/* SPDX-License-Identifier: MIT */
#include "hgw/planfile.h"
#include "mesh.h"

static int print_batch(struct session *s, struct hgw_err *err)
{
	struct hgw_writes writes = {0};
	int rc = hgw_writes_build(&writes, &s->plan, &s->pool, err);

	for (size_t i = 0; rc == 0 && i < writes.n; i++)
		hgw_print_write(s->out, &s->view, &writes.v[i], true);
	hgw_writes_free(&writes);
	return rc;
}

static int save(struct session *s, struct hgw_err *err)
{
	struct hgw_planfile file = {.scope = s->scope, .plan = s->plan};

	snprintf(file.node, sizeof(file.node), "%s", hgw_node_name(&s->inv, s->report.node));
	if (hgw_planfile_digest(&file.digest, &s->scope, &s->plan, &s->actual, &s->host, &s->pool,
				err) < 0)
		return -1;
	return hgw_planfile_write(s->opt.out, &file, &s->host, &s->pool, err);
}

int cmd_plan(struct session *s, struct hgw_err *err)
{
	bool changes;

	if (session_load(s, err) < 0)
		return -1;
	if (mesh_is_dir(s->opt.snapshot))
		return mesh_plan(s, err);
	if (session_open(s, err) < 0 || session_read_ours(s, err) < 0 || session_plan(s, err) < 0)
		return -1;
	/* The plan itself shows what is in its way. */
	if (s->opt.format == FORMAT_TEXT && session_print_plan(s, err) < 0)
		return -1;
	if (session_conflicts(s, err) < 0)
		return -1;
	if (s->opt.out != NULL && save(s, err) < 0)
		return -1;
	changes = hgw_plan_changes(&s->plan) > 0;
	if (s->opt.format == FORMAT_JSON && session_json(s, changes, NULL, err) < 0)
		return -1;
	if (s->opt.format == FORMAT_BATCH && print_batch(s, err) < 0)
		return -1;
	return changes && s->opt.exit_code ? HGW_DIFFERS : HGW_OK;
}
