/* SPDX-License-Identifier: MIT */
/* The first boot: the interface or its address may come after us. */
#include <time.h>

#include "cmd.h"

int64_t clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* 1: ready; 0: not yet, and err tells what is missing; -1. */
static int ready(struct session *s, struct hgw_err *err)
{
	char text[512];
	int rc = session_read(s, err);

	if (rc < 0) /* an address may come; a node that the inventory does not have will not */
		return err->status == HGW_DATAERR && session_node(s) == NULL ? 0 : -1;
	for (size_t i = 0; i < s->desired.n; i++) {
		const struct hgw_want *w = &s->desired.v[i];

		if (w->reach == HGW_REACH_OK)
			continue;
		hgw_desired_explain(&s->desired, &s->inv, &s->pool, w, text, sizeof(text));
		hgw_fail(err, HGW_REFUSED, "%s", text);
		return 0;
	}
	return 1;
}

/* Warnings of a reading that is not the last would come again. */
static int try_ready(struct session *s, struct hgw_err *err)
{
	struct hgw_diags kept = s->diags;
	int rc;

	s->diags = (struct hgw_diags){0};
	rc = ready(s, err);
	hgw_diags_free(&s->diags);
	s->diags = kept;
	session_forget(s);
	return rc;
}

void session_say_waiting(struct session *s, uint32_t most, int64_t left, const char *what)
{
	if (s->line.fd > 0)
		progress_show(&s->line, "hgw: waiting %lld s: %s", (long long)(left + 999) / 1000,
			      what);
	else if (!s->opt.quiet && !s->said_waiting)
		fprintf(s->err, "hgw: waiting up to %u s: %s\n", most, what);
	s->said_waiting = true;
}

int session_wait(struct session *s, struct hgw_err *err)
{
	int64_t deadline = clock_ms() + (int64_t)s->opt.wait * 1000;

	if (s->opt.wait == 0)
		return 0;
	if (hgw_kernel_watch(s->kernel, err) < 0)
		return -1;
	for (;;) {
		int64_t left = deadline - clock_ms();
		int rc = try_ready(s, err);

		if (rc != 0) {
			progress_erase(&s->line);
			return rc < 0 ? -1 : 0;
		}
		if (left <= 0)
			break;
		session_say_waiting(s, s->opt.wait, left, err->msg);
		if (hgw_kernel_wait(s->kernel, (int)(left < 1000 ? left : 1000), err) < 0)
			return -1;
	}
	progress_erase(&s->line);
	err->status = HGW_REFUSED;
	return -1;
}
