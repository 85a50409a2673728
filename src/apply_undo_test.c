/* SPDX-License-Identifier: MIT */
/* All or nothing: whatever goes wrong at whichever write, the table is what it was. */
#include "apply_test.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/socket.h>

enum { NEVER = -1 };

/* The linker puts the functions below in the place of libnl's, so that there is one of these. */
static struct {
	int refuse_at;	 /* the kernel is given an invalid message in the place of that write, */
	int refuse_upto; /* and of those up to this */
	int writes;	 /* seen so far, over all sends */
	bool lose;	 /* the answers to it are lost */
	int fail_send;	 /* that send fails */
	int fail_dump;	 /* that request to dump cannot be sent */
	int stop_after;	 /* after that send we are told to stop */
	int deed_at;	 /* before that send, or dump, somebody else does a deed: */
	const char *deed;
	int sends, dumps;
	volatile sig_atomic_t stop;
} seam; /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */

int __real_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **buf,
		   struct ucred **creds);
int __wrap_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **buf,
		   struct ucred **creds);
int __real_nl_sendto(struct nl_sock *sk, void *buf, size_t size);
int __wrap_nl_sendto(struct nl_sock *sk, void *buf, size_t size);

static void reset_seam(void)
{
	memset(&seam, 0, sizeof(seam));
	seam.refuse_at = seam.refuse_upto = seam.fail_send = seam.fail_dump = NEVER;
	seam.stop_after = seam.deed_at = NEVER;
}

static void refuse_writes(void *buf, size_t size)
{
	struct nlmsghdr *h = buf;
	int left = (int)size;

	for (; nlmsg_ok(h, left); h = nlmsg_next(h, &left)) {
		struct rtmsg *rtm = nlmsg_data(h);

		if (seam.writes >= seam.refuse_at && seam.writes <= seam.refuse_upto)
			rtm->rtm_dst_len = 200;
		seam.writes++;
	}
}

static int fail_with(int errnum)
{
	errno = errnum;
	return -NLE_NOMEM;
}

int __wrap_nl_sendto(struct nl_sock *sk, void *buf, size_t size)
{
	struct nlmsghdr *h = buf;
	int rc;

	if (seam.deed_at != NEVER && seam.dumps + seam.sends == seam.deed_at)
		testns_sh("%s", seam.deed);
	if (h->nlmsg_type == RTM_GETROUTE)
		return seam.dumps++ == seam.fail_dump ? fail_with(ENOMEM)
						      : __real_nl_sendto(sk, buf, size);
	if (h->nlmsg_type != RTM_NEWROUTE && h->nlmsg_type != RTM_DELROUTE)
		return __real_nl_sendto(sk, buf, size);
	if (seam.sends++ == seam.fail_send)
		return fail_with(EIO);
	refuse_writes(buf, size);
	rc = __real_nl_sendto(sk, buf, size);
	if (seam.sends - 1 == seam.stop_after)
		seam.stop = 1;
	return rc;
}

int __wrap_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **buf,
		   struct ucred **creds)
{
	int n = __real_nl_recv(sk, from, buf, creds);

	if (n <= 0 || !seam.lose || ((struct nlmsghdr *)(void *)*buf)->nlmsg_type != NLMSG_ERROR)
		return n;
	seam.lose = false;
	free(*buf);
	*buf = NULL;
	return fail_with(ENOBUFS);
}

/* --- A table in which everything changes --------------------------------------- */

