/* SPDX-License-Identifier: MIT */
#include "hgw/probe.h"

#include <linux/neighbour.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe_int.h"

static int compare_asked(const void *pa, const void *pb)
{
	const struct hgw_asked *a = pa, *b = pb;

	return hgw_addr_cmp(&a->addr, &b->addr);
}

/*
 * An address of a subnet that is not likely the gateway's own, as the first ones are, nor
 * for everybody, as the last one is.
 */
static struct hgw_addr pick_inside(const struct hgw_prefix *p)
{
	struct hgw_addr a = p->addr;
	unsigned bits = hgw_family_bits(a.family);

	for (unsigned i = p->len; i < bits; i++)
		a.b[i / 8] |= (uint8_t)(0x80U >> i % 8);
	if (bits - p->len >= 2)
		a.b[bits / 8 - 1] &= 0xfe;
	return a;
}

/* Sorts them, and leaves one of each; the one that has an address inside a subnet, if any. */
static void sort_asked(struct hgw_probe *p)
{
	size_t n = 0;

	if (p->n == 0)
		return;
	qsort(p->v, p->n, sizeof(*p->v), compare_asked);
	for (size_t i = 0; i < p->n; i++) {
		if (n == 0 || compare_asked(&p->v[n - 1], &p->v[i]) != 0)
			p->v[n++] = p->v[i];
		else if (p->v[n - 1].inside.family == AF_UNSPEC)
			p->v[n - 1].inside = p->v[i].inside;
	}
	p->n = n;
}

int hgw_probe_build(struct hgw_probe *p, const struct hgw_desired *desired,
		    const struct hgw_pool *pool, struct hgw_err *err)
{
	size_t most = 1;

	*p = (struct hgw_probe){0};
	for (size_t i = 0; i < desired->n; i++)
		most += desired->v[i].route.nhops;
	p->v = calloc(most, sizeof(*p->v));
	if (p->v == NULL)
		return hgw_fail_nomem(err);
	for (size_t i = 0; i < desired->n; i++) {
		const struct hgw_want *w = &desired->v[i];
		const struct hgw_hop *hops = hgw_route_hops(pool, &w->route);

		if (w->reach != HGW_REACH_OK)
			continue;
		for (uint16_t h = 0; h < w->route.nhops; h++) {
			struct hgw_asked *a = &p->v[p->n++];

			*a = (struct hgw_asked){.addr = hops[h].via,
						.oif = hops[h].oif,
						.node = w->node,
						.twin = UINT32_MAX};
			if (w->route.dst.addr.family == a->addr.family)
				a->inside = pick_inside(&w->route.dst);
		}
	}
	sort_asked(p);
	return 0;
}

const struct hgw_asked *hgw_probe_find(const struct hgw_probe *p, const struct hgw_addr *addr)
{
	const struct hgw_asked key = {.addr = *addr};

	return p->n > 0 ? bsearch(&key, p->v, p->n, sizeof(key), compare_asked) : NULL;
}

void hgw_probe_free(struct hgw_probe *p)
{
	free(p->v);
	*p = (struct hgw_probe){0};
}

void hgw_mac_format(const struct hgw_asked *a, char buf[static HGW_MAC_STRLEN])
{
	buf[0] = '\0';
	for (size_t i = 0; i < a->maclen; i++)
		snprintf(buf + (i > 0 ? 3 * i - 1 : 0), 4, "%s%02x", i > 0 ? ":" : "", a->mac[i]);
}

/* --- Two nodes, one MAC -------------------------------------------------------- */

static int compare_macs(const void *pa, const void *pb)
{
	const struct hgw_asked *a = *(struct hgw_asked *const *)pa;
	const struct hgw_asked *b = *(struct hgw_asked *const *)pb;
	int order;

	if (a->oif != b->oif)
		return a->oif < b->oif ? -1 : 1;
	if (a->maclen != b->maclen)
		return a->maclen < b->maclen ? -1 : 1;
	order = memcmp(a->mac, b->mac, a->maclen);
	return order != 0 ? order : hgw_addr_cmp(&a->addr, &b->addr);
}

static bool same_mac(const struct hgw_asked *a, const struct hgw_asked *b)
{
	return a->oif == b->oif && a->maclen == b->maclen && memcmp(a->mac, b->mac, a->maclen) == 0;
}

/* Those from first to before end have one MAC: each gets to know the first that is another node. */
static void name_twins(struct hgw_probe *p, struct hgw_asked **v, size_t first, size_t end)
{
	size_t other = first + 1;

	while (other < end && v[other]->node == v[first]->node)
		other++;
	if (other == end)
		return;
	for (size_t i = first; i < end; i++)
		v[i]->twin = (uint32_t)(v[v[i]->node == v[first]->node ? other : first] - p->v);
}

int probe_find_twins(struct hgw_probe *p, struct hgw_err *err)
{
	struct hgw_asked **v = calloc(p->n + 1, sizeof(struct hgw_asked *));
	size_t n = 0;

	if (v == NULL)
		return hgw_fail_nomem(err);
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].answer == HGW_ANSWER_YES && p->v[i].maclen > 0)
			v[n++] = &p->v[i];
	if (n > 0)
		qsort(v, n, sizeof(struct hgw_asked *), compare_macs);
	for (size_t first = 0, end; first < n; first = end) {
		for (end = first + 1; end < n && same_mac(v[first], v[end]); end++)
			;
		name_twins(p, v, first, end);
	}
	free(v);
	return 0;
}
