/* SPDX-License-Identifier: MIT */
/* Routes that come back: of chance, through our own printing; of a kernel, through ip(8). */
#include "hgw/kernel.h"
#include "snapshot_test.h"
#include "testns.h"

static uint32_t below(uint32_t n)
{
	static uint64_t x = 88172645463325252U; /* xorshift64 */

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 32) % n;
}

static void random_addr(uint8_t family, struct hgw_addr *a)
{
	*a = (struct hgw_addr){.family = family};
	for (unsigned i = 0; i < hgw_family_bits(family) / 8; i++)
		a->b[i] = (uint8_t)below(256);
}

static void random_hop(uint8_t family, bool several, struct hgw_hop *hop)
{
	*hop = (struct hgw_hop){.oif = 1 + below(2), .weight = 1};
	if (several)
		hop->weight = (uint16_t)(1 + below(256));
	if (below(4) > 0 || several)
		random_addr(family == AF_INET && below(4) == 0 ? AF_INET6 : family, &hop->via);
	if (below(4) == 0)
		hop->flags = RTNH_F_ONLINK;
}

static void random_route(struct t *t, struct hgw_route *r)
{
	static const uint8_t types[] = {RTN_UNICAST, RTN_UNICAST, RTN_BLACKHOLE, RTN_THROW};
	static const uint8_t scopes[] = {RT_SCOPE_UNIVERSE, RT_SCOPE_LINK, RT_SCOPE_HOST, 77};
	uint8_t family = below(2) ? AF_INET : AF_INET6;

	*r = (struct hgw_route){.type = types[below(4)],
				.tos = below(4) ? 0 : (uint8_t)below(256),
				.protocol = (uint8_t)(3 + below(253)),
				.scope = scopes[below(4)],
				.table = below(2) ? RT_TABLE_MAIN : 1000 + below(1000000),
				.metric = below(2) ? 0 : below(UINT32_MAX),
				.mtu = below(2) ? 0 : 1 + below(65535)};
	random_addr(family, &r->dst.addr);
	r->dst.len = (uint8_t)below(hgw_family_bits(family) + 1);
	r->dst = hgw_prefix_masked(&r->dst);
	if (r->type != RTN_UNICAST)
		return;
	r->nhops = (uint16_t)(1 + below(3));
	random_hop(family, r->nhops > 1, &r->hop);
	for (uint16_t i = 0; r->nhops > 1 && i < r->nhops; i++) {
		struct hgw_hop hop = r->hop;
		uint32_t at;

		if (i > 0)
			random_hop(family, true, &hop);
		assert_int_equal(hgw_pool_add_hops(&t->pool, &hop, 1, &at, &t->err), 0);
		if (i == 0)
			r->hops = at;
	}
}

/* Loads a text behind two lines that number the links, into the pool that there is. */
static void reload(struct t *t, const char *text, struct hgw_snapshot_file *file)
{
	char *input;

	assert_true(asprintf(&input,
			     "10.0.0.0/8 dev v1 proto static\n10.0.0.0/8 dev v2 proto static\n%s\n",
			     text) > 0);
	if (hgw_snapshot_load_data(file, "y", input, strlen(input), &t->names, &t->pool, &t->diags,
				   &t->err) < 0)
		fail_msg("%s%s", text, t->diags.n > 0 ? t->diags.v[0].text : t->err.msg);
	assert_int_equal(file->routes.n, 3);
	free(input);
}

