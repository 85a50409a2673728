/* SPDX-License-Identifier: MIT */
/* What the rest is built on: how the kernel answers, and what a write does to which routes. */
#include "kernel_test.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel_impl.h"

#define INVALID "Nexthop has invalid gateway"

/* --- Answers ----------------------------------------------------------------- */

static void a_refusal_does_not_stop_what_is_packed_behind_it(void **state)
{
	struct state *t = *state;
	struct hgw_write w[4] = {0};

	begin(t);
	w[0].route = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	w[1].route = route(t, "10.1.1.0/24", "172.16.0.1", "v0");
	w[2].route = route(t, "fd01::/64", "fd00:0::2", "v0");
	w[3].route = route(t, "fd01:1::/64", "fd00:9::1", "v1");
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, 4, &t->refusal), -1);
	assert_int_equal(w[0].state, HGW_WRITE_DONE);
	assert_int_equal(w[1].state, HGW_WRITE_REFUSED);
	assert_int_equal(w[2].state, HGW_WRITE_DONE);
	assert_int_equal(w[3].state, HGW_WRITE_REFUSED);
	assert_int_equal(t->refusal.index, 1);
	assert_int_equal(t->refusal.errnum, ENETUNREACH);
	assert_string_equal(t->refusal.text, INVALID);
	assert_prints("10.1.0.0/24 via 10.0.0.2 dev v0\n"
		      "fd01::/64 via fd00::2 dev v0 metric 1024 pref medium\n",
		      "ip -N route show proto 72; ip -N -6 route show proto 72");
}

/* The number of answers that are there without waiting, and the errno of the last. */
static int count_answers(struct state *t, int *errnum)
{
	unsigned char buf[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	int fd = nl_socket_get_fd(t->kernel->sk), n = 0;

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0) {
		struct nlmsghdr *h = (struct nlmsghdr *)(void *)buf;
		struct kernel_answer answer;

		assert_int_equal(h->nlmsg_type, NLMSG_ERROR);
		kernel_read_error(h, &answer);
		*errnum = answer.errnum;
		n++;
	}
	assert_int_equal(errno, EAGAIN);
	return n;
}

static void answers_are_queued_when_send_returns_and_only_errors_without_ack(void **state)
{
	struct state *t = *state;
	struct hgw_write good = {0}, bad = {0};
	int errnum = 0;

	begin(t);
	good.route = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	bad.route = route(t, "10.1.1.0/24", "172.16.0.1", "v0");
	for (int i = 0; i < 200; i++) {
		unsigned char *out = t->kernel->out;
		size_t len;

		good.verb = i % 2 == 0 ? HGW_VERB_ADD : HGW_VERB_DELETE;
		len = kernel_encode(&t->pool, &good, out, KERNEL_SEND_MAX);
		assert_true(nl_sendto(t->kernel->sk, out, len) > 0);
		assert_int_equal(count_answers(t, &errnum), 0);
		len += kernel_encode(&t->pool, &bad, out + len, KERNEL_SEND_MAX - len);
		assert_true(nl_sendto(t->kernel->sk, out, len) > 0);
		/* The first is refused too now: it is there, or gone, already. */
		assert_int_equal(count_answers(t, &errnum), 2);
		assert_int_equal(errnum, ENETUNREACH);
	}
}

static void refusals_keep_the_kernels_own_words(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	r = route(t, "10.1.0.0/24", "172.16.0.1", "v0");
	assert_refused(t, HGW_VERB_ADD, &r, ENETUNREACH, INVALID);
	r.dst.addr.b[3] = 1;
	assert_refused(t, HGW_VERB_ADD, &r, EINVAL, "Invalid prefix for given prefix length");
	r = route(t, "fd01::/64", "fd00:9::1", "v0");
	assert_refused(t, HGW_VERB_ADD, &r, EHOSTUNREACH, "");
	r = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	r.hop.flags = RTNH_F_ONLINK;
	testns_sh("ip link set v0 down");
	assert_refused(t, HGW_VERB_ADD, &r, ENETDOWN, "Nexthop device is not up");
}

