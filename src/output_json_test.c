/* SPDX-License-Identifier: MIT */
#include <jansson.h>
#include <unistd.h>

#include "output_test.h"

typedef int json_printer(FILE *f, const struct hgw_view *view, const struct hgw_report *report);

/* What is printed, which must be one line; to be freed. */
static char *print(const struct state *t, json_printer *printer)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(printer(f, &t->view, &t->report), 0);
	fclose(f);
	assert_true(len > 0);
	assert_int_equal(strlen(text), len);
	assert_ptr_equal(strchr(text, '\n'), text + len - 1);
	return text;
}

/* To be released. */
static json_t *parse(const char *text)
{
	json_error_t error;
	json_t *j = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (j == NULL)
		fail_msg("%s at %d of %s", error.text, error.position, text);
	return j;
}

static json_t *document(const struct state *t, json_printer *printer)
{
	char *text = print(t, printer);
	json_t *j = parse(text);

	free(text);
	return j;
}

/* "a/0/b": a member of an element of a member. */
static json_t *at(json_t *j, const char *path)
{
	char *copy = strdup(path), *save = NULL;

	assert_non_null(copy);
	for (char *key = strtok_r(copy, "/", &save); key != NULL;
	     key = strtok_r(NULL, "/", &save)) {
		j = json_is_array(j) ? json_array_get(j, strtoul(key, NULL, 10))
				     : json_object_get(j, key);
		if (j == NULL)
			fail_msg("no %s in %s", key, path);
	}
	free(copy);
	return j;
}

static void assert_string_at(json_t *j, const char *path, const char *want)
{
	assert_true(json_is_string(at(j, path)));
	assert_string_equal(json_string_value(at(j, path)), want);
}

/* The names of members, each with a blank behind it. */
static void assert_members(json_t *j, const char *want)
{
	char have[512] = "";

	assert_true(json_is_object(j));
	for (void *i = json_object_iter(j); i != NULL; i = json_object_iter_next(j, i))
		snprintf(have + strlen(have), sizeof(have) - strlen(have), "%s ",
			 json_object_iter_key(i));
	assert_string_equal(have, want);
}

static void a_plan_is_one_line(void **state)
{
	struct state *t = *state;
	char *text;

	add_change(t, HGW_OP_ADD, NULL, "10.244.1.0/24 via 10.0.0.2 dev 2");
	t->plan.unchanged = 2;
	t->report.changed = true;
	text = print(t, hgw_json_plan);
	assert_string_equal(
		text,
		"{\"format\":\"hgw.plan/1\",\"node\":\"node1\",\"source\":\"kernel\",\"changed\":"
		"true,\"summary\":{\"add\":1,\"replace\":0,\"delete\":0,\"conflict\":0,"
		"\"unchanged\":2,\"skipped\":0},\"changes\":[{\"action\":\"add\",\"node\":"
		"\"node2\",\"before\":null,\"after\":{\"type\":\"unicast\",\"dst\":"
		"\"10.244.1.0/24\",\"gateway\":\"10.0.0.2\",\"dev\":\"eth0\",\"table\":\"254\","
		"\"protocol\":\"hgw\",\"scope\":\"global\",\"flags\":[]},\"reason\":\"not there\","
		"\"origin\":{\"file\":\"inv.yaml\",\"line\":3,\"column\":45}}],\"diagnostics\":[]}"
		"\n");
	free(text);
}

static void each_change_has_action_and_reason(void **state)
{
	static const struct {
		const char *action, *reason;
		bool before, after, origin;
	} cases[] = {
		{"add", "not there", false, true, true},
		{"replace", "not as the inventory says", true, true, true},
		{"delete", "not in the inventory", true, false, false},
		{"conflict", "somebody else's route is in the way", true, true, true},
		{"skip", "somebody else's route does the job", true, true, true},
	};
	struct state *t = *state;
	json_t *j;

	add_changes(t);
	j = document(t, hgw_json_plan);
	assert_members(j, "format node source changed summary changes diagnostics ");
	assert_members(at(j, "summary"), "add replace delete conflict unchanged skipped ");
	assert_int_equal(json_integer_value(at(j, "summary/unchanged")), 497);
	assert_int_equal(json_integer_value(at(j, "summary/skipped")), 1);
	assert_true(json_is_false(at(j, "changed")));
	/* A note is no change. */
	assert_int_equal(json_array_size(at(j, "changes")), HGW_ARRAY_LEN(cases));
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		json_t *c = json_array_get(at(j, "changes"), i);

		assert_members(c, "action node before after reason origin ");
		assert_string_at(c, "action", cases[i].action);
		assert_string_at(c, "reason", cases[i].reason);
		assert_int_equal(json_is_object(at(c, "before")), cases[i].before);
		assert_int_equal(json_is_null(at(c, "before")), !cases[i].before);
		assert_int_equal(json_is_object(at(c, "after")), cases[i].after);
		assert_int_equal(json_is_null(at(c, "after")), !cases[i].after);
		assert_int_equal(json_is_object(at(c, "origin")), cases[i].origin);
		assert_int_equal(json_is_null(at(c, "node")), !cases[i].origin);
	}
	assert_string_at(j, "changes/3/before/protocol", "4");
	assert_string_at(j, "changes/3/after/protocol", "hgw");
	json_decref(j);
}

