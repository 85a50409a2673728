/* SPDX-License-Identifier: MIT */
/* Judging this host: for verify, and after a change. */
#include "cmd.h"

/* A node that was left out of the run as unreachable cannot fail it. */
static bool is_left_out(const struct session *s, const struct hgw_check *c)
{
	return s->opt.policy.skip_unreachable && c->want != HGW_NONE &&
	       s->desired.v[c->want].reach != HGW_REACH_OK;
}

static void note_failure(struct session *s, const struct hgw_check *c, enum hgw_severity severity)
{
	struct hgw_origin at = {0};
	uint32_t node, subnet;
	char text[512] = "";
	FILE *f = fmemopen(text, sizeof(text), "w");

	if (f != NULL) {
		hgw_print_check(f, &s->view, &s->report, c);
		fclose(f);
	}
	if (hgw_check_subnet(c, &s->desired, &node, &subnet) != NULL)
		at = hgw_inventory_origin(&s->inv, node, subnet);
	hgw_diag_add(&s->diags, severity, at.file != NULL ? &at : NULL, NULL, "%s: %s",
		     hgw_check_name(c->id), text);
}

/*
 * What comes in for pods here goes by none of our routes, nor does what a rule takes
 * out of a subnet that goes its way.
 */
static bool is_to_blame(const struct session *s, const struct hgw_check *c)
{
	return hgw_check_is_of_routes(c->id) &&
	       !(c->id == HGW_CHECK_LOOKUP && c->want != HGW_NONE && c->at >= 2 * s->lookups.n);
}

/* Going back mends what a route is to blame for. What else is wrong was so before, and is said. */
static size_t note_failures(struct session *s)
{
	size_t failed = 0;

	for (size_t i = 0; i < s->verdict.n; i++) {
		const struct hgw_check *c = &s->verdict.v[i];
		bool to_blame = is_to_blame(s, c);

		if (c->status != HGW_FAIL || is_left_out(s, c))
			continue;
		note_failure(s, c, to_blame ? HGW_ERROR : HGW_WARNING);
		failed += to_blame;
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

/* What a snapshot does not tell is asked of this host. */
static int read_more(struct session *s, struct hgw_evidence *on, struct hgw_err *err)
{
	hgw_settings_free(&s->settings);
	hgw_lookups_free(&s->lookups);
	if (hgw_verify_settings(&s->settings, "", &s->desired, &s->host, &s->pool, err) < 0 ||
	    hgw_lookups_ask(&s->lookups, &s->desired, &s->host, &s->pool, s->kernel, err) < 0)
		return -1;
	/* What runs on this host need not know of another namespace. */
	if (s->opt.netns != NULL)
		s->settings.networkd = HGW_NETWORKD_UNKNOWN;
	on->settings = s->report.settings = &s->settings;
	on->lookups = s->report.lookups = &s->lookups;
	return 0;
}

int session_verify(struct session *s, const struct hgw_actual *actual, struct hgw_err *err)
{
	struct hgw_evidence on = {.desired = &s->desired,
				  .actual = actual,
				  .host = &s->host,
				  .scope = &s->scope,
				  .pool = &s->pool};

	if (s->opt.snapshot == NULL && read_more(s, &on, err) < 0)
		return -1;
	if (s->opt.probe) {
		if (probe(s, err) < 0)
			return -1;
		on.probe = &s->probe;
	}
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
