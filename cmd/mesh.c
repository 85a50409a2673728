/* SPDX-License-Identifier: MIT */
#include "mesh.h"

#include <stdlib.h>
#include <string.h>

/* Whether another snapshot than that of the node seems to have its name. */
static void check_owner(struct session *s, uint32_t node)
{
	const struct hgw_inventory *inv = &s->inv;
	bool own = false;

	for (uint32_t i = 0; i < inv->nodes[node].naddrs; i++)
		own |= hgw_snapshot_has_addr(&s->host, &inv->addrs[inv->nodes[node].addrs + i]);
	for (uint32_t other = 0; other < inv->nnodes && !own; other++) {
		const struct hgw_node *of = &inv->nodes[other];

		for (uint32_t i = 0; i < of->naddrs && !own; i++) {
			own = hgw_snapshot_has_addr(&s->host, &inv->addrs[of->addrs + i]);
			if (own)
				hgw_diag_add(&s->diags, HGW_WARNING, NULL, NULL,
					     "%s has an address of node '%s' and none of '%s': is "
					     "it of that node?",
					     s->report.snapshot, hgw_node_name(inv, other),
					     hgw_node_name(inv, node));
		}
	}
}

static int read_node(struct session *s, uint32_t node, const char *path, struct hgw_err *err)
{
	s->opt.node = hgw_node_name(&s->inv, node);
	s->opt.snapshot = path;
	s->report.snapshot = path;
	if (session_open(s, err) < 0)
		return -1;
	check_owner(s, node);
	return session_read(s, err);
}

static void forget_node(struct session *s)
{
	hgw_verdict_free(&s->verdict);
	hgw_plan_free(&s->plan);
	session_forget(s);
	s->report.verdict = NULL;
	s->report.desired = NULL;
	s->report.actual = NULL;
	s->report.plan = NULL;
}

static void show_progress(struct session *s, size_t done, size_t total)
{
	const struct hgw_step step = {"reading", "snapshots", "", done, total};

	if (s->progress.step != NULL)
		s->progress.step(s->progress.arg, done < total ? &step : NULL);
}

/* What is wrong with one file is no reason not to look at the next. */
static bool ends_all(const struct hgw_err *err)
{
	return err->status != HGW_DATAERR && err->status != HGW_NOINPUT;
}

int mesh_each(struct session *s, const struct mesh_files *files, mesh_node_fn *fn, void *arg,
	      struct hgw_err *err)
{
	const char *dir = s->opt.snapshot;
	struct hgw_err first = {0};
	int rc = 0;

	for (uint32_t i = 0; i < files->nnodes && (rc == 0 || !ends_all(err)); i++) {
		struct hgw_err *e = rc == 0 ? err : &first;

		show_progress(s, i, files->nnodes);
		if ((files->v[i] != NULL && read_node(s, i, files->v[i], e) < 0) ||
		    fn(s, i, arg, e) < 0)
			rc = -1;
		forget_node(s);
		if (e == &first && e->status != HGW_OK && ends_all(e)) {
			*err = first;
			break;
		}
	}
	show_progress(s, files->nnodes, files->nnodes);
	s->opt.node = NULL;
	s->opt.snapshot = dir;
	s->report.snapshot = files->dir;
	s->report.node = UINT32_MAX;
	s->report.inv = &s->inv;
	return rc;
}

/* --- verify ------------------------------------------------------------------- */

struct judging {
	struct mesh_files files;
	struct hgw_mesh mesh;
	struct hgw_findings findings;
	struct hgw_mtus mtus;
};

/* Whether a name can stand in a shell's line as it is, and be that of a file. */
static bool is_plain(const char *name)
{
	return name[0] != '.' && name[0] != '-' &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789._-")] == '\0';
}

static int note_missing(struct session *s, struct judging *j, uint32_t node, struct hgw_err *err)
{
	const char *name = hgw_node_name(&s->inv, node), *dir = j->files.dir;
	char text[512];

	if (is_plain(name))
		snprintf(text, sizeof(text),
			 "there is no %s.json or %s.txt in %s; take it with: ssh "
			 "%s " HGW_SNAPSHOT_COMMAND " >%s/%s.json",
			 name, name, dir, name, dir, name);
	else if (strchr(name, '/') == NULL && name[0] != '.')
		snprintf(text, sizeof(text),
			 "there is none of that name, with .json or .txt behind it, in %s", dir);
	else
		snprintf(text, sizeof(text), "there can be no file of that name in %s", dir);
	hgw_diag_add(&s->diags, HGW_WARNING, NULL, NULL,
		     "no snapshot of node '%s' in %s: nothing is known of its routes", name, dir);
	return hgw_findings_add_missing(&j->findings, node, text, err);
}

static int judge_node(struct session *s, uint32_t node, void *arg, struct hgw_err *err)
{
	struct judging *j = arg;

	if (j->files.v[node] == NULL)
		return note_missing(s, j, node, err);
	s->verdict.strict = s->opt.strict;
	if (session_verify(s, &s->actual, err) < 0)
		return -1;
	s->report.verdict = &s->verdict;
	s->report.desired = &s->desired;
	s->report.actual = &s->actual;
	j->findings.hosts[node].file = j->files.v[node];
	if (hgw_findings_add(&j->findings, &s->view, &s->report, err) < 0)
		return -1;
	hgw_mtus_see(&j->mtus, node, &s->desired, &s->actual);
	return hgw_mesh_add(&j->mesh, node, &s->host, &s->recorded, &s->pool, err);
}

