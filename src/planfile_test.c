/* SPDX-License-Identifier: MIT */
#include "hgw/planfile.h"

#include <unistd.h>

#include "testns.h"
#include "values_test.h"

#define FILE_NAME "/run/plan"

struct state {
	struct hgw_inventory inv;
	struct hgw_snapshot host;
	struct hgw_pool pool;
	struct hgw_desired desired;
	struct hgw_actual actual;
	struct hgw_planfile file, read;
	struct hgw_err err;
};

static int setup(void **state)
{
	struct state *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -1;
	*state = t;
	add_link(&t->host, 2, "eth0");
	add_link(&t->host, 3, "eth1");
	add_addr(&t->host, "192.168.31.1/24");
	return 0;
}

static int teardown(void **state)
{
	struct state *t = *state;

	hgw_planfile_free(&t->file);
	hgw_planfile_free(&t->read);
	hgw_actual_free(&t->actual);
	hgw_desired_free(&t->desired);
	hgw_pool_free(&t->pool);
	hgw_snapshot_free(&t->host);
	hgw_inventory_free(&t->inv);
	free(t);
	return 0;
}

static void ok(struct state *t, int rc)
{
	if (rc < 0)
		fail_msg("%s", t->err.msg);
}

/* What the host has, whenever it is read: with others by which nothing is changed. */
static void read_host(struct state *t)
{
	hgw_actual_free(&t->actual);
	add_route(&t->actual.owned, &t->pool, "10.244.1.0/24 via 192.168.31.9 dev 2 mtu 1400");
	add_route(&t->actual.owned, &t->pool, "10.244.8.0/24 via 192.168.31.9 dev 3 onlink");
	add_route(&t->actual.owned, &t->pool,
		  "fd00:9::/64 metric 1024 nexthop via fd00:31::8 dev 2 weight 3 "
		  "nexthop via fd00:31::9 dev 3 weight 7");
	hgw_routes_sort(&t->actual.owned);
	add_route(&t->actual.foreign, &t->pool, "10.244.2.0/24 via 192.168.31.9 dev 2 proto 4");
	hgw_routes_sort(&t->actual.foreign);
}

/* A plan with all that one can do: an add, replaces, one of them adopting, deletes. */
static void make(struct state *t)
{
	const struct hgw_policy policy = {.adopt = true};

	t->file.scope = (struct hgw_scope){RT_TABLE_MAIN, 72, true, true};
	strcpy(t->file.node, "self \"quoted\" \xc3\xa4");
	load_inventory(
		&t->inv, "inv.yaml",
		"network: {mtu: 1300}\n"
		"nodes:\n- {name: self, address: 192.168.31.1}\n"
		"- {name: b, addresses: [192.168.31.2, 192.168.31.3, 'fd00:31::2'],\n"
		"   subnets: [10.244.1.0/24, 10.244.2.0/24, 10.244.3.0/24, 'fd00:2::/64']}\n");
	ok(t,
	   hgw_desired_build(&t->desired, &t->inv, 0, &t->file.scope, &t->host, &t->pool, &t->err));
	for (size_t i = 0; i < t->desired.n; i++) {
		struct hgw_route r = route(&t->pool, "192.168.31.0/24 dev 2 proto 2 scope 253");

		hgw_desired_see(&t->desired, &r);
		r = route(&t->pool, "fd00:31::/64 dev 2 proto 2");
		hgw_desired_see(&t->desired, &r);
	}
	assert_int_equal(hgw_desired_resolve(&t->desired, &t->host, &t->pool), 0);
	read_host(t);
	ok(t, hgw_plan_build(&t->file.plan, &t->desired, &t->actual, &policy, &t->pool, &t->err));
	assert_true(t->file.plan.count[HGW_OP_ADD] > 0 && t->file.plan.count[HGW_OP_REPLACE] > 0 &&
		    t->file.plan.count[HGW_OP_DELETE] > 0);
	ok(t, hgw_planfile_digest(&t->file.digest, &t->file.scope, &t->file.plan, &t->actual,
				  &t->host, &t->pool, &t->err));
}