static void the_first_of_several_refusals_is_told(void **state)
{
	struct state *t = *state;
	struct hgw_write w[3] = {0};

	begin(t);
	for (size_t i = 0; i < HGW_ARRAY_LEN(w); i++)
		w[i].route = route(t, "10.1.0.0/24", i == 0 ? "10.0.0.2" : "172.16.0.1", "v0");
	w[2].route.dst.addr.b[3] = 1;
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, 3, &t->refusal), -1);
	assert_int_equal(t->refusal.index, 1);
	assert_string_equal(t->refusal.text, INVALID);
}

static void a_write_that_is_alone_stops_what_is_behind_it(void **state)
{
	struct state *t = *state;
	struct hgw_write w[3] = {0};

	begin(t);
	w[0].route = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	w[1].route = route(t, "10.1.1.0/24", "172.16.0.1", "v0");
	w[1].alone = true;
	w[2].route = route(t, "10.1.2.0/24", "10.0.0.2", "v0");
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, 3, &t->refusal), -1);
	assert_int_equal(t->refusal.index, 1);
	assert_int_equal(w[0].state, HGW_WRITE_DONE);
	assert_int_equal(w[1].state, HGW_WRITE_REFUSED);
	assert_int_equal(w[2].state, HGW_WRITE_PENDING);
	assert_prints("10.1.0.0/24 via 10.0.0.2 dev v0\n", "ip -N route show proto 72");
}

static void thousands_of_writes_are_packed_and_all_arrive(void **state)
{
	enum { N = 5000 };
	struct state *t = *state;
	struct hgw_write *w = calloc(N, sizeof(*w));

	begin(t);
	assert_non_null(w);
	for (int i = 0; i < N; i++) {
		w[i].route = route(t, "10.64.0.0/24", "10.0.0.2", "v0");
		w[i].route.dst.addr.b[1] = (uint8_t)(64 + i / 256);
		w[i].route.dst.addr.b[2] = (uint8_t)i;
	}
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, N, &t->refusal), 0);
	read_routes(t, AF_INET, RT_TABLE_MAIN, OURS);
	assert_int_equal(t->routes.n, N);
	for (int i = 0; i < N; i++) {
		assert_int_equal(w[i].state, HGW_WRITE_DONE);
		assert_true(hgw_route_equal(&t->pool, &w[i].route, &t->routes.v[i]));
		w[i].verb = HGW_VERB_DELETE;
	}
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, N, &t->refusal), 0);
	assert_string_equal(read_routes(t, AF_INET, RT_TABLE_MAIN, OURS), "");
	free(w);
}

static void a_route_that_fits_no_message_is_refused_before_it_is_sent(void **state)
{
	enum { HOPS = 6000 };
	struct state *t = *state;
	struct hgw_hop *hops = calloc(HOPS, sizeof(*hops));
	struct hgw_route r;

	begin(t);
	assert_non_null(hops);
	for (size_t i = 0; i < HOPS; i++)
		hops[i] = hop(t, "10.0.0.2", "v0");
	r = multipath(t, "10.1.0.0/24", hops, HOPS);
	assert_refused(t, HGW_VERB_ADD, &r, EMSGSIZE, "");
	assert_prints("", "ip -N route show proto 72");
	free(hops);
}

/* --- IPv4 -------------------------------------------------------------------- */

static void add_is_exclusive(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.9 proto 73\n"
		  "ip route add fd01::/64 via fd00::9 proto 73");
	r = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	assert_refused(t, HGW_VERB_ADD, &r, EEXIST, "");
	r = route(t, "fd01::/64", "fd00::2", "v0");
	assert_refused(t, HGW_VERB_ADD, &r, EEXIST, "");
	r.metric = 7;
	assert_int_equal(put(t, HGW_VERB_ADD, &r), HGW_WRITE_DONE);
	assert_prints("10.1.0.0/24 via 10.0.0.9 dev v0 proto 73\n"
		      "fd01::/64 via fd00::2 dev v0 proto 72 metric 7 pref medium\n"
		      "fd01::/64 via fd00::9 dev v0 proto 73 metric 1024 pref medium\n",
		      "ip -N route show to 10.1.0.0/24; ip -N -6 route show to fd01::/64");
}

