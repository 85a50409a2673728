/* SPDX-License-Identifier: MIT */
/* The checks of a mesh, one after the other: of each node its own, then the paths from it. */
#include <string.h>

#include "output_impl.h"

enum hgw_check_status mesh_status(const struct hgw_report *report, enum hgw_fate fate)
{
	if (hgw_fate_is_fault(fate))
		return HGW_FAIL;
	if (fate == HGW_FATE_PENDING)
		return report->strict ? HGW_FAIL : HGW_WARN;
	return fate == HGW_FATE_UNKNOWN ? HGW_SKIP : HGW_PASS;
}

void hgw_mesh_count(const struct hgw_report *report, size_t count[static HGW_NSTATUSES])
{
	memset(count, 0, HGW_NSTATUSES * sizeof(*count));
	for (size_t i = 0; i < report->inv->nnodes; i++)
		for (unsigned s = 0; s < HGW_NSTATUSES; s++)
			count[s] += report->findings->hosts[i].count[s];
	for (unsigned fate = 0; fate < HGW_NFATES; fate++)
		count[mesh_status(report, (enum hgw_fate)fate)] += report->mesh->count[fate];
}

/* What it is that a packet is for: all of the subnet, or a part. */
static void print_dst(FILE *f, const struct hgw_report *report, const struct hgw_walk *w)
{
	const struct hgw_prefix *subnet = &report->inv->subnets[w->subnet];
	char text[HGW_PREFIX_STRLEN];

	if (hgw_addr_cmp(&w->dst, &subnet->addr) == 0)
		hgw_prefix_format(subnet, text);
	else
		hgw_addr_format(&w->dst, text);
	fputs(text, f);
}

static const char *name_of(const struct hgw_report *report, uint32_t node)
{
	return hgw_node_name(report->inv, node);
}

static void print_black_hole(FILE *f, const struct hgw_report *report, const struct hgw_walk *w)
{
	const char *at = name_of(report, w->at);
	char via[HGW_ADDR_STRLEN];

	hgw_addr_format(&w->via, via);
	switch (w->fate) {
	case HGW_FATE_NO_ROUTE:
		fprintf(f, "%s has no route to ", at);
		print_dst(f, report, w);
		fprintf(f, "; run hgw apply on %s", at);
		break;
	case HGW_FATE_REJECTED:
		fprintf(f, "%s rejects ", at);
		print_dst(f, report, w);
		fprintf(f, " (blackhole, unreachable or prohibit); delete that route of %s", at);
		break;
	case HGW_FATE_NO_CARRIER:
		fprintf(f, "the link by which %s sends it to %s has no carrier", at, via);
		break;
	case HGW_FATE_NOBODY:
		fprintf(f,
			"%s sends it to %s, which is an address of a node in the inventory, but "
			"not on that node; mend one of them",
			at, via);
		break;
	case HGW_FATE_OUTSIDE:
		fprintf(f, "%s sends ", at);
		print_dst(f, report, w);
		fprintf(f, " to %s, which no node has; run hgw apply on %s", via, at);
		break;
	default:
		fprintf(f,
			"%s sends it to %s, which more than one node has; take it from the others",
			at, via);
		break;
	}
}

static void print_loop(FILE *f, const struct hgw_report *report, const struct hgw_walk *w)
{
	const char *at = name_of(report, w->at);
	char via[HGW_ADDR_STRLEN];

	if (w->fate == HGW_FATE_TOO_FAR) {
		fprintf(f, "it dies of its TTL of %d, which so many nodes on its way use up",
			HGW_TTL);
		return;
	}
	hgw_addr_format(&w->via, via);
	fprintf(f, "%s sends ", at);
	print_dst(f, report, w);
	if (w->next == w->at)
		fprintf(f, " to %s, which is its own address", via);
	else
		fprintf(f, " to %s (%s), from where it comes back", via, name_of(report, w->next));
	/* Who sends it to its owner is right, and the owner is to blame. */
	if (w->next == w->to || w->at == w->to)
		fprintf(f, "; delete the route of %s that sends it away", name_of(report, w->to));
	else
		fprintf(f, "; run hgw apply on %s", at);
}

