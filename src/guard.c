/* SPDX-License-Identifier: MIT */
#include "hgw/guard.h"

#include <string.h>

enum { HALF_FROM = 10 }; /* owned routes; below that a change of half of them is everyday */

bool hgw_limit_parse(const char *s, struct hgw_limit *limit)
{
	size_t len = strlen(s);
	bool percent = len > 0 && s[len - 1] == '%';
	char digits[16];

	if (len >= sizeof(digits))
		return false;
	memcpy(digits, s, len + 1);
	if (percent)
		digits[len - 1] = '\0';
	*limit = (struct hgw_limit){.given = true, .percent = percent};
	return hgw_parse_u32(digits, 0, percent ? 100 : UINT32_MAX, &limit->n);
}

static bool is_wanted(const struct hgw_desired *desired, const struct hgw_prefix *dst)
{
	const struct hgw_want *w = hgw_desired_covering(desired, dst);

	return w != NULL && hgw_prefix_cmp(&w->route.dst, dst) == 0;
}

int hgw_guard_deletes(const struct hgw_plan *plan, const struct hgw_desired *desired,
		      const struct hgw_routes *owned, const struct hgw_limit *limit,
		      struct hgw_err *err)
{
	const struct hgw_limit half = {.percent = true, .n = 50};
	const struct hgw_limit *l = limit->given ? limit : &half;
	const struct hgw_prefix *last = NULL;
	size_t nowned = 0, deletes = 0, max;

	for (size_t i = 0; i < owned->n; i++)
		nowned += i == 0 || hgw_prefix_cmp(&owned->v[i - 1].dst, &owned->v[i].dst) != 0;
	max = l->percent ? (size_t)((uint64_t)nowned * l->n / 100) : l->n;
	for (size_t i = 0; i < plan->n; i++) {
		const struct hgw_prefix *dst = &plan->v[i].before.dst;

		if (plan->v[i].op != HGW_OP_DELETE || is_wanted(desired, dst) ||
		    (last != NULL && hgw_prefix_cmp(last, dst) == 0))
			continue;
		deletes++;
		last = dst;
	}
	if (deletes <= max || (!limit->given && nowned < HALF_FROM))
		return 0;
	return hgw_fail(
		err, HGW_REFUSED,
		"%zu of %zu routes that are ours would be deleted, more than the %zu allowed; "
		"nothing was changed. If that is meant, say --max-delete %zu",
		deletes, nowned, max, deletes);
}

static void say(struct hgw_diags *diags, enum hgw_severity severity,
		const struct hgw_inventory *inv, const struct hgw_want *w,
		const struct hgw_prefix *net, const struct hgw_snapshot *host, uint32_t oif)
{
	struct hgw_origin at = hgw_inventory_origin(inv, w->node, w->subnet);
	const struct hgw_link *link = hgw_snapshot_link(host, oif);
	char subnet[HGW_PREFIX_STRLEN], connected[HGW_PREFIX_STRLEN];

	hgw_prefix_format(&w->route.dst, subnet);
	hgw_prefix_format(net, connected);
	hgw_diag_add(
		diags, severity, &at, "check the subnet, and this host's addresses",
		severity == HGW_ERROR
			? "subnet %s of node '%s' covers %s, which this host has on %s"
			: "subnet %s of node '%s' takes a part of %s, which this host has on %s",
		subnet, hgw_node_name(inv, w->node), connected,
		link != NULL ? link->name : "an interface");
}

/* The wants inside net stand together, from its own address on. */
static size_t first_inside(const struct hgw_desired *d, const struct hgw_prefix *net)
{
	size_t lo = 0, hi = d->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (hgw_prefix_cmp(&d->v[mid].route.dst, net) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int hgw_guard_connected(const struct hgw_desired *desired, const struct hgw_inventory *inv,
			const struct hgw_snapshot *host, struct hgw_diags *diags,
			struct hgw_err *err)
{
	size_t covered = 0;

	for (size_t i = 0; i < host->naddrs; i++) {
		struct hgw_prefix net = hgw_prefix_masked(&host->addrs[i].prefix);
		const struct hgw_want *w = hgw_desired_covering(desired, &net);
		uint32_t oif = host->addrs[i].index;

		if (w != NULL) {
			say(diags, HGW_ERROR, inv, w, &net, host, oif);
			covered++;
			continue;
		}
		for (size_t j = first_inside(desired, &net);
		     j < desired->n && hgw_prefix_covers(&net, &desired->v[j].route.dst); j++)
			say(diags, HGW_WARNING, inv, &desired->v[j], &net, host, oif);
	}
	if (covered == 0)
		return 0;
	return hgw_fail(err, HGW_REFUSED,
			"%zu subnet%s would take a network of this host away; nothing was changed",
			covered, covered == 1 ? "" : "s");
}
