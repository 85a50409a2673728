/* SPDX-License-Identifier: MIT */
/* Where the routes of a host send the packets of its own subnets. */
#include "hgw/desired.h"

#include "values_test.h"

static const char inventory[] = "nodes:\n"
				"  - {name: a, addresses: [10.0.0.1, 'fd00::1'], subnets: "
				"[10.244.0.0/24, 'fd00:10::/64', 10.244.7.0/24]}\n"
				"  - {name: b, addresses: [10.0.0.2, 'fd00::2'], subnets: "
				"[10.244.1.0/24, 'fd00:11::/64']}\n";

struct example {
	const char *addr; /* one of this host inside the subnet, on link 3; or NULL */
	const char *routes;
	enum hgw_delivery then;
	const char *by; /* NULL: none */
};

static void see_all(struct hgw_desired *d, struct hgw_pool *pool, const char *text)
{
	char *copy = strdup(text), *save = NULL;

	assert_non_null(copy);
	for (char *one = strtok_r(copy, ";", &save); one != NULL;
	     one = strtok_r(NULL, ";", &save)) {
		struct hgw_route r = route(pool, one);

		hgw_desired_see_own(d, &r);
		hgw_desired_see(d, &r);
	}
	free(copy);
}

/* Link 2 leads to the nodes. Own subnets are sorted: 10.244.0.0/24, 10.244.7.0/24, fd00:10::/64. */
static void check(const struct example *e, size_t own)
{
	static const struct hgw_scope scope = {RT_TABLE_MAIN, 72, true, true};
	struct hgw_inventory inv;
	struct hgw_snapshot host = {0};
	struct hgw_pool pool = {0};
	struct hgw_desired d;
	struct hgw_err err;
	const struct hgw_route *by;
	enum hgw_delivery then;

	load_inventory(&inv, "inventory", inventory);
	if (e->addr != NULL) {
		add_addr(&host, e->addr);
		host.addrs[0].index = 3;
	}
	assert_int_equal(hgw_desired_build(&d, &inv, 0, &scope, &host, &pool, &err), 0);
	assert_int_equal(d.nown, 3);
	see_all(&d, &pool, "10.0.0.0/24 dev 2 proto 2;fd00::/64 dev 2 proto 2");
	see_all(&d, &pool, e->routes);
	assert_int_equal(hgw_desired_resolve(&d, &host, &pool), 0);
	then = hgw_own_delivery(&d, &d.own[own], &host, &pool, &by);
	if (then != e->then || (by == NULL) != (e->by == NULL) ||
	    (by != NULL && strcmp(shown(&pool, by), e->by) != 0))
		fail_msg("%s: %d, %s", e->routes, (int)then, by ? shown(&pool, by) : "-");
	hgw_desired_free(&d);
	hgw_pool_free(&pool);
	hgw_snapshot_free(&host);
	hgw_inventory_free(&inv);
}

static void check_all(const struct example *v, size_t n, size_t own)
{
	for (size_t i = 0; i < n; i++)
		check(&v[i], own);
}

#define CNI "10.244.0.0/24 dev 3 proto 2"

static void delivered_here(void **state)
{
	static const struct example v[] = {
		{NULL, CNI, HGW_OWN_LOCAL, "10.244.0.0/24 dev if3 proto 2"},
		{NULL, CNI " linkdown;0.0.0.0/0 via 10.0.0.9 dev 2", HGW_OWN_LOCAL,
		 "10.244.0.0/24 dev if3 proto 2"},
		{"10.244.0.1/24", CNI ";10.244.0.9 dev 9 proto 3", HGW_OWN_LOCAL,
		 "10.244.0.0/24 dev if3 proto 2"},
		/* behind the better one, beside it, or around it */
		{NULL, CNI ";10.244.0.0/24 via 10.0.0.9 dev 2 metric 5", HGW_OWN_LOCAL,
		 "10.244.0.0/24 dev if3 proto 2"},
		{NULL, CNI ";10.244.0.0/16 via 10.0.0.9 dev 2;10.244.1.0/25 via 10.0.0.9 dev 2",
		 HGW_OWN_LOCAL, "10.244.0.0/24 dev if3 proto 2"},
		/* a wider network of pods */
		{NULL, "10.244.0.0/16 dev 3 proto 2", HGW_OWN_LOCAL,
		 "10.244.0.0/16 dev if3 proto 2"},
		/* pods on the link of the nodes */
		{NULL, "10.244.0.0/24 dev 2 proto 2", HGW_OWN_LOCAL,
		 "10.244.0.0/24 dev if2 proto 2"},
		/* a gateway that is in the subnet itself: one's own, or a pod */
		{NULL, "10.244.0.0/24 via 10.244.0.89 dev 3", HGW_OWN_LOCAL,
		 "10.244.0.0/24 via 10.244.0.89 dev if3 proto 72"},
		/* a route for each pod, and the rest is nobody's */
		{NULL, "blackhole 10.244.0.0/24 proto 12;10.244.0.7 dev 9 proto 3", HGW_OWN_LOCAL,
		 "10.244.0.7 dev if9 proto 3"},
		{NULL, "0.0.0.0/0 via 10.0.0.9 dev 2;10.244.0.7 dev 9 proto 3", HGW_OWN_LOCAL,
		 "10.244.0.7 dev if9 proto 3"},
		{NULL, "local 10.244.0.0/24 dev 1 table 255 proto 2", HGW_OWN_LOCAL,
		 "local 10.244.0.0/24 dev if1 table 255 proto 2"},
		/* the same link twice, a pod's own, and parts alone */
		{NULL, CNI ";10.244.0.16/28 dev 3 proto 2;10.244.0.9 dev 4", HGW_OWN_LOCAL,
		 "10.244.0.0/24 dev if3 proto 2"},
		{NULL, "10.244.0.0/25 dev 3;10.244.0.128/25 dev 4", HGW_OWN_LOCAL,
		 "10.244.0.0/25 dev if3 proto 72"},
		/* addresses of this host, and what pods are cut out of, are no way out */
		{NULL, CNI ";local 10.244.0.1 dev 3 table 255 proto 2", HGW_OWN_LOCAL,
		 "10.244.0.0/24 dev if3 proto 2"},
		{NULL, CNI ";blackhole 10.244.0.128/25 proto 12;10.244.0.129 dev 9", HGW_OWN_LOCAL,
		 "10.244.0.0/24 dev if3 proto 2"},
	};
	static const struct example second = {NULL, CNI ";10.244.7.0/24 dev 4", HGW_OWN_LOCAL,
					      "10.244.7.0/24 dev if4 proto 72"};
	static const struct example v6 = {NULL, "fd00:10::/64 dev 3 proto 2 metric 256;::/0 dev 2",
					  HGW_OWN_LOCAL, "fd00:10::/64 dev if3 proto 2 metric 256"};

	(void)state;
	check_all(v, HGW_ARRAY_LEN(v), 0);
	check(&second, 1);
	check(&v6, 2);
}

