/* SPDX-License-Identifier: MIT */
#include "hgw/probe.h"

#include <linux/capability.h>
#include <linux/neighbour.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "apply_test.h"

/*
 * This host is on v0; "lan" has a bridge, and a node nN for each N on it: 10.0.0.N and
 * fd00::N, which forward into 10.244.N.0/24 and fd02:N::/64.
 */
#define LAN                                                                                        \
	"ip link add br0 type bridge; ip link set br0 addrgenmode none up\n"                       \
	"ip link set port1 master br0 addrgenmode none up\n"
#define HOST                                                                                       \
	"ip link add v0 address 02:00:00:00:00:01 type veth peer name port1 netns lan\n"           \
	"ip link set v0 addrgenmode none up\n"                                                     \
	"ip addr add 10.0.0.1/24 dev v0; ip addr add fd00::1/64 dev v0 nodad\n"                    \
	"ip addr add fe80::1/64 dev v0 nodad scope link\n"
#define NODE                                                                                       \
	"echo 1 >/proc/sys/net/ipv4/ip_forward\n"                                                  \
	"echo 1 >/proc/sys/net/ipv6/conf/all/forwarding\n"                                         \
	"for c in all default; do echo 0 >/proc/sys/net/ipv4/conf/$c/rp_filter; done\n"            \
	"ip link add eth0 address 02:00:00:00:00:0%u type veth peer name port%u netns lan\n"       \
	"ip link set eth0 addrgenmode none up\n"                                                   \
	"ip addr add 10.0.0.%u/24 dev eth0; ip addr add fd00::%u/64 dev eth0 nodad\n"              \
	"ip link add cni0 type bridge; ip link set cni0 addrgenmode none up\n"                     \
	"ip addr add 10.244.%u.1/24 dev cni0; ip addr add fd02:%u::1/64 dev cni0 nodad\n"

#define N2                                                                                         \
	"- {name: n2, addresses: [10.0.0.2, 'fd00::2'], subnets: [10.244.2.0/24, "                 \
	"'fd02:2::/64']}\n"
#define N3                                                                                         \
	"- {name: n3, addresses: [10.0.0.3, 'fd00::3'], subnets: [10.244.3.0/24, "                 \
	"'fd02:3::/64']}\n"
#define N9                                                                                         \
	"- {name: n9, addresses: [10.0.0.9, 'fd00::9'], subnets: [10.244.9.0/24, "                 \
	"'fd02:9::/64']}\n"

static void add_node(unsigned n)
{
	char name[16];

	snprintf(name, sizeof(name), "n%u", n);
	testns_add(name);
	testns_in(name, NODE, n, n, n, n, n, n);
	testns_in("lan", "ip link set port%u master br0 addrgenmode none up", n);
}

static void begin_lan(void)
{
	testns_fresh();
	testns_add("lan");
	testns_sh(HOST);
	testns_in("lan", LAN);
	add_node(2);
	add_node(3);
}

/* Whether this process has CAP_NET_ADMIN from here on; it keeps the right to have it. */
static void privileged(bool on)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	assert_int_equal(syscall(SYS_capget, &head, data), 0);
	data[0].effective = on ? data[0].permitted : data[0].effective & ~(1U << CAP_NET_ADMIN);
	assert_int_equal(syscall(SYS_capset, &head, data), 0);
}

static const char *answer_name(enum hgw_answer answer)
{
	static const char *const names[] = {
		[HGW_ANSWER_NONE] = "none",	  [HGW_ANSWER_YES] = "yes",
		[HGW_ANSWER_SILENT] = "silent",	  [HGW_ANSWER_PROXIED] = "proxied",
		[HGW_ANSWER_UNSURE] = "unsure",	  [HGW_ANSWER_NO_ROOM] = "no room",
		[HGW_ANSWER_REFUSED] = "refused",
	};

	return names[answer];
}

