/* SPDX-License-Identifier: MIT */
/* What a real kernel cannot be made to do, played at the seam to libnl. */
#include "kernel_test.h"

#include <errno.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/socket.h>

#include "kernel_impl.h"

enum { ALWAYS = 1000 };

/* The linker puts the functions below in the place of libnl's, so that there is one of these. */
static struct {
	int calm;		      /* after so many dumps */
	int interrupt;		      /* so many say that they were interrupted */
	bool only_at_end;	      /* and say it in the last message alone */
	int recv_errno;		      /* the next receive fails with that */
	int send_errno, sends_before; /* the next send but so many fails with that */
	int answer;		      /* the next datagram is an error of that number instead */
	bool cut, foreign;	      /* it is cut short; comes from another process */
	int dumps;		      /* how many were asked for */
	size_t received;	      /* bytes */
} seam; /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */

int __real_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **buf,
		   struct ucred **creds);
int __wrap_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **buf,
		   struct ucred **creds);
int __real_nl_sendto(struct nl_sock *sk, void *buf, size_t size);
int __wrap_nl_sendto(struct nl_sock *sk, void *buf, size_t size);

static int fail_with(int *errnum)
{
	errno = *errnum;
	*errnum = 0;
	return -NLE_NOMEM;
}

/* Each datagram of a dump, or only the one that ends it, says that it was interrupted. */
static void play_interruption(unsigned char *buf, int len)
{
	struct nlmsghdr *h = (struct nlmsghdr *)(void *)buf;

	for (; seam.interrupt > 0 && nlmsg_ok(h, len); h = nlmsg_next(h, &len)) {
		bool end = h->nlmsg_type == NLMSG_DONE;

		if (seam.calm == 0 && (end || !seam.only_at_end))
			h->nlmsg_flags |= NLM_F_DUMP_INTR;
		if (end && seam.calm > 0)
			seam.calm--;
		else if (end)
			seam.interrupt--;
	}
}

/* An error takes the place of what was received, as an answer to the same request. */
static int play_answer(unsigned char *buf)
{
	struct nlmsghdr *h = (struct nlmsghdr *)(void *)buf;
	struct nlmsgerr *e = nlmsg_data(h);
	size_t size = seam.cut ? sizeof(int) : sizeof(*e);

	h->nlmsg_type = NLMSG_ERROR;
	h->nlmsg_flags = 0;
	h->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + size);
	e->error = -seam.answer;
	seam.answer = 0;
	return (int)h->nlmsg_len;
}

int __wrap_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **buf,
		   struct ucred **creds)
{
	int n;

	if (seam.recv_errno != 0)
		return fail_with(&seam.recv_errno);
	n = __real_nl_recv(sk, from, buf, creds);
	if (n <= 0)
		return n;
	seam.received += (size_t)n;
	play_interruption(*buf, n);
	if (seam.foreign)
		from->nl_pid = 4711;
	seam.foreign = false;
	return seam.answer != 0 ? play_answer(*buf) : n;
}

