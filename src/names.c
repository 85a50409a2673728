/* SPDX-License-Identifier: MIT */
#include "hgw/names.h"

#include <dirent.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hgw/prefix.h"

/* What iproute2's lib/rt_names.c knows without any file. */
static const struct hgw_name builtin_tables[] = {
	{RT_TABLE_DEFAULT, "default"},
	{RT_TABLE_MAIN, "main"},
	{RT_TABLE_LOCAL, "local"},
};

static const struct hgw_name builtin_protocols[] = {
	{RTPROT_UNSPEC, "unspec"}, {RTPROT_REDIRECT, "redirect"}, {RTPROT_KERNEL, "kernel"},
	{RTPROT_BOOT, "boot"},	   {RTPROT_STATIC, "static"},	  {RTPROT_GATED, "gated"},
	{RTPROT_RA, "ra"},	   {RTPROT_MRT, "mrt"},		  {RTPROT_ZEBRA, "zebra"},
	{RTPROT_BIRD, "bird"},	   {RTPROT_DNROUTED, "dnrouted"}, {RTPROT_XORP, "xorp"},
	{RTPROT_NTK, "ntk"},	   {RTPROT_DHCP, "dhcp"},	  {RTPROT_KEEPALIVED, "keepalived"},
	{RTPROT_BABEL, "babel"},   {RTPROT_BGP, "bgp"},		  {RTPROT_ISIS, "isis"},
	{RTPROT_OSPF, "ospf"},	   {RTPROT_RIP, "rip"},		  {RTPROT_EIGRP, "eigrp"},
};

/* A name is printed if it is the last one of its number, and understood if it is any. */
static bool names_add(struct hgw_name_list *list, uint32_t id, const char *name)
{
	struct hgw_name *slot;

	if (list->n == list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 32;
		struct hgw_name *v = reallocarray(list->v, cap, sizeof(*v));

		if (v == NULL)
			return false;
		list->v = v;
		list->cap = cap;
	}
	slot = &list->v[list->n++];
	slot->id = id;
	snprintf(slot->name, sizeof(slot->name), "%s", name);
	return true;
}

/*
 * As iproute2 does: lines are "NUM NAME" or "0xHEX NAME" and then whatever; a
 * bad line ends the file, a number out of range is left out. So are names
 * that are longer than ours.
 */
static bool names_read(struct hgw_name_list *list, const char *path, long max)
{
	char *line = NULL;
	size_t cap = 0;
	bool ok = true;
	FILE *f = fopen(path, "re");

	if (f == NULL)
		return true;
	while (ok && getline(&line, &cap, f) >= 0) {
		char name[sizeof(list->v->name) + 1], *p = line + strspn(line, " \t"), *end;
		long id;

		if (*p == '#' || *p == '\n' || *p == '\0')
			continue;
		id = strtol(p, &end, strncmp(p, "0x", 2) == 0 ? 16 : 10);
		if (end == p || sscanf(end, " %64s", name) != 1)
			break;
		if (id >= 0 && id <= max && strlen(name) < sizeof(list->v->name))
			ok = names_add(list, (uint32_t)id, name);
	}
	free(line);
	fclose(f);
	return ok;
}

static int is_conf(const struct dirent *entry)
{
	size_t n = strlen(entry->d_name);

	return entry->d_name[0] != '.' && n > 5 && strcmp(entry->d_name + n - 5, ".conf") == 0;
}

/*
 * ip(8) takes the files in no order; we take them sorted, so that our output
 * is stable. A file that is in the folder mask too is left out.
 */
static bool names_read_dir(struct hgw_name_list *list, const char *dir, const char *mask, long max)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, is_conf, alphasort);
	bool ok = true;

	for (int i = 0; i < n; i++) {
		char path[512];
		struct stat st;
		bool masked;

		snprintf(path, sizeof(path), "%.250s/%s", mask != NULL ? mask : "",
			 entries[i]->d_name);
		masked = mask != NULL && lstat(path, &st) == 0;
		snprintf(path, sizeof(path), "%.250s/%s", dir, entries[i]->d_name);
		if (ok && !masked)
			ok = names_read(list, path, max);
		free(entries[i]);
	}
	free(entries);
	return ok;
}

