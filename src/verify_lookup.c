/* SPDX-License-Identifier: MIT */
/* What the kernel says itself: where packets go, and whether answers would be let in. */
#include <errno.h>
#include <stdlib.h>

#include "verify_int.h"

static uint8_t family_of(const struct hgw_desired *d, size_t want)
{
	return d->v[want].route.dst.addr.family;
}

/* The address of that number in a prefix, from its first one on; false: it has not so many. */
static bool nth_addr(const struct hgw_prefix *p, unsigned n, struct hgw_addr *a)
{
	unsigned bits = hgw_family_bits(p->addr.family) - p->len;

	if (bits < 8 && n >= 1U << bits)
		return false;
	*a = p->addr;
	a->b[hgw_family_bits(p->addr.family) / 8 - 1] |= (uint8_t)n;
	return true;
}

/* An address that may be a pod's: not this host's, nor the network's own, nor for all. */
static bool find_pod_addr(const struct hgw_prefix *p, const struct hgw_snapshot *host,
			  struct hgw_addr *a)
{
	bool roomy = hgw_family_bits(p->addr.family) - p->len > 1;
	struct hgw_addr next;

	for (unsigned n = roomy ? 1 : 0; n < 255 && nth_addr(p, n, a); n++)
		if (!hgw_snapshot_has_addr(host, a) && (!roomy || nth_addr(p, n + 1, &next)))
			return true;
	return false;
}

/*
 * An address of an own subnet that a link here delivers; false: none does.
 */
static bool find_own_addr(const struct hgw_desired *d, const struct hgw_own *own,
			  const struct hgw_snapshot *host, const struct hgw_pool *pool,
			  const struct hgw_route **by, struct hgw_addr *a)
{
	struct hgw_prefix p = own->dst;

	if (hgw_own_delivery(d, own, host, pool, by) != HGW_OWN_LOCAL || (*by)->type != RTN_UNICAST)
		return false;
	if (hgw_prefix_covers(&p, &(*by)->dst))
		p = (*by)->dst;
	return find_pod_addr(&p, host, a);
}

static void find_pod(struct hgw_pod *pod, const struct hgw_desired *d, uint8_t family,
		     const struct hgw_snapshot *host, const struct hgw_pool *pool)
{
	for (size_t i = 0; i < d->nown && pod->link == 0; i++) {
		const struct hgw_own *own = &d->own[i];
		const struct hgw_route *by;

		if (own->dst.addr.family != family ||
		    !find_own_addr(d, own, host, pool, &by, &pod->addr))
			continue;
		pod->link = by->hop.oif;
		pod->idle = by->state != 0;
	}
}

/* As a pod of this host, and for it. */
static int ask_pod(struct hgw_lookups *l, const struct hgw_desired *d, size_t first, size_t end,
		   const struct hgw_pod *pod, struct hgw_kernel *k, struct hgw_err *err)
{
	struct hgw_lookup *as = l->v + l->n, *to = as + l->n;

	if (pod->link == 0 || first == end)
		return 0;
	for (size_t i = first; i < end; i++) {
		as[i] = (struct hgw_lookup){.to = l->v[i].to, .from = pod->addr, .iif = pod->link};
		to[i] = (struct hgw_lookup){.to = pod->addr,
					    .from = l->v[i].to,
					    .iif = d->v[i].route.hop.oif};
	}
	if (hgw_kernel_lookup(k, as + first, end - first, err) < 0)
		return -1;
	return hgw_kernel_lookup(k, to + first, end - first, err);
}

static int ask_own(struct hgw_lookups *l, const struct hgw_desired *d,
		   const struct hgw_snapshot *host, const struct hgw_pool *pool,
		   struct hgw_kernel *k, struct hgw_err *err)
{
	struct hgw_lookup *asked = calloc(d->nown + 1, sizeof(*asked));
	size_t n = 0;
	int rc;