/* A run that failed before it had anything. */
static void a_document_of_nothing_is_complete(void **state)
{
	struct state *t = *state;
	struct hgw_err err = {HGW_NOINPUT, "cannot open \"x\""};
	char *text;

	t->report = (struct hgw_report){.format = "hgw.apply/1", .err = &err, .node = UINT32_MAX};
	text = print(t, hgw_json_plan);
	assert_string_equal(
		text,
		"{\"format\":\"hgw.apply/1\",\"node\":null,\"source\":\"kernel\",\"changed\":false,"
		"\"summary\":{\"add\":0,\"replace\":0,\"delete\":0,\"conflict\":0,\"unchanged\":0,"
		"\"skipped\":0},\"changes\":[],\"diagnostics\":[{\"severity\":\"error\","
		"\"message\":\"cannot open \\\"x\\\"\",\"file\":null,\"line\":null,\"column\":null,"
		"\"hint\":null}]}\n");
	free(text);
	t->report.format = "hgw.verify/1";
	text = print(t, hgw_json_verdict);
	assert_string_equal(
		text, "{\"format\":\"hgw.verify/1\",\"node\":null,\"source\":\"kernel\",\"ok\":"
		      "false,\"checks\":[],\"diagnostics\":[{\"severity\":\"error\",\"message\":"
		      "\"cannot open \\\"x\\\"\",\"file\":null,\"line\":null,\"column\":null,"
		      "\"hint\":null}]}\n");
	free(text);
}

static void diagnostics_come_with_their_places(void **state)
{
	struct state *t = *state;
	struct hgw_origin full = {"a\"b\\c.yaml", 3, 7}, file = {"inv.yaml", 0, 0};
	struct hgw_err err = {HGW_REFUSED, "last"};
	json_t *j;

	hgw_diag_add(&t->diags, HGW_WARNING, &full, "do\nit", "w\t1");
	hgw_diag_add(&t->diags, HGW_NOTE, &file, NULL, "n");
	hgw_diag_add(&t->diags, HGW_ERROR, NULL, NULL, "e");
	t->report.err = &err;
	j = document(t, hgw_json_plan);
	assert_int_equal(json_array_size(at(j, "diagnostics")), 4);
	assert_members(at(j, "diagnostics/0"), "severity message file line column hint ");
	assert_string_at(j, "diagnostics/0/severity", "warning");
	assert_string_at(j, "diagnostics/0/message", "w?1");
	assert_string_at(j, "diagnostics/0/file", "a\"b\\c.yaml");
	assert_int_equal(json_integer_value(at(j, "diagnostics/0/line")), 3);
	assert_int_equal(json_integer_value(at(j, "diagnostics/0/column")), 7);
	assert_string_at(j, "diagnostics/0/hint", "do?it");
	assert_string_at(j, "diagnostics/1/severity", "note");
	assert_string_at(j, "diagnostics/1/file", "inv.yaml");
	assert_true(json_is_null(at(j, "diagnostics/1/line")));
	assert_true(json_is_null(at(j, "diagnostics/1/hint")));
	assert_true(json_is_null(at(j, "diagnostics/2/file")));
	assert_string_at(j, "diagnostics/3/message", "last");
	assert_string_at(j, "diagnostics/3/severity", "error");
	json_decref(j);
}

