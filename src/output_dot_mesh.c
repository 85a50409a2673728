/* SPDX-License-Identifier: MIT */
/* All nodes on their link as a graph for dot(1): from whom packets do not get to whom is red. */
#include "output_dot.h"

/* Whether a node has a fault of its own, and how many. */
static size_t failed(const struct hgw_report *report, uint32_t node)
{
	return report->findings->hosts[node].count[HGW_FAIL];
}

static void print_node(FILE *f, const struct hgw_report *report, uint32_t index)
{
	const struct hgw_inventory *inv = report->inv;
	const struct hgw_node *node = &inv->nodes[index];
	size_t n = failed(report, index);
	bool known = report->findings->hosts[index].file != NULL;
	char buf[HGW_PREFIX_STRLEN];

	fprintf(f, "\tsubgraph cluster_n%u {\n\t\tlabel=\"", index);
	print_escaped(f, hgw_node_name(inv, index), dot_escape);
	if (!known)
		fputs("\\nno snapshot", f);
	if (n > 0)
		fprintf(f, "\\n%zu check%s failed", n, n == 1 ? "" : "s");
	fprintf(f, "\"; color=\"%s\"; fontcolor=\"%s\"%s\n", n > 0 ? DOT_RED : "black",
		n > 0 ? DOT_RED : "black", known ? "" : "; style=dashed");
	fprintf(f, "\t\tn%u [label=\"", index);
	for (uint32_t i = 0; i < node->naddrs; i++) {
		hgw_addr_format(&inv->addrs[node->addrs + i], buf);
		fprintf(f, "%s%s", i > 0 ? "\\n" : "", buf);
	}
	fputs("\"]\n", f);
	for (uint32_t i = node->subnets; i < node->subnets + node->nsubnets; i++) {
		hgw_prefix_format(&inv->subnets[i], buf);
		fprintf(f, "\t\ts%u [label=\"%s\", shape=ellipse]\n\t\tn%u -> s%u [dir=none]\n", i,
			buf, index, i);
	}
	fputs("\t}\n", f);
}

/* One line for the worst of the ways between two nodes, with a head where they do not arrive. */
static void print_faults(FILE *f, const struct hgw_report *report, uint32_t a)
{
	for (uint32_t b = a + 1; b < report->inv->nnodes; b++) {
		enum hgw_fate there = hgw_mesh_pair(report->mesh, a, b);
		enum hgw_fate back = hgw_mesh_pair(report->mesh, b, a);
		bool no_there = hgw_fate_is_fault(there), no_back = hgw_fate_is_fault(back);

		if (!no_there && !no_back)
			continue;
		fprintf(f, "\tn%u -> n%u [label=\"%s", a, b,
			hgw_fate_name(no_there ? there : back));
		if (no_there && no_back)
			fprintf(f, "\\nback: %s\", dir=both", hgw_fate_name(back));
		else
			fprintf(f, "\", dir=%s", no_there ? "forward" : "back");
		dot_color(f, HGW_FAIL);
		fputs(", constraint=false]\n", f);
	}
}

int hgw_dot_mesh(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	size_t count[HGW_NSTATUSES];

	(void)view;
	hgw_mesh_count(report, count);
	fprintf(f,
		"digraph hgw {\n\trankdir=LR\n\tnodesep=0.5\n\tlabel=\"%zu failed, %zu warnings, "
		"%zu passed\"\n",
		count[HGW_FAIL], count[HGW_WARN], count[HGW_PASS]);
	fputs(DOT_STYLE "\tlink [label=\"one L2 network\", shape=cds]\n", f);
	for (uint32_t i = 0; i < report->inv->nnodes; i++) {
		print_node(f, report, i);
		fprintf(f, "\tlink -> n%u [dir=none]\n", i);
	}
	for (uint32_t i = 0; i < report->inv->nnodes; i++)
		print_faults(f, report, i);
	fputs("}\n", f);
	return 0;
}