	l->own = calloc(d->nown + 1, sizeof(*l->own));
	if (asked == NULL || l->own == NULL) {
		free(asked);
		return hgw_fail_nomem(err);
	}
	l->nown = d->nown;
	for (size_t i = 0; i < d->nown; i++) {
		const struct hgw_route *by;
		struct hgw_addr a;

		/* Without carrier, as a bridge without pods is, it may be left out of a lookup. */
		if (find_own_addr(d, &d->own[i], host, pool, &by, &a) && by->state == 0)
			asked[n++].to = l->own[i].to = a;
	}
	rc = hgw_kernel_lookup(k, asked, n, err);
	for (size_t i = d->nown; i-- > 0;)
		if (l->own[i].to.family != AF_UNSPEC)
			l->own[i] = asked[--n];
	free(asked);
	return rc;
}

int hgw_lookups_ask(struct hgw_lookups *l, const struct hgw_desired *desired,
		    const struct hgw_snapshot *host, const struct hgw_pool *pool,
		    struct hgw_kernel *k, struct hgw_err *err)
{
	size_t inet = 0;

	*l = (struct hgw_lookups){.n = desired->n};
	if (find_parts(l, desired, host, err) < 0)
		return -1;
	l->v = calloc(3 * l->n + 2 * l->nparts + 1, sizeof(*l->v));
	if (l->v == NULL)
		return hgw_fail_nomem(err);
	find_pod(&l->pod[0], desired, AF_INET, host, pool);
	find_pod(&l->pod[1], desired, AF_INET6, host, pool);
	for (size_t i = 0; i < l->n; i++) {
		const struct hgw_prefix *dst = &desired->v[i].route.dst;

		if (!nth_addr(dst, 1, &l->v[i].to))
			l->v[i].to = dst->addr;
		inet += dst->addr.family == AF_INET; /* which stand before the others */
	}
	if (hgw_kernel_lookup(k, l->v, l->n, err) < 0 ||
	    ask_own(l, desired, host, pool, k, err) < 0 || ask_parts(l, k, err) < 0 ||
	    ask_pod(l, desired, 0, inet, &l->pod[0], k, err) < 0)
		return -1;
	return ask_pod(l, desired, inet, l->n, &l->pod[1], k, err);
}

void hgw_lookups_free(struct hgw_lookups *l)
{
	free(l->v);
	free(l->own);
	free(l->parts);
	*l = (struct hgw_lookups){0};
}

/* Through any of the hops: a lookup takes one of several. */
static bool goes_there(const struct subject *s, const struct hgw_lookup *l)
{
	const struct hgw_hop *hops = hgw_route_hops(s->on->pool, &s->want->route);

	if (l->type != RTN_UNICAST)
		return false;
	for (uint16_t i = 0; i < s->want->route.nhops; i++)
		if (hgw_addr_cmp(&hops[i].via, &l->hop.via) == 0 && hops[i].oif == l->hop.oif)
			return true;
	return false;
}

static enum hgw_fault judge(const struct subject *s, const struct hgw_lookup *l)
{
	bool main = s->on->scope->table == RT_TABLE_MAIN;

	if (l->errnum == 0 && goes_there(s, l))
		return HGW_FAULT_NONE;
	/* Which packets the rules to another table are for is not known here. */
	if (!main && (l->errnum != 0 || l->table != s->on->scope->table))
		return HGW_FAULT_RULES;
	return l->errnum != 0 ? HGW_FAULT_REFUSED : HGW_FAULT_ELSEWHERE;
}

/* The own subnet that an address is in; HGW_NONE: none. */
static uint32_t own_of(const struct hgw_desired *d, const struct hgw_addr *a)
{
	for (uint32_t i = 0; i < d->nown; i++)
		if (hgw_prefix_has(&d->own[i].dst, a))
			return i;
	return HGW_NONE;
}

