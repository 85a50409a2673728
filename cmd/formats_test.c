/* SPDX-License-Identifier: MIT */
/* verify for other programs: what they make of its output, and how it waits. */
#include "process_test.h"

#define CLUSTER "network: {cluster: [10.244.0.0/16, 'fd02::/16', 'fd03::/16']}\n"

/* A host that is as its inventory says. */
static void good_host(void)
{
	process_begin();
	write_text("/run/inv.yaml", CLUSTER TWO_NODES);
	testns_sh("for c in all v0 v1; do echo 1 >/proc/sys/net/ipv4/conf/$c/forwarding\n"
		  "echo 0 >/proc/sys/net/ipv4/conf/$c/rp_filter; done\n"
		  "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding");
	testns_sh("%s apply -q /run/inv.yaml", hgw_binary());
}

static bool have(const char *program)
{
	return testns_try("command -v %s", program) == 0;
}

/* --- Their readers --------------------------------------------------------------- */

static int prove(const char *args)
{
	return testns_try("prove --exec '%s verify -q -o tap' %s", hgw_binary(), args);
}

/* As a test of its own, with the inventory for its script. */
static void prove_runs_it(void **state)
{
	(void)state;
	good_host();
	if (!have("prove"))
		skip();
	assert_int_equal(prove("/run/inv.yaml"), 0);
	testns_sh("prove -v --exec '%s verify -q -o tap' /run/inv.yaml >/run/text; "
		  "grep -q 'Tests=16, ' /run/text; grep -q '^Result: PASS' /run/text",
		  hgw_binary());
	testns_sh("ip route del 10.244.2.0/24; ip route add 10.9.0.0/24 dev v0 proto hgw");
	assert_int_equal(prove("/run/inv.yaml"), 1);
	testns_sh("prove --exec '%s verify -q -o tap' /run/inv.yaml >/run/text 2>&1 || true; "
		  "grep -q 'Failed tests:  1, 16$' /run/text",
		  hgw_binary());
	assert_int_not_equal(prove("/run/missing.yaml"), 0);
	assert_int_not_equal(prove("/dev/null"), 0);
}

/* Of a file prove cannot tell what it knows. */
static void prove_reads_it(void **state)
{
	(void)state;
	good_host();
	if (!have("prove"))
		skip();
	testns_sh("TAP_VERSION=13 %s verify -o tap /run/inv.yaml >/run/good.tap\n"
		  "prove --exec cat /run/good.tap >/run/text; grep -q 'Tests=16, ' /run/text",
		  hgw_binary());
	testns_sh(
		"sed -i 's/name: n2/name: \"n2 # SKIP \\\\\\\\ # TODO\"/' /run/inv.yaml\n"
		"ip route del 10.244.2.0/24\n"
		"TAP_VERSION=13 %s verify -o tap /run/inv.yaml >/run/bad.tap || [ $? = 2 ]\n"
		"prove --exec cat /run/bad.tap >/run/text 2>&1 && exit 1\n"
		"grep -q 'Failed test:  1$' /run/text\n"
		"grep -q 'less 4 skipped subtests' /run/text; ! grep -qi 'todo\\|parse' /run/text",
		hgw_binary());
}

static void the_version_is_the_newest_unless_it_is_not_known(void **state)
{
	(void)state;
	good_host();
	testns_sh("for v in 13 12 14 15 x ''; do TAP_VERSION=$v %s verify -o tap /run/inv.yaml | "
		  "head -n 1; done | tr '\\n' ' ' >/run/text\n"
		  "unset TAP_VERSION; %s verify -o tap /run/inv.yaml | head -n 1 >>/run/text",
		  hgw_binary(), hgw_binary());
	assert_int_equal(testns_try("grep -x '\\(TAP version 13 \\)\\(TAP version 14 *\\)\\{6\\}' "
				    "/run/text"),
			 0);
}

