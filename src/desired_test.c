/* SPDX-License-Identifier: MIT */
#include "hgw/desired.h"

#include "values_test.h"

#define ONE "nodes:\n- {name: self, address: 192.168.31.61}\n- "

struct state {
	struct hgw_inventory inv;
	struct hgw_snapshot host;
	struct hgw_scope scope;
	struct hgw_pool pool;
	struct hgw_desired desired;
	struct hgw_diags diags;
	struct hgw_err err;
};

static int setup(void **state)
{
	struct state *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -1;
	*state = t;
	t->scope = (struct hgw_scope){RT_TABLE_MAIN, 72, true, true};
	add_link(&t->host, 1, "lo");
	add_link(&t->host, 2, "eth0");
	add_link(&t->host, 9, "eth9");
	add_addr(&t->host, "192.168.31.61/24");
	return 0;
}

static void clear(struct state *t)
{
	hgw_desired_free(&t->desired);
	hgw_inventory_free(&t->inv);
	hgw_pool_free(&t->pool);
	hgw_diags_free(&t->diags);
}

static int teardown(void **state)
{
	struct state *t = *state;

	clear(t);
	hgw_snapshot_free(&t->host);
	free(t);
	return 0;
}

/* What the first node of the inventory should have. */
static void build(struct state *t, const char *inventory)
{
	clear(t);
	load_inventory(&t->inv, "inv.yaml", inventory);
	assert_int_equal(hgw_desired_build(&t->desired, &t->inv, 0, &t->scope, &t->host, &t->pool,
					   &t->err),
			 0);
}

static void see(struct state *t, const char *text)
{
	struct hgw_route r = route(&t->pool, text);

	hgw_desired_see(&t->desired, &r);
}

static size_t resolve(struct state *t)
{
	return hgw_desired_resolve(&t->desired, &t->host, &t->pool);
}

static void assert_want(struct state *t, size_t i, const char *text)
{
	assert_true(i < t->desired.n);
	assert_string_equal(shown(&t->pool, &t->desired.v[i].route), text);
}

static void each_subnet_of_another_node_gets_a_route(void **state)
{
	struct state *t = *state;

	build(t, "nodes:\n"
		 "- {name: a, address: 192.168.31.61, subnet: 10.244.0.0/24}\n"
		 "- {name: b, address: 192.168.31.63, subnets: [10.244.9.0/24, 10.244.1.0/24]}\n"
		 "- {name: c, address: 192.168.31.62, subnet: 10.244.2.0/24}\n");
	see(t, "192.168.31.0/24 dev 2 proto 2 scope 253");
	assert_int_equal(resolve(t), 0);
	assert_int_equal(t->desired.n, 3);
	assert_want(t, 0, "10.244.1.0/24 via 192.168.31.63 dev if2 proto 72");
	assert_want(t, 1, "10.244.2.0/24 via 192.168.31.62 dev if2 proto 72");
	assert_want(t, 2, "10.244.9.0/24 via 192.168.31.63 dev if2 proto 72");
	assert_int_equal(t->desired.v[0].node, 1);
	assert_int_equal(t->desired.v[0].subnet, 2);
	assert_int_equal(t->desired.v[1].node, 2);
	assert_int_equal(t->desired.v[2].subnet, 1);
}

static void settings_of_a_node_are_those_of_its_routes(void **state)
{
	struct state *t = *state;

	t->scope.table = 100;
	t->scope.protocol = 73;
	build(t, "network: {metric: 7, mtu: 1400}\n"
		 "nodes:\n"
		 "- {name: a, address: 192.168.31.61, metric: 1, mtu: 68}\n"
		 "- {name: b, address: 192.168.31.62, subnet: 10.244.1.0/24, metric: 0}\n"
		 "- {name: c, address: 192.168.31.63, subnet: 10.244.2.0/24, onlink: true}\n"
		 "- {name: d, address: 'fd00:31::4', subnet: 'fd00:1::/64', mtu: 9000}\n"
		 "- {name: e, address: 'fd00:31::5', subnet: 'fd00:2::/64', metric: 0}\n");
	see(t, "0.0.0.0/0 dev 2");
	see(t, "::/0 dev 2");
	assert_int_equal(resolve(t), 0);
	assert_want(t, 0, "10.244.1.0/24 via 192.168.31.62 dev if2 table 100 proto 73 mtu 1400");
	assert_want(t, 1,
		    "10.244.2.0/24 via 192.168.31.63 dev if2 table 100 proto 73 metric 7 onlink "
		    "mtu 1400");
	assert_want(t, 2,
		    "fd00:1::/64 via fd00:31::4 dev if2 table 100 proto 73 metric 7 mtu 9000");
	assert_want(t, 3,
		    "fd00:2::/64 via fd00:31::5 dev if2 table 100 proto 73 metric 1024 mtu 1400");
}

