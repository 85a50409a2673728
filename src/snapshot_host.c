/* SPDX-License-Identifier: MIT */
/* What routes tell of the host: its links, its addresses, the networks they are in. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hgw/hash.h"
#include "snapshot_int.h"

/* Where a name stands among the slots, or would. */
static size_t slot_of(const struct snap_reader *rd, const char *name)
{
	size_t i = hgw_hash(rd->salt, name) & (rd->nslots - 1);

	while (rd->slots[i] != 0 && strcmp(rd->file->host.links[rd->slots[i] - 1].name, name) != 0)
		i = (i + 1) & (rd->nslots - 1);
	return i;
}

static bool make_room(struct snap_reader *rd)
{
	struct hgw_snapshot *h = &rd->file->host;

	if (h->nlinks == h->cap_links) {
		size_t cap = h->cap_links ? h->cap_links * 2 : 16;
		struct hgw_link *links = reallocarray(h->links, cap, sizeof(*links));

		if (links == NULL)
			return false;
		h->links = links;
		h->cap_links = cap;
	}
	if (2 * (h->nlinks + 1) <= rd->nslots)
		return true;
	free(rd->slots);
	rd->nslots = 4 * h->cap_links;
	rd->slots = calloc(rd->nslots, sizeof(*rd->slots));
	for (size_t i = 0; i < h->nlinks && rd->slots != NULL; i++)
		rd->slots[slot_of(rd, h->links[i].name)] = h->links[i].index;
	return rd->slots != NULL;
}

uint32_t snap_link(struct snap_reader *rd, const char *name)
{
	struct hgw_snapshot *h = &rd->file->host;
	struct hgw_link *link;
	size_t i;

	if (!make_room(rd))
		return 0;
	i = slot_of(rd, name);
	if (rd->slots[i] != 0)
		return rd->slots[i];
	link = &h->links[h->nlinks++];
	*link = (struct hgw_link){.index = (uint32_t)h->nlinks, .flags = IFF_UP | IFF_RUNNING};
	memcpy(link->name, name, strnlen(name, sizeof(link->name) - 1));
	return rd->slots[i] = link->index;
}

int snap_add_addr(struct snap_reader *rd, const struct hgw_addr *a, uint32_t oif)
{
	struct hgw_snapshot *h = &rd->file->host;

	/* The same as a moment ago, as src is often. */
	if (h->naddrs > 0 && h->addrs[h->naddrs - 1].index == oif &&
	    hgw_addr_cmp(&h->addrs[h->naddrs - 1].prefix.addr, a) == 0)
		return 0;
	if (h->naddrs == h->cap_addrs) {
		size_t cap = h->cap_addrs ? h->cap_addrs * 2 : 16;
		struct hgw_ifaddr *addrs = reallocarray(h->addrs, cap, sizeof(*addrs));

		if (addrs == NULL)
			return hgw_fail_nomem(rd->err);
		h->addrs = addrs;
		h->cap_addrs = cap;
	}
	h->addrs[h->naddrs++] = (struct hgw_ifaddr){.prefix = hgw_prefix_host(a), .index = oif};
	return 0;
}

/* The networks on links, sorted. */
static int find_connected(struct snap_reader *rd, struct hgw_routes *connected)
{
	const struct hgw_routes *all = &rd->file->routes;

	for (size_t i = 0; i < all->n; i++) {
		const struct hgw_route *r = &all->v[i];

		if (r->protocol == RTPROT_KERNEL && r->type == RTN_UNICAST && r->nhops == 1 &&
		    r->hop.via.family == AF_UNSPEC && r->dst.len > 0 &&
		    hgw_routes_add(connected, r, rd->err) < 0)
			return -1;
	}
	hgw_routes_sort(connected);
	return 0;
}

/* The longest network of its link that an address is in. */
static void find_network(const struct hgw_routes *connected, struct hgw_ifaddr *a)
{
	struct hgw_prefix net = a->prefix;

	for (unsigned len = hgw_family_bits(net.addr.family); len-- > 1;) {
		net.addr = a->prefix.addr;
		net.len = (uint8_t)len;
		net = hgw_prefix_masked(&net);
		for (size_t i = hgw_routes_find_dst(connected, &net);
		     i < connected->n && hgw_prefix_cmp(&connected->v[i].dst, &net) == 0; i++) {
			if (connected->v[i].hop.oif != a->index)
				continue;
			a->prefix.len = net.len;
			return;
		}
	}
}

