/* SPDX-License-Identifier: MIT */
#include "hgw/plan.h"

#include <errno.h>

#include "values_test.h"

struct state {
	struct hgw_pool pool;
	struct hgw_desired desired;
	struct hgw_actual actual;
	struct hgw_policy policy;
	struct hgw_plan plan;
	struct hgw_writes writes;
	struct hgw_err err;
	/*
	 * The kernel: its entries in the order of a dump. IPv6 ones have one hop
	 * each; those of one key are a group, and are dumped as one route.
	 */
	struct hgw_routes entries;
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct state));
	return *state != NULL ? 0 : -1;
}

static void clear(struct state *t)
{
	hgw_writes_free(&t->writes);
	hgw_plan_free(&t->plan);
	hgw_actual_free(&t->actual);
	hgw_desired_free(&t->desired);
	hgw_routes_free(&t->entries);
	hgw_pool_free(&t->pool);
	*t = (struct state){0};
}

static int teardown(void **state)
{
	clear(*state);
	free(*state);
	return 0;
}

/* --- A kernel in memory ------------------------------------------------------- */

static bool is_inet6(const struct hgw_route *r)
{
	return r->dst.addr.family == AF_INET6;
}

static bool in_group(const struct hgw_route *r)
{
	return is_inet6(r) && r->type == RTN_UNICAST && r->nhops == 1 && r->nhid == 0;
}

static bool same_way(const struct hgw_hop *a, const struct hgw_hop *b)
{
	return hgw_addr_cmp(&a->via, &b->via) == 0 && a->oif == b->oif;
}

static void insert(struct state *t, size_t at, const struct hgw_route *r)
{
	assert_int_equal(hgw_routes_add(&t->entries, r, &t->err), 0);
	memmove(&t->entries.v[at + 1], &t->entries.v[at],
		(t->entries.n - 1 - at) * sizeof(*t->entries.v));
	t->entries.v[at] = *r;
}

static void take_out(struct state *t, size_t at)
{
	t->entries.n--;
	memmove(&t->entries.v[at], &t->entries.v[at + 1],
		(t->entries.n - at) * sizeof(*t->entries.v));
}

/* Where the entries of a key end; SIZE_MAX if there are none. */
static size_t key_end(const struct state *t, const struct hgw_route *r)
{
	size_t end = SIZE_MAX;

	for (size_t i = 0; i < t->entries.n; i++)
		if (hgw_route_key_cmp(&t->entries.v[i], r) == 0)
			end = i + 1;
	return end;
}

static bool is_there(const struct state *t, const struct hgw_route *r)
{
	for (size_t i = 0; i < t->entries.n; i++) {
		const struct hgw_route *e = &t->entries.v[i];

		if (hgw_route_key_cmp(e, r) != 0)
			continue;
		/* What IPv6 tells the members of a group apart by is the way alone. */
		if (is_inet6(r) ? e->nhops == r->nhops && same_way(&e->hop, &r->hop)
				: hgw_route_equal(&t->pool, e, r))
			return true;
	}
	return false;
}

/* Each hop of an IPv6 route comes to be an entry. */
static int create(struct state *t, const struct hgw_route *r)
{
	size_t end = key_end(t, r), n = is_inet6(r) && r->nhid == 0 && r->nhops > 1 ? r->nhops : 1;

	if (end == SIZE_MAX)
		end = t->entries.n;
	for (size_t i = 0; i < n; i++) {
		struct hgw_route one = *r;

		if (n > 1) {
			one.nhops = 1;
			one.hop = hgw_route_hops(&t->pool, r)[i];
		}
		if (is_there(t, &one))
			return EEXIST;
		insert(t, end + i, &one);
	}
	return 0;
}

static int replace(struct state *t, const struct hgw_route *r)
{
	for (size_t i = 0; i < t->entries.n; i++) {
		if (hgw_route_key_cmp(&t->entries.v[i], r) != 0)
			continue;
		take_out(t, i);
		while (is_inet6(r) && i < t->entries.n &&
		       hgw_route_key_cmp(&t->entries.v[i], r) == 0)
			take_out(t, i);
		insert(t, i, r);
		return 0;
	}
	return create(t, r);
}

