/* SPDX-License-Identifier: MIT */
/* What is read of a real kernel is what is there, and what is written comes back. */
#include "kernel_test.h"

#include <netlink/socket.h>
#include <sys/socket.h>

#include "kernel_impl.h"

/* Written, it is what ip(8) prints, and read back it is equal; then it can be deleted. */
static void assert_round_trip(struct state *t, const struct hgw_route *r, const char *printed)
{
	bool inet6 = r->dst.addr.family == AF_INET6;

	assert_int_equal(put(t, HGW_VERB_ADD, r), HGW_WRITE_DONE);
	assert_prints(printed, "ip -N %s route show table %u proto 72", inet6 ? "-6" : "-4",
		      r->table);
	read_routes(t, r->dst.addr.family, r->table, OURS);
	assert_int_equal(t->routes.n, 1);
	assert_true(hgw_route_equal(&t->pool, r, &t->routes.v[0]));
	assert_int_equal(t->routes.v[0].state, 0);
	assert_int_equal(put(t, HGW_VERB_DELETE, &t->routes.v[0]), HGW_WRITE_DONE);
	assert_string_equal(read_routes(t, r->dst.addr.family, r->table, OURS), "");
}

static void mtu_metric_and_table_come_back(void **state)
{
	struct state *t = *state;
	struct hgw_route r4, r6;

	begin(t);
	r4 = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	r6 = route(t, "fd01::/64", "fd00:1::2", "v1");
	r6.metric = HGW_METRIC6_DEFAULT;
	assert_round_trip(t, &r4, "10.1.0.0/24 via 10.0.0.2 dev v0\n");
	assert_round_trip(t, &r6, "fd01::/64 via fd00:1::2 dev v1 metric 1024 pref medium\n");
	r4.mtu = r6.mtu = 1400;
	r4.metric = r6.metric = UINT32_MAX;
	r4.table = r6.table = UINT32_MAX;
	assert_round_trip(t, &r4, "10.1.0.0/24 via 10.0.0.2 dev v0 metric 4294967295 mtu 1400\n");
	assert_round_trip(t, &r6,
			  "fd01::/64 via fd00:1::2 dev v1 metric 4294967295 mtu 1400 "
			  "pref medium\n");
}

static void host_routes_and_default_routes_come_back(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	r = route(t, "10.1.0.7/32", "10.0.0.2", "v0");
	assert_round_trip(t, &r, "10.1.0.7 via 10.0.0.2 dev v0\n");
	r = route(t, "0.0.0.0/0", "10.0.0.2", "v0");
	assert_round_trip(t, &r, "default via 10.0.0.2 dev v0\n");
	r = route(t, "::/0", "fd00::2", "v0");
	assert_round_trip(t, &r, "default via fd00::2 dev v0 metric 1024 pref medium\n");
}

static void onlink_comes_back(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	r = route(t, "10.1.0.0/24", "172.16.0.1", "v0");
	r.hop.flags = RTNH_F_ONLINK;
	assert_round_trip(t, &r, "10.1.0.0/24 via 172.16.0.1 dev v0 onlink\n");
	r = route(t, "fd01::/64", "fd00:9::1", "v1");
	r.hop.flags = RTNH_F_ONLINK;
	assert_round_trip(t, &r, "fd01::/64 via fd00:9::1 dev v1 metric 1024 onlink pref medium\n");
}

static void via_inet6_comes_back(void **state)
{
	struct state *t = *state;
	struct hgw_hop hops[2];
	struct hgw_route r;

	begin(t);
	r = route(t, "10.1.0.0/24", "fd00::2", "v0");
	assert_round_trip(t, &r, "10.1.0.0/24 via inet6 fd00::2 dev v0\n");
	hops[0] = hop(t, "fd00::2", "v0");
	hops[1] = hop(t, "10.0.1.2", "v1");
	r = multipath(t, "10.1.0.0/24", hops, 2);
	assert_round_trip(t, &r,
			  "10.1.0.0/24\n"
			  "\tnexthop via inet6 fd00::2 dev v0 weight 1\n"
			  "\tnexthop via 10.0.1.2 dev v1 weight 1\n");
}

