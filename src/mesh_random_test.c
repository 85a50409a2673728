/* SPDX-License-Identifier: MIT */
/* Clusters of chance, and a walk that knows no shortcut: each address of each pair by itself. */
#include "hgw/fib.h"
#include "hgw/mesh.h"
#include "values_test.h"

enum { NODES = 5, ROUNDS = 3000, LEN = 29 };

#define OWNER_REJECTS (1U << 30)

struct t {
	struct hgw_inventory inv;
	struct hgw_pool pool;
	struct hgw_diags diags;
	struct hgw_names names;
	struct hgw_err err;
	struct hgw_mesh mesh;
	struct hgw_routes routes[NODES];
	struct hgw_fib fibs[NODES];
	char told[NODES][4096]; /* the routes as text, for the message */
};

static uint32_t below(uint32_t n)
{
	static uint64_t x = 88172645463325252U; /* xorshift64 */

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 32) % n;
}

static void say(struct t *t, unsigned node, const char *text)
{
	struct hgw_route r = route(&t->pool, text);
	size_t len = strlen(t->told[node]);

	snprintf(t->told[node] + len, sizeof(t->told[node]) - len, "%s\n", text);
	assert_int_equal(hgw_routes_add(&t->routes[node], &r, &t->err), 0);
}

/* To the subnet of a node, to a part of it, or to more. */
static void random_dst(char *buf, size_t size, unsigned of)
{
	switch (below(9)) {
	case 8:
		snprintf(buf, size, "10.244.%u.%u/32", of, below(2) ? 7 : below(8));
		break;
	case 0:
		snprintf(buf, size, "0.0.0.0/0");
		break;
	case 1:
		snprintf(buf, size, "10.244.0.0/16");
		break;
	case 2:
		snprintf(buf, size, "10.244.%u.%u/31", of, 2 * below(4));
		break;
	case 3:
		snprintf(buf, size, "10.244.%u.%u/30", of, 4 * below(2));
		break;
	default:
		snprintf(buf, size, "10.244.%u.0/%d", of, LEN);
		break;
	}
}

/* One more than there are nodes: a gateway that none has. */
static unsigned random_gateway(void)
{
	return below(NODES + 1);
}

static void random_route(struct t *t, unsigned node, unsigned to)
{
	char dst[32], text[256];
	unsigned via = below(3) > 0 ? to : random_gateway(), other = random_gateway();

	random_dst(dst, sizeof(dst), to);
	switch (below(12)) {
	case 0:
		snprintf(text, sizeof(text), "%s %s", below(2) ? "blackhole" : "throw", dst);
		break;
	case 1:
		snprintf(text, sizeof(text), "%s dev 2", dst);
		break;
	case 2:
		snprintf(text, sizeof(text), "%s via 10.0.0.%u dev 1 linkdown", dst, via);
		break;
	case 3:
		snprintf(text, sizeof(text),
			 "%s nexthop via 10.0.0.%u dev 1 nexthop via 10.0.0.%u dev 1%s", dst, via,
			 other, below(3) ? "" : " dead");
		break;
	default:
		snprintf(text, sizeof(text), "%s via 10.0.0.%u dev 1 metric %u", dst, via,
			 below(2));
		break;
	}
	say(t, node, text);
}

static void random_table(struct t *t, unsigned node)
{
	char text[128];

	snprintf(text, sizeof(text), "local 10.0.0.%u/32 dev 1 table 255", node);
	say(t, node, text);
	say(t, node, below(8) ? "10.0.0.0/24 dev 1" : "10.0.0.0/8 dev 1");
	if (below(6) > 0) {
		snprintf(text, sizeof(text), "10.244.%u.0/%d dev 2", node, LEN);
		say(t, node, text);
	}
	for (unsigned to = 0; to < NODES; to++) {
		snprintf(text, sizeof(text), "10.244.%u.0/%d via 10.0.0.%u dev 1", to, LEN, to);
		if (to != node && below(10) > 0)
			say(t, node, text);
	}
	for (unsigned i = below(3); i > 0; i--)
		random_route(t, node, below(NODES));
}

/* --- Without shortcuts ---------------------------------------------------------- */

static unsigned at_link(const struct hgw_route *r, unsigned node, unsigned owner)
{
	struct hgw_addr own = {AF_INET, {10, 0, 0, (uint8_t)node}};

	if (node != owner)
		return 1U << HGW_FATE_WRONG_NODE;
	return r->dst.len < LEN && hgw_prefix_has(&r->dst, &own) ? 1U << HGW_FATE_PENDING
								 : 1U << HGW_FATE_DELIVERED;
}

/* Everything that can become of a packet, a bit for each fate. */
/* NOLINTNEXTLINE(misc-no-recursion): no deeper than there are nodes */
static unsigned follow(struct t *t, unsigned node, unsigned owner, const struct hgw_addr *dst,
		       unsigned visited)
{
	const struct hgw_route *r = hgw_fib_lookup(&t->fibs[node], dst);
	const struct hgw_hop *hops;
	unsigned all = 0;

	if (r == NULL)
		return node == owner ? 1U << HGW_FATE_PENDING : 1U << HGW_FATE_NO_ROUTE;
	hops = hgw_route_hops(&t->pool, r);
	if (r->type == RTN_UNICAST && r->nhops == 1 && hops->via.family == AF_UNSPEC)
		return at_link(r, node, owner);
	if (node == owner && r->dst.len < LEN)
		return 1U << HGW_FATE_PENDING;
	if (r->type != RTN_UNICAST)
		return node == owner ? OWNER_REJECTS : 1U << HGW_FATE_REJECTED;
	for (uint16_t i = 0; i < r->nhops; i++) {
		unsigned to = hops[i].via.b[3];

		if (hops[i].flags & RTNH_F_DEAD)
			continue;
		if (hops[i].flags & RTNH_F_LINKDOWN)
			all |= 1U << HGW_FATE_NO_CARRIER;
		else if (to == NODES)
			all |= 1U << HGW_FATE_OUTSIDE;
		else if ((visited | 1U << node) & 1U << to)
			all |= 1U << HGW_FATE_LOOP;
		else
			all |= follow(t, to, owner, dst, visited | 1U << node);
	}
	return all;
}

