/* SPDX-License-Identifier: MIT */
#include "confirm.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cmd.h"
#include "hgw/journal.h"

static int went_back(struct hgw_err *err, const char *why)
{
	return hgw_fail(err, HGW_ROLLED_BACK, "%s: the routes are as they were before", why);
}

/* Without a watcher what is left of the change is the journal. */
static int confirm_alone(bool roll_back, enum hgw_journal_state state, struct hgw_err *err)
{
	if (state == HGW_JOURNAL_ROLLED_BACK && !roll_back)
		return went_back(err, "too late to confirm");
	if (state != HGW_JOURNAL_PENDING)
		return hgw_fail(err, HGW_REFUSED, "no change is waiting for its confirmation");
	return hgw_journal_close(false, err);
}

/* The journal stays, for another try. */
static int incomplete(struct session *s, const struct hgw_undo *undo, struct hgw_err *err)
{
	/* For the names of devices; without them the commands name them by number. */
	if (hgw_kernel_snapshot(s->kernel, &s->host, err) < 0)
		hgw_snapshot_free(&s->host);
	fputs("hgw: these commands would make the routes what they were:\n", s->err);
	for (size_t i = 0; i < undo->left.n; i++)
		hgw_print_write(s->err, &s->view, &undo->left.v[i], false);
	return hgw_fail(err, HGW_INCOMPLETE,
			"going back was incomplete; 'hgw apply --rollback' tries again");
}

static int undone(struct session *s, const struct hgw_undo *undo, struct hgw_err *err)
{
	struct hgw_err ignored;

	if (s->opt.verbose && hgw_kernel_snapshot(s->kernel, &s->host, &ignored) < 0)
		hgw_snapshot_free(&s->host);
	session_print_undone(s, undo);
	return hgw_journal_close(true, err);
}

static int roll_back_alone(struct session *s, struct hgw_err *err)
{
	struct hgw_undo undo;
	int rc;

	if (hgw_journal_read(&undo, &s->pool, err) < 0)
		return -1;
	if (hgw_undo_run(&undo, s->kernel, &s->pool) < 0)
		rc = incomplete(s, &undo, err);
	else
		rc = undone(s, &undo, err);
	hgw_undo_free(&undo);
	return rc;
}

int confirm_pending(struct session *s, bool roll_back, struct hgw_err *err)
{
	enum hgw_journal_state state;
	int fd = watcher_connect(), word = 0;

	if (fd >= 0) {
		word = watcher_say(fd, roll_back ? WATCHER_ROLL_BACK : WATCHER_CONFIRM);
		close(fd);
	}
	if (word == WATCHER_CONFIRMED || word == WATCHER_ROLLED_BACK)
		return 0;
	/* No watcher, or one that ended just now; only one of us may go on from here. */
	if (hgw_lock_take(&s->lock, s->opt.lock_timeout, err) < 0 ||
	    hgw_journal_state(&state, err) < 0)
		return -1;
	if (roll_back && state == HGW_JOURNAL_PENDING)
		return roll_back_alone(s, err);
	if (word == WATCHER_INCOMPLETE && state == HGW_JOURNAL_ROLLED_BACK)
		return 0; /* by whoever had waited with it */
	return confirm_alone(roll_back, state, err);
}

void confirm_report_orphan(struct session *s)
{
	enum hgw_journal_state state;
	struct hgw_err err;

	if (hgw_journal_state(&state, &err) == 0 && state == HGW_JOURNAL_PENDING)
		hgw_diag_add(
			&s->diags, HGW_WARNING, NULL,
			"'hgw apply --rollback' takes it back, 'hgw apply --confirm' keeps it, "
			"and so does another change",
			"an earlier change was never confirmed, and what would have taken it "
			"back is gone");
}

/* Enter keeps. A terminal at its end says nothing any more. */
static bool enter_pressed(int *terminal)
{
	char line[256];
	ssize_t n = read(*terminal, line, sizeof(line));

	if (n > 0)
		return memchr(line, '\n', (size_t)n) != NULL;
	*terminal = -1;
	return false;
}

static int wait_for_word(int watcher, int terminal)
{
	for (;;) {
		struct pollfd p[] = {{.fd = watcher, .events = POLLIN},
				     {.fd = terminal, .events = POLLIN}};
		char word = 0;

		if (signals_caught() != 0)
			return watcher_say(watcher, WATCHER_ROLL_BACK);
		if (poll(p, 2, 500) < 0)
			continue; /* a signal: see above */
		if (p[0].revents != 0)
			return read(watcher, &word, 1) == 1 ? word : 0;
		if (p[1].revents & POLLHUP) /* HUP itself may have come while it was ignored */
			return watcher_say(watcher, WATCHER_ROLL_BACK);
		if (p[1].revents != 0 && enter_pressed(&terminal))
			return watcher_say(watcher, WATCHER_CONFIRM);
	}
}

static int failed_to_go_back(struct hgw_err *err, int word)
{
	return hgw_fail(err, HGW_FAILED, "the process that would take the change back %s",
			word == WATCHER_INCOMPLETE ? "could not" : "is gone");
}

int confirm_wait(struct session *s, int watcher, struct hgw_err *err)
{
	int terminal = isatty(STDIN_FILENO) ? STDIN_FILENO : -1;
	int word = watcher_say(watcher, s->opt.detach ? WATCHER_DETACH : WATCHER_START);

	if (word == 0)
		return failed_to_go_back(err, word);
	if (!s->opt.detach)
		signals_hold_hangup(); /* before anybody is told to answer */
	if (terminal >= 0 && !s->opt.detach)
		tcflush(terminal, TCIFLUSH); /* an Enter from before the question is no answer */
	if (!s->opt.quiet)
		fprintf(s->err,
			"hgw: %sthe routes go back in %u s, unless 'hgw apply --confirm' says to "
			"keep them\n",
			terminal >= 0 && !s->opt.detach ? "Enter keeps, Ctrl-C takes back; " : "",
			s->opt.confirm_within);
	if (s->opt.detach)
		return 0;
	word = wait_for_word(watcher, terminal);
	if (word == WATCHER_CONFIRMED)
		return 0;
	if (word == WATCHER_ROLLED_BACK)
		return went_back(err, signals_caught() != 0 ? "interrupted" : "not confirmed");
	return failed_to_go_back(err, word);
}
