/* SPDX-License-Identifier: MIT */
/* A mesh for people: what fails and why, each cause once; and a matrix, while it fits. */
#include <stdlib.h>
#include <string.h>

#include "output_impl.h"

enum {
	WIDTH = 80,
	LINES = 40, /* of findings of one status, and causes, unless verbose */
	NAMED = 4,  /* paths of one cause */
	INDENT = 5,
};

static const char *const red = "\033[31m", *const green = "\033[32m", *const yellow = "\033[33m",
			 *const reset = "\033[0m";

static const char *paint(const struct hgw_view *view, const char *color)
{
	return view->color != HGW_PLAIN ? color : "";
}

static void print_mark(FILE *f, const struct hgw_view *view, enum hgw_check_status status)
{
	static const char *const marks[] = {
		[HGW_PASS] = "pass", [HGW_FAIL] = "FAIL", [HGW_WARN] = "warn", [HGW_SKIP] = "skip"};
	const char *color = status == HGW_FAIL ? red : status == HGW_PASS ? green : yellow;

	fprintf(f, "%s%s%s ", paint(view, color), marks[status], paint(view, reset));
}

static void print_place(FILE *f, const struct hgw_report *report, uint32_t node, uint32_t subnet)
{
	if (node == UINT32_MAX)
		return;
	fputs(" [", f);
	print_origin(f, report, node, subnet);
	fputc(']', f);
}

static void print_finding(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			  const struct hgw_finding *finding)
{
	const char *text = report->findings->text;

	print_mark(f, view, finding->status);
	fprintf(f, "%s %s", hgw_node_name(report->inv, finding->host), hgw_check_name(finding->id));
	if (text[finding->subject] != '\0')
		fprintf(f, " %s", text + finding->subject);
	if (finding->node != UINT32_MAX)
		fprintf(f, " %s", hgw_node_name(report->inv, finding->node));
	fprintf(f, "%s%s", finding->id != HGW_CHECK_SNAPSHOT ? ": " : " ", text + finding->message);
	print_place(f, report, finding->node, finding->subnet);
	fputc('\n', f);
}

static void print_findings(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			   enum hgw_check_status status)
{
	const struct hgw_findings *findings = report->findings;
	size_t printed = 0, more = 0;

	for (size_t i = 0; i < findings->n; i++) {
		if (findings->v[i].status != status)
			continue;
		if (printed == LINES && !report->verbose) {
			more++;
			continue;
		}
		print_finding(f, view, report, &findings->v[i]);
		printed++;
	}
	if (more > 0)
		fprintf(f, "%*sand %zu more; -v prints all\n", INDENT, "", more);
}

/* Paths that are broken by one and the same. */
struct cause {
	uint8_t fate;
	struct hgw_addr via; /* of what is at fault wherever it is used */
	uint32_t at;
	size_t first; /* walk, and of the sorted order */
	size_t n;
};

static struct cause cause_of(const struct hgw_walk *w, size_t index)
{
	struct cause c = {.fate = (uint8_t)w->fate, .first = index, .n = 1};

	if (w->fate == HGW_FATE_NOBODY || w->fate == HGW_FATE_DOUBLED)
		c.via = w->via;
	else if (w->fate != HGW_FATE_ONE_WAY)
		c.at = w->at;
	return c;
}

static int compare_kinds(const struct cause *a, const struct cause *b)
{
	int c = HGW_CMP(a->fate, b->fate);

	if (c == 0)
		c = HGW_CMP(a->at, b->at);
	return c != 0 ? c : hgw_addr_cmp(&a->via, &b->via);
}

static int compare_entries(const void *pa, const void *pb)
{
	const struct cause *a = pa, *b = pb;
	int c = compare_kinds(a, b);

	return c != 0 ? c : HGW_CMP(a->first, b->first);
}

/* The real ones before those that only follow from them, the largest first. */
static int compare_causes(const void *pa, const void *pb)
{
	const struct cause *a = pa, *b = pb;
	int c = HGW_CMP(a->fate == HGW_FATE_ONE_WAY, b->fate == HGW_FATE_ONE_WAY);

	if (c == 0)
		c = HGW_CMP(b->n, a->n);
	return c != 0 ? c : HGW_CMP(a->first, b->first);
}

