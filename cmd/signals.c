/* SPDX-License-Identifier: MIT */
/* While routes are written INT and TERM ask for the end, and HUP and PIPE are nothing. */
#include <string.h>

#include "cmd.h"

/* A handler can reach nothing else. */
static volatile sig_atomic_t
	caught; /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */

static void on_signal(int number)
{
	caught = number;
}

static void set(int number, void (*handler)(int))
{
	struct sigaction sa = {.sa_handler = handler};

	sigaction(number, &sa, NULL);
}

const volatile sig_atomic_t *signals_hold(void)
{
	set(SIGINT, on_signal);
	set(SIGTERM, on_signal);
	set(SIGHUP, SIG_IGN);
	set(SIGPIPE, SIG_IGN);
	return &caught;
}

void signals_hold_hangup(void)
{
	set(SIGHUP, on_signal);
}

int signals_caught(void)
{
	return caught;
}
