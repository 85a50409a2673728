/* SPDX-License-Identifier: MIT */
/*
 * A change that goes back by itself unless it is confirmed. A second process,
 * the watcher, is there before the first write. It holds the lock and all it
 * takes to go back, and listens on /run/hgw/COOKIE.sock.
 */
#ifndef HGW_CONFIRM_H
#define HGW_CONFIRM_H

#include <stdbool.h>
#include <stdint.h>

#include "hgw/err.h"
#include "hgw/lock.h"
#include "hgw/route.h"
#include "hgw/undo.h"

/* What is said over its sockets, a byte each. */
enum watcher_word {
	WATCHER_ARMED = 'A',	 /* from it: it is there */
	WATCHER_START = 'S',	 /* to it: the change is made, the time runs; answered by itself */
	WATCHER_DETACH = 'D',	 /* to it: likewise, and we leave; answered by itself */
	WATCHER_QUIT = 'Q',	 /* to it: there is nothing to go back from */
	WATCHER_CONFIRM = 'C',	 /* to it */
	WATCHER_ROLL_BACK = 'R', /* to it */
	WATCHER_CONFIRMED = 'c', /* from it, and it ends */
	WATCHER_ROLLED_BACK = 'r', /* likewise */
	WATCHER_INCOMPLETE = 'x',  /* likewise: going back failed */
};

/*
 * Starts the watcher; *fd is our end of the socket to it. It goes back at the
 * deadline, on SIGTERM, when told so, and when our end is closed before
 * WATCHER_DETACH was sent. seconds count from WATCHER_START or WATCHER_DETACH;
 * until then it listens to nobody else.
 */
HGW_NODISCARD int watcher_start(int *fd, uint32_t seconds, const struct hgw_lock *lock,
				struct hgw_undo *undo, struct hgw_pool *pool, struct hgw_err *err);

/* hgw apply --confirm (or --rollback), from any session. Returns 0 or -1 and err. */
struct session;
int confirm_pending(struct session *s, bool roll_back, struct hgw_err *err);
/* A change that nobody confirmed and whose watcher is gone: says so in diags. */
void confirm_report_orphan(struct session *s);

/*
 * The change is made: waits for Enter on a terminal, for --confirm from
 * elsewhere, for the deadline; or (detach) for nothing. HGW_ROLLED_BACK if it
 * went back; HGW_FAILED if it is still to go back, for the watcher could not or died.
 */
HGW_NODISCARD int confirm_wait(struct session *s, int watcher, struct hgw_err *err);

/* Says a word to a watcher, and waits for its answer; 0 if it is gone. */
int watcher_say(int fd, enum watcher_word word);

/* Connects to the watcher of this network namespace; -1 if there is none. */
int watcher_connect(void);

#endif