/* Ours, also with what we do not model, and others'. */
#define BEFORE                                                                                     \
	"ip nexthop add id 5 via 10.0.0.19 dev v0; ip nexthop add id 6 via fd00::19 dev v0\n"      \
	"own() { dst=$1; shift; ip route add $dst proto 72 \"$@\"; }\n"                            \
	"own 10.1.0.0/24 via 10.0.0.10 advmss 1300 initcwnd 12 metric 3\n"                         \
	"own 10.1.1.0/24 via 10.0.0.11 mtu lock 1380 src 10.0.0.1 congctl reno\n"                  \
	"own 10.1.2.0/24 advmss 1310 nexthop via 10.0.0.12 weight 3 "                              \
	"nexthop via 10.0.1.12 weight 5\n"                                                         \
	"own 10.1.3.0/24 via 10.0.1.13 rtt 20\n"                                                   \
	"own 10.1.4.0/24 via inet6 fd00::14 dev v0 advmss 1311\n"                                  \
	"own 10.1.5.0/24 via 10.0.0.15 mtu 1400\n"                                                 \
	"own 10.1.6.0/24 via 10.0.0.16 dev v0 onlink advmss 1312\n"                                \
	"own 10.1.9.0/24 nhid 5\n"                                                                 \
	"own 10.9.0.0/24 via 10.0.0.9 realm 7\n"                                                   \
	"ip route add blackhole 10.1.7.0/24 proto 72\n"                                            \
	"own fd01::/64 via fd00::10 advmss 1300 hoplimit 9 pref high metric 3\n"                   \
	"own fd01:1::/64 via fd00::11 mtu lock 1380 src fd00::1\n"                                 \
	"own fd01:2::/64 advmss 1310 nexthop via fd00::12 nexthop via fd00:1::12\n"                \
	"own fd01:3::/64 via fd00::13 advmss 1313\n"                                               \
	"own fd01:4::/64 advmss 1314 nexthop via fd00::14 nexthop via fd00:1::14\n"                \
	"own fd01:5::/64 mtu 1400 hoplimit 5 nexthop via fd00::15 nexthop via fd00:1::15\n"        \
	"own fd01:6::/64 hoplimit 6 nexthop via fd00::16 weight 3 nexthop via fd00:1::16 "         \
	"weight 5\n"                                                                               \
	"ip route add unreachable fd01:7::/64 proto 72\n"                                          \
	"own fd01:9::/64 nhid 6\n"                                                                 \
	"own fd09::/64 advmss 1319 nexthop via fd00::9 nexthop via fd00:1::9\n"                    \
	"ip route add 10.1.0.0/24 via 10.0.0.99 metric 5000 proto 73\n"                            \
	"ip route add fd01::/64 via fd00::99 metric 5000 proto 73\n"

/* One node to each subnet: another gateway, or device, fewer hops, more, others, another mtu, … */
#define NODE(i, list)                                                                              \
	"- {name: n" #i ", addresses: [" list "], subnets: [10.1." #i ".0/24, 'fd01:" #i           \
	"::/64']}\n"
#define AFTER                                                                                      \
	ME NODE(0, "10.0.1.10, 'fd00:1::10'") NODE(2, "10.0.0.12, 'fd00::12'")                     \
		NODE(3, "10.0.1.13, 10.0.0.13, 'fd00:1::13', 'fd00::23'")                          \
			NODE(4, "'fd00:1::14', 'fd00::24'")                                        \
				NODE(5, "10.0.0.15, 'fd00::15', 'fd00:1::15'")                     \
					NODE(6, "10.0.0.16, 'fd00::16', 'fd00:1::16'")             \
						NODE(7, "10.0.0.17, 'fd00::17'")                   \
							NODE(8, "10.0.0.18, 'fd00::18'")           \
								NODE(9, "10.0.0.19, 'fd00::19', "  \
									"'fd00:1::19'")

/* The plan again and the seam, set for one failure. */
static void plan_anew(struct run *t)
{
	reset_seam();
	run_plan(t, AFTER);
	seam.writes = seam.sends = seam.dumps = 0;
}

static size_t begin_with_everything(struct run *t)
{
	run_begin();
	testns_sh(BEFORE);
	plan_anew(t);
	assert_true(t->plan.count[HGW_OP_ADD] >= 2);
	assert_true(t->plan.count[HGW_OP_REPLACE] >= 14);
	assert_true(t->plan.count[HGW_OP_DELETE] >= 4);
	assert_true(t->writes.nadd >= 15 && t->writes.n >= t->writes.nadd + 20);
	return t->writes.n;
}

static void assert_undone(struct run *t, const char *before, size_t k)
{
	char *after;

	run_apply_fails(t, HGW_FAILED);
	assert_int_equal(t->undo.left.n, 0);
	after = all_routes();
	if (strcmp(before, after) != 0)
		print_error("at %zu:\n", k);
	assert_text_equal(after, before);
	free(after);
}

static void a_refusal_of_any_one_write_leaves_everything_as_it_was(void **state)
{
	struct run *t = *state;
	size_t n = begin_with_everything(t);
	char *before = all_routes();

	for (size_t k = 0; k < n; k++) {
		plan_anew(t);
		seam.refuse_at = seam.refuse_upto = (int)k;
		assert_undone(t, before, k);
		assert_int_equal(t->result.failed, k);
		assert_int_equal(t->result.refusal.errnum, EINVAL);
		assert_string_equal(t->err.msg, "the kernel refused a change");
	}
	free(before);
	/* It is the refusal alone that was in the way. */
	reset_seam();
	run_apply_all(t, AFTER);
}

