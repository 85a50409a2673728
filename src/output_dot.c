/* SPDX-License-Identifier: MIT */
/*
 * The way from this host to each subnet as a graph for dot(1): nodes are boxes with
 * their addresses and subnets inside, what fails is red and says why, what is
 * warned of orange.
 */
#include <stdlib.h>

#include "output_dot.h"

const char *dot_escape(char c)
{
	return c == '"' ? "\\\"" : c == '\\' ? "\\\\" : NULL;
}

/* The same, with a line for each part of a message. */
static const char *escape_message(char c)
{
	return c == ';' ? ";\\n" : dot_escape(c);
}

/* How an address of a node serves as a gateway. */
struct way {
	bool used;
	enum hgw_check_status status;
	uint32_t oif;
};

struct graph {
	FILE *f;
	const struct hgw_view *view;
	const struct hgw_report *report;
	const struct hgw_check **worst; /* of each want; NULL: all is well */
	struct way *ways;		/* of each address of the inventory */
};

static bool is_worse(const struct hgw_check *a, const struct hgw_check *b)
{
	if (a->status != HGW_FAIL && a->status != HGW_WARN)
		return false;
	return b == NULL || (a->status == HGW_FAIL && b->status == HGW_WARN);
}

static const char *color_of(enum hgw_check_status status)
{
	return status == HGW_FAIL ? DOT_RED : status == HGW_WARN ? DOT_ORANGE : NULL;
}

void dot_color(FILE *f, enum hgw_check_status status)
{
	const char *color = color_of(status);

	if (color != NULL)
		fprintf(f, ", color=\"%s\", fontcolor=\"%s\", penwidth=2", color, color);
}

static void print_text(const struct graph *g, const struct hgw_check *c)
{
	char text[512];

	case_text(text, sizeof(text), g->view, g->report, c);
	fprintf(g->f, "\\n%s: ", hgw_check_name(c->id));
	print_escaped(g->f, text, escape_message);
}

/* Which address of a node that is. */
static struct way *way_of(const struct graph *g, const struct hgw_node *node,
			  const struct hgw_addr *via)
{
	for (uint32_t i = node->addrs; i < node->addrs + node->naddrs; i++)
		if (hgw_addr_cmp(&g->report->inv->addrs[i], via) == 0)
			return &g->ways[i];
	return NULL;
}

/* What keeps packets from getting to the gateway, not from going on from there. */
static bool is_of_gateway(enum hgw_check_id id)
{
	return id == HGW_CHECK_ONLINK || id == HGW_CHECK_LINK;
}

static void judge_ways(struct graph *g)
{
	const struct hgw_desired *desired = g->report->desired;

	for (size_t i = 0; i < desired->n; i++) {
		const struct hgw_want *w = &desired->v[i];
		const struct hgw_hop *hops = hgw_route_hops(g->view->pool, &w->route);
		const struct hgw_check *c = g->worst[i];

		for (size_t j = 0; j < w->route.nhops; j++) {
			struct way *way = way_of(g, &g->report->inv->nodes[w->node], &hops[j].via);

			if (way == NULL)
				continue;
			way->used = true;
			way->oif = hops[j].oif;
			if (c != NULL && is_of_gateway(c->id) && c->status == HGW_FAIL)
				way->status = HGW_FAIL;
		}
	}
}

static void print_node(const struct graph *g, uint32_t index)
{
	const struct hgw_inventory *inv = g->report->inv;
	const struct hgw_node *node = &inv->nodes[index];
	char buf[HGW_PREFIX_STRLEN];

	fprintf(g->f, "\tsubgraph cluster_n%u {\n\t\tlabel=\"", index);
	print_escaped(g->f, hgw_node_name(inv, index), dot_escape);
	fprintf(g->f, "\"%s\n", index == g->report->node ? "; style=bold" : "");
	for (uint32_t i = node->addrs; i < node->addrs + node->naddrs; i++) {
		hgw_addr_format(&inv->addrs[i], buf);
		fprintf(g->f, "\t\ta%u [label=\"%s\"", i, buf);
		dot_color(g->f, g->ways[i].status);
		fputs("]\n", g->f);
	}
	for (uint32_t i = node->subnets; i < node->subnets + node->nsubnets; i++) {
		hgw_prefix_format(&inv->subnets[i], buf);
		fprintf(g->f, "\t\ts%u [label=\"%s\", shape=ellipse]\n", i, buf);
	}
	if (index == g->report->node) {
		fprintf(g->f, "\t\tself [label=\"table ");
		print_escaped(g->f, view_table(g->view, g->report->scope->table, buf), dot_escape);
		fputs("\", shape=cylinder]\n", g->f);
		for (uint32_t i = node->subnets; i < node->subnets + node->nsubnets; i++)
			fprintf(g->f, "\t\tself -> s%u [style=dotted]\n", i);
	}
	fputs("\t}\n", g->f);
}

