/* SPDX-License-Identifier: MIT */
/* For the tests that write to and read from a real kernel. */
#ifndef HGW_KERNEL_TEST_H
#define HGW_KERNEL_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hgw/kernel.h"
#include "hgw/output.h"
#include "testns.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/*
 * Two links with a network of each family on each: 10.0.N.1/24, fd00:N::1/64
 * on vN. Ready once the kernel has noticed that they carry.
 */
#define LINKS                                                                                      \
	"for n in 0 1; do\n"                                                                       \
	"ip link add v$n address 02:00:00:00:00:0$n type veth peer name p$n\n"                     \
	"ip link set v$n addrgenmode none up; ip link set p$n addrgenmode none up\n"               \
	"ip addr add 10.0.$n.1/24 dev v$n; ip addr add fd00:$n::1/64 dev v$n nodad\n"              \
	"done; tries=500\n"                                                                        \
	"until [ $(ip -6 route show table local | grep -c ff00::/8) = 4 ] &&\n"                    \
	"[ $(ip -6 route show table local | grep -c '^local fd00:') = 2 ] &&\n"                    \
	"! ip route show table all | grep -q linkdown; do\n"                                       \
	"sleep 0.01; tries=$((tries - 1)); [ $tries -gt 0 ]\n"                                     \
	"done\n"

/* The kernel takes up to a second to see that a link carries no more. */
#define WAIT_LINKDOWN(dev)                                                                         \
	"\ntries=500; until ip route show dev " dev " | grep -q linkdown; do\n"                    \
	"sleep 0.01; tries=$((tries - 1)); [ $tries -gt 0 ]\n"                                     \
	"done\n"

enum { OURS = HGW_PROTOCOL, OTHERS = 73 };

struct state {
	struct hgw_kernel *kernel;
	struct hgw_snapshot host;
	struct hgw_pool pool;
	struct hgw_routes routes;
	struct hgw_refusal refusal;
	struct hgw_err err;
	char *text; /* what was last read, printed */
};

static inline int setup(void **state)
{
	*state = calloc(1, sizeof(struct state));
	return *state != NULL ? 0 : -1;
}

static inline int teardown(void **state)
{
	struct state *t = *state;

	hgw_routes_free(&t->routes);
	hgw_pool_free(&t->pool);
	hgw_snapshot_free(&t->host);
	hgw_kernel_close(t->kernel);
	free(t->text);
	free(t);
	return 0;
}

static inline void assert_ok(const struct state *t, int rc)
{
	if (rc != 0)
		fail_msg("%d: %s", rc, t->err.msg);
}

static inline void open_kernel(struct state *t)
{
	hgw_kernel_close(t->kernel);
	assert_ok(t, hgw_kernel_open(&t->kernel, NULL, &t->err));
	assert_ok(t, hgw_kernel_snapshot(t->kernel, &t->host, &t->err));
}

/* A new namespace with LINKS, and a socket in it. */
static inline void begin(struct state *t)
{
	testns_fresh();
	testns_sh(LINKS);
	open_kernel(t);
}

static inline uint32_t device(const struct state *t, const char *name)
{
	const struct hgw_link *link = hgw_snapshot_link_named(&t->host, name);

	assert_non_null(link);
	return link->index;
}

static inline struct hgw_hop hop(const struct state *t, const char *via, const char *dev)
{
	struct hgw_hop h = {.weight = 1, .oif = device(t, dev)};

	if (via != NULL)
		assert_true(hgw_addr_parse(via, &h.via));
	return h;
}

/* A unicast route of ours in main; via may be NULL. */
static inline struct hgw_route route(const struct state *t, const char *dst, const char *via,
				     const char *dev)
{
	struct hgw_route r = {.protocol = OURS,
			      .scope = RT_SCOPE_UNIVERSE,
			      .type = RTN_UNICAST,
			      .table = RT_TABLE_MAIN,
			      .nhops = 1,
			      .hop = hop(t, via, dev)};

	assert_int_equal(hgw_prefix_parse(dst, &r.dst), HGW_PREFIX_OK);
	return r;
}

static inline struct hgw_route multipath(struct state *t, const char *dst,
					 const struct hgw_hop *hops, uint16_t n)
{
	struct hgw_route r = route(t, dst, NULL, "v0");

	r.nhops = n;
	r.hop = hops[0];
	assert_ok(t, hgw_pool_add_hops(&t->pool, hops, n, &r.hops, &t->err));
	return r;
}

static inline enum hgw_write_state put(struct state *t, enum hgw_verb verb,
				       const struct hgw_route *r)
{
	struct hgw_write w = {.verb = verb, .route = *r};

	t->refusal = (struct hgw_refusal){0};
	if (hgw_kernel_write(t->kernel, &t->pool, &w, 1, &t->refusal) == 0)
		assert_int_equal(t->refusal.errnum, 0);
	return w.state;
}

#define assert_refused(t, verb, r, errno_, words)                                                  \
	do {                                                                                       \
		assert_int_equal(put(t, verb, r), HGW_WRITE_REFUSED);                              \
		assert_int_equal((t)->refusal.errnum, errno_);                                     \
		assert_string_equal((t)->refusal.text, words);                                     \
	} while (0)

/* The routes that a filter lets through, to t->routes; and a line each, in numbers. */
static inline const char *read_routes(struct state *t, uint8_t family, uint32_t table,
				      uint8_t protocol)
{
	struct hgw_filter filter = {.family = family, .table = table, .protocol = protocol};
	struct hgw_view view = {.host = &t->host, .pool = &t->pool};
	size_t len;
	FILE *f;

	t->routes.n = 0;
	assert_ok(t, hgw_kernel_collect(t->kernel, &filter, &t->pool, &t->routes, &t->err));
	free(t->text);
	f = open_memstream(&t->text, &len);
	assert_non_null(f);
	for (size_t i = 0; i < t->routes.n; i++) {
		hgw_print_route(f, &view, &t->routes.v[i]);
		fputc('\n', f);
	}
	fclose(f);
	return t->text;
}

/* What a command prints, without the blanks that ip(8) ends lines with. */
#define assert_prints(want, ...)                                                                   \
	do {                                                                                       \
		char *assert_out = testns_out(__VA_ARGS__);                                        \
                                                                                                   \
		strip_blanks(assert_out);                                                          \
		assert_string_equal(assert_out, want);                                             \
		free(assert_out);                                                                  \
	} while (0)

static inline void strip_blanks(char *s)
{
	char *to = s;

	for (; *s != '\0'; s++) {
		while (*s == '\n' && to[-1] == ' ')
			to--;
		*to++ = *s;
	}
	*to = '\0';
}

#endif
