/* SPDX-License-Identifier: MIT */
/* systemd-networkd and its ManageForeignRoutes=; see networkd.conf(5). */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "settings_int.h"

enum { PATH = 512 };

/* In the order in which they go before one another. */
static const char *const places[] = {"/etc", "/run", "/usr/local/lib", "/usr/lib", "/lib"};

static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t\r\n");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
		s[--n] = '\0';
	return s;
}

/* As systemd reads it; what is no truth value changes nothing. */
static void read_truth(const char *text, bool *value)
{
	static const char *const words[2][6] = {{"0", "no", "n", "false", "f", "off"},
						{"1", "yes", "y", "true", "t", "on"}};

	for (int truth = 0; truth < 2; truth++)
		for (size_t i = 0; i < HGW_ARRAY_LEN(words[truth]); i++)
			if (strcasecmp(text, words[truth][i]) == 0)
				*value = truth;
}

/* False: no such file. */
static bool read_conf(const char *path, bool *manage)
{
	char *line = NULL;
	size_t cap = 0;
	bool inside = false;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return false;
	while (getline(&line, &cap, f) > 0) {
		char *text = trim(line), *value = strchr(text, '=');

		if (*text == '[')
			inside = strcmp(text, "[Network]") == 0;
		if (!inside || *text == '#' || *text == ';' || value == NULL)
			continue;
		*value++ = '\0';
		if (strcmp(trim(text), "ManageForeignRoutes") == 0)
			read_truth(trim(value), manage);
	}
	free(line);
	fclose(f);
	return true;
}

/* The names of drop-ins of all places, each once. */
struct drop_ins {
	char (*v)[NAME_MAX + 1];
	size_t n, cap;
};

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

static int add_name(struct drop_ins *d, const char *name)
{
	size_t len = strlen(name);

	if (len < 6 || len > NAME_MAX || strcmp(name + len - 5, ".conf") != 0 || name[0] == '.')
		return 0;
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->v[i], name) == 0)
			return 0;
	if (d->n == d->cap) {
		size_t cap = d->cap ? d->cap * 2 : 16;
		void *v = reallocarray(d->v, cap, sizeof(*d->v));

		if (v == NULL)
			return -1;
		d->v = v;
		d->cap = cap;
	}
	memcpy(d->v[d->n++], name, len + 1);
	return 0;
}

static int list(const char *root, const char *place, struct drop_ins *d)
{
	char path[PATH];
	struct dirent *entry;
	DIR *dir;
	int rc = 0;

	snprintf(path, sizeof(path), "%s%s/systemd/networkd.conf.d", root, place);
	dir = opendir(path);
	while (dir != NULL && rc == 0 && (entry = readdir(dir)) != NULL)
		rc = add_name(d, entry->d_name);
	if (dir != NULL)
		closedir(dir);
	return rc;
}

/* The file of that name which hides those of the same name elsewhere. */
static void read_first(const char *root, const char *name, bool *manage)
{
	char path[PATH + NAME_MAX];

	for (size_t i = 0; i < HGW_ARRAY_LEN(places); i++) {
		snprintf(path, sizeof(path), "%.200s%s/systemd/%s", root, places[i], name);
		if (read_conf(path, manage))
			return;
	}
}

/* The main file, then the drop-ins by their names, wherever they are. */
static int manages_foreign(const char *root, bool *manage)
{
	struct drop_ins d = {0};
	int rc = 0;

	*manage = true;
	read_first(root, "networkd.conf", manage);
	for (size_t i = 0; i < HGW_ARRAY_LEN(places) && rc == 0; i++)
		rc = list(root, places[i], &d);
	if (d.n > 0)
		qsort(d.v, d.n, sizeof(*d.v), compare);
	for (size_t i = 0; i < d.n && rc == 0; i++) {
		char name[NAME_MAX + 32];

		snprintf(name, sizeof(name), "networkd.conf.d/%s", d.v[i]);
		read_first(root, name, manage);
	}
	free(d.v);
	return rc;
}

static bool exists(const char *root, const char *path)
{
	char whole[PATH];
	struct stat st;

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	return lstat(whole, &st) == 0;
}

/*
 * The service manager keeps a link there for each unit that is not inactive.
 * /run/systemd/netif stays when networkd ends, so it tells only where the
 * manager is too old for that.
 */
static bool runs(const char *root)
{
	if (exists(root, "/run/systemd/units"))
		return exists(root, "/run/systemd/units/invocation:systemd-networkd.service");
	return exists(root, "/run/systemd/netif/state");
}

int settings_networkd(const char *root, enum hgw_networkd *networkd)
{
	bool manage;

	*networkd = HGW_NETWORKD_ABSENT;
	if (!runs(root))
		return 0;
	if (manages_foreign(root, &manage) < 0)
		return -1;
	*networkd = manage ? HGW_NETWORKD_DELETES : HGW_NETWORKD_KEEPS;
	return 0;
}

bool settings_unmanaged(const char *root, uint32_t index)
{
	char path[PATH], line[256];
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "%s/run/systemd/netif/links/%u", root, index);
	f = fopen(path, "re");
	while (f != NULL && !found && fgets(line, sizeof(line), f) != NULL)
		found = strcmp(trim(line), "ADMIN_STATE=unmanaged") == 0;
	if (f != NULL)
		fclose(f);
	return found;
}
