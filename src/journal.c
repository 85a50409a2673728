/* SPDX-License-Identifier: MIT */
#include "hgw/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hgw/rundir.h"

static const char magic[] = "hgw.journal/1";
static const char rolled_back_mark[] = "hgw.journal/1 rolled back\n";

struct paths {
	char journal[HGW_RUNDIR_PATH];
	char temporary[HGW_RUNDIR_PATH];
};

static int find_paths(struct paths *p, struct hgw_err *err)
{
	if (hgw_rundir_path(p->journal, "journal", err) < 0)
		return -1;
	return hgw_rundir_path(p->temporary, "new", err);
}

static FILE *open_for(const char *path, const char *mode, int flags)
{
	int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *f = fd >= 0 ? fdopen(fd, mode) : NULL;

	if (f == NULL && fd >= 0)
		close(fd);
	return f;
}

int hgw_journal_state(enum hgw_journal_state *state, struct hgw_err *err)
{
	char line[64] = "";
	struct paths p;
	FILE *f;

	*state = HGW_JOURNAL_NONE;
	if (find_paths(&p, err) < 0)
		return -1;
	f = open_for(p.journal, "r", O_RDONLY);
	if (f == NULL && errno == ENOENT)
		return 0;
	if (f == NULL)
		return hgw_fail(err, HGW_NOPERM, "cannot open %s: %s", p.journal, strerror(errno));
	if (fgets(line, sizeof(line), f) != NULL)
		*state = strcmp(line, rolled_back_mark) == 0 ? HGW_JOURNAL_ROLLED_BACK
							     : HGW_JOURNAL_PENDING;
	fclose(f);
	return 0;
}

static void write_body(FILE *f, const struct hgw_undo *undo, const struct hgw_pool *pool)
{
	const struct hgw_scope *s = &undo->scope;

	fprintf(f, "%s table %u protocol %u families %d%d routes %zu\n", magic, s->table,
		s->protocol, s->inet, s->inet6, undo->before.n);
	for (size_t i = 0; i < undo->before.n; i++) {
		const struct nlmsghdr *h = (const void *)(pool->raw + undo->before.v[i].raw);

		fwrite(h, NLMSG_ALIGN(h->nlmsg_len), 1, f);
	}
}

/* Replaces the journal as a whole, by what body writes. */
static int replace(const struct hgw_undo *undo, const struct hgw_pool *pool, struct hgw_err *err)
{
	struct paths p;
	bool failed;
	FILE *f;

	if (find_paths(&p, err) < 0)
		return -1;
	f = open_for(p.temporary, "w", O_WRONLY | O_CREAT | O_TRUNC);
	if (f == NULL)
		return hgw_fail(err, HGW_NOPERM, "cannot write %s: %s", p.temporary,
				strerror(errno));
	if (undo != NULL)
		write_body(f, undo, pool);
	else
		fputs(rolled_back_mark, f);
	failed = fflush(f) != 0 || ferror(f) != 0;
	failed = fclose(f) != 0 || failed;
	if (failed || rename(p.temporary, p.journal) < 0)
		return hgw_fail(err, HGW_IOERR, "cannot write %s: %s", p.journal, strerror(errno));
	return 0;
}

int hgw_journal_write(const struct hgw_undo *undo, const struct hgw_pool *pool, struct hgw_err *err)
{
	return replace(undo, pool, err);
}

int hgw_journal_close(bool rolled_back, struct hgw_err *err)
{
	struct paths p;

	if (rolled_back)
		return replace(NULL, NULL, err);
	if (find_paths(&p, err) < 0)
		return -1;
	if (unlink(p.journal) < 0 && errno != ENOENT)
		return hgw_fail(err, HGW_IOERR, "cannot delete %s: %s", p.journal, strerror(errno));
	return 0;
}

/* One message: its header tells how long it is. */
static int read_route(FILE *f, struct hgw_pool *pool, struct hgw_undo *undo, struct hgw_err *err)
{
	union {
		struct nlmsghdr h;
		unsigned char bytes[64 * 1024];
	} msg;
	struct hgw_route r;
	size_t rest;

	if (fread(&msg.h, sizeof(msg.h), 1, f) != 1 || msg.h.nlmsg_len < sizeof(msg.h) ||
	    msg.h.nlmsg_len > sizeof(msg)) /* before it is rounded up, which can wrap */
		return hgw_fail(err, HGW_DATAERR, "it is cut short");
	rest = NLMSG_ALIGN(msg.h.nlmsg_len) - sizeof(msg.h);
	if (rest > 0 && fread(msg.bytes + sizeof(msg.h), rest, 1, f) != 1)
		return hgw_fail(err, HGW_DATAERR, "it is cut short");
	if (hgw_kernel_decode(pool, msg.bytes, msg.h.nlmsg_len, &r, err) < 0 ||
	    hgw_routes_add(&undo->before, &r, err) < 0)
		return -1;
	if (r.protocol == undo->scope.protocol)
		return 0;
	return hgw_routes_add(&undo->adopted, &r, err);
}

/* "hgw.journal/1 table N protocol N families NN routes N", as write_body() writes it. */
static bool read_head(char *line, struct hgw_scope *scope, uint32_t *n)
{
	const char *words[10];
	uint32_t protocol = 0;
	size_t count = 0;
	char *save = NULL;

	for (char *w = strtok_r(line, " \n", &save); w != NULL; w = strtok_r(NULL, " \n", &save))
		if (count++ < HGW_ARRAY_LEN(words))
			words[count - 1] = w;
	if (count != 9 || strcmp(words[0], magic) != 0 ||
	    !hgw_parse_u32(words[2], 0, UINT32_MAX, &scope->table) ||
	    !hgw_parse_u32(words[4], 1, UINT8_MAX, &protocol) || strlen(words[6]) != 2 ||
	    !hgw_parse_u32(words[8], 0, UINT32_MAX, n))
		return false;
	scope->protocol = (uint8_t)protocol;
	scope->inet = words[6][0] == '1';
	scope->inet6 = words[6][1] == '1';
	return true;
}

static int read_body(FILE *f, struct hgw_undo *undo, struct hgw_pool *pool, struct hgw_err *err)
{
	char line[128] = "";
	uint32_t n = 0;

	if (fgets(line, sizeof(line), f) == NULL || !read_head(line, &undo->scope, &n))
		return hgw_fail(err, HGW_DATAERR, "it is none of this version");
	for (uint32_t i = 0; i < n; i++)
		if (read_route(f, pool, undo, err) < 0)
			return -1;
	if (fgetc(f) != EOF)
		return hgw_fail(err, HGW_DATAERR, "there is more in it than it says");
	hgw_routes_sort(&undo->before);
	hgw_routes_sort(&undo->adopted);
	return 0;
}

int hgw_journal_read(struct hgw_undo *undo, struct hgw_pool *pool, struct hgw_err *err)
{
	struct hgw_err why = {0};
	struct paths p;
	FILE *f;
	int rc;

	*undo = (struct hgw_undo){0};
	if (find_paths(&p, err) < 0)
		return -1;
	f = open_for(p.journal, "r", O_RDONLY);
	if (f == NULL)
		return hgw_fail(err, HGW_NOINPUT, "cannot open %s: %s", p.journal, strerror(errno));
	rc = read_body(f, undo, pool, &why);
	fclose(f);
	if (rc < 0) {
		hgw_undo_free(undo);
		return hgw_fail(err, why.status, "cannot use the journal %s: %s", p.journal,
				why.msg);
	}
	return 0;
}
