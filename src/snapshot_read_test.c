/* SPDX-License-Identifier: MIT */
/* What ip route prints, read back: its forms, what it leaves out, what is refused. */
#include "snapshot_test.h"

/* All routes, in the grammar of plan, one a line. */
static char *printed(struct t *t)
{
	struct hgw_view view = {&t->names, &t->file.host, &t->pool, false};
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	for (size_t i = 0; i < t->file.routes.n; i++) {
		hgw_print_route(f, &view, &t->file.routes.v[i]);
		fputc('\n', f);
	}
	fclose(f);
	return text;
}

/* What loads as these routes; text, JSON, and how plan would print them. */
static const struct {
	const char *text, *json, *routes;
} forms[] = {
	{"10.1.0.0/24 via 10.0.0.2 dev eth0 proto 72 \n",
	 "[{\"dst\":\"10.1.0.0/24\",\"gateway\":\"10.0.0.2\",\"dev\":\"eth0\",\"protocol\":\"72\","
	 "\"flags\":[]}]",
	 "10.1.0.0/24 via 10.0.0.2 dev eth0 proto 72\n"},
	{"default via 10.0.0.1 dev eth0 proto static metric 100",
	 "[ {\"dst\":\"default\",\"gateway\":\"10.0.0.1\",\"dev\":\"eth0\",\"protocol\":\"static\","
	 "\"metric\":100} ]",
	 "0.0.0.0/0 via 10.0.0.1 dev eth0 proto static metric 100\n"},
	{"default dev eth0 proto 4 scope link",
	 "[{\"dst\":\"default\",\"dev\":\"eth0\",\"protocol\":\"4\",\"scope\":\"link\"}]",
	 "0.0.0.0/0 dev eth0 proto static scope link\n"},
	{"default dev eth0 proto ra metric 1024 pref medium",
	 "[{\"dst\":\"default\",\"dev\":\"eth0\",\"protocol\":\"ra\",\"metric\":1024,"
	 "\"pref\":\"medium\"}]",
	 "::/0 dev eth0 proto ra metric 1024\n"},
	{"default via inet6 fe80::1 dev eth0 proto static",
	 "[{\"dst\":\"default\",\"via\":{\"family\":\"inet6\",\"host\":\"fe80::1\"},\"dev\":"
	 "\"eth0\",\"protocol\":\"static\"}]",
	 "0.0.0.0/0 via inet6 fe80::1 dev eth0 proto static\n"},
	{"10.1.0.7 proto hgw\n\tnexthop via 10.0.0.2 dev eth0 weight 2 \n\tnexthop via 10.0.0.3 "
	 "dev eth1 weight 1 dead linkdown \n",
	 "[{\"dst\":\"10.1.0.7\",\"protocol\":\"hgw\",\"flags\":[],\"nexthops\":[{\"gateway\":"
	 "\"10.0.0.2\",\"dev\":\"eth0\",\"weight\":2,\"flags\":[]},{\"gateway\":\"10.0.0.3\","
	 "\"dev\":\"eth1\",\"weight\":1,\"flags\":[\"dead\",\"linkdown\"]}]}]",
	 "10.1.0.7 proto 72 nexthop via 10.0.0.2 dev eth0 weight 2 nexthop via 10.0.0.3 dev eth1 "
	 "weight 1\n"},
	{"10.1.0.0/24 proto hgw \\\tnexthop via 10.0.0.2 dev a weight 1 \\\tnexthop via 10.0.0.3 "
	 "dev "
	 "b weight 1 onlink",
	 "[{\"dst\":\"10.1.0.0/24\",\"protocol\":\"72\",\"nexthops\":[{\"gateway\":\"10.0.0.2\","
	 "\"dev\":\"a\",\"weight\":1},{\"gateway\":\"10.0.0.3\",\"dev\":\"b\",\"weight\":1,"
	 "\"flags\":[\"onlink\"]}]}]",
	 "10.1.0.0/24 proto 72 nexthop via 10.0.0.2 dev a weight 1 nexthop via 10.0.0.3 dev b "
	 "weight 1 onlink\n"},
	{"blackhole 10.1.0.0/16 proto 72 metric 7",
	 "[{\"type\":\"blackhole\",\"dst\":\"10.1.0.0/16\",\"protocol\":\"72\",\"metric\":7}]",
	 "blackhole 10.1.0.0/16 proto 72 metric 7\n"},
	{"1 10.1.0.0/24 via 10.0.0.2 dev eth0 table 100 proto 72 scope 0 mtu lock 1400",
	 "[{\"type\":\"1\",\"dst\":\"10.1.0.0/24\",\"gateway\":\"10.0.0.2\",\"dev\":\"eth0\","
	 "\"table\":\"100\",\"protocol\":\"72\",\"scope\":\"0\",\"metrics\":[{\"mtu\":1400}]}]",
	 "10.1.0.0/24 via 10.0.0.2 dev eth0 table 100 proto 72 mtu 1400\n"},
	{"10.1.0.0/24 nhid 5 via 10.0.0.2 dev eth0 proto 72 \n\tnh_info id 5 via 10.0.0.2 dev eth0 "
	 "scope link proto unspec \n",
	 "[{\"dst\":\"10.1.0.0/24\",\"nhid\":5,\"gateway\":\"10.0.0.2\",\"dev\":\"eth0\","
	 "\"protocol\":\"72\",\"nh_info\":{\"id\":5,\"gateway\":\"10.0.0.2\"}}]",
	 "10.1.0.0/24 nhid 5 proto 72\n"},
	{"10.1.0.0/24  encap ip id 7 src 0.0.0.0 dst 10.9.0.1 tos 0 via 10.0.0.2 dev eth0 proto 72",
	 "[{\"dst\":\"10.1.0.0/24\",\"encap\":{\"encap_type\":\"ip\",\"dst\":\"10.9.0.1\"},"
	 "\"gateway\":\"10.0.0.2\",\"dev\":\"eth0\",\"protocol\":\"72\"}]",
	 "10.1.0.0/24 via 10.0.0.2 dev eth0 proto 72\n"},
	{"fd00::/64 from fd01::/64 via fe80::1 dev eth0 proto ra metric 1024 expires 9sec error "
	 "-101 "
	 "users 1 used 2 age 3sec mtu 1300 features ecn tcp_usec_ts 0x100 hoplimit 64 pref low\n",
	 "[{\"dst\":\"fd00::/64\",\"from\":\"fd01::/64\",\"gateway\":\"fe80::1\",\"dev\":\"eth0\","
	 "\"protocol\":\"ra\",\"metric\":1024,\"expires\":9,\"error\":-101,\"used\":2,"
	 "\"metrics\":[{\"mtu\":1300,\"ecn\":null,\"features\":\"0x100\"}],\"pref\":\"low\"}]",
	 "fd00::/64 via fe80::1 dev eth0 proto ra metric 1024 mtu 1300\n"},
	{"\033[35m10.1.0.0/24 \033[0mvia \033[35m10.0.0.2 \033[0mdev \033[36meth0 \033[0mproto "
	 "72\r\n",
	 "[] [{\"dst\":\"10.1.0.0/24\",\"gateway\":\"10.0.0.2\",\"dev\":\"eth0\",\"protocol\":"
	 "\"72\"}]\n",
	 "10.1.0.0/24 via 10.0.0.2 dev eth0 proto 72\n"},
};

