/* SPDX-License-Identifier: MIT */
/* The module of Ansible, as Ansible runs it: arguments in a file, one JSON document comes back. */
#include "process_test.h"

#define INV	   "\"inventory\": \"/run/inv.yaml\""
#define ME_IS(...) "{" INV __VA_ARGS__ "}"

static const char *module_binary(void)
{
	const char *module = getenv("HGW_MODULE");

	return module != NULL && *module != '\0' ? module : "build/ansible/hgw";
}

static const char *runner(void)
{
	const char *command = getenv("HGW_RUNNER");

	return command != NULL ? command : "";
}

/* Runs it; what it answered, to be json_decref'ed. Nothing but JSON may come. */
static json_t *run_module(const char *args)
{
	json_error_t at;
	json_t *answer;
	int rc;

	write_text("/run/args", args);
	rc = testns_try("%s %s /run/args >/run/out 2>/run/err", runner(), module_binary());
	answer = json_load_file("/run/out", JSON_REJECT_DUPLICATES, &at);
	if (answer == NULL)
		fail_msg("%s: no JSON: %s", args, at.text);
	assert_int_equal(json_integer_value(json_object_get(answer, "rc")), rc);
	assert_int_equal(testns_try("test -s /run/err"), 1);
	return answer;
}

static const char *text_in(const json_t *answer, const char *key)
{
	const char *text = json_string_value(json_object_get(answer, key));

	return text != NULL ? text : "";
}

static json_int_t count_in(const json_t *answer, const char *key)
{
	return json_integer_value(json_object_get(json_object_get(answer, "summary"), key));
}

static void answer_is(const json_t *answer, int rc, bool changed, const char *msg)
{
	bool failed = json_is_true(json_object_get(answer, "failed"));

	if (json_integer_value(json_object_get(answer, "rc")) != rc || failed != (rc != 0) ||
	    json_is_true(json_object_get(answer, "changed")) != changed ||
	    strstr(text_in(answer, "msg"), msg) == NULL)
		fail_msg("not %d, %schanged, '%s' but: %s", rc, changed ? "" : "un", msg,
			 json_dumps(answer, 0));
}

/* Runs it, and that is all. */
static void module_is(const char *args, int rc, bool changed, const char *msg)
{
	json_t *answer = run_module(args);

	answer_is(answer, rc, changed, msg);
	json_decref(answer);
}

static char *owned(void)
{
	return testns_out("ip -o route show table all proto hgw");
}

static void owned_is(size_t lines)
{
	char *text = owned();
	size_t n = 0;

	for (const char *c = text; *c != '\0'; c++)
		n += *c == '\n';
	if (n != lines)
		fail_msg("%zu routes, not %zu:\n%s", n, lines, text);
	free(text);
}

static void arguments_are_checked(void **state)
{
	static const struct {
		const char *args;
		int rc;
		const char *msg;
	} cases[] = {
		{"{\"adpot\": true}", HGW_USAGE,
		 "Unsupported parameters for (hgw) module: adpot. Supported parameters include: "
		 "adopt, allow_empty, annotation_prefix, confirm_within, family, inventory, "},
		{"{\"adopt\": \"maybe\"}", HGW_USAGE,
		 "argument 'adopt' takes yes or no, not 'maybe'"},
		{"{\"adopt\": 2}", HGW_USAGE, "argument 'adopt' takes yes or no, not '2'"},
		{"{\"adopt\": []}", HGW_USAGE, "argument 'adopt' takes a string or a whole number"},
		{"{\"node\": true}", HGW_USAGE,
		 "argument 'node' takes a string or a whole number; words such as 'on' need "
		 "quotes"},
		{"{\"state\": \"present\"}", HGW_USAGE,
		 "argument 'state' takes applied, verified, flushed, confirmed or rolled_back"},
		{"{\"state\": 1}", HGW_USAGE, "argument 'state' takes applied"},
		{"{\"family\": \"inet\"}", HGW_USAGE, "argument 'family' takes ipv4 or ipv6"},
		{"{\"inventory\": 7}", HGW_USAGE, "argument 'inventory' takes a path"},
		{"{\"inventory\": [\"/run/inv.yaml\", \"\"]}", HGW_USAGE,
		 "argument 'inventory' takes a path"},
		{"{\"inventory\": \"-\"}", HGW_USAGE, "a module has no standard input"},
		{"{\"inventory\": \"-v\"}", HGW_NOINPUT, "cannot open -v"},
		{"{\"wait\": \"soon\"}", HGW_USAGE, "--wait takes whole seconds"},
		{"{" INV ", \"table\": \"0\"}", HGW_USAGE, "unknown table '0'"},
		{"{\"state\": \"flushed\", \"adopt\": true}", HGW_USAGE,
		 "flush has no option '--adopt'"},
		{"{\"state\": \"flushed\", " INV "}", HGW_USAGE, "flush takes no inventory"},
		{"[]", HGW_USAGE, "the arguments are no JSON object"},
		{"{\"state\": ", HGW_USAGE, "/run/args: "},
	};

	(void)state;
	process_begin();
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++)
		module_is(cases[i].args, cases[i].rc, false, cases[i].msg);
	owned_is(0);
}

