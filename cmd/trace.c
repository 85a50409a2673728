/* SPDX-License-Identifier: MIT */
/* show --to: the way of one packet. */
#include <stdlib.h>
#include <unistd.h>

#include "hgw/self.h"
#include "mesh.h"

/* An inventory names nodes; where none is given and none stands in its place, so be it. */
static int load(struct session *s, struct hgw_err *err)
{
	const char *usual = session_inventory();

	if (s->opt.nfiles > 0 || access(usual, R_OK) == 0)
		return session_load(s, err);
	if (hgw_names_load(&s->names, "", err) < 0)
		return -1;
	return session_scope(s, RT_TABLE_MAIN, err);
}

/* It may be a host that the inventory does not know, on its way to those that it does. */
static int find_self(struct session *s, struct hgw_err *err)
{
	struct hgw_err unknown;

	if (s->inv.nnodes == 0)
		return 0;
	if (hgw_inventory_locate(&s->inv, err) < 0)
		return -1;
	s->report.inv = &s->inv;
	if (hgw_self_find(&s->inv, &s->host,
			  s->opt.snapshot != NULL ? s->opt.node : session_node(s), NULL,
			  &s->report.node, &s->diags, &unknown) < 0)
		s->report.node = UINT32_MAX;
	return 0;
}

struct search {
	struct hgw_addr addr;
	uint32_t oif;
	struct hgw_neighbour found;
};

static int compare_neighbour(void *arg, const struct hgw_neighbour *n, struct hgw_err *err)
{
	struct search *s = arg;

	(void)err;
	if (n->oif == s->oif && hgw_addr_cmp(&n->addr, &s->addr) == 0)
		s->found = *n;
	return 0;
}

/* Who has the address to which the frames of this packet go. */
static int find_neighbour(struct session *s, const struct hgw_trace *trace, struct search *search,
			  struct hgw_err *err)
{
	const struct hgw_hop *hop = &trace->answer.hop;

	if (!trace->asked || trace->answer.errnum != 0 || trace->answer.type != RTN_UNICAST)
		return 0;
	search->addr = hop->via.family != AF_UNSPEC ? hop->via : trace->to;
	search->oif = hop->oif;
	search->found = (struct hgw_neighbour){.addr = search->addr};
	return hgw_kernel_neighbours(s->kernel, search->addr.family, compare_neighbour, search,
				     err);
}

/* One host on the way. */
static int print(struct session *s, const struct hgw_trace *trace, size_t hop, struct hgw_err *err)
{
	struct search search = {0};
	const struct hgw_neighbour *neighbour;

	if (find_neighbour(s, trace, &search, err) < 0)
		return -1;
	neighbour = search.oif != 0 ? &search.found : NULL;
	if (s->opt.format == FORMAT_TEXT) {
		if (hop == 0)
			hgw_print_trace_target(s->out, &s->report, &trace->to);
		hgw_print_trace(s->out, &s->view, &s->report, trace, neighbour);
		return HGW_OK;
	}
	s->printed = true;
	if ((hop == 0 && hgw_json_trace_begin(s->out, &s->report, &trace->to) < 0) ||
	    (hop > 0 && fputc(',', s->out) == EOF) ||
	    hgw_json_trace(s->out, &s->view, &s->report, trace, neighbour) < 0)
		return hgw_fail_nomem(err);
	return HGW_OK;
}

static int end(struct session *s)
{
	if (s->opt.format == FORMAT_JSON)
		fputs("]}\n", s->out);
	return HGW_OK;
}

static int trace_here(struct session *s, struct hgw_err *err)
{
	struct hgw_trace trace = {0};
	int rc = -1;

	if (session_open(s, err) < 0 ||
	    (s->opt.snapshot == NULL && hgw_kernel_snapshot(s->kernel, &s->host, err) < 0) ||
	    find_self(s, err) < 0)
		return -1;
	if (s->opt.snapshot != NULL)
		rc = hgw_trace_find_set(&trace, &s->opt.to, &s->recorded, s->scope.table, err);
	else
		rc = hgw_trace_find(&trace, &s->opt.to, s->kernel, &s->pool, err);
	if (rc == 0)
		rc = print(s, &trace, 0, err);
	hgw_trace_free(&trace);
	return rc < 0 ? -1 : end(s);
}

