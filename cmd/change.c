/* SPDX-License-Identifier: MIT */
/* Carrying out a plan: with a way back until it is known to be good. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "confirm.h"
#include "hgw/journal.h"

struct change {
	struct session *s;
	struct hgw_writes writes;
	struct hgw_undo undo;
	struct hgw_result result;
	int watcher; /* our end of the socket to it; -1: none */
};

static void print_writes(const struct session *s, const struct hgw_writes *w)
{
	for (size_t i = 0; i < w->n; i++)
		hgw_print_write(s->err, &s->view, &w->v[i], false);
}

void session_print_undone(const struct session *s, const struct hgw_undo *undo)
{
	for (size_t i = 0; s->opt.verbose && i < undo->sent; i++)
		hgw_print_write(s->err, &s->view, &undo->left.v[i], false);
}

static void say_incomplete(const struct change *c)
{
	struct session *s = c->s;

	if (c->undo.left.n == 0) {
		hgw_diag_add(&s->diags, HGW_WARNING, NULL, NULL,
			     "undoing failed too, and the routes cannot be read: see 'hgw verify'");
		return;
	}
	hgw_diag_add(&s->diags, HGW_WARNING, NULL, NULL,
		     "undoing failed too; these commands would make the routes what they were:");
	hgw_print_diags(s->err, &s->diags, HGW_WARNING);
	hgw_diags_free(&s->diags);
	print_writes(s, &c->undo.left);
}

/* What went wrong, and how things stand now. */
static void report_failure(const struct change *c, struct hgw_err *err)
{
	struct session *s = c->s;

	if (c->result.failed != SIZE_MAX && c->result.refusal.errnum == EINTR)
		hgw_fail(err, err->status, "interrupted: %s", strsignal(signals_caught()));
	else if (c->result.failed != SIZE_MAX)
		hgw_describe_refusal(err, &s->view, &s->report, &c->writes.v[c->result.failed],
				     &c->result.refusal);
	if (err->status == HGW_INCOMPLETE) {
		say_incomplete(c);
	} else {
		session_print_undone(s, &c->undo);
		hgw_diag_add(&s->diags, HGW_WARNING, NULL, NULL,
			     "everything was undone: the routes are as they were");
	}
}

/* It has nothing to go back from any more; or, if we could not, is left to try once more. */
static void disarm(struct change *c, bool incomplete)
{
	if (c->watcher >= 0) {
		if (!incomplete)
			watcher_say(c->watcher, WATCHER_QUIT);
		close(c->watcher);
	}
	c->watcher = -1;
}

/*
 * The watcher is there before the first write; and, should it die, the
 * journal, which comes second: there is always somebody to clear it away.
 */
static int arm(struct change *c, struct hgw_err *err)
{
	struct session *s = c->s;

	if (!s->opt.confirm)
		return 0;
	if (watcher_start(&c->watcher, s->opt.confirm_within, &s->lock, &c->undo, &s->pool, err) <
	    0)
		return -1;
	if (hgw_journal_write(&c->undo, &s->pool, err) == 0)
		return 0;
	disarm(c, false);
	return -1;
}

/* Takes the whole change back, for the reason in err. */
static int take_back(struct change *c, struct hgw_err *err)
{
	const struct hgw_err why = *err;

	if (hgw_undo_run(&c->undo, c->s->kernel, &c->s->pool) == 0) {
		session_print_undone(c->s, &c->undo);
		return hgw_fail(err, HGW_ROLLED_BACK, "%s: the routes are as they were before",
				why.msg);
	}
	say_incomplete(c);
	return hgw_fail(err, HGW_INCOMPLETE, "%s, and going back was incomplete", why.msg);
}

/* A change that does not do what it was made for is taken back. */
static int check(struct change *c, struct hgw_err *err)
{
	struct session *s = c->s;
	size_t failed;

	if (!s->opt.verify)
		return 0;
	if (session_judge(s, &failed, err) < 0)
		return take_back(c, err);
	if (failed == 0)
		return 0;
	hgw_fail(err, HGW_FAILED, "%zu check%s failed after the change", failed,
		 failed == 1 ? "" : "s");
	return take_back(c, err);
}

/* Waits for the confirmation. Where the watcher dies or fails we are what is left to go back. */
static int await(struct change *c, struct hgw_err *err)
{
	int rc = confirm_wait(c->s, c->watcher, err);
	struct hgw_err ignored;

	close(c->watcher);
	c->watcher = -1;
	if (rc == 0 || err->status != HGW_FAILED)
		return rc;
	rc = take_back(c, err);
	if (err->status == HGW_ROLLED_BACK && hgw_journal_close(true, &ignored) < 0)
		hgw_diag_add(&c->s->diags, HGW_WARNING, NULL, NULL, "%s", ignored.msg);
	return rc;
}

static int carry_out(struct change *c, struct hgw_err *err)
{
	struct session *s = c->s;
	int rc;

	hgw_kernel_stop_at(s->kernel, signals_hold());
	rc = hgw_apply(s->kernel, &s->plan, &c->writes, &c->undo, &s->pool, &c->result, err);
	if (rc < 0)
		report_failure(c, err);
	else if (c->result.gone > 0)
		hgw_diag_add(&s->diags, HGW_WARNING, NULL, NULL,
			     "%zu of the routes to delete %s gone already, or somebody else's",
			     c->result.gone, c->result.gone == 1 ? "was" : "were");
	if (rc == 0)
		rc = check(c, err);
	if (rc == 0 && c->watcher < 0)
		return hgw_journal_close(false, err); /* what it tells of is overtaken */
	if (rc < 0) {
		disarm(c, err->status == HGW_INCOMPLETE);
		return rc;
	}
	return await(c, err);
}

int session_apply(struct session *s, struct hgw_err *err)
{
	struct change c = {.s = s, .watcher = -1};
	int rc = hgw_writes_build(&c.writes, &s->plan, &s->pool, err);

	if (rc == 0)
		rc = hgw_undo_prepare(&c.undo, &s->plan, &s->actual.owned, &s->scope, c.writes.n,
				      &s->pool, err);
	if (rc == 0 && s->opt.verbose)
		print_writes(s, &c.writes);
	if (rc == 0)
		rc = session_json_begin(s, err);
	if (rc == 0)
		rc = arm(&c, err);
	if (rc == 0)
		rc = carry_out(&c, err);
	hgw_undo_free(&c.undo);
	hgw_writes_free(&c.writes);
	return rc;
}
