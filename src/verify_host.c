/* SPDX-License-Identifier: MIT */
/*
 * The checks of what a host has besides its routes. Each is there in every
 * verdict, as it is about the host: where it does not apply it passes, and
 * where it cannot be made it is skipped.
 */
#include "verify_int.h"

/* Routes in a table that no rule leads to are used for nothing. That may be meant; but say it. */
static int check_rule(struct hgw_verdict *verdict, const struct hgw_evidence *on, uint8_t family,
		      struct hgw_err *err)
{
	const struct hgw_snapshot *host = on->host;
	struct hgw_check c = check_of_host(HGW_CHECK_RULE, family);

	c.status = host->file ? HGW_SKIP : HGW_WARN;
	for (size_t i = 0; i < host->nrules; i++)
		if (host->rules[i].family == family && host->rules[i].table == on->scope->table)
			c.status = HGW_PASS;
	return verdict_add(verdict, &c, err);
}

static void skip(struct hgw_check *c, enum hgw_fault fault)
{
	c->status = HGW_SKIP;
	c->fault = fault;
}

/* How the kernel was asked; what it said stands with each subnet. */
static int check_lookup(struct hgw_verdict *verdict, const struct hgw_evidence *on, uint8_t family,
			struct hgw_err *err)
{
	struct hgw_check c = check_of_host(HGW_CHECK_LOOKUP, family);
	const struct hgw_link_settings *link = NULL;

	if (on->lookups == NULL) {
		skip(&c, HGW_FAULT_UNKNOWN);
		return verdict_add(verdict, &c, err);
	}
	c.at = on->lookups->pod[family == AF_INET6].link;
	if (on->settings != NULL && family == AF_INET)
		link = hgw_settings_link(on->settings, c.at);
	if (is_past_rules(on, family))
		skip(&c, HGW_FAULT_RULES);
	else if (c.at == 0)
		skip(&c, HGW_FAULT_NO_POD);
	else if (link != NULL && link->forwarding == 0)
		skip(&c, HGW_FAULT_OFF);
	return verdict_add(verdict, &c, err);
}

/* Whether pods of this host send or get packets of that family. */
static bool has_pods(const struct hgw_evidence *on, uint8_t family)
{
	const struct hgw_route *by;

	for (size_t i = 0; i < on->desired->nown; i++)
		if (on->desired->own[i].dst.addr.family == family &&
		    hgw_own_delivery(on->desired, &on->desired->own[i], on->host, on->pool, &by) ==
			    HGW_OWN_LOCAL)
			return true;
	return false;
}

static int add_off(struct hgw_verdict *verdict, const struct hgw_evidence *on, uint8_t family,
		   uint32_t link, struct hgw_err *err)
{
	struct hgw_check c = check_of_host(HGW_CHECK_FORWARDING, family);

	c.at = link;
	c.fault = HGW_FAULT_OFF;
	c.status = has_pods(on, family) ? HGW_FAIL : HGW_WARN;
	return verdict_add(verdict, &c, err);
}

/* IPv4 asks the link that a packet came in by; net.ipv4.ip_forward sets all of them. */
static int check_forwarding4(struct hgw_verdict *verdict, const struct hgw_evidence *on,
			     struct hgw_err *err)
{
	const struct hgw_settings *s = on->settings;
	struct hgw_check c = check_of_host(HGW_CHECK_FORWARDING, AF_INET);
	size_t off = 0, known = 0;

	for (size_t i = 0; i < s->nlinks; i++) {
		known += s->links[i].forwarding != HGW_UNKNOWN;
		off += s->links[i].forwarding == 0;
	}
	if (s->forwarding == 0 && (off > 0 || known == 0 || !has_pods(on, AF_INET)))
		return add_off(verdict, on, AF_INET, 0, err);
	if (s->forwarding == HGW_UNKNOWN && known == 0)
		skip(&c, HGW_FAULT_UNKNOWN);
	if (off == 0)
		return verdict_add(verdict, &c, err);
	for (size_t i = 0; i < s->nlinks; i++)
		if (s->links[i].forwarding == 0 &&
		    add_off(verdict, on, AF_INET, s->links[i].index, err) < 0)
			return -1;
	return 0;
}

