/* SPDX-License-Identifier: MIT */
/* What Ansible reads: the document of the command, and what it wants of every module. */
#include <stdlib.h>
#include <string.h>

#include "module.h"

/* A text in memory, while it is written. */
struct memory {
	FILE *f;
	char *text;
	size_t n;
};

static FILE *memory_open(struct memory *m)
{
	*m = (struct memory){0};
	m->f = open_memstream(&m->text, &m->n);
	return m->f;
}

/* Takes what was written. */
static json_t *memory_json(struct memory *m)
{
	json_t *j = NULL;

	if (fclose(m->f) == 0) {
		j = json_string(m->text);
		/* jansson takes UTF-8 only, and an interface may be called anything. */
		if (j == NULL)
			j = json_string(hgw_make_printable(m->text));
	}
	free(m->text);
	return j;
}

static bool is_severity(const json_t *diag, const char *severity)
{
	return strcmp(json_string_value(json_object_get(diag, "severity")), severity) == 0;
}

/* "FILE:LINE:COLUMN: TEXT; HINT", as much of it as there is. */
static void print_diag(FILE *f, const json_t *d)
{
	const json_t *hint = json_object_get(d, "hint"), *file = json_object_get(d, "file");

	if (json_is_string(file))
		fprintf(f, "%s:", json_string_value(file));
	for (size_t i = 0; i < 2; i++) {
		const json_t *n = json_object_get(d, i == 0 ? "line" : "column");

		if (json_is_integer(n))
			fprintf(f, "%" JSON_INTEGER_FORMAT ":", json_integer_value(n));
	}
	fprintf(f, "%s%s", json_is_string(file) ? " " : "",
		json_string_value(json_object_get(d, "message")));
	if (json_is_string(hint))
		fprintf(f, "; %s", json_string_value(hint));
}

/* Ansible shows each of these by itself. */
static json_t *warnings(const json_t *diags)
{
	json_t *a = json_array();

	for (size_t i = 0; i < json_array_size(diags); i++) {
		const json_t *d = json_array_get(diags, i);
		struct memory m;

		if (!is_severity(d, "warning") || memory_open(&m) == NULL)
			continue;
		print_diag(m.f, d);
		json_array_append_new(a, memory_json(&m));
	}
	return a;
}

/* The error that ended the run, which comes last; then, a line each, what it was about. */
static void print_errors(FILE *f, const json_t *diags)
{
	size_t n = json_array_size(diags);

	if (n == 0)
		return;
	print_diag(f, json_array_get(diags, n - 1));
	for (size_t i = 0; i + 1 < n; i++) {
		const json_t *d = json_array_get(diags, i);

		if (!is_severity(d, "error"))
			continue;
		fputc('\n', f);
		print_diag(f, d);
	}
}

/* What is in the way, as the plan of hgw shows it. */
static void print_conflicts(FILE *f, const struct session *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->plan.n && n < HGW_DIAG_MAX; i++) {
		if (s->plan.v[i].op != HGW_OP_CONFLICT)
			continue;
		fputs("\n! ", f);
		hgw_print_route(f, &s->view, &s->plan.v[i].before);
		n++;
	}
}

static void print_checks(FILE *f, const struct hgw_verdict *v, const json_t *checks)
{
	size_t failed = v->count[HGW_FAIL];

	fprintf(f, "%zu of %zu checks fail%s", failed, v->n, failed == 1 ? "s" : "");
	for (size_t i = 0; i < json_array_size(checks); i++) {
		const json_t *c = json_array_get(checks, i);

		if (strcmp(json_string_value(json_object_get(c, "status")), "fail") != 0)
			continue;
		fprintf(f, "%s %s %s: %s", failed > 1 ? ", the first is" : ":",
			json_string_value(json_object_get(c, "id")),
			json_string_value(json_object_get(c, "subject")),
			json_string_value(json_object_get(c, "message")));
		return;
	}
}

static void print_done(FILE *f, const struct module_run *run)
{
	const struct session *s = run->s;

	if (run->request->cmd == &cmds[CMD_VERIFY])
		fprintf(f, "%zu checks, none fails", s->verdict.n);
	else if (run->request->pending)
		fputs(s->opt.roll_back ? "rolled back" : "confirmed", f);
	else if (hgw_plan_changes(&s->plan) == 0)
		fputs("nothing to do", f);
	else
		hgw_print_summary(f, &s->plan, !s->opt.dry_run);
	if (s->opt.confirm && !s->opt.dry_run && hgw_plan_changes(&s->plan) > 0)
		fprintf(f, "The routes go back in %u s, unless confirmed.", s->opt.confirm_within);
}

