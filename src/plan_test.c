/* SPDX-License-Identifier: MIT */
#include "hgw/plan.h"

#include "values_test.h"

struct state {
	struct hgw_pool pool;
	struct hgw_desired desired;
	struct hgw_actual actual;
	struct hgw_policy policy;
	struct hgw_plan plan;
	struct hgw_err err;
	uint32_t nraw; /* routes added so far: the order of the dump */
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct state));
	return *state != NULL ? 0 : -1;
}

static void clear(struct state *t)
{
	hgw_plan_free(&t->plan);
	hgw_actual_free(&t->actual);
	hgw_desired_free(&t->desired);
	hgw_pool_free(&t->pool);
	*t = (struct state){0};
}

static int teardown(void **state)
{
	clear(*state);
	free(*state);
	return 0;
}

static void add_want(struct state *t, const struct hgw_route *r)
{
	struct hgw_want *v = reallocarray(t->desired.v, t->desired.n + 1, sizeof(*v));

	assert_non_null(v);
	t->desired.v = v;
	v[t->desired.n] = (struct hgw_want){.route = *r, .node = 7, .subnet = 70};
	v[t->desired.n].route.metric = hgw_route_metric(r);
	t->desired.n++;
}

static void add_actual(struct state *t, const struct hgw_route *r)
{
	struct hgw_routes *set = r->protocol == 72 ? &t->actual.owned : &t->actual.foreign;

	assert_int_equal(hgw_routes_add(set, r, &t->err), 0);
	set->v[set->n - 1].raw = ++t->nraw;
}

/* Routes with semicolons between them; of actual ones the protocol says whose they are. */
static void add_all(struct state *t, const char *text,
		    void (*add)(struct state *, const struct hgw_route *))
{
	char *copy = strdup(text != NULL ? text : ""), *save = NULL;

	assert_non_null(copy);
	for (char *one = strtok_r(copy, ";", &save); one != NULL;
	     one = strtok_r(NULL, ";", &save)) {
		struct hgw_route r = route(&t->pool, one);

		add(t, &r);
	}
	free(copy);
}

static int compare_wants(const void *pa, const void *pb)
{
	const struct hgw_want *a = pa, *b = pb;

	return hgw_route_key_cmp(&a->route, &b->route);
}

static void build(struct state *t)
{
	if (t->desired.n > 0)
		qsort(t->desired.v, t->desired.n, sizeof(*t->desired.v), compare_wants);
	hgw_routes_sort(&t->actual.owned);
	hgw_routes_sort(&t->actual.foreign);
	hgw_plan_free(&t->plan);
	assert_int_equal(hgw_plan_build(&t->plan, &t->desired, &t->actual, &t->policy, &t->pool,
					&t->err),
			 0);
}

/* "add ROUTE", "replace ROUTE with ROUTE", … a line each; to be freed. */
static char *render(const struct state *t)
{
	static const char *const ops[] = {
		[HGW_OP_ADD] = "add",	    [HGW_OP_REPLACE] = "replace",
		[HGW_OP_DELETE] = "delete", [HGW_OP_CONFLICT] = "conflict",
		[HGW_OP_SKIP] = "skip",	    [HGW_OP_NOTE] = "note",
	};
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	for (size_t i = 0; i < t->plan.n; i++) {
		const struct hgw_change *c = &t->plan.v[i];

		fprintf(f, "%s ", ops[c->op]);
		if (c->op != HGW_OP_ADD)
			fputs(shown(&t->pool, &c->before), f);
		if (c->op == HGW_OP_REPLACE)
			fputs(" with ", f);
		if (c->op == HGW_OP_ADD || c->op == HGW_OP_REPLACE)
			fputs(shown(&t->pool, &c->after), f);
		fputc('\n', f);
	}
	fclose(f);
	return text;
}

static void assert_plan(struct state *t, const char *want, size_t unchanged)
{
	char *have;

	build(t);
	have = render(t);
	assert_string_equal(have, want);
	assert_int_equal(t->plan.unchanged, unchanged);
	free(have);
}

