/* SPDX-License-Identifier: MIT */
/* For the tests that apply plans to a real kernel: from an inventory to the routes, step by step.
 */
#ifndef HGW_APPLY_TEST_H
#define HGW_APPLY_TEST_H

#include "hgw/apply.h"
#include "kernel_test.h"

#define RUN_TEST(name) cmocka_unit_test_setup_teardown(name, run_setup, run_teardown)

/* This host, as nodes of an inventory go. */
#define ME "- {name: me, addresses: [10.0.0.1, fd00::1]}\n"

/*
 * Every route there is, a line each; but for the order of hops, of which IPv6
 * has none, and for multicast, which comes when a link carries.
 */
#define ALL_ROUTES                                                                                 \
	"ip -N -d -o route show table all | awk '/ ff00::/ { next }\n"                             \
	"{ n = split($0, hop, /\\\\\\tnexthop /)\n"                                                \
	"for (i = 3; i <= n && / pref /; i++) for (j = i; j > 2 && hop[j] < hop[j - 1]; j--) {\n"  \
	"x = hop[j]; hop[j] = hop[j - 1]; hop[j - 1] = x }\n"                                      \
	"for (i = 1; i <= n; i++) printf \"%%s%%s\", hop[i], i < n ? \" nexthop \" : \"\\n\" }'"

struct run {
	struct hgw_names names;
	struct hgw_inventory inv;
	struct hgw_diags diags;
	struct hgw_kernel *kernel;
	struct hgw_snapshot host;
	struct hgw_pool pool;
	struct hgw_scope scope;
	struct hgw_desired desired;
	struct hgw_actual actual;
	struct hgw_policy policy;
	struct hgw_plan plan;
	struct hgw_writes writes;
	struct hgw_undo undo;
	struct hgw_result result;
	struct hgw_err err;
	uint32_t self;
};

static inline int run_setup(void **state)
{
	struct run *t = calloc(1, sizeof(*t));

	/* No files below: the names of this host must not decide a test. */
	if (t == NULL || hgw_names_load(&t->names, "/dev/null", &t->err) < 0)
		return -1;
	*state = t;
	return 0;
}

/* All but the names and the policy. */
static inline void run_reset(struct run *t)
{
	hgw_undo_free(&t->undo);
	hgw_writes_free(&t->writes);
	hgw_plan_free(&t->plan);
	hgw_actual_free(&t->actual);
	hgw_desired_free(&t->desired);
	hgw_pool_free(&t->pool);
	hgw_snapshot_free(&t->host);
	hgw_kernel_close(t->kernel);
	hgw_diags_free(&t->diags);
	hgw_inventory_free(&t->inv);
	*t = (struct run){.names = t->names, .policy = t->policy};
}

static inline int run_teardown(void **state)
{
	struct run *t = *state;

	run_reset(t);
	hgw_names_free(&t->names);
	free(t);
	return 0;
}

static inline void run_ok(const struct run *t, int rc)
{
	for (size_t i = 0; rc != 0 && i < t->diags.n; i++)
		print_message("%s\n", t->diags.v[i].text);
	if (rc != 0)
		fail_msg("%d: %s", rc, t->err.msg);
}

/* A new namespace with LINKS. */
static inline void run_begin(void)
{
	testns_fresh();
	testns_sh(LINKS);
}

static inline void run_load(struct run *t, const char *nodes)
{
	char *text;

	assert_true(asprintf(&text, "%s%s", strstr(nodes, "nodes:") == NULL ? "nodes:\n" : "",
			     nodes) > 0);
	run_ok(t, hgw_inventory_load_data(&t->inv, "inv.yaml", text, strlen(text), &t->names,
					  &t->diags, &t->err));
	run_ok(t, hgw_inventory_locate(&t->inv, &t->err));
	t->self = hgw_inventory_find(&t->inv, "me");
	assert_int_not_equal(t->self, UINT32_MAX);
	free(text);
}

/*
 * Reads the kernel anew and makes the plan and its writes. nodes: an inventory, or
 * its nodes alone; NULL: none, so that all of ours goes.
 */