static void what_is_not_utf8_does_not_break_it(void **state)
{
	struct state *t = *state;
	struct hgw_origin file = {"caf\xe9.yaml", 1, 1};
	struct hgw_err err = {HGW_FAILED, "cut in the middle: \xe2\x80"};
	json_t *j;

	t->files[0].name = (char *)"d\xc3\xa9j\xc3\xa0\xff.yaml";
	snprintf(t->protocols[0].name, sizeof(t->protocols[0].name), "h\xff");
	add_change(t, HGW_OP_ADD, NULL, "10.244.1.0/24 via 10.0.0.2 dev 3");
	hgw_diag_add(&t->diags, HGW_ERROR, &file, "\xc0\x80", "\xed\xa0\x80 x");
	t->report.err = &err;
	j = document(t, hgw_json_plan);
	assert_string_at(j, "changes/0/after/dev", "caf?");
	assert_string_at(j, "changes/0/after/protocol", "h?");
	assert_string_at(j, "changes/0/origin/file", "d??j???.yaml");
	assert_string_at(j, "diagnostics/0/file", "caf?.yaml");
	assert_string_at(j, "diagnostics/0/message", "??? x");
	assert_string_at(j, "diagnostics/0/hint", "??");
	assert_string_at(j, "diagnostics/1/message", "cut in the middle: ??");
	json_decref(j);
}

static void what_is_utf8_is_kept_as_ascii(void **state)
{
	struct state *t = *state;
	char *text;
	json_t *j;

	t->files[0].name = (char *)"d\xc3\xa9j\xc3\xa0\xf0\x9f\x98\x80\n.yaml";
	add_change(t, HGW_OP_ADD, NULL, "10.244.1.0/24 via 10.0.0.2 dev 2");
	text = print(t, hgw_json_plan);
	for (const char *c = text; *c != '\0'; c++)
		assert_in_range(*c, *c == '\n' ? '\n' : ' ', '~');
	j = parse(text);
	assert_string_at(j, "changes/0/origin/file", t->files[0].name);
	json_decref(j);
	free(text);
}

/* A route as "ip -j -d" has it, of which only its members and their order are told. */
static void routes_have_the_members_of_ip(void **state)
{
	static const struct {
		const char *route, *json;
	} cases[] = {
		{"10.0.0.1 via 10.0.0.2 dev 2 metric 7 table 100 proto 4 scope 253 onlink mtu 1400",
		 "{\"type\":\"unicast\",\"dst\":\"10.0.0.1\",\"gateway\":\"10.0.0.2\",\"dev\":"
		 "\"eth0\",\"table\":\"100\",\"protocol\":\"4\",\"scope\":\"link\",\"metric\":7,"
		 "\"flags\":[\"onlink\"],\"metrics\":[{\"mtu\":1400}]}"},
		{"0.0.0.0/0 via fd00::1 dev 2",
		 "{\"type\":\"unicast\",\"dst\":\"default\",\"via\":{\"family\":\"inet6\","
		 "\"host\":\"fd00::1\"},\"dev\":\"eth0\",\"table\":\"254\",\"protocol\":\"hgw\","
		 "\"scope\":\"global\",\"flags\":[]}"},
		{"fd00::/64 tos 16 nhid 9 via 10.0.0.1 dev 77",
		 "{\"type\":\"unicast\",\"dst\":\"fd00::/64\",\"nhid\":9,\"tos\":\"0x10\",\"via\":"
		 "{\"family\":\"inet\",\"host\":\"10.0.0.1\"},\"dev\":\"if77\",\"table\":\"254\","
		 "\"protocol\":\"hgw\",\"scope\":\"global\",\"flags\":[]}"},
		{"blackhole 10.0.0.0/8",
		 "{\"type\":\"blackhole\",\"dst\":\"10.0.0.0/8\",\"table\":\"254\",\"protocol\":"
		 "\"hgw\",\"scope\":\"global\",\"flags\":[]}"},
		{"fd00::/64 nexthop via fd00::1 dev 2 onlink linkdown nexthop via fd00::2 dev 2 "
		 "weight 256",
		 "{\"type\":\"unicast\",\"dst\":\"fd00::/64\",\"table\":\"254\",\"protocol\":"
		 "\"hgw\",\"scope\":\"global\",\"flags\":[],\"nexthops\":[{\"gateway\":"
		 "\"fd00::1\",\"dev\":\"eth0\",\"weight\":1,\"flags\":[\"onlink\",\"linkdown\"]},{"
		 "\"gateway\":\"fd00::2\",\"dev\":\"eth0\",\"weight\":256,\"flags\":[]}]}"},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct state *t = *state;
		json_t *j;
		char *text;

		t->plan.n = 0;
		add_change(t, HGW_OP_ADD, NULL, cases[i].route);
		j = document(t, hgw_json_plan);
		text = json_dumps(at(j, "changes/0/after"), JSON_COMPACT);
		assert_non_null(text);
		assert_string_equal(text, cases[i].json);
		free(text);
		json_decref(j);
	}
}