static void multipath_comes_back_with_weights_and_onlink(void **state)
{
	struct state *t = *state;
	struct hgw_hop hops[3];
	struct hgw_route r;

	begin(t);
	hops[0] = hop(t, "10.0.0.2", "v0");
	hops[1] = hop(t, "10.0.1.2", "v1");
	hops[2] = hop(t, "172.16.0.1", "v1");
	hops[0].weight = 256;
	hops[1].weight = 2;
	hops[2].flags = RTNH_F_ONLINK;
	r = multipath(t, "10.1.0.0/24", hops, 3);
	assert_round_trip(t, &r,
			  "10.1.0.0/24\n"
			  "\tnexthop via 10.0.0.2 dev v0 weight 256\n"
			  "\tnexthop via 10.0.1.2 dev v1 weight 2\n"
			  "\tnexthop via 172.16.0.1 dev v1 weight 1 onlink\n");
}

static void inet6_multipath_comes_back_with_weights_and_onlink(void **state)
{
	struct state *t = *state;
	struct hgw_hop hops[2];
	struct hgw_write w[2] = {{.verb = HGW_VERB_DELETE}, {.verb = HGW_VERB_DELETE}};
	struct hgw_route r;

	begin(t);
	hops[0] = hop(t, "fd00::2", "v0");
	hops[1] = hop(t, "fd00:9::1", "v1");
	hops[0].weight = 9;
	hops[1].flags = RTNH_F_ONLINK;
	r = multipath(t, "fd01::/64", hops, 2);
	assert_int_equal(put(t, HGW_VERB_ADD, &r), HGW_WRITE_DONE);
	assert_prints("fd01::/64 metric 1024 pref medium\n"
		      "\tnexthop via fd00::2 dev v0 weight 9\n"
		      "\tnexthop via fd00:9::1 dev v1 weight 1 onlink\n",
		      "ip -N -6 route show proto 72 | sed 's/ pref medium$/ pref medium/'");
	read_routes(t, AF_INET6, RT_TABLE_MAIN, OURS);
	assert_int_equal(t->routes.n, 1);
	assert_true(hgw_route_equal(&t->pool, &r, &t->routes.v[0]));
	for (size_t i = 0; i < 2; i++) {
		w[i].route = r;
		w[i].route.nhops = 1;
		w[i].route.hop = hops[i];
	}
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, 2, &t->refusal), 0);
	assert_string_equal(read_routes(t, AF_INET6, RT_TABLE_MAIN, OURS), "");
}

static void routes_without_a_gateway_and_of_other_types_are_read(void **state)
{
	struct state *t = *state;

	begin(t);
	testns_sh("ip route add blackhole 10.1.0.0/24 proto 72\n"
		  "ip route add prohibit 10.1.1.0/24 proto 72 metric 5\n"
		  "ip route add 10.1.2.0/24 dev v0 proto 72\n"
		  "ip route add 10.1.3.0/24 via 10.0.0.2 tos 0x10 proto 72\n"
		  "ip route add unreachable fd01::/64 proto 72\n");
	assert_string_equal(read_routes(t, AF_INET, RT_TABLE_MAIN, OURS),
			    "blackhole 10.1.0.0/24 proto 72\n"
			    "prohibit 10.1.1.0/24 proto 72 metric 5\n"
			    "10.1.2.0/24 dev v0 proto 72 scope link\n"
			    "10.1.3.0/24 tos 0x10 via 10.0.0.2 dev v0 proto 72\n");
	for (size_t i = 0; i < t->routes.n; i++)
		assert_int_equal(put(t, HGW_VERB_DELETE, &t->routes.v[i]), HGW_WRITE_DONE);
	assert_string_equal(read_routes(t, AF_INET6, RT_TABLE_MAIN, OURS),
			    "unreachable fd01::/64 dev lo proto 72 metric 1024\n");
	assert_prints("", "ip route show proto 72");
}