static void a_metric_that_is_spread_follows_the_lowest_gateway(void **state)
{
	struct state *t = *state;

	build(t, "network: {metric: spread}\n"
		 "nodes:\n"
		 "- {name: a, address: 192.168.31.61}\n"
		 "- {name: b, addresses: [192.168.31.62, 'fd00:31::2'],"
		 " subnets: [10.244.1.0/24, 'fd00:1::/64']}\n"
		 "- {name: c, addresses: [192.168.200.3, 192.168.31.255], subnet: 10.244.2.0/24}\n"
		 "- {name: d, address: 'fd00:31::1234', subnet: 10.244.3.0/24}\n"
		 "- {name: e, address: 192.168.31.65, subnet: 10.244.4.0/24, metric: 0}\n"
		 "- {name: f, address: 192.168.255.255, subnet: 10.244.5.0/24}\n");
	see(t, "0.0.0.0/0 dev 2");
	see(t, "::/0 dev 2");
	assert_int_equal(resolve(t), 0);
	assert_want(t, 0, "10.244.1.0/24 via 192.168.31.62 dev if2 proto 72 metric 1031062");
	assert_want(t, 1,
		    "10.244.2.0/24 proto 72 metric 1031255 nexthop via 192.168.200.3 dev if2 "
		    "weight 1 nexthop via 192.168.31.255 dev if2 weight 1");
	assert_want(t, 2, "10.244.3.0/24 via inet6 fd00:31::1234 dev if2 proto 72 metric 1018052");
	assert_want(t, 3, "10.244.4.0/24 via 192.168.31.65 dev if2 proto 72");
	assert_want(t, 4, "10.244.5.0/24 via 192.168.255.255 dev if2 proto 72 metric 1255255");
	assert_want(t, 5, "fd00:1::/64 via fd00:31::2 dev if2 proto 72 metric 1024");
}

static void nobody_else_is_no_routes(void **state)
{
	static const char *const inventories[] = {
		"nodes: [{name: a, address: 192.168.31.61, subnet: 10.244.0.0/24}]",
		"nodes: [{name: a, address: 192.168.31.61}, {name: b, address: 192.168.31.62}]",
	};
	struct hgw_prefix p = prefix("10.244.0.0/24");

	for (size_t i = 0; i < HGW_ARRAY_LEN(inventories); i++) {
		struct state *t = *state;

		build(t, inventories[i]);
		see(t, "0.0.0.0/0 dev 2");
		assert_int_equal(t->desired.n, 0);
		assert_int_equal(resolve(t), 0);
		assert_null(hgw_desired_covering(&t->desired, &p));
	}
}

static void each_family_has_gateways_of_its_own(void **state)
{
	struct state *t = *state;
	static const char dual[] = ONE "{name: b, addresses: ['fd00:31::62', 192.168.31.62],\n"
				       "   subnets: ['fd00:1::/64', 10.244.1.0/24]}\n";

	for (unsigned i = 0; i < 4; i++) {
		t->scope.inet = (i & 1) != 0;
		t->scope.inet6 = (i & 2) != 0;
		build(t, dual);
		see(t, "192.168.31.0/24 dev 2");
		see(t, "fd00:31::/64 dev 9");
		assert_int_equal(resolve(t), 0);
		assert_int_equal(t->desired.n, t->scope.inet + t->scope.inet6);
		if (t->scope.inet)
			assert_want(t, 0, "10.244.1.0/24 via 192.168.31.62 dev if2 proto 72");
		if (t->scope.inet6)
			assert_want(t, t->desired.n - 1,
				    "fd00:1::/64 via fd00:31::62 dev if9 proto 72 metric 1024");
	}
}

