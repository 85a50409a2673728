/* SPDX-License-Identifier: MIT */
/* A host as it lives: it boots, its overlay is replaced under traffic, a change turns out bad. */
#include "process_test.h"

/* --- From flannel's vxlan to host-gw ------------------------------------------- */

/*
 * Two nodes as flannel leaves them with its vxlan backend: this namespace is
 * node1, the other node2. $1 is a node's own number, $2 the other's.
 */
#define FLANNEL                                                                                    \
	"for c in all default; do echo 0 >/proc/sys/net/ipv4/conf/$c/rp_filter; done\n"            \
	"ip addr add 10.0.0.$1/24 dev eth0; ip link set eth0 up\n"                                 \
	"ip link add flannel.1 address 0e:00:00:00:00:0$1 type vxlan id 1 dev eth0 "               \
	"local 10.0.0.$1 dstport 8472 nolearning\n"                                                \
	"ip addr add 10.244.$1.0/32 dev flannel.1; ip link set flannel.1 up\n"                     \
	"ip link add cni0 type bridge; ip addr add 10.244.$1.1/24 dev cni0; ip link set cni0 up\n" \
	"ip neigh add 10.244.$2.0 lladdr 0e:00:00:00:00:0$2 dev flannel.1 nud permanent\n"         \
	"bridge fdb append 0e:00:00:00:00:0$2 dev flannel.1 dst 10.0.0.$2\n"                       \
	"ip route add 10.244.$2.0/24 via 10.244.$2.0 dev flannel.1 onlink\n"

#define CLUSTER                                                                                    \
	"nodes:\n"                                                                                 \
	"- {name: node1, address: 10.0.0.1, subnet: 10.244.1.0/24}\n"                              \
	"- {name: node2, address: 10.0.0.2, subnet: 10.244.2.0/24}\n"

static void flannel_cluster(void)
{
	testns_fresh();
	testns_iproute2("72 hgw\n", NULL);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	testns_add("node2");
	if (testns_try("ip link add test type vxlan id 9 dstport 8472 && ip link del test") != 0) {
		print_message("this kernel has no vxlan\n");
		skip();
	}
	testns_sh("ip link add eth0 type veth peer name eth0 netns node2; set -- 1 2\n" FLANNEL);
	testns_in("node2", "set -- 2 1\n" FLANNEL);
	testns_sh("tries=500; until ping -c 1 -W 1 -I 10.244.1.1 10.244.2.1 >/run/ping; do\n"
		  "sleep 0.01; tries=$((tries - 1)); [ $tries -gt 0 ]\n"
		  "done");
	write_text("/run/cluster.yaml", CLUSTER);
}

/* Runs hgw on both nodes, one after the other, with traffic going before, between and after. */
static void on_both(const char *args)
{
	static const char *const nodes[] = {NULL, "node2"};

	for (size_t i = 0; i < HGW_ARRAY_LEN(nodes); i++) {
		testns_enter(nodes[i]);
		pause_ms(100);
		hgw_is(args, 0, NULL);
	}
	pause_ms(100);
	testns_enter(NULL);
}

/* What "ping -q" says at its end. */
static void read_pings(unsigned *sent, unsigned *received)
{
	char *text = testns_out("sed -n 's/ packets transmitted, \\([0-9]*\\) received.*/ \\1/p' "
				"/run/pings");
	char *end = text;

	*sent = (unsigned)strtoul(text, &end, 10);
	*received = (unsigned)strtoul(end, NULL, 10);
	free(text);
}

static void assert_by(const char *device)
{
	testns_sh("ip route get 10.244.2.1 from 10.244.1.1 | grep -q 'dev %s '", device);
	testns_in("node2", "ip route get 10.244.1.1 from 10.244.2.1 | grep -q 'dev %s '", device);
}

static void moves_from_vxlan_to_host_gw_and_loses_nothing(void **state)
{
	unsigned sent, received;
	pid_t ping;

	(void)state;
	flannel_cluster();
	hgw_is("apply /run/cluster.yaml", 5, "--adopt");
	assert_by("flannel.1");
	fflush(NULL);
	ping = fork();
	if (ping == 0) {
		execl("/bin/sh", "sh", "-c",
		      "exec ping -q -n -i 0.002 -I 10.244.1.1 10.244.2.1 >/run/pings 2>&1", NULL);
		_exit(127);
	}
	on_both("apply --adopt /run/cluster.yaml");
	assert_by("eth0");
	/* flannel takes them back, then a change that is not confirmed does, then one stays. */
	testns_sh("ip route replace 10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink");
	testns_in("node2", "ip route replace 10.244.1.0/24 via 10.244.1.0 dev flannel.1 onlink");
	assert_by("flannel.1");
	on_both("apply --adopt --confirm-within 60 --detach /run/cluster.yaml");
	assert_by("eth0");
	on_both("apply --rollback");
	assert_by("flannel.1");
	testns_sh("test \"$(ip route show 10.244.2.0/24)\" = "
		  "'10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink '");
	on_both("apply --adopt --verify /run/cluster.yaml");
	assert_by("eth0");
	kill(ping, SIGINT);
	assert_int_equal(process_end(ping), 0);
	read_pings(&sent, &received);
	print_message("%u pings sent, %u lost\n", sent, sent - received);
	assert_true(sent > 200);
	assert_int_equal(received, sent);
}