static void both_forms_say_the_same(void **state)
{
	struct t *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(forms); i++) {
		char *text;

		loads(t, forms[i].text);
		text = printed(t);
		assert_string_equal(text, forms[i].routes);
		free(text);
		loads(t, forms[i].json);
		text = printed(t);
		assert_string_equal(text, forms[i].routes);
		free(text);
	}
}

#define TAKE_ANEW "take it anew with: ip -j -d route show table all"
#define TEXT_ANEW "its text is good: take it with: ip -d route show table all"
#define BY_NUMBER                                                                                  \
	"names differ from host to host; take it anew with: ip -N -j -d route show table all"

static const struct {
	const char *input, *text, *hint;
	uint32_t line, column;
} refusals[] = {
	{"", "it is empty: there is no host without a route", TAKE_ANEW, 1, 1},
	{" \n\n", "it is empty: there is no host without a route", TAKE_ANEW, 1, 1},
	{"[]\n[]\n", "there is no route in it", TAKE_ANEW, 1, 1},
	{"[", "the output ends in the middle of the list: it was cut off, or the command failed",
	 TAKE_ANEW, 1, 2},
	{"[{\"dst\":\"10.1.0.0/24\",\"dev\":\"a\",\"protocol\":\"72\"},",
	 "the output ends in the middle of the list: it was cut off, or the command failed",
	 TAKE_ANEW, 1, 50},
	{"[{\"dst\":\"10.1.0.0/24\",\"de",
	 "the output ends in the middle of the list: it was cut off, or the command failed",
	 TAKE_ANEW, 1, 26},
	{"[{{\"dst\":\"10.1.0.0/24\"}}]", "'[{{' is what 'ip -j -echo' prints, and no JSON",
	 TAKE_ANEW, 1, 2},
	{"[{\"broadcast\",\"dst\":\"10.0.0.255\"}]",
	 "this is no JSON: iproute2 before 5.0 prints it so", TEXT_ANEW, 1, 2},
	{"[{\"dst\":\"10.1.0.0/24\",\"encap\":\"ip\",\"dst\":\"10.0.0.9\",\"dev\":\"a\"}]",
	 "a route has two members of one name: iproute2 before 6.3 prints encapsulations so",
	 TEXT_ANEW, 1, 2},
	{"{\"format\":\"hgw.plan/1\"}", "here an array should begin, with '['", TAKE_ANEW, 1, 1},
	{"[{\"ifindex\":1,\"ifname\":\"lo\"}]",
	 "this is no route of 'ip -j route': it has no 'dst'", TAKE_ANEW, 1, 2},
	{"[{\"dst\":\"10.1.0.0/24\",\"dev\":{},\"protocol\":\"72\"}]",
	 "'dev' of this route is not what it should be", TAKE_ANEW, 1, 2},
	{"\x24\x12\x31\x45",
	 "this is what 'ip route save' writes, which names interfaces by numbers "
	 "of its own host",
	 TAKE_ANEW, 1, 1},
	{"node2.example.com via 10.0.0.2 dev a proto 72\n",
	 "'node2.example.com' is a name and no address: was this printed with -r?", TAKE_ANEW, 1,
	 1},
	{"10.1.0.0/24 via gw dev a proto 72\n",
	 "'gw' is a name and no address: was this printed with -r?", TAKE_ANEW, 1, 17},
	{"Kernel IP routing table\n", "this is not what ip route prints", TAKE_ANEW, 1, 1},
	{"1: lo: <LOOPBACK,UP> mtu 65536\n", "this is not what ip route prints", TAKE_ANEW, 1, 1},
	{"$ ip route\n", "this is not what ip route prints", TAKE_ANEW, 1, 1},
	{"10.1.0.0/24 via 10.0.0.2 dev a\n",
	 "no route tells its protocol, so that nobody knows whose they are: was the output "
	 "filtered "
	 "by proto, or printed by BusyBox?",
	 TAKE_ANEW, 1, 1},
	{"10.1.0.0/24 via 10.0.0.2 proto 72\n",
	 "this route does not tell its dev: was the output filtered by dev?", TAKE_ANEW, 1, 1},
	{"10.1.0.0/24 dev a proto 72\nunicast 10.2.0.0/24 via 10.0.0.2 dev a scope global\n",
	 "this route does not tell its proto: was the output filtered by proto?", TAKE_ANEW, 2, 1},
	{"10.0.0.0/24 dev a proto kernel src 10.0.0.1\n",
	 "this route does not tell its scope: was the output filtered by scope?", TAKE_ANEW, 1, 1},
	{"10.0.0.1 dev a table local proto kernel scope host src 10.0.0.1\n",
	 "this route does not tell its type: was the output filtered by type?", TAKE_ANEW, 1, 1},
	{"fd00::/64 dev a proto kernel pref medium\n",
	 "this route does not tell its metric: was the output filtered by metric?", TAKE_ANEW, 1,
	 1},
	{"local 10.0.0.1 dev a proto kernel scope host src 10.0.0.1\n", "this is table local alone",
	 TAKE_ANEW, 1, 1},
	{"10.0.0.1 dev a src 10.0.0.2 uid 0 \n    cache \n",
	 "this is the answer of 'ip route get', not a table", TAKE_ANEW, 2, 5},
	{"Deleted 10.1.0.0/24 via 10.0.0.2 dev a proto 72\n",
	 "this is what 'ip monitor' prints, not a table", TAKE_ANEW, 1, 1},
	{"\tnexthop via 10.0.0.2 dev a weight 1\n",
	 "'nexthop' of what route? The output is cut off", TAKE_ANEW, 1, 2},
	{"10.1.0.0/24 via 10.0.0.2 dev\n", "the line ends after 'dev': was the output cut off?",
	 TAKE_ANEW, 1, 29},
	{"10.1.0.0/24 via 10.0.0.2 dev a proto 72 zzz\n", "'zzz' is no word of ip route", TAKE_ANEW,
	 1, 41},
	{"10.1.0.1/24 via 10.0.0.2 dev a proto 72\n",
	 "no route leads to '10.1.0.1/24': it has host bits", TAKE_ANEW, 1, 1},
	{"10.1.0.0/24 via 10.0.0.2 dev a proto cilium\n", "unknown protocol 'cilium'", BY_NUMBER, 1,
	 38},
	{"10.1.0.0/24 via 10.0.0.2 dev a table blue proto 72\n", "unknown table 'blue'", BY_NUMBER,
	 1, 38},
	{"10.1.0.0/24 via 10.0.0.2 dev interface-too-long proto 72\n",
	 "'interface-too-long' cannot be the name of an interface", TAKE_ANEW, 1, 30},
	{"10.1.0.0/24 via fd00::2 dev a proto 72\n", "this route has addresses of two families",
	 TAKE_ANEW, 1, 1},
};