static void inet_replace_takes_the_first_entry_of_a_key_whoever_owns_it(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.8 proto 73\n"
		  "ip route append 10.1.0.0/24 via 10.0.0.9 proto 72\n"
		  "ip route add 10.1.0.0/24 via 10.0.0.9 proto 73 metric 5\n"
		  "ip route add 10.1.0.0/24 via 10.0.0.9 proto 73 tos 0x10");
	r = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	assert_int_equal(put(t, HGW_VERB_REPLACE, &r), HGW_WRITE_DONE);
	assert_prints("10.1.0.0/24 tos 0x10 via 10.0.0.9 dev v0 proto 73\n"
		      "10.1.0.0/24 via 10.0.0.2 dev v0 proto 72\n"
		      "10.1.0.0/24 via 10.0.0.9 dev v0 proto 72\n"
		      "10.1.0.0/24 via 10.0.0.9 dev v0 proto 73 metric 5\n",
		      "ip -N route show to 10.1.0.0/24");
}

static void after_an_append_the_first_of_a_key_stays_in_force(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.9 proto 73");
	r = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	assert_int_equal(put(t, HGW_VERB_APPEND, &r), HGW_WRITE_DONE);
	assert_string_equal(read_routes(t, AF_INET, RT_TABLE_MAIN, 0),
			    "10.0.0.0/24 dev v0 proto 2 scope link\n"
			    "10.0.1.0/24 dev v1 proto 2 scope link\n"
			    "10.1.0.0/24 via 10.0.0.9 dev v0 proto 73\n"
			    "10.1.0.0/24 via 10.0.0.2 dev v0 proto 72\n");
	assert_int_equal(hgw_route_key_cmp(&t->routes.v[2], &t->routes.v[3]), 0);
	assert_prints("10.1.0.5 via 10.0.0.9 dev v0\n",
		      "ip -N route get 10.1.0.5 | sed -n 's/ src.*//p'");
	/* The very same cannot be appended twice. */
	assert_refused(t, HGW_VERB_APPEND, &r, EEXIST, "");
}

static void a_delete_with_metric_0_takes_any_metric_the_lowest_first(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.2 proto 72 metric 50\n"
		  "ip route add 10.1.0.0/24 via 10.0.0.2 proto 72 metric 9");
	r = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_DONE);
	assert_prints("10.1.0.0/24 via 10.0.0.2 dev v0 metric 50\n", "ip -N route show proto 72");
	r.metric = 49;
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_GONE);
	r.metric = 50;
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_DONE);
	assert_prints("", "ip -N route show proto 72");
}

static void a_delete_names_protocol_gateway_device_and_table(void **state)
{
	struct state *t = *state;
	struct hgw_route r, right;

	begin(t);
	right = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	assert_int_equal(put(t, HGW_VERB_ADD, &right), HGW_WRITE_DONE);
	r = right;
	r.protocol = OTHERS;
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_GONE);
	r = right;
	r.hop.via.b[3] = 3;
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_GONE);
	r = right;
	r.hop.oif = device(t, "v1");
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_GONE);
	r = right;
	r.table = 1000;
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_GONE);
	r = right;
	r.type = RTN_BLACKHOLE;
	r.nhops = 0;
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_GONE);
	assert_int_equal(t->refusal.errnum, 0);
	assert_int_equal(put(t, HGW_VERB_DELETE, &right), HGW_WRITE_DONE);
}

