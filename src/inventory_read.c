/* SPDX-License-Identifier: MIT */
#include "inventory_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const size_t size_max = (size_t)1 << 30;

static int read_all(struct hgw_file *file, int fd, size_t cap, struct hgw_err *err)
{
	for (;;) {
		ssize_t n;

		/* One byte more than the limit is asked for, to see that there is more. */
		if (file->data == NULL || file->len == cap) {
			char *data;

			cap = file->data == NULL ? cap : 2 * cap;
			cap = cap > size_max ? size_max + 1 : cap;
			data = realloc(file->data, cap);
			if (data == NULL)
				return hgw_fail_nomem(err);
			file->data = data;
		}
		n = read(fd, file->data + file->len, cap - file->len);
		if (n == 0)
			return 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return hgw_fail(err, HGW_NOINPUT, "cannot read %s: %s", file->name,
					strerror(errno));
		file->len += (size_t)n;
		if (file->len > size_max)
			return hgw_fail(err, HGW_DATAERR, "%s: larger than 1 GiB", file->name);
	}
}

/* A byte order mark is no part of the text. */
static void skip_mark(struct hgw_file *file)
{
	if (file->len >= 3 && memcmp(file->data, "\xef\xbb\xbf", 3) == 0) {
		file->len -= 3;
		memmove(file->data, file->data + 3, file->len);
	}
}

static int read_fd(struct hgw_file *file, int fd, struct hgw_err *err)
{
	size_t cap = (size_t)64 * 1024;
	struct stat st;
	char *data;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		if (st.st_size > (off_t)size_max)
			return hgw_fail(err, HGW_DATAERR, "%s: larger than 1 GiB", file->name);
		cap = (size_t)st.st_size + 1;
	}
	if (read_all(file, fd, cap, err) < 0)
		return -1;
	skip_mark(file);
	data = realloc(file->data, file->len + 1);
	if (data != NULL)
		file->data = data;
	return 0;
}

int inv_read(struct hgw_file *file, const char *name, struct hgw_err *err)
{
	bool is_stdin = strcmp(name, "-") == 0;
	int fd, ret;

	*file = (struct hgw_file){.name = strdup(is_stdin ? "<stdin>" : name)};
	if (file->name == NULL)
		return hgw_fail_nomem(err);
	if (is_stdin)
		return read_fd(file, STDIN_FILENO, err);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return hgw_fail(err, HGW_NOINPUT, "cannot open %s: %s", name, strerror(errno));
	ret = read_fd(file, fd, err);
	close(fd);
	return ret;
}

int inv_copy(struct hgw_file *file, const char *name, const char *data, size_t len,
	     struct hgw_err *err)
{
	*file = (struct hgw_file){.name = strdup(name), .data = malloc(len + 1), .len = len};
	if (file->name == NULL || file->data == NULL)
		return hgw_fail_nomem(err);
	if (len > size_max)
		return hgw_fail(err, HGW_DATAERR, "%s: larger than 1 GiB", name);
	memcpy(file->data, data, len);
	skip_mark(file);
	return 0;
}
