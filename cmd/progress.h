/* SPDX-License-Identifier: MIT */
/* The line on a terminal that tells how far the work has come. */
#ifndef HGW_CMD_PROGRESS_H
#define HGW_CMD_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "hgw/compiler.h"
#include "hgw/progress.h"

/* All zero is one that shows nothing. */
struct progress {
	FILE *f;
	int fd;		      /* of the terminal; 0: there is none */
	int64_t since, drawn; /* clock_ms() */
	bool shown;
};

/* Whether f is a terminal where lines can be erased. */
bool progress_begin(struct progress *p, FILE *f, int64_t now);
/* Shows this in the place of what was there, cut to the width of the terminal. */
void progress_show(struct progress *p, const char *fmt, ...) HGW_PRINTF(2, 3);
/* Before anything else is printed. */
void progress_erase(struct progress *p);
/* A struct hgw_progress for arg: shows steps once a second is over, not too often. */
void progress_step(void *arg, const struct hgw_step *step);

/* Milliseconds that only count up, also while the machine sleeps. */
int64_t clock_ms(void);

#endif
