/* SPDX-License-Identifier: MIT */
/* A host that is booting, or being rolled out, may come right. */
#include "cmd.h"

/* Rules and links tell us nothing when they change; and of what changes all the time. */
enum { AT_LEAST_EVERY_MS = 1000, AT_MOST_EVERY_MS = 50 };

static bool may_come_right(const struct session *s, int rc, const struct hgw_err *err)
{
	if (rc == 0)
		return s->verdict.count[HGW_FAIL] > 0;
	/* An address may come; a node that the inventory does not have will not. */
	return err->status == HGW_DATAERR && session_node(s) == NULL;
}

static void say_waiting(struct session *s, int64_t left, int rc, const struct hgw_err *err)
{
	size_t n = s->verdict.count[HGW_FAIL];
	char text[64];

	snprintf(text, sizeof(text), "%zu check%s", n, n == 1 ? " fails" : "s fail");
	session_say_waiting(s, s->opt.retry, left, rc < 0 ? err->msg : text);
}

/* What a reading that was not the last has left. */
static void forget(struct session *s, const struct hgw_diags *before)
{
	hgw_diags_cut(&s->diags, before);
	hgw_verdict_free(&s->verdict);
	session_forget(s);
	s->report.inv = NULL;
	s->report.node = UINT32_MAX;
}

/* Waits for news, but not for longer than it is worth, nor shorter. */
static int pause_for(struct session *s, int64_t left, struct hgw_err *err)
{
	int64_t most = left < AT_LEAST_EVERY_MS ? left : AT_LEAST_EVERY_MS;
	int64_t until = clock_ms() + (left < AT_MOST_EVERY_MS ? left : AT_MOST_EVERY_MS);
	int rc = hgw_kernel_wait(s->kernel, (int)most, err);

	while (rc >= 0 && clock_ms() < until)
		rc = hgw_kernel_wait(s->kernel, (int)(until - clock_ms()), err);
	return rc < 0 ? -1 : 0;
}

int session_retry(struct session *s, session_judge_fn *judge, struct hgw_err *err)
{
	int64_t deadline = clock_ms() + (int64_t)s->opt.retry * 1000;
	const struct hgw_diags before = s->diags;

	if (s->opt.retry > 0 && hgw_kernel_watch(s->kernel, err) < 0)
		return -1;
	for (;;) {
		int64_t left = deadline - clock_ms();
		int rc = judge(s, err);

		if (left <= 0 || !may_come_right(s, rc, err)) {
			progress_erase(&s->line);
			return rc;
		}
		say_waiting(s, left, rc, err);
		forget(s, &before);
		if (pause_for(s, left, err) < 0)
			return -1;
	}
}