int __wrap_nl_sendto(struct nl_sock *sk, void *buf, size_t size)
{
	if ((((struct nlmsghdr *)buf)->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP)
		seam.dumps++;
	if (seam.send_errno != 0 && seam.sends_before-- == 0)
		return fail_with(&seam.send_errno);
	return __real_nl_sendto(sk, buf, size);
}

/* Three routes of ours in each family among those of others; read once. */
static void begin_with_routes(struct state *t)
{
	memset(&seam, 0, sizeof(seam));
	begin(t);
	testns_sh("for i in 0 1 2; do\n"
		  "ip route add 10.1.$i.0/24 proto 72 nexthop via 10.0.0.2 nexthop via 10.0.1.2\n"
		  "ip route add fd01:$i::/64 via fd00::2 proto 72\n"
		  "done");
	read_routes(t, AF_INET, RT_TABLE_MAIN, OURS);
	assert_int_equal(t->routes.n, 3);
	seam.dumps = 0;
}

/* --- Dumps ------------------------------------------------------------------- */

static void assert_read_again(struct state *t)
{
	size_t nraw = t->pool.nraw, nhops = t->pool.nhops;
	char *before = strdup(t->text);

	t->pool.nraw = 0;
	t->pool.nhops = 0;
	assert_string_equal(read_routes(t, AF_INET, RT_TABLE_MAIN, OURS), before);
	assert_int_equal(t->routes.n, 3);
	assert_int_equal(t->pool.nraw, nraw);
	assert_int_equal(t->pool.nhops, nhops);
	assert_int_equal(seam.interrupt, 0);
	free(before);
}

static void an_interrupted_dump_is_made_again_and_nothing_is_there_twice(void **state)
{
	struct state *t = *state;

	begin_with_routes(t);
	seam.interrupt = 3;
	assert_read_again(t);
	assert_int_equal(seam.dumps, 4);
}

static void an_interruption_that_only_the_last_message_tells_counts(void **state)
{
	struct state *t = *state;

	begin_with_routes(t);
	seam.interrupt = 1;
	seam.only_at_end = true;
	assert_read_again(t);
	assert_int_equal(seam.dumps, 2);
}

static void what_was_collected_before_survives_an_interruption(void **state)
{
	struct state *t = *state;
	struct hgw_filter filter = {.family = AF_INET6, .table = RT_TABLE_MAIN, .protocol = OURS};

	begin_with_routes(t);
	seam.interrupt = 1;
	assert_ok(t, hgw_kernel_collect(t->kernel, &filter, &t->pool, &t->routes, &t->err));
	assert_int_equal(t->routes.n, 6);
	assert_int_equal(t->routes.v[2].dst.addr.family, AF_INET);
	assert_int_equal(t->routes.v[3].dst.addr.family, AF_INET6);
	assert_int_equal(hgw_route_hops(&t->pool, &t->routes.v[2])[1].oif, device(t, "v1"));
}

static void a_dump_that_is_always_interrupted_fails_after_20_reads(void **state)
{
	struct state *t = *state;
	struct hgw_filter filter = {.family = AF_INET, .table = RT_TABLE_MAIN, .protocol = OURS};

	begin_with_routes(t);
	seam.interrupt = ALWAYS;
	t->routes.n = 0;
	assert_int_equal(hgw_kernel_collect(t->kernel, &filter, &t->pool, &t->routes, &t->err), -1);
	assert_int_equal(t->err.status, HGW_FAILED);
	assert_string_equal(t->err.msg, "the routes changed during each of 20 reads; try again "
					"when the host is calmer");
	assert_int_equal(seam.dumps, 20);
	assert_int_equal(t->routes.n, 0);
}

static void interrupted_links_addresses_and_rules_are_there_once(void **state)
{
	struct state *t = *state;
	size_t links, addrs, rules;

	begin_with_routes(t);
	links = t->host.nlinks;
	addrs = t->host.naddrs;
	rules = t->host.nrules;
	for (int calm = 0; calm < 3; calm++) {
		seam.calm = calm;
		seam.interrupt = 2;
		assert_ok(t, hgw_kernel_snapshot(t->kernel, &t->host, &t->err));
		assert_int_equal(t->host.nlinks, links);
		assert_int_equal(t->host.naddrs, addrs);
		assert_int_equal(t->host.nrules, rules);
		assert_int_equal(seam.interrupt, 0);
	}
	seam.interrupt = ALWAYS;
	assert_int_equal(hgw_kernel_snapshot(t->kernel, &t->host, &t->err), -1);
	assert_int_equal(t->host.nlinks, 0);
	assert_string_equal(t->err.msg, "the links changed during each of 20 reads; try again when "
					"the host is calmer");
}

static void assert_dump_fails(struct state *t, const char *msg)
{
	struct hgw_filter filter = {.family = AF_INET, .table = RT_TABLE_MAIN, .protocol = OURS};

	t->err = (struct hgw_err){0};
	assert_int_equal(hgw_kernel_collect(t->kernel, &filter, &t->pool, &t->routes, &t->err), -1);
	assert_int_equal(t->err.status, HGW_FAILED);
	assert_string_equal(t->err.msg, msg);
}

static void a_dump_that_fails_says_why(void **state)
{
	struct state *t = *state;

	begin_with_routes(t);
	seam.send_errno = ENOMEM;
	assert_dump_fails(t, "cannot ask for the routes: Out of memory");
	seam.recv_errno = ENOBUFS;
	assert_dump_fails(t, "cannot read the routes: No buffer space available");
	open_kernel(t);
	seam.answer = EINVAL;
	assert_dump_fails(t, "cannot read the routes: Invalid argument (EINVAL)");
	open_kernel(t);
	seam.answer = EINVAL;
	seam.cut = true;
	assert_dump_fails(t, "cannot read the routes: Bad message (EBADMSG)");
}

static void a_family_or_table_the_kernel_does_not_have_is_empty(void **state)
{
	static const int empty[] = {ENOENT, EOPNOTSUPP, EAFNOSUPPORT};
	struct state *t = *state;

	begin_with_routes(t);
	for (size_t i = 0; i < HGW_ARRAY_LEN(empty); i++) {
		seam.answer = empty[i];
		assert_string_equal(read_routes(t, AF_INET, RT_TABLE_MAIN, OURS), "");
		open_kernel(t);
	}
}

static void what_another_process_sends_is_no_answer(void **state)
{
	struct state *t = *state;
	struct hgw_write w = {0};
	char *before;

	begin_with_routes(t);
	before = strdup(t->text);
	/* The first datagram, of two, is dropped: the end of the dump is the other. */
	seam.foreign = true;
	assert_string_equal(read_routes(t, AF_INET, RT_TABLE_MAIN, OURS), "");
	assert_string_equal(read_routes(t, AF_INET, RT_TABLE_MAIN, OURS), before);
	free(before);
	w.route = t->routes.v[0];
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, &w, 1, &t->refusal), -1);
	assert_int_equal(t->refusal.errnum, EEXIST);
}