/* From this host to the gateways. */
static void print_ways(const struct graph *g)
{
	char buf[16];

	for (size_t i = 0; i < g->report->inv->naddrs; i++) {
		const struct way *way = &g->ways[i];

		if (!way->used)
			continue;
		fprintf(g->f, "\tself -> a%zu [label=\"", i);
		if (way->oif != 0)
			print_escaped(g->f, view_device(g->view, way->oif, buf), dot_escape);
		fputc('"', g->f);
		dot_color(g->f, way->status);
		fputs("]\n", g->f);
	}
}

/* From the gateways to the subnet behind them. */
static void print_want(const struct graph *g, size_t index)
{
	const struct hgw_want *w = &g->report->desired->v[index];
	const struct hgw_hop *hops = hgw_route_hops(g->view->pool, &w->route);
	const struct hgw_check *c = g->worst[index];

	if (c != NULL) {
		char buf[HGW_PREFIX_STRLEN];

		hgw_prefix_format(&w->route.dst, buf);
		fprintf(g->f, "\ts%u [label=\"%s", w->subnet, buf);
		print_text(g, c);
		fputc('"', g->f);
		dot_color(g->f, c->status);
		fputs("]\n", g->f);
	}
	for (size_t i = 0; i < w->route.nhops; i++) {
		const struct way *way = way_of(g, &g->report->inv->nodes[w->node], &hops[i].via);

		if (way == NULL)
			continue;
		fprintf(g->f, "\ta%zu -> s%u [arrowhead=none", (size_t)(way - g->ways), w->subnet);
		dot_color(g->f, c != NULL ? c->status : HGW_PASS);
		fputs("]\n", g->f);
	}
}

/* What is there and belongs to no subnet of the inventory. */
static void print_stray(const struct graph *g, size_t index)
{
	const struct hgw_check *c = &g->report->verdict->v[index];
	const struct hgw_route *have = hgw_check_have(c, g->report->actual);
	char buf[HGW_PREFIX_STRLEN];

	if (c->want != HGW_NONE || have == NULL || color_of(c->status) == NULL)
		return;
	hgw_prefix_format(&have->dst, buf);
	fprintf(g->f, "\tx%zu [label=\"%s", index, buf);
	print_text(g, c);
	fputs("\", shape=ellipse", g->f);
	dot_color(g->f, c->status);
	fprintf(g->f, "]\n\tself -> x%zu [style=dashed", index);
	dot_color(g->f, c->status);
	fputs("]\n", g->f);
}

static void print_graph(const struct graph *g)
{
	const struct hgw_report *r = g->report;

	fputs("digraph hgw {\n\trankdir=LR\n\tlabel=\"", g->f);
	print_escaped(g->f, hgw_node_name(r->inv, r->node), dot_escape);
	fprintf(g->f, ": %zu failed, %zu warnings, %zu passed\"\n", r->verdict->count[HGW_FAIL],
		r->verdict->count[HGW_WARN], r->verdict->count[HGW_PASS]);
	fputs(DOT_STYLE, g->f);
	for (uint32_t i = 0; i < r->inv->nnodes; i++)
		print_node(g, i);
	print_ways(g);
	for (size_t i = 0; i < r->desired->n; i++)
		print_want(g, i);
	for (size_t i = 0; i < r->verdict->n; i++)
		print_stray(g, i);
	fputs("}\n", g->f);
}

int hgw_dot_verdict(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	struct graph g = {.f = f, .view = view, .report = report};
	int rc = -1;

	if (report->verdict == NULL) {
		fputs("digraph hgw {\n}\n", f);
		return 0;
	}
	g.worst = calloc(report->desired->n + 1, sizeof(const struct hgw_check *));
	g.ways = calloc(report->inv->naddrs + 1, sizeof(*g.ways));
	if (g.worst != NULL && g.ways != NULL) {
		for (size_t i = 0; i < report->verdict->n; i++) {
			const struct hgw_check *c = &report->verdict->v[i];

			if (c->want != HGW_NONE && is_worse(c, g.worst[c->want]))
				g.worst[c->want] = c;
		}
		judge_ways(&g);
		print_graph(&g);
		rc = 0;
	}
	free(g.worst);
	free(g.ways);
	return rc;
}