static void by_hand_it_says_what_it_is(void **state)
{
	(void)state;
	process_begin();
	testns_sh("%s >/run/out || test $? = 64; grep -q 'by hand there is hgw(8)' /run/out",
		  module_binary());
}

static void arguments_of_ansible_itself_are_taken(void **state)
{
	(void)state;
	process_begin();
	module_is(ME_IS(", \"node\": null, \"_ansible_check_mode\": false, \"_ansible_version\": "
			"\"2.14.18\", \"_ansible_no_log\": false, \"_ansible_verbosity\": 3, "
			"\"_ansible_selinux_special_fs\": [\"nfs\"]"),
		  0, true, "Applied: 4 added");
}

static void applies_once(void **state)
{
	json_t *answer;

	(void)state;
	process_begin();
	answer = run_module(ME_IS());
	answer_is(answer, 0, true, "Applied: 4 added, 0 replaced, 0 deleted, 0 unchanged.");
	assert_string_equal(text_in(answer, "format"), "hgw.apply/1");
	assert_string_equal(text_in(answer, "node"), "me");
	assert_int_equal(count_in(answer, "add"), 4);
	assert_int_equal(json_array_size(json_object_get(answer, "changes")), 4);
	assert_null(json_object_get(answer, "diff"));
	json_decref(answer);
	owned_is(4);
	answer = run_module(ME_IS(", \"_ansible_diff\": true"));
	answer_is(answer, 0, false, "nothing to do");
	assert_int_equal(count_in(answer, "unchanged"), 4);
	assert_null(json_object_get(answer, "diff"));
	json_decref(answer);
}

static void check_mode_changes_nothing(void **state)
{
	static const char *const flush = "{\"state\": \"flushed\", \"_ansible_check_mode\": true}";

	(void)state;
	process_begin();
	module_is(ME_IS(", \"_ansible_check_mode\": true"), 0, true, "Plan: 4 to add");
	module_is(ME_IS(", \"_ansible_check_mode\": true, \"confirm_within\": 60, "
			"\"verify\": true"),
		  0, true, "Plan: 4 to add, 0 to replace, 0 to delete, 0 unchanged.");
	owned_is(0);
	module_is(flush, 0, false, "nothing to do");
	module_is(ME_IS(", \"family\": \"ipv6\""), 0, true, "Applied: 2 added");
	module_is(flush, 0, true, "Plan: 0 to add, 0 to replace, 2 to delete");
	owned_is(2);
	module_is("{\"state\": \"confirmed\", \"_ansible_check_mode\": true}", 0, false,
		  "check mode");
	module_is("{\"state\": \"flushed\"}", 0, true, "2 deleted");
	owned_is(0);
}

static void diff_has_what_changes(void **state)
{
	json_t *answer, *diff;

	(void)state;
	process_begin();
	testns_sh("ip route add 10.244.2.0/24 via 10.0.0.7 proto hgw\n"
		  "ip route add 10.244.9.0/24 via 10.0.0.9 proto hgw");
	answer = run_module(ME_IS(", \"_ansible_diff\": true, \"_ansible_check_mode\": true, "
				  "\"family\": \"ipv4\""));
	answer_is(answer, 0, true, "Plan: 1 to add, 1 to replace, 1 to delete");
	diff = json_object_get(answer, "diff");
	assert_string_equal(text_in(diff, "before_header"), "kernel me (table main, proto hgw)");
	assert_string_equal(text_in(diff, "after_header"), "/run/inv.yaml (me)");
	assert_string_equal(text_in(diff, "before"),
			    "10.244.2.0/24 via 10.0.0.7 dev v0 proto hgw\n"
			    "10.244.9.0/24 via 10.0.0.9 dev v0 proto hgw\n");
	assert_string_equal(text_in(diff, "after"),
			    "10.244.2.0/24 via 10.0.0.2 dev v0 proto hgw\n"
			    "10.244.3.0/24 via 10.0.1.3 dev v1 proto hgw\n");
	json_decref(answer);
}