/* --- From node to node, in a directory of snapshots ------------------------------------ */

/* The node to which the packet goes from here; UINT32_MAX: to none. */
static uint32_t next_node(const struct session *s, const struct hgw_trace *trace)
{
	const struct hgw_route *r = trace->found ? &trace->v[0].route : NULL;
	const struct hgw_hop *hop;

	if (r == NULL || r->type != RTN_UNICAST || r->nhops == 0)
		return UINT32_MAX;
	hop = hgw_route_hops(&s->pool, r);
	if (hop->via.family == AF_UNSPEC)
		return UINT32_MAX;
	return hgw_inventory_node_of(&s->inv, &hop->via);
}

/* Sets *node to the next one. */
static int step(struct session *s, const struct mesh_files *files, uint32_t *node, size_t hop,
		struct hgw_err *err)
{
	struct hgw_trace trace = {0};
	int rc;

	s->opt.snapshot = files->v[*node];
	s->report.snapshot = files->v[*node];
	s->report.node = *node;
	rc = session_open(s, err);
	if (rc == 0)
		rc = hgw_trace_find_set(&trace, &s->opt.to, &s->recorded, s->scope.table, err);
	if (rc == 0)
		rc = print(s, &trace, hop, err);
	if (rc == 0)
		*node = next_node(s, &trace);
	hgw_trace_free(&trace);
	session_forget(s);
	return rc;
}

static int follow(struct session *s, const struct mesh_files *files, uint32_t node,
		  struct hgw_err *err)
{
	bool *been = calloc(s->inv.nnodes, sizeof(*been));
	int rc = 0;

	if (been == NULL)
		return hgw_fail_nomem(err);
	for (size_t hop = 0; rc == 0 && node != UINT32_MAX; hop++) {
		const char *name = hgw_node_name(&s->inv, node);

		if (been[node] || files->v[node] == NULL) {
			if (been[node])
				hgw_diag_add(&s->diags, HGW_WARNING, NULL, NULL,
					     "the packet is back at node '%s': a loop", name);
			else
				hgw_diag_add(
					&s->diags, HGW_WARNING, NULL, NULL,
					"no snapshot of node '%s' in %s: what it does with the "
					"packet is not known",
					name, files->dir);
			break;
		}
		been[node] = true;
		rc = step(s, files, &node, hop, err);
	}
	free(been);
	return rc < 0 ? -1 : end(s);
}

static int trace_mesh(struct session *s, struct hgw_err *err)
{
	struct mesh_files files = {0};
	const char *dir = s->opt.snapshot;
	uint32_t from = hgw_inventory_find(&s->inv, s->opt.node);
	int rc = -1;

	if (from == UINT32_MAX)
		return hgw_fail(err, HGW_DATAERR, "no node '%s' in the inventory", s->opt.node);
	s->report.inv = &s->inv;
	if (hgw_inventory_locate(&s->inv, err) == 0 && mesh_find_files(s, &files, err) == 0) {
		if (files.v[from] == NULL)
			hgw_fail(err, HGW_NOINPUT, "no snapshot of node '%s' in %s", s->opt.node,
				 files.dir);
		else
			rc = follow(s, &files, from, err);
	}
	s->opt.snapshot = dir;
	s->report.snapshot = dir;
	mesh_files_free(&files);
	return rc;
}

int show_trace(struct session *s, struct hgw_err *err)
{
	if (load(s, err) < 0)
		return -1;
	return mesh_is_dir(s->opt.snapshot) ? trace_mesh(s, err) : trace_here(s, err);
}
