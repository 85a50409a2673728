/* SPDX-License-Identifier: MIT */
/* Out of memory at any point of a run: the table is what it was, or what it was to be. */
#include "apply_test.h"

#include <errno.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>

/* The linker puts the functions below in the place of libc's and libnl's, for our own calls. */
static struct {
	bool on;
	size_t calls, fail_at; /* that one fails, and */
	bool for_good;	       /* all after it */
} memory, inbox;	       /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
int __real_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **buf,
		   struct ucred **creds);
int __wrap_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **buf,
		   struct ucred **creds);

static bool none_left(void)
{
	size_t call = memory.on ? memory.calls++ : 0;

	if (!memory.on || call < memory.fail_at || (call > memory.fail_at && !memory.for_good))
		return false;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return none_left() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return none_left() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t size)
{
	return none_left() ? NULL : __real_realloc(p, size);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return none_left() ? NULL : __real_reallocarray(p, n, size);
}

/* libnl gets the buffer first: what was to be received is still there. */
int __wrap_nl_recv(struct nl_sock *sk, struct sockaddr_nl *from, unsigned char **buf,
		   struct ucred **creds)
{
	if (!inbox.on || inbox.calls++ != inbox.fail_at)
		return __real_nl_recv(sk, from, buf, creds);
	errno = ENOMEM;
	return -NLE_NOMEM;
}

int __real_nl_sendto(struct nl_sock *sk, void *buf, size_t size);
int __wrap_nl_sendto(struct nl_sock *sk, void *buf, size_t size);

/* So many of our deletes are; and from then on there is no memory. */
static int refusals; /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */

int __wrap_nl_sendto(struct nl_sock *sk, void *buf, size_t size)
{
	struct nlmsghdr *h = buf;
	struct rtmsg *rtm = (struct rtmsg *)(void *)((char *)buf + NLMSG_HDRLEN);

	if (refusals > 0 && h->nlmsg_type == RTM_DELROUTE) {
		refusals--;
		rtm->rtm_dst_len = 200;
		memory.fail_at = memory.calls;
	}
	return __real_nl_sendto(sk, buf, size);
}

#define BEFORE                                                                                     \
	"own() { dst=$1; shift; ip route add $dst proto 72 \"$@\"; }\n"                            \
	"own 10.1.0.0/24 via 10.0.0.10 advmss 1300\n"                                              \
	"own 10.1.1.0/24 nexthop via 10.0.0.11 weight 3 nexthop via 10.0.1.11\n"                   \
	"own 10.1.9.0/24 via 10.0.1.19 mtu lock 1380\n"                                            \
	"own fd01::/64 via fd00::10 hoplimit 9\n"                                                  \
	"own fd01:1::/64 nexthop via fd00::11 nexthop via fd00:1::11\n"                            \
	"own fd01:9::/64 via fd00:1::19\n"                                                         \
	"ip route add 10.1.0.0/24 via 10.0.0.99 metric 5000 proto 73\n"                            \
	"ip route add 10.1.3.0/24 via 10.0.0.99 proto 73\n"                                        \
	"for i in $(seq 0 149); do echo route add 10.2.$i.0/24 via 10.0.0.20 proto 72; done | "    \
	"ip -batch -\n"
#define AFTER                                                                                      \
	ME "- {name: n0, addresses: [10.0.1.10, 'fd00:1::10'], subnets: "                          \
	   "[10.1.0.0/24, 'fd01::/64']}\n"                                                         \
	   "- {name: n1, addresses: [10.0.0.12, 10.0.1.11, 'fd00::12', 'fd00:1::11'], subnets: "   \
	   "[10.1.1.0/24, 'fd01:1::/64']}\n"                                                       \
	   "- {name: n2, addresses: [10.0.0.13, 'fd00::13'], subnets: "                            \
	   "[10.1.2.0/24, 'fd01:2::/64']}\n"                                                       \
	   "- {name: n3, addresses: [10.0.0.14], subnet: 10.1.3.0/24}\n"

/* And so many that what is read back, should nothing be kept ready for it, does not fit. */
static char *after_nodes(void)
{
	char *text;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	fputs(AFTER "- {name: many, addresses: [10.0.1.20], subnets: [10.2.0.0/24", f);
	for (int i = 1; i < 150; i++)
		fprintf(f, ", 10.2.%d.0/24", i);
	fputs("]}\n", f);
	fclose(f);
	return text;
}

