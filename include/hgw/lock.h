/* SPDX-License-Identifier: MIT */
/*
 * One writer at a time in a network namespace: flock(2) on a file of
 * /run/hgw, which the kernel releases when the holder ends, however it ends.
 * The file itself stays: a lock on a file that is unlinked locks nothing.
 */
#ifndef HGW_LOCK_H
#define HGW_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "hgw/err.h"

struct hgw_lock {
	int fd;
	bool held;
};

/*
 * Takes the lock of this process's network namespace, waiting for it up to
 * timeout seconds. HGW_TEMPFAIL names the holder's process, HGW_NOPERM what
 * is not ours or cannot be made, HGW_FAILED the rest.
 */
HGW_NODISCARD int hgw_lock_take(struct hgw_lock *lock, uint32_t timeout, struct hgw_err *err);
void hgw_lock_release(struct hgw_lock *lock);

#endif