static void print_asked(FILE *f, const struct hgw_probe *p, const struct hgw_asked *a)
{
	char addr[HGW_ADDR_STRLEN], mac[HGW_MAC_STRLEN];

	hgw_addr_format(&a->addr, addr);
	hgw_mac_format(a, mac);
	fprintf(f, "%s %s", addr, answer_name(a->answer));
	if (a->answer == HGW_ANSWER_YES)
		fprintf(f, " %s", mac);
	if (a->answer == HGW_ANSWER_PROXIED) {
		hgw_addr_format(&a->by, addr);
		fprintf(f, " by %s", addr);
	}
	if (a->twin != UINT32_MAX) {
		hgw_addr_format(&p->v[a->twin].addr, addr);
		fprintf(f, " as %s", addr);
	}
	fputc('\n', f);
}

static void build(struct run *t, struct hgw_probe *p, const char *nodes)
{
	run_plan(t, nodes);
	run_ok(t, hgw_probe_build(p, &t->desired, &t->pool, &t->err));
}

/* A gateway a line; to be freed. */
static char *probe_with(struct run *t, const char *nodes, const struct hgw_probe_options *options)
{
	struct hgw_probe p;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	build(t, &p, nodes);
	run_ok(t, hgw_probe_run(&p, t->kernel, options, &t->err));
	for (size_t i = 0; i < p.n; i++)
		print_asked(f, &p, &p.v[i]);
	fclose(f);
	hgw_probe_free(&p);
	return text;
}

static void probe_is(struct run *t, const char *nodes, const char *want)
{
	/* More than it takes, for a machine that has other things to do. */
	const struct hgw_probe_options options = {.timeout_ms = 0};
	char *text = probe_with(t, nodes, &options);

	assert_text_equal(text, want);
	free(text);
}

#define ALL_THERE                                                                                  \
	"10.0.0.2 yes 02:00:00:00:00:02\n10.0.0.3 yes 02:00:00:00:00:03\n"                         \
	"fd00::2 yes 02:00:00:00:00:02\nfd00::3 yes 02:00:00:00:00:03\n"
#define ONE_GONE                                                                                   \
	"10.0.0.2 yes 02:00:00:00:00:02\n10.0.0.3 silent\n"                                        \
	"fd00::2 yes 02:00:00:00:00:02\nfd00::3 silent\n"

static void all_answer(void **state)
{
	begin_lan();
	probe_is(*state, ME N2 N3, ALL_THERE);
	probe_is(*state, ME N2 N3, ALL_THERE); /* known by now */
}

static void all_answer_without_privilege(void **state)
{
	begin_lan();
	privileged(false);
	probe_is(*state, ME N2 N3, ALL_THERE);
	probe_is(*state, ME N2 N3, ALL_THERE);
	privileged(true);
}

static void one_is_gone(void **state)
{
	begin_lan();
	testns_in("lan", "ip link set port3 down");
	probe_is(*state, ME N2 N3, ONE_GONE);
	probe_is(*state, ME N2 N3, ONE_GONE);
	testns_sh("ip neigh flush all");
	privileged(false);
	probe_is(*state, ME N2 N3, ONE_GONE);
	privileged(true);
}

#define STALE                                                                                      \
	"for a in 10.0.0.3 fd00::3; do\n"                                                          \
	"ip neigh replace $a dev v0 lladdr 02:00:00:00:00:03 nud stale\n"                          \
	"done"

/* An old entry of a node that is gone is asked about; the kernel would not for 5 s. */
static void a_stale_entry_is_asked_anew(void **state)
{
	static const struct hgw_probe_options brief = {.timeout_ms = 1000};
	char *text;

	begin_lan();
	testns_sh(STALE);
	probe_is(*state, ME N2 N3, ALL_THERE);
	testns_in("lan", "ip link set port3 down");
	testns_sh(STALE);
	probe_is(*state, ME N2 N3, ONE_GONE);
	testns_sh(STALE);
	privileged(false);
	probe_is(*state, ME N2 N3, ONE_GONE);
	/* Too short for that, it is not known. */
	testns_sh("ip neigh flush all");
	privileged(true);
	testns_sh(STALE);
	privileged(false);
	text = probe_with(*state, ME N2 N3, &brief);
	privileged(true);
	assert_text_equal(text, "10.0.0.2 yes 02:00:00:00:00:02\n10.0.0.3 unsure\n"
				"fd00::2 yes 02:00:00:00:00:02\nfd00::3 unsure\n");
	free(text);
}