static void random_routes_come_back(void **state)
{
	struct t *t = *state;

	for (unsigned i = 0; i < 5000; i++) {
		struct hgw_snapshot_file planned, shown;
		struct hgw_view view = {&t->names, &t->file.host, &t->pool, false};
		struct hgw_route r;
		char text[4096];
		FILE *f;

		loads(t, "10.0.0.0/8 dev v1 proto static\n10.0.0.0/8 dev v2 proto static\n");
		random_route(t, &r);
		f = fmemopen(text, sizeof(text), "w");
		hgw_print_route(f, &view, &r);
		fclose(f);
		reload(t, text, &planned);
		if (!hgw_route_equal(&t->pool, &r, &planned.routes.v[2]))
			fail_msg("plan: %s", text);
		hgw_snapshot_file_free(&planned);
		f = fmemopen(text, sizeof(text), "w");
		hgw_print_shown(f, &view, &r, false);
		fclose(f);
		/* show leaves out what it was asked for; a default of IPv6 is told by its pref */
		if (strstr(text, "default") != NULL)
			continue;
		reload(t, text, &shown);
		r.protocol = RTPROT_BOOT;
		r.table = RT_TABLE_MAIN;
		r.mtu = 0;
		if (!hgw_route_equal(&t->pool, &r, &shown.routes.v[2]))
			fail_msg("show: %s", text);
		hgw_snapshot_file_free(&shown);
	}
}

static const char *const live[] = {
	"ip link add a0 type veth peer name b0; ip link add a1 type veth peer name b1",
	"for i in a0 a1 b0 b1; do ip link set $i addrgenmode none up; done",
	"ip addr add 10.0.0.1/24 dev a0; ip addr add 10.0.1.1/24 dev a1",
	"ip addr add fd00:1::1/64 dev a0 nodad; ip addr add fe80::1/64 dev a1 nodad",
	"ip route add 10.244.1.0/24 via 10.0.0.11 dev a0 proto 72",
	"ip route add 10.244.2.0/24 via 10.0.0.12 dev a0 proto 72 metric 100 mtu 1380 advmss 1340 "
	"rtt 150ms features ecn congctl reno",
	"ip route add 10.244.3.0/24 via 192.0.2.1 dev a0 onlink proto static src 10.0.0.1",
	"ip route add 10.244.4.0/24 proto 72 nexthop via 10.0.0.19 dev a0 weight 2 nexthop via "
	"10.0.1.19 dev a1",
	"ip nexthop add id 5 via 10.0.0.20 dev a0; ip nexthop add id 6 via 10.0.1.20 dev a1",
	"ip nexthop add id 7 group 5/6,2; ip route add 10.244.5.0/24 nhid 5",
	"ip route add 10.244.6.0/24 nhid 7 proto 72",
	"ip route add blackhole 10.245.0.0/16; ip route add unreachable 10.246.0.0/16 metric 7",
	"ip route add prohibit 10.247.0.0/16; ip route add throw 10.248.0.0/16",
	"ip route add 10.249.0.0/24 via inet6 fe80::2 dev a1 proto 72",
	"ip route add 10.250.0.0/24 tos 0x10 via 10.0.0.2 dev a0; ip route add local 10.251.0.0/16 "
	"dev lo",
	"ip route add 10.252.0.0/24 via 10.0.0.3 dev a0 table 100 proto 72",
	"ip route add default via 10.0.0.254 dev a0 proto dhcp metric 100; ip route add default "
	"dev "
	"a1 scope link metric 200",
	"ip -6 route add fd00:244:1::/64 via fd00:1::11 dev a0 proto 72",
	"ip -6 route add fd00:244:3::/64 via fe80::2 dev a1 expires 3600 mtu 1300 proto ra",
	"ip -6 route add fd00:244:4::/64 proto 72 nexthop via fd00:1::14 dev a0 weight 2 nexthop "
	"via "
	"fe80::3 dev a1",
	"ip -6 route add blackhole fd00:245::/48; ip -6 route add default via fd00:1::fe dev a0",
	"ip -6 route add unreachable default metric 4096; ip -6 route add fd00:246::/64 dev a1 "
	"table "
	"100",
	"ip link set b1 down",
};

