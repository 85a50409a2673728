/* SPDX-License-Identifier: MIT */
/* The checks of this node's own subnets, and of the links that routes use. */
#include <stdlib.h>

#include "verify_int.h"

int verify_own(struct hgw_verdict *verdict, const struct hgw_evidence *on, struct hgw_err *err)
{
	for (uint32_t i = 0; i < on->desired->nown; i++) {
		const struct hgw_own *own = &on->desired->own[i];
		struct hgw_check c = check_of_host(HGW_CHECK_LOCAL, own->dst.addr.family);
		const struct hgw_route *by;
		enum hgw_delivery to = hgw_own_delivery(on->desired, own, on->host, on->pool, &by);

		c.at = i;
		if (!hgw_snapshot_knows(on->host, own->dst.addr.family)) {
			c.status = HGW_SKIP;
			c.fault = HGW_FAULT_UNKNOWN;
		} else if (to != HGW_OWN_LOCAL) {
			c.status = to == HGW_OWN_AWAY ? HGW_FAIL : HGW_WARN;
			c.fault = to == HGW_OWN_AWAY ? HGW_FAULT_AWAY : HGW_FAULT_NOWHERE;
		} else {
			c.fault = judge_own(on, i);
			c.status = c.fault == HGW_FAULT_NONE ? HGW_PASS : HGW_FAIL;
		}
		if (verdict_add(verdict, &c, err) < 0)
			return -1;
	}
	return 0;
}

/* Indexes of links, each once. */
struct links {
	uint32_t *v;
	size_t n, cap;
};

static int add_link(struct links *l, uint32_t index, struct hgw_err *err)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == index)
			return 0;
	if (index == 0)
		return 0;
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 16;
		uint32_t *v = reallocarray(l->v, cap, sizeof(*v));

		if (v == NULL)
			return hgw_fail_nomem(err);
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = index;
	return 0;
}

/* Those that lead to other nodes. */
static int find_outer(struct links *l, const struct hgw_desired *d, const struct hgw_pool *pool,
		      struct hgw_err *err)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct hgw_hop *hops = hgw_route_hops(pool, &d->v[i].route);

		for (uint16_t h = 0; h < d->v[i].route.nhops; h++)
			if (add_link(l, hops[h].oif, err) < 0)
				return -1;
	}
	return 0;
}

static int find_all(struct links *l, const struct hgw_desired *d, const struct hgw_snapshot *host,
		    const struct hgw_pool *pool, struct hgw_err *err)
{
	const struct hgw_route *by;

	if (find_outer(l, d, pool, err) < 0)
		return -1;
	for (size_t i = 0; i < d->nentry; i++)
		if (add_link(l, d->entry[i], err) < 0)
			return -1;
	for (size_t i = 0; i < d->nown; i++)
		if (hgw_own_delivery(d, &d->own[i], host, pool, &by) == HGW_OWN_LOCAL &&
		    by->type == RTN_UNICAST && add_link(l, by->hop.oif, err) < 0)
			return -1;
	return 0;
}

int hgw_verify_settings(struct hgw_settings *s, const char *root, const struct hgw_desired *desired,
			const struct hgw_snapshot *host, const struct hgw_pool *pool,
			struct hgw_err *err)
{
	struct links links = {0};
	int rc = find_all(&links, desired, host, pool, err);

	*s = (struct hgw_settings){0};
	if (rc == 0)
		rc = hgw_settings_read(s, root, host, links.v, links.n, err);
	free(links.v);
	return rc;
}

/* Whether pods send packets that are too big for a link of the nodes. */
static bool is_narrow(const struct hgw_evidence *on, uint32_t index)
{
	const struct hgw_link *link = hgw_snapshot_link(on->host, index);

	for (size_t i = 0; i < HGW_ARRAY_LEN(on->lookups->pod); i++) {
		const struct hgw_link *pods = hgw_snapshot_link(on->host, on->lookups->pod[i].link);

		if (link != NULL && pods != NULL && pods->mtu > link->mtu)
			return true;
	}
	return false;
}

static int check_mtu(struct hgw_verdict *verdict, const struct hgw_evidence *on,
		     const struct links *outer, struct hgw_err *err)
{
	struct hgw_check c = check_of_host(HGW_CHECK_MTU, AF_UNSPEC);

	if (on->lookups == NULL) {
		c.status = HGW_SKIP;
		c.fault = HGW_FAULT_UNKNOWN;
	}
	for (size_t i = 0; i < outer->n && c.status == HGW_PASS; i++) {
		if (!is_narrow(on, outer->v[i]))
			continue;
		c.status = HGW_WARN;
		c.at = outer->v[i];
	}
	return verdict_add(verdict, &c, err);
}

static int check_networkd(struct hgw_verdict *verdict, const struct hgw_evidence *on,
			  const struct links *outer, struct hgw_err *err)
{
	struct hgw_check c = check_of_host(HGW_CHECK_NETWORKD, AF_UNSPEC);

	if (on->settings == NULL || on->settings->networkd == HGW_NETWORKD_UNKNOWN) {
		c.status = HGW_SKIP;
		c.fault = HGW_FAULT_UNKNOWN;
	}
	for (size_t i = 0; i < outer->n && c.status == HGW_PASS; i++) {
		const struct hgw_link_settings *link = hgw_settings_link(on->settings, outer->v[i]);

		if (on->settings->networkd != HGW_NETWORKD_DELETES || link == NULL ||
		    link->unmanaged)
			continue;
		c.status = HGW_WARN;
		c.at = outer->v[i];
	}
	return verdict_add(verdict, &c, err);
}

int verify_links(struct hgw_verdict *verdict, const struct hgw_evidence *on, struct hgw_err *err)
{
	struct links outer = {0};
	int rc = find_outer(&outer, on->desired, on->pool, err);

	if (rc == 0)
		rc = check_mtu(verdict, on, &outer, err);
	if (rc == 0)
		rc = check_networkd(verdict, on, &outer, err);
	free(outer.v);
	return rc;
}