static void nexthop_objects_are_read_with_the_hops_they_stand_for(void **state)
{
	struct state *t = *state;
	const struct hgw_hop *hops;

	begin(t);
	testns_sh("ip nexthop add id 5 via 10.0.0.2 dev v0\n"
		  "ip nexthop add id 6 via 10.0.1.2 dev v1\n"
		  "ip nexthop add id 7 group 5/6,3\n"
		  "ip nexthop add id 8 via fd00:1::2 dev v1\n"
		  "ip route add 10.1.0.0/24 nhid 5 proto 73\n"
		  "ip route add 10.1.1.0/24 nhid 7 proto 73\n"
		  "ip route add fd01::/64 nhid 8 proto 73");
	assert_string_equal(read_routes(t, AF_INET, RT_TABLE_MAIN, OTHERS),
			    "10.1.0.0/24 nhid 5 proto 73\n"
			    "10.1.1.0/24 nhid 7 proto 73\n");
	assert_int_equal(t->routes.v[0].nhops, 1);
	assert_int_equal(t->routes.v[0].hop.oif, device(t, "v0"));
	assert_int_equal(t->routes.v[0].hop.via.b[3], 2);
	assert_int_equal(t->routes.v[1].nhid, 7);
	assert_int_equal(t->routes.v[1].nhops, 2);
	hops = hgw_route_hops(&t->pool, &t->routes.v[1]);
	assert_int_equal(hops[1].oif, device(t, "v1"));
	assert_int_equal(hops[1].weight, 3);
	assert_string_equal(read_routes(t, AF_INET6, RT_TABLE_MAIN, OTHERS),
			    "fd01::/64 nhid 8 proto 73 metric 1024\n");
	assert_int_equal(t->routes.v[0].hop.oif, device(t, "v1"));
}

static void a_table_that_does_not_exist_is_empty(void **state)
{
	struct state *t = *state;

	begin(t);
	assert_string_equal(read_routes(t, AF_INET, 4711, 0), "");
	assert_string_equal(read_routes(t, AF_INET6, 4711, 0), "");
	assert_string_equal(read_routes(t, AF_INET, 4711, OURS), "");
	assert_string_equal(read_routes(t, AF_INET6, 0, OURS), "");
}

/* rtm_table has 8 bits: 1000 & 255 is 232. */
static void tables_over_255_are_told_apart(void **state)
{
	struct state *t = *state;

	begin(t);
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.2 proto 73 table 232\n"
		  "ip route add 10.1.1.0/24 via 10.0.0.2 proto 73 table 1000\n"
		  "ip route add fd01::/64 via fd00::2 proto 73 table 232\n"
		  "ip route add fd01:1::/64 via fd00::2 proto 73 table 1000");
	assert_string_equal(read_routes(t, AF_INET, 1000, 0),
			    "10.1.1.0/24 via 10.0.0.2 dev v0 table 1000 proto 73\n");
	assert_string_equal(read_routes(t, AF_INET, 232, 0),
			    "10.1.0.0/24 via 10.0.0.2 dev v0 table 232 proto 73\n");
	assert_string_equal(read_routes(t, AF_INET6, 1000, OTHERS),
			    "fd01:1::/64 via fd00::2 dev v0 table 1000 proto 73 metric 1024\n");
	assert_string_equal(read_routes(t, AF_INET6, 232, OTHERS),
			    "fd01::/64 via fd00::2 dev v0 table 232 proto 73 metric 1024\n");
	/* 0 is all of them. */
	read_routes(t, AF_INET, 0, OTHERS);
	assert_int_equal(t->routes.n, 2);
}

