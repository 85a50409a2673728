/* SPDX-License-Identifier: MIT */
/* What the nodes of a mesh came to, told before the tables that it is about are let go. */
#include <stdlib.h>
#include <string.h>

#include "output_impl.h"

int hgw_findings_init(struct hgw_findings *findings, const struct hgw_inventory *inv,
		      struct hgw_err *err)
{
	*findings = (struct hgw_findings){0};
	findings->hosts = calloc(inv->nnodes + 1, sizeof(*findings->hosts));
	return findings->hosts != NULL ? 0 : hgw_fail_nomem(err);
}

static int add_text(struct hgw_findings *findings, const char *s, size_t *at, struct hgw_err *err)
{
	size_t len = strlen(s) + 1, cap = findings->cap_text ? findings->cap_text : 4096;

	while (cap < findings->ntext + len)
		cap *= 2;
	if (cap != findings->cap_text) {
		char *text = realloc(findings->text, cap);

		if (text == NULL)
			return hgw_fail_nomem(err);
		findings->text = text;
		findings->cap_text = cap;
	}
	*at = findings->ntext;
	memcpy(findings->text + findings->ntext, s, len);
	findings->ntext += len;
	return 0;
}

static int add(struct hgw_findings *findings, struct hgw_finding *finding, const char *subject,
	       const char *message, struct hgw_err *err)
{
	if (findings->n == findings->cap) {
		size_t cap = findings->cap ? findings->cap * 2 : 64;
		struct hgw_finding *v = reallocarray(findings->v, cap, sizeof(*v));

		if (v == NULL)
			return hgw_fail_nomem(err);
		findings->v = v;
		findings->cap = cap;
	}
	if (add_text(findings, subject, &finding->subject, err) < 0 ||
	    add_text(findings, message, &finding->message, err) < 0)
		return -1;
	findings->v[findings->n++] = *finding;
	return 0;
}

static int add_check(struct hgw_findings *findings, const struct hgw_view *view,
		     const struct hgw_report *report, const struct hgw_check *c,
		     struct hgw_err *err)
{
	struct hgw_finding finding = {.id = c->id, .status = c->status, .host = report->node};
	const struct hgw_prefix *about =
		hgw_check_subnet(c, report->desired, &finding.node, &finding.subnet);
	char subject[512] = "", message[1024];
	FILE *f;

	if (about != NULL) {
		hgw_prefix_format(about, subject);
	} else {
		f = fmemopen(subject, sizeof(subject), "w");
		if (f != NULL) {
			print_subject(f, view, report, c);
			fclose(f);
		}
	}
	memset(message, 0, sizeof(message));
	f = fmemopen(message, sizeof(message) - 1, "w");
	if (f != NULL) {
		hgw_print_check(f, view, report, c);
		fclose(f);
	}
	return add(findings, &finding, subject, message, err);
}

int hgw_findings_add(struct hgw_findings *findings, const struct hgw_view *view,
		     const struct hgw_report *report, struct hgw_err *err)
{
	const struct hgw_verdict *verdict = report->verdict;

	for (unsigned i = 0; i < HGW_NSTATUSES; i++)
		findings->hosts[report->node].count[i] = verdict->count[i];
	for (size_t i = 0; i < verdict->n; i++) {
		enum hgw_check_status status = verdict->v[i].status;

		if ((findings->all || status == HGW_FAIL || status == HGW_WARN) &&
		    add_check(findings, view, report, &verdict->v[i], err) < 0)
			return -1;
	}
	return 0;
}

int hgw_findings_add_text(struct hgw_findings *findings, enum hgw_check_id id,
			  enum hgw_check_status status, uint32_t host, uint32_t node,
			  uint32_t subnet, const char *message, struct hgw_err *err)
{
	struct hgw_finding finding = {
		.id = id, .status = status, .host = host, .node = node, .subnet = subnet};

	findings->hosts[host].count[status]++;
	return add(findings, &finding, "", message, err);
}

int hgw_findings_add_missing(struct hgw_findings *findings, uint32_t node, const char *message,
			     struct hgw_err *err)
{
	return hgw_findings_add_text(findings, HGW_CHECK_SNAPSHOT, HGW_SKIP, node, UINT32_MAX,
				     UINT32_MAX, message, err);
}

/* Their texts lie in the order in which they were added. */
static int compare_findings(const void *pa, const void *pb)
{
	const struct hgw_finding *a = pa, *b = pb;
	int c = HGW_CMP(a->host, b->host);

	return c != 0 ? c : HGW_CMP(a->message, b->message);
}

void hgw_findings_sort(struct hgw_findings *findings)
{
	hgw_sort(findings->v, findings->n, sizeof(*findings->v), compare_findings);
}

void hgw_findings_free(struct hgw_findings *findings)
{
	free(findings->v);
	free(findings->text);
	free(findings->hosts);
	*findings = (struct hgw_findings){0};
}
