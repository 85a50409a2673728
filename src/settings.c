/* SPDX-License-Identifier: MIT */
#include "hgw/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hgw/prefix.h"
#include "settings_int.h"

/* The first line of a file below root, without its end; false: none. */
static bool read_line(const char *path, char *line, size_t size)
{
	FILE *f = fopen(path, "re");
	bool ok;

	if (f == NULL)
		return false;
	ok = fgets(line, (int)size, f) != NULL;
	fclose(f);
	if (ok)
		line[strcspn(line, "\n")] = '\0';
	return ok;
}

static int read_number(const char *root, const char *sysctl)
{
	char path[512], line[32];
	uint32_t value;

	if (snprintf(path, sizeof(path), "%s/proc/sys/net/%s", root, sysctl) >= (int)sizeof(path) ||
	    !read_line(path, line, sizeof(line)) || !hgw_parse_u32(line, 0, INT32_MAX, &value))
		return HGW_UNKNOWN;
	return (int)value;
}

/* The kernel lets no link have a name that is no file name. */
static bool is_file_name(const char *name)
{
	return name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0;
}

static int read_link_number(const char *root, const struct hgw_link *link, const char *key)
{
	char sysctl[64 + IF_NAMESIZE];

	if (link == NULL || !is_file_name(link->name))
		return HGW_UNKNOWN;
	snprintf(sysctl, sizeof(sysctl), "ipv4/conf/%s/%s", link->name, key);
	return read_number(root, sysctl);
}

int hgw_settings_read(struct hgw_settings *s, const char *root, const struct hgw_snapshot *host,
		      const uint32_t *links, size_t nlinks, struct hgw_err *err)
{
	*s = (struct hgw_settings){.forwarding = read_number(root, "ipv4/ip_forward"),
				   .forwarding6 = read_number(root, "ipv6/conf/all/forwarding"),
				   .rp_filter = read_number(root, "ipv4/conf/all/rp_filter"),
				   .gc_thresh3 = read_number(root, "ipv4/neigh/default/gc_thresh3"),
				   .gc_thresh3_v6 =
					   read_number(root, "ipv6/neigh/default/gc_thresh3"),
				   .links = calloc(nlinks + 1, sizeof(*s->links)),
				   .nlinks = nlinks};
	if (s->links == NULL)
		return hgw_fail_nomem(err);
	for (size_t i = 0; i < nlinks; i++) {
		const struct hgw_link *link = hgw_snapshot_link(host, links[i]);

		s->links[i] = (struct hgw_link_settings){
			.index = links[i],
			.forwarding = read_link_number(root, link, "forwarding"),
			.rp_filter = read_link_number(root, link, "rp_filter"),
			.unmanaged = settings_unmanaged(root, links[i])};
	}
	if (settings_networkd(root, &s->networkd) == 0)
		return 0;
	hgw_settings_free(s);
	return hgw_fail_nomem(err);
}

const struct hgw_link_settings *hgw_settings_link(const struct hgw_settings *s, uint32_t index)
{
	for (size_t i = 0; i < s->nlinks; i++)
		if (s->links[i].index == index)
			return &s->links[i];
	return NULL;
}

void hgw_settings_free(struct hgw_settings *s)
{
	free(s->links);
	*s = (struct hgw_settings){0};
}
