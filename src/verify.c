/* SPDX-License-Identifier: MIT */
#include "hgw/verify.h"

#include <stdlib.h>

#include "verify_int.h"

int verdict_add(struct hgw_verdict *verdict, const struct hgw_check *c, struct hgw_err *err)
{
	if (verdict->n == verdict->cap) {
		size_t cap = verdict->cap ? verdict->cap * 2 : 64;
		struct hgw_check *v = reallocarray(verdict->v, cap, sizeof(*v));

		if (v == NULL)
			return hgw_fail_nomem(err);
		verdict->v = v;
		verdict->cap = cap;
	}
	verdict->v[verdict->n] = *c;
	if (verdict->strict && c->status == HGW_WARN)
		verdict->v[verdict->n].status = HGW_FAIL;
	verdict->count[verdict->v[verdict->n++].status]++;
	return 0;
}

struct range find_range(const struct hgw_routes *set, const struct hgw_prefix *dst, bool inside)
{
	size_t first = hgw_routes_find_dst(set, dst);
	struct range r = {.set = set, .first = first, .end = first};

	for (; r.end < set->n; r.end++) {
		const struct hgw_prefix *p = &set->v[r.end].dst;

		if (inside ? !hgw_prefix_covers(dst, p) : hgw_prefix_cmp(dst, p) != 0)
			break;
	}
	return r;
}

struct hgw_check check_of(const struct subject *s, enum hgw_check_id id)
{
	return (struct hgw_check){.id = id, .status = HGW_PASS, .want = s->index, .have = HGW_NONE};
}

struct hgw_check check_of_host(enum hgw_check_id id, uint8_t family)
{
	return (struct hgw_check){
		.id = id, .status = HGW_PASS, .family = family, .want = HGW_NONE, .have = HGW_NONE};
}

int hgw_verify(struct hgw_verdict *verdict, const struct hgw_evidence *on, struct hgw_err *err)
{
	for (uint32_t i = 0; i < on->desired->n; i++) {
		const struct subject s = {verdict, on, &on->desired->v[i], i};

		if (verify_route(&s, err) < 0 ||
		    (on->probe != NULL && verify_neighbour(&s, err) < 0))
			return -1;
	}
	if (verify_extra(verdict, on, err) < 0 || verify_host(verdict, on, err) < 0)
		return -1;
	return verdict->strict ? verify_strangers(verdict, on, err) : 0;
}

const struct hgw_route *hgw_check_have(const struct hgw_check *c, const struct hgw_actual *actual)
{
	if (c->have == HGW_NONE)
		return NULL;
	return c->foreign ? &actual->foreign.v[c->have] : &actual->owned.v[c->have];
}

const struct hgw_prefix *hgw_check_subnet(const struct hgw_check *c,
					  const struct hgw_desired *desired, uint32_t *node,
					  uint32_t *subnet)
{
	const struct hgw_want *want;
	const struct hgw_own *own;

	*node = *subnet = HGW_NONE;
	if (c->want != HGW_NONE) {
		want = &desired->v[c->want];
		*node = want->node;
		*subnet = want->subnet;
		return &want->route.dst;
	}
	if (c->id != HGW_CHECK_LOCAL)
		return NULL;
	own = &desired->own[c->at];
	*node = own->node;
	*subnet = own->subnet;
	return &own->dst;
}

void hgw_verdict_free(struct hgw_verdict *verdict)
{
	free(verdict->v);
	*verdict = (struct hgw_verdict){0};
}

static const struct {
	const char *name;
	bool of_routes;
} checks[] = {
	[HGW_CHECK_ROUTE] = {"route", true},
	[HGW_CHECK_ONLINK] = {"onlink", true},
	[HGW_CHECK_SHADOWED] = {"shadowed", true},
	[HGW_CHECK_LINK] = {"link", true},
	[HGW_CHECK_EXTRA] = {"extra", false},
	[HGW_CHECK_RULE] = {"rule", false},
	[HGW_CHECK_FOREIGN] = {"foreign", false},
	[HGW_CHECK_NEIGHBOUR] = {"neighbour", true},
	[HGW_CHECK_PATH] = {"path", false},
	[HGW_CHECK_SNAPSHOT] = {"snapshot", false},
	[HGW_CHECK_LOOKUP] = {"lookup", true},
	[HGW_CHECK_LOCAL] = {"local-subnet", false},
	[HGW_CHECK_FORWARDING] = {"forwarding", false},
	[HGW_CHECK_RP_FILTER] = {"rp-filter", false},
	[HGW_CHECK_NEIGHBOUR_TABLE] = {"neighbour-table", false},
	[HGW_CHECK_MTU] = {"mtu", false},
	[HGW_CHECK_NETWORKD] = {"networkd", false},
};

bool hgw_check_is_of_routes(enum hgw_check_id id)
{
	return checks[id].of_routes;
}

const char *hgw_check_name(enum hgw_check_id id)
{
	return checks[id].name;
}

const char *hgw_check_status_name(enum hgw_check_status status)
{
	static const char *const names[] = {
		[HGW_PASS] = "pass",
		[HGW_FAIL] = "fail",
		[HGW_WARN] = "warn",
		[HGW_SKIP] = "skip",
	};

	return names[status];
}