static void what_a_kernel_without_strict_checking_does_not_filter_is_filtered_here(void **state)
{
	struct state *t = *state;
	int off = 0;

	begin(t);
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.2 proto 72 table 1000\n"
		  "ip route add 10.1.1.0/24 via 10.0.0.2 proto 73 table 1000\n"
		  "ip route add fd01::/64 via fd00::2 proto 72 table 1000\n");
	assert_int_equal(setsockopt(nl_socket_get_fd(t->kernel->sk), SOL_NETLINK,
				    NETLINK_GET_STRICT_CHK, &off, sizeof(off)),
			 0);
	assert_string_equal(read_routes(t, AF_INET, 1000, OURS),
			    "10.1.0.0/24 via 10.0.0.2 dev v0 table 1000 proto 72\n");
	assert_string_equal(read_routes(t, AF_INET6, 1000, OURS),
			    "fd01::/64 via fd00::2 dev v0 table 1000 proto 72 metric 1024\n");
	assert_string_equal(read_routes(t, AF_INET, 4711, 0), "");
	read_routes(t, AF_INET, 1000, 0);
	assert_int_equal(t->routes.n, 2);
	assert_ok(t, hgw_kernel_snapshot(t->kernel, &t->host, &t->err));
}

static void routes_come_in_the_kernels_order(void **state)
{
	struct state *t = *state;

	begin(t);
	testns_sh("for d in 10.9.0.0/16 default 10.9.0.0/24 10.128.0.0/9 10.9.0.0/20; do\n"
		  "ip route add $d via 10.0.0.2 proto 72; done\n"
		  "ip route append 10.9.0.0/20 via 10.0.0.1 proto 72");
	read_routes(t, AF_INET, RT_TABLE_MAIN, OURS);
	assert_prints(t->text, "ip -N route show proto 72 | sed 's/^default/0.0.0.0\\/0/; "
			       "s/ *$/ proto 72/'");
	hgw_routes_sort(&t->routes);
	assert_int_equal(t->routes.v[2].hop.via.b[3], 2);
	assert_int_equal(t->routes.v[3].hop.via.b[3], 1);
}

static void state_of_links_is_read_and_is_no_part_of_the_route(void **state)
{
	struct state *t = *state;
	struct hgw_hop hops[2];
	struct hgw_route one, two;

	begin(t);
	hops[0] = hop(t, "10.0.0.2", "v0");
	hops[1] = hop(t, "10.0.1.2", "v1");
	one = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	two = multipath(t, "10.1.1.0/24", hops, 2);
	assert_int_equal(put(t, HGW_VERB_ADD, &one), HGW_WRITE_DONE);
	assert_int_equal(put(t, HGW_VERB_ADD, &two), HGW_WRITE_DONE);
	testns_sh("ip link set p0 down" WAIT_LINKDOWN("v0"));
	read_routes(t, AF_INET, RT_TABLE_MAIN, OURS);
	assert_int_equal(t->routes.v[0].state, HGW_STATE_LINKDOWN);
	assert_int_equal(t->routes.v[1].state, 0);
	assert_true(hgw_route_hops(&t->pool, &t->routes.v[1])[0].flags & RTNH_F_LINKDOWN);
	assert_true(hgw_route_equal(&t->pool, &one, &t->routes.v[0]));
	assert_true(hgw_route_equal(&t->pool, &two, &t->routes.v[1]));
	testns_sh("ip link set v0 down");
	read_routes(t, AF_INET, RT_TABLE_MAIN, OURS);
	assert_int_equal(t->routes.n, 1);
	assert_true(hgw_route_hops(&t->pool, &t->routes.v[0])[0].flags & RTNH_F_DEAD);
	testns_sh("ip link set p1 down" WAIT_LINKDOWN("v1"));
	read_routes(t, AF_INET, RT_TABLE_MAIN, OURS);
	assert_int_equal(t->routes.v[0].state, HGW_STATE_LINKDOWN);
}

static int refuse_route(void *arg, const struct hgw_route *r, struct hgw_err *err)
{
	(void)arg;
	(void)r;
	return hgw_fail(err, HGW_FAILED, "enough");
}

/* The kernel refuses a dump with EBUSY as long as another is not read to its end. */
static void a_dump_that_was_given_up_does_not_block_the_next(void **state)
{
	struct state *t = *state;
	struct hgw_filter filter = {.family = AF_INET};
	struct hgw_sink sink = {.route = refuse_route};

	begin(t);
	testns_sh("seq 0 2999 | awk '{ printf \"route add 10.64.%%d.%%d via 10.0.0.2 proto 73\\n\","
		  " $1 / 256, $1 %% 256 }' | ip -batch -");
	assert_int_equal(hgw_kernel_routes(t->kernel, &filter, &t->pool, &sink, &t->err), -1);
	assert_string_equal(t->err.msg, "enough");
	read_routes(t, AF_INET, RT_TABLE_MAIN, OTHERS);
	assert_int_equal(t->routes.n, 3000);
}