static void names_what_it_refuses(void **state)
{
	struct t *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(refusals); i++) {
		const struct hgw_diag *d;

		if (load(t, refusals[i].input) == 0)
			fail_msg("taken: %s", refusals[i].input);
		assert_int_equal(t->err.status, HGW_DATAERR);
		assert_string_equal(t->err.msg, "cannot use the snapshot x");
		assert_int_equal(t->diags.n, 1);
		d = &t->diags.v[0];
		assert_string_equal(d->text, refusals[i].text);
		assert_string_equal(d->hint, refusals[i].hint);
		assert_int_equal(d->at.line, refusals[i].line);
		assert_int_equal(d->at.column, refusals[i].column);
	}
}

static void a_nul_is_no_text(void **state)
{
	struct t *t = *state;

	forget(t);
	assert_int_equal(hgw_snapshot_load_data(&t->file, "x", "10.1.0.0/24\0", 12, &t->names,
						&t->pool, &t->diags, &t->err),
			 -1);
	assert_string_equal(t->diags.v[0].text, "this is no text");
}

static void tells_the_addresses_of_the_host(void **state)
{
	struct t *t = *state;

	loads(t, "default via 10.0.0.254 dev a proto dhcp src 10.0.0.1 metric 100\n"
		 "10.0.0.0/24 dev a proto kernel scope link src 10.0.0.1\n"
		 "10.5.0.0/24 via 10.0.0.9 dev a src 192.0.2.1\n");
	assert_int_equal(t->file.host.naddrs, 2);
	assert_true(has(t, "10.0.0.1", 24, "a"));
	assert_true(has(t, "192.0.2.1", 32, "a"));
	assert_false(t->file.all);
	assert_true(hgw_snapshot_knows(&t->file.host, AF_INET));
	assert_false(hgw_snapshot_knows(&t->file.host, AF_INET6));
	loads(t, "local 10.0.0.1 dev a table local proto kernel scope host src 10.0.0.1\n"
		 "local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1\n"
		 "fd00::/64 dev b proto kernel metric 256 pref medium\n"
		 "fd00::/64 dev a proto kernel metric 256 pref medium\n"
		 "fd00::/48 dev a proto kernel metric 256 pref medium\n"
		 "local fd00::1 dev a table local proto kernel metric 0 pref medium\n");
	assert_int_equal(t->file.host.naddrs, 3);
	assert_true(has(t, "10.0.0.1", 32, "a"));
	assert_true(has(t, "fd00::1", 64, "a"));
	assert_true(t->file.all);
	assert_true(hgw_snapshot_knows(&t->file.host, AF_INET6));
}

