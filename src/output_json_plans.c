/* SPDX-License-Identifier: MIT */
/* The plans of many nodes in one document: each is printed while it is there. */
#include "output_impl.h"

void hgw_plan_total_add(struct hgw_plan_total *total, const struct hgw_plan *plan)
{
	for (unsigned op = 0; op < HGW_NOPS; op++)
		total->count[op] += plan->count[op];
	total->unchanged += plan->unchanged;
	total->changed += hgw_plan_changes(plan) > 0;
}

int hgw_json_plans_begin(FILE *f, const struct hgw_report *report)
{
	int rc = hgw_json_begin(f, report);

	fputs(",\"changes\":[", f);
	return rc;
}

int hgw_json_plans_add(FILE *f, const struct hgw_view *view, const struct hgw_report *report,
		       struct hgw_plan_total *total)
{
	return json_changes(f, view, report, report->plan, true, &total->printed);
}

int hgw_json_plans_end(FILE *f, const struct hgw_report *report, const struct hgw_plan_total *total)
{
	const size_t *count = total->count;

	fprintf(f,
		"],\"changed\":%s,\"summary\":{\"add\":%zu,\"replace\":%zu,\"delete\":%zu,"
		"\"conflict\":%zu,\"unchanged\":%zu,\"skipped\":%zu}",
		total->changed > 0 ? "true" : "false", count[HGW_OP_ADD], count[HGW_OP_REPLACE],
		count[HGW_OP_DELETE], count[HGW_OP_CONFLICT], total->unchanged, count[HGW_OP_SKIP]);
	return json_end(f, report);
}