/* What an administrator has set is not touched, and no proof of anything. */
static void a_permanent_entry_stays(void **state)
{
	static const struct hgw_probe_options brief = {.timeout_ms = 2500};
	char *text;

	begin_lan();
	testns_sh("for a in 10.0.0.2 10.0.0.9 fd00::2 fd00::9; do\n"
		  "ip neigh add $a dev v0 lladdr 02:00:00:00:00:0${a##*[.:]} nud permanent\n"
		  "done");
	text = probe_with(*state, ME N2 N9, &brief);
	assert_text_equal(text, "10.0.0.2 yes 02:00:00:00:00:02\n10.0.0.9 unsure\n"
				"fd00::2 yes 02:00:00:00:00:02\nfd00::9 unsure\n");
	free(text);
	testns_sh("test $(ip neigh show nud permanent | grep -c v0) = 4");
}

/* It answers for who is not there. */
#define PROXY                                                                                      \
	"echo 1 >/proc/sys/net/ipv4/conf/eth0/proxy_arp\n"                                         \
	"echo 0 >/proc/sys/net/ipv4/neigh/eth0/proxy_delay\n"                                      \
	"ip link add out type veth peer name far; ip link set out up; ip link set far up\n"        \
	"ip route add 10.0.0.9/32 dev out\n"                                                       \
	"ip neigh add 10.0.0.9 dev out lladdr 02:00:00:00:00:99\n"                                 \
	"echo 1 >/proc/sys/net/ipv6/conf/eth0/proxy_ndp\n"                                         \
	"echo 0 >/proc/sys/net/ipv6/neigh/eth0/proxy_delay\n"                                      \
	"ip -6 neigh add proxy fd00::9 dev eth0; ip -6 route add fd00::9/128 dev out\n"            \
	"ip neigh add fd00::9 dev out lladdr 02:00:00:00:00:99\n"

static void a_proxy_gives_itself_away(void **state)
{
	static const char *const want = "10.0.0.3 yes 02:00:00:00:00:03\n"
					"10.0.0.9 proxied by 10.0.0.2\n"
					"fd00::3 yes 02:00:00:00:00:03\n"
					"fd00::9 proxied by fd00::2\n";

	begin_lan();
	testns_in("n2", PROXY);
	probe_is(*state, ME N3 N9, want);
	testns_sh("ip neigh flush all");
	privileged(false);
	probe_is(*state, ME N3 N9, want);
	privileged(true);
}

/* The same, and silent: then what is left is that two nodes have one MAC. */
static void two_nodes_have_one_mac(void **state)
{
	begin_lan();
	testns_in("n2", "ip addr add 10.0.0.9/24 dev eth0; ip addr add fd00::9/64 dev eth0 nodad");
	probe_is(*state, ME N2 N3 N9,
		 "10.0.0.2 yes 02:00:00:00:00:02 as 10.0.0.9\n"
		 "10.0.0.3 yes 02:00:00:00:00:03\n"
		 "10.0.0.9 yes 02:00:00:00:00:02 as 10.0.0.2\n"
		 "fd00::2 yes 02:00:00:00:00:02 as 10.0.0.9\n"
		 "fd00::3 yes 02:00:00:00:00:03\n"
		 "fd00::9 yes 02:00:00:00:00:02 as 10.0.0.2\n");
	/* One node may have as many addresses on it as it likes. */
	probe_is(*state,
		 ME "- {name: n2, addresses: [10.0.0.2, 10.0.0.9, 'fd00::2'], "
		    "subnets: [10.244.2.0/24, 'fd02:2::/64']}\n",
		 "10.0.0.2 yes 02:00:00:00:00:02\n"
		 "10.0.0.9 yes 02:00:00:00:00:02\n"
		 "fd00::2 yes 02:00:00:00:00:02\n");
}