static void an_ipv4_subnet_may_have_an_ipv6_gateway(void **state)
{
	struct state *t = *state;

	t->scope.inet6 = false;
	build(t, "nodes:\n- {name: a, address: 'fd00:31::61'}\n"
		 "- {name: b, address: 'fd00:31::62', subnet: 10.244.1.0/24}\n");
	see(t, "0.0.0.0/0 via 192.168.31.1 dev 2"); /* of no use for it */
	see(t, "fd00:31::/64 dev 9");
	assert_int_equal(resolve(t), 0);
	assert_want(t, 0, "10.244.1.0/24 via inet6 fd00:31::62 dev if9 proto 72");
}

static void several_addresses_are_several_hops(void **state)
{
	struct state *t = *state;

	build(t, ONE "{name: b, addresses: [192.168.31.62, 'fd00:31::62', 192.168.32.62],\n"
		     "   subnets: [10.244.1.0/24, 'fd00:1::/64'], onlink: true}\n");
	see(t, "192.168.31.0/24 dev 2");
	see(t, "192.168.32.0/24 dev 9");
	see(t, "fd00:31::/64 dev 9");
	assert_int_equal(resolve(t), 0);
	assert_want(t, 0,
		    "10.244.1.0/24 proto 72 nexthop via 192.168.31.62 dev if2 weight 1 onlink "
		    "nexthop via 192.168.32.62 dev if9 weight 1 onlink");
	assert_want(t, 1, "fd00:1::/64 via fd00:31::62 dev if9 proto 72 metric 1024 onlink");
	/* The copy of the first hop in the route itself is resolved too. */
	assert_int_equal(t->desired.v[0].route.hop.oif, 2);
}

/* Which way the gateway 192.168.31.62 is found, whatever the order of the routes. */
static const struct {
	const char *routes[4];
	enum hgw_reach reach;
	uint32_t oif;
} ways[] = {
	{{NULL}, HGW_REACH_NO_ROUTE, 0},
	{{"192.168.31.0/24 dev 2"}, HGW_REACH_OK, 2},
	{{"192.168.31.62 dev 2"}, HGW_REACH_OK, 2},
	{{"192.168.31.62/31 dev 2"}, HGW_REACH_OK, 2},
	{{"0.0.0.0/0 dev 2"}, HGW_REACH_OK, 2},
	{{"192.168.32.0/24 dev 2", "192.168.31.63 dev 2", "192.168.31.61 dev 2", "::/0 dev 2"},
	 HGW_REACH_NO_ROUTE,
	 0},
	{{"0.0.0.0/0 via 10.0.0.1 dev 3"}, HGW_REACH_OFF_LINK, 3},
	{{"0.0.0.0/0 via 10.0.0.1 dev 3", "192.168.31.0/24 dev 2"}, HGW_REACH_OK, 2},
	{{"0.0.0.0/0 dev 3", "192.168.31.0/24 via 10.0.0.1 dev 2"}, HGW_REACH_OFF_LINK, 2},
	{{"0.0.0.0/0 via 10.0.0.1 dev 3", "192.168.0.0/16 dev 4", "192.168.31.0/24 dev 5",
	  "192.168.31.62 dev 6"},
	 HGW_REACH_OK,
	 6},
	{{"192.168.31.0/24 dev 2", "192.168.31.62 via 10.0.0.1 dev 3"}, HGW_REACH_OFF_LINK, 3},
	{{"192.168.31.0/24 via 10.0.0.1 dev 3", "192.168.31.62 dev 2"}, HGW_REACH_OK, 2},
	{{"192.168.31.0/24 dev 2", "blackhole 192.168.31.62"}, HGW_REACH_NOT_UNICAST, 0},
	{{"192.168.31.0/24 dev 2", "unreachable 192.168.31.60/30"}, HGW_REACH_NOT_UNICAST, 0},
	{{"blackhole 192.168.31.0/24", "192.168.31.62 dev 2"}, HGW_REACH_OK, 2},
	{{"unreachable 0.0.0.0/0", "192.168.31.0/24 dev 2"}, HGW_REACH_OK, 2},
	{{"local 192.168.31.62 dev 1", "192.168.31.0/24 dev 2"}, HGW_REACH_NOT_UNICAST, 1},
	/* metrics decide between equals only */
	{{"192.168.31.0/24 dev 2 metric 100", "192.168.31.0/24 dev 3 metric 50"}, HGW_REACH_OK, 3},
	{{"192.168.31.0/24 dev 2 metric 4294967295", "192.168.0.0/16 dev 3"}, HGW_REACH_OK, 2},
	{{"192.168.31.0/24 dev 2 metric 1", "192.168.31.0/24 via 10.0.0.1 dev 3"},
	 HGW_REACH_OFF_LINK,
	 3},
	{{"192.168.31.0/24 dev 2", "192.168.31.0/24 via 10.0.0.1 dev 3 metric 1"}, HGW_REACH_OK, 2},
	/* for packets with that tos only */
	{{"192.168.31.0/24 dev 2 tos 16"}, HGW_REACH_NO_ROUTE, 0},
	{{"192.168.31.62 via 10.0.0.1 dev 3 tos 16", "192.168.31.0/24 dev 2"}, HGW_REACH_OK, 2},
	/* several hops to one on-link network */
	{{"192.168.31.0/24 nexthop dev 2 nexthop dev 3"}, HGW_REACH_OK, 2},
};