static void print_failed(FILE *f, const struct module_run *run, const json_t *o)
{
	if (run->status == HGW_DIFFERS) {
		print_checks(f, &run->s->verdict, json_object_get(o, "checks"));
		return;
	}
	print_errors(f, json_object_get(o, "diagnostics"));
	if (run->status == HGW_REFUSED)
		print_conflicts(f, run->s);
}

static json_t *message(const struct module_run *run, const json_t *o)
{
	struct memory m;

	if (memory_open(&m) == NULL)
		return NULL;
	if (run->status == HGW_OK)
		print_done(m.f, run);
	else
		print_failed(m.f, run, o);
	fflush(m.f);
	if (m.n > 0 && m.text[m.n - 1] == '\n')
		m.text[m.n - 1] = '\0';
	return memory_json(&m);
}

/* Of thousands of checks those are told that say something. */
static void shorten_checks(json_t *o, const struct hgw_verdict *v)
{
	json_t *checks = json_object_get(o, "checks"), *summary = json_object(),
	       *kept = json_array();

	for (size_t i = 0; i < json_array_size(checks); i++) {
		json_t *c = json_array_get(checks, i);

		if (strcmp(json_string_value(json_object_get(c, "status")), "pass") != 0)
			json_array_append(kept, c);
	}
	json_object_set_new(o, "checks", kept);
	for (unsigned i = HGW_PASS; i <= HGW_SKIP; i++)
		json_object_set_new(summary, hgw_check_status_name((enum hgw_check_status)i),
				    json_integer((json_int_t)v->count[i]));
	json_object_set_new(o, "summary", summary);
}

/* The routes that go, or those that come, a line each. */
static json_t *routes(const struct session *s, bool after)
{
	struct memory m;

	if (memory_open(&m) == NULL)
		return NULL;
	for (size_t i = 0; i < s->plan.n; i++) {
		const struct hgw_change *c = &s->plan.v[i];
		enum hgw_op only = after ? HGW_OP_ADD : HGW_OP_DELETE;

		if (c->op != HGW_OP_REPLACE && c->op != only)
			continue;
		hgw_print_route(m.f, &s->view, after ? &c->after : &c->before);
		fputc('\n', m.f);
	}
	return memory_json(&m);
}

static json_t *header(const struct session *s, bool after)
{
	struct memory m;

	if (memory_open(&m) == NULL)
		return NULL;
	hgw_print_side(m.f, &s->view, &s->report, after);
	return memory_json(&m);
}

/* Only what changes: Ansible makes a diff of it, and takes long over a long one. */
static json_t *diff(const struct session *s)
{
	json_t *o = json_object();

	json_object_set_new(o, "before_header", header(s, false));
	json_object_set_new(o, "after_header", header(s, true));
	json_object_set_new(o, "before", routes(s, false));
	json_object_set_new(o, "after", routes(s, true));
	return o;
}

json_t *module_answer(const struct module_run *run)
{
	json_t *o = json_loads(run->document, 0, NULL);
	bool changed = json_is_true(json_object_get(o, "changed"));

	if (o == NULL)
		return NULL;
	if (run->request->cmd == &cmds[CMD_VERIFY])
		shorten_checks(o, &run->s->verdict);
	/* A run that failed has changed nothing, but where it could not go back. */
	changed |= run->status == HGW_INCOMPLETE;
	json_object_set_new(o, "changed", json_boolean(changed));
	json_object_set_new(o, "rc", json_integer(run->status));
	json_object_set_new(o, "failed", json_boolean(run->status != HGW_OK));
	json_object_set_new(o, "msg", message(run, o));
	json_object_set_new(o, "warnings", warnings(json_object_get(o, "diagnostics")));
	if (run->said[0] != '\0')
		json_object_set_new(o, "stderr", json_string(run->said));
	if (run->request->diff && changed && !run->request->pending)
		json_object_set_new(o, "diff", diff(run->s));
	return o;
}

json_t *module_refusal(const struct hgw_err *err)
{
	json_t *o = json_object();

	json_object_set_new(o, "changed", json_false());
	json_object_set_new(o, "failed", json_true());
	json_object_set_new(o, "rc", json_integer(err->status));
	json_object_set_new(o, "msg", json_string(err->msg));
	return o;
}
