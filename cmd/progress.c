/* SPDX-License-Identifier: MIT */
/*
 * One line on a terminal that tells how far the work has come, where that
 * takes over a second. It goes before anything else is printed.
 */
#include "progress.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hgw/err.h"

enum { AFTER_MS = 1000, EVERY_MS = 100 };

bool progress_begin(struct progress *p, FILE *f, int64_t now)
{
	const char *term = getenv("TERM");
	int fd = fileno(f);

	*p = (struct progress){.f = f, .since = now, .drawn = now};
	if (fd >= 0 && isatty(fd) && term != NULL && strcmp(term, "dumb") != 0)
		p->fd = fd;
	return p->fd > 0;
}

/* As much of it as fits in front of the last column, where terminals may wrap. */
static size_t fitting(int fd, const char *text)
{
	struct winsize size = {0};
	size_t room = 79, n = 0;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 1)
		room = size.ws_col - 1U;
	while (text[n] != '\0' && room-- > 0) {
		size_t len = hgw_utf8_len(text + n, strlen(text + n));

		n += len > 0 ? len : 1;
	}
	return n;
}

void progress_show(struct progress *p, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (p->fd <= 0)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	hgw_make_printable(text);
	fprintf(p->f, "\r%.*s\033[K", (int)fitting(p->fd, text), text);
	fflush(p->f);
	p->shown = true;
	p->drawn = clock_ms();
}

void progress_erase(struct progress *p)
{
	if (!p->shown)
		return;
	fputs("\r\033[K", p->f);
	fflush(p->f);
	p->shown = false;
}

void progress_step(void *arg, const struct hgw_step *s)
{
	struct progress *p = arg;
	const char *blank;
	int64_t now;

	if (p->fd <= 0)
		return;
	if (s == NULL) {
		progress_erase(p);
		return;
	}
	now = clock_ms();
	if (now - p->since < AFTER_MS || now - p->drawn < EVERY_MS)
		return;
	blank = s->unit[0] != '\0' ? " " : "";
	if (s->total > 0)
		progress_show(p, "hgw: %s %s: %zu of %zu%s%s", s->verb, s->what, s->done, s->total,
			      blank, s->unit);
	else
		progress_show(p, "hgw: %s %s: %zu%s%s", s->verb, s->what, s->done, blank, s->unit);
}