/* As show prints them, out of the file, is as ip printed them. */
static void reads_what_show_prints(void **state)
{
	static const char text[] =
		"10.1.0.0/24 via 10.0.0.2 dev a src 10.0.0.1 metric 7 onlink mark 0x10 realms 3/5 "
		"mtu "
		"lock 1380 rtt 150ms rttvar 1.5s advmss 1340 initcwnd 10 features ecn rto_min "
		"300ms "
		"congctl reno \n"
		"10.2.0.0/24 tos 0x10 via inet6 fe80::2 dev a linkdown \n"
		"fd00::/64 via fe80::2 dev a metric 1024 expires 3599sec mtu 1300 pref high\n"
		"unreachable default dev lo metric 4096 error 101 pref medium\n"
		"fd01::/64 metric 1024 pref low\n"
		"\tnexthop via fd00::2 dev a weight 2 \n"
		"\tnexthop via fe80::3 dev b weight 1 linkdown \n"
		"10.0.0.0/24 dev a scope link src 10.0.0.1 \n";
	struct t *t = *state;
	struct hgw_view view = {&t->names, &t->file.host, &t->pool, false};
	char *input, *again = NULL;
	size_t len;
	FILE *f;

	assert_true(asprintf(&input, "%s10.9.0.0/24 dev a proto 72\n", text) > 0);
	loads(t, input);
	f = open_memstream(&again, &len);
	for (size_t i = 0; i + 1 < t->file.routes.n; i++)
		hgw_print_shown(f, &view, &t->file.routes.v[i], false);
	fclose(f);
	assert_string_equal(again, text);
	free(again);
	free(input);
}