static void save_plan(struct state *t)
{
	ok(t, hgw_planfile_write(FILE_NAME, &t->file, &t->host, &t->pool, &t->err));
}

static void load(struct state *t)
{
	hgw_planfile_free(&t->read);
	ok(t, hgw_planfile_read(&t->read, FILE_NAME, &t->host, &t->pool, &t->err));
}

static void assert_unusable(struct state *t, enum hgw_status status, const char *text)
{
	hgw_planfile_free(&t->read);
	if (hgw_planfile_read(&t->read, FILE_NAME, &t->host, &t->pool, &t->err) == 0)
		fail_msg("it was read: should be: %s", text);
	if (t->err.status != status || strstr(t->err.msg, text) == NULL)
		fail_msg("%d %s: not: %d %s", (int)t->err.status, t->err.msg, (int)status, text);
}

static void assert_stale(struct state *t)
{
	load(t);
	assert_int_equal(hgw_planfile_match(&t->read, &t->actual, &t->host, &t->pool, &t->err), -1);
	assert_int_equal(t->err.status, HGW_REFUSED);
	assert_non_null(strstr(t->err.msg, "have changed since the plan was made"));
}

static void is_read_as_written(void **state)
{
	struct state *t = *state;

	testns_fresh();
	make(t);
	save_plan(t);
	testns_sh("test $(stat -c %%a " FILE_NAME ") = 600; test $(ls /run | wc -l) = 1");
	load(t);
	assert_string_equal(t->read.node, t->file.node);
	assert_int_equal(t->read.digest, t->file.digest);
	assert_memory_equal(&t->read.scope, &t->file.scope, sizeof(t->read.scope));
	assert_int_equal(t->read.plan.n, t->file.plan.n);
	for (size_t i = 0; i < t->read.plan.n; i++) {
		const struct hgw_change *a = &t->read.plan.v[i], *b = &t->file.plan.v[i];

		assert_int_equal(a->op, b->op);
		assert_true(a->op == HGW_OP_ADD ||
			    hgw_route_equal(&t->pool, &a->before, &b->before));
		assert_true(a->op == HGW_OP_DELETE ||
			    hgw_route_equal(&t->pool, &a->after, &b->after));
	}
	read_host(t);
	ok(t, hgw_planfile_match(&t->read, &t->actual, &t->host, &t->pool, &t->err));
}

static void any_change_of_what_was_read_makes_it_stale(void **state)
{
	static const char *const more[] = {
		"10.99.0.0/24 via 192.168.31.9 dev 2",		 /* one more of ours */
		"10.244.1.0/24 via 192.168.31.9 dev 2 metric 9", /* likewise */
		"fd00:8::/64 via fd00:31::9 dev 2",
	};
	struct state *t = *state;

	testns_fresh();
	make(t);
	save_plan(t);
	for (size_t i = 0; i < HGW_ARRAY_LEN(more); i++) {
		read_host(t);
		add_route(&t->actual.owned, &t->pool, more[i]);
		hgw_routes_sort(&t->actual.owned);
		assert_stale(t);
	}
	for (size_t i = 0; i < 3; i++) {
		read_host(t);
		t->actual.owned.v[i].mtu++;
		assert_stale(t);
		read_host(t);
		t->actual.owned.v[i] = t->actual.owned.v[--t->actual.owned.n];
		hgw_routes_sort(&t->actual.owned);
		assert_stale(t);
	}
	read_host(t);
	t->actual.owned.v[0].hop.via = addr("192.168.31.8");
	assert_stale(t);
	read_host(t);
	t->actual.owned.v[0].hop.oif = 3;
	assert_stale(t);
	/* Somebody else's, that is to be adopted; and one that is new where there is to be an add.
	 */
	read_host(t);
	t->actual.foreign.n = 0;
	assert_stale(t);
	read_host(t);
	t->actual.foreign.v[0].protocol = 5;
	assert_stale(t);
	read_host(t);
	add_route(&t->actual.foreign, &t->pool, "10.244.3.0/24 via 192.168.31.9 dev 2 proto 4");
	assert_stale(t);
}

