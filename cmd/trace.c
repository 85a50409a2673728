/* SPDX-License-Identifier: MIT */
/* show --to: the way of one packet. */
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "hgw/self.h"

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
	if (hgw_self_find(&s->inv, &s->host, session_node(s), NULL, &s->report.node, &s->diags,
			  &unknown) < 0)
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

static int print(struct session *s, const struct hgw_trace *trace, struct hgw_err *err)
{
	struct search search = {0};
	const struct hgw_neighbour *neighbour;

	if (find_neighbour(s, trace, &search, err) < 0)
		return -1;
	neighbour = search.oif != 0 ? &search.found : NULL;
	if (s->opt.format == FORMAT_TEXT) {
		hgw_print_trace_target(s->out, &s->report, &trace->to);
		hgw_print_trace(s->out, &s->view, &s->report, trace, neighbour);
		return HGW_OK;
	}
	s->printed = true;
	if (hgw_json_trace_begin(s->out, &s->report, &trace->to) < 0 ||
	    hgw_json_trace(s->out, &s->view, &s->report, trace, neighbour) < 0)
		return hgw_fail_nomem(err);
	fputs("]}\n", s->out);
	return HGW_OK;
}

int show_trace(struct session *s, struct hgw_err *err)
{
	struct hgw_trace trace = {0};
	int rc = -1;

	if (load(s, err) < 0 || session_open(s, err) < 0)
		return -1;
	if (s->opt.snapshot == NULL && hgw_kernel_snapshot(s->kernel, &s->host, err) < 0)
		return -1;
	if (find_self(s, err) < 0)
		return -1;
	if (s->opt.snapshot != NULL)
		rc = hgw_trace_find_set(&trace, &s->opt.to, &s->recorded, s->scope.table, err);
	else
		rc = hgw_trace_find(&trace, &s->opt.to, s->kernel, &s->pool, err);
	if (rc == 0)
		rc = print(s, &trace, err);
	hgw_trace_free(&trace);
	return rc;
}