/*
 * What IPv4 tells entries apart by in a delete: not by weight or onlink, and a
 * metric or mtu of 0 is any (fib_table_delete).
 */
static bool delete_matches(const struct state *t, const struct hgw_route *e,
			   const struct hgw_route *r)
{
	struct hgw_route key = *r;

	if (r->metric == 0 && !is_inet6(r))
		key.metric = e->metric;
	if (!is_inet6(r) && r->mtu != 0 && r->mtu != e->mtu)
		return false;
	return hgw_route_key_cmp(e, &key) == 0 && e->protocol == r->protocol &&
	       e->type == r->type && e->scope == r->scope && e->nhid == r->nhid &&
	       (r->nhid != 0 || hgw_route_same_hops(&t->pool, e, r));
}

static int delete (struct state *t, const struct hgw_route *r)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < t->entries.n; i++)
		if (delete_matches(t, &t->entries.v[i], r) &&
		    (best == SIZE_MAX || t->entries.v[i].metric < t->entries.v[best].metric))
			best = i;
	if (best == SIZE_MAX)
		return ESRCH;
	take_out(t, best);
	return 0;
}

static int carry_out(struct state *t, const struct hgw_write *w)
{
	switch (w->verb) {
	case HGW_VERB_ADD:
		return key_end(t, &w->route) != SIZE_MAX ? EEXIST : create(t, &w->route);
	case HGW_VERB_APPEND:
		return create(t, &w->route);
	case HGW_VERB_REPLACE:
		return replace(t, &w->route);
	case HGW_VERB_DELETE:
		return delete (t, &w->route);
	}
	return EINVAL;
}

/* The routes of a protocol, as a dump tells them, sorted. */
static void dump(struct state *t, struct hgw_routes *set, uint8_t protocol)
{
	set->n = 0;
	for (size_t i = 0; i < t->entries.n; i++) {
		struct hgw_route r = t->entries.v[i];
		struct hgw_hop hops[16];

		if (r.protocol != protocol)
			continue;
		r.nhops = is_inet6(&r) && r.nhops > 0 ? 0 : r.nhops;
		hops[0] = t->entries.v[i].hop;
		for (size_t j = i; is_inet6(&r) && j < t->entries.n && r.nhops < 16; j++) {
			const struct hgw_route *e = &t->entries.v[j];

			if (j > i && (!in_group(e) || !in_group(&t->entries.v[i]) ||
				      hgw_route_key_cmp(e, &r) != 0))
				break;
			if (e->nhops == 0)
				break;
			hops[r.nhops++] = e->hop;
		}
		if (is_inet6(&r) && r.nhops > 1)
			assert_int_equal(hgw_pool_add_hops(&t->pool, hops, r.nhops, &r.hops,
							   &t->err),
					 0);
		r.hop = hops[0];
		r.raw = (uint32_t)i + 1;
		assert_int_equal(hgw_routes_add(set, &r, &t->err), 0);
		if (in_group(&t->entries.v[i]))
			i += r.nhops - 1;
	}
	hgw_routes_sort(set);
}

/* --- What there is and what is wanted ----------------------------------------- */

static void add_want(struct state *t, const struct hgw_route *r)
{
	struct hgw_want *v = reallocarray(t->desired.v, t->desired.n + 1, sizeof(*v));

	assert_non_null(v);
	t->desired.v = v;
	v[t->desired.n] = (struct hgw_want){.route = *r};
	v[t->desired.n].route.metric = hgw_route_metric(r);
	t->desired.n++;
}

static void add_entry(struct state *t, const struct hgw_route *r)
{
	struct hgw_route known = *r;

	known.metric = hgw_route_metric(r);
	assert_int_equal(create(t, &known), 0);
}

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

static void build_plan(struct state *t)
{
	if (t->desired.n > 0)
		qsort(t->desired.v, t->desired.n, sizeof(*t->desired.v), compare_wants);
	dump(t, &t->actual.owned, 72);
	dump(t, &t->actual.foreign, 4);
	hgw_plan_free(&t->plan);
	assert_int_equal(hgw_plan_build(&t->plan, &t->desired, &t->actual, &t->policy, &t->pool,
					&t->err),
			 0);
}