static enum hgw_fault judge_delivery(const struct hgw_desired *d, uint32_t own,
				     const struct hgw_lookup *l)
{
	if (l->errnum != 0)
		return HGW_FAULT_REFUSED;
	return l->type == RTN_UNICAST && l->hop.via.family != AF_UNSPEC &&
			       !hgw_prefix_has(&d->own[own].dst, &l->hop.via)
		       ? HGW_FAULT_ELSEWHERE
		       : HGW_FAULT_NONE;
}

/* Rules can send away what the routes deliver here. */
enum hgw_fault judge_own(const struct hgw_evidence *on, uint32_t own)
{
	const struct hgw_lookups *l = on->lookups;

	if (l == NULL || own >= l->nown || l->own[own].to.family == AF_UNSPEC ||
	    on->scope->table != RT_TABLE_MAIN)
		return HGW_FAULT_NONE;
	return judge_delivery(on->desired, own, &l->own[own]);
}

/* A refusal that says something of the pod's side, of which others checks tell, if anything. */
static bool is_moot(const struct subject *s, const struct hgw_lookup *l, const struct hgw_pod *pod)
{
	const struct hgw_link_settings *link =
		s->on->settings != NULL ? hgw_settings_link(s->on->settings, pod->link) : NULL;

	if (l->errnum == EHOSTUNREACH)
		return link != NULL && link->forwarding == 0;
	return pod->idle && (l->errnum == EXDEV || l->errnum == EINVAL);
}

/*
 * What pods there send to a pod here. Where all of its subnet goes astray, of a filter,
 * and of a link that forwards nothing other checks tell.
 */
static enum hgw_fault judge_to_pod(const struct subject *s, const struct hgw_pod *pod)
{
	const struct hgw_settings *settings = s->on->settings;
	const struct hgw_lookup *l = &s->on->lookups->v[2 * s->on->lookups->n + s->index];
	const struct hgw_link_settings *link =
		settings != NULL ? hgw_settings_link(settings, l->iif) : NULL;

	uint32_t own = own_of(s->on->desired, &l->to);

	if (pod->idle || s->on->scope->table != RT_TABLE_MAIN || l->iif == 0 || own == HGW_NONE ||
	    judge_own(s->on, own) != HGW_FAULT_NONE)
		return HGW_FAULT_NONE;
	if (l->errnum == EHOSTUNREACH && (link == NULL || link->forwarding == 0))
		return HGW_FAULT_NONE;
	if ((l->errnum == EXDEV || l->errnum == EINVAL) &&
	    (settings == NULL || is_strict(settings, l->iif)))
		return HGW_FAULT_NONE;
	return judge_delivery(s->on->desired, own, l);
}

/* Where all of the subnet is led to a table that is not main, so is each part to be. */
static enum hgw_fault judge_part(const struct subject *s, const struct hgw_lookup *all,
				 const struct hgw_lookup *part)
{
	enum hgw_fault fault = judge(s, part);

	if (fault != HGW_FAULT_RULES)
		return fault;
	if (judge(s, all) != HGW_FAULT_NONE)
		return HGW_FAULT_NONE;
	return part->errnum != 0 ? HGW_FAULT_REFUSED : HGW_FAULT_ELSEWHERE;
}

/* What rules do to parts of a want, all of which goes its way. */
static enum hgw_fault judge_parts(const struct subject *s, uint32_t *at)
{
	const struct hgw_lookups *l = s->on->lookups;
	const struct hgw_pod *pod = &l->pod[family_of(s->on->desired, s->index) == AF_INET6];
	enum hgw_fault fault = HGW_FAULT_NONE;

	for (size_t i = first_part(l, s->index);
	     fault == HGW_FAULT_NONE && i < l->nparts && l->parts[i].want == s->index; i++) {
		*at = (uint32_t)(3 * l->n + 2 * i);
		fault = judge_part(s, &l->v[s->index], &l->v[*at]);
		if (fault != HGW_FAULT_NONE || pod->link == 0 || is_moot(s, &l->v[*at + 1], pod))
			continue;
		fault = judge_part(s, &l->v[l->n + s->index], &l->v[++*at]);
	}
	return fault;
}