static void an_inet_delete_tells_routes_apart_by_mtu(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.2 proto 72 mtu 1400\n"
		  "ip route append 10.1.0.0/24 via 10.0.0.2 proto 72\n"
		  "ip route append 10.1.0.0/24 via 10.0.0.2 proto 72 mtu lock 1300");
	r = route(t, "10.1.0.0/24", "10.0.0.2", "v0");
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_DONE);
	assert_prints("10.1.0.0/24 via 10.0.0.2 dev v0 mtu 1400\n"
		      "10.1.0.0/24 via 10.0.0.2 dev v0 mtu lock 1300\n",
		      "ip -N route show proto 72");
	r.mtu = 1300;
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_DONE);
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_GONE);
	assert_prints("10.1.0.0/24 via 10.0.0.2 dev v0 mtu 1400\n", "ip -N route show proto 72");
}

static void inet_accepts_the_hosts_own_address_as_gateway_and_inet6_does_not(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	r = route(t, "10.1.0.0/24", "10.0.0.1", "v0");
	assert_int_equal(put(t, HGW_VERB_ADD, &r), HGW_WRITE_DONE);
	r = route(t, "fd01::/64", "fd00::1", "v0");
	assert_refused(t, HGW_VERB_ADD, &r, EINVAL, "Gateway can not be a local address");
}

/* --- IPv6 -------------------------------------------------------------------- */

static void an_inet6_group_is_shown_under_the_protocol_of_its_first_member(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	testns_sh("ip route add fd01::/64 via fd00::9 dev v0 proto 73");
	r = route(t, "fd01::/64", "fd00::2", "v0");
	assert_int_equal(put(t, HGW_VERB_APPEND, &r), HGW_WRITE_DONE);
	assert_string_equal(read_routes(t, AF_INET6, RT_TABLE_MAIN, OURS), "");
	assert_string_equal(read_routes(t, AF_INET6, RT_TABLE_MAIN, OTHERS),
			    "fd01::/64 proto 73 metric 1024 nexthop via fd00::9 dev v0 weight 1 "
			    "nexthop via fd00::2 dev v0 weight 1\n");
	testns_sh("ip route del fd01::/64 via fd00::9 dev v0 proto 73");
	assert_string_equal(read_routes(t, AF_INET6, RT_TABLE_MAIN, OURS),
			    "fd01::/64 via fd00::2 dev v0 proto 72 metric 1024\n");
}

static void inet6_replace_takes_the_whole_group(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	testns_sh("ip route add fd01::/64 proto 73 nexthop via fd00::8 nexthop via fd00::9\n"
		  "ip route add fd01::/64 via fd00::9 proto 73 metric 5");
	r = route(t, "fd01::/64", "fd00::2", "v0");
	assert_int_equal(put(t, HGW_VERB_REPLACE, &r), HGW_WRITE_DONE);
	assert_prints("fd01::/64 via fd00::9 dev v0 proto 73 metric 5 pref medium\n"
		      "fd01::/64 via fd00::2 dev v0 proto 72 metric 1024 pref medium\n",
		      "ip -N -6 route show to fd01::/64");
}

static void an_inet6_delete_of_one_hop_leaves_a_foreign_member(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	testns_sh("ip route add fd01::/64 via fd00::2 dev v0 proto 72\n"
		  "ip route append fd01::/64 via fd00::9 dev v0 proto 73");
	r = route(t, "fd01::/64", "fd00::9", "v0");
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_GONE);
	assert_prints("2\n", "ip -N -6 route show to fd01::/64 | grep -c nexthop");
	r = route(t, "fd01::/64", "fd00::2", "v0");
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_DONE);
	assert_prints("fd01::/64 via fd00::9 dev v0 proto 73 metric 1024 pref medium\n",
		      "ip -N -6 route show to fd01::/64");
}

/* Why a delete always names a gateway. */
static void an_inet6_delete_without_a_gateway_takes_the_group_foreign_members_too(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	testns_sh("ip route add fd01::/64 via fd00::2 dev v0 proto 72\n"
		  "ip route append fd01::/64 via fd00::9 dev v0 proto 73");
	r = route(t, "fd01::/64", NULL, "v0");
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_DONE);
	assert_prints("", "ip -N -6 route show to fd01::/64");
}

