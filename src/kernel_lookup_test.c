/* SPDX-License-Identifier: MIT */
/* Where the kernel says that packets would go. */
#include "kernel_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netlink/netlink.h>

/* Answers that are lost from now on. */
static int drops; /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */

int __real_nl_recv(struct nl_sock *sk, struct sockaddr_nl *nla, unsigned char **buf,
		   struct ucred **creds);
int __wrap_nl_recv(struct nl_sock *sk, struct sockaddr_nl *nla, unsigned char **buf,
		   struct ucred **creds);

int __wrap_nl_recv(struct nl_sock *sk, struct sockaddr_nl *nla, unsigned char **buf,
		   struct ucred **creds)
{
	int n = __real_nl_recv(sk, nla, buf, creds);

	if (drops == 0 || n <= 0)
		return n;
	drops--;
	free(*buf);
	*buf = NULL;
	errno = ENOBUFS;
	return -1;
}

/* "via 10.0.0.2 dev v0 table 254", or the name of the error. */
static const char *ask(struct state *t, const char *to, const char *from, const char *iif)
{
	static char text[128];
	struct hgw_lookup l = {.iif = iif != NULL ? device(t, iif) : 0};
	char via[HGW_ADDR_STRLEN] = "-";

	assert_true(hgw_addr_parse(to, &l.to));
	if (from != NULL)
		assert_true(hgw_addr_parse(from, &l.from));
	assert_ok(t, hgw_kernel_lookup(t->kernel, &l, 1, &t->err));
	if (l.errnum != 0)
		return hgw_errno_name(l.errnum);
	if (l.hop.via.family != AF_UNSPEC)
		hgw_addr_format(&l.hop.via, via);
	snprintf(text, sizeof(text), "%u via %s dev %s table %u", l.type, via,
		 hgw_snapshot_link(&t->host, l.hop.oif)->name, l.table);
	return text;
}

static void as_this_host(void **state)
{
	struct state *t = *state;

	begin(t);
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.2\n"
		  "ip route add 10.2.0.0/24 via inet6 fd00:1::2 dev v1\n"
		  "ip route add fd01::/64 via fd00:1::2 table 77\n"
		  "ip -6 rule add to fd01::/64 lookup 77\n"
		  "ip route add blackhole 10.3.0.0/24; ip route add unreachable 10.4.0.0/24\n"
		  "ip route add prohibit 10.5.0.0/24");
	assert_string_equal(ask(t, "10.1.0.1", NULL, NULL), "1 via 10.0.0.2 dev v0 table 254");
	assert_string_equal(ask(t, "10.2.0.1", NULL, NULL), "1 via fd00:1::2 dev v1 table 254");
	assert_string_equal(ask(t, "fd01::1", NULL, NULL), "1 via fd00:1::2 dev v1 table 77");
	assert_string_equal(ask(t, "10.0.1.9", NULL, NULL), "1 via - dev v1 table 254");
	/* main and local are one table until there is a rule */
	assert_memory_equal(ask(t, "10.0.1.1", NULL, NULL), "2 via - dev lo table 25", 23);
	assert_string_equal(ask(t, "10.3.0.1", NULL, NULL), "EINVAL");
	assert_string_equal(ask(t, "10.4.0.1", NULL, NULL), "EHOSTUNREACH");
	assert_string_equal(ask(t, "10.5.0.1", NULL, NULL), "EACCES");
	assert_string_equal(ask(t, "10.6.0.1", NULL, NULL), "ENETUNREACH");
	assert_string_equal(ask(t, "fd06::1", NULL, NULL), "ENETUNREACH");
}

static void as_one_that_is_forwarded(void **state)
{
	struct state *t = *state;
	const char *refused;

	begin(t);
	testns_sh("ip route add 10.1.0.0/24 via 10.0.0.2; ip route add fd01::/64 via fd00::2\n"
		  "ip route add 10.1.0.0/24 via 10.0.0.9 table 77\n"
		  "ip rule add from 10.0.1.0/25 iif v1 lookup 77\n"
		  "for c in all v1; do echo 0 >/proc/sys/net/ipv4/conf/$c/rp_filter; done\n"
		  "echo 1 >/proc/sys/net/ipv4/ip_forward");
	assert_string_equal(ask(t, "10.1.0.1", "10.0.1.200", "v1"),
			    "1 via 10.0.0.2 dev v0 table 254");
	assert_string_equal(ask(t, "10.1.0.1", "10.0.1.7", "v1"), "1 via 10.0.0.9 dev v0 table 77");
	assert_string_equal(ask(t, "fd01::1", "fd00:1::7", "v1"), "1 via fd00::2 dev v0 table 254");
	/* an address of this host itself does not come in */
	assert_string_equal(ask(t, "10.1.0.1", "10.0.1.1", "v1"), "EINVAL");
	testns_sh("echo 1 >/proc/sys/net/ipv4/conf/v1/rp_filter");
	refused = ask(t, "10.1.0.1", "10.0.0.7", "v1"); /* from Linux 6.13 on they are all one */
	assert_true(strcmp(refused, "EXDEV") == 0 || strcmp(refused, "EINVAL") == 0);
	testns_sh("echo 0 >/proc/sys/net/ipv4/conf/v1/forwarding");
	assert_string_equal(ask(t, "10.1.0.1", "10.0.1.200", "v1"), "EHOSTUNREACH");
}

enum { MANY = 1000 };

/* Each answer belongs to its question, also where some were lost. */
static void many_at_once(void **state)
{
	struct state *t = *state;
	struct hgw_lookup *v = calloc(MANY, sizeof(*v));

	assert_non_null(v);
	begin(t);
	testns_sh("for i in 0 1 2 3; do ip route add 10.1.$i.0/24 via 10.0.0.1$i onlink dev v0; "
		  "done");
	for (int lost = 0; lost < 2; lost++) {
		for (uint32_t i = 0; i < MANY; i++) {
			v[i] = (struct hgw_lookup){.to = {AF_INET, {10, 1, 0, 1}}};
			v[i].to.b[2] = (uint8_t)(i % 5);
		}
		drops = lost * 3;
		assert_ok(t, hgw_kernel_lookup(t->kernel, v, MANY, &t->err));
		assert_int_equal(drops, 0);
		for (uint32_t i = 0; i < MANY; i++) {
			assert_int_equal(v[i].errnum, i % 5 == 4 ? ENETUNREACH : 0);
			if (i % 5 != 4)
				assert_int_equal(v[i].hop.via.b[3], 10 + i % 5);
		}
	}
	drops = 1000;
	assert_int_equal(hgw_kernel_lookup(t->kernel, v, MANY, &t->err), -1);
	assert_string_equal(t->err.msg, "the kernel did not tell where packets would go");
	drops = 0;
	free(v);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(as_this_host),
		TEST(as_one_that_is_forwarded),
		TEST(many_at_once),
	};

	return cmocka_run_group_tests_name("kernel_lookup", tests, testns_setup, NULL);
}
