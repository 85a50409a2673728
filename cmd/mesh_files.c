/* SPDX-License-Identifier: MIT */
/* A directory of snapshots: which file is of which node. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "mesh.h"

bool mesh_is_dir(const char *path)
{
	struct stat st;

	return path != NULL && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Nodes by their names. */
struct named {
	const char *name;
	uint32_t node;
};

static int compare_named(const void *pa, const void *pb)
{
	const struct named *a = pa, *b = pb;

	return strcmp(a->name, b->name);
}

static int compare_strings(const void *pa, const void *pb)
{
	return strcmp(*(char *const *)pa, *(char *const *)pb);
}

/* The directory's files that could be snapshots, sorted: readdir(3) has no order of its own. */
struct listing {
	char **v;
	size_t n, cap;
};

static void listing_free(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
}

/* Bytes before ".json" or ".txt"; 0: no snapshot, or a hidden file. */
static size_t stem(const char *file)
{
	const char *dot = strrchr(file, '.');

	if (file[0] == '.' || dot == NULL ||
	    (strcmp(dot, ".json") != 0 && strcmp(dot, ".txt") != 0))
		return 0;
	return (size_t)(dot - file);
}

static int listing_add(struct listing *l, const char *file, struct hgw_err *err)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 64;
		char **v = reallocarray(l->v, cap, sizeof(*v));

		if (v == NULL)
			return hgw_fail_nomem(err);
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n] = strdup(file);
	return l->v[l->n++] != NULL ? 0 : hgw_fail_nomem(err);
}

static int list(struct listing *l, const char *dir, struct hgw_err *err)
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	int rc = 0;

	*l = (struct listing){0};
	if (d == NULL)
		return hgw_fail(err, HGW_NOINPUT, "cannot read %s: %s", dir, strerror(errno));
	while (rc == 0 && (errno = 0, e = readdir(d)) != NULL) /* NOLINT(concurrency-mt-unsafe) */
		if (stem(e->d_name) > 0)
			rc = listing_add(l, e->d_name, err);
	if (rc == 0 && errno != 0)
		rc = hgw_fail(err, HGW_NOINPUT, "cannot read %s: %s", dir, strerror(errno));
	closedir(d);
	if (rc == 0 && l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), compare_strings);
	return rc;
}

static struct named *sort_names(const struct hgw_inventory *inv)
{
	struct named *names = calloc(inv->nnodes + 1, sizeof(*names));

	for (uint32_t i = 0; i < inv->nnodes && names != NULL; i++)
		names[i] = (struct named){hgw_node_name(inv, i), i};
	if (names != NULL)
		qsort(names, inv->nnodes, sizeof(*names), compare_named);
	return names;
}

/* A file of a node; it is another one's name that is looked up, and never a name opened. */
static int take_file(struct session *s, struct mesh_files *files, const struct named *names,
		     char *file, struct hgw_err *err)
{
	char suffix[8];
	size_t len = stem(file);
	struct named key = {.name = file};
	const struct named *found;
	struct stat st;
	char **path;

	snprintf(suffix, sizeof(suffix), "%s", file + len);
	file[len] = '\0';
	found = bsearch(&key, names, s->inv.nnodes, sizeof(*names), compare_named);
	if (found == NULL) {
		hgw_diag_add(&s->diags, HGW_WARNING, NULL, NULL,
			     "%s/%s%s is of no node of the inventory; left out", files->dir, file,
			     suffix);
		return 0;
	}
	path = &files->v[found->node];
	if (*path != NULL)
		return hgw_fail(err, HGW_DATAERR,
				"of node '%s' there are both %s and %s/%s%s; remove one",
				found->name, *path, files->dir, file, suffix);
	files->n++;
	if (asprintf(path, "%s/%s%s", files->dir, file, suffix) < 0) {
		*path = NULL;
		return hgw_fail_nomem(err);
	}
	if (stat(*path, &st) == 0 && !S_ISREG(st.st_mode))
		return hgw_fail(err, HGW_DATAERR, "%s is no regular file", *path);
	return 0;
}

static int match(struct session *s, struct mesh_files *files, struct listing *l,
		 struct hgw_err *err)
{
	struct named *names = sort_names(&s->inv);
	int rc = 0;

	if (names == NULL)
		return hgw_fail_nomem(err);
	for (size_t i = 0; i < l->n && rc == 0; i++)
		rc = take_file(s, files, names, l->v[i], err);
	free(names);
	if (rc == 0 && files->n == 0)
		rc = hgw_fail(
			err, HGW_DATAERR,
			"there is no NODE.json or NODE.txt of any node in %s; make them with: "
			"for n in NODE...; do ssh $n " HGW_SNAPSHOT_COMMAND " >%s/$n.json; done",
			files->dir, files->dir);
	return rc;
}

int mesh_find_files(struct session *s, struct mesh_files *files, struct hgw_err *err)
{
	struct listing l;
	size_t len = strlen(s->opt.snapshot);
	int rc;

	while (len > 1 && s->opt.snapshot[len - 1] == '/')
		len--;
	*files = (struct mesh_files){.dir = strndup(s->opt.snapshot, len)};
	files->v = calloc(s->inv.nnodes + 1, sizeof(*files->v));
	if (files->dir == NULL || files->v == NULL)
		return hgw_fail_nomem(err);
	files->nnodes = s->inv.nnodes;
	rc = list(&l, files->dir, err);
	if (rc == 0)
		rc = match(s, files, &l, err);
	listing_free(&l);
	return rc;
}

void mesh_files_free(struct mesh_files *files)
{
	for (size_t i = 0; i < files->nnodes; i++)
		free(files->v[i]);
	free(files->v);
	free(files->dir);
	*files = (struct mesh_files){0};
}
