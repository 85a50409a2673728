/* SPDX-License-Identifier: MIT */
#include "hgw/mesh.h"

#include "values_test.h"

enum { MAX = 80 };

/* A cluster of nodes 10.0.0.N with the subnets 10.244.N.0/24, and what each node says. */
struct t {
	struct hgw_names names;
	struct hgw_inventory inv;
	struct hgw_diags diags;
	struct hgw_scope scope;
	struct hgw_mesh mesh;
	struct hgw_err err;
	unsigned n;
	char *texts[MAX + 1]; /* NULL: it is not known */
	char *seen;
};

static int setup(void **state)
{
	struct t *t = calloc(1, sizeof(*t));

	*state = t;
	if (t == NULL)
		return -1;
	t->scope = (struct hgw_scope){RT_TABLE_MAIN, HGW_PROTOCOL, true, true};
	return hgw_names_load(&t->names, "/dev/null", &t->err);
}

static void forget(struct t *t)
{
	hgw_mesh_free(&t->mesh);
	hgw_inventory_free(&t->inv);
	hgw_diags_free(&t->diags);
	for (unsigned i = 0; i <= MAX; i++) {
		free(t->texts[i]);
		t->texts[i] = NULL;
	}
	free(t->seen);
	t->seen = NULL;
}

static int teardown(void **state)
{
	struct t *t = *state;

	forget(t);
	hgw_names_free(&t->names);
	free(t);
	return 0;
}

static void load(struct t *t, const char *yaml)
{
	if (hgw_inventory_load_data(&t->inv, "inv.yaml", yaml, strlen(yaml), &t->names, &t->diags,
				    &t->err) < 0)
		fail_msg("%s: %s", t->err.msg, t->diags.n > 0 ? t->diags.v[0].text : "");
}

/* More lines of node i. */
static void say(struct t *t, unsigned i, const char *lines)
{
	char *old = t->texts[i];

	assert_true(asprintf(&t->texts[i], "%s%s\n", old != NULL ? old : "", lines) > 0);
	free(old);
}

/* Without the line of node i that begins so. */
static void unsay(struct t *t, unsigned i, const char *line)
{
	char *at = strstr(t->texts[i], line), *end;

	assert_non_null(at);
	end = strchr(at, '\n');
	memmove(at, end + 1, strlen(end + 1) + 1);
}

/* Routes as they should be, of n nodes. */
static void begin(struct t *t, unsigned n)
{
	char *yaml = NULL, line[256];
	size_t len;
	FILE *f = open_memstream(&yaml, &len);

	forget(t);
	t->n = n;
	fputs("nodes:\n", f);
	for (unsigned i = 1; i <= n; i++) {
		fprintf(f, "  - {name: node%u, address: 10.0.0.%u, subnet: 10.244.%u.0/24}\n", i, i,
			i);
		snprintf(line, sizeof(line),
			 "local 10.0.0.%u dev eth0 table local proto kernel scope host src "
			 "10.0.0.%u",
			 i, i);
		say(t, i, line);
		snprintf(line, sizeof(line),
			 "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.%u", i);
		say(t, i, line);
		snprintf(line, sizeof(line),
			 "10.244.%u.0/24 dev cni0 proto kernel scope link src 10.244.%u.1", i, i);
		say(t, i, line);
		snprintf(line, sizeof(line),
			 "local 10.244.%u.1 dev cni0 table local proto kernel scope host src "
			 "10.244.%u.1",
			 i, i);
		say(t, i, line);
		for (unsigned j = 1; j <= n; j++) {
			snprintf(line, sizeof(line),
				 "10.244.%u.0/24 via 10.0.0.%u dev eth0 proto 72", j, j);
			if (j != i)
				say(t, i, line);
		}
	}
	fclose(f);
	load(t, yaml);
	free(yaml);
}