/* A host that forwards nothing, and one whose firewall lets no ICMP out, are neighbours. */
static void no_icmp_is_no_fault(void **state)
{
	static const struct hgw_probe_options options = {0};
	struct run *t = *state;
	struct hgw_probe p;

	begin_lan();
	testns_in("n2", "echo 0 >/proc/sys/net/ipv4/ip_forward\n"
			"echo 0 >/proc/sys/net/ipv6/conf/all/forwarding");
	/* No way back is as good as a firewall. */
	testns_in("n3", "ip rule add pref 1 ipproto 1 blackhole\n"
			"ip -6 rule add pref 1 ipproto 58 to fd00::1 iif lo unreachable");
	privileged(false);
	build(t, &p, ME N2 N3);
	run_ok(t, hgw_probe_run(&p, t->kernel, &options, &t->err));
	privileged(true);
	assert_int_equal(p.n, 4);
	for (size_t i = 0; i < p.n; i++) {
		assert_int_equal(p.v[i].answer, HGW_ANSWER_YES);
		assert_false(p.v[i].forwards);
	}
	hgw_probe_free(&p);
}

static void forwarding_is_seen(void **state)
{
	static const struct hgw_probe_options options = {0};
	struct run *t = *state;
	struct hgw_probe p;

	begin_lan();
	testns_sh("ip route add 10.244.2.0/24 via 10.0.0.2; ip -6 route add fd02:2::/64 via "
		  "fd00::2");
	build(t, &p, ME N2);
	run_ok(t, hgw_probe_run(&p, t->kernel, &options, &t->err));
	assert_int_equal(p.n, 2);
	assert_false(p.v[0].addr.family == AF_INET6);
	assert_true(p.v[0].forwards);
	assert_true(p.v[1].forwards);
	assert_false(p.v[0].mute || p.v[1].mute);
	hgw_probe_free(&p);
}

/* Its own address answers, and what is for its pods is lost in silence. */
static void so_is_that_nothing_is_forwarded(void **state)
{
	static const struct hgw_probe_options options = {0};
	struct run *t = *state;
	struct hgw_probe p;

	begin_lan();
	testns_sh("ip route add 10.244.2.0/24 via 10.0.0.2; ip -6 route add fd02:2::/64 via "
		  "fd00::2");
	testns_in("n2", "echo 0 >/proc/sys/net/ipv4/ip_forward\n"
			"echo 0 >/proc/sys/net/ipv6/conf/all/forwarding");
	for (int may_ask = 0; may_ask < 2; may_ask++) {
		privileged(may_ask);
		build(t, &p, ME N2);
		run_ok(t, hgw_probe_run(&p, t->kernel, &options, &t->err));
		assert_int_equal(p.n, 2);
		for (size_t i = 0; i < p.n; i++) {
			assert_int_equal(p.v[i].answer, HGW_ANSWER_YES);
			assert_true(p.v[i].mute);
			assert_int_equal(hgw_asked_status(&p.v[i]), HGW_WARN);
		}
		hgw_probe_free(&p);
	}
}

/* Where no route leads into a subnet by the gateway, nobody looks for its addresses. */
static void without_a_route_nothing_goes_into_the_subnet(void **state)
{
	begin_lan();
	testns_sh("ip route add 10.244.0.0/16 via 10.0.0.2");
	probe_is(*state, ME N2 N3, ALL_THERE);
	privileged(false);
	probe_is(*state, ME N2 N3, ALL_THERE);
	privileged(true);
	testns_sh("! ip neigh show dev v0 | grep -e 10.244 -e fd02");
}

