/* SPDX-License-Identifier: MIT */
/* A verdict as cases of a test, which TAP and JUnit share. */
#include <string.h>

#include "output_impl.h"

/* Characters that XML 1.0 does not have; UTF-8 does. */
static bool is_nonchar(const char *s)
{
	return memcmp(s, "\xef\xbf\xbe", 3) == 0 || memcmp(s, "\xef\xbf\xbf", 3) == 0;
}

/* What is ASCII and nothing to escape, at once; returns where that ends. */
static const char *print_plain(FILE *f, const char *s, escape_fn *escape)
{
	const char *end = s;

	while (*end >= ' ' && *end <= '~' && (escape == NULL || escape(*end) == NULL))
		end++;
	fwrite(s, 1, (size_t)(end - s), f);
	return end;
}

void print_escaped(FILE *f, const char *s, escape_fn *escape)
{
	for (s = print_plain(f, s, escape); *s != '\0'; s = print_plain(f, s, escape)) {
		size_t control = hgw_control(s), n = hgw_utf8_len(s, strnlen(s, 4));
		const char *instead = n == 1 && escape != NULL ? escape(*s) : NULL;

		if (control > 0 || (n == 3 && is_nonchar(s)))
			instead = "?";
		if (instead != NULL)
			fputs(instead, f);
		else
			fwrite(s, 1, n, f);
		s += control > 0 ? control : n;
	}
}

/* Of these there are as many checks as there are faults, but always one case. */
static bool is_collected(const struct hgw_check *c)
{
	return c->want == HGW_NONE && (c->id == HGW_CHECK_EXTRA || c->id == HGW_CHECK_FOREIGN);
}

static bool same_case(const struct hgw_check *a, const struct hgw_check *b)
{
	if (a->want != HGW_NONE || b->want != HGW_NONE)
		return a->want == b->want;
	return a->id == b->id && a->family == b->family &&
	       (a->id != HGW_CHECK_LOCAL || a->at == b->at);
}

/* The checks from first on that belong together. */
static void collect(const struct hgw_report *report, size_t first, struct output_case *c)
{
	const struct hgw_verdict *v = report->verdict;
	const struct hgw_check *one = &v->v[first];

	c->subnet = hgw_check_subnet(one, report->desired, &c->node, &c->place);
	c->id = one->id;
	c->family = one->family;
	c->v = one;
	for (; first < v->n && same_case(one, &v->v[first]); first++) {
		c->count[v->v[first].status]++;
		c->n++;
	}
}

static void collect_kind(const struct hgw_report *report, enum hgw_check_id id,
			 struct output_case *c)
{
	const struct hgw_verdict *v = report->verdict;

	c->id = id;
	for (size_t i = 0; i < v->n; i++) {
		if (v->v[i].id == id && is_collected(&v->v[i])) {
			collect(report, i, c);
			return;
		}
	}
}

bool case_next(const struct hgw_report *report, struct case_walk *walk, struct output_case *c)
{
	const struct hgw_verdict *v = report->verdict;

	*c = (struct output_case){0};
	while (walk->at < v->n && is_collected(&v->v[walk->at]))
		walk->at++;
	if (walk->at < v->n) {
		collect(report, walk->at, c);
		walk->at += c->n;
		return true;
	}
	switch (walk->stage++) {
	case 0:
		collect_kind(report, HGW_CHECK_EXTRA, c);
		return true;
	case 1:
		collect_kind(report, HGW_CHECK_FOREIGN, c);
		return v->strict;
	default:
		return false;
	}
}

enum hgw_check_status case_status(const struct output_case *c)
{
	if (c->count[HGW_FAIL] > 0)
		return HGW_FAIL;
	if (c->n > 0 && c->count[HGW_SKIP] == c->n)
		return HGW_SKIP;
	return c->count[HGW_WARN] > 0 ? HGW_WARN : HGW_PASS;
}

void case_name(FILE *f, const struct hgw_report *report, const struct output_case *c,
	       escape_fn *escape)
{
	char dst[HGW_PREFIX_STRLEN];

	if (c->subnet != NULL) {
		hgw_prefix_format(c->subnet, dst);
		print_escaped(f, hgw_node_name(report->inv, c->node), escape);
		fprintf(f, " %s", dst);
		return;
	}
	fputs(hgw_check_name(c->id), f);
	if (c->family != 0)
		fputs(c->family == AF_INET6 ? " inet6" : " inet", f);
}

struct hgw_origin case_origin(const struct hgw_report *report, const struct output_case *c)
{
	if (c->subnet == NULL)
		return (struct hgw_origin){0};
	return hgw_inventory_origin(report->inv, c->node, c->place);
}

void case_text(char *buf, size_t size, const struct hgw_view *view, const struct hgw_report *report,
	       const struct hgw_check *c)
{
	FILE *f;

	memset(buf, 0, size);
	f = fmemopen(buf, size - 1, "w");
	if (f == NULL)
		return;
	if (c->id == HGW_CHECK_EXTRA) {
		print_subject(f, view, report, c);
		fputs(": ", f);
	}
	hgw_print_check(f, view, report, c);
	fclose(f);
}