static void add_node(struct t *t, uint32_t node, const char *text)
{
	struct hgw_snapshot_file file;
	struct hgw_pool pool = {0};

	if (hgw_snapshot_load_data(&file, "x", text, strlen(text), &t->names, &pool, &t->diags,
				   &t->err) < 0)
		fail_msg("%s\n%s", text, t->diags.n > 0 ? t->diags.v[0].text : t->err.msg);
	assert_int_equal(hgw_mesh_add(&t->mesh, node, &file.host, &file.routes, &pool, &t->err), 0);
	hgw_snapshot_file_free(&file);
	hgw_pool_free(&pool);
}

/* "from -> to: fate at node, via …" of each walk that is not delivered; a line each. */
static const char *walk(struct t *t)
{
	size_t len, all = 0;
	FILE *f;

	hgw_mesh_free(&t->mesh);
	assert_int_equal(hgw_mesh_init(&t->mesh, &t->inv, &t->scope, &t->err), 0);
	for (unsigned i = 1; i <= t->n; i++)
		if (t->texts[i] != NULL)
			add_node(t, i - 1, t->texts[i]);
	assert_int_equal(hgw_mesh_walk(&t->mesh, &t->err), 0);
	free(t->seen);
	f = open_memstream(&t->seen, &len);
	for (size_t i = 0; i < t->mesh.n; i++) {
		const struct hgw_walk *w = &t->mesh.v[i];
		char dst[HGW_ADDR_STRLEN], via[HGW_ADDR_STRLEN];

		hgw_addr_format(&w->dst, dst);
		hgw_addr_format(&w->via, via);
		fprintf(f, "%u>%u %s %s@%u", w->from + 1, w->to + 1, dst, hgw_fate_name(w->fate),
			w->at + 1);
		fprintf(f, w->via.family != AF_UNSPEC ? " via %s\n" : "\n", via);
	}
	fclose(f);
	for (unsigned i = 0; i < HGW_NFATES; i++)
		all += t->mesh.count[i];
	assert_int_equal(all, t->inv.nsubnets * (t->inv.nnodes - 1));
	return t->seen;
}

static void all_are_delivered(void **state)
{
	struct t *t = *state;

	begin(t, 3);
	assert_string_equal(walk(t), "");
	assert_int_equal(t->mesh.count[HGW_FATE_DELIVERED], 6);
	begin(t, 1);
	assert_string_equal(walk(t), "");
}

static void a_missing_route_is_a_black_hole_and_one_way_back(void **state)
{
	struct t *t = *state;

	begin(t, 3);
	unsay(t, 1, "10.244.2.0/24 via");
	assert_string_equal(walk(t), "1>2 10.244.2.0 black hole@1\n2>1 10.244.1.0 one-way@1\n");
	assert_int_equal(hgw_mesh_pair(&t->mesh, 0, 1), HGW_FATE_NO_ROUTE);
	assert_int_equal(hgw_mesh_pair(&t->mesh, 1, 0), HGW_FATE_ONE_WAY);
	assert_int_equal(hgw_mesh_pair(&t->mesh, 0, 2), HGW_FATE_DELIVERED);
	/* both ways: neither is one-way */
	unsay(t, 2, "10.244.1.0/24 via");
	assert_string_equal(walk(t), "1>2 10.244.2.0 black hole@1\n2>1 10.244.1.0 black hole@2\n");
}

static void what_rejects_is_a_black_hole(void **state)
{
	static const char *const types[] = {"blackhole", "unreachable", "prohibit"};
	struct t *t = *state;
	char line[64];

	for (size_t i = 0; i < HGW_ARRAY_LEN(types); i++) {
		begin(t, 2);
		unsay(t, 1, "10.244.2.0/24 via");
		snprintf(line, sizeof(line), "%s 10.244.0.0/16 proto static", types[i]);
		say(t, 1, line);
		assert_string_equal(walk(t),
				    "1>2 10.244.2.0 black hole@1\n2>1 10.244.1.0 one-way@1\n");
		assert_int_equal(t->mesh.v[0].fate, HGW_FATE_REJECTED);
	}
	/* and throw goes on */
	begin(t, 2);
	say(t, 1, "throw 10.244.2.0/25 proto static");
	assert_string_equal(walk(t), "1>2 10.244.2.0 black hole@1\n2>1 10.244.1.0 one-way@1\n");
	assert_int_equal(t->mesh.v[0].fate, HGW_FATE_NO_ROUTE);
}