static void build(struct state *t)
{
	build_plan(t);
	hgw_writes_free(&t->writes);
	assert_int_equal(hgw_writes_build(&t->writes, &t->plan, &t->pool, &t->err), 0);
}

static void write_text(FILE *f, const struct state *t, const struct hgw_write *w)
{
	static const char *const verbs[] = {
		[HGW_VERB_ADD] = "add",
		[HGW_VERB_APPEND] = "append",
		[HGW_VERB_REPLACE] = "replace",
		[HGW_VERB_DELETE] = "del",
	};

	fprintf(f, "%s %s%s%s\n", verbs[w->verb], shown(&t->pool, &w->route),
		w->restore ? " as it was" : "", w->alone ? " alone" : "");
}

/* A write a line, "--" between the phases; to be freed. */
static char *render(const struct state *t, const struct hgw_writes *w)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_true(w->nadd <= w->n);
	for (size_t i = 0; i <= w->n; i++) {
		if (i == w->nadd)
			fputs("--\n", f);
		if (i < w->n)
			write_text(f, t, &w->v[i]);
	}
	fclose(f);
	return text;
}

#define W   "10.244.1.0/24 via 10.0.0.1 dev 2"
#define W_P "10.244.1.0/24 via 10.0.0.1 dev if2 proto 72"
#define X   "10.244.1.0/24 via 10.0.0.9 dev 2"
#define X_P "10.244.1.0/24 via 10.0.0.9 dev if2 proto 72"
#define A   "nexthop via fd00::a dev 2"
#define B   "nexthop via fd00::b dev 2"
#define C   "nexthop via fd00::c dev 3"
#define A_P "fd00:1::/64 via fd00::a dev if2 proto 72 metric 1024"
#define B_P "fd00:1::/64 via fd00::b dev if2 proto 72 metric 1024"
#define C_P "fd00:1::/64 via fd00::c dev if3 proto 72 metric 1024"
#define V   "fd00:1::/64 "

struct example {
	const char *want, *have, *writes;
};

static void check(void **state, const struct example *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct state *t = *state;
		char *text;

		clear(t);
		add_all(t, v[i].want, add_want);
		add_all(t, v[i].have, add_entry);
		build(t);
		text = render(t, &t->writes);
		assert_string_equal(text, v[i].writes);
		free(text);
	}
}