static int judge_all(struct session *s, struct judging *j, struct hgw_err *err)
{
	if (mesh_find_files(s, &j->files, err) < 0 ||
	    hgw_mesh_init(&j->mesh, &s->inv, &s->scope, err) < 0 ||
	    hgw_findings_init(&j->findings, &s->inv, err) < 0 ||
	    hgw_mtus_init(&j->mtus, s->inv.nnodes, err) < 0)
		return -1;
	j->findings.all = s->opt.verbose && s->inv.nnodes <= HGW_MATRIX_MAX;
	if (mesh_each(s, &j->files, judge_node, j, err) < 0 ||
	    hgw_findings_add_mtus(&j->findings, &s->inv, &j->mtus, s->opt.strict, err) < 0)
		return -1;
	return hgw_mesh_walk(&j->mesh, err) < 0 ? -1 : hgw_inventory_locate(&s->inv, err);
}

static int print_mesh(struct session *s, const struct judging *j, struct hgw_err *err)
{
	s->report.mesh = &j->mesh;
	s->report.findings = &j->findings;
	s->report.strict = s->opt.strict;
	hgw_mesh_count(&s->report, s->verdict.count);
	if (format_verdict(s) < 0)
		return hgw_fail_nomem(err);
	return s->verdict.count[HGW_FAIL] > 0 ? HGW_DIFFERS : HGW_OK;
}

int mesh_verify(struct session *s, struct hgw_err *err)
{
	struct judging j = {0};
	int rc = judge_all(s, &j, err);

	if (rc == 0)
		rc = print_mesh(s, &j, err);
	s->report.mesh = NULL;
	s->report.findings = NULL;
	s->report.snapshot = s->opt.snapshot;
	hgw_findings_free(&j.findings);
	hgw_mtus_free(&j.mtus);
	hgw_mesh_free(&j.mesh);
	mesh_files_free(&j.files);
	return rc;
}

/* --- plan --------------------------------------------------------------------- */

struct planning {
	struct mesh_files files;
	struct hgw_plan_total total;
};

/* What cannot be applied on one node says nothing of the others. */
static void note_refusal(struct session *s, struct planning *p, uint32_t node,
			 const struct hgw_err *err)
{
	p->total.refused++;
	hgw_diag_add(&s->diags, HGW_ERROR, NULL, NULL, "node '%s': %s",
		     hgw_node_name(&s->inv, node), err->msg);
}

static int print_node_plan(struct session *s, struct planning *p, struct hgw_err *err)
{
	hgw_plan_total_add(&p->total, &s->plan);
	if (s->opt.format == FORMAT_JSON)
		return hgw_json_plans_add(s->out, &s->view, &s->report, &p->total) < 0
			       ? hgw_fail_nomem(err)
			       : 0;
	hgw_print_plan(s->out, &s->view, &s->report);
	hgw_print_summary(s->out, &s->plan, false);
	return session_flush(s, err);
}

static int plan_node(struct session *s, uint32_t node, void *arg, struct hgw_err *err)
{
	struct planning *p = arg;
	struct hgw_err refusal = {0};

	if (p->files.v[node] == NULL) {
		hgw_diag_add(&s->diags, HGW_WARNING, NULL, NULL,
			     "no snapshot of node '%s' in %s: nothing is planned for it",
			     hgw_node_name(&s->inv, node), p->files.dir);
		return 0;
	}
	if (session_plan(s, &refusal) < 0) {
		if (refusal.status == HGW_REFUSED) {
			note_refusal(s, p, node, &refusal);
			return 0;
		}
		*err = refusal;
		return -1;
	}
	if (print_node_plan(s, p, err) < 0)
		return -1;
	if (session_conflicts(s, &refusal) < 0)
		note_refusal(s, p, node, &refusal);
	return 0;
}

static int plan_all(struct session *s, struct planning *p, struct hgw_err *err)
{
	if (mesh_find_files(s, &p->files, err) < 0)
		return -1;
	s->report.snapshot = p->files.dir;
	s->report.node = UINT32_MAX;
	if (s->opt.format == FORMAT_JSON && hgw_json_plans_begin(s->out, &s->report) < 0)
		return hgw_fail_nomem(err);
	s->printed = s->opt.format == FORMAT_JSON;
	return mesh_each(s, &p->files, plan_node, p, err);
}

static int conclude(struct session *s, const struct planning *p, struct hgw_err *err)
{
	size_t n = p->total.refused;

	if (n > 0)
		return hgw_fail(err, HGW_REFUSED,
				"%zu of %zu nodes cannot be made what the inventory says, for the "
				"reasons above; nothing was changed",
				n, p->files.n);
	if (p->total.changed == 0)
		hgw_diag_add(&s->diags, HGW_NOTE, NULL, NULL,
			     "nothing to do: %zu routes of %zu nodes are as the inventory says",
			     p->total.unchanged, p->files.n);
	else
		hgw_diag_add(&s->diags, HGW_NOTE, NULL, NULL,
			     "%zu of %zu nodes are not as the inventory says: %zu to add, %zu to "
			     "replace, %zu to delete",
			     p->total.changed, p->files.n, p->total.count[HGW_OP_ADD],
			     p->total.count[HGW_OP_REPLACE], p->total.count[HGW_OP_DELETE]);
	return p->total.changed > 0 && s->opt.exit_code ? HGW_DIFFERS : HGW_OK;
}

int mesh_plan(struct session *s, struct hgw_err *err)
{
	struct planning p = {0};
	int rc = plan_all(s, &p, err);

	if (rc == 0)
		rc = conclude(s, &p, err);
	if (s->printed) {
		s->report.err = rc < 0 ? err : NULL;
		if (hgw_json_plans_end(s->out, &s->report, &p.total) < 0 && rc >= 0)
			rc = hgw_fail_nomem(err);
	}
	s->report.snapshot = s->opt.snapshot;
	mesh_files_free(&p.files);
	return rc;
}