/* The k-th of n, turn by turn: each rotation, and each of those backwards. */
static size_t in_turn(size_t k, size_t n, size_t turn)
{
	return ((turn < n ? k : n - 1 - k) + turn) % n;
}

static void the_longest_match_is_the_way_to_a_gateway(void **state)
{
	for (size_t i = 0; i < HGW_ARRAY_LEN(ways); i++) {
		size_t n = 0;

		while (n < 4 && ways[i].routes[n] != NULL)
			n++;
		for (size_t turn = 0; turn < 2 * n + 1; turn++) {
			struct state *t = *state;
			const struct hgw_want *w;

			build(t, ONE "{name: b, address: 192.168.31.62, subnet: 10.244.1.0/24}");
			for (size_t k = 0; k < n; k++)
				see(t, ways[i].routes[in_turn(k, n, turn)]);
			assert_int_equal(resolve(t), ways[i].reach != HGW_REACH_OK);
			w = t->desired.v;
			if (w->reach != ways[i].reach || w->route.hop.oif != ways[i].oif)
				fail_msg("case %zu, turn %zu: reach %d, device %u", i, turn,
					 (int)w->reach, w->route.hop.oif);
		}
	}
}

static void of_equal_routes_the_first_is_in_force(void **state)
{
	struct state *t = *state;

	build(t, ONE "{name: b, addresses: [192.168.31.62], subnet: 10.244.1.0/24}");
	see(t, "192.168.31.0/24 dev 2 metric 5");
	see(t, "192.168.31.0/24 dev 3 metric 5");
	assert_int_equal(resolve(t), 0);
	assert_int_equal(t->desired.v[0].route.hop.oif, 2);
	build(t, "nodes:\n- {name: a, address: 'fd00:31::61'}\n"
		 "- {name: b, address: 'fd00:31::62', subnet: 'fd00:1::/64'}\n");
	see(t, "fd00:31::/64 dev 2");
	see(t, "fd00:31::/64 dev 3 metric 1024"); /* the same */
	assert_int_equal(resolve(t), 0);
	assert_int_equal(t->desired.v[0].route.hop.oif, 2);
	see(t, "fd00:31::/64 dev 4 metric 256");
	assert_int_equal(resolve(t), 0);
	assert_int_equal(t->desired.v[0].route.hop.oif, 4);
}

/* What the naive search of all routes comes to. */
static const struct hgw_route *naive(const struct hgw_routes *all, const struct hgw_addr *a)
{
	const struct hgw_route *best = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct hgw_route *r = &all->v[i];

		if (hgw_prefix_has(&r->dst, a) &&
		    (best == NULL || r->dst.len > best->dst.len ||
		     (r->dst.len == best->dst.len && r->metric < best->metric)))
			best = r;
	}
	return best;
}

