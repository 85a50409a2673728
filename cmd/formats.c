/* SPDX-License-Identifier: MIT */
/* The one list of output formats: their names, and who prints a verdict in them. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"

static int verdict_text(FILE *f, const struct hgw_view *view, const struct hgw_report *report)
{
	if (report->verdict != NULL) /* else there is the message on standard error */
		hgw_print_verdict(f, view, report, report->verbose);
	return 0;
}

const struct format_spec format_specs[FORMAT_COUNT] = {
	[FORMAT_TEXT] = {"text", verdict_text, hgw_print_mesh},
	[FORMAT_JSON] = {"json", hgw_json_verdict, hgw_json_mesh},
	[FORMAT_BATCH] = {"batch", NULL, NULL},
	[FORMAT_TAP] = {"tap", hgw_tap_verdict, hgw_tap_mesh},
	[FORMAT_JUNIT] = {"junit", hgw_junit_verdict, hgw_junit_mesh},
	[FORMAT_NAGIOS] = {"nagios", hgw_nagios_verdict, hgw_nagios_mesh},
	[FORMAT_DOT] = {"dot", hgw_dot_verdict, hgw_dot_mesh},
};

/* When, and how long; not where the same output is to come of the same input. */
static void stamp(struct session *s)
{
	const char *fixed = getenv("SOURCE_DATE_EPOCH");
	uint32_t epoch;

	s->report.when = -1;
	if (s->opt.snapshot == NULL) {
		s->report.when = time(NULL);
		s->report.milliseconds = (unsigned)(clock_ms() - s->started);
	}
	if (fixed != NULL && hgw_parse_u32(fixed, 0, UINT32_MAX, &epoch)) {
		s->report.when = epoch;
		s->report.milliseconds = 0;
	}
}

/* prove(1) tells what it runs which version it knows. */
static bool wants_tap13(void)
{
	const char *version = getenv("TAP_VERSION");

	return version != NULL && strcmp(version, "13") == 0;
}

int format_verdict(struct session *s)
{
	s->printed = true;
	s->report.verbose = s->opt.verbose;
	s->report.tap13 = wants_tap13();
	stamp(s);
	if (s->report.mesh != NULL)
		return format_specs[s->opt.format].mesh(s->out, &s->view, &s->report);
	return format_specs[s->opt.format].verdict(s->out, &s->view, &s->report);
}

int format_status(const struct session *s, int status)
{
	if (s->opt.format != FORMAT_NAGIOS)
		return status;
	if (status == HGW_OK)
		return s->verdict.count[HGW_WARN] > 0 ? 1 : 0;
	return status == HGW_DIFFERS ? 2 : 3;
}
