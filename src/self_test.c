/* SPDX-License-Identifier: MIT */
#include "hgw/self.h"

#include "values_test.h"

static const char inventory[] =
	"nodes:\n"
	"- {name: node1, addresses: [192.168.31.61, 'fd00:31::61'], subnet: 10.244.1.0/24}\n"
	"- {name: node2, address: 192.168.31.62, subnet: 10.244.2.0/24}\n"
	"- {name: node2.example.com, address: 192.168.31.63, subnet: 10.244.3.0/24}\n"
	"- {name: node4.example.com, address: 192.168.31.64, subnet: 10.244.4.0/24}\n";

struct state {
	struct hgw_inventory inv;
	struct hgw_snapshot host;
	struct hgw_diags diags;
	struct hgw_err err;
};

static int setup(void **state)
{
	struct state *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -1;
	*state = t;
	load_inventory(&t->inv, "inv.yaml", inventory);
	add_addr(&t->host, "127.0.0.1/8");
	return 0;
}

static int teardown(void **state)
{
	struct state *t = *state;

	hgw_inventory_free(&t->inv);
	hgw_snapshot_free(&t->host);
	hgw_diags_free(&t->diags);
	free(t);
	return 0;
}

/* The node; UINT32_MAX where there is none, and then an error. */
static uint32_t find(struct state *t, const char *name, const char *hostname)
{
	uint32_t node = 77;

	hgw_diags_free(&t->diags);
	t->err = (struct hgw_err){0};
	if (hgw_self_find(&t->inv, &t->host, name, hostname, &node, &t->diags, &t->err) == 0) {
		assert_in_range(node, 0, t->inv.nnodes - 1);
		return node;
	}
	assert_int_equal(t->err.status, HGW_DATAERR);
	assert_int_equal(t->diags.n, 0);
	return UINT32_MAX;
}

static void a_name_that_is_given_decides(void **state)
{
	struct state *t = *state;

	add_addr(&t->host, "192.168.31.61/24");
	assert_int_equal(find(t, "node2", "node1"), 1);
	assert_int_equal(t->diags.n, 0);
	assert_int_equal(find(t, "node2.example.com", NULL), 2);
}

static void a_name_that_is_given_must_be_a_nodes(void **state)
{
	static const char *const names[] = {"node9", "", "node", "NODE1", "node4", "node1 "};
	struct state *t = *state;

	add_addr(&t->host, "192.168.31.61/24");
	for (size_t i = 0; i < HGW_ARRAY_LEN(names); i++) {
		char want[256];

		assert_int_equal(find(t, names[i], "node1"), UINT32_MAX);
		snprintf(want, sizeof(want),
			 "no node '%s' in the inventory; it has node1, node2, node2.example.com, "
			 "node4.example.com",
			 names[i]);
		assert_string_equal(t->err.msg, want);
	}
}

static void an_address_goes_before_the_host_name(void **state)
{
	struct state *t = *state;

	add_addr(&t->host, "192.168.31.61/24");
	assert_int_equal(find(t, NULL, "node2"), 0);
	assert_int_equal(t->diags.n, 0);
	assert_int_equal(find(t, NULL, NULL), 0);
	add_addr(&t->host, "fd00:31::61/64"); /* another one of the same node */
	assert_int_equal(find(t, NULL, "node2"), 0);
}

static void an_address_of_either_family_will_do(void **state)
{
	struct state *t = *state;

	add_addr(&t->host, "fd00:31::61/64");
	assert_int_equal(find(t, NULL, NULL), 0);
}

static void an_address_in_a_subnet_tells_nothing(void **state)
{
	struct state *t = *state;

	add_addr(&t->host, "10.244.1.1/24");
	assert_int_equal(find(t, NULL, NULL), UINT32_MAX);
	add_addr(&t->host, "192.168.31.99/24");
	assert_int_equal(find(t, NULL, NULL), UINT32_MAX);
}