static void a_search_of_all_routes_finds_the_same(void **state)
{
	struct state *t = *state;
	char text[8192] = "nodes:\n- {name: self, address: 172.16.0.1}\n";
	struct hgw_routes all = {0};
	uint32_t seed = 12345;

	for (unsigned i = 0; i < 100; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "- {name: n%u, address: 192.%u.%u.%u, subnet: 10.0.%u.0/24}\n", i, i % 4,
			 next_random(&seed) % 4, i + 1, i);
	build(t, text);
	for (unsigned i = 0; i < 400; i++) {
		struct hgw_route r;
		char one[128];

		snprintf(one, sizeof(one), "192.%u.%u.%u/%u dev %u metric %u",
			 next_random(&seed) % 5, next_random(&seed) % 4, next_random(&seed) % 128,
			 9 + next_random(&seed) % 24, i + 10, next_random(&seed) % 3);
		r = route(&t->pool, one);
		r.dst = hgw_prefix_masked(&r.dst);
		assert_int_equal(hgw_routes_add(&all, &r, &t->err), 0);
		hgw_desired_see(&t->desired, &r);
	}
	resolve(t);
	assert_int_equal(t->desired.n, 100);
	for (size_t i = 0; i < t->desired.n; i++) {
		const struct hgw_hop *hop = &t->desired.v[i].route.hop;
		const struct hgw_route *way = naive(&all, &hop->via);

		assert_int_equal(hop->oif, way != NULL ? way->hop.oif : 0);
		assert_int_equal(t->desired.v[i].reach,
				 way != NULL ? HGW_REACH_OK : HGW_REACH_NO_ROUTE);
	}
	hgw_routes_free(&all);
}

/* With "interface" of this node in the inventory. */
static void an_interface_that_is_named_leads_to_all(void **state)
{
	static const char inventory[] =
		"nodes:\n- {name: self, address: 192.168.31.61, interface: eth9}\n"
		"- {name: b, address: 192.168.31.62, subnet: 10.244.1.0/24, interface: eth0}\n";
	struct state *t = *state;

	build(t, inventory);
	see(t, "192.168.31.0/24 dev 2");
	assert_int_equal(resolve(t), 1);
	assert_int_equal(t->desired.v[0].reach, HGW_REACH_NO_ROUTE);
	see(t, "192.168.0.0/16 dev 9");
	assert_int_equal(resolve(t), 0);
	assert_want(t, 0, "10.244.1.0/24 via 192.168.31.62 dev if9 proto 72");
	see(t, "192.168.31.62 via 192.168.31.1 dev 9");
	assert_int_equal(resolve(t), 1);
	assert_int_equal(t->desired.v[0].reach, HGW_REACH_OFF_LINK);
}

static void onlink_needs_a_device_and_no_more(void **state)
{
	static const char inventory[] =
		ONE "{name: b, address: 192.168.31.62, subnet: 10.244.1.0/24, onlink: true}\n";
	struct state *t = *state;

	build(t, inventory);
	assert_int_equal(resolve(t), 1);
	assert_int_equal(t->desired.v[0].reach, HGW_REACH_NO_ROUTE);
	see(t, "unreachable 0.0.0.0/0");
	assert_int_equal(resolve(t), 1);
	assert_int_equal(t->desired.v[0].reach, HGW_REACH_NOT_UNICAST);
	see(t, "192.0.0.0/8 via 10.0.0.1 dev 2");
	assert_int_equal(resolve(t), 0);
	assert_want(t, 0, "10.244.1.0/24 via 192.168.31.62 dev if2 proto 72 onlink");

	build(t, "nodes:\n- {name: self, address: 192.168.31.61, interface: eth9}\n"
		 "- {name: b, address: 192.168.31.62, subnet: 10.244.1.0/24, onlink: true}\n");
	assert_int_equal(resolve(t), 0);
	assert_want(t, 0, "10.244.1.0/24 via 192.168.31.62 dev if9 proto 72 onlink");
}

static void the_first_hop_at_fault_is_told(void **state)
{
	struct state *t = *state;
	char text[256];

	build(t, ONE "{name: b, addresses: [192.168.31.62, 192.168.32.62, 192.168.33.62],\n"
		     "   subnet: 10.244.1.0/24}\n");
	see(t, "192.168.31.0/24 dev 2");
	assert_int_equal(resolve(t), 1);
	assert_int_equal(t->desired.v[0].faulty, 1);
	hgw_desired_explain(&t->desired, &t->inv, &t->pool, &t->desired.v[0], text, sizeof(text));
	assert_string_equal(text, "gateway 192.168.32.62 of node 'b' is unreachable: no route of "
				  "this host leads to it");
	see(t, "192.168.32.0/24 dev 2");
	assert_int_equal(resolve(t), 1);
	assert_int_equal(t->desired.v[0].faulty, 2);
	see(t, "192.168.33.0/24 dev 9");
	assert_int_equal(resolve(t), 0);
	assert_int_equal(t->desired.v[0].reach, HGW_REACH_OK);
}