static inline void run_plan(struct run *t, const char *nodes)
{
	run_reset(t);
	if (nodes != NULL)
		run_load(t, nodes);
	t->scope = (struct hgw_scope){.table = t->inv.table ? t->inv.table : RT_TABLE_MAIN,
				      .protocol = OURS,
				      .inet = true,
				      .inet6 = true};
	run_ok(t, hgw_kernel_open(&t->kernel, NULL, &t->err));
	run_ok(t, hgw_kernel_snapshot(t->kernel, &t->host, &t->err));
	if (nodes != NULL)
		run_ok(t, hgw_desired_build(&t->desired, &t->inv, t->self, &t->scope, &t->host,
					    &t->pool, &t->err));
	run_ok(t,
	       hgw_actual_read(&t->actual, t->kernel, &t->scope, &t->desired, &t->pool, &t->err));
	assert_int_equal(hgw_desired_resolve(&t->desired, &t->host, &t->pool), 0);
	run_ok(t, hgw_plan_build(&t->plan, &t->desired, &t->actual, &t->policy, &t->pool, &t->err));
	assert_int_equal(t->plan.count[HGW_OP_CONFLICT], 0);
	run_ok(t, hgw_writes_build(&t->writes, &t->plan, &t->pool, &t->err));
}

static inline int run_apply(struct run *t)
{
	hgw_undo_free(&t->undo);
	run_ok(t, hgw_undo_prepare(&t->undo, &t->plan, &t->actual.owned, &t->scope, t->writes.n,
				   &t->pool, &t->err));
	return hgw_apply(t->kernel, &t->plan, &t->writes, &t->undo, &t->pool, &t->result, &t->err);
}

/* From plan to done; then a second run has nothing to do. */
static inline void run_apply_all(struct run *t, const char *nodes)
{
	run_plan(t, nodes);
	run_ok(t, run_apply(t));
	run_plan(t, nodes);
	assert_int_equal(hgw_plan_changes(&t->plan), 0);
}

/* It has to fail with that status. */
static inline void run_apply_fails(struct run *t, enum hgw_status status)
{
	assert_int_equal(run_apply(t), -1);
	if (t->err.status != status)
		fail_msg("status %d, not %d: %s: %s", (int)t->err.status, (int)status, t->err.msg,
			 t->result.refusal.text);
}

/* Every route in the namespace, to be freed. */
static inline char *all_routes(void)
{
	return testns_out(ALL_ROUTES);
}

/* The same without ours. */
static inline char *foreign_routes(void)
{
	return testns_out(ALL_ROUTES " | grep -v ' proto 72 '");
}

static inline void write_text(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

/* Equal, or the lines that are not are printed. */
static inline void assert_text_equal(const char *text, const char *want)
{
	char *diff;

	if (strcmp(text, want) == 0)
		return;
	write_text("/run/want", want);
	write_text("/run/text", text);
	diff = testns_out("diff -U0 /run/want /run/text || true");
	print_error("%s", diff);
	free(diff);
	fail();
}

static inline void assert_same(char *(*now)(void), const char *before)
{
	char *after = now();

	assert_text_equal(after, before);
	free(after);
}

/* --- Inventories by chance, the same ones each time ---------------------------- */

struct dice {
	uint32_t x;
};

static inline unsigned roll(struct dice *d, unsigned sides)
{
	d->x = d->x * 1664525 + 1013904223;
	return (d->x >> 16) % sides;
}

static inline void chance_node(FILE *f, struct dice *d, unsigned i)
{
	static const char *const mtus[] = {"", ", mtu: 1400", ", mtu: 1300"};
	static const char *const metrics[] = {"", ", metric: spread", ", metric: 70"};
	unsigned which = 1 + roll(d, 15);

	fprintf(f, "- {name: n%u, addresses: [", i);
	for (unsigned bit = 0, n = 0; bit < 4; bit++)
		if (which & 1U << bit)
			fprintf(f, bit < 2 ? "%s10.0.%u.%u" : "%s'fd00:%u::%u'", n++ ? ", " : "",
				bit % 2, 10 + i);
	fprintf(f, "], subnets: [10.1.%u.0/24", i);
	if (which & 12)
		fprintf(f, ", 'fd01:%u::/64'", i);
	fprintf(f, "]%s%s%s}\n", mtus[roll(d, 3)], metrics[roll(d, 3)],
		roll(d, 3) ? "" : ", onlink: true");
}

/* To be freed. Some of ten nodes, each by some of its four addresses. */
static inline char *chance_nodes(struct dice *d)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	fputs(ME, f);
	for (unsigned i = 0; i < 10; i++)
		if (roll(d, 4))
			chance_node(f, d, i);
	fclose(f);
	return text;
}

#endif