/* All of a run that is ours to get memory for, once its inventory is read. */
static int whole_run(struct run *t)
{
	if (hgw_kernel_open(&t->kernel, NULL, &t->err) < 0 ||
	    hgw_kernel_snapshot(t->kernel, &t->host, &t->err) < 0 ||
	    hgw_desired_build(&t->desired, &t->inv, t->self, &t->scope, &t->host, &t->pool,
			      &t->err) < 0 ||
	    hgw_actual_read(&t->actual, t->kernel, &t->scope, &t->desired, &t->pool, &t->err) < 0)
		return -1;
	hgw_desired_resolve(&t->desired, &t->host, &t->pool);
	if (hgw_plan_build(&t->plan, &t->desired, &t->actual, &t->policy, &t->pool, &t->err) < 0 ||
	    hgw_writes_build(&t->writes, &t->plan, &t->pool, &t->err) < 0 ||
	    hgw_undo_prepare(&t->undo, &t->plan, &t->actual.owned, &t->scope, t->writes.n, &t->pool,
			     &t->err) < 0)
		return -1;
	return hgw_apply(t->kernel, &t->plan, &t->writes, &t->undo, &t->pool, &t->result, &t->err);
}

static void begin_run(struct run *t)
{
	char *nodes = after_nodes();

	run_reset(t);
	run_load(t, nodes);
	free(nodes);
	t->policy.adopt = true;
	t->scope = (struct hgw_scope){.table = RT_TABLE_MAIN,
				      .protocol = OURS,
				      .inet = true,
				      .inet6 = true};
}

/* Runs it again and again, each time with one failure later; how often it failed. */
static size_t fail_at_each(struct run *t, bool *on, const size_t *calls, size_t *fail_at)
{
	char *before = all_routes(), *after;
	size_t failed = 0;
	int rc;

	for (*fail_at = 0;; (*fail_at)++) {
		begin_run(t);
		memory.calls = inbox.calls = 0;
		*on = true;
		rc = whole_run(t);
		*on = false;
		if (*calls <= *fail_at)
			break; /* it did not come to that */
		if (rc == 0)
			fail_msg("at %zu: it did not fail", *fail_at);
		if (t->err.status != HGW_FAILED)
			fail_msg("at %zu: status %d: %s", *fail_at, (int)t->err.status, t->err.msg);
		after = all_routes();
		assert_text_equal(after, before);
		free(after);
		failed++;
	}
	run_ok(t, rc);
	assert_int_equal(t->result.failed, SIZE_MAX);
	testns_sh("[ $(ip route show proto 72 | grep -c ^10.1) = 4 ]\n"
		  "[ $(ip -6 route show proto 72 | grep -c ^fd01) = 3 ]\n"
		  "ip route show proto 72 10.1.0.0/24 | grep -q '^10.1.0.0/24 via 10.0.1.10 dev v1 "
		  "$'");
	free(before);
	return failed;
}

static void no_memory_once(void **state)
{
	struct run *t = *state;
	size_t n;

	run_begin();
	testns_sh(BEFORE);
	memory.for_good = false;
	n = fail_at_each(t, &memory.on, &memory.calls, &memory.fail_at);
	print_message("failed at each of %zu\n", n);
	assert_true(n > 10);
}

static void no_memory_from_then_on(void **state)
{
	struct run *t = *state;

	run_begin();
	testns_sh(BEFORE);
	memory.for_good = true;
	assert_true(fail_at_each(t, &memory.on, &memory.calls, &memory.fail_at) > 10);
}

/* The kernel's answers cannot be received. */
static void no_buffer_for_an_answer(void **state)
{
	struct run *t = *state;

	run_begin();
	testns_sh(BEFORE);
	assert_true(fail_at_each(t, &inbox.on, &inbox.calls, &inbox.fail_at) > 5);
}

/* All adds are done when the first delete is refused, and going back takes no memory. */
static void no_memory_to_go_back_with(void **state)
{
	struct run *t = *state;
	char *before;

	run_begin();
	testns_sh(BEFORE);
	before = all_routes();
	begin_run(t);
	memory.fail_at = SIZE_MAX;
	memory.for_good = memory.on = true;
	refusals = 1;
	assert_int_equal(whole_run(t), -1);
	memory.on = false;
	assert_int_equal(refusals, 0);
	assert_int_equal(t->err.status, HGW_FAILED);
	assert_true(t->result.failed >= t->writes.nadd && t->result.failed < t->writes.n);
	assert_same(all_routes, before);
	free(before);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		RUN_TEST(no_memory_once),
		RUN_TEST(no_memory_from_then_on),
		RUN_TEST(no_buffer_for_an_answer),
		RUN_TEST(no_memory_to_go_back_with),
	};

	return cmocka_run_group_tests_name("apply_memory", tests, testns_setup, NULL);
}