/* What a snapshot says of one family is what the kernel does. */
static void same_routes(struct t *t, struct hgw_kernel *k, const struct hgw_snapshot *host,
			uint8_t family, uint32_t table)
{
	struct hgw_filter f = {.family = family, .table = table};
	struct hgw_view view = {&t->names, host, &t->pool, false};
	struct hgw_routes now = {0};
	size_t n = 0;

	assert_int_equal(hgw_kernel_collect(k, &f, &t->pool, &now, &t->err), 0);
	for (size_t i = 0; i < t->file.routes.n; i++) {
		struct hgw_route *r = &t->file.routes.v[i];
		char *text = NULL;
		size_t len;
		FILE *out;

		if (r->dst.addr.family != family)
			continue;
		assert_true(n < now.n);
		for (size_t h = 0; h < r->nhops; h++) {
			struct hgw_hop *hop = r->nhops > 1 ? &t->pool.hops[r->hops + h] : &r->hop;
			const struct hgw_link *link = hgw_snapshot_link(&t->file.host, hop->oif);

			hop->oif = hgw_snapshot_link_named(host, link->name)->index;
		}
		out = open_memstream(&text, &len);
		hgw_print_route(out, &view, &now.v[n]);
		fclose(out);
		if (!hgw_route_equal(&t->pool, r, &now.v[n]) || r->state != now.v[n].state)
			fail_msg("not so: %s", text);
		free(text);
		n++;
	}
	assert_int_equal(n, now.n);
	hgw_routes_free(&now);
}

static void same_addrs(struct t *t, const struct hgw_snapshot *host)
{
	for (size_t i = 0; i < host->naddrs; i++) {
		const struct hgw_ifaddr *a = &host->addrs[i];
		char text[HGW_ADDR_STRLEN];

		hgw_addr_format(&a->prefix.addr, text);
		if (a->prefix.addr.family == AF_INET && a->prefix.addr.b[0] == 127)
			continue;
		if (!has(t, text, a->prefix.len, hgw_snapshot_link(host, a->index)->name))
			fail_msg("%s/%u", text, a->prefix.len);
	}
}

static void tells_what_the_kernel_does(void **state)
{
	static const char *const all[] = {
		"ip -j -d route show table all",     "ip -N -j -d route show table all",
		"ip -j -d -p route show table all",  "ip -j route show table all",
		"ip route show table all",	     "ip -d -o route show table all",
		"ip -d route show table all",	     "ip -N -s route show table all",
		"ip -c=always route show table all",
	};
	static const char *const of_main[] = {"ip route; ip -6 route",
					      "ip -j -d route; ip -j -6 route"};
	struct t *t = *state;
	struct hgw_snapshot host = {0};
	struct hgw_kernel *k;

	testns_fresh();
	for (size_t i = 0; i < HGW_ARRAY_LEN(live); i++)
		testns_sh("%s", live[i]);
	assert_int_equal(hgw_kernel_open(&k, NULL, &t->err), 0);
	assert_int_equal(hgw_kernel_snapshot(k, &host, &t->err), 0);
	for (size_t i = 0; i < HGW_ARRAY_LEN(all); i++) {
		char *text = testns_out("%s", all[i]);

		loads(t, text);
		same_addrs(t, &host);
		same_routes(t, k, &host, AF_INET, 0);
		same_routes(t, k, &host, AF_INET6, 0);
		free(text);
	}
	for (size_t i = 0; i < HGW_ARRAY_LEN(of_main); i++) {
		char *text = testns_out("%s", of_main[i]);

		loads(t, text);
		same_routes(t, k, &host, AF_INET, RT_TABLE_MAIN);
		same_routes(t, k, &host, AF_INET6, RT_TABLE_MAIN);
		free(text);
	}
	hgw_snapshot_free(&host);
	hgw_kernel_close(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(random_routes_come_back, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_what_the_kernel_does, setup, teardown),
	};

	return cmocka_run_group_tests_name("snapshot_live", tests, testns_setup, NULL);
}