static void an_inet6_append_joins_the_group_but_for_a_way_it_has(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	testns_sh("ip route add fd01::/64 via fd00::2 dev v0 proto 72");
	r = route(t, "fd01::/64", "fd00:1::2", "v1");
	assert_int_equal(put(t, HGW_VERB_APPEND, &r), HGW_WRITE_DONE);
	assert_string_equal(read_routes(t, AF_INET6, RT_TABLE_MAIN, OURS),
			    "fd01::/64 proto 72 metric 1024 nexthop via fd00::2 dev v0 weight 1 "
			    "nexthop via fd00:1::2 dev v1 weight 1\n");
	r.mtu = 1400;
	r.hop.flags = RTNH_F_ONLINK;
	assert_refused(t, HGW_VERB_APPEND, &r, EEXIST, "");
}

static void inet6_metric_0_is_1024(void **state)
{
	struct state *t = *state;
	struct hgw_route r;

	begin(t);
	r = route(t, "fd01::/64", "fd00::2", "v0");
	assert_int_equal(put(t, HGW_VERB_ADD, &r), HGW_WRITE_DONE);
	r.metric = HGW_METRIC6_DEFAULT;
	assert_refused(t, HGW_VERB_ADD, &r, EEXIST, "");
	assert_int_equal(put(t, HGW_VERB_DELETE, &r), HGW_WRITE_DONE);
}

/* --- Rights ------------------------------------------------------------------ */

static void drop_capability(int cap)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &h, data) < 0)
		_exit(100);
	data[cap / 32].effective &= ~(1U << (cap % 32));
	data[cap / 32].permitted = data[cap / 32].effective;
	if (syscall(SYS_capset, &h, data) < 0)
		_exit(101);
}

/* What f comes to in a child that lacks a capability: its status, and its words to msg. */
static int without(int cap, int (*f)(struct hgw_err *), struct hgw_err *err)
{
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		drop_capability(cap);
		*err = (struct hgw_err){0};
		status = f(err) == 0 ? 0 : (int)err->status;
		_exit(write(fds[1], err, sizeof(*err)) == sizeof(*err) ? status : 102);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(read(fds[0], err, sizeof(*err)), sizeof(*err));
	close(fds[0]);
	close(fds[1]);
	return WEXITSTATUS(status);
}

static int ask_to_write(struct hgw_err *err)
{
	struct hgw_kernel *k;
	int rc = hgw_kernel_open(&k, NULL, err);

	if (rc == 0)
		rc = hgw_kernel_may_write(k, err);
	hgw_kernel_close(k);
	return rc;
}

static int read_only(struct hgw_err *err)
{
	struct hgw_filter filter = {.family = AF_INET};
	struct hgw_snapshot host = {0};
	struct hgw_routes set = {0};
	struct hgw_pool pool = {0};
	struct hgw_kernel *k;
	int rc = hgw_kernel_open(&k, NULL, err);

	if (rc == 0)
		rc = hgw_kernel_snapshot(k, &host, err);
	if (rc == 0)
		rc = hgw_kernel_collect(k, &filter, &pool, &set, err);
	if (rc == 0 && (set.n == 0 || host.nlinks == 0))
		rc = hgw_fail(err, HGW_FAILED, "nothing was read");
	hgw_routes_free(&set);
	hgw_pool_free(&pool);
	hgw_snapshot_free(&host);
	hgw_kernel_close(k);
	return rc;
}

static int open_named(struct hgw_err *err)
{
	struct hgw_kernel *k;
	int rc = hgw_kernel_open(&k, "blue", err);

	hgw_kernel_close(k);
	return rc;
}

