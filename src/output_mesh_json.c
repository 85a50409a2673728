/* SPDX-License-Identifier: MIT */
/* hgw.verify/1 of a mesh. What passed and what was skipped is counted, node by node. */
#include "output_impl.h"

static const char *escape_json(char c)
{
	return c == '"' ? "\\\"" : c == '\\' ? "\\\\" : NULL;
}

static void print_string(FILE *f, const char *key, const char *value)
{
	fprintf(f, "\"%s\":", key);
	if (value == NULL) {
		fputs("null", f);
		return;
	}
	fputc('"', f);
	print_escaped(f, value, escape_json);
	fputc('"', f);
}

static void print_counts(FILE *f, const size_t count[static HGW_NSTATUSES])
{
	fprintf(f, "{\"pass\":%zu,\"fail\":%zu,\"warn\":%zu,\"skip\":%zu}", count[HGW_PASS],
		count[HGW_FAIL], count[HGW_WARN], count[HGW_SKIP]);
}

static void print_node(FILE *f, const struct hgw_report *report, uint32_t node)
{
	size_t paths[HGW_NSTATUSES];

	fputc('{', f);
	print_string(f, "node", hgw_node_name(report->inv, node));
	fputc(',', f);
	print_string(f, "snapshot", report->findings->hosts[node].file);
	fputs(",\"checks\":", f);
	print_counts(f, report->findings->hosts[node].count);
	mesh_count_paths(report, node, paths);
	fputs(",\"paths\":", f);
	print_counts(f, paths);
	fputc('}', f);
}

static void print_paths(FILE *f, const struct hgw_mesh *mesh)
{
	static const enum hgw_fate kinds[] = {HGW_FATE_DELIVERED, HGW_FATE_NO_ROUTE,
					      HGW_FATE_LOOP,	  HGW_FATE_WRONG_NODE,
					      HGW_FATE_ONE_WAY,	  HGW_FATE_PENDING,
					      HGW_FATE_UNKNOWN};

	for (size_t i = 0; i < HGW_ARRAY_LEN(kinds); i++) {
		const char *name = hgw_fate_name(kinds[i]);
		size_t sum = 0;

		for (unsigned fate = 0; fate < HGW_NFATES; fate++)
			if (hgw_fate_name((enum hgw_fate)fate) == name)
				sum += mesh->count[fate];
		fprintf(f, "%c\"%s\":%zu", i > 0 ? ',' : '{', name, sum);
	}
	fputc('}', f);
}

static void print_case(FILE *f, const struct hgw_report *report, const struct mesh_case *c)
{
	struct hgw_origin at = mesh_origin(report, c);

	fputc('{', f);
	print_string(f, "id", hgw_check_name(c->id));
	fputc(',', f);
	print_string(f, "status", hgw_check_status_name(c->status));
	fputc(',', f);
	print_string(f, "host", hgw_node_name(report->inv, c->host));
	fputc(',', f);
	print_string(f, "node", c->node != UINT32_MAX ? hgw_node_name(report->inv, c->node) : NULL);
	fputc(',', f);
	print_string(f, "subject", c->subject);
	fputc(',', f);
	print_string(f, "message", c->message);
	fputc(',', f);
	print_string(f, "verdict", c->walk != NULL ? hgw_fate_name(c->walk->fate) : NULL);
	fputs(",\"origin\":", f);
	if (at.file == NULL) {
		fputs("null}", f);
		return;
	}
	fputc('{', f);
	print_string(f, "file", at.file);
	if (at.line != 0)
		fprintf(f, ",\"line\":%u,\"column\":%u}}", at.line, at.column);
	else
		fputs(",\"line\":null,\"column\":null}}", f);
}

int hgw_json_mesh(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	struct mesh_walk walk = {0};
	struct mesh_case c;
	size_t count[HGW_NSTATUSES];
	const char *between = "";

	(void)view;
	hgw_mesh_count(report, count);
	if (hgw_json_begin(f, report) < 0)
		return -1;
	fprintf(f, ",\"ok\":%s,\"summary\":", count[HGW_FAIL] == 0 ? "true" : "false");
	print_counts(f, count);
	fputs(",\"paths\":", f);
	print_paths(f, report->mesh);
	fputs(",\"nodes\":[", f);
	for (uint32_t i = 0; i < report->inv->nnodes; i++) {
		fputs(i > 0 ? "," : "", f);
		print_node(f, report, i);
	}
	fputs("],\"checks\":[", f);
	for (; mesh_next(report, &walk, &c); between = ",") {
		fputs(between, f);
		print_case(f, report, &c);
	}
	fputc(']', f);
	return json_end(f, report);
}