/* As YAML, the command line and templates give them. */
static void words_and_numbers_are_taken(void **state)
{
	static const char *const keep[] = {"false", "\"no\"", "\"Off\"", "0", "\"0\"", "\"F\""};
	static const char *const prune[] = {"true", "\"yes\"", "\"ON\"", "1", "\"1\"", "\"True\""};
	char args[128];

	(void)state;
	process_begin();
	module_is(ME_IS(), 0, true, "4 added");
	for (size_t i = 0; i < HGW_ARRAY_LEN(keep); i++) {
		testns_sh("ip route add 10.244.9.0/24 via 10.0.0.9 proto hgw");
		snprintf(args, sizeof(args), ME_IS(", \"prune\": %s"), keep[i]);
		module_is(args, 0, false, "nothing to do");
		snprintf(args, sizeof(args), ME_IS(", \"prune\": %s"), prune[i]);
		module_is(args, 0, true, "1 deleted");
	}
	testns_sh("ip route add 10.244.9.0/24 via 10.0.0.9 proto hgw");
	module_is(ME_IS(", \"max_delete\": 0"), HGW_REFUSED, false, "--max-delete");
	module_is(ME_IS(", \"max_delete\": \"50%\", \"table\": 254, \"protocol\": 72"), 0, true,
		  "1 deleted");
	module_is("{\"inventory\": [\"/run/inv.yaml\"], \"node\": \"me\"}", 0, false, "nothing");
}

static void verified_tells_what_does_not_pass(void **state)
{
	json_t *answer, *check;

	(void)state;
	process_begin();
	testns_sh("echo 1 >/proc/sys/net/ipv4/ip_forward\n"
		  "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding\n"
		  "for c in all v0 v1; do echo 0 >/proc/sys/net/ipv4/conf/$c/rp_filter; done");
	module_is(ME_IS(), 0, true, "4 added");
	answer = run_module(ME_IS(", \"state\": \"verified\", \"_ansible_check_mode\": true"));
	answer_is(answer, 0, false, "checks, none fails");
	/* What a namespace of tests does not tell: twice as a pod, twice gc_thresh3. */
	assert_int_equal(json_array_size(json_object_get(answer, "checks")), 4);
	assert_int_equal(count_in(answer, "skip"), 4);
	assert_true(count_in(answer, "pass") >= 16);
	json_decref(answer);

	testns_sh("ip route del 10.244.3.0/24");
	answer = run_module(ME_IS(", \"state\": \"verified\""));
	answer_is(answer, HGW_DIFFERS, false, "checks fails: route 10.244.3.0/24: missing");
	assert_int_equal(json_array_size(json_object_get(answer, "checks")), 5);
	assert_int_equal(count_in(answer, "fail"), 1);
	check = json_array_get(json_object_get(answer, "checks"), 0);
	assert_string_equal(text_in(check, "node"), "n3");
	json_decref(answer);
}

static void a_change_waits_for_its_confirmation(void **state)
{
	(void)state;
	process_begin();
	module_is(ME_IS(", \"confirm_within\": 120"), 0, true,
		  "The routes go back in 120 s, unless confirmed.");
	module_is(ME_IS(), HGW_TEMPFAIL, false, "a change waits for its confirmation");
	module_is("{\"state\": \"confirmed\"}", 0, false, "confirmed");
	owned_is(4);
	module_is("{\"state\": \"confirmed\"}", HGW_REFUSED, false, "no change is waiting");
	testns_sh("ip route del 10.244.3.0/24");
	module_is(ME_IS(", \"confirm_within\": \"120\""), 0, true, "1 added");
	module_is("{\"state\": \"rolled_back\"}", 0, true, "rolled back");
	owned_is(3);
}

static void what_fails_changes_nothing(void **state)
{
	(void)state;
	process_begin();
	testns_sh("ip route add 10.244.3.0/24 via 10.0.1.9");
	module_is(ME_IS(), HGW_REFUSED, false, "\n! 10.244.3.0/24 via 10.0.1.9 dev v1");
	owned_is(0);
	module_is(ME_IS(", \"adopt\": true"), 0, true, "3 added, 1 replaced");
	write_text("/run/inv.yaml", "nodes:\n- {name: me, addres: 10.0.0.1}\n");
	module_is(ME_IS(), HGW_DATAERR, false,
		  "inv.yaml:2:14: unknown key 'addres'; did you mean 'address'?");
	owned_is(4);
}