static void the_kernel_itself_filters_by_table_and_protocol(void **state)
{
	struct state *t = *state;

	begin_with_routes(t);
	testns_sh("seq 0 4999 | awk '{ printf \"route add 10.64.%%d.%%d via 10.0.0.2 proto 73 "
		  "table %%d\\n\", $1 / 256, $1 %% 256, $1 %% 2 ? 254 : 1000 }' | ip -batch -");
	seam.received = 0;
	read_routes(t, AF_INET, RT_TABLE_MAIN, OURS);
	assert_int_equal(t->routes.n, 3);
	assert_in_range(seam.received, 1, 1000);
	seam.received = 0;
	assert_string_equal(read_routes(t, AF_INET, 1000, OURS), "");
	assert_in_range(seam.received, 1, 1000);
	seam.received = 0;
	read_routes(t, AF_INET, 1000, 0);
	assert_int_equal(t->routes.n, 2500);
	assert_in_range(seam.received, 2500 * 50, 2500 * 100);
}

/* --- Writes ------------------------------------------------------------------ */

enum { MANY = 2000 }; /* more than a send holds */

static struct hgw_write *many_adds(const struct state *t)
{
	struct hgw_write *w = calloc(MANY, sizeof(*w));

	assert_non_null(w);
	for (int i = 0; i < MANY; i++) {
		w[i].route = route(t, "10.64.0.0/24", "10.0.0.2", "v0");
		w[i].route.dst.addr.b[1] = (uint8_t)(64 + i / 256);
		w[i].route.dst.addr.b[2] = (uint8_t)i;
	}
	return w;
}

static void a_send_that_fails_ends_the_writes_and_what_was_sent_is_known(void **state)
{
	struct state *t = *state;
	struct hgw_write *w;
	size_t done = 0;

	begin_with_routes(t);
	w = many_adds(t);
	seam.send_errno = ENETDOWN;
	seam.sends_before = 1;
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, MANY, &t->refusal), -1);
	assert_int_equal(t->refusal.errnum, ENETDOWN);
	while (w[done].state == HGW_WRITE_DONE)
		done++;
	assert_in_range(done, 64 * 1024 / 80, MANY - 1);
	assert_int_equal(t->refusal.index, done);
	assert_int_equal(w[done].state, HGW_WRITE_UNKNOWN);
	for (size_t i = done + 1; i < MANY; i++)
		assert_int_equal(w[i].state, HGW_WRITE_PENDING);
	read_routes(t, AF_INET, RT_TABLE_MAIN, OURS);
	assert_int_equal(t->routes.n, 3 + done);
	free(w);
}

static void writes_whose_answers_were_lost_are_unknown(void **state)
{
	struct state *t = *state;
	struct hgw_write w[3] = {0};

	begin_with_routes(t);
	w[0].route = route(t, "10.2.0.0/24", "10.0.0.2", "v0");
	w[1].route = t->routes.v[0];
	w[2].route = route(t, "10.2.1.0/24", "10.0.0.2", "v0");
	seam.recv_errno = ENOBUFS;
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, 3, &t->refusal), -1);
	assert_int_equal(t->refusal.index, 0);
	assert_int_equal(t->refusal.errnum, ENOBUFS);
	assert_int_equal(w[0].state, HGW_WRITE_UNKNOWN);
	assert_int_equal(w[1].state, HGW_WRITE_REFUSED); /* that answer was not lost */
	assert_int_equal(w[2].state, HGW_WRITE_UNKNOWN);
}