static int drop_route(void *arg, const struct hgw_route *r, struct hgw_err *err)
{
	(void)r;
	(void)err;
	++*(int *)arg;
	return 0;
}

static void the_pool_keeps_only_what_the_sink_keeps(void **state)
{
	struct state *t = *state;
	struct hgw_filter filter = {.family = AF_INET};
	int n = 0;
	struct hgw_sink sink = {.route = drop_route, .arg = &n};
	size_t raw;

	begin(t);
	testns_sh("ip route add 10.1.0.0/24 nexthop via 10.0.0.2 nexthop via 10.0.1.2");
	read_routes(t, AF_INET, 0, 0);
	raw = t->pool.nraw;
	assert_int_equal(t->pool.nhops, 2);
	assert_ok(t, hgw_kernel_routes(t->kernel, &filter, &t->pool, &sink, &t->err));
	assert_int_equal(n, t->routes.n);
	assert_int_equal(t->pool.nraw, raw);
	assert_int_equal(t->pool.nhops, 2);
}

static int never(void *arg, struct nlmsghdr *h, struct hgw_err *err)
{
	(void)arg;
	(void)h;
	return hgw_fail(err, HGW_FAILED, "not expected");
}

static void never_again(void *arg)
{
	(void)arg;
	fail();
}

/* What libnl sends when it is asked for addresses or rules; hence requests of our own. */
static void strict_checking_refuses_a_short_header(void **state)
{
	struct state *t = *state;
	struct {
		struct nlmsghdr h;
		struct rtgenmsg rtgen;
	} request = {.h = {.nlmsg_len = NLMSG_LENGTH(sizeof(struct rtgenmsg)),
			   .nlmsg_type = RTM_GETADDR,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		     .rtgen = {.rtgen_family = AF_INET}};

	begin(t);
	assert_int_equal(kernel_dump(t->kernel, &request.h, "addresses", never, never_again, NULL,
				     &t->err),
			 -1);
	assert_string_equal(t->err.msg, "cannot read the addresses: ipv4: Invalid header for "
					"address dump request (EINVAL)");
}

/* --- Links, addresses, rules -------------------------------------------------- */

static void assert_lines(struct state *t, void (*print)(FILE *, const struct hgw_snapshot *),
			 const char *command)
{
	size_t len;
	FILE *f;

	free(t->text);
	f = open_memstream(&t->text, &len);
	assert_non_null(f);
	print(f, &t->host);
	fclose(f);
	assert_true(len > 0);
	assert_prints(t->text, "%s", command);
}

static void print_links(FILE *f, const struct hgw_snapshot *s)
{
	for (size_t i = 0; i < s->nlinks; i++)
		fprintf(f, "%u %s %u up %d carrier %d\n", s->links[i].index, s->links[i].name,
			s->links[i].mtu, (s->links[i].flags & IFF_UP) != 0,
			(s->links[i].flags & (1U << 16)) != 0);
}

static void print_addrs(FILE *f, const struct hgw_snapshot *s)
{
	char buf[HGW_PREFIX_STRLEN];

	for (size_t i = 0; i < s->naddrs; i++) {
		hgw_prefix_format(&s->addrs[i].prefix, buf);
		fprintf(f, "%s %s\n", hgw_snapshot_link(s, s->addrs[i].index)->name, buf);
	}
}

static void print_rule(FILE *f, const struct hgw_rule *r)
{
	char dst[HGW_PREFIX_STRLEN] = "all";

	if (r->dst.len > 0)
		hgw_prefix_format_dst(&r->dst, dst);
	fprintf(f, "%u: %u %s\n", r->priority, r->table, dst);
}

static void print_rules(FILE *f, const struct hgw_snapshot *s)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	for (size_t k = 0; k < HGW_ARRAY_LEN(families); k++)
		for (size_t i = 0; i < s->nrules; i++)
			if (s->rules[i].family == families[k])
				print_rule(f, &s->rules[i]);
}