#define W     "10.244.1.0/24 via 10.0.0.1 dev 2"
#define W_P   "10.244.1.0/24 via 10.0.0.1 dev if2 proto 72"
#define X     "10.244.1.0/24 via 10.0.0.9 dev 2"
#define X_P   "10.244.1.0/24 via 10.0.0.9 dev if2 proto 72"
#define V     "fd00:1::/64 via fd00::1 dev 2"
#define V_P   "fd00:1::/64 via fd00::1 dev if2 proto 72 metric 1024"
#define V_P_5 "fd00:1::/64 via fd00::1 dev if2 proto 72 metric 5"

struct example {
	const char *want, *have, *plan;
	size_t unchanged;
};

static void check(void **state, const struct example *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct state *t = *state;

		clear(t);
		add_all(t, v[i].want, add_want);
		add_all(t, v[i].have, add_actual);
		assert_plan(t, v[i].plan, v[i].unchanged);
	}
}

static void what_is_not_there_is_added(void **state)
{
	static const struct example examples[] = {
		{NULL, NULL, "", 0},
		{W, NULL, "add " W_P "\n", 0},
		{V, NULL, "add " V_P "\n", 0},
		{V ";" W ";10.244.0.0/24 via 10.0.0.1 dev 2", NULL,
		 "add 10.244.0.0/24 via 10.0.0.1 dev if2 proto 72\nadd " W_P "\nadd " V_P "\n", 0},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void what_is_as_it_should_be_is_left(void **state)
{
	static const struct example examples[] = {
		{W, W, "", 1},
		{V, V, "", 1},
		{V, V " metric 1024", "", 1},
		{V " metric 1024", V, "", 1},
		{W, W " linkdown dead weight 9", "", 1},
		{W ";" V, V ";" W, "", 2},
		{"fd00:1::/64 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 3",
		 "fd00:1::/64 nexthop via fd00::2 dev 3 nexthop via fd00::1 dev 2", "", 1},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void what_is_otherwise_is_replaced(void **state)
{
	static const struct example examples[] = {
		{W, X, "replace " X_P " with " W_P "\n", 0},
		{W, "10.244.1.0/24 via 10.0.0.1 dev 3",
		 "replace 10.244.1.0/24 via 10.0.0.1 dev if3 proto 72 with " W_P "\n", 0},
		{W, "10.244.1.0/24 dev 2", "replace 10.244.1.0/24 dev if2 proto 72 with " W_P "\n",
		 0},
		{W, W " mtu 1400", "replace " W_P " mtu 1400 with " W_P "\n", 0},
		{W, W " onlink", "replace " W_P " onlink with " W_P "\n", 0},
		{W " onlink", W, "replace " W_P " with " W_P " onlink\n", 0},
		{W, "blackhole 10.244.1.0/24",
		 "replace blackhole 10.244.1.0/24 proto 72 with " W_P "\n", 0},
		{W, W " nhid 5", "replace 10.244.1.0/24 nhid 5 proto 72 with " W_P "\n", 0},
		{V, "fd00:1::/64 via fd00::9 dev 2 metric 1024",
		 "replace fd00:1::/64 via fd00::9 dev if2 proto 72 metric 1024 with " V_P "\n", 0},
		{V, "fd00:1::/64 metric 1024 nexthop via fd00::1 dev 2 nexthop via fd00::2 dev 2",
		 "replace fd00:1::/64 proto 72 metric 1024 nexthop via fd00::1 dev if2 weight 1 "
		 "nexthop via fd00::2 dev if2 weight 1 with " V_P "\n",
		 0},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void a_route_of_another_metric_moves_and_others_beside_it_go(void **state)
{
	static const struct example examples[] = {
		{W, W " metric 5", "replace " W_P " metric 5 with " W_P "\n", 0},
		{W " metric 5", W, "replace " W_P " with " W_P " metric 5\n", 0},
		{V, V " metric 5", "replace " V_P_5 " with " V_P "\n", 0},
		/* the one in force, as long as no other is right */
		{W " metric 5", W ";" X " metric 3;" W " metric 9",
		 "delete " X_P " metric 3\nreplace " W_P " with " W_P " metric 5\ndelete " W_P
		 " metric 9\n",
		 0},
		{W " metric 5", W ";" W " metric 5", "delete " W_P "\n", 1},
		/* of another tos it is another route */
		{W, W " tos 16 metric 5",
		 "add " W_P
		 "\ndelete 10.244.1.0/24 tos 0x10 via 10.0.0.1 dev if2 proto 72 metric 5\n",
		 0},
		/* others are in the way of it, do the job, stand behind */
		{W " metric 5", W ";" X " proto 4 metric 5",
		 "delete " W_P "\nconflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 metric 5\n",
		 0},
		{W " metric 5", W ";" W " proto 4 metric 7",
		 "delete " W_P "\nskip 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4 metric 7\n", 0},
		{W " metric 5", W ";" X " proto 4 metric 7",
		 "note 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 metric 7\nreplace " W_P
		 " with " W_P " metric 5\n",
		 0},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void what_nobody_wants_is_deleted(void **state)
{
	static const struct example examples[] = {
		{NULL, W, "delete " W_P "\n", 0},
		{NULL, V ";" W ";10.0.0.0/8 dev 2",
		 "delete 10.0.0.0/8 dev if2 proto 72\ndelete " W_P
		 "\ndelete fd00:1::/64 via fd00::1 dev if2 proto 72\n",
		 0},
		{W, W ";10.244.1.0/25 via 10.0.0.1 dev 2;10.244.0.0/23 via 10.0.0.1 dev 2",
		 "delete 10.244.0.0/23 via 10.0.0.1 dev if2 proto 72\n"
		 "delete 10.244.1.0/25 via 10.0.0.1 dev if2 proto 72\n",
		 1},
		/* under another key to a subnet that is wanted */
		{W, W " tos 16;" W, "delete 10.244.1.0/24 tos 0x10 via 10.0.0.1 dev if2 proto 72\n",
		 1},
		{V, V " metric 1023;" V " metric 1025;" V,
		 "delete fd00:1::/64 via fd00::1 dev if2 proto 72 metric 1023\n"
		 "delete fd00:1::/64 via fd00::1 dev if2 proto 72 metric 1025\n",
		 1},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void of_doubled_entries_one_is_kept(void **state)
{
	static const struct example examples[] = {
		{W, W ";" X, "delete " X_P "\n", 1},
		{W, X ";" W, "delete " X_P "\n", 1},
		{W, X ";" W " mtu 9", "delete " W_P " mtu 9\nreplace " X_P " with " W_P "\n", 0},
		{W, X ";" W " mtu 9;" W " mtu 8",
		 "delete " W_P " mtu 9\ndelete " W_P " mtu 8\nreplace " X_P " with " W_P "\n", 0},
		{NULL, X ";" W, "delete " X_P "\ndelete " W_P "\n", 0},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

/* What others have: under the same key, and beside it. */
static void a_route_of_others_is_in_the_way(void **state)
{
	static const struct example examples[] = {
		{W, X " proto 4", "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4\n", 0},
		{W, "10.244.1.0/24 via 10.0.0.1 dev 3 proto 4",
		 "conflict 10.244.1.0/24 via 10.0.0.1 dev if3 proto 4\n", 0},
		{W, "10.244.1.0/24 dev 2 proto 2", "conflict 10.244.1.0/24 dev if2 proto 2\n", 0},
		{W, "blackhole 10.244.1.0/24 proto 4", "conflict blackhole 10.244.1.0/24 proto 4\n",
		 0},
		{W " metric 5", X " proto 4 metric 4",
		 "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 metric 4\n", 0},
		{W " metric 5", X " proto 4 metric 5",
		 "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 metric 5\n", 0},
		{V, "fd00:1::/64 via fd00::9 dev 2 proto 4",
		 "conflict fd00:1::/64 via fd00::9 dev if2 proto 4\n", 0},
		/* also where ours is there, and whatever it is like */
		{W, W ";" X " proto 4", "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4\n", 0},
		{W, X ";" X " proto 4", "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4\n", 0},
		{W, W " mtu 9;" W " proto 4",
		 "conflict 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4\n", 0},
		{W " metric 5", W " metric 5;" X " proto 4",
		 "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4\n", 0},
		/* the first of several is told */
		{W, X " proto 4;" X " proto 3",
		 "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4\n", 0},
		{W " metric 9", X " proto 4 metric 7;" X " proto 3 metric 6",
		 "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 3 metric 6\n", 0},
		/* what does the job is no excuse for what is in the way */
		{W " metric 5", W " proto 4 metric 1;" X " proto 3 metric 2",
		 "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 3 metric 2\n", 0},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void a_route_of_others_does_the_job(void **state)
{
	static const struct example examples[] = {
		{W, W " proto 4", "skip 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4\n", 0},
		{W, W " proto 4 mtu 9 onlink linkdown",
		 "skip 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4 onlink mtu 9\n", 0},
		{W, W " proto 4 metric 9",
		 "skip 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4 metric 9\n", 0},
		{W " metric 5", W " proto 4", "skip 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4\n",
		 0},
		{V, V " proto 4", "skip fd00:1::/64 via fd00::1 dev if2 proto 4\n", 0},
		{W, W " proto 4;" X " proto 3 metric 9",
		 "skip 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4\n", 0},
		/* ours beside it, under another key or the right one */
		{W, W " proto 4 metric 9;" W, "", 1},
		{W " metric 5", W " proto 4;" W " metric 5", "", 1},
		{W, W " proto 4;" W " metric 7",
		 "skip 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4\ndelete " W_P " metric 7\n", 0},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void a_route_of_others_stands_behind(void **state)
{
	static const struct example examples[] = {
		{W, X " proto 4 metric 1",
		 "note 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 metric 1\nadd " W_P "\n", 0},
		{W, X " proto 4 metric 1;" W,
		 "note 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 metric 1\n", 1},
		{V, "fd00:1::/64 via fd00::9 dev 2 proto 4 metric 1025",
		 "note fd00:1::/64 via fd00::9 dev if2 proto 4 metric 1025\nadd " V_P "\n", 0},
		{V, "fd00:1::/64 via fd00::9 dev 2 proto 4 metric 1023",
		 "conflict fd00:1::/64 via fd00::9 dev if2 proto 4 metric 1023\n", 0},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void routes_of_others_elsewhere_are_nothing_to_us(void **state)
{
	static const struct example examples[] = {
		{NULL, W " proto 4;10.0.0.0/8 dev 2 proto 3", "", 0},
		{W, "10.244.1.0/25 via 10.0.0.9 dev 2 proto 4;10.244.1.128/32 dev 3 proto 4",
		 "add " W_P "\n", 0},
		{W, "10.244.0.0/23 via 10.0.0.9 dev 2 proto 4;0.0.0.0/0 dev 2 proto 4",
		 "add " W_P "\n", 0},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void a_change_tells_node_and_subnet(void **state)
{
	struct state *t = *state;

	add_all(t, W ";10.244.2.0/24 via 10.0.0.1 dev 2;10.244.3.0/24 via 10.0.0.1 dev 2",
		add_want);
	add_all(t, "10.244.0.0/24 via 10.0.0.1 dev 2;10.244.2.0/24 dev 3;10.244.3.0/24 proto 4",
		add_actual);
	build(t);
	assert_int_equal(t->plan.n, 4);
	for (size_t i = 0; i < t->plan.n; i++) {
		const struct hgw_change *c = &t->plan.v[i];
		bool deletes = c->op == HGW_OP_DELETE;

		assert_int_equal(c->node, deletes ? UINT32_MAX : 7);
		assert_int_equal(c->subnet, deletes ? UINT32_MAX : 70);
	}
	assert_int_equal(hgw_plan_changes(&t->plan), 3);
	assert_int_equal(t->plan.count[HGW_OP_ADD], 1);
	assert_int_equal(t->plan.count[HGW_OP_REPLACE], 1);
	assert_int_equal(t->plan.count[HGW_OP_DELETE], 1);
	assert_int_equal(t->plan.count[HGW_OP_CONFLICT], 1);
}

static void what_cannot_be_reached_is_left_as_it_is(void **state)
{
	struct state *t = *state;

	t->policy.skip_unreachable = true;
	add_all(t, W ";10.244.2.0/24 via 10.0.0.1 dev 2", add_want);
	add_all(t, X ";" W " metric 5;10.244.2.0/24 dev 3", add_actual);
	t->desired.v[0].reach = HGW_REACH_OFF_LINK;
	assert_plan(
		t,
		"replace 10.244.2.0/24 dev if3 proto 72 with 10.244.2.0/24 via 10.0.0.1 dev if2 "
		"proto 72\n",
		0);
}

static void without_pruning_unwanted_subnets_stay(void **state)
{
	struct state *t = *state;

	t->policy.no_prune = true;
	add_all(t, W, add_want);
	add_all(t, X ";" W " metric 5;10.244.0.0/24 dev 2;10.244.2.0/24 dev 3;10.244.1.0/25 dev 2",
		add_actual);
	assert_plan(t, "replace " X_P " with " W_P "\ndelete " W_P " metric 5\n", 0);
}

static void adopting_takes_over_what_is_in_the_way(void **state)
{
	static const struct example examples[] = {
		{W, X " proto 4",
		 "replace 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 with " W_P "\n", 0},
		{W, W " proto 4",
		 "replace 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4 with " W_P "\n", 0},
		{W " metric 5", W " proto 4",
		 "replace 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4 with " W_P " metric 5\n", 0},
		{W, X " proto 2", "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 2\n", 0},
		{W, X " proto 4;" X " proto 3",
		 "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4\n", 0},
		/* several: in the order of their keys, and one behind ours is left */
		{W " metric 5", X " proto 4 metric 1;" W " proto 4 metric 7;" X " proto 4 metric 9",
		 "replace 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 metric 1 with " W_P
		 " metric 5\ndelete 10.244.1.0/24 via 10.0.0.1 dev if2 proto 4 metric 7\n",
		 0},
		{W " metric 5", X " proto 4 metric 1;" X " proto 4 metric 5",
		 "delete 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 metric 1\n"
		 "replace 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 metric 5 with " W_P
		 " metric 5\n",
		 0},
		/* beside ours: what is in the way goes, what does the job may stay */
		{W " metric 5", W " metric 5;" X " proto 4 metric 1;" W " proto 4 metric 7",
		 "delete 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4 metric 1\n", 1},
		{W, W ";" X " proto 4", "conflict 10.244.1.0/24 via 10.0.0.9 dev if2 proto 4\n", 0},
		{W, W, "", 1},
		{W, NULL, "add " W_P "\n", 0},
		{NULL, X " proto 4", "", 0},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(examples); i++) {
		clear(t);
		t->policy.adopt = true;
		add_all(t, examples[i].want, add_want);
		add_all(t, examples[i].have, add_actual);
		assert_plan(t, examples[i].plan, examples[i].unchanged);
	}
}

/* --- Against a naive oracle, on random routes --------------------------------- */

static struct hgw_route random_route(struct state *t, uint32_t *seed, unsigned subnet,
				     unsigned metric, unsigned protocol)
{
	static const char *const dsts[] = {"10.1.0.0/24", "10.1.1.0/24", "10.1.2.0/24",
					   "10.2.0.0/16", "fd00:1::/64", "fd00:2::/64"};
	const char *net = subnet < 4 ? "10.0.0." : "fd00::";
	unsigned gw = 1 + next_random(seed) % 2, dev = 2 + next_random(seed) % 2;
	char text[256];

	if (next_random(seed) % 5 == 0)
		snprintf(text, sizeof(text),
			 "%s metric %u proto %u nexthop via %s1 dev %u nexthop via %s2 dev 2",
			 dsts[subnet], metric, protocol, net, dev, net);
	else
		snprintf(text, sizeof(text), "%s via %s%u dev %u metric %u proto %u mtu %u",
			 dsts[subnet], net, gw, dev, metric, protocol,
			 next_random(seed) % 4 == 0 ? 1400U : 0U);
	return route(&t->pool, text);
}

static void randomize(struct state *t, uint32_t *seed)
{
	static const unsigned metrics[] = {0, 5, 1024, 2000};
	unsigned n = next_random(seed) % 16;

	clear(t);
	for (unsigned subnet = 0; subnet < 6; subnet++) {
		struct hgw_route r =
			random_route(t, seed, subnet, metrics[next_random(seed) % 4], 72);

		if (next_random(seed) % 4 != 0)
			add_want(t, &r);
	}
	for (unsigned i = 0; i < n; i++) {
		unsigned protocol = next_random(seed) % 3 != 0 ? 72 : 4;
		struct hgw_route r = random_route(t, seed, next_random(seed) % 6,
						  metrics[next_random(seed) % 4], protocol);

		add_actual(t, &r);
	}
}

enum outcome { OUT_OURS, OUT_CONFLICT, OUT_SKIP };

/* What is to come of a want: every foreign route is looked at. */
static enum outcome naive_outcome(const struct state *t, const struct hgw_want *w)
{
	bool owned = false, job = false, conflict = false;

	for (size_t i = 0; i < t->actual.owned.n; i++)
		owned |= hgw_route_key_cmp(&t->actual.owned.v[i], &w->route) == 0;
	for (size_t i = 0; i < t->actual.foreign.n; i++) {
		const struct hgw_route *r = &t->actual.foreign.v[i];
		bool same_key = hgw_route_key_cmp(r, &w->route) == 0;

		if (hgw_prefix_cmp(&r->dst, &w->route.dst) != 0)
			continue;
		if (hgw_route_same_hops(&t->pool, r, &w->route) && !(owned && same_key))
			job = true;
		else if (hgw_route_metric(r) <= hgw_route_metric(&w->route))
			conflict = true;
	}
	return conflict ? OUT_CONFLICT : job && !owned ? OUT_SKIP : OUT_OURS;
}

/* Takes the first entry that is the very one out of a set; false if there is none. */
static bool take(struct hgw_routes *set, const struct hgw_route *r)
{
	for (size_t i = 0; i < set->n; i++) {
		if (set->v[i].raw != r->raw)
			continue;
		memmove(&set->v[i], &set->v[i + 1], (--set->n - i) * sizeof(*set->v));
		return true;
	}
	return false;
}

/* Carries the plan out on t->actual.owned. */
static void carry_out(struct state *t)
{
	for (size_t i = 0; i < t->plan.n; i++) {
		const struct hgw_change *c = &t->plan.v[i];

		if (c->op == HGW_OP_REPLACE || c->op == HGW_OP_DELETE) {
			assert_int_equal(c->before.protocol, 72);
			assert_true(take(&t->actual.owned, &c->before));
		}
		if (c->op == HGW_OP_ADD || c->op == HGW_OP_REPLACE)
			add_actual(t, &c->after);
	}
}

static void assert_sorted_and_counted(const struct state *t)
{
	size_t count[HGW_NOPS] = {0};

	for (size_t i = 0; i < t->plan.n; i++) {
		const struct hgw_change *c = &t->plan.v[i], *b = c - 1;

		count[c->op]++;
		if (i > 0)
			assert_true(
				hgw_route_key_cmp(b->op == HGW_OP_DELETE ? &b->before : &b->after,
						  c->op == HGW_OP_DELETE ? &c->before
									 : &c->after) <= 0);
	}
	assert_memory_equal(count, t->plan.count, sizeof(count));
	assert_int_equal(t->plan.unchanged + count[HGW_OP_ADD] + count[HGW_OP_REPLACE] +
				 count[HGW_OP_CONFLICT] + count[HGW_OP_SKIP],
			 t->desired.n);
}

static void assert_outcomes(const struct state *t, const enum outcome *outcomes)
{
	size_t expected = 0;

	for (size_t d = 0; d < t->desired.n; d++) {
		const struct hgw_want *w = &t->desired.v[d];
		size_t equal = 0, same_dst = 0;

		for (size_t i = 0; i < t->actual.owned.n; i++) {
			const struct hgw_route *r = &t->actual.owned.v[i];

			same_dst += hgw_prefix_cmp(&r->dst, &w->route.dst) == 0;
			equal += hgw_route_equal(&t->pool, r, &w->route);
		}
		if (outcomes[d] == OUT_OURS)
			assert_true(equal == 1 && same_dst == 1);
		else if (outcomes[d] == OUT_SKIP)
			assert_int_equal(same_dst, 0);
		expected += same_dst;
	}
	assert_int_equal(t->actual.owned.n, expected); /* and nothing else */
}

static void a_plan_carried_out_is_what_was_desired(void **state)
{
	struct state *t = *state;
	uint32_t seed = 2463534242;

	for (unsigned round = 0; round < 3000; round++) {
		enum outcome outcomes[8] = {0};
		size_t conflicts = 0;

		randomize(t, &seed);
		build(t);
		for (size_t d = 0; d < t->desired.n; d++) {
			outcomes[d] = naive_outcome(t, &t->desired.v[d]);
			conflicts += outcomes[d] == OUT_CONFLICT;
		}
		assert_int_equal(t->plan.count[HGW_OP_CONFLICT], conflicts);
		assert_sorted_and_counted(t);
		carry_out(t);
		assert_outcomes(t, outcomes);
		build(t);
		if (hgw_plan_changes(&t->plan) != 0) {
			char *text = render(t);

			fail_msg("round %u, the second plan: %s", round, text);
		}
		assert_int_equal(t->plan.count[HGW_OP_CONFLICT], conflicts);
	}
}

static void large_sets_are_merged(void **state)
{
	struct state *t = *state;

	for (unsigned i = 0; i < 20000; i++) {
		struct hgw_route r = {
			.dst = {.addr = {AF_INET, {10, (uint8_t)(i >> 8), (uint8_t)i}}, .len = 24},
			.protocol = 72,
			.type = RTN_UNICAST,
			.table = RT_TABLE_MAIN,
			.nhops = 1,
			.hop = {.oif = 2}};

		if (i % 3 != 0)
			add_actual(t, &r);
		r.protocol = 4;
		r.metric = 9;
		r.hop.oif = 3;
		if (i % 5 == 0)
			add_actual(t, &r);
		r.protocol = 72;
		r.metric = 0;
		r.hop.oif = i % 7 == 0 ? 9 : 2;
		if (i % 4 != 0) {
			if (t->desired.n % 1024 == 0) {
				t->desired.v = reallocarray(t->desired.v, t->desired.n + 1024,
							    sizeof(*t->desired.v));
				assert_non_null(t->desired.v);
			}
			t->desired.v[t->desired.n++] = (struct hgw_want){.route = r};
		}
	}
	build(t);
	assert_sorted_and_counted(t);
	/* By counting: wanted, not there; there, not wanted; both, but by another device. */
	assert_int_equal(t->plan.count[HGW_OP_ADD], 5000);
	assert_int_equal(t->plan.count[HGW_OP_DELETE], 3333);
	assert_int_equal(t->plan.count[HGW_OP_REPLACE], 1429);
	assert_int_equal(t->plan.count[HGW_OP_NOTE], 3000);
	assert_int_equal(t->plan.unchanged, 8571);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(what_is_not_there_is_added),
		TEST(what_is_as_it_should_be_is_left),
		TEST(what_is_otherwise_is_replaced),
		TEST(a_route_of_another_metric_moves_and_others_beside_it_go),
		TEST(what_nobody_wants_is_deleted),
		TEST(of_doubled_entries_one_is_kept),
		TEST(a_route_of_others_is_in_the_way),
		TEST(a_route_of_others_does_the_job),
		TEST(a_route_of_others_stands_behind),
		TEST(routes_of_others_elsewhere_are_nothing_to_us),
		TEST(a_change_tells_node_and_subnet),
		TEST(what_cannot_be_reached_is_left_as_it_is),
		TEST(without_pruning_unwanted_subnets_stay),
		TEST(adopting_takes_over_what_is_in_the_way),
		TEST(a_plan_carried_out_is_what_was_desired),
		TEST(large_sets_are_merged),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