static void answers_that_are_lost_leave_everything_as_it_was(void **state)
{
	struct run *t = *state;
	size_t n = begin_with_everything(t);
	char *before = all_routes();

	for (size_t k = 0; k < n; k += 3) {
		plan_anew(t);
		seam.refuse_at = seam.refuse_upto = (int)k;
		seam.lose = true;
		assert_undone(t, before, k);
		assert_true(t->result.failed <= k);
		assert_int_equal(t->writes.v[t->result.failed].state, HGW_WRITE_UNKNOWN);
		assert_int_equal(t->result.refusal.errnum, ENOBUFS);
	}
	free(before);
}

static void a_send_that_fails_leaves_everything_as_it_was(void **state)
{
	struct run *t = *state;
	char *before;
	int sends;

	begin_with_everything(t);
	before = all_routes();
	for (sends = 0;; sends++) {
		plan_anew(t);
		seam.fail_send = sends;
		if (seam.fail_send > 4)
			break;
		assert_undone(t, before, (size_t)sends);
		assert_int_equal(t->result.refusal.errnum, EIO);
	}
	free(before);
}

static void a_check_that_cannot_be_made_leaves_everything_as_it_was(void **state)
{
	struct run *t = *state;
	char *before;

	begin_with_everything(t);
	before = all_routes();
	plan_anew(t);
	seam.fail_dump = 0;
	assert_undone(t, before, 0);
	assert_string_equal(t->err.msg, "cannot ask for the routes: Out of memory");
	assert_int_equal(t->result.failed, SIZE_MAX);
	/* Nor does one that comes on top, when reading back. */
	plan_anew(t);
	seam.refuse_at = seam.refuse_upto = 3;
	seam.fail_dump = 0;
	assert_undone(t, before, 3);
	free(before);
}

static void being_told_to_stop_leaves_everything_as_it_was(void **state)
{
	struct run *t = *state;
	char *before;

	begin_with_everything(t);
	before = all_routes();
	for (int sends = 0; sends < 4; sends++) {
		plan_anew(t);
		seam.stop_after = sends;
		hgw_kernel_stop_at(t->kernel, &seam.stop);
		assert_undone(t, before, (size_t)sends);
		assert_int_equal(t->result.refusal.errnum, EINTR);
		assert_int_equal(seam.stop, 1);
	}
	free(before);
}

static void the_same_of_tables_by_chance(void **state)
{
	struct run *t = *state;
	struct dice d = {4711};

	run_begin();
	for (int i = 0; i < 30; i++) {
		char *nodes = chance_nodes(&d), *before = all_routes();

		reset_seam();
		run_plan(t, nodes);
		seam.writes = 0;
		seam.refuse_at = seam.refuse_upto = (int)roll(&d, (unsigned)t->writes.n);
		assert_undone(t, before, (size_t)seam.refuse_at);
		reset_seam();
		run_apply_all(t, nodes);
		free(before);
		free(nodes);
	}
}

static void an_adoption_that_fails_leaves_everything_as_it_was(void **state)
{
	struct run *t = *state;
	char *before;
	size_t n = 1;

	run_begin();
	testns_sh("ip route add 10.1.1.0/24 via 10.0.0.11 proto 73 advmss 1300\n"
		  "ip route add 10.1.2.0/24 proto 73 nexthop via 10.0.0.9 nexthop via 10.0.1.9\n"
		  "ip route add fd01:1::/64 via fd00::11 proto 73 advmss 1300\n"
		  "ip route add fd01:2::/64 proto 73 advmss 1301 nexthop via fd00::12 "
		  "nexthop via fd00:1::9\n"
		  "ip route add fd01:3::/64 via fd00::9 proto 73 metric 50\n");
	t->policy.adopt = true;
	before = all_routes();
	for (size_t k = 0; k < n; k++) {
		reset_seam();
		run_plan(t, ME NODE(1, "10.0.0.11, 'fd00::11'") NODE(2, "10.0.0.12, 'fd00::12'")
				    NODE(3, "10.0.0.13, 'fd00::13'"));
		n = t->writes.n;
		assert_in_range(n, 6, 9);
		seam.writes = 0;
		seam.refuse_at = seam.refuse_upto = (int)k;
		assert_undone(t, before, k);
	}
	free(before);
}