static void links_addresses_and_rules_are_those_that_ip_shows(void **state)
{
	struct state *t = *state;

	begin(t);
	testns_sh("ip link set v1 mtu 1400; ip link set p0 down; ip link set p1 down; ip link set "
		  "p1 name odd.name-1\n"
		  "ip addr add 192.168.7.1 peer 192.168.7.9/32 dev v1\n"
		  "ip addr add 10.0.0.200/25 dev v0\n"
		  "ip rule add from 10.0.0.0/8 lookup 1000 pref 77\n"
		  "ip rule add from 10.0.0.0/8 blackhole pref 78\n"
		  "ip rule add to 10.244.2.5 unreachable pref 80\n"
		  "ip rule add to 10.244.2.8/30 lookup 100 pref 81\n"
		  "ip -6 rule add to fd00:2::/48 lookup 100 pref 82\n"
		  "ip -6 rule add fwmark 5 lookup 99 pref 79");
	open_kernel(t);
	assert_lines(t, print_links,
		     "ip -o link | sed 's/: /@/g' | awk -F@ '{ mtu = $0; "
		     "sub(/.* mtu /, \"\", mtu); sub(/ .*/, \"\", mtu); "
		     "print $1, $2, mtu, \"up\", $0 ~ /[<,]UP[,>]/ ? 1 : 0, \"carrier\", "
		     "$0 ~ /LOWER_UP/ ? 1 : 0 }'");
	assert_lines(
		t, print_addrs,
		"{ ip -4 -o addr | sort -V -k4; "
		"ip -6 -o addr | awk '{ print length($4), $0 }' | sort -n | cut -d' ' -f2-; } | "
		"awk '{ print $2, $0 ~ / peer / ? $4 \"/32\" : $4 }'");
	assert_lines(t, print_rules,
		     "for f in -4 -6; do ip -N $f rule | awk '{ to = \"all\"; table = 0; "
		     "for (i = 2; i < NF; i++) { if ($i == \"to\") to = $(i + 1); "
		     "if ($i == \"lookup\") table = $(i + 1) } print $1, table, to }'; done");
}

static void reading_the_host_again_starts_anew(void **state)
{
	struct state *t = *state;
	size_t links, addrs, rules;

	begin(t);
	links = t->host.nlinks;
	addrs = t->host.naddrs;
	rules = t->host.nrules;
	assert_ok(t, hgw_kernel_snapshot(t->kernel, &t->host, &t->err));
	assert_int_equal(t->host.nlinks, links);
	assert_int_equal(t->host.naddrs, addrs);
	assert_int_equal(t->host.nrules, rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mtu_metric_and_table_come_back),
		TEST(host_routes_and_default_routes_come_back),
		TEST(onlink_comes_back),
		TEST(via_inet6_comes_back),
		TEST(multipath_comes_back_with_weights_and_onlink),
		TEST(inet6_multipath_comes_back_with_weights_and_onlink),
		TEST(routes_without_a_gateway_and_of_other_types_are_read),
		TEST(nexthop_objects_are_read_with_the_hops_they_stand_for),
		TEST(a_table_that_does_not_exist_is_empty),
		TEST(tables_over_255_are_told_apart),
		TEST(what_a_kernel_without_strict_checking_does_not_filter_is_filtered_here),
		TEST(routes_come_in_the_kernels_order),
		TEST(state_of_links_is_read_and_is_no_part_of_the_route),
		TEST(a_dump_that_was_given_up_does_not_block_the_next),
		TEST(the_pool_keeps_only_what_the_sink_keeps),
		TEST(strict_checking_refuses_a_short_header),
		TEST(links_addresses_and_rules_are_those_that_ip_shows),
		TEST(reading_the_host_again_starts_anew),
	};

	return cmocka_run_group_tests_name("kernel_read", tests, testns_setup, NULL);
}
