/* SPDX-License-Identifier: MIT */
#include "hgw/snapshot.h"

#include <stdlib.h>
#include <string.h>

void hgw_snapshot_free(struct hgw_snapshot *s)
{
	free(s->links);
	free(s->addrs);
	free(s->rules);
	*s = (struct hgw_snapshot){0};
}

static int compare_links(const void *pa, const void *pb)
{
	const struct hgw_link *a = pa, *b = pb;

	return HGW_CMP(a->index, b->index);
}

static int compare_addrs(const void *pa, const void *pb)
{
	const struct hgw_ifaddr *a = pa, *b = pb;

	return hgw_addr_cmp(&a->prefix.addr, &b->prefix.addr);
}

void hgw_snapshot_sort(struct hgw_snapshot *s)
{
	if (s->nlinks > 0)
		qsort(s->links, s->nlinks, sizeof(*s->links), compare_links);
	if (s->naddrs > 0)
		qsort(s->addrs, s->naddrs, sizeof(*s->addrs), compare_addrs);
}

const struct hgw_link *hgw_snapshot_link(const struct hgw_snapshot *s, uint32_t index)
{
	struct hgw_link key = {.index = index};

	if (s->nlinks == 0)
		return NULL;
	return bsearch(&key, s->links, s->nlinks, sizeof(key), compare_links);
}

const struct hgw_link *hgw_snapshot_link_named(const struct hgw_snapshot *s, const char *name)
{
	for (size_t i = 0; i < s->nlinks; i++)
		if (strcmp(s->links[i].name, name) == 0)
			return &s->links[i];
	return NULL;
}

bool hgw_snapshot_has_addr(const struct hgw_snapshot *s, const struct hgw_addr *a)
{
	struct hgw_ifaddr key = {.prefix.addr = *a};

	return s->naddrs > 0 &&
	       bsearch(&key, s->addrs, s->naddrs, sizeof(key), compare_addrs) != NULL;
}

bool hgw_snapshot_knows(const struct hgw_snapshot *s, uint8_t family)
{
	return family == AF_INET ? !s->no_inet : !s->no_inet6;
}