static void a_gateway_that_nobody_has(void **state)
{
	struct t *t = *state;

	/* no node's */
	begin(t, 2);
	unsay(t, 1, "10.244.2.0/24 via");
	say(t, 1, "default via 10.0.0.254 dev eth0 proto static");
	assert_string_equal(walk(t), "1>2 10.244.2.0 black hole@1 via 10.0.0.254\n"
				     "2>1 10.244.1.0 one-way@1\n");
	assert_int_equal(t->mesh.v[0].fate, HGW_FATE_OUTSIDE);
	/* node2's by the inventory, but not by what node2 says */
	begin(t, 2);
	unsay(t, 2, "local 10.0.0.2 ");
	unsay(t, 2, "10.0.0.0/24 dev");
	assert_string_equal(walk(t), "1>2 10.244.2.0 black hole@1 via 10.0.0.2\n"
				     "2>1 10.244.1.0 one-way@1\n");
	assert_int_equal(t->mesh.v[0].fate, HGW_FATE_NOBODY);
	/* a text of table main does not tell all addresses: then the inventory does */
	unsay(t, 2, "local 10.244.2.1 ");
	assert_string_equal(walk(t), "");
	/* two nodes' */
	begin(t, 3);
	say(t, 3, "local 10.0.0.2 dev eth0 table local proto kernel scope host src 10.0.0.2");
	assert_string_equal(walk(t), "1>2 10.244.2.0 black hole@1 via 10.0.0.2\n"
				     "2>1 10.244.1.0 one-way@1\n"
				     "2>3 10.244.3.0 one-way@3\n"
				     "3>2 10.244.2.0 black hole@3 via 10.0.0.2\n");
	assert_int_equal(t->mesh.v[0].fate, HGW_FATE_DOUBLED);
}

static void loops(void **state)
{
	struct t *t = *state;

	/* each has the other for a default route, and neither the subnet's */
	begin(t, 3);
	unsay(t, 1, "10.244.3.0/24 via");
	unsay(t, 2, "10.244.3.0/24 via");
	say(t, 1, "0.0.0.0/0 via 10.0.0.2 dev eth0 proto static");
	say(t, 2, "0.0.0.0/0 via 10.0.0.1 dev eth0 proto static");
	assert_string_equal(walk(t), "1>3 10.244.3.0 loop@2 via 10.0.0.1\n"
				     "2>3 10.244.3.0 loop@2 via 10.0.0.1\n"
				     "3>1 10.244.1.0 one-way@1\n"
				     "3>2 10.244.2.0 one-way@2\n");
	assert_int_equal(t->mesh.v[0].next, 0);
	/* a gateway of its own address */
	begin(t, 2);
	unsay(t, 1, "10.244.2.0/24 via");
	say(t, 1, "10.244.2.0/24 via 10.0.0.1 dev eth0 onlink proto 72");
	assert_string_equal(walk(t), "1>2 10.244.2.0 loop@1 via 10.0.0.1\n"
				     "2>1 10.244.1.0 one-way@1\n");
}

static void a_detour_is_delivered_and_the_wrong_node_is_not(void **state)
{
	struct t *t = *state;

	begin(t, 3);
	unsay(t, 1, "10.244.2.0/24 via");
	say(t, 1, "10.244.2.0/24 via 10.0.0.3 dev eth0 proto 72");
	assert_string_equal(walk(t), "");
	say(t, 3, "10.244.2.0/25 dev cni0 proto kernel scope link src 10.244.2.1");
	assert_string_equal(walk(t), "1>2 10.244.2.0 wrong node@3\n2>1 10.244.1.0 one-way@1\n"
				     "2>3 10.244.3.0 one-way@3\n3>2 10.244.2.0 wrong node@3\n");
}