/* Also where there is no route that would tell one table from another. */
static void it_is_for_one_table_and_protocol(void **state)
{
	struct state *t = *state;

	testns_fresh();
	make(t);
	t->file.plan.n = t->actual.owned.n = t->actual.foreign.n = 0;
	ok(t, hgw_planfile_digest(&t->file.digest, &t->file.scope, &t->file.plan, &t->actual,
				  &t->host, &t->pool, &t->err));
	save_plan(t);
	load(t);
	ok(t, hgw_planfile_match(&t->read, &t->actual, &t->host, &t->pool, &t->err));
	testns_sh("sed -i s/254/100/g " FILE_NAME);
	assert_stale(t);
	save_plan(t);
	testns_sh("sed -i s/:72/:73/g " FILE_NAME);
	assert_stale(t);
	save_plan(t);
	testns_sh("sed -i s/\\\"inet6\\\":true/\\\"inet6\\\":false/ " FILE_NAME);
	assert_stale(t);
}

/* Numbers of devices change; names are what it goes by. */
static void devices_go_by_name(void **state)
{
	struct state *t = *state;

	testns_fresh();
	make(t);
	save_plan(t);
	t->host.links[0].index = 7;
	t->host.links[1].index = 8;
	load(t);
	for (size_t i = 0; i < t->read.plan.n; i++)
		if (t->read.plan.v[i].op != HGW_OP_DELETE)
			assert_int_equal(hgw_route_hops(&t->pool, &t->read.plan.v[i].after)[0].oif,
					 7);
	strcpy(t->host.links[0].name, "lan0");
	assert_unusable(t, HGW_REFUSED, "this host has no interface 'eth0' any more");
}

/* Replaces what sed says in the file as it was saved. */
static void edit(struct state *t, const char *sed)
{
	save_plan(t);
	testns_sh("sed -i '%s' " FILE_NAME, sed);
}

static void edited_it_is_bound_to_its_table_and_protocol(void **state)
{
	static const char *const edits[] = {
		"s/\"table\":254,\"protocol\":72/\"table\":100,\"protocol\":72/",
		"s/\"table\":254,\"protocol\":72/\"table\":254,\"protocol\":73/",
		"s/\"table\":254,\"type\"/\"table\":100,\"type\"/",
		"/\"op\":\"add\"/s/\"protocol\":72/\"protocol\":4/",
		"/\"op\":\"delete\"/s/\"table\":254/\"table\":255/",
		"/\"op\":\"replace\"/s/\"protocol\":72/\"protocol\":2/",
		"/\"op\":\"add\"/s/\"dst\":\"[^\"]*\"/\"dst\":\"0.0.0.0\\/0\"/",
		"/\"op\":\"delete\"/s/\"dst\":\"[^\"]*\"/\"dst\":\"::\\/0\"/",
		"/\"op\":\"replace\"/s/\"dst\":\"10[^\"]*\"/\"dst\":\"10.7.0.0\\/16\"/",
	};
	struct state *t = *state;

	testns_fresh();
	make(t);
	for (size_t i = 0; i < HGW_ARRAY_LEN(edits); i++) {
		edit(t, edits[i]);
		assert_unusable(t, HGW_DATAERR, "not one of this plan's table and protocol");
	}
}