/* --- A change that does not do what it was made for ------------------------------ */

/* With --verify: taken back with 3 for this reason, as text and as JSON. */
static void is_taken_back(const char *options, const char *text)
{
	char args[128];
	char *before = all_routes();
	json_t *doc, *list, *diag;
	bool said = false;
	size_t i;

	snprintf(args, sizeof(args), "apply --verify %s /run/inv.yaml", options);
	hgw_is(args, 3, text);
	assert_same(all_routes, before);
	snprintf(args, sizeof(args), "apply --verify -o json %s /run/inv.yaml", options);
	hgw_is(args, 3, text);
	assert_same(all_routes, before);
	free(before);
	doc = output_document("hgw.apply/1");
	assert_true(json_is_false(json_object_get(doc, "changed")));
	list = json_object_get(doc, "diagnostics");
	json_array_foreach(list, i, diag) said |=
		strstr(json_string_value(json_object_get(diag, "message")), text) != NULL;
	assert_true(said);
	json_decref(doc);
	hgw_is("apply --confirm", 5, "no change is waiting");
}

static void a_good_change_stays(void **state)
{
	json_t *doc;

	(void)state;
	process_begin();
	hgw_is("apply --verify -o json /run/inv.yaml", 0, NULL);
	doc = output_document("hgw.apply/1");
	assert_true(json_is_true(json_object_get(doc, "changed")));
	json_decref(doc);
	hgw_is("apply --verify /run/inv.yaml", 0, "nothing to do");
	hgw_is("flush", 0, NULL);
	hgw_is("apply --verify --confirm-within 60 --detach /run/inv.yaml", 0, NULL);
	hgw_is("apply --confirm", 0, NULL);
	hgw_is("verify /run/inv.yaml", 0, NULL);
}

static void a_shadowed_route_is_taken_back(void **state)
{
	(void)state;
	process_begin();
	testns_sh("ip route add 10.244.2.128/25 via 10.0.1.9");
	is_taken_back("", "1 check failed after the change");
	is_taken_back("--confirm-within 60", "shadowed: ");
	is_taken_back("--confirm-within 60 --detach", "shadowed: ");
	testns_sh("ip route del 10.244.2.128/25; ip -6 route add fd02::8000:0/112 via fd00::9");
	is_taken_back("", "1 check failed after the change");
}

static void a_link_that_is_down_is_taken_back(void **state)
{
	(void)state;
	process_begin();
	testns_sh("ip link set p1 down" WAIT_LINKDOWN("v1"));
	is_taken_back("", "link: ");
}

static void traffic_that_rules_lead_elsewhere_is_taken_back(void **state)
{
	(void)state;
	process_begin();
	testns_sh("ip rule add to 10.244.2.0/24 lookup 100\n"
		  "ip route add 10.244.2.0/24 via 10.0.1.9 table 100");
	is_taken_back("", "lookup: ");
}

/* No change of routes made it so, and to go back would not mend it. */
static void what_the_host_lacks_is_said_and_the_change_stays(void **state)
{
	(void)state;
	process_begin();
	write_text("/run/inv.yaml", "nodes:\n"
				    "- {name: me, address: 10.0.0.1, subnet: 10.244.1.0/24}\n"
				    "- {name: n2, address: 10.0.0.2, subnet: 10.244.2.0/24}\n");
	testns_sh("ip link add cni0 type bridge; ip addr add 10.244.1.1/24 dev cni0\n"
		  "ip link set cni0 up; echo 0 >/proc/sys/net/ipv4/ip_forward");
	hgw_is("apply --verify /run/inv.yaml", 0,
	       "hgw: warning: forwarding: this host does not forward IPv4");
	testns_sh("test $(ip route show proto 72 | wc -l) = 1");
	hgw_is("verify /run/inv.yaml", 2, NULL);
	/* with what a route is the cause of it is said as well, and that alone counts */
	testns_sh("ip route del 10.244.2.0/24; ip route add 10.244.2.128/25 via 10.0.0.9");
	is_taken_back("", "forwarding: ");
	is_taken_back("", "1 check failed after the change");
}