/* --- Of the kernel's own accord ---------------------------------------------------- */

static void a_foreign_route_that_came_in_the_meantime_leaves_everything_as_it_was(void **state)
{
	static const char *const deeds[] = {
		"route add 10.1.8.0/24 via 10.0.0.200 proto 73",
		"route add fd01:8::/64 via fd00::200 proto 73",
	};
	struct run *t = *state;

	begin_with_everything(t);
	for (size_t i = 0; i < HGW_ARRAY_LEN(deeds); i++) {
		char *before;

		plan_anew(t);
		testns_sh("ip %s", deeds[i]);
		before = all_routes();
		assert_undone(t, before, 0);
		assert_int_equal(t->result.refusal.errnum, EEXIST);
		free(before);
		testns_sh("ip route del %s", deeds[i] + strlen("route add "));
	}
}

static void a_link_that_went_down_in_the_meantime_leaves_everything_as_it_was(void **state)
{
	struct run *t = *state;
	char *before;

	run_begin();
	testns_sh("for i in 1 2 3; do ip route add 10.2.$i.0/24 via 10.0.0.9 proto 72 advmss 1300\n"
		  "ip route add fd02:$i::/64 via fd00::9 proto 72 advmss 1300; done");
	reset_seam();
	run_plan(t, ME "- {name: a, address: 10.0.0.2, subnets: [10.2.1.0/24, 10.3.0.0/24]}\n"
		       "- {name: b, address: 10.0.1.2, subnets: [10.4.0.0/24]}\n"
		       "- {name: c, address: 'fd00::2', subnets: ['fd02:1::/64', 'fd03::/64']}\n");
	testns_sh("ip link set v1 down");
	before = all_routes();
	assert_undone(t, before, 0);
	assert_int_equal(t->result.refusal.errnum, ENETUNREACH);
	assert_string_equal(t->result.refusal.text, "Nexthop has invalid gateway");
	free(before);
}

/* One change; the deed is done before the check of its order (1), or before its delete (2). */
static void apply_with_deed(struct run *t, int at, const char *deed, const char *msg)
{
	run_begin();
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.9 proto 72");
	reset_seam();
	run_plan(t, ME "- {name: a, address: 10.0.0.2, subnets: [10.1.0.0/24]}");
	assert_int_equal(t->writes.n, 2);
	seam.sends = seam.dumps = 0;
	seam.deed_at = at;
	seam.deed = deed;
	run_apply_fails(t, HGW_FAILED);
	assert_string_equal(t->err.msg, msg);
}

static void what_somebody_else_does_in_between_ends_a_change(void **state)
{
	struct run *t = *state;

	apply_with_deed(t, 1, "ip route del 10.1.0.0/24 via 10.0.0.2 proto 72",
			"another program took away a route that was just made");
	assert_prints("10.1.0.0/24 via 10.0.0.9 dev v0\n", "ip -N route show proto 72");
	apply_with_deed(t, 2, "ip route replace 10.1.0.0/24 via 10.0.0.200 proto 73",
			"another program put a route in front of one that is to change");
	assert_int_equal(t->result.gone, 1);
	assert_prints("10.1.0.0/24 via 10.0.0.200 dev v0 proto 73\n"
		      "10.1.0.0/24 via 10.0.0.9 dev v0 proto 72\n",
		      "ip -N route show to 10.1.0.0/24");
}

/* The delete of the old one, of metric 0, then finds the new one in its place. */
static void a_route_that_moves_to_another_metric_is_not_lost_to_a_race(void **state)
{
	struct run *t = *state;

	run_begin();
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.2 proto 72");
	reset_seam();
	run_plan(t, ME "- {name: a, address: 10.0.0.2, subnets: [10.1.0.0/24], metric: spread}");
	assert_int_equal(t->writes.n, 2);
	seam.sends = seam.dumps = 0;
	seam.deed_at = 2;
	seam.deed = "ip route del 10.1.0.0/24 metric 0 proto 72";
	run_apply_fails(t, HGW_FAILED);
	assert_string_equal(t->err.msg, "another program took away a route that was just made");
	assert_prints("10.1.0.0/24 via 10.0.0.2 dev v0\n", "ip -N route show proto 72");
}