static char *shown_json(const struct state *t, const struct hgw_routes *routes)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(hgw_json_shown(f, &t->view, routes), 0);
	fclose(f);
	return text;
}

/* As "ip -j" has it, without -d; but with the protocol. */
static void shown_routes_leave_the_defaults_out(void **state)
{
	struct state *t = *state;
	struct hgw_routes *set = &t->actual.owned;
	char *text = shown_json(t, set);

	assert_string_equal(text, "[]\n");
	free(text);
	add_route(set, &t->pool, "10.244.1.0/24 via 10.0.0.2 dev 2 table 100");
	add_route(set, &t->pool, "blackhole 10.245.0.0/16 metric 5");
	add_route(set, &t->pool, "10.246.0.0/16 dev 2 scope 253");
	text = shown_json(t, set);
	assert_string_equal(
		text, "[{\"dst\":\"10.244.1.0/24\",\"gateway\":\"10.0.0.2\",\"dev\":\"eth0\","
		      "\"protocol\":\"hgw\",\"flags\":[]},{\"type\":\"blackhole\",\"dst\":"
		      "\"10.245.0.0/16\",\"protocol\":\"hgw\",\"metric\":5,\"flags\":[]},{\"dst\":"
		      "\"10.246.0.0/16\",\"dev\":\"eth0\",\"protocol\":\"hgw\",\"scope\":\"link\","
		      "\"flags\":[]}]\n");
	free(text);
}

static void what_we_do_not_model_is_shown_all_the_same(void **state)
{
	struct state *t = *state;
	struct hgw_route r = route(&t->pool, "fd00::/64 via fd00::1 dev 2 metric 1024 mtu 1400");
	struct rta_cacheinfo ci = {.rta_expires = (int)sysconf(_SC_CLK_TCK) * 90};
	struct hgw_addr src = addr("fd00::2");
	struct message m, inside;
	uint8_t low = 3;
	char *text;

	message_start(&inside, 0, 0);
	message_put_u32(&inside, RTAX_MTU, 1400);
	message_put_u32(&inside, RTAX_RTT, 8 * 300);
	message_put_u32(&inside, RTAX_HOPLIMIT, UINT32_MAX);
	message_put_u32(&inside, RTAX_FEATURES, RTAX_FEATURE_ECN | 2);
	message_put(&inside, RTAX_CC_ALGO, "re\xffno", 6);
	message_start(&m, AF_INET6, RTNH_F_LINKDOWN);
	message_put(&m, RTA_PREF, &low, 1);
	message_put(&m, RTA_CACHEINFO, &ci, sizeof(ci));
	message_put_metrics(&m, &inside);
	message_put(&m, RTA_PREFSRC, src.b, 16);
	message_end(&m, &t->pool, &r);
	assert_int_equal(hgw_routes_add(&t->actual.owned, &r, &t->err), 0);
	text = shown_json(t, &t->actual.owned);
	assert_string_equal(
		text, "[{\"dst\":\"fd00::/64\",\"gateway\":\"fd00::1\",\"dev\":\"eth0\","
		      "\"protocol\":\"hgw\",\"prefsrc\":\"fd00::2\",\"metric\":1024,\"flags\":["
		      "\"linkdown\"],\"expires\":90,\"metrics\":[{\"mtu\":1400,\"rtt\":300,"
		      "\"ecn\":null,\"features\":\"0x3\",\"congestion\":\"re?no\"}],\"pref\":"
		      "\"low\"}]\n");
	free(text);
}

