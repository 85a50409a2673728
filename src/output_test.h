/* SPDX-License-Identifier: MIT */
/* For the tests of what is printed: something to print. */
#ifndef HGW_OUTPUT_TEST_H
#define HGW_OUTPUT_TEST_H

#include "hgw/output.h"

#include "values_test.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Two nodes, of which this host is the first; eth0 is 2, and 3 is no UTF-8. */
struct state {
	struct hgw_name protocols[1];
	struct hgw_names names;
	struct hgw_snapshot host;
	struct hgw_pool pool;
	struct hgw_file files[2];
	struct hgw_node nodes[2];
	struct hgw_prefix subnets[2];
	struct hgw_place places[2];
	char text[32];
	struct hgw_inventory inv;
	struct hgw_plan plan;
	struct hgw_change changes[16];
	struct hgw_desired desired;
	struct hgw_want wants[1];
	struct hgw_gateway gateways[1];
	struct hgw_actual actual;
	struct hgw_verdict verdict;
	struct hgw_diags diags;
	struct hgw_scope scope;
	struct hgw_view view;
	struct hgw_report report;
	struct hgw_err err;
};

static inline void setup_inventory(struct state *t)
{
	static const char text[] = "\0node1\0node2";

	memcpy(t->text, text, sizeof(text));
	t->files[0].name = t->files[1].name = (char *)"inv.yaml";
	t->nodes[0] = (struct hgw_node){.name = 1, .nsubnets = 1};
	t->nodes[1] = (struct hgw_node){.name = 7, .subnets = 1, .nsubnets = 1};
	t->subnets[0] = prefix("10.244.0.0/24");
	t->subnets[1] = prefix("10.244.1.0/24");
	t->places[0] = (struct hgw_place){2, 45};
	t->places[1] = (struct hgw_place){3, 45};
	t->inv = (struct hgw_inventory){.files = t->files,
					.nfiles = 1,
					.nodes = t->nodes,
					.nnodes = 2,
					.subnets = t->subnets,
					.nsubnets = 2,
					.places = t->places,
					.text = t->text,
					.ntext = sizeof(text)};
}

static inline int setup(void **state)
{
	struct state *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -1;
	*state = t;
	setup_inventory(t);
	t->protocols[0] = (struct hgw_name){72, "hgw"};
	t->names.protocols = (struct hgw_name_list){t->protocols, 1, 0};
	add_link(&t->host, 2, "eth0");
	add_link(&t->host, 3, "caf\xe9");
	t->plan.v = t->changes;
	t->wants[0] =
		(struct hgw_want){.route = route(&t->pool, "10.244.1.0/24 via 10.0.0.2 dev 2"),
				  .node = 1,
				  .subnet = 1};
	t->gateways[0].addr = addr("10.0.0.2");
	t->desired = (struct hgw_desired){
		.v = t->wants, .n = 1, .gateways = t->gateways, .ngateways = 1, .interface = ""};
	t->scope = (struct hgw_scope){RT_TABLE_MAIN, 72, true, true};
	t->view = (struct hgw_view){&t->names, &t->host, &t->pool, false};
	t->report = (struct hgw_report){.format = "hgw.plan/1",
					.inv = &t->inv,
					.plan = &t->plan,
					.desired = &t->desired,
					.actual = &t->actual,
					.scope = &t->scope,
					.diags = &t->diags};
	return 0;
}

static inline int teardown(void **state)
{
	struct state *t = *state;

	hgw_snapshot_free(&t->host);
	hgw_pool_free(&t->pool);
	hgw_actual_free(&t->actual);
	hgw_verdict_free(&t->verdict);
	hgw_diags_free(&t->diags);
	free(t);
	return 0;
}

/* NULL: no such route. Of a delete node and subnet are not known. */
static inline void add_change(struct state *t, enum hgw_op op, const char *before,
			      const char *after)
{
	struct hgw_change *c = &t->changes[t->plan.n++];

	assert_true(t->plan.n <= HGW_ARRAY_LEN(t->changes));
	*c = (struct hgw_change){.op = op, .node = 1, .subnet = 1};
	if (op == HGW_OP_DELETE)
		c->node = c->subnet = UINT32_MAX;
	if (before != NULL)
		c->before = route(&t->pool, before);
	if (after != NULL)
		c->after = route(&t->pool, after);
	t->plan.count[op]++;
}

/* One of each. */
static inline void add_changes(struct state *t)
{
	add_change(t, HGW_OP_ADD, NULL, "10.244.1.0/24 via 10.0.0.2 dev 2");
	add_change(t, HGW_OP_REPLACE, "10.244.2.0/24 via 10.0.0.9 dev 2",
		   "10.244.2.0/24 via 10.0.0.2 dev 2 mtu 1400");
	add_change(t, HGW_OP_DELETE, "10.244.3.0/24 via 10.0.0.9 dev 2 table 100", NULL);
	add_change(t, HGW_OP_CONFLICT, "10.244.4.0/24 dev 2 proto 4", "10.244.4.0/24 dev 2");
	add_change(t, HGW_OP_SKIP, "10.244.5.0/24 dev 2 proto 4", "10.244.5.0/24 dev 2");
	add_change(t, HGW_OP_NOTE, "10.244.6.0/24 dev 2 proto 4 metric 9", "10.244.6.0/24 dev 2");
	t->plan.unchanged = 497;
}

/* What there is, and what hgw_verify() says to it. */
static inline void judge(struct state *t, const char *owned, const char *foreign)
{
	const struct hgw_evidence on = {.desired = &t->desired,
					.actual = &t->actual,
					.host = &t->host,
					.scope = &t->scope,
					.pool = &t->pool};

	if (owned != NULL)
		add_route(&t->actual.owned, &t->pool, owned);
	if (foreign != NULL)
		add_route(&t->actual.foreign, &t->pool, foreign);
	assert_int_equal(hgw_verify(&t->verdict, &on, &t->err), 0);
	drop_host_checks(&t->verdict);
	t->report.verdict = &t->verdict;
}

#endif