static const unsigned delivered = 1U << HGW_FATE_DELIVERED, pending = 1U << HGW_FATE_PENDING;

/* What may be said of packets from a node to a subnet; one-way apart. */
static unsigned expected(struct t *t, unsigned from, unsigned to)
{
	unsigned hard = 0, soft = 0;
	bool some = false;

	for (unsigned i = 0; i < 1U << (32 - LEN); i++) {
		struct hgw_addr dst = {AF_INET, {10, 244, (uint8_t)to, (uint8_t)i}};
		unsigned fates = follow(t, from, to, &dst, 0);
		unsigned faults = fates & ~(delivered | pending | OWNER_REJECTS);

		hard |= faults;
		some |= fates == delivered;
		if (fates & OWNER_REJECTS)
			soft = 1U << HGW_FATE_REJECTED;
		else if (fates & pending && soft == 0)
			soft = pending;
	}
	if (hard != 0)
		return hard;
	return some || soft == 0 ? delivered : soft;
}

/* --- Both ----------------------------------------------------------------------- */

static void build(struct t *t)
{
	const struct hgw_scope scope = {RT_TABLE_MAIN, HGW_PROTOCOL, true, true};

	assert_int_equal(hgw_mesh_init(&t->mesh, &t->inv, &scope, &t->err), 0);
	for (unsigned i = 0; i < NODES; i++) {
		struct hgw_ifaddr own = {.prefix = hgw_prefix_host(&(
						 struct hgw_addr){AF_INET, {10, 0, 0, (uint8_t)i}}),
					 .index = 1};
		struct hgw_snapshot host = {.addrs = &own,
					    .naddrs = 1,
					    .file = true,
					    .no_inet6 = true};

		random_table(t, i);
		assert_int_equal(hgw_fib_build(&t->fibs[i], &t->routes[i], 0, &t->err), 0);
		assert_int_equal(hgw_mesh_add(&t->mesh, i, &host, &t->routes[i], &t->pool, &t->err),
				 0);
	}
	assert_int_equal(hgw_mesh_walk(&t->mesh, &t->err), 0);
}

static void forget(struct t *t)
{
	for (unsigned i = 0; i < NODES; i++) {
		hgw_fib_free(&t->fibs[i]);
		hgw_routes_free(&t->routes[i]);
		t->told[i][0] = '\0';
	}
	hgw_mesh_free(&t->mesh);
	hgw_pool_free(&t->pool);
}

static void compare(struct t *t, unsigned from, unsigned to)
{
	enum hgw_fate fate = hgw_mesh_fate(&t->mesh, from, to);
	unsigned want = expected(t, from, to), back = expected(t, to, from);

	if (want == delivered && back & ~(delivered | pending))
		want = 1U << HGW_FATE_ONE_WAY;
	if (want & 1U << fate)
		return;
	for (unsigned i = 0; i < NODES; i++)
		print_error("node %u\n%s", i, t->told[i]);
	fail_msg("%u to %u: %s (%d), but it should be one of %x", from, to, hgw_fate_name(fate),
		 fate, want);
}

static void as_each_address_by_itself(void **state)
{
	struct t *t = calloc(1, sizeof(*t));
	char yaml[1024] = "nodes:\n";
	unsigned seen = 0;

	(void)state;
	assert_non_null(t);
	assert_int_equal(hgw_names_load(&t->names, "/dev/null", &t->err), 0);
	for (unsigned i = 0; i < NODES; i++)
		snprintf(yaml + strlen(yaml), sizeof(yaml) - strlen(yaml),
			 "  - {name: n%u, address: 10.0.0.%u, subnet: 10.244.%u.0/%d}\n", i, i, i,
			 LEN);
	assert_int_equal(hgw_inventory_load_data(&t->inv, "x", yaml, strlen(yaml), &t->names,
						 &t->diags, &t->err),
			 0);
	for (unsigned round = 0; round < ROUNDS; round++) {
		build(t);
		for (unsigned from = 0; from < NODES; from++) {
			for (unsigned to = 0; to < NODES; to++) {
				if (from == to)
					continue;
				compare(t, from, to);
				seen |= 1U << hgw_mesh_fate(&t->mesh, from, to);
			}
		}
		forget(t);
	}
	/* all that there is to be seen, which nothing is of these tables */
	assert_int_equal(seen | 1U << HGW_FATE_UNKNOWN | 1U << HGW_FATE_NOBODY |
				 1U << HGW_FATE_DOUBLED | 1U << HGW_FATE_TOO_FAR,
			 (1U << HGW_NFATES) - 1);
	hgw_inventory_free(&t->inv);
	hgw_diags_free(&t->diags);
	hgw_names_free(&t->names);
	free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_each_address_by_itself),
	};

	return cmocka_run_group_tests_name("mesh_random", tests, NULL, NULL);
}
