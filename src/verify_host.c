/* SPDX-License-Identifier: MIT */
/* The checks of what a host has besides its routes. */
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

/* Whether any of the routes wanted is of that family. */
static bool is_wanted(const struct hgw_desired *d, uint8_t family)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].route.dst.addr.family == family)
			return true;
	return false;
}

int verify_host(struct hgw_verdict *verdict, const struct hgw_evidence *on, struct hgw_err *err)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	for (size_t i = 0; i < HGW_ARRAY_LEN(families); i++)
		if (is_wanted(on->desired, families[i]) &&
		    check_rule(verdict, on, families[i], err) < 0)
			return -1;
	return 0;
}
