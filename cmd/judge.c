/* SPDX-License-Identifier: MIT */
/* Judging this host: for verify, and after a change. */
#include "cmd.h"

/* A node that was left out of the run as unreachable cannot fail it. */
static bool counts(const struct session *s, const struct hgw_check *c)
{
	bool left_out = s->opt.policy.skip_unreachable && c->want != HGW_NONE &&
			s->desired.v[c->want].reach != HGW_REACH_OK;

	return c->status == HGW_FAIL && !left_out;
}

/* One error for each check that fails, at its line of the inventory; how many do. */
static size_t note_failures(struct session *s)
{
	size_t failed = 0;

	for (size_t i = 0; i < s->verdict.n; i++) {
		const struct hgw_check *c = &s->verdict.v[i];
		const struct hgw_want *w = c->want != HGW_NONE ? &s->desired.v[c->want] : NULL;
		struct hgw_origin at = {0};
		char text[512] = "";
		FILE *f;

		if (!counts(s, c))
			continue;
		failed++;
		f = fmemopen(text, sizeof(text), "w");
		if (f != NULL) {
			hgw_print_check(f, &s->view, &s->report, c);
			fclose(f);
		}
		if (w != NULL)
			at = hgw_inventory_origin(&s->inv, w->node, w->subnet);
		hgw_diag_add(&s->diags, HGW_ERROR, w != NULL ? &at : NULL, NULL, "%s: %s",
			     hgw_check_name(c->id), text);
	}
	return failed;
}

/* Asks the gateways. */
static int probe(struct session *s, struct hgw_err *err)
{
	const struct hgw_probe_options options = {.timeout_ms = s->opt.timeout * 1000,
						  .progress = session_progress(s)};
	int rc;

	hgw_probe_free(&s->probe);
	if (hgw_probe_build(&s->probe, &s->desired, &s->pool, err) < 0)
		return -1;
	hgw_kernel_tell(s->kernel, NULL); /* of the many short readings in between */
	rc = hgw_probe_run(&s->probe, s->kernel, &options, err);
	hgw_kernel_tell(s->kernel, session_progress(s));
	return rc;
}

int session_verify(struct session *s, const struct hgw_actual *actual, struct hgw_err *err)
{
	const struct hgw_evidence on = {&s->desired, actual,   &s->host,
					&s->scope,   &s->pool, s->opt.probe ? &s->probe : NULL};

	if (s->opt.probe && probe(s, err) < 0)
		return -1;
	s->report.probe = on.probe;
	return hgw_verify(&s->verdict, &on, err);
}

int session_verdict(struct session *s, struct hgw_err *err)
{
	s->verdict.strict = s->opt.strict;
	if (session_read(s, err) < 0)
		return -1;
	s->report.verdict = &s->verdict;
	s->report.desired = &s->desired;
	s->report.actual = &s->actual;
	return session_verify(s, &s->actual, err);
}

int session_judge(struct session *s, size_t *failed, struct hgw_err *err)
{
	struct hgw_actual now = {0};
	int rc;

	*failed = 0;
	rc = hgw_kernel_snapshot(s->kernel, &s->host, err);
	if (rc == 0)
		rc = hgw_actual_read(&now, s->kernel, &s->scope, &s->desired, &s->pool, err);
	if (rc == 0) {
		hgw_desired_resolve(&s->desired, &s->host, &s->pool);
		rc = session_verify(s, &now, err);
	}
	if (rc == 0) {
		s->report.desired = &s->desired;
		s->report.actual = &now;
		*failed = note_failures(s);
	}
	s->report.actual = NULL;
	hgw_actual_free(&now);
	return rc;
}