/* What is wrong with a want, and which of its answers says so. */
static enum hgw_fault find_fault(const struct subject *s, uint32_t *at)
{
	const struct hgw_lookups *l = s->on->lookups;
	const struct hgw_pod *pod = &l->pod[family_of(s->on->desired, s->index) == AF_INET6];
	const struct hgw_lookup *as_pod = &l->v[l->n + s->index];
	enum hgw_fault fault = judge(s, &l->v[s->index]), second;

	*at = s->index;
	if (pod->link == 0 || is_moot(s, as_pod, pod) ||
	    (fault != HGW_FAULT_NONE && fault != HGW_FAULT_RULES))
		return fault;
	/* One of the two that the rules let through is enough of another table. */
	second = judge(s, as_pod);
	if (second == HGW_FAULT_RULES)
		return fault;
	*at = (uint32_t)l->n + s->index;
	if (second != HGW_FAULT_NONE)
		return second;
	fault = judge_to_pod(s, pod);
	if (fault != HGW_FAULT_NONE)
		*at += (uint32_t)l->n;
	return fault;
}

/* What cannot be judged is said once, with the host. */
int verify_lookup(const struct subject *s, struct hgw_err *err)
{
	struct hgw_check c = check_of(s, HGW_CHECK_LOOKUP);
	uint32_t at;

	c.fault = find_fault(s, &c.at);
	if (c.fault == HGW_FAULT_RULES)
		return 0;
	if (c.fault == HGW_FAULT_NONE) {
		c.fault = judge_parts(s, &at);
		if (c.fault != HGW_FAULT_NONE)
			c.at = at;
	}
	c.status = c.fault == HGW_FAULT_NONE ? HGW_PASS : HGW_FAIL;
	return verdict_add(s->verdict, &c, err);
}

bool is_past_rules(const struct hgw_evidence *on, uint8_t family)
{
	bool past = false;

	for (uint32_t i = 0; i < on->desired->n && !past; i++) {
		const struct subject s = {NULL, on, &on->desired->v[i], i};
		uint32_t at;

		past = family_of(on->desired, i) == family &&
		       find_fault(&s, &at) == HGW_FAULT_RULES;
	}
	return past;
}

/* Whether the route back to a source uses that link, by any of its hops. */
static bool comes_back(const struct subject *s, const struct hgw_lookup *l, uint32_t link)
{
	const struct hgw_hop *hops = hgw_route_hops(s->on->pool, &s->want->route);

	if (!goes_there(s, l))
		return l->hop.oif == link;
	for (uint16_t i = 0; i < s->want->route.nhops; i++)
		if (hops[i].oif == link)
			return true;
	return false;
}

bool is_strict(const struct hgw_settings *settings, uint32_t link)
{
	const struct hgw_link_settings *l = hgw_settings_link(settings, link);
	int own = l != NULL ? l->rp_filter : HGW_UNKNOWN;

	return (own > settings->rp_filter ? own : settings->rp_filter) == 1;
}

int verify_rp_filter(const struct subject *s, struct hgw_err *err)
{
	const struct hgw_desired *d = s->on->desired;
	const struct hgw_lookup *l = &s->on->lookups->v[s->index];
	struct hgw_check c = check_of(s, HGW_CHECK_RP_FILTER);
	bool strict = false;

	if (s->on->settings == NULL || family_of(d, s->index) != AF_INET || l->errnum != 0)
		return 0;
	for (size_t i = 0; i < d->nentry && c.status == HGW_PASS; i++) {
		if (!is_strict(s->on->settings, d->entry[i]))
			continue;
		strict = true;
		c.at = d->entry[i];
		if (!comes_back(s, l, c.at))
			c.status = HGW_FAIL;
	}
	return strict ? verdict_add(s->verdict, &c, err) : 0;
}