/* The text and hint of each fault, of node b at 192.168.31.62. */
static const struct {
	const char *interface, *addr, *routes[2];
	enum hgw_reach reach;
	const char *text, *hint;
} faults[] = {
	{"eth7",
	 NULL,
	 {"192.168.31.0/24 dev 2"},
	 HGW_REACH_NO_INTERFACE,
	 "this host has no interface 'eth7', which is to lead to gateway 192.168.31.62 of node "
	 "'b'",
	 "mend 'interface' in the inventory, or make that interface"},
	{"eth0",
	 "192.168.31.62/24",
	 {"192.168.31.0/24 dev 2"},
	 HGW_REACH_OWN,
	 "gateway 192.168.31.62 of node 'b' is an address of this host itself",
	 "is this host another node than it was taken for? See --node"},
	{NULL,
	 "192.168.31.62/32",
	 {NULL},
	 HGW_REACH_OWN,
	 "gateway 192.168.31.62 of node 'b' is an address of this host itself",
	 "is this host another node than it was taken for? See --node"},
	{NULL,
	 NULL,
	 {NULL},
	 HGW_REACH_NO_ROUTE,
	 "gateway 192.168.31.62 of node 'b' is unreachable: no route of this host leads to it",
	 "give this host an address in the network of the nodes; is the link up?"},
	{"eth9",
	 NULL,
	 {"192.168.31.0/24 dev 2"},
	 HGW_REACH_NO_ROUTE,
	 "gateway 192.168.31.62 of node 'b' is unreachable: no route of interface eth9 leads to it",
	 "give this host an address in the network of the nodes; is the link up?"},
	{NULL,
	 NULL,
	 {"192.168.31.0/24 dev 2", "blackhole 192.168.31.62"},
	 HGW_REACH_NOT_UNICAST,
	 "gateway 192.168.31.62 of node 'b' is unreachable: the way to it, 192.168.31.62, is not a "
	 "unicast route",
	 "check the address, or delete that route"},
	{NULL,
	 NULL,
	 {"0.0.0.0/0 via 192.168.30.1 dev 2"},
	 HGW_REACH_OFF_LINK,
	 "gateway 192.168.31.62 of node 'b' is not on a link of this host: the way to it is "
	 "default via 192.168.30.1",
	 "host-gw needs all nodes in one L2 network; check the address"},
	{NULL,
	 NULL,
	 {"192.168.31.0/24 dev 2"},
	 HGW_REACH_OK,
	 "gateway 192.168.31.62 of node 'b' is on the link",
	 NULL},
};

static void each_fault_has_its_text(void **state)
{
	for (size_t i = 0; i < HGW_ARRAY_LEN(faults); i++) {
		struct state *t = *state;
		char inventory[256], text[512];
		const char *hint;

		hgw_snapshot_free(&t->host);
		add_link(&t->host, 2, "eth0");
		add_link(&t->host, 9, "eth9");
		if (faults[i].addr != NULL)
			add_addr(&t->host, faults[i].addr);
		snprintf(inventory, sizeof(inventory),
			 "nodes:\n- {name: self, address: 192.168.31.61%s%s}\n"
			 "- {name: b, address: 192.168.31.62, subnet: 10.244.1.0/24}\n",
			 faults[i].interface != NULL ? ", interface: " : "",
			 faults[i].interface != NULL ? faults[i].interface : "");
		build(t, inventory);
		for (size_t k = 0; k < 2 && faults[i].routes[k] != NULL; k++)
			see(t, faults[i].routes[k]);
		resolve(t);
		assert_int_equal(t->desired.v[0].reach, faults[i].reach);
		hint = hgw_desired_explain(&t->desired, &t->inv, &t->pool, &t->desired.v[0], text,
					   sizeof(text));
		assert_string_equal(text, faults[i].text);
		if (faults[i].hint == NULL)
			assert_null(hint);
		else
			assert_string_equal(hint, faults[i].hint);
	}
}