/* A replace would take all of the group, theirs too. */
static void a_hop_that_others_add_in_the_meantime_stays(void **state)
{
	struct run *t = *state;

	run_begin();
	testns_sh("ip route add fd01:7::/64 via fd00::9 proto 72");
	reset_seam();
	run_plan(t, ME "- {name: a, address: 'fd00::10', subnets: ['fd01:7::/64']}");
	testns_sh("ip route append fd01:7::/64 via fd00::8 proto 73");
	assert_int_equal(run_apply(t), 0);
	assert_prints("2\n", "ip -6 route show to fd01:7::/64 | grep -cE 'via fd00::(8|10) '");
	testns_sh("ip route del fd01:7::/64 via fd00::8 proto 73");
	assert_prints("fd01:7::/64 via fd00::10 dev v0 proto 72 metric 1024 pref medium\n",
		      "ip -6 -N route show to fd01:7::/64");
}

/* What a dump tells of a link is refused in a request. */
static void routes_of_a_link_without_carrier_come_back(void **state)
{
	struct run *t = *state;
	char *before;
	size_t n;

	run_begin();
	testns_sh("ip route add 10.1.0.0/24 via 10.0.1.9 proto 72\n"
		  "ip route add 10.1.1.0/24 proto 72 nexthop via 10.0.0.9 nexthop via 10.0.1.9\n"
		  "ip route add fd01::/64 via fd00:1::9 proto 72\n"
		  "ip route add fd01:1::/64 proto 72 nexthop via fd00::9 nexthop via fd00:1::9\n"
		  "ip route add fd02::/64 via fd00::9 proto 72\n"
		  "ip link set p1 down" WAIT_LINKDOWN("v1"));
	before = all_routes();
	assert_non_null(strstr(before, "linkdown"));
	reset_seam();
	run_plan(t, NULL);
	n = t->writes.n;
	assert_int_equal(n, 6);
	seam.writes = 0;
	seam.refuse_at = seam.refuse_upto = (int)n - 1;
	assert_undone(t, before, n - 1);
	free(before);
}

static void entries_of_ours_under_one_key_come_back_in_their_order(void **state)
{
	struct run *t = *state;
	char *before;
	size_t n;

	run_begin();
	testns_sh("for i in 7 9 8 6; do ip route append 10.1.0.0/24 via 10.0.0.$i proto 72 "
		  "advmss 130$i; done");
	before = all_routes();
	for (size_t k = 0; k < 5; k++) {
		reset_seam();
		run_plan(t, NULL);
		n = t->writes.n;
		assert_int_equal(n, 4);
		seam.writes = 0;
		seam.refuse_at = seam.refuse_upto = (int)k;
		if (k < n)
			assert_undone(t, before, k);
	}
	free(before);
}

static void a_route_that_comes_back_expires_when_it_would_have(void **state)
{
	struct run *t = *state;

	run_begin();
	testns_sh("ip route add fd02::/64 via fd00::9 proto 72 expires 600\n"
		  "ip route add fd03::/64 via fd00::9 proto 72");
	reset_seam();
	run_plan(t, NULL);
	seam.writes = 0;
	seam.refuse_at = seam.refuse_upto = 1;
	run_apply_fails(t, HGW_FAILED);
	assert_int_equal(t->writes.v[0].state, HGW_WRITE_DONE);
	assert_prints("fd02::/64 via fd00::9 dev v0 metric 1024 expires soon pref medium\n"
		      "fd03::/64 via fd00::9 dev v0 metric 1024 pref medium\n",
		      "ip -N -6 route show proto 72 | sed -E 's/ (59.|600)sec/ soon/'");
}

/* --- When undoing fails too ---------------------------------------------------------- */

static void run_left(struct run *t)
{
	struct hgw_view view = {&t->names, &t->host, &t->pool, false};
	FILE *f = fopen("/run/left", "we");

	assert_non_null(f);
	for (size_t i = 0; i < t->undo.left.n; i++)
		hgw_print_write(f, &view, &t->undo.left.v[i], false);
	assert_int_equal(fclose(f), 0);
	testns_sh("sh -e /run/left");
}