static void adds_come_before_deletes(void **state)
{
	static const struct example examples[] = {
		{NULL, NULL, "--\n"},
		{W, W, "--\n"},
		{W, NULL, "add " W_P "\n--\n"},
		{NULL, W, "--\ndel " W_P "\n"},
		{V A, NULL, "add " A_P "\n--\n"},
		{V A " " B, NULL,
		 "add fd00:1::/64 proto 72 metric 1024 nexthop via fd00::a dev if2 weight 1 "
		 "nexthop "
		 "via fd00::b dev if2 weight 1\n--\n"},
		{W ";10.244.3.0/24 dev 2", "10.244.0.0/24 dev 2;10.244.2.0/24 dev 2;" V A,
		 "add " W_P "\nadd 10.244.3.0/24 dev if2 proto 72\n--\n"
		 "del 10.244.0.0/24 dev if2 proto 72\ndel 10.244.2.0/24 dev if2 proto 72\ndel " A_P
		 "\n"},
		{W, W " metric 5", "add " W_P "\n--\ndel " W_P " metric 5\n"},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void ipv4_is_changed_by_append_and_delete(void **state)
{
	static const struct example examples[] = {
		{W, X, "append " W_P "\n--\ndel " X_P "\n"},
		{W " mtu 9", W, "append " W_P " mtu 9\n--\ndel " W_P "\n"},
		{W, "blackhole 10.244.1.0/24",
		 "append " W_P "\n--\ndel blackhole 10.244.1.0/24 proto 72\n"},
		{W, "10.244.1.0/24 nexthop via 10.0.0.1 dev 2 nexthop via 10.0.0.9 dev 3",
		 "append " W_P "\n--\ndel 10.244.1.0/24 proto 72 nexthop via 10.0.0.1 dev if2 "
		 "weight 1 nexthop via 10.0.0.9 dev if3 weight 1\n"},
		/* doubled, and none of them right */
		{W, X ";10.244.1.0/24 dev 2",
		 "append " W_P "\n--\ndel 10.244.1.0/24 dev if2 proto 72\ndel " X_P "\n"},
		{W, X ";" W, "--\ndel " X_P "\n"},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void an_ipv6_hop_that_stays_is_replaced(void **state)
{
	static const struct example examples[] = {
		{V A, V B, "append " A_P "\n--\ndel " B_P "\n"},
		{V "via fd00::a dev 2 mtu 9", V A, "replace " A_P " mtu 9\n--\n"},
		{V A, V "via fd00::a dev 2 onlink", "replace " A_P "\n--\n"},
		{V A, "blackhole fd00:1::/64 dev 1", "replace " A_P "\n--\n"},
		{V A, V "via fd00::a dev 2 nhid 7", "replace " A_P "\n--\n"},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void a_larger_group_is_changed_hop_by_hop(void **state)
{
	static const struct example examples[] = {
		{V A " " B, V A, "append " B_P "\n--\n"},
		{V A, V A " " B, "--\ndel " B_P "\n"},
		{V C, V A " " B, "append " C_P "\n--\ndel " A_P "\ndel " B_P "\n"},
		{V B " " C, V A " " B, "append " C_P "\n--\ndel " A_P "\n"},
		{V A " " B, V C, "append " A_P "\nappend " B_P "\n--\ndel " C_P "\n"},
		{NULL, V A " " B, "--\ndel " A_P "\ndel " B_P "\n"},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

/* What a member has besides its way cannot be changed; a second one of that way is refused. */
static void members_of_a_group_are_renewed_one_at_a_time(void **state)
{
	static const struct example examples[] = {
		{V A " " B, V A " weight 3 " B, "--\ndel " A_P " alone\nappend " A_P " alone\n"},
		{V A " onlink " B " onlink", V A " onlink " B,
		 "--\ndel " B_P " alone\nappend " B_P " onlink alone\n"},
		{V "mtu 9 " A " " B, V A " " B,
		 "--\ndel " A_P " alone\nappend " A_P " mtu 9 alone\ndel " B_P " alone\nappend " B_P
		 " mtu 9 alone\n"},
		/* the one that goes stands in until the other is there again */
		{V "mtu 9 " B, V A " " B,
		 "--\ndel " B_P " alone\nappend " B_P " mtu 9 alone\ndel " A_P "\n"},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void what_is_none_of_ours_is_not_written(void **state)
{
	static const struct example examples[] = {
		{W, X " proto 4", "--\n"},
		{W, W " proto 4", "--\n"},
		{W, W ";" X " proto 4 metric 9", "--\n"},
		{NULL, W " proto 4;" V A " proto 4", "--\n"},
	};

	check(state, examples, HGW_ARRAY_LEN(examples));
}

static void a_write_tells_its_change(void **state)
{
	struct state *t = *state;

	add_all(t, W ";" V A " " B, add_want);
	add_all(t, X ";10.244.0.0/24 dev 2;" V C, add_entry);
	build(t);
	for (size_t i = 0; i < t->writes.n; i++) {
		const struct hgw_write *w = &t->writes.v[i];
		const struct hgw_change *c;

		assert_in_range(w->change, 0, t->plan.n - 1);
		c = &t->plan.v[w->change];
		assert_int_equal(hgw_prefix_cmp(&w->route.dst, c->op == HGW_OP_DELETE
								       ? &c->before.dst
								       : &c->after.dst),
				 0);
		assert_int_equal(w->state, HGW_WRITE_PENDING);
		assert_false(w->restore);
	}
}

static void what_is_reserved_needs_no_more_memory(void **state)
{
	struct state *t = *state;
	const void *v;

	assert_int_equal(hgw_writes_reserve(&t->writes, 200, &t->err), 0);
	v = t->writes.v;
	for (unsigned i = 0; i < 200; i++) {
		char text[64];

		snprintf(text, sizeof(text), "10.0.%u.0/24 dev 2", i);
		add_all(t, text, add_want);
	}
	build_plan(t);
	assert_int_equal(hgw_writes_build(&t->writes, &t->plan, &t->pool, &t->err), 0);
	assert_int_equal(t->writes.n, 200);
	assert_ptr_equal(t->writes.v, v);
}

/* --- The way back ------------------------------------------------------------- */

/* The writes from what t->entries are now to what text says, there before. */
static void build_back(struct state *t, struct hgw_routes *before, struct hgw_writes *back)
{
	struct hgw_routes now = {0};

	dump(t, &now, 72);
	hgw_writes_free(back);
	assert_int_equal(hgw_writes_back(back, &now, before, &t->pool, &t->err), 0);
	hgw_routes_free(&now);
}

static void the_way_back_is_out_of_the_bytes_that_were_read(void **state)
{
	static const struct {
		const char *now, *before, *writes;
	} examples[] = {
		{NULL, NULL, "--\n"},
		{W ";" V A, V A ";" W, "--\n"},
		{V A " " B, V B " " A, "--\n"},
		{W " linkdown", W, "--\n"},
		{NULL, W, "append " W_P " as it was\n--\n"},
		{W, NULL, "--\ndel " W_P "\n"},
		{X, W, "append " W_P " as it was\n--\ndel " X_P "\n"},
		{W " mtu 9", W, "append " W_P " as it was\n--\ndel " W_P " mtu 9\n"},
		{X ";" W, X, "--\ndel " W_P "\n"},
		{V B, V A, "append " A_P " as it was\n--\ndel " B_P "\n"},
		{NULL, V A, "add " A_P " as it was\n--\n"},
		{V A " " B, NULL, "--\ndel " A_P "\ndel " B_P "\n"},
		{V A " " B, V A, "--\ndel " B_P "\n"},
		{V A, V A " " C, "append " C_P " as it was\n--\n"},
		{V B " " C, V A " " B, "append " A_P " as it was\n--\ndel " C_P "\n"},
		{V B " weight 2 " C, V B " " C,
		 "--\ndel " B_P " alone\nappend " B_P " as it was alone\n"},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(examples); i++) {
		struct hgw_routes before = {0};
		struct hgw_writes back = {0};
		char *text;

		clear(t);
		add_all(t, examples[i].before, add_entry);
		dump(t, &before, 72);
		t->entries.n = 0;
		add_all(t, examples[i].now, add_entry);
		build_back(t, &before, &back);
		text = render(t, &back);
		assert_string_equal(text, examples[i].writes);
		free(text);
		hgw_writes_free(&back);
		hgw_routes_free(&before);
	}
}

/* Which of several IPv4 entries stands first is what it is all about. */
static void the_way_back_restores_the_order_too(void **state)
{
	static const struct {
		const char *now, *before;
	} examples[] = {
		{X, W ";" X},
		{X ";" W, W ";" X},
		{"10.244.1.0/24 dev 3;" X, W ";" X},
		{"10.244.1.0/24 dev 3;" X ";" W, W ";10.244.1.0/24 dev 3;" X},
		{"10.244.1.0/24 dev 3;" W, W ";" X ";10.244.1.0/24 dev 3"},
		{X ";" W, W ";" X ";10.244.1.0/24 dev 3"},
		{W ";10.244.1.0/24 dev 3", W ";" X ";10.244.1.0/24 dev 3"},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(examples); i++) {
		struct hgw_routes before = {0}, now = {0};
		struct hgw_writes back = {0};

		clear(t);
		add_all(t, examples[i].before, add_entry);
		dump(t, &before, 72);
		t->entries.n = 0;
		add_all(t, examples[i].now, add_entry);
		build_back(t, &before, &back);
		if (back.n == 0)
			fail_msg("%s is taken for %s", examples[i].now, examples[i].before);
		for (size_t k = 0; k < back.n; k++) {
			assert_int_equal(carry_out(t, &back.v[k]), 0);
			assert_true(t->entries.n > 0);
		}
		dump(t, &now, 72);
		assert_int_equal(now.n, before.n);
		for (size_t k = 0; k < now.n; k++)
			assert_true(hgw_route_equal(&t->pool, &now.v[k], &before.v[k]));
		build_back(t, &before, &back);
		assert_int_equal(back.n, 0);
		hgw_writes_free(&back);
		hgw_routes_free(&before);
		hgw_routes_free(&now);
	}
}

/* --- Random states ------------------------------------------------------------ */

static const char *const subnets[] = {"10.1.0.0/24", "10.1.1.0/24", "10.2.0.0/16",
				      "fd00:1::/64", "fd00:2::/64", "fd00:3::/64"};

/*
 * mtu: whether that of an IPv6 route may be another. A dump tells that of the
 * first of a group only, so that one that is half renewed looks like the old.
 */
static struct hgw_route random_route(struct state *t, uint32_t *seed, unsigned subnet, bool mtu,
				     bool ours)
{
	static const unsigned metrics[] = {0, 5, 1024};
	const char *net = subnet < 3 ? "10.0.0." : "fd00::";
	unsigned hops = 1 + next_random(seed) % 3, first = next_random(seed) % 3;
	char text[512];

	snprintf(text, sizeof(text), "%s metric %u mtu %u", subnets[subnet],
		 metrics[next_random(seed) % 3],
		 (mtu || subnet < 3) && next_random(seed) % 3 == 0 ? 1400U : 0U);
	for (unsigned i = 0; i < hops; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 " nexthop via %s%u dev 2%s weight %u", net, 1 + (first + i) % 3,
			 next_random(seed) % 4 == 0 ? " onlink" : "",
			 ours || hops == 1 ? 1 : 1 + next_random(seed) % 2);
	return route(&t->pool, text);
}

/* Whether there is an entry of the key and hops of r. */
static bool has_way(const struct state *t, const struct hgw_route *r)
{
	for (size_t i = 0; i < t->entries.n; i++)
		if (hgw_route_key_cmp(&t->entries.v[i], r) == 0 &&
		    hgw_route_same_hops(&t->pool, &t->entries.v[i], r))
			return true;
	return false;
}

static void randomize(struct state *t, uint32_t *seed, bool mtu)
{
	unsigned n = next_random(seed) % 12;

	clear(t);
	for (unsigned subnet = 0; subnet < HGW_ARRAY_LEN(subnets); subnet++) {
		struct hgw_route r = random_route(t, seed, subnet, mtu, true);

		if (next_random(seed) % 4 != 0)
			add_want(t, &r);
	}
	for (unsigned i = 0; i < n; i++) {
		struct hgw_route r = random_route(t, seed, next_random(seed) % 6, mtu, false);

		r.metric = hgw_route_metric(&r);
		/* IPv6 would merge it into the group that is there; and see delete_matches(). */
		if (is_inet6(&r) ? key_end(t, &r) == SIZE_MAX : !has_way(t, &r))
			add_entry(t, &r);
		/* Somebody else's, of a metric of its own. */
		r.protocol = 4;
		r.metric = 7000;
		if (next_random(seed) % 3 == 0 && key_end(t, &r) == SIZE_MAX)
			add_entry(t, &r);
	}
}

/* For which of the subnets there is a route, of anybody; a bit each. */
static unsigned routed(const struct hgw_route *v, size_t n)
{
	unsigned bits = 0;

	for (size_t i = 0; i < HGW_ARRAY_LEN(subnets); i++) {
		struct hgw_prefix dst = prefix(subnets[i]);

		for (size_t k = 0; k < n; k++)
			if (hgw_prefix_cmp(&v[k].dst, &dst) == 0)
				bits |= 1U << i;
	}
	return bits;
}

static unsigned routed_now(const struct state *t)
{
	return routed(t->entries.v, t->entries.n);
}

/*
 * Carries out n writes. None but a delete that finds nothing may be refused,
 * and none of the subnets of keep may be without a route. How many found nothing.
 */
static size_t carry_out_all(struct state *t, const struct hgw_write *writes, size_t n,
			    unsigned keep)
{
	size_t gone = 0;

	keep &= routed_now(t);
	for (size_t i = 0; i < n; i++) {
		int rc = carry_out(t, &writes[i]);
		bool gap = (routed_now(t) & keep) != keep;

		assert_int_equal(writes[i].route.protocol, 72);
		gone += rc == ESRCH;
		if (!gap && (rc == 0 || (rc == ESRCH && writes[i].verb == HGW_VERB_DELETE)))
			continue;
		write_text(stderr, t, &writes[i]);
		fail_msg("%s", gap ? "a subnet has no route" : strerror(rc));
	}
	return gone;
}

static unsigned wanted(const struct state *t)
{
	unsigned bits = 0;

	for (size_t d = 0; d < t->desired.n; d++)
		bits |= routed(&t->desired.v[d].route, 1);
	return bits;
}

static void writes_carry_a_plan_out(void **state)
{
	struct state *t = *state;
	uint32_t seed = 88172645;

	for (unsigned round = 0; round < 5000; round++) {
		struct hgw_routes foreign = {0}, after = {0};

		randomize(t, &seed, true);
		build(t);
		dump(t, &foreign, 4);
		for (size_t i = 0; i < t->writes.nadd; i++)
			assert_int_not_equal(t->writes.v[i].verb, HGW_VERB_DELETE);
		assert_int_equal(carry_out_all(t, t->writes.v, t->writes.n, wanted(t)), 0);
		dump(t, &after, 4);
		assert_int_equal(after.n, foreign.n);
		for (size_t i = 0; i < after.n; i++)
			assert_true(hgw_route_equal(&t->pool, &after.v[i], &foreign.v[i]));
		build_plan(t);
		if (hgw_plan_changes(&t->plan) != 0)
			fail_msg("round %u: %s", round, shown(&t->pool, &t->plan.v[0].before));
		hgw_routes_free(&foreign);
		hgw_routes_free(&after);
	}
}

static void there_is_a_way_back_from_every_write(void **state)
{
	struct state *t = *state;
	uint32_t seed = 362436069;

	for (unsigned round = 0; round < 5000; round++) {
		struct hgw_routes before = {0}, now = {0};
		struct hgw_writes back = {0};

		randomize(t, &seed, false);
		build(t);
		dump(t, &before, 72);
		carry_out_all(t, t->writes.v, next_random(&seed) % (t->writes.n + 1), wanted(t));
		/* Twice, as hgw_apply() does: see delete_matches(). */
		for (unsigned i = 0; i < 2; i++) {
			build_back(t, &before, &back);
			carry_out_all(t, back.v, back.n, routed(before.v, before.n));
		}
		dump(t, &now, 72);
		assert_int_equal(now.n, before.n);
		for (size_t i = 0; i < now.n; i++)
			if (!hgw_route_equal(&t->pool, &now.v[i], &before.v[i]))
				fail_msg("round %u: %s", round, shown(&t->pool, &now.v[i]));
		build_back(t, &before, &back);
		assert_int_equal(back.n, 0);
		hgw_writes_free(&back);
		hgw_routes_free(&before);
		hgw_routes_free(&now);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(adds_come_before_deletes),
		TEST(ipv4_is_changed_by_append_and_delete),
		TEST(an_ipv6_hop_that_stays_is_replaced),
		TEST(a_larger_group_is_changed_hop_by_hop),
		TEST(members_of_a_group_are_renewed_one_at_a_time),
		TEST(what_is_none_of_ours_is_not_written),
		TEST(a_write_tells_its_change),
		TEST(what_is_reserved_needs_no_more_memory),
		TEST(the_way_back_is_out_of_the_bytes_that_were_read),
		TEST(the_way_back_restores_the_order_too),
		TEST(writes_carry_a_plan_out),
		TEST(there_is_a_way_back_from_every_write),
	};

	return cmocka_run_group_tests_name("plan_writes", tests, NULL, NULL);
}