static void a_text_that_does_not_fit_is_cut(void **state)
{
	struct state *t = *state;
	char text[24];

	build(t, ONE "{name: b, address: 192.168.31.62, subnet: 10.244.1.0/24}\n");
	resolve(t);
	memset(text, 'x', sizeof(text));
	hgw_desired_explain(&t->desired, &t->inv, &t->pool, &t->desired.v[0], text, 11);
	assert_string_equal(text, "gateway 19");
	assert_int_equal(text[11], 'x');
}

static int refuse(struct state *t, enum hgw_severity severity)
{
	return hgw_desired_refuse(&t->desired, &t->inv, &t->pool, severity, &t->diags, &t->err);
}

static void refusing_names_file_line_and_node(void **state)
{
	struct state *t = *state;
	const struct hgw_diag *d;

	build(t, ONE "{name: b, address: 192.168.31.62, subnets: [10.244.1.0/24, 10.244.2.0/24]}\n"
		     "- {name: c, address: 192.168.32.1, subnet: 10.244.3.0/24}\n");
	see(t, "192.168.31.0/24 dev 2");
	assert_int_equal(resolve(t), 1);
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);
	assert_int_equal(refuse(t, HGW_ERROR), -1);
	assert_int_equal(t->err.status, HGW_REFUSED);
	assert_string_equal(t->err.msg,
			    "1 route cannot be made for want of a gateway; nothing was changed. To "
			    "leave it out, say --skip-unreachable");
	assert_int_equal(t->diags.n, 1);
	d = &t->diags.v[0];
	assert_int_equal(d->severity, HGW_ERROR);
	assert_string_equal(d->at.file, "inv.yaml");
	assert_int_equal(d->at.line, 4);
	assert_int_equal(d->at.column, 44);
	assert_string_equal(d->text, "gateway 192.168.32.1 of node 'c' is unreachable: no route of "
				     "this host leads to it");
	assert_string_equal(
		d->hint, "give this host an address in the network of the nodes; is the link up?");
}

static void each_subnet_without_a_gateway_is_told(void **state)
{
	struct state *t = *state;

	build(t, ONE "{name: b, address: 192.168.31.62, subnets: [10.244.1.0/24, "
		     "10.244.2.0/24]}\n");
	assert_int_equal(resolve(t), 2);
	assert_int_equal(refuse(t, HGW_WARNING), -1);
	assert_string_equal(t->err.msg,
			    "2 routes cannot be made for want of a gateway; nothing was changed. "
			    "To leave them out, say --skip-unreachable");
	assert_int_equal(t->diags.n, 2);
	assert_int_equal(t->diags.count[HGW_WARNING], 2);
}

static void a_subnet_covers_itself_and_what_is_inside(void **state)
{
	static const struct {
		const char *prefix;
		const char *by; /* NULL: none */
	} cases[] = {
		{"10.244.1.0/24", "10.244.1.0/24"},
		{"10.244.1.0/25", "10.244.1.0/24"},
		{"10.244.1.128/25", "10.244.1.0/24"},
		{"10.244.1.255/32", "10.244.1.0/24"},
		{"10.244.1.0/23", NULL},
		{"10.244.0.0/24", NULL},
		{"10.244.2.0/24", NULL},
		{"10.244.3.7/32", "10.244.3.0/24"},
		{"0.0.0.0/0", NULL},
		{"255.255.255.255/32", NULL},
		{"0.0.0.0/32", NULL},
		{"::/0", NULL},
		{"af4:100::/32", NULL}, /* the bytes of 10.244.1.0 */
		{"fd00:1::/64", "fd00:1::/64"},
		{"fd00:1::ffff/128", "fd00:1::/64"},
		{"fd00:1::/63", NULL},
		{"fd00:1:0:1::/64", NULL},
		{"ffff::/16", NULL},
	};
	struct state *t = *state;

	build(t, ONE "{name: b, addresses: [192.168.31.62, 'fd00:31::62'],\n"
		     "   subnets: ['fd00:1::/64', 10.244.3.0/24, 10.244.1.0/24]}\n");
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_prefix p = prefix(cases[i].prefix), by;
		const struct hgw_want *w = hgw_desired_covering(&t->desired, &p);

		if ((w != NULL) != (cases[i].by != NULL))
			fail_msg("%s", cases[i].prefix);
		if (w == NULL)
			continue;
		by = prefix(cases[i].by);
		assert_int_equal(hgw_prefix_cmp(&w->route.dst, &by), 0);
	}
}