/* All walks of one status by their cause; walks gets their order. NULL: no memory. */
static struct cause *find_causes(const struct hgw_report *report, enum hgw_check_status status,
				 size_t *n)
{
	const struct hgw_mesh *mesh = report->mesh;
	struct cause *v = calloc(mesh->n + 1, sizeof(*v));
	size_t all = 0;

	*n = 0;
	for (size_t i = 0; i < mesh->n && v != NULL; i++)
		if (mesh_status(report, mesh->v[i].fate) == status)
			v[all++] = cause_of(&mesh->v[i], i);
	if (v == NULL)
		return NULL;
	qsort(v, all, sizeof(*v), compare_entries);
	for (size_t i = 0; i < all; i++) {
		if (*n > 0 && compare_kinds(&v[*n - 1], &v[i]) == 0)
			v[*n - 1].n++;
		else
			v[(*n)++] = v[i];
	}
	qsort(v, *n, sizeof(*v), compare_causes);
	return v;
}

static void print_path(FILE *f, const struct hgw_report *report, const struct hgw_walk *w)
{
	char subnet[HGW_PREFIX_STRLEN];

	hgw_prefix_format(&report->inv->subnets[w->subnet], subnet);
	fprintf(f, "%s to %s %s", hgw_node_name(report->inv, w->from), subnet,
		hgw_node_name(report->inv, w->to));
}

/* The others of a cause: the first few of them. */
static void print_others(FILE *f, const struct hgw_report *report, const struct cause *c)
{
	const struct hgw_mesh *mesh = report->mesh;
	size_t named = 0;

	if (c->n == 1)
		return;
	fprintf(f, "%*sand: ", INDENT, "");
	for (size_t i = c->first + 1; i < mesh->n && named + 1 < c->n && named < NAMED; i++) {
		struct cause other = cause_of(&mesh->v[i], i);

		if (compare_kinds(c, &other) != 0)
			continue;
		fputs(named++ > 0 ? ", " : "", f);
		print_path(f, report, &mesh->v[i]);
	}
	if (c->n - 1 > named)
		fprintf(f, ", and %zu more", c->n - 1 - named);
	fputc('\n', f);
}

static int print_causes(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
			enum hgw_check_status status)
{
	size_t n, more = 0;
	struct cause *v = find_causes(report, status, &n);

	if (v == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const struct hgw_walk *w = &report->mesh->v[v[i].first];

		if (i >= LINES && !report->verbose) {
			more += v[i].n;
			continue;
		}
		print_mark(f, view, status);
		fputs("path ", f);
		print_path(f, report, w);
		fputs(": ", f);
		mesh_print_walk(f, report, w);
		print_place(f, report, w->to, w->subnet);
		fputc('\n', f);
		print_others(f, report, &v[i]);
	}
	if (more > 0)
		fprintf(f, "%*sand %zu more paths of %zu more causes; -v prints all causes\n",
			INDENT, "", more, n - LINES);
	free(v);
	return 0;
}

static const struct {
	enum hgw_fate fate; /* the first of its kind */
	char sign;
} signs[] = {
	{HGW_FATE_DELIVERED, '.'}, {HGW_FATE_ONE_WAY, '<'},    {HGW_FATE_NO_ROUTE, 'X'},
	{HGW_FATE_LOOP, 'O'},	   {HGW_FATE_WRONG_NODE, 'W'}, {HGW_FATE_PENDING, 'p'},
	{HGW_FATE_UNKNOWN, '?'},
};

static char sign_of(enum hgw_fate fate)
{
	for (size_t i = 0; i < HGW_ARRAY_LEN(signs); i++)
		if (strcmp(hgw_fate_name(signs[i].fate), hgw_fate_name(fate)) == 0)
			return signs[i].sign;
	return '?';
}