static void values_that_are_none_are_refused(void **state)
{
	static const char *const edits[][2] = {
		{"s/hgw.planfile\\/1/hgw.planfile\\/2/", "no plan of the format"},
		{"s/\"node\":\"[^,]*\",/\"node\":7,/", "'node'"},
		{"s/\"digest\":\"./\"digest\":\"/", "'digest'"},
		{"s/\"digest\":\"./\"digest\":\"G/", "'digest'"},
		{"s/\"table\":254,\"protocol\"/\"table\":-1,\"protocol\"/", "'table or protocol'"},
		{"s/\"table\":254,\"protocol\"/\"table\":4294967296,\"protocol\"/",
		 "'table or protocol'"},
		{"s/\"protocol\":72,\"inet\"/\"protocol\":328,\"inet\"/", "'table or protocol'"},
		{"s/\"changes\":\\[/\"changes\":{\"a\":[/; s/^\\(.*\\)\\]}$/\\1]}}/", "'changes'"},
		{"s/\"op\":\"add\"/\"op\":\"conflict\"/", "'op'"},
		{"s/\"op\":\"add\"/\"op\":0/", "'op'"},
		{"s/\"dst\":\"10.244.1.0\\/24\"/\"dst\":\"10.244.1.0\\/33\"/", "'dst'"},
		{"s/\"dst\":\"10.244.1.0\\/24\"/\"dst\":\"10.244.1.1\\/24\"/", "'dst'"},
		{"s/\"dst\":\"10.244.1.0\\/24\"/\"dst\":[]/", "'dst'"},
		{"s/\"scope\":0/\"scope\":256/", "'scope'"},
		{"s/\"type\":1/\"type\":1.5/", "'type'"},
		{"s/\"tos\":0/\"tos\":null/", "'tos'"},
		{"s/\"mtu\":1300/\"mtu\":\"1300\"/", "'table, metric, mtu or nhid'"},
		{"s/\"hops\":\\[/\"hops\":7,\"x\":[/", "'hops'"},
		{"s/\"weight\":1[,}]/\"weight\":0,\"x\":0&/; s/\"x\":0\"weight\":1/\"x\":0/",
		 "'weight'"},
		{"s/\"weight\":7/\"weight\":257/", "'weight'"},
		{"s/\"via\":\"192.168.31.9\"/\"via\":\"192.168.31\"/", "'via'"},
		{"s/\"dev\":\"eth1\"/\"dev\":\"a-name-that-is-too-long-for-a-device\"/",
		 "no interface"},
		{"s/\"after\":{/\"after\":null,\"x\":{/", "'dst'"},
		{"s/\"before\":{/\"after\":{/", "not a saved plan: duplicate object key"},
	};
	struct state *t = *state;

	testns_fresh();
	make(t);
	for (size_t i = 0; i < HGW_ARRAY_LEN(edits); i++) {
		edit(t, edits[i][0]);
		assert_unusable(t,
				strstr(edits[i][1], "interface") != NULL ? HGW_REFUSED
									 : HGW_DATAERR,
				edits[i][1]);
	}
}

static void what_is_no_plan_is_refused(void **state)
{
	static const char *const texts[] = {"",
					    "nodes: []\n",
					    "[]",
					    "{}",
					    "null",
					    "\"hgw.planfile/1\"",
					    "{\"format\":\"hgw.plan/1\"}",
					    "\xff\xfe{}"};
	struct state *t = *state;

	testns_fresh();
	assert_unusable(t, HGW_NOINPUT, "No such file or directory");
	for (size_t i = 0; i < HGW_ARRAY_LEN(texts); i++) {
		testns_sh("cat >" FILE_NAME " <<'END'\n%s\nEND", texts[i]);
		assert_unusable(t, HGW_DATAERR, FILE_NAME);
	}
	/* Deeper than anybody's stack. */
	testns_sh("head -c 1000000 /dev/zero | tr '\\0' '[' >" FILE_NAME);
	assert_unusable(t, HGW_DATAERR, "not a saved plan");
	testns_sh("rm " FILE_NAME "; mkdir " FILE_NAME);
	assert_unusable(t, HGW_DATAERR, FILE_NAME);
}

static char *file_bytes(size_t *len)
{
	char *bytes = calloc(1, 65536);
	FILE *f = fopen(FILE_NAME, "re");

	assert_non_null(bytes);
	assert_non_null(f);
	*len = fread(bytes, 1, 65536, f);
	fclose(f);
	return bytes;
}