static void junit_is_valid_and_stamped(void **state)
{
	const char *schema = "testdata/schema/junit.xsd";

	(void)state;
	good_host();
	if (!have("xmllint"))
		skip();
	testns_sh("unset SOURCE_DATE_EPOCH; xml() { %s verify -q -o junit \"$@\" >/run/x || true; "
		  "xmllint --noout --schema %s /run/x; }\n"
		  "xml /run/inv.yaml; grep -q \"timestamp=.$(date -u +%%Y-)\" /run/x\n"
		  "xml /run/missing.yaml; grep -q '<error ' /run/x\n"
		  "xml --bogus; grep -q '<error ' /run/x\n"
		  "ip route del 10.244.2.0/24; xml /run/inv.yaml; grep -q '<failure ' /run/x\n"
		  "xml --retry 1 /run/inv.yaml; grep -q 'time=.1[.]' /run/x\n"
		  "export SOURCE_DATE_EPOCH=86400; xml /run/inv.yaml\n"
		  "[ $(grep -c 'time=.0[.]000.* timestamp=.1970-01-02T00:00:00' /run/x) = 1 ]\n"
		  "for bad in -1 x 99999999999999999999; do export SOURCE_DATE_EPOCH=$bad\n"
		  "xml /run/inv.yaml; ! grep -q 1970 /run/x; done",
		  hgw_binary(), schema);
}

static void nagios_has_four_states(void **state)
{
	(void)state;
	good_host();
	hgw_is("verify -o nagios /run/inv.yaml", 0, NULL);
	testns_sh("grep -q '^HGW OK - me: 4 subnets, ' /run/out");
	testns_sh("ip route del 10.244.2.0/24; ip route add 10.244.2.0/24 via 10.0.0.2");
	hgw_is("verify -o nagios /run/inv.yaml", 1, NULL);
	hgw_is("verify -o nagios --strict /run/inv.yaml", 2, NULL);
	testns_sh("ip route del 10.244.2.0/24");
	hgw_is("verify -o nagios /run/inv.yaml", 2, NULL);
	hgw_is("verify -o nagios /run/missing.yaml", 3, "cannot open");
	testns_sh("grep -q '^HGW UNKNOWN - cannot open ' /run/out");
	hgw_is("verify -o nagios --netns nowhere /run/inv.yaml", 3, NULL);
	hgw_is("verify --bogus -onagios", 3, NULL);
	hgw_is("verify -o nagios -o yaml", 3, NULL);
	hgw_is("verify -o yaml", 64, NULL);
	hgw_is("verify -o nagios /run/inv.yaml >/dev/full", 3, "cannot write");
}

/* --- --strict ---------------------------------------------------------------------- */

static void strangers_in_the_pod_networks_fail(void **state)
{
	static const struct {
		const char *route;
		int status;
	} cases[] = {
		{"10.244.77.0/24 via 10.0.0.9 proto static", 2},
		{"10.244.2.0/24 via 10.0.0.9 metric 500", 2},
		{"10.244.2.128/25 via 10.0.0.2", 2},
		{"blackhole 10.244.0.0/16", 2},
		{"fd02:0:0:7::/64 via fd00::9", 2},
		{"fd02::/64 via fd00::9 metric 2048", 2},
		{"10.0.0.0/8 via 10.0.0.9", 0},
		{"10.245.0.0/24 via 10.0.0.9", 0},
		{"10.244.77.0/24 via 10.0.0.9 table 100", 0},
	};

	(void)state;
	good_host();
	hgw_is("verify --strict /run/inv.yaml", 0, NULL);
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		testns_sh("ip route add %s", cases[i].route);
		hgw_is("verify /run/inv.yaml", 0, NULL);
		hgw_is("verify --strict /run/inv.yaml", cases[i].status, NULL);
		if (cases[i].status != 0)
			testns_sh("grep -q '^FAIL foreign .* is not ours' /run/out; "
				  "[ $(grep -c FAIL /run/out) = 1 ]");
		testns_sh("ip route del %s", cases[i].route);
	}
	hgw_is("verify --strict /run/inv.yaml", 0, NULL);
}

/* --- --retry ----------------------------------------------------------------------- */

/* What it waits for is told by the kernel: it does not take a second. */
static void a_change_ends_the_wait(void **state)
{
	long start;
	pid_t pid;

	(void)state;
	good_host();
	testns_sh("ip route del 10.244.2.0/24; ip link set v1 down");
	pid = hgw_start("verify --retry 60 /run/inv.yaml");
	wait_for_text("/run/err", "hgw: waiting up to 60 s: ");
	pause_ms(1100);
	assert_false(process_ended(pid));
	testns_sh("ip link set v1 up; ip addr add fd00:1::1/64 dev v1 nodad");
	start = now_ms();
	testns_sh("%s apply -q /run/inv.yaml", hgw_binary());
	assert_int_equal(process_end(pid), 0);
	assert_true(now_ms() - start < 900);
	testns_sh("grep -q '^me: 0 failed, ' /run/out; [ $(wc -l </run/err) = 1 ]");
}