static void a_part_of_a_subnet_that_goes_elsewhere(void **state)
{
	struct t *t = *state;

	begin(t, 3);
	say(t, 1, "10.244.2.64/26 via 10.0.0.3 dev eth0 proto static");
	unsay(t, 3, "10.244.2.0/24 via");
	assert_string_equal(walk(t), "1>2 10.244.2.64 black hole@3\n2>1 10.244.1.0 one-way@1\n"
				     "2>3 10.244.3.0 one-way@3\n3>2 10.244.2.0 black hole@3\n");
	/* the owner sends one of its own away */
	begin(t, 2);
	say(t, 2, "10.244.2.9 via 10.0.0.1 dev eth0 proto static");
	assert_string_equal(walk(t), "1>2 10.244.2.9 loop@2 via 10.0.0.1\n"
				     "2>1 10.244.1.0 one-way@1\n");
}

static void a_subnet_that_nothing_delivers_yet(void **state)
{
	struct t *t = *state;

	begin(t, 2);
	unsay(t, 2, "10.244.2.0/24 dev");
	assert_string_equal(walk(t), "1>2 10.244.2.0 pending@2\n");
	say(t, 2, "default via 10.0.0.254 dev eth0 proto static");
	say(t, 2, "blackhole 10.244.0.0/16 proto static");
	assert_string_equal(walk(t), "1>2 10.244.2.0 pending@2\n");
	/* a route of each pod, as of point-to-point links, is a delivery */
	say(t, 2, "10.244.2.7 dev veth7 proto static scope link");
	assert_string_equal(walk(t), "");
	/* a bridge wider than the subnet delivers, the network of the nodes does not */
	begin(t, 2);
	unsay(t, 2, "10.244.2.0/24 dev");
	say(t, 2, "10.244.0.0/16 dev br0 proto kernel scope link src 10.244.2.1");
	assert_string_equal(walk(t), "");
	begin(t, 2);
	unsay(t, 2, "10.244.2.0/24 dev");
	say(t, 2, "10.0.0.0/8 dev eth0 proto kernel scope link src 10.0.0.2");
	assert_string_equal(walk(t), "1>2 10.244.2.0 pending@2\n");
	/* but what is there for the subnet counts */
	begin(t, 2);
	unsay(t, 2, "10.244.2.0/24 dev");
	say(t, 2, "blackhole 10.244.2.0/24 proto static");
	assert_string_equal(walk(t), "1>2 10.244.2.0 black hole@2\n2>1 10.244.1.0 one-way@1\n");
}

static void all_hops_are_to_deliver(void **state)
{
	struct t *t = *state;

	begin(t, 3);
	unsay(t, 1, "10.244.2.0/24 via");
	say(t, 1,
	    "10.244.2.0/24 proto 72\n"
	    "\tnexthop via 10.0.0.2 dev eth0 weight 1\n"
	    "\tnexthop via 10.0.0.3 dev eth0 weight 1");
	assert_string_equal(walk(t), "");
	unsay(t, 3, "10.244.2.0/24 via");
	assert_string_equal(walk(t), "1>2 10.244.2.0 black hole@3\n2>1 10.244.1.0 one-way@1\n"
				     "2>3 10.244.3.0 one-way@3\n3>2 10.244.2.0 black hole@3\n");
	/* but the kernel uses none that is dead */
	begin(t, 3);
	unsay(t, 1, "10.244.2.0/24 via");
	say(t, 1,
	    "10.244.2.0/24 proto 72\n"
	    "\tnexthop via 10.0.0.2 dev eth0 weight 1\n"
	    "\tnexthop via 10.0.0.99 dev eth1 weight 1 dead linkdown");
	assert_string_equal(walk(t), "");
}