static void a_verdict_is_its_checks(void **state)
{
	struct state *t = *state;
	char *text;

	t->report.format = "hgw.verify/1";
	judge(t, "10.244.1.0/24 via 10.0.0.2 dev 2", NULL);
	t->verdict.n = 1;
	text = print(t, hgw_json_verdict);
	assert_string_equal(
		text, "{\"format\":\"hgw.verify/1\",\"node\":\"node1\",\"source\":\"kernel\","
		      "\"ok\":true,\"checks\":[{\"id\":\"route\",\"status\":\"pass\",\"node\":"
		      "\"node2\",\"subject\":\"10.244.1.0/24\",\"message\":\"as it should be\","
		      "\"origin\":{\"file\":\"inv.yaml\",\"line\":3,\"column\":45}}],"
		      "\"diagnostics\":[]}\n");
	free(text);
}

static void failures_make_a_verdict_false(void **state)
{
	struct state *t = *state;
	struct hgw_err err = {HGW_FAILED, "x"};
	json_t *j;

	add_route(&t->actual.owned, &t->pool, "10.244.9.0/24 dev 3");
	judge(t, NULL, "10.244.1.0/25 dev 2 proto 4");
	j = document(t, hgw_json_verdict);
	assert_true(json_is_false(at(j, "ok")));
	assert_int_equal(json_array_size(at(j, "checks")), 5);
	assert_string_at(j, "checks/0/status", "fail");
	assert_string_at(
		j, "checks/0/message",
		"missing; should be 10.244.1.0/24 via 10.0.0.2 dev eth0 proto hgw; run hgw "
		"apply");
	assert_string_at(j, "checks/1/id", "onlink");
	assert_string_at(j, "checks/2/id", "shadowed");
	assert_string_at(j, "checks/3/id", "extra");
	assert_string_at(j, "checks/3/subject", "10.244.9.0/24");
	assert_true(json_is_null(at(j, "checks/3/node")));
	assert_true(json_is_null(at(j, "checks/3/origin")));
	assert_string_at(j, "checks/4/id", "rule");
	assert_string_at(j, "checks/4/status", "warn");
	assert_string_at(j, "checks/4/subject", "inet");
	json_decref(j);
	/* An error makes it false all the same. */
	t->verdict.count[HGW_FAIL] = 0;
	t->report.err = &err;
	j = document(t, hgw_json_verdict);
	assert_true(json_is_false(at(j, "ok")));
	json_decref(j);
}

static void a_message_too_long_is_cut(void **state)
{
	struct state *t = *state;
	struct hgw_hop hops[64];
	struct hgw_route *r;
	json_t *j;

	for (size_t i = 0; i < HGW_ARRAY_LEN(hops); i++)
		hops[i] = (struct hgw_hop){.via = addr("10.0.0.9"), .weight = 1, .oif = 3};
	add_route(&t->actual.owned, &t->pool, "10.244.1.0/24 dev 2");
	r = &t->actual.owned.v[0];
	r->nhops = HGW_ARRAY_LEN(hops);
	assert_int_equal(hgw_pool_add_hops(&t->pool, hops, HGW_ARRAY_LEN(hops), &r->hops, &t->err),
			 0);
	judge(t, NULL, NULL);
	j = document(t, hgw_json_verdict);
	assert_memory_equal(json_string_value(at(j, "checks/0/message")),
			    "wrong gateway: 10.244.1.0/24 proto hgw nexthop via 10.0.0.9 ", 60);
	json_decref(j);
}

static void a_full_disk_is_for_the_owner_of_the_stream(void **state)
{
	struct state *t = *state;
	FILE *f = fopen("/dev/full", "we");

	if (f == NULL)
		skip();
	add_changes(t);
	judge(t, NULL, NULL);
	setvbuf(f, NULL, _IONBF, 0);
	assert_int_equal(hgw_json_plan(f, &t->view, &t->report), 0);
	assert_int_equal(hgw_json_verdict(f, &t->view, &t->report), 0);
	assert_true(ferror(f));
	fclose(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_plan_is_one_line),
		TEST(each_change_has_action_and_reason),
		TEST(a_document_of_nothing_is_complete),
		TEST(diagnostics_come_with_their_places),
		TEST(what_is_not_utf8_does_not_break_it),
		TEST(what_is_utf8_is_kept_as_ascii),
		TEST(routes_have_the_members_of_ip),
		TEST(shown_routes_leave_the_defaults_out),
		TEST(what_we_do_not_model_is_shown_all_the_same),
		TEST(a_verdict_is_its_checks),
		TEST(failures_make_a_verdict_false),
		TEST(a_message_too_long_is_cut),
		TEST(a_full_disk_is_for_the_owner_of_the_stream),
	};

	return cmocka_run_group_tests_name("output_json", tests, NULL, NULL);
}