static void store(const void *bytes, size_t len)
{
	FILE *f = fopen(FILE_NAME, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void cut_short_it_is_refused(void **state)
{
	struct state *t = *state;
	char *whole;
	size_t len;

	testns_fresh();
	make(t);
	save_plan(t);
	whole = file_bytes(&len);
	for (size_t n = 0; n < len - 2; n++) { /* behind it is a newline alone */
		store(whole, n);
		assert_unusable(t, HGW_DATAERR, "not a saved plan");
	}
	free(whole);
}

/* Whatever it is made to say: it is refused, or it is a plan; for a build with a sanitizer. */
static void bytes_by_chance_do_no_harm(void **state)
{
	static const char set[] = "0123456789\"{}[],:.x-";
	struct state *t = *state;
	uint32_t seed = 1;
	char *whole;
	size_t len;

	testns_fresh();
	make(t);
	save_plan(t);
	whole = file_bytes(&len);
	for (unsigned i = 0; i < 3000; i++) {
		uint32_t x = next_random(&seed);
		struct hgw_writes w = {0};
		char was = whole[x % len];

		whole[x % len] = set[(x >> 20) % (sizeof(set) - 1)];
		store(whole, len);
		whole[x % len] = was;
		hgw_planfile_free(&t->read);
		if (hgw_planfile_read(&t->read, FILE_NAME, &t->host, &t->pool, &t->err) < 0) {
			assert_true(t->err.status == HGW_DATAERR || t->err.status == HGW_REFUSED);
			continue;
		}
		if (hgw_planfile_match(&t->read, &t->actual, &t->host, &t->pool, &t->err) < 0)
			assert_int_equal(t->err.status, HGW_REFUSED);
		else
			ok(t, hgw_writes_build(&w, &t->read.plan, &t->pool, &t->err));
		hgw_writes_free(&w);
	}
	free(whole);
}

static void assert_not_written(struct state *t, const char *path, const char *text)
{
	assert_int_equal(hgw_planfile_write(path, &t->file, &t->host, &t->pool, &t->err), -1);
	assert_int_equal(t->err.status, HGW_IOERR);
	if (strstr(t->err.msg, text) == NULL)
		fail_msg("%s: not: %s", t->err.msg, text);
}

static void it_is_written_as_a_whole_or_not(void **state)
{
	struct state *t = *state;

	testns_fresh();
	make(t);
	assert_not_written(t, "/run/nowhere/plan", "No such file or directory");
	testns_sh("mkdir /run/ro; mount -t tmpfs -o ro testns /run/ro");
	assert_not_written(t, "/run/ro/plan", "Read-only file system");
	testns_sh("umount /run/ro; mkdir /run/small\n"
		  "mount -t tmpfs -o size=4k testns /run/small; echo former >/run/small/plan");
	assert_not_written(t, "/run/small/plan", "No space left on device");
	testns_sh("grep -qx former /run/small/plan; test $(ls /run/small | wc -l) = 1\n"
		  "umount /run/small");
}

/* --out /dev/null by root would be the end of /dev/null. */
static void only_a_file_is_replaced(void **state)
{
	struct state *t = *state;

	testns_fresh();
	make(t);
	testns_sh("mkfifo /run/fifo; mkdir /run/folder; ln -s fifo /run/link; ln -s gone /run/gap");
	assert_not_written(t, "/run/fifo", "not a file");
	assert_not_written(t, "/run/folder", "not a file");
	assert_not_written(t, "/run/link", "not a file");
	assert_not_written(t, "/run/gap", "not a file");
	testns_sh("test -p /run/fifo; test -L /run/link; test -L /run/gap; ! ls /run/*.?????? "
		  "2>/dev/null");
	save_plan(t);
	save_plan(t);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(is_read_as_written),
		TEST(any_change_of_what_was_read_makes_it_stale),
		TEST(it_is_for_one_table_and_protocol),
		TEST(devices_go_by_name),
		TEST(edited_it_is_bound_to_its_table_and_protocol),
		TEST(values_that_are_none_are_refused),
		TEST(what_is_no_plan_is_refused),
		TEST(cut_short_it_is_refused),
		TEST(bytes_by_chance_do_no_harm),
		TEST(it_is_written_as_a_whole_or_not),
		TEST(only_a_file_is_replaced),
	};

	return cmocka_run_group_tests_name("planfile", tests, testns_setup, NULL);
}