static int check_forwarding(struct hgw_verdict *verdict, const struct hgw_evidence *on,
			    uint8_t family, struct hgw_err *err)
{
	struct hgw_check c = check_of_host(HGW_CHECK_FORWARDING, family);

	if (on->settings != NULL && family == AF_INET)
		return check_forwarding4(verdict, on, err);
	if (on->settings != NULL && on->settings->forwarding6 == 0)
		return add_off(verdict, on, family, 0, err);
	if (on->settings == NULL || on->settings->forwarding6 == HGW_UNKNOWN)
		skip(&c, HGW_FAULT_UNKNOWN);
	return verdict_add(verdict, &c, err);
}

/*
 * The packets of others' pods come in by the link that has this node's address. A
 * strict filter drops those whose way back is another one, which is said of each
 * subnet; a loose one, or none, lets them in.
 */
static int check_rp_filter(struct hgw_verdict *verdict, const struct hgw_evidence *on,
			   struct hgw_err *err)
{
	const struct hgw_desired *d = on->desired;
	struct hgw_check c = check_of_host(HGW_CHECK_RP_FILTER, AF_INET);

	if (on->settings == NULL || on->settings->rp_filter == HGW_UNKNOWN)
		skip(&c, HGW_FAULT_UNKNOWN);
	else if (d->nentry == 0)
		skip(&c, HGW_FAULT_NO_POD);
	for (size_t i = 0; i < d->nentry && c.status == HGW_PASS && c.at == 0; i++)
		if (is_strict(on->settings, d->entry[i]))
			c.at = d->entry[i];
	return verdict_add(verdict, &c, err);
}

static size_t count_gateways(const struct hgw_desired *d, uint8_t family)
{
	size_t n = 0;

	for (size_t i = 0; i < d->ngateways; i++)
		n += d->gateways[i].addr.family == family;
	return n;
}

/* A fifth of the room is for pods and whom else this host talks to. */
static int check_neighbour_table(struct hgw_verdict *verdict, const struct hgw_evidence *on,
				 uint8_t family, struct hgw_err *err)
{
	const struct hgw_settings *s = on->settings;
	struct hgw_check c = check_of_host(HGW_CHECK_NEIGHBOUR_TABLE, family);
	size_t n = count_gateways(on->desired, family);
	int most = HGW_UNKNOWN;

	if (s != NULL)
		most = family == AF_INET ? s->gc_thresh3 : s->gc_thresh3_v6;
	if (most == HGW_UNKNOWN) {
		skip(&c, HGW_FAULT_UNKNOWN);
	} else if (n > (size_t)most / 5 * 4) {
		c.fault = HGW_FAULT_FULL;
		c.status = n >= (size_t)most ? HGW_FAIL : HGW_WARN;
	}
	return verdict_add(verdict, &c, err);
}

/* Whether any of the routes wanted is of that family. */
static bool is_wanted(const struct hgw_desired *d, uint8_t family)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].route.dst.addr.family == family)
			return true;
	return false;
}

static int check_family(struct hgw_verdict *verdict, const struct hgw_evidence *on, uint8_t family,
			struct hgw_err *err)
{
	if (check_rule(verdict, on, family, err) < 0 ||
	    check_lookup(verdict, on, family, err) < 0 ||
	    check_forwarding(verdict, on, family, err) < 0 ||
	    (family == AF_INET && check_rp_filter(verdict, on, err) < 0))
		return -1;
	return 0;
}

int verify_host(struct hgw_verdict *verdict, const struct hgw_evidence *on, struct hgw_err *err)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	if (verify_own(verdict, on, err) < 0)
		return -1;
	for (size_t i = 0; i < HGW_ARRAY_LEN(families); i++)
		if (is_wanted(on->desired, families[i]) &&
		    check_family(verdict, on, families[i], err) < 0)
			return -1;
	/* By gateways: an IPv4 subnet can have an IPv6 one. */
	for (size_t i = 0; i < HGW_ARRAY_LEN(families); i++)
		if (count_gateways(on->desired, families[i]) > 0 &&
		    check_neighbour_table(verdict, on, families[i], err) < 0)
			return -1;
	return on->desired->n > 0 ? verify_links(verdict, on, err) : 0;
}