/* Rules and routes that lead elsewhere, or nowhere, are not asked. */
static void nothing_leads_it_astray(void **state)
{
	begin_lan();
	add_node(4);
	run_plan(*state, ME N2 N3);
	testns_sh("for f in -4 -6; do\n"
		  "ip $f rule add pref 1 ipproto 17 lookup 100\n"
		  "ip $f route add unreachable default table 100\n"
		  "done");
	privileged(false);
	probe_is(*state, ME N2 N3, ALL_THERE);
	privileged(true);
	/* By n4; IPv6 has no way around that but the kernel's. */
	testns_sh("ip route add 10.0.0.0/24 via 10.0.0.4 table 100\n"
		  "ip -6 rule del pref 1; ip -6 rule add pref 1 lookup 100\n"
		  "ip -6 route add fd00::3/128 via fe80::4 dev v0 table 100");
	probe_is(*state, ME N2 N3, ALL_THERE);
	testns_sh("ip neigh flush all");
	privileged(false);
	probe_is(*state, ME N2 N3,
		 "10.0.0.2 yes 02:00:00:00:00:02\n10.0.0.3 yes 02:00:00:00:00:03\n"
		 "fd00::2 yes 02:00:00:00:00:02\nfd00::3 refused\n");
	privileged(true);
}

/* Addresses of n2 from 10.0.1.1 on: nodes with two subnets each, and one router. */
static char *many_nodes(unsigned n)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	fputs(ME, f);
	for (unsigned i = 0; i < n; i++)
		fprintf(f,
			"- {name: m%u, address: 10.0.%u.%u, subnets: [10.1.%u.0/25, "
			"10.1.%u.128/25]}\n",
			i, 1 + i / 250, 1 + i % 250, i, i);
	fclose(f);
	return text;
}

/*
 * As many at a time as there is room for. The table is one for all namespaces, so that others
 * may leave us less of it: what did not fit was not asked, and is not there.
 */
static void many_are_asked_in_waves(void **state)
{
	enum { MANY = 200, ROOM = 30 };
	static const struct hgw_probe_options options[] = {{.room = 0}, {.room = ROOM}};
	struct run *t = *state;
	struct hgw_probe p;
	size_t n;
	char *nodes = many_nodes(MANY);

	begin_lan();
	testns_sh("ip addr add 10.0.0.1/16 dev v0");
	testns_in("n2", "ip addr add 10.0.0.2/16 dev eth0; ip route add local 10.0.1.0/24 dev lo");
	for (unsigned i = 0; i < 4; i++) {
		privileged(i < 2);
		build(t, &p, nodes);
		assert_int_equal(p.n, MANY);
		run_ok(t, hgw_probe_run(&p, t->kernel, &options[i % 2], &t->err));
		for (size_t j = n = 0; j < p.n; j++) {
			bool yes = p.v[j].answer == HGW_ANSWER_YES;

			n += yes;
			if (!yes)
				assert_int_equal(p.v[j].answer, HGW_ANSWER_NO_ROOM);
			if (yes && n > 1)
				assert_int_not_equal(p.v[j].twin, UINT32_MAX);
		}
		print_message("%zu of %d asked\n", n, MANY);
		assert_true(n > ROOM);
		hgw_probe_free(&p);
		testns_sh("ip neigh flush all");
	}
	privileged(true);
	free(nodes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(all_answer),
		RUN_TEST(all_answer_without_privilege),
		RUN_TEST(one_is_gone),
		RUN_TEST(a_stale_entry_is_asked_anew),
		RUN_TEST(a_permanent_entry_stays),
		RUN_TEST(a_proxy_gives_itself_away),
		RUN_TEST(two_nodes_have_one_mac),
		RUN_TEST(no_icmp_is_no_fault),
		RUN_TEST(forwarding_is_seen),
		RUN_TEST(so_is_that_nothing_is_forwarded),
		RUN_TEST(without_a_route_nothing_goes_into_the_subnet),
		RUN_TEST(many_are_asked_in_waves),
		RUN_TEST(nothing_leads_it_astray),
	};

	return cmocka_run_group_tests_name("probe", tests, testns_setup, NULL);
}