static void addresses_of_several_nodes_are_an_error(void **state)
{
	struct state *t = *state;

	add_addr(&t->host, "192.168.31.64/24");
	add_addr(&t->host, "192.168.31.61/24");
	assert_int_equal(find(t, NULL, "node1"), UINT32_MAX);
	assert_string_equal(t->err.msg, "which node is this host? It has addresses of node1, "
					"node4.example.com; say --node NAME");
}

static void the_host_name_alone_is_taken_with_a_warning(void **state)
{
	static const struct {
		const char *hostname;
		uint32_t node;
	} cases[] = {
		{"node1", 0},
		{"node1.example.com", 0},
		{"node1.", 0},
		{"node4.example.com", 3},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct state *t = *state;
		char want[256];

		assert_int_equal(find(t, NULL, cases[i].hostname), cases[i].node);
		assert_int_equal(t->diags.n, 1);
		assert_int_equal(t->diags.v[0].severity, HGW_WARNING);
		snprintf(want, sizeof(want),
			 "none of this host's addresses is in the inventory; taken to be node '%s' "
			 "by the host name alone",
			 hgw_node_name(&t->inv, cases[i].node));
		assert_string_equal(t->diags.v[0].text, want);
	}
}

static void who_is_no_node_is_told_which_there_are(void **state)
{
	static const char *const names[] = {NULL,     "",	".",	      "node",
					    "node11", "node4",	"node.node1", "node4.example.org",
					    "ode1",   ".node1", "localhost"};

	for (size_t i = 0; i < HGW_ARRAY_LEN(names); i++) {
		struct state *t = *state;

		assert_int_equal(find(t, NULL, names[i]), UINT32_MAX);
		assert_string_equal(t->err.msg,
				    "which node is this host? None has one of its addresses or its "
				    "name; say --node NAME, one of node1, node2, "
				    "node2.example.com, node4.example.com");
	}
}

static void a_host_name_of_several_nodes_is_an_error(void **state)
{
	struct state *t = *state;

	assert_int_equal(find(t, NULL, "node2.example.com"), UINT32_MAX);
	assert_string_equal(t->err.msg, "which node is this host? Its name is that of node2, "
					"node2.example.com; say --node NAME");
	assert_int_equal(find(t, NULL, "node2"), 1);
}

static void a_long_list_is_cut_after_eight(void **state)
{
	struct state *t = *state;
	char text[2048] = "nodes:\n", want[1024];
	size_t n;

	for (unsigned i = 0; i < 12; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "- {name: 'worker-%02u.a.rather.long.domain.of.a.cluster.example.com', "
			 "address: 10.0.0.%u}\n",
			 i, i + 1);
	hgw_inventory_free(&t->inv);
	load_inventory(&t->inv, "inv.yaml", text);
	assert_int_equal(find(t, "x", NULL), UINT32_MAX);
	snprintf(want, sizeof(want), "no node 'x' in the inventory; it has ");
	for (unsigned i = 0; i < 8; i++) {
		n = strlen(want);
		snprintf(want + n, sizeof(want) - n,
			 "worker-%02u.a.rather.long.domain.of.a.cluster.example.com, %s", i,
			 i == 7 ? "…" : "");
	}
	assert_string_equal(t->err.msg, want);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_name_that_is_given_decides),
		TEST(a_name_that_is_given_must_be_a_nodes),
		TEST(an_address_goes_before_the_host_name),
		TEST(an_address_of_either_family_will_do),
		TEST(an_address_in_a_subnet_tells_nothing),
		TEST(addresses_of_several_nodes_are_an_error),
		TEST(the_host_name_alone_is_taken_with_a_warning),
		TEST(who_is_no_node_is_told_which_there_are),
		TEST(a_host_name_of_several_nodes_is_an_error),
		TEST(a_long_list_is_cut_after_eight),
	};

	return cmocka_run_group_tests_name("self", tests, NULL, NULL);
}