static void a_link_without_carrier(void **state)
{
	struct t *t = *state;

	begin(t, 2);
	unsay(t, 1, "10.244.2.0/24 via");
	say(t, 1, "10.244.2.0/24 via 10.0.0.2 dev eth0 proto 72 linkdown");
	assert_string_equal(walk(t), "1>2 10.244.2.0 black hole@1 via 10.0.0.2\n"
				     "2>1 10.244.1.0 one-way@1\n");
	assert_int_equal(t->mesh.v[0].fate, HGW_FATE_NO_CARRIER);
	/* of the bridge of the pods it means that there are none */
	begin(t, 2);
	unsay(t, 2, "10.244.2.0/24 dev");
	say(t, 2, "10.244.2.0/24 dev cni0 proto kernel scope link src 10.244.2.1 linkdown");
	assert_string_equal(walk(t), "");
}

static void what_is_not_known(void **state)
{
	struct t *t = *state;

	begin(t, 3);
	free(t->texts[3]);
	t->texts[3] = NULL;
	assert_string_equal(walk(t), "1>3 10.244.3.0 unknown@3\n2>3 10.244.3.0 unknown@3\n"
				     "3>1 10.244.1.0 unknown@3\n3>2 10.244.2.0 unknown@3\n");
	/* that it does not even get there is known all the same */
	unsay(t, 1, "10.244.3.0/24 via");
	assert_string_equal(walk(t), "1>3 10.244.3.0 black hole@1\n2>3 10.244.3.0 unknown@3\n"
				     "3>1 10.244.1.0 unknown@3\n3>2 10.244.2.0 unknown@3\n");
}

/* node1 sends to node2, which sends to node3, and so on, to the last. */
static void chain(struct t *t, unsigned n)
{
	char line[128];

	begin(t, n);
	snprintf(line, sizeof(line), "10.244.%u.0/24 via", n);
	for (unsigned i = 1; i + 1 < n; i++)
		unsay(t, i, line);
	for (unsigned i = 1; i + 1 < n; i++) {
		snprintf(line, sizeof(line), "10.244.%u.0/24 via 10.0.0.%u dev eth0 proto 72", n,
			 i + 1);
		say(t, i, line);
	}
}

static void a_packet_has_64_lives(void **state)
{
	struct t *t = *state;

	/* a packet that 63 nodes forward arrives with a TTL of 1 */
	chain(t, 63);
	assert_string_equal(walk(t), "");
	chain(t, 64);
	assert_string_equal(walk(t), "1>64 10.244.64.0 loop@1\n64>1 10.244.1.0 one-way@1\n");
	assert_int_equal(t->mesh.v[0].fate, HGW_FATE_TOO_FAR);
}