void mesh_print_walk(FILE *f, const struct hgw_report *report, const struct hgw_walk *w)
{
	const char *at = name_of(report, w->at);

	fprintf(f, "%s: ", hgw_fate_name(w->fate));
	switch (w->fate) {
	case HGW_FATE_LOOP:
	case HGW_FATE_TOO_FAR:
		print_loop(f, report, w);
		break;
	case HGW_FATE_WRONG_NODE:
		fprintf(f, "%s takes ", at);
		print_dst(f, report, w);
		fprintf(f, " for its own; delete its route or address there");
		break;
	case HGW_FATE_ONE_WAY:
		fprintf(f,
			"it gets there, but the answers do not come back; see the path from %s to "
			"%s",
			name_of(report, w->to), name_of(report, w->from));
		break;
	case HGW_FATE_PENDING:
		fprintf(f, "no route of %s delivers it there; has it no pods yet?", at);
		break;
	case HGW_FATE_UNKNOWN:
		fprintf(f, "there is no snapshot of %s that tells", at);
		break;
	default:
		print_black_hole(f, report, w);
		break;
	}
}

static void set_finding(const struct hgw_report *report, const struct hgw_finding *finding,
			struct mesh_case *c)
{
	*c = (struct mesh_case){.id = finding->id,
				.status = finding->status,
				.host = finding->host,
				.node = finding->node,
				.subnet = finding->subnet};
	snprintf(c->subject, sizeof(c->subject), "%s", report->findings->text + finding->subject);
	snprintf(c->message, sizeof(c->message), "%s", report->findings->text + finding->message);
}

static void set_walk(const struct hgw_report *report, const struct hgw_walk *w, struct mesh_case *c)
{
	FILE *f;

	*c = (struct mesh_case){.id = HGW_CHECK_PATH,
				.status = mesh_status(report, w->fate),
				.host = w->from,
				.node = w->to,
				.subnet = w->subnet,
				.walk = w};
	hgw_prefix_format(&report->inv->subnets[w->subnet], c->subject);
	f = fmemopen(c->message, sizeof(c->message) - 1, "w");
	if (f == NULL)
		return;
	mesh_print_walk(f, report, w);
	fclose(f);
}

bool mesh_next(const struct hgw_report *report, struct mesh_walk *walk, struct mesh_case *c)
{
	const struct hgw_findings *findings = report->findings;
	const struct hgw_mesh *mesh = report->mesh;

	while (walk->path < mesh->n && mesh->v[walk->path].fate == HGW_FATE_UNKNOWN)
		walk->path++; /* counted only */
	if (walk->finding < findings->n &&
	    (walk->path == mesh->n || findings->v[walk->finding].host <= mesh->v[walk->path].from))
		set_finding(report, &findings->v[walk->finding++], c);
	else if (walk->path < mesh->n)
		set_walk(report, &mesh->v[walk->path++], c);
	else
		return false;
	return true;
}

struct hgw_origin mesh_origin(const struct hgw_report *report, const struct mesh_case *c)
{
	if (c->node == UINT32_MAX)
		return (struct hgw_origin){0};
	return hgw_inventory_origin(report->inv, c->node, c->subnet);
}

void mesh_count_paths(const struct hgw_report *report, uint32_t from,
		      size_t count[static HGW_NSTATUSES])
{
	const struct hgw_inventory *inv = report->inv;
	const struct hgw_node *own = &inv->nodes[from];

	memset(count, 0, HGW_NSTATUSES * sizeof(*count));
	for (uint32_t s = 0; s < inv->nsubnets; s++) {
		bool is_own = s >= own->subnets && s < own->subnets + own->nsubnets;
		bool wanted = inv->subnets[s].addr.family == AF_INET ? report->mesh->scope.inet
								     : report->mesh->scope.inet6;

		if (wanted && !is_own)
			count[mesh_status(report, hgw_mesh_fate(report->mesh, from, s))]++;
	}
}
