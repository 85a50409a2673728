/* SPDX-License-Identifier: MIT */
/* Work that can take long, and whoever wants to know how far it has come. */
#ifndef HGW_PROGRESS_H
#define HGW_PROGRESS_H

#include <stddef.h>

struct hgw_step {
	const char *verb, *what; /* "reading", "routes" */
	const char *unit;	 /* "MiB"; "": so many of them */
	size_t done, total;	 /* total 0: not known */
};

struct hgw_progress {
	/* Called often, and to return soon; NULL in the place of a step: that work is over. */
	void (*step)(void *arg, const struct hgw_step *step);
	void *arg;
};

#endif