/* Each address once: where it has a network, rather than where it is only spoken of. */
static void drop_doubles(struct hgw_snapshot *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->naddrs; i++) {
		struct hgw_ifaddr *a = &h->addrs[i], *last = n > 0 ? &h->addrs[n - 1] : NULL;

		if (last == NULL || hgw_addr_cmp(&last->prefix.addr, &a->prefix.addr) != 0)
			h->addrs[n++] = *a;
		else if (a->prefix.len < last->prefix.len)
			*last = *a;
	}
	h->naddrs = n;
}

int snap_settle(struct snap_reader *rd)
{
	struct hgw_snapshot *h = &rd->file->host;
	struct hgw_routes connected = {0};

	if (find_connected(rd, &connected) < 0) {
		hgw_routes_free(&connected);
		return -1;
	}
	for (size_t i = 0; i < h->naddrs && connected.n > 0; i++)
		find_network(&connected, &h->addrs[i]);
	hgw_routes_free(&connected);
	hgw_snapshot_sort(h);
	drop_doubles(h);
	return 0;
}

/* A message under construction. */
struct message {
	struct nlmsghdr h;
	struct rtmsg rtm;
	unsigned char attributes[512]; /* more than all of them */
};

static void put(struct message *m, unsigned short type, const void *data, size_t len)
{
	struct rtattr a = {.rta_len = (unsigned short)RTA_LENGTH(len), .rta_type = type};
	unsigned char *at = (unsigned char *)m + m->h.nlmsg_len;

	memcpy(at, &a, sizeof(a));
	if (len > 0)
		memcpy(at + RTA_LENGTH(0), data, len);
	m->h.nlmsg_len += (uint32_t)RTA_SPACE(len);
}

static void put_u32(struct message *m, unsigned short type, uint32_t value)
{
	if (value != 0)
		put(m, type, &value, sizeof(value));
}

static void put_metrics(struct message *m, const struct snap_route *rt)
{
	uint32_t start = m->h.nlmsg_len;
	struct rtattr nest = {.rta_type = RTA_METRICS};

	put(m, RTA_METRICS, NULL, 0);
	for (unsigned i = 1; i <= RTAX_MAX; i++) {
		if (!(rt->has_metric & 1U << i))
			continue;
		if (i == RTAX_CC_ALGO)
			put(m, (unsigned short)i, rt->congestion, strlen(rt->congestion) + 1);
		else
			put(m, (unsigned short)i, &rt->metrics[i], sizeof(rt->metrics[i]));
	}
	nest.rta_len = (unsigned short)(m->h.nlmsg_len - start);
	memcpy((unsigned char *)m + start, &nest, sizeof(nest));
}

int snap_encode(struct snap_reader *rd, struct snap_route *rt)
{
	struct message m = {
		.h = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtmsg)), .nlmsg_type = RTM_NEWROUTE}};
	struct rta_cacheinfo ci = {.rta_error = (uint32_t)rt->error};
	uint8_t pref = (uint8_t)rt->pref;

	m.rtm = (struct rtmsg){.rtm_family = rt->r.dst.addr.family,
			       .rtm_dst_len = rt->r.dst.len,
			       .rtm_tos = rt->r.tos,
			       .rtm_protocol = rt->r.protocol,
			       .rtm_scope = rt->r.scope,
			       .rtm_type = rt->r.type,
			       .rtm_flags = rt->flags};
	ci.rta_expires = (int32_t)(rt->expires * sysconf(_SC_CLK_TCK));
	if (rt->src.family != AF_UNSPEC)
		put(&m, RTA_PREFSRC, rt->src.b, hgw_family_bits(rt->src.family) / 8);
	if (rt->has_metric != 0)
		put_metrics(&m, rt);
	put_u32(&m, RTA_MARK, rt->mark);
	put_u32(&m, RTA_FLOW, rt->flow);
	if (rt->expires != 0 || rt->error != 0)
		put(&m, RTA_CACHEINFO, &ci, sizeof(ci));
	if (rt->pref >= 0)
		put(&m, RTA_PREF, &pref, sizeof(pref));
	return hgw_pool_add_raw(rd->pool, &m, m.h.nlmsg_len, &rt->r.raw, rd->err);
}
