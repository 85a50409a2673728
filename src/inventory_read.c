/* SPDX-License-Identifier: MIT */
#include "inventory_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t size_max = (size_t)1 << 30;

enum { BLOCK = 64 * 1024 };

static bool too_large(struct inv_input *in)
{
	hgw_fail(&in->err, HGW_DATAERR, "%s: larger than 1 GiB", in->name);
	in->failed = &in->err;
	return false;
}

static bool make_room(struct inv_input *in)
{
	size_t cap = in->cap < in->block ? in->block : 2 * in->cap;
	char *data;

	if (in->len < in->cap)
		return true;
	/* One byte more than the limit is asked for, to see that there is more. */
	if (cap > size_max)
		cap = size_max + 1;
	data = realloc(in->data, cap);
	if (data == NULL) {
		hgw_fail_nomem(&in->err);
		in->failed = &in->err;
		return false;
	}
	in->data = data;
	in->cap = cap;
	return true;
}

static void tell(const struct inv_input *in)
{
	const struct hgw_step step = {"reading", in->name, "MiB", (in->base + in->len) >> 20,
				      in->size >> 20};

	if (in->progress != NULL)
		in->progress->step(in->progress->arg, &step);
}

bool inv_input_more(struct inv_input *in)
{
	ssize_t n;

	if (in->fd < 0 || in->failed != NULL || !make_room(in))
		return false;
	do {
		n = read(in->fd, in->data + in->len, in->cap - in->len);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		hgw_fail(&in->err, HGW_NOINPUT, "cannot read %s: %s", in->name, strerror(errno));
		in->failed = &in->err;
		return false;
	}
	in->len += (size_t)n;
	tell(in);
	if (in->base + in->len > size_max)
		return too_large(in);
	return n > 0;
}

int inv_input_byte(struct inv_input *in, size_t at)
{
	while (at - in->base >= in->len)
		if (!inv_input_more(in))
			return -1;
	return (unsigned char)in->data[at - in->base];
}

void inv_input_drop(struct inv_input *in, size_t before)
{
	size_t n = before - in->base;

	/* Not each time: what stays has to be moved. */
	if (!in->streaming || in->borrowed || before < in->base || n < in->block || n < in->len / 2)
		return;
	in->len -= n;
	memmove(in->data, in->data + n, in->len);
	in->base += n;
}

/* A byte order mark is no part of the text. */
static void skip_mark(struct inv_input *in)
{
	while (in->len < 3 && inv_input_more(in))
		;
	if (in->len >= 3 && memcmp(in->data, "\xef\xbb\xbf", 3) == 0) {
		in->len -= 3;
		memmove(in->data, in->data + 3, in->len);
	}
}

int inv_input_open(struct inv_input *in, const char *name, struct hgw_err *err)
{
	bool is_stdin = strcmp(name, "-") == 0;
	struct stat st;

	*in = (struct inv_input){.name = is_stdin ? "<stdin>" : name,
				 .fd = STDIN_FILENO,
				 .block = BLOCK};
	if (!is_stdin)
		in->fd = open(name, O_RDONLY | O_CLOEXEC);
	if (in->fd < 0)
		return hgw_fail(err, HGW_NOINPUT, "cannot open %s: %s", name, strerror(errno));
	if (fstat(in->fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (st.st_size > (off_t)size_max)
			too_large(in);
		in->size = (size_t)st.st_size;
	}
	skip_mark(in);
	if (in->failed == NULL)
		return 0;
	*err = in->err;
	return -1;
}

void inv_input_text(struct inv_input *in, const char *name, const char *data, size_t len)
{
	*in = (struct inv_input){.name = name, .fd = -1, .len = len, .borrowed = true};
	/* Never written to: there is nothing to be read to behind it. */
	in->data = (char *)data;
	if (len > size_max) {
		too_large(in);
	} else if (len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		in->data += 3;
		in->len -= 3;
	}
}

void inv_input_close(struct inv_input *in)
{
	if (in->fd > STDIN_FILENO)
		close(in->fd);
	in->fd = -1;
	if (!in->borrowed)
		free(in->data);
	in->data = NULL;
	in->len = in->cap = 0;
	inv_lines_free(&in->lines);
}