static bool names_load_list(struct hgw_name_list *list, const char *root, const char *file,
			    long max)
{
	/* iproute2 from 6.5 on has a vendor folder; one before has no rt_protos there. */
	static const char *const vendors[] = {"usr/share/iproute2", "usr/lib/iproute2"};
	char path[512], vendor[512] = "", dir[512], mask[512];

	for (size_t i = 0; i < HGW_ARRAY_LEN(vendors) && vendor[0] == '\0'; i++) {
		snprintf(path, sizeof(path), "%s/%s/rt_protos", root, vendors[i]);
		if (access(path, R_OK) == 0)
			snprintf(vendor, sizeof(vendor), "%s/%s", root, vendors[i]);
	}
	snprintf(path, sizeof(path), "%s/etc/iproute2/%s", root, file);
	if (vendor[0] != '\0' && access(path, R_OK) != 0)
		snprintf(path, sizeof(path), "%.400s/%s", vendor, file);
	if (!names_read(list, path, max))
		return false;
	snprintf(dir, sizeof(dir), "%.400s/%s.d", vendor, file);
	snprintf(mask, sizeof(mask), "%s/etc/iproute2/%s.d", root, file);
	return (vendor[0] == '\0' || names_read_dir(list, dir, mask, max)) &&
	       names_read_dir(list, mask, NULL, max);
}

int hgw_names_load(struct hgw_names *names, const char *root, struct hgw_err *err)
{
	bool ok = true;

	*names = (struct hgw_names){0};
	for (size_t i = 0; ok && i < HGW_ARRAY_LEN(builtin_tables); i++)
		ok = names_add(&names->tables, builtin_tables[i].id, builtin_tables[i].name);
	for (size_t i = 0; ok && i < HGW_ARRAY_LEN(builtin_protocols); i++)
		ok = names_add(&names->protocols, builtin_protocols[i].id,
			       builtin_protocols[i].name);
	if (!ok || !names_load_list(&names->tables, root, "rt_tables", INT32_MAX) ||
	    !names_load_list(&names->protocols, root, "rt_protos", UINT8_MAX)) {
		hgw_names_free(names);
		return hgw_fail_nomem(err);
	}
	return 0;
}

void hgw_names_free(struct hgw_names *names)
{
	free(names->tables.v);
	free(names->protocols.v);
	*names = (struct hgw_names){0};
}

static const char *name_of(const struct hgw_name_list *list, uint32_t id)
{
	for (size_t i = list->n; i > 0; i--)
		if (list->v[i - 1].id == id)
			return list->v[i - 1].name;
	return NULL;
}

const char *hgw_table_name(const struct hgw_names *names, uint32_t id)
{
	return name_of(&names->tables, id);
}

const char *hgw_protocol_name(const struct hgw_names *names, uint32_t id)
{
	return name_of(&names->protocols, id);
}

static bool id_of(const struct hgw_name_list *list, const char *s, uint32_t min, uint32_t max,
		  uint32_t *id)
{
	if (hgw_parse_u32(s, min, max, id))
		return true;
	for (size_t i = list->n; i > 0; i--) {
		if (strcmp(list->v[i - 1].name, s) == 0) {
			*id = list->v[i - 1].id;
			return true;
		}
	}
	return false;
}

bool hgw_table_parse(const struct hgw_names *names, const char *s, uint32_t *id)
{
	return id_of(&names->tables, s, 1, UINT32_MAX, id);
}

bool hgw_protocol_parse(const struct hgw_names *names, const char *s, uint8_t *id)
{
	uint32_t n;

	if (!id_of(&names->protocols, s, 0, UINT8_MAX, &n)) {
		if (strcmp(s, "hgw") != 0)
			return false;
		n = HGW_PROTOCOL;
	}
	*id = (uint8_t)n;
	return true;
}

const char *hgw_table_taken(uint32_t id)
{
	if (id == RT_TABLE_UNSPEC)
		return "it means no table";
	if (id == RT_TABLE_LOCAL)
		return "it belongs to the kernel";
	return NULL;
}

const char *hgw_protocol_taken(const struct hgw_names *names, uint8_t id)
{
	static const struct {
		uint8_t first, last;
		const char *owner;
	} taken[] = {
		{0, 4, "it belongs to the kernel and the administrator"},
		{8, 18, "it belongs to another routing program"},
		{42, 42, "it belongs to babel"},
		{84, 84, "it belongs to OVN"},
		{99, 99, "it belongs to Open/R"},
		{186, 192, "it belongs to another routing protocol"},
	};
	const char *name = hgw_protocol_name(names, id);

	for (size_t i = 0; i < HGW_ARRAY_LEN(taken); i++)
		if (id >= taken[i].first && id <= taken[i].last)
			return taken[i].owner;
	if (name != NULL && strcmp(name, "hgw") != 0 && strncmp(name, "hgw-", 4) != 0)
		return "iproute2's rt_protos names it for another program";
	return NULL;
}
