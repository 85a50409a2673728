/* SPDX-License-Identifier: MIT */
/* Names that a shell may offer where its user presses TAB, one a line; see completions/. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

/* One that is no line of its own, or would change how others are shown, is not offered. */
static void offer(const char *name)
{
	if (name[0] != '\0' && hgw_is_printable(name))
		puts(name);
}

static bool has_name(const struct hgw_name *v, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return true;
	return false;
}

static int offer_nodes(const char *const *files, size_t n, struct hgw_err *err)
{
	struct session s = {.opt = {.files = files, .nfiles = n}};
	int rc = session_load(&s, err);

	for (uint32_t i = 0; rc == 0 && i < s.inv.nnodes; i++)
		offer(hgw_node_name(&s.inv, i));
	session_close(&s);
	return rc;
}

static int offer_tables(struct hgw_err *err)
{
	struct hgw_names names;

	if (hgw_names_load(&names, "", err) < 0)
		return -1;
	/* A file may name again what is built in. */
	for (size_t i = 0; i < names.tables.n; i++)
		if (hgw_table_taken(names.tables.v[i].id) == NULL &&
		    !has_name(names.tables.v, i, names.tables.v[i].name))
			offer(names.tables.v[i].name);
	hgw_names_free(&names);
	return 0;
}

static int offer_protocols(struct hgw_err *err)
{
	struct hgw_names names;

	if (hgw_names_load(&names, "", err) < 0)
		return -1;
	for (size_t i = 0; i < names.protocols.n; i++) {
		const struct hgw_name *p = &names.protocols.v[i];

		if (hgw_protocol_taken(&names, (uint8_t)p->id) == NULL &&
		    !has_name(names.protocols.v, i, p->name))
			offer(p->name);
	}
	if (!has_name(names.protocols.v, names.protocols.n, "hgw"))
		offer("hgw"); /* understood everywhere */
	hgw_names_free(&names);
	return 0;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* None is there before "ip netns add" has made the first: no failure. */
static int offer_namespaces(void)
{
	struct dirent **entries = NULL;
	int n = scandir("/run/netns", &entries, is_visible, alphasort);

	for (int i = 0; i < n; i++) {
		offer(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

int complete(int argc, char **argv, struct hgw_err *err)
{
	const char *what = argc >= 2 ? argv[1] : "";

	if (strcmp(what, "nodes") == 0)
		return offer_nodes((const char *const *)(argv + 2), (size_t)(argc - 2), err);
	if (argc != 2)
		what = "";
	if (strcmp(what, "tables") == 0)
		return offer_tables(err);
	if (strcmp(what, "protocols") == 0)
		return offer_protocols(err);
	if (strcmp(what, "namespaces") == 0)
		return offer_namespaces();
	return hgw_fail(err, HGW_USAGE,
			"complete takes one of: nodes [INVENTORY]..., tables, protocols, "
			"namespaces");
}