static void delivered_by_nothing_yet(void **state)
{
	static const struct example v[] = {
		{NULL, "", HGW_OWN_NOWHERE, NULL},
		{NULL, "0.0.0.0/0 via 10.0.0.9 dev 2", HGW_OWN_NOWHERE,
		 "0.0.0.0/0 via 10.0.0.9 dev if2 proto 72"},
		{NULL, "0.0.0.0/0 dev 5", HGW_OWN_NOWHERE, "0.0.0.0/0 dev if5 proto 72"},
		{NULL, "10.244.0.0/16 via 10.0.0.9 dev 2", HGW_OWN_NOWHERE,
		 "10.244.0.0/16 via 10.0.0.9 dev if2 proto 72"},
		{NULL, "blackhole 10.244.0.0/24", HGW_OWN_NOWHERE,
		 "blackhole 10.244.0.0/24 proto 72"},
		/* the network of the nodes, in which the pods' is */
		{NULL, "10.0.0.0/8 dev 2 proto 2", HGW_OWN_NOWHERE, "10.0.0.0/8 dev if2 proto 2"},
		{NULL, CNI " tos 16", HGW_OWN_NOWHERE, NULL},
	};

	(void)state;
	check_all(v, HGW_ARRAY_LEN(v), 0);
}

static void sent_away(void **state)
{
	static const struct example v[] = {
		{NULL, "10.244.0.0/24 via 10.0.0.2 dev 2", HGW_OWN_AWAY,
		 "10.244.0.0/24 via 10.0.0.2 dev if2 proto 72"},
		{NULL, "10.244.0.0/24 dev 3 metric 5;10.244.0.0/24 via 10.0.0.9 dev 2",
		 HGW_OWN_AWAY, "10.244.0.0/24 via 10.0.0.9 dev if2 proto 72"},
		{NULL, CNI ";10.244.0.128/25 via 10.0.0.9 dev 2 proto 4", HGW_OWN_AWAY,
		 "10.244.0.128/25 via 10.0.0.9 dev if2 proto 4"},
		{NULL, CNI ";10.244.0.7 dev 9;10.244.0.8 via 10.0.0.9 dev 2", HGW_OWN_AWAY,
		 "10.244.0.8 via 10.0.0.9 dev if2 proto 72"},
		/* dropped */
		{NULL, CNI ";blackhole 10.244.0.128/25 proto 4", HGW_OWN_AWAY,
		 "blackhole 10.244.0.128/25 proto 4"},
		{NULL, "10.244.0.0/16 dev 3;throw 10.244.0.7", HGW_OWN_AWAY,
		 "throw 10.244.0.7 proto 72"},
		/* to another bridge, in whatever order */
		{NULL, CNI ";10.244.0.16/28 dev 4 proto 2", HGW_OWN_AWAY,
		 "10.244.0.16/28 dev if4 proto 2"},
		{NULL, "10.244.0.64/28 dev 3;10.244.0.16/28 dev 4 proto 2;10.244.0.0/16 dev 3",
		 HGW_OWN_AWAY, "10.244.0.16/28 dev if4 proto 2"},
		/* out to the nodes, though its addresses are elsewhere */
		{"10.244.0.1/24", "10.244.0.0/24 dev 2", HGW_OWN_AWAY,
		 "10.244.0.0/24 dev if2 proto 72"},
		{"10.244.0.1/24", CNI ";10.244.0.128/25 dev 2", HGW_OWN_AWAY,
		 "10.244.0.128/25 dev if2 proto 72"},
	};
	static const struct example v6 = {NULL, "fd00:10::/64 via fd00::9 dev 2", HGW_OWN_AWAY,
					  "fd00:10::/64 via fd00::9 dev if2 proto 72"};

	(void)state;
	check_all(v, HGW_ARRAY_LEN(v), 0);
	check(&v6, 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(delivered_here),
		cmocka_unit_test(delivered_by_nothing_yet),
		cmocka_unit_test(sent_away),
	};

	return cmocka_run_group_tests_name("desired_own", tests, NULL, NULL);
}
