/* SPDX-License-Identifier: MIT */
/* From a file to a snapshot: what it is, and whether it is one to judge by. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hgw/hash.h"
#include "snapshot_int.h"

enum { MAX_SIZE = 1 << 30 };

/* All of a file, with a NUL behind it. */
static char *slurp(int fd, size_t *len)
{
	size_t cap = 1 << 16;
	char *data = malloc(cap);

	*len = 0;
	while (data != NULL && *len <= MAX_SIZE) {
		ssize_t n;

		if (*len + 1 == cap) {
			char *grown = realloc(data, cap *= 2);

			if (grown == NULL)
				break;
			data = grown;
		}
		n = read(fd, data + *len, cap - *len - 1);
		if (n == 0) {
			data[*len] = '\0';
			return data;
		}
		if (n < 0 && errno != EINTR)
			break;
		*len += n > 0 ? (size_t)n : 0;
	}
	if (data != NULL && *len > MAX_SIZE)
		errno = EFBIG;
	free(data);
	return NULL;
}

/* What "ip route save" writes begins with this number. */
static bool is_saved(const struct snap_reader *rd)
{
	const uint32_t magic = 0x45311224;

	return rd->len >= sizeof(magic) && memcmp(rd->data, &magic, sizeof(magic)) == 0;
}

static int check_bytes(struct snap_reader *rd)
{
	if (is_saved(rd))
		return snap_fail(rd, 0, snap_hint,
				 "this is what 'ip route save' writes, which names interfaces by "
				 "numbers of its own host");
	if (memchr(rd->data, '\0', rd->len) != NULL)
		return snap_fail(rd, 0, snap_hint, "this is no text");
	if (strspn(rd->data, " \t\r\n") >= rd->len)
		return snap_fail(rd, 0, snap_hint, "it is empty: there is no host without a route");
	return 0;
}

/* What only shows when all routes are known. */
static int check_whole(struct snap_reader *rd)
{
	const struct hgw_routes *routes = &rd->file->routes;

	if (routes->n == 0)
		return snap_fail(rd, 0, snap_hint, "there is no route in it");
	if (rd->with_proto == 0)
		return snap_fail(rd, 0, snap_hint,
				 "no route tells its protocol, so that nobody knows whose they "
				 "are: was the output filtered by proto, or printed by BusyBox?");
	if (rd->local > 0 && rd->with_table == 0)
		return snap_fail(rd, 0, snap_hint, "this is table local alone");
	rd->file->host.no_inet = rd->file->host.no_inet6 = true;
	for (size_t i = 0; i < routes->n; i++) {
		if (routes->v[i].dst.addr.family == AF_INET)
			rd->file->host.no_inet = false;
		else
			rd->file->host.no_inet6 = false;
	}
	return 0;
}

static int read_all(struct snap_reader *rd)
{
	size_t first;

	if (check_bytes(rd) < 0)
		return -1;
	first = strspn(rd->data, " \t\r\n");
	if (rd->data[first] == '[' || rd->data[first] == '{' ? snap_read_json(rd) < 0
							     : snap_read_text(rd) < 0)
		return -1;
	return check_whole(rd) < 0 ? -1 : snap_settle(rd);
}

/* data ends with a NUL that len does not count. */
static int load_data(struct hgw_snapshot_file *file, const char *name, const char *data, size_t len,
		     const struct hgw_names *names, struct hgw_pool *pool, struct hgw_diags *diags,
		     struct hgw_err *err)
{
	size_t bom = len >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	struct snap_reader rd = {.file = file,
				 .salt = hgw_hash_salt(),
				 .names = names,
				 .pool = pool,
				 .diags = diags,
				 .err = err,
				 .name = name,
				 .data = data + bom,
				 .len = len - bom};
	int rc;

	*file = (struct hgw_snapshot_file){.host.file = true};
	rc = read_all(&rd);
	free(rd.slots);
	if (rc < 0)
		hgw_snapshot_file_free(file);
	return rc;
}

int hgw_snapshot_load_data(struct hgw_snapshot_file *file, const char *name, const char *data,
			   size_t len, const struct hgw_names *names, struct hgw_pool *pool,
			   struct hgw_diags *diags, struct hgw_err *err)
{
	char *copy = malloc(len + 1);
	int rc;

	if (copy == NULL)
		return hgw_fail_nomem(err);
	memcpy(copy, data, len);
	copy[len] = '\0';
	rc = load_data(file, name, copy, len, names, pool, diags, err);
	free(copy);
	return rc;
}

int hgw_snapshot_load(struct hgw_snapshot_file *file, const char *path,
		      const struct hgw_names *names, struct hgw_pool *pool, struct hgw_diags *diags,
		      struct hgw_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), saved, rc;
	const char *name = is_stdin ? "<stdin>" : path;
	size_t len;
	char *data;

	*file = (struct hgw_snapshot_file){0};
	if (fd < 0)
		return hgw_fail(err, HGW_NOINPUT, "cannot open %s: %s", path, strerror(errno));
	data = slurp(fd, &len);
	saved = errno;
	if (!is_stdin)
		close(fd);
	if (data == NULL)
		return hgw_fail(err, HGW_NOINPUT, "cannot read %s: %s", name, strerror(saved));
	rc = load_data(file, name, data, len, names, pool, diags, err);
	free(data);
	return rc;
}

void hgw_snapshot_file_free(struct hgw_snapshot_file *file)
{
	hgw_snapshot_free(&file->host);
	hgw_routes_free(&file->routes);
	*file = (struct hgw_snapshot_file){0};
}