/* Nobody tells of rules: they are looked at every second. */
static void what_nobody_tells_of_is_seen_too(void **state)
{
	pid_t pid;

	(void)state;
	good_host();
	testns_sh("%s apply -q --table 100 /run/inv.yaml", hgw_binary());
	pid = hgw_start("verify --strict --table 100 --retry 60 -q /run/inv.yaml");
	pause_ms(300);
	testns_sh("ip rule add table 100; ip -6 rule add table 100");
	assert_int_equal(process_end(pid), 0);
	testns_sh("[ $(wc -l </run/err) = 0 ]");
}

static void time_runs_out(void **state)
{
	long start;

	(void)state;
	good_host();
	testns_sh("ip route del 10.244.2.0/24");
	start = now_ms();
	hgw_is("verify --retry 1 /run/inv.yaml", 2, "waiting up to 1 s: 1 check fails");
	assert_in_range(now_ms() - start, 1000, 2500);
	testns_sh("grep -q '^FAIL route 10.244.2.0/24 n2' /run/out; grep -q '^me: 1 failed' "
		  "/run/out; [ $(wc -l </run/out) = 3 ]");
	start = now_ms();
	hgw_is("verify --retry 0 /run/inv.yaml", 2, NULL);
	hgw_is("verify --retry 60 --node nobody /run/inv.yaml", 65, "no node 'nobody'");
	hgw_is("verify --retry 60 /run/missing.yaml", 66, NULL);
	assert_true(now_ms() - start < 900);
}

/* A host that changes all the time is not looked at all the time. */
static void a_storm_of_changes_is_no_work(void **state)
{
	pid_t pid;

	(void)state;
	good_host();
	testns_sh("ip route del 10.244.2.0/24\n"
		  "(while ! [ -e /run/calm ]; do ip route add 10.99.0.0/24 dev v0\n"
		  "ip route del 10.99.0.0/24; done) >/dev/null 2>&1 &");
	pid = hgw_start("verify --retry 60 -q /run/inv.yaml");
	pause_ms(2000);
	/* Ticks of 10 ms: less than half of the time. */
	testns_sh("[ $(awk '{ print $14 + $15 }' /proc/%d/stat) -lt 100 ]; >/run/calm", (int)pid);
	testns_sh("%s apply -q /run/inv.yaml", hgw_binary());
	assert_int_equal(process_end(pid), 0);
}

/* The documents of readings that were not the last are not there. */
static void one_document_comes_of_it(void **state)
{
	json_t *doc;

	(void)state;
	good_host();
	testns_sh("ip route del 10.244.2.0/24");
	hgw_is("verify --retry 2 -o json /run/inv.yaml", 2, NULL);
	doc = output_document("hgw.verify/1");
	assert_true(json_is_false(json_object_get(doc, "ok")));
	assert_int_equal(json_array_size(json_object_get(doc, "diagnostics")), 0);
	json_decref(doc);
}

static void the_address_of_this_node_may_come_late(void **state)
{
	pid_t pid;

	(void)state;
	good_host();
	testns_sh("ip addr del 10.0.0.1/24 dev v0; ip addr del fd00::1/64 dev v0");
	pid = hgw_start("verify --retry 60 /run/inv.yaml");
	wait_for_text("/run/err", "waiting up to 60 s: which node is this host?");
	testns_sh("ip addr add 10.0.0.1/24 dev v0; ip addr add fd00::1/64 dev v0 nodad; "
		  "%s apply -q --wait 5 /run/inv.yaml",
		  hgw_binary());
	assert_int_equal(process_end(pid), 0);
	testns_sh("[ $(wc -l </run/err) = 1 ]");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(prove_runs_it),
		cmocka_unit_test(prove_reads_it),
		cmocka_unit_test(the_version_is_the_newest_unless_it_is_not_known),
		cmocka_unit_test(junit_is_valid_and_stamped),
		cmocka_unit_test(nagios_has_four_states),
		cmocka_unit_test(strangers_in_the_pod_networks_fail),
		cmocka_unit_test(a_change_ends_the_wait),
		cmocka_unit_test(what_nobody_tells_of_is_seen_too),
		cmocka_unit_test(time_runs_out),
		cmocka_unit_test(a_storm_of_changes_is_no_work),
		cmocka_unit_test(one_document_comes_of_it),
		cmocka_unit_test(the_address_of_this_node_may_come_late),
	};

	return cmocka_run_group_tests_name("formats", tests, testns_setup, NULL);
}