static void warnings_are_told(void **state)
{
	json_t *answer, *list;

	(void)state;
	process_begin();
	testns_sh("echo '- {name: far, address: 10.9.9.9, subnet: 10.244.9.0/24}' >>/run/inv.yaml");
	answer = run_module(ME_IS(", \"skip_unreachable\": true"));
	answer_is(answer, 0, true, "4 added");
	list = json_object_get(answer, "warnings");
	assert_int_equal(json_array_size(list), 1);
	assert_non_null(strstr(json_string_value(json_array_get(list, 0)), "/run/inv.yaml:7:"));
	json_decref(answer);
}

/* While it waits for an address that does not come. */
static void a_signal_is_answered_too(void **state)
{
	static const int signals[] = {SIGHUP, SIGINT, SIGTERM};

	(void)state;
	process_begin();
	write_text("/run/args", ME_IS(", \"wait\": 60"));
	testns_sh("ip addr flush dev v1");
	for (size_t i = 0; i < HGW_ARRAY_LEN(signals); i++)
		testns_sh("%s /run/args >/run/out & tries=1000\n"
			  /* it catches all three: bits 0, 1 and 14; a sanitizer others besides */
			  "until grep -q '^SigCgt:.*[4-7c-f]..[37bf]$' /proc/$!/status; do\n"
			  "sleep 0.01; tries=$((tries - 1)); [ $tries -gt 0 ]; done\n"
			  "kill -%d $!; wait $! || test $? = %d\n"
			  "grep -q '\"failed\": true, \"rc\": %d, ' /run/out",
			  module_binary(), signals[i], 128 + signals[i], 128 + signals[i]);
	owned_is(0);
}

/* While it writes: then it goes back first, or is done already. */
static void a_signal_between_changes_is_answered_too(void **state)
{
	json_error_t at;
	json_t *answer;
	bool done;

	(void)state;
	process_begin();
	write_text("/run/args", ME_IS());
	testns_sh(
		"awk 'BEGIN { for (i = 0; i < 3000; i++)\n"
		"printf \"- {name: x%%d, address: 10.1.%%d.%%d, subnet: 10.%%d.%%d.0/24}\\n\", i,\n"
		"i / 200, i %% 200 + 1, 100 + i / 200, i %% 200 }' >>/run/inv.yaml\n"
		"ip addr add 10.1.255.1/16 dev v0\n"
		"%s /run/args >/run/out & while kill -0 $! && ! ip route show proto hgw | grep -q "
		".\n"
		"do :; done; kill $! || true; wait $! || test $? = 143",
		module_binary());
	answer = json_load_file("/run/out", JSON_REJECT_DUPLICATES, &at);
	assert_non_null(answer);
	done = json_integer_value(json_object_get(answer, "rc")) == 0;
	answer_is(answer, done ? 0 : 143, done, done ? "3004 added" : "interrupted: Terminated");
	json_decref(answer);
	owned_is(done ? 3002 : 0);
	testns_sh("ip route flush proto hgw; ip -6 route flush proto hgw");
}

static void a_full_disk_is_no_success(void **state)
{
	(void)state;
	process_begin();
	write_text("/run/args", ME_IS());
	assert_int_equal(testns_try("%s /run/args >/dev/full", module_binary()), HGW_IOERR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arguments_are_checked),
		cmocka_unit_test(by_hand_it_says_what_it_is),
		cmocka_unit_test(arguments_of_ansible_itself_are_taken),
		cmocka_unit_test(applies_once),
		cmocka_unit_test(check_mode_changes_nothing),
		cmocka_unit_test(diff_has_what_changes),
		cmocka_unit_test(words_and_numbers_are_taken),
		cmocka_unit_test(verified_tells_what_does_not_pass),
		cmocka_unit_test(a_change_waits_for_its_confirmation),
		cmocka_unit_test(what_fails_changes_nothing),
		cmocka_unit_test(warnings_are_told),
		cmocka_unit_test(a_signal_is_answered_too),
		cmocka_unit_test(a_signal_between_changes_is_answered_too),
		cmocka_unit_test(a_full_disk_is_no_success),
	};

	return cmocka_run_group_tests_name("module", tests, testns_setup, NULL);
}
