/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "confirm.h"
#include "hgw/journal.h"
#include "hgw/kernel.h"
#include "hgw/rundir.h"

struct watcher {
	int parent, listener, timer, signals, lock;
	bool started; /* until then routes are being written, and going back would mix with that */
	uint32_t seconds;
	struct hgw_undo *undo;
	struct hgw_pool *pool;
};

static int socket_address(struct sockaddr_un *addr, struct hgw_err *err)
{
	*addr = (struct sockaddr_un){.sun_family = AF_UNIX};
	return hgw_rundir_path(addr->sun_path, "sock", err);
}

static int say(int fd, char word)
{
	return send(fd, &word, 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

/* The next word; 0 if the other end is gone. */
static int hear(int fd)
{
	char word = 0;
	ssize_t n;

	do {
		n = recv(fd, &word, 1, 0);
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET)); /* which hides a last word */
	return n == 1 ? word : 0;
}

/* What cannot be said any more: the other end has gone, perhaps with a word of its own. */
int watcher_say(int fd, enum watcher_word word)
{
	say(fd, (char)word);
	return hear(fd);
}

int watcher_connect(void)
{
	struct sockaddr_un addr;
	struct hgw_err err;
	int fd;

	if (socket_address(&addr, &err) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Our namespace's lock is held, so whatever socket there is belongs to a watcher that died. */
static int listen_here(struct hgw_err *err)
{
	struct sockaddr_un addr;
	int fd;

	if (socket_address(&addr, err) < 0)
		return -1;
	unlink(addr.sun_path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(fd, 8) < 0) {
		hgw_fail(err, HGW_FAILED, "cannot listen on %s: %s", addr.sun_path,
			 strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	return fd;
}

static void forget_socket(void)
{
	struct sockaddr_un addr;
	struct hgw_err err;

	if (socket_address(&addr, &err) == 0)
		unlink(addr.sun_path);
}

/* The end of the wait; what it came to. */
static int finish(struct watcher *w, bool confirmed)
{
	struct hgw_kernel *k = NULL;
	struct hgw_err err;
	int outcome = WATCHER_CONFIRMED;

	if (!confirmed) {
		bool back = hgw_kernel_open(&k, NULL, &err) == 0 &&
			    hgw_undo_run(w->undo, k, w->pool) == 0;

		outcome = back ? WATCHER_ROLLED_BACK : WATCHER_INCOMPLETE;
		hgw_kernel_close(k);
	}
	/* Where going back failed the journal stays, for another try. */
	if (outcome != WATCHER_INCOMPLETE && hgw_journal_close(!confirmed, &err) < 0)
		outcome = confirmed ? WATCHER_CONFIRMED : WATCHER_ROLLED_BACK;
	forget_socket();
	/* Whoever hears of the end may go on at once. Nobody writes routes under this lock now. */
	if (outcome != WATCHER_INCOMPLETE)
		flock(w->lock, LOCK_UN);
	return outcome;
}

static void start_timer(const struct watcher *w)
{
	struct itimerspec t = {.it_value.tv_sec = w->seconds};

	if (w->seconds == 0)
		t.it_value.tv_nsec = 1;
	timerfd_settime(w->timer, 0, &t, NULL);
}

/* What the process that made the change says. The outcome; 0: go on waiting. */
static int from_parent(struct watcher *w)
{
	int word = hear(w->parent);

	switch (word) {
	case WATCHER_START:
	case WATCHER_DETACH:
		start_timer(w);
		w->started = true;
		say(w->parent, (char)word);
		if (word == WATCHER_DETACH) {
			close(w->parent);
			w->parent = -1; /* poll passes it over */
		}
		return 0;
	case WATCHER_QUIT:
	case WATCHER_CONFIRM:
		return finish(w, true);
	default: /* it died, too */
		return finish(w, false);
	}
}

/* hgw apply --confirm, or --rollback, of any session. */
static int from_listener(struct watcher *w)
{
	int fd = accept4(w->listener, NULL, NULL, SOCK_CLOEXEC), outcome = 0, word;
	const struct timeval patience = {.tv_sec = 1};

	if (fd < 0)
		return 0;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	word = hear(fd);
	if (word == WATCHER_CONFIRM || word == WATCHER_ROLL_BACK) {
		outcome = finish(w, word == WATCHER_CONFIRM);
		say(fd, (char)outcome);
	}
	close(fd);
	return outcome;
}

static int wait_for_outcome(struct watcher *w)
{
	int outcome = 0;

	while (outcome == 0) {
		struct pollfd p[] = {{.fd = w->parent, .events = POLLIN},
				     {.fd = w->listener, .events = POLLIN},
				     {.fd = w->timer, .events = POLLIN},
				     {.fd = w->signals, .events = POLLIN}};

		if (poll(p, w->started ? sizeof(p) / sizeof(p[0]) : 1, -1) < 0)
			continue;
		if (p[3].revents != 0 || p[2].revents != 0)
			outcome = finish(w, false);
		else if (p[0].revents != 0)
			outcome = from_parent(w);
		else if (p[1].revents != 0)
			outcome = from_listener(w);
	}
	return outcome;
}

static int compare_fds(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* Whoever waits for the end of a pipe that we were given unasked must not wait for us. */
static void close_others(const struct watcher *w)
{
	int keep[] = {STDERR_FILENO, w->parent, w->listener, w->timer, w->signals, w->lock};
	size_t n = sizeof(keep) / sizeof(keep[0]);

	qsort(keep, n, sizeof(keep[0]), compare_fds);
	for (size_t i = 0; i < n; i++) {
		unsigned from = (unsigned)keep[i] + 1;
		unsigned to = i + 1 < n ? (unsigned)keep[i + 1] - 1 : ~0U;

		if (from <= to)
			close_range(from, to, 0);
	}
}

/*
 * On its own: no terminal whose end would be its end, no descriptor for which
 * an ssh or a pipe would wait; but the lock and the sockets, which stay.
 */
static void leave_session(struct watcher *w)
{
	sigset_t term;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	w->signals = signalfd(-1, &term, SFD_CLOEXEC);
	w->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
	for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (chdir("/") < 0)
		errno = 0;
	if (w->signals >= 0 && w->timer >= 0)
		close_others(w);
}

static _Noreturn void watch(struct watcher *w)
{
	int outcome;

	leave_session(w);
	if (w->signals < 0 || w->timer < 0 || say(w->parent, WATCHER_ARMED) < 0) {
		forget_socket(); /* who it was for is gone, and has written nothing */
		_exit(HGW_FAILED);
	}
	outcome = wait_for_outcome(w);
	if (w->parent >= 0)
		say(w->parent, (char)outcome);
	_exit(outcome == WATCHER_CONFIRMED ? HGW_OK : HGW_ROLLED_BACK);
}

int watcher_start(int *fd, uint32_t seconds, const struct hgw_lock *lock, struct hgw_undo *undo,
		  struct hgw_pool *pool, struct hgw_err *err)
{
	struct watcher w = {.seconds = seconds, .lock = lock->fd, .undo = undo, .pool = pool};
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return hgw_fail(err, HGW_FAILED, "cannot make a socket: %s", strerror(errno));
	w.listener = listen_here(err);
	if (w.listener < 0) {
		close(pair[0]);
		close(pair[1]);
		return -1;
	}
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		w.parent = pair[1];
		watch(&w);
	}
	close(pair[1]);
	close(w.listener);
	*fd = pair[0];
	if (pid > 0 && hear(pair[0]) == WATCHER_ARMED)
		return 0;
	close(pair[0]);
	forget_socket();
	return hgw_fail(err, HGW_FAILED, "cannot start the process that would roll back: %s",
			pid < 0 ? strerror(errno) : "it ended at once");
}
