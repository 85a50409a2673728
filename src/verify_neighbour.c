/* SPDX-License-Identifier: MIT */
/* Whether the gateways of a subnet are there, as they were asked (probe.h). */
#include "verify_int.h"

enum hgw_check_status hgw_asked_status(const struct hgw_asked *a)
{
	switch (a->answer) {
	case HGW_ANSWER_YES:
		return a->twin != UINT32_MAX ? HGW_FAIL : a->mute ? HGW_WARN : HGW_PASS;
	case HGW_ANSWER_SILENT:
	case HGW_ANSWER_PROXIED:
		return HGW_FAIL;
	case HGW_ANSWER_NONE:
	case HGW_ANSWER_UNSURE:
	case HGW_ANSWER_NO_ROOM:
	case HGW_ANSWER_REFUSED:
		break;
	}
	return HGW_SKIP;
}

/* Of several gateways all have to be there; one that is not is news, one that is not known less. */
int verify_neighbour(const struct subject *s, struct hgw_err *err)
{
	const struct hgw_hop *hops = hgw_route_hops(s->on->pool, &s->want->route);
	struct hgw_check c = check_of(s, HGW_CHECK_NEIGHBOUR);

	for (uint16_t i = 0; i < s->want->route.nhops && c.status != HGW_FAIL; i++) {
		const struct hgw_asked *a = hgw_probe_find(s->on->probe, &hops[i].via);
		enum hgw_check_status status = a != NULL ? hgw_asked_status(a) : HGW_SKIP;

		if (status != HGW_PASS && (status != HGW_SKIP || c.status == HGW_PASS))
			c.status = status;
	}
	return verdict_add(s->verdict, &c, err);
}