/* Characters of UTF-8. */
static size_t width_of(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

/* A name in so many columns, cut if need be. */
static void print_name(FILE *f, const char *name, size_t width)
{
	size_t n = width_of(name), cut = n > width ? width - 1 : n, i = 0;

	for (; *name != '\0'; name++) {
		i += ((unsigned char)*name & 0xc0) != 0x80;
		if (i > cut)
			break;
		fputc(*name, f);
	}
	fputs(n > width ? "~" : "", f);
	fprintf(f, "%*s", n < width ? (int)(width - n) : 0, "");
}

struct matrix {
	size_t n, names, cell; /* nodes; columns of a name, of a cell */
};

static struct matrix lay_out(const struct hgw_report *report)
{
	struct matrix m = {.n = report->inv->nnodes, .names = 4};
	size_t room;

	for (uint32_t i = 0; i < m.n; i++) {
		size_t width = width_of(hgw_node_name(report->inv, i));

		m.names = width > m.names ? width : m.names;
	}
	m.cell = 3 * m.n + 4 + 16 <= WIDTH ? 3 : 2 * m.n + 4 + 16 <= WIDTH ? 2 : 1;
	room = WIDTH - 4 - m.cell * m.n;
	m.names = m.names < room ? m.names : room;
	return m;
}

static void print_header(FILE *f, const struct matrix *m)
{
	/* Numbers stand upright where a cell has no room for two digits. */
	if (m->cell < 3 && m->n > 9) {
		fprintf(f, "%*s", (int)(m->names + 4), "");
		for (size_t i = 1; i <= m->n; i++)
			fprintf(f, "%*s%c", (int)m->cell - 1, "",
				i < 10 ? ' ' : (char)('0' + i / 10));
		fputc('\n', f);
	}
	print_name(f, "from", m->names);
	fputs(m->cell < 3 ? "  to" : " to ", f);
	for (size_t i = 1; i <= m->n; i++)
		fprintf(f, "%*zu", (int)m->cell, m->cell < 3 ? i % 10 : i);
	fputc('\n', f);
}

static void print_row(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		      const struct matrix *m, uint32_t from)
{
	print_name(f, hgw_node_name(report->inv, from), m->names);
	fprintf(f, " %2u ", from + 1);
	for (uint32_t to = 0; to < m->n; to++) {
		enum hgw_fate fate = hgw_mesh_pair(report->mesh, from, to);
		enum hgw_check_status status = mesh_status(report, fate);
		const char *color = status == HGW_FAIL ? red : yellow;

		fprintf(f, "%*s", (int)m->cell - 1, "");
		if (from == to)
			fputc('\\', f);
		else if (status == HGW_PASS)
			fputc('.', f);
		else
			fprintf(f, "%s%c%s", paint(view, color), sign_of(fate), paint(view, reset));
	}
	fputc('\n', f);
}

static void print_matrix(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	struct matrix m = lay_out(report);
	const char *between = "";

	print_header(f, &m);
	for (uint32_t i = 0; i < m.n; i++)
		print_row(f, view, report, &m, i);
	for (size_t i = 0; i < HGW_ARRAY_LEN(signs); i++) {
		fprintf(f, "%s%c %s", between, signs[i].sign, hgw_fate_name(signs[i].fate));
		between = "  ";
	}
	fputc('\n', f);
}

static void print_counts(FILE *f, const struct hgw_report *report)
{
	const struct hgw_mesh *mesh = report->mesh;
	size_t count[HGW_NSTATUSES], all = 0, n = report->inv->nnodes;

	hgw_mesh_count(report, count);
	for (unsigned fate = 0; fate < HGW_NFATES; fate++)
		all += mesh->count[fate];
	fprintf(f, "%zu node%s: %zu failed, %zu warning%s, ", n, n == 1 ? "" : "s", count[HGW_FAIL],
		count[HGW_WARN], count[HGW_WARN] == 1 ? "" : "s");
	if (count[HGW_SKIP] > 0)
		fprintf(f, "%zu skipped, ", count[HGW_SKIP]);
	fprintf(f, "%zu passed; %zu of %zu path%s delivered", count[HGW_PASS],
		mesh->count[HGW_FATE_DELIVERED], all, all == 1 ? "" : "s");
	for (size_t i = 1; i < HGW_ARRAY_LEN(signs); i++) {
		size_t sum = 0;

		for (unsigned fate = 0; fate < HGW_NFATES; fate++)
			if (sign_of((enum hgw_fate)fate) == signs[i].sign)
				sum += mesh->count[fate];
		if (sum > 0)
			fprintf(f, ", %zu %s", sum, hgw_fate_name(signs[i].fate));
	}
	fputs(".\n", f);
}

int hgw_print_mesh(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	static const enum hgw_check_status order[] = {HGW_FAIL, HGW_WARN, HGW_SKIP, HGW_PASS};

	for (size_t i = 0; i < HGW_ARRAY_LEN(order); i++) {
		print_findings(f, view, report, order[i]);
		if ((order[i] == HGW_FAIL || order[i] == HGW_WARN) &&
		    print_causes(f, view, report, order[i]) < 0)
			return -1;
	}
	if (report->inv->nnodes <= HGW_MATRIX_MAX)
		print_matrix(f, view, report);
	print_counts(f, report);
	return 0;
}
