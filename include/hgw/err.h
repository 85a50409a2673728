/* SPDX-License-Identifier: MIT */
/*
 * Errors: success is 0 and leaves *err alone; failure is -1 and has set *err
 * once, where it happened. cmd/main.c prints it, once. Nothing here allocates.
 */
#ifndef HGW_ERR_H
#define HGW_ERR_H

#include <stdbool.h>
#include <stddef.h>

#include "hgw/compiler.h"

/* Exit status of the command; 64 and above have the meaning of sysexits.h. */
enum hgw_status {
	HGW_OK = 0,
	HGW_FAILED = 1,	     /* at run time; of a writer: and everything is as it was */
	HGW_DIFFERS = 2,     /* the host is not as the inventory says */
	HGW_ROLLED_BACK = 3, /* applied, not confirmed, taken back */
	HGW_INCOMPLETE = 4,  /* failed, and the undo too: the rest is printed */
	HGW_REFUSED = 5,     /* by a guard; nothing was changed */
	HGW_USAGE = 64,
	HGW_DATAERR = 65,  /* invalid inventory, snapshot or plan */
	HGW_NOINPUT = 66,  /* an input cannot be opened */
	HGW_IOERR = 74,	   /* output could not be written */
	HGW_TEMPFAIL = 75, /* locked */
	HGW_NOPERM = 77,
};

struct hgw_err {
	enum hgw_status status;
	char msg[1024]; /* lower-case start, no full stop, no newline */
};

/*
 * Sets *err and returns -1. A message that does not fit is cut at its end.
 * Control characters are replaced by '?': messages reach terminals.
 */
int hgw_fail(struct hgw_err *err, enum hgw_status status, const char *fmt, ...) HGW_PRINTF(3, 4);

/* Out of memory: HGW_FAILED. */
int hgw_fail_nomem(struct hgw_err *err);

/*
 * How many bytes the control character has that s begins with; 0: it is none.
 * C0 and C1, DEL, separators of lines and paragraphs, directional marks and
 * overrides, a byte that is not UTF-8: what changes how the rest of a line is
 * shown.
 */
size_t hgw_control(const char *s);
/* Bytes of the character of UTF-8 that s begins with; 0: it is none. */
size_t hgw_utf8_len(const char *s, size_t len);
/* There is none in s. */
bool hgw_is_printable(const char *s);
/* Replaces each by one '?', in place; returns s. */
char *hgw_make_printable(char *s);

/* "ENETUNREACH" for 101; "unknown errno" for what libc has no name for. */
const char *hgw_errno_name(int errnum);

#endif