/* Left out as unreachable, a node cannot fail the rest. */
static void what_was_left_out_is_not_judged(void **state)
{
	(void)state;
	process_begin();
	testns_sh("echo '- {name: far, address: 10.9.9.9, subnet: 10.244.9.0/24}' >>/run/inv.yaml");
	hgw_is("apply --verify /run/inv.yaml", 5, "10.9.9.9");
	hgw_is("apply --verify --skip-unreachable /run/inv.yaml", 0, "10.9.9.9");
	testns_sh("test $(ip route show proto 72 | wc -l) = 2");
}

/* --- The first boot --------------------------------------------------------------- */

#define BOOT                                                                                       \
	"nodes:\n- {name: me, address: 10.0.0.1}\n"                                                \
	"- {name: n2, address: 10.0.0.2, subnet: 10.244.2.0/24, interface: eth0}\n"

static unsigned long switches(pid_t pid)
{
	char *text = testns_out("awk '/^voluntary/ { print $2 }' /proc/%ld/status", (long)pid);
	unsigned long n = strtoul(text, NULL, 10);

	free(text);
	return n;
}

static pid_t start_waiting(const char *args)
{
	pid_t pid = hgw_start(args);

	wait_for_text("/run/err", "waiting up to");
	return pid;
}

static void waits_for_interface_and_address_and_carrier(void **state)
{
	unsigned long before;
	pid_t pid;

	(void)state;
	testns_fresh();
	testns_iproute2("72 hgw\n", NULL);
	write_text("/run/inv.yaml", BOOT);
	pid = start_waiting("apply --wait 30 /run/inv.yaml");
	pause_ms(50);
	before = switches(pid);
	pause_ms(400);
	assert_int_equal(switches(pid), before); /* asleep, and not to look around */
	testns_sh("ip link add eth0 type veth peer name peer");
	pause_ms(50);
	assert_false(process_ended(pid));
	testns_sh("ip addr add 10.0.0.1/24 dev eth0");
	pause_ms(50);
	assert_false(process_ended(pid));
	testns_sh("ip link set eth0 up; ip link set peer up");
	assert_int_equal(process_end(pid), 0);
	testns_sh("ip route show proto 72 | grep -q '10.244.2.0/24 via 10.0.0.2 dev eth0'\n"
		  "test $(grep -c 'waiting up to 30 s: ' /run/err) = 1");
}

static void does_not_wait_for_what_is_there(void **state)
{
	long start;

	(void)state;
	process_begin();
	start = now_ms();
	hgw_is("apply --wait 30 /run/inv.yaml", 0, NULL);
	hgw_is("apply --wait 30 --node nobody /run/inv.yaml", 65, "no node 'nobody'");
	hgw_is("apply --wait 30 /run/nothing.yaml", 66, NULL);
	assert_true(now_ms() - start < 5000);
	testns_sh("! grep waiting /run/err");
}

static void waits_no_longer_than_it_may(void **state)
{
	long start;

	(void)state;
	testns_fresh();
	testns_iproute2("72 hgw\n", NULL);
	write_text("/run/inv.yaml", BOOT);
	start = now_ms();
	hgw_is("apply --wait 1 /run/inv.yaml", 5, "which node is this host?");
	assert_in_range(now_ms() - start, 1000, 5000);
	hgw_is("apply --wait 1 -o json /run/inv.yaml", 5, "which node is this host?");
	json_decref(output_document("hgw.apply/1"));
}

/* And holds no lock meanwhile. */
static void a_signal_ends_the_wait(void **state)
{
	static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
	long start;

	(void)state;
	testns_fresh();
	testns_iproute2("72 hgw\n", NULL);
	write_text("/run/inv.yaml", BOOT);
	for (size_t i = 0; i < HGW_ARRAY_LEN(numbers); i++) {
		pid_t pid = start_waiting("apply --wait 30 /run/inv.yaml");

		hgw_is("flush --lock-timeout 0", 0, "nothing to do");
		start = now_ms();
		kill(pid, numbers[i]);
		assert_int_equal(process_end(pid), 128 + numbers[i]);
		assert_true(now_ms() - start < 1000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_from_vxlan_to_host_gw_and_loses_nothing),
		cmocka_unit_test(a_good_change_stays),
		cmocka_unit_test(a_shadowed_route_is_taken_back),
		cmocka_unit_test(a_link_that_is_down_is_taken_back),
		cmocka_unit_test(traffic_that_rules_lead_elsewhere_is_taken_back),
		cmocka_unit_test(what_the_host_lacks_is_said_and_the_change_stays),
		cmocka_unit_test(what_was_left_out_is_not_judged),
		cmocka_unit_test(waits_for_interface_and_address_and_carrier),
		cmocka_unit_test(does_not_wait_for_what_is_there),
		cmocka_unit_test(waits_no_longer_than_it_may),
		cmocka_unit_test(a_signal_ends_the_wait),
	};

	return cmocka_run_group_tests_name("live", tests, testns_setup, NULL);
}