static void writes_whose_answers_cannot_be_read_are_unknown(void **state)
{
	struct state *t = *state;
	struct hgw_write w[2] = {0};

	begin_with_routes(t);
	w[0].route = route(t, "10.2.0.0/24", "10.0.0.2", "v0");
	w[1].route = t->routes.v[0];
	seam.recv_errno = ENOMEM;
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, 2, &t->refusal), -1);
	assert_int_equal(t->refusal.errnum, ENOMEM);
	assert_int_equal(w[0].state, HGW_WRITE_UNKNOWN);
	assert_int_equal(w[1].state, HGW_WRITE_UNKNOWN);
	/* The answer that was not read is taken for one to the next request neither to read, */
	read_routes(t, AF_INET, RT_TABLE_MAIN, OURS);
	assert_int_equal(t->routes.n, 4);
	/* nor to write. */
	seam.recv_errno = ENOMEM;
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, 2, &t->refusal), -1);
	w[0].verb = HGW_VERB_DELETE;
	w[1].route.dst.addr.b[2] = 7;
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, 2, &t->refusal), 0);
}

/* Here the kernel does it by itself. */
static void a_receive_buffer_that_overflows_loses_answers_and_the_socket_goes_on(void **state)
{
	struct state *t = *state;
	struct hgw_write *w;
	size_t refused = 0, unknown = 0;
	int size = 16384;

	begin_with_routes(t);
	w = many_adds(t);
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, MANY, &t->refusal), 0);
	assert_int_equal(setsockopt(nl_socket_get_fd(t->kernel->sk), SOL_SOCKET, SO_RCVBUF, &size,
				    sizeof(size)),
			 0);
	assert_int_equal(hgw_kernel_write(t->kernel, &t->pool, w, MANY, &t->refusal), -1);
	assert_int_equal(t->refusal.index, 0);
	assert_int_equal(t->refusal.errnum, EEXIST);
	for (size_t i = 0; i < MANY; i++) {
		assert_int_not_equal(w[i].state, HGW_WRITE_DONE);
		refused += w[i].state == HGW_WRITE_REFUSED;
		unknown += w[i].state == HGW_WRITE_UNKNOWN;
	}
	assert_in_range(refused, 1, 100);
	assert_in_range(unknown, 64 * 1024 / 80 - refused, MANY - refused - 1);
	assert_int_equal(w[MANY - 1].state, HGW_WRITE_PENDING);
	read_routes(t, AF_INET, RT_TABLE_MAIN, OURS);
	assert_int_equal(t->routes.n, 3 + MANY);
	free(w);
}

static void an_answer_that_is_cut_short_is_a_refusal(void **state)
{
	struct state *t = *state;

	begin_with_routes(t);
	seam.answer = EEXIST;
	seam.cut = true;
	assert_refused(t, HGW_VERB_ADD, &t->routes.v[0], EBADMSG, "");
}

static void asking_whether_one_may_write_can_fail(void **state)
{
	struct state *t = *state;

	begin_with_routes(t);
	seam.send_errno = ENOMEM;
	assert_int_equal(hgw_kernel_may_write(t->kernel, &t->err), -1);
	assert_string_equal(t->err.msg, "cannot ask the kernel: Out of memory");
	seam.recv_errno = ENOBUFS;
	assert_int_equal(hgw_kernel_may_write(t->kernel, &t->err), -1);
	assert_string_equal(t->err.msg, "cannot ask the kernel: No buffer space available");
	/* Its answer is still there, and is not taken for that to the next. */
	seam.answer = EPERM;
	assert_ok(t, hgw_kernel_may_write(t->kernel, &t->err));
	seam.answer = EPERM;
	assert_int_equal(hgw_kernel_may_write(t->kernel, &t->err), -1);
	assert_int_equal(t->err.status, HGW_NOPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_interrupted_dump_is_made_again_and_nothing_is_there_twice),
		TEST(an_interruption_that_only_the_last_message_tells_counts),
		TEST(what_was_collected_before_survives_an_interruption),
		TEST(a_dump_that_is_always_interrupted_fails_after_20_reads),
		TEST(interrupted_links_addresses_and_rules_are_there_once),
		TEST(a_dump_that_fails_says_why),
		TEST(a_family_or_table_the_kernel_does_not_have_is_empty),
		TEST(what_another_process_sends_is_no_answer),
		TEST(the_kernel_itself_filters_by_table_and_protocol),
		TEST(a_send_that_fails_ends_the_writes_and_what_was_sent_is_known),
		TEST(writes_whose_answers_were_lost_are_unknown),
		TEST(writes_whose_answers_cannot_be_read_are_unknown),
		TEST(a_receive_buffer_that_overflows_loses_answers_and_the_socket_goes_on),
		TEST(an_answer_that_is_cut_short_is_a_refusal),
		TEST(asking_whether_one_may_write_can_fail),
	};

	return cmocka_run_group_tests_name("kernel_wrap", tests, testns_setup, NULL);
}