static void families_and_subnets_are_told_apart(void **state)
{
	struct t *t = *state;

	t->n = 2;
	load(t, "nodes:\n"
		"  - {name: node1, addresses: [10.0.0.1, fd00::1], subnets: [10.244.1.0/24, "
		"fd01:1::/64]}\n"
		"  - {name: node2, addresses: [10.0.0.2, fd00::2], subnets: [10.244.2.0/24, "
		"10.245.2.0/24, fd01:2::/64]}\n");
	say(t, 1,
	    "10.244.1.0/24 dev cni0 proto kernel scope link src 10.244.1.1\n"
	    "fd01:1::/64 dev cni0 proto kernel metric 256\n"
	    "10.244.2.0/24 via 10.0.0.2 dev eth0 proto 72\n"
	    "10.245.2.0/24 via inet6 fd00::2 dev eth0 proto 72\n"
	    "fd01:2::/64 via fd00::2 dev eth0 proto 72 metric 1024");
	say(t, 2,
	    "10.244.2.0/24 dev cni0 proto kernel scope link src 10.244.2.1\n"
	    "10.245.2.0/24 dev cni0 proto kernel scope link src 10.245.2.1\n"
	    "fd01:2::/64 dev cni0 proto kernel metric 256\n"
	    "10.244.1.0/24 via 10.0.0.1 dev eth0 proto 72\n"
	    "fd01:1::/64 via fd00::1 dev eth0 proto 72 metric 1024");
	assert_string_equal(walk(t), "");
	unsay(t, 1, "10.245.2.0/24 via");
	assert_string_equal(walk(t), "1>2 10.245.2.0 black hole@1\n2>1 10.244.1.0 one-way@1\n");
	unsay(t, 2, "fd01:1::/64 via");
	assert_string_equal(walk(t), "1>2 10.245.2.0 black hole@1\n1>2 fd01:2:: one-way@2\n"
				     "2>1 10.244.1.0 one-way@1\n2>1 fd01:1:: black hole@2\n");
	assert_int_equal(hgw_mesh_pair(&t->mesh, 1, 0), HGW_FATE_ONE_WAY);
	/* a text of one family tells nothing of the other */
	unsay(t, 2, "fd01:2::/64 dev");
	assert_string_equal(walk(t), "1>2 10.245.2.0 black hole@1\n1>2 fd01:2:: unknown@2\n"
				     "2>1 10.244.1.0 one-way@1\n2>1 fd01:1:: unknown@2\n");
}

/* What has no answer is broken by that, and not by what has none itself. */
static void one_way_is_no_reason_for_one_way(void **state)
{
	struct t *t = *state;

	t->n = 2;
	load(t, "nodes:\n"
		"  - {name: node1, address: 10.0.0.1, subnets: [10.244.1.0/24, 10.245.1.0/24]}\n"
		"  - {name: node2, address: 10.0.0.2, subnets: [10.244.2.0/24]}\n");
	say(t, 1,
	    "10.244.1.0/24 dev cni0 proto kernel scope link src 10.244.1.1\n"
	    "10.245.1.0/24 dev cni0 proto kernel scope link src 10.245.1.1\n"
	    "10.244.2.0/24 via 10.0.0.2 dev eth0 proto 72");
	say(t, 2,
	    "10.244.2.0/24 dev cni0 proto kernel scope link src 10.244.2.1\n"
	    "10.245.1.0/24 via 10.0.0.1 dev eth0 proto 72");
	assert_string_equal(walk(t), "1>2 10.244.2.0 one-way@2\n2>1 10.244.1.0 black hole@2\n");
}

static void only_the_families_that_were_asked_for(void **state)
{
	struct t *t = *state;
	size_t all = 0;

	begin(t, 2);
	t->scope.inet = false;
	assert_int_equal(hgw_mesh_init(&t->mesh, &t->inv, &t->scope, &t->err), 0);
	assert_int_equal(hgw_mesh_walk(&t->mesh, &t->err), 0);
	for (unsigned i = 0; i < HGW_NFATES; i++)
		all += t->mesh.count[i];
	assert_int_equal(all, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_delivered),
		TEST(a_missing_route_is_a_black_hole_and_one_way_back),
		TEST(what_rejects_is_a_black_hole),
		TEST(a_gateway_that_nobody_has),
		TEST(loops),
		TEST(a_detour_is_delivered_and_the_wrong_node_is_not),
		TEST(a_part_of_a_subnet_that_goes_elsewhere),
		TEST(a_subnet_that_nothing_delivers_yet),
		TEST(all_hops_are_to_deliver),
		TEST(a_link_without_carrier),
		TEST(what_is_not_known),
		TEST(a_packet_has_64_lives),
		TEST(families_and_subnets_are_told_apart),
		TEST(one_way_is_no_reason_for_one_way),
		TEST(only_the_families_that_were_asked_for),
	};

	return cmocka_run_group_tests_name("mesh", tests, NULL, NULL);
}