static void an_undo_that_fails_leaves_the_commands_that_finish_it(void **state)
{
	struct run *t = *state;
	char *before;
	size_t incomplete = 0;

	run_begin();
	testns_sh("for i in 0 1 2 3; do\n"
		  "ip route add 10.1.$i.0/24 via 10.0.0.9 proto 72 mtu 1300\n"
		  "ip route add fd01:$i::/64 via fd00::9 proto 72\n"
		  "ip route add 10.2.$i.0/24 proto 72 nexthop via 10.0.0.9 nexthop via 10.0.1.9\n"
		  "ip route add fd02:$i::/64 proto 72 nexthop via fd00::9 nexthop via fd00:1::9\n"
		  "done");
	before = all_routes();
	for (int k = 0; k < 24; k++) {
		reset_seam();
		run_plan(t,
			 ME NODE(0, "10.0.0.10, 'fd00::10'") NODE(1, "10.0.0.11, 'fd00::11'")
				 NODE(7,
				      "10.0.0.12, 'fd00::12'") "- {name: b, addresses: [10.0.0.13, "
							       "'fd00::13', 'fd00:1::9'], "
							       "subnets: [10.2.0.0/24, "
							       "'fd02:1::/64']}\n");
		assert_in_range(t->writes.n, 24, 34);
		seam.writes = 0;
		seam.refuse_at = k;
		seam.refuse_upto = 1000;
		assert_int_equal(run_apply(t), -1);
		incomplete += t->err.status == HGW_INCOMPLETE;
		assert_int_equal(t->undo.left.n > 0, t->err.status == HGW_INCOMPLETE);
		run_left(t);
		assert_same(all_routes, before);
	}
	assert_true(incomplete > 14);
	free(before);
}

/*
 * What was taken away cannot come back where another program made a route of its own: an IPv6
 * route would get one more hop by it, and its packets go our way.
 */
static void a_foreign_route_under_a_key_that_was_ours_gets_no_hop_of_ours(void **state)
{
	struct run *t = *state;

	run_begin();
	testns_sh("ip route add fd01:7::/64 via fd00::9 proto 72\n"
		  "ip route add fd01:8::/64 via fd00::9 proto 72");
	reset_seam();
	run_plan(t, ME "- {name: a, address: 'fd00::9', subnets: ['fd01:7::/64'], metric: 77}");
	assert_int_equal(t->writes.n, 3);
	seam.writes = seam.sends = seam.dumps = 0;
	seam.refuse_at = seam.refuse_upto = 2;
	seam.deed_at = 2;
	seam.deed = "ip route add fd01:7::/64 via fd00::8 proto 73";
	run_apply_fails(t, HGW_INCOMPLETE);
	assert_int_equal(t->undo.left.n, 1);
	assert_prints("fd01:7::/64 via fd00::8 dev v0 proto 73 metric 1024 pref medium\n",
		      "ip -6 -N route show to fd01:7::/64");
	testns_sh("ip route del fd01:7::/64 proto 73");
	run_left(t);
	assert_prints("fd01:7::/64 via fd00::9 dev v0 metric 1024 pref medium\n"
		      "fd01:8::/64 via fd00::9 dev v0 metric 1024 pref medium\n",
		      "ip -6 -N route show proto 72");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN_TEST(a_refusal_of_any_one_write_leaves_everything_as_it_was),
		RUN_TEST(answers_that_are_lost_leave_everything_as_it_was),
		RUN_TEST(a_send_that_fails_leaves_everything_as_it_was),
		RUN_TEST(a_check_that_cannot_be_made_leaves_everything_as_it_was),
		RUN_TEST(being_told_to_stop_leaves_everything_as_it_was),
		RUN_TEST(the_same_of_tables_by_chance),
		RUN_TEST(an_adoption_that_fails_leaves_everything_as_it_was),
		RUN_TEST(a_foreign_route_that_came_in_the_meantime_leaves_everything_as_it_was),
		RUN_TEST(a_link_that_went_down_in_the_meantime_leaves_everything_as_it_was),
		RUN_TEST(what_somebody_else_does_in_between_ends_a_change),
		RUN_TEST(a_route_that_moves_to_another_metric_is_not_lost_to_a_race),
		RUN_TEST(a_hop_that_others_add_in_the_meantime_stays),
		RUN_TEST(routes_of_a_link_without_carrier_come_back),
		RUN_TEST(entries_of_ours_under_one_key_come_back_in_their_order),
		RUN_TEST(a_route_that_comes_back_expires_when_it_would_have),
		RUN_TEST(an_undo_that_fails_leaves_the_commands_that_finish_it),
		RUN_TEST(a_foreign_route_under_a_key_that_was_ours_gets_no_hop_of_ours),
	};

	return cmocka_run_group_tests_name("apply_undo", tests, testns_setup, NULL);
}