/* Those of this node itself are where others work: the bridge of its pods, say. */
static void the_network_of_the_nodes_is_none_of_the_pods(void **state)
{
	static const struct {
		const char *prefix;
		bool in_pods;
	} cases[] = {
		{"192.168.31.0/24", false}, {"192.168.31.62/32", false}, {"192.168.16.0/20", false},
		{"192.168.0.0/16", true},   {"192.168.32.0/24", true},	 {"192.168.31.64/26", true},
		{"192.168.1.0/24", true},
	};
	struct state *t = *state;

	build(t, "network: {cluster: [192.168.0.0/16]}\n"
		 "nodes:\n"
		 "- {name: a, address: 192.168.31.61}\n"
		 "- {name: b, address: 192.168.31.62, subnet: 192.168.1.0/24}\n");
	t->desired.pods = &t->inv;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_prefix p = prefix(cases[i].prefix);

		if (hgw_desired_in_pods(&t->desired, &p) != cases[i].in_pods)
			fail_msg("%s", cases[i].prefix);
	}
}

static void the_pod_networks_are_the_cluster_less_our_own_subnets(void **state)
{
	static const struct {
		const char *prefix;
		bool wanted, in_pods;
	} cases[] = {
		{"10.244.1.0/24", true, true},	   {"10.244.1.128/25", true, true},
		{"10.244.7.0/24", false, true},	   {"10.244.0.0/16", false, true},
		{"10.244.0.0/24", false, false},   {"10.244.0.1/32", false, false},
		{"10.244.9.4/30", false, false},   {"10.244.8.0/23", false, true},
		{"10.0.0.0/8", false, false},	   {"10.245.0.0/24", false, false},
		{"fd00:10:244::/48", false, true}, {"fd00:10:244:5::/64", false, true},
		{"fd00:10::/32", false, false},	   {"0.0.0.0/0", false, false},
	};
	struct state *t = *state;

	build(t, "network: {cluster: [10.244.0.0/16, 'fd00:10:244::/48']}\n"
		 "nodes:\n"
		 "- {name: a, address: 192.168.31.61, subnets: [10.244.0.0/24, 10.244.9.0/24]}\n"
		 "- {name: b, address: 192.168.31.62, subnet: 10.244.1.0/24}\n");
	for (unsigned strict = 0; strict < 2; strict++) {
		t->desired.pods = strict ? &t->inv : NULL;
		for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
			struct hgw_prefix p = prefix(cases[i].prefix);

			if (hgw_desired_in_pods(&t->desired, &p) !=
			    (strict ? cases[i].in_pods : cases[i].wanted))
				fail_msg("%s", cases[i].prefix);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(each_subnet_of_another_node_gets_a_route),
		TEST(settings_of_a_node_are_those_of_its_routes),
		TEST(a_metric_that_is_spread_follows_the_lowest_gateway),
		TEST(nobody_else_is_no_routes),
		TEST(each_family_has_gateways_of_its_own),
		TEST(an_ipv4_subnet_may_have_an_ipv6_gateway),
		TEST(several_addresses_are_several_hops),
		TEST(the_longest_match_is_the_way_to_a_gateway),
		TEST(of_equal_routes_the_first_is_in_force),
		TEST(a_search_of_all_routes_finds_the_same),
		TEST(an_interface_that_is_named_leads_to_all),
		TEST(onlink_needs_a_device_and_no_more),
		TEST(the_first_hop_at_fault_is_told),
		TEST(each_fault_has_its_text),
		TEST(a_text_that_does_not_fit_is_cut),
		TEST(refusing_names_file_line_and_node),
		TEST(each_subnet_without_a_gateway_is_told),
		TEST(a_subnet_covers_itself_and_what_is_inside),
		TEST(the_pod_networks_are_the_cluster_less_our_own_subnets),
		TEST(the_network_of_the_nodes_is_none_of_the_pods),
	};

	return cmocka_run_group_tests_name("desired", tests, NULL, NULL);
}
