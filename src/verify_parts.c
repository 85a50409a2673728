/* SPDX-License-Identifier: MIT */
/*
 * A rule can be about a part of a subnet alone, of which the answer for another
 * address of it tells nothing. Where there is no such rule nothing more is asked.
 */
#include <stdlib.h>

#include "verify_int.h"

static int compare_parts(const void *pa, const void *pb)
{
	const struct hgw_part *a = pa, *b = pb;

	return a->want != b->want ? HGW_CMP(a->want, b->want) : HGW_CMP(a->priority, b->priority);
}

int find_parts(struct hgw_lookups *l, const struct hgw_desired *d, const struct hgw_snapshot *host,
	       struct hgw_err *err)
{
	l->parts = calloc(host->nrules + 1, sizeof(*l->parts));
	if (l->parts == NULL)
		return hgw_fail_nomem(err);
	for (size_t i = 0; i < host->nrules; i++) {
		const struct hgw_rule *r = &host->rules[i];
		const struct hgw_want *want =
			r->dst.len > 0 ? hgw_desired_covering(d, &r->dst) : NULL;

		if (want == NULL || want->route.dst.len == r->dst.len)
			continue;
		l->parts[l->nparts++] = (struct hgw_part){.want = (uint32_t)(want - d->v),
							  .priority = r->priority,
							  .first = r->dst.addr};
	}
	qsort(l->parts, l->nparts, sizeof(*l->parts), compare_parts);
	return 0;
}

int ask_parts(struct hgw_lookups *l, struct hgw_kernel *k, struct hgw_err *err)
{
	struct hgw_lookup *v = l->v + 3 * l->n;

	for (size_t i = 0; i < l->nparts; i++) {
		const struct hgw_addr *to = &l->parts[i].first;
		const struct hgw_pod *pod = &l->pod[to->family == AF_INET6];

		v[2 * i].to = v[2 * i + 1].to = *to;
		v[2 * i + 1].from = pod->addr; /* without a pod it is asked as this host again */
		v[2 * i + 1].iif = pod->link;
	}
	return hgw_kernel_lookup(k, v, 2 * l->nparts, err);
}

size_t first_part(const struct hgw_lookups *l, uint32_t want)
{
	size_t lo = 0, hi = l->nparts;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->parts[mid].want < want)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct hgw_part *hgw_lookups_part(const struct hgw_lookups *l, uint32_t at)
{
	return at >= 3 * l->n ? &l->parts[(at - 3 * l->n) / 2] : NULL;
}