static void asking_whether_one_may_write_changes_nothing(void **state)
{
	struct state *t = *state;
	char *before, *after;

	begin(t);
	before = testns_out("ip -d route show table all; ip -d rule");
	assert_ok(t, hgw_kernel_may_write(t->kernel, &t->err));
	after = testns_out("ip -d route show table all; ip -d rule");
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void without_cap_net_admin_one_may_read_but_not_write(void **state)
{
	struct state *t = *state;

	begin(t);
	assert_int_equal(without(CAP_NET_ADMIN, ask_to_write, &t->err), HGW_NOPERM);
	assert_string_equal(t->err.msg, "changing routes needs CAP_NET_ADMIN; run as root");
	assert_int_equal(without(CAP_NET_ADMIN, read_only, &t->err), 0);
	assert_int_equal(without(CAP_SYS_ADMIN, ask_to_write, &t->err), 0);
}

static void a_named_namespace_is_entered(void **state)
{
	struct state *t = *state;

	testns_fresh();
	testns_add("blue");
	testns_in("blue", LINKS);
	assert_int_equal(without(CAP_SYS_ADMIN, open_named, &t->err), HGW_NOPERM);
	assert_string_equal(t->err.msg,
			    "entering network namespace 'blue' needs CAP_SYS_ADMIN; run as root");
	assert_ok(t, hgw_kernel_open(&t->kernel, "blue", &t->err));
	assert_ok(t, hgw_kernel_snapshot(t->kernel, &t->host, &t->err));
	assert_non_null(hgw_snapshot_link_named(&t->host, "v0"));
	testns_enter(NULL);
}

static void a_namespace_that_is_not_there_cannot_be_opened(void **state)
{
	static const char *const invalid[] = {"", ".", "..", "a/b", "/proc/self/ns/net"};
	struct state *t = *state;

	testns_fresh();
	assert_int_equal(hgw_kernel_open(&t->kernel, "blue", &t->err), -1);
	assert_int_equal(t->err.status, HGW_NOINPUT);
	assert_string_equal(t->err.msg,
			    "cannot open network namespace 'blue': No such file or directory");
	assert_null(t->kernel);
	testns_sh("mkdir -p /run/netns; echo >/run/netns/file");
	assert_int_equal(hgw_kernel_open(&t->kernel, "file", &t->err), -1);
	assert_int_equal(t->err.status, HGW_NOINPUT);
	for (size_t i = 0; i < HGW_ARRAY_LEN(invalid); i++) {
		assert_int_equal(hgw_kernel_open(&t->kernel, invalid[i], &t->err), -1);
		assert_int_equal(t->err.status, HGW_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_refusal_does_not_stop_what_is_packed_behind_it),
		TEST(answers_are_queued_when_send_returns_and_only_errors_without_ack),
		TEST(refusals_keep_the_kernels_own_words),
		TEST(the_first_of_several_refusals_is_told),
		TEST(a_write_that_is_alone_stops_what_is_behind_it),
		TEST(thousands_of_writes_are_packed_and_all_arrive),
		TEST(a_route_that_fits_no_message_is_refused_before_it_is_sent),
		TEST(add_is_exclusive),
		TEST(inet_replace_takes_the_first_entry_of_a_key_whoever_owns_it),
		TEST(after_an_append_the_first_of_a_key_stays_in_force),
		TEST(a_delete_with_metric_0_takes_any_metric_the_lowest_first),
		TEST(a_delete_names_protocol_gateway_device_and_table),
		TEST(an_inet_delete_tells_routes_apart_by_mtu),
		TEST(inet_accepts_the_hosts_own_address_as_gateway_and_inet6_does_not),
		TEST(an_inet6_group_is_shown_under_the_protocol_of_its_first_member),
		TEST(inet6_replace_takes_the_whole_group),
		TEST(an_inet6_delete_of_one_hop_leaves_a_foreign_member),
		TEST(an_inet6_delete_without_a_gateway_takes_the_group_foreign_members_too),
		TEST(an_inet6_append_joins_the_group_but_for_a_way_it_has),
		TEST(inet6_metric_0_is_1024),
		TEST(asking_whether_one_may_write_changes_nothing),
		TEST(without_cap_net_admin_one_may_read_but_not_write),
		TEST(a_named_namespace_is_entered),
		TEST(a_namespace_that_is_not_there_cannot_be_opened),
	};

	return cmocka_run_group_tests_name("kernel", tests, testns_setup, NULL);
}