static void cannot_open(void **state)
{
	struct t *t = *state;

	forget(t);
	assert_int_equal(hgw_snapshot_load(&t->file, "/nonexistent", &t->names, &t->pool, &t->diags,
					   &t->err),
			 -1);
	assert_int_equal(t->err.status, HGW_NOINPUT);
	assert_string_equal(t->err.msg, "cannot open /nonexistent: No such file or directory");
	assert_int_equal(hgw_snapshot_load(&t->file, "/", &t->names, &t->pool, &t->diags, &t->err),
			 -1);
	assert_int_equal(t->err.status, HGW_NOINPUT);
	assert_string_equal(t->err.msg, "cannot read /: Is a directory");
}

static void many_links_and_lines(void **state)
{
	struct t *t = *state;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	for (unsigned i = 0; i < 20000; i++)
		fprintf(f, "10.%u.%u.0/24 via 10.0.0.1 dev v%u proto 72\n", i / 256, i % 256,
			i % 3000);
	fclose(f);
	loads(t, text);
	assert_int_equal(t->file.routes.n, 20000);
	assert_int_equal(t->file.host.nlinks, 3000);
	assert_string_equal(hgw_snapshot_link(&t->file.host, t->file.routes.v[19999].hop.oif)->name,
			    "v1999");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_forms_say_the_same),
		cmocka_unit_test(names_what_it_refuses),
		cmocka_unit_test(a_nul_is_no_text),
		cmocka_unit_test(tells_the_addresses_of_the_host),
		cmocka_unit_test(reads_what_show_prints),
		cmocka_unit_test(cannot_open),
		cmocka_unit_test(many_links_and_lines),
	};

	return cmocka_run_group_tests_name("snapshot_read", tests, setup, teardown);
}
