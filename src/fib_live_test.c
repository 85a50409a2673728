/* SPDX-License-Identifier: MIT */
/* The same answers as "ip route get": tables of chance, in a kernel and out of it. */
#include <errno.h>

#include "hgw/fib.h"
#include "kernel_test.h"

enum { ROUTES = 150, LOOKUPS = 1000 };

static uint32_t below(uint32_t n)
{
	static uint64_t x = 88172645463325252U; /* xorshift64 */

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 32) % n;
}

/* Few networks, so that prefixes meet and nest: in 10.64.0.0/12 and fd00:64::/32. */
static struct hgw_addr random_addr(uint8_t family)
{
	struct hgw_addr a = {.family = family, .b = {10, (uint8_t)(64 + below(2))}};
	unsigned bytes = hgw_family_bits(family) / 8, from = 2;

	if (family == AF_INET6) {
		memcpy(a.b, "\xfd\x00\x00\x64", 4);
		from = 4;
	}
	for (unsigned i = from; i < bytes; i++)
		a.b[i] = (uint8_t)(below(3) > 0 ? below(2) : below(256));
	return a;
}

static struct hgw_prefix random_prefix(uint8_t family)
{
	unsigned least = family == AF_INET ? 9 : 24, bits = hgw_family_bits(family);
	struct hgw_prefix p = {.addr = random_addr(family)};

	p.len = (uint8_t)(below(4) > 0 ? least + below(bits - least + 1) : bits);
	return hgw_prefix_masked(&p);
}

static void print_way(FILE *f, uint8_t family)
{
	unsigned link = below(2), host = 2 + below(8);

	if (below(5) == 0)
		fprintf(f, " dev v%u", link);
	else if (family == AF_INET)
		fprintf(f, " via 10.0.%u.%u dev v%u", link, host, link);
	else
		fprintf(f, " via fd00:%u::%x dev v%u", link, host, link);
}

/* A line of "ip -batch"; some are refused, as there can be only one of a kind. */
static void print_random_route(FILE *f, uint8_t family, const char *table)
{
	static const char *const verbs[] = {"add", "append", "prepend"};
	static const char *const types[] = {"blackhole", "unreachable", "prohibit", "throw"};
	struct hgw_prefix dst = random_prefix(family);
	char text[HGW_PREFIX_STRLEN];
	unsigned kind = below(12);

	hgw_prefix_format(&dst, text);
	fprintf(f, "route %s ", verbs[below(family == AF_INET ? 3 : 2)]);
	if (kind < HGW_ARRAY_LEN(types)) {
		fprintf(f, "%s %s", types[kind], text);
	} else if (kind == HGW_ARRAY_LEN(types) && strcmp(table, "local") == 0) {
		fprintf(f, "local %s dev lo", text);
	} else {
		fputs(text, f);
		print_way(f, family);
	}
	fprintf(f, " table %s proto static", table);
	if (below(3) == 0)
		fprintf(f, " metric %u", 1 + below(3));
	fputc('\n', f);
}

static void make_routes(uint8_t family, const char *extra)
{
	FILE *f = fopen("/run/routes", "we");

	assert_non_null(f);
	for (unsigned i = 0; i < ROUTES; i++) {
		const char *table = i % 10 == 0 ? "local" : i % 4 == 0 && extra ? extra : "main";

		print_random_route(f, family, table);
	}
	fclose(f);
	testns_sh("ip -%c -force -batch /run/routes 2>/dev/null || :",
		  family == AF_INET ? '4' : '6');
}

/* Inside of some route or just outside of it. */
static struct hgw_addr random_target(const struct state *t, uint8_t family)
{
	const struct hgw_route *r = &t->routes.v[below((uint32_t)t->routes.n)];
	struct hgw_addr a = random_addr(family);

	if (below(3) == 0)
		return a;
	for (unsigned i = 0; i < r->dst.len; i++) {
		unsigned byte = i / 8, bit = 0x80U >> (i % 8);

		a.b[byte] = (uint8_t)((a.b[byte] & ~bit) | (r->dst.addr.b[byte] & bit));
	}
	if (below(3) == 0)
		a.b[hgw_family_bits(family) / 8 - 1] ^= 1;
	return a;
}

/* What ip(8) says of each: a line of what it found, or of the error. */
static char *ask(const struct hgw_addr *targets, size_t n)
{
	FILE *f = fopen("/run/lookups", "we");

	assert_non_null(f);
	for (size_t i = 0; i < n; i++) {
		char text[HGW_ADDR_STRLEN];

		hgw_addr_format(&targets[i], text);
		fprintf(f, "route get fibmatch %s\n", text);
	}
	fclose(f);
	/* An answer or its error each, in turn: standard output must not be kept back. */
	return testns_out("stdbuf -oL ip -o -force -batch /run/lookups 2>&1 || :");
}

static const char *refusal(const struct hgw_route *r)
{
	if (r == NULL)
		return strerror(ENETUNREACH);
	switch (r->type) {
	case RTN_BLACKHOLE:
		return strerror(EINVAL);
	case RTN_PROHIBIT:
		return strerror(EACCES);
	case RTN_UNREACHABLE:
		return strerror(EHOSTUNREACH);
	default:
		return NULL;
	}
}

/* As "ip -o route get fibmatch" prints it, or its error. */
static void describe(const struct state *t, const struct hgw_names *names,
		     const struct hgw_route *r, char *buf, size_t size)
{
	struct hgw_view view = {.names = names, .host = &t->host, .pool = &t->pool};
	FILE *f;

	if (refusal(r) != NULL) {
		snprintf(buf, size, "%s", refusal(r));
		return;
	}
	memset(buf, 0, size);
	f = fmemopen(buf, size - 1, "w");
	assert_non_null(f);
	hgw_print_route(f, &view, r);
	fclose(f);
}

static bool has_word(const char *line, const char *word, size_t len)
{
	for (const char *at = line; (at = strstr(at, word)) != NULL; at++)
		if ((at == line || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

/*
 * Each word that we print of a route is in what ip(8) says of it, which has some
 * more. But for the table: a trie of two calls itself by the name of one.
 */
static bool agrees(const char *ours, const char *theirs)
{
	char word[128];

	if (strncmp(theirs, "RTNETLINK answers: ", 19) == 0)
		return strcmp(theirs + 19, ours) == 0;
	for (; *ours != '\0'; ours += strspn(ours, " ")) {
		size_t n = strcspn(ours, " ");

		snprintf(word, sizeof(word), "%.*s", (int)n, ours);
		if (!has_word(theirs, word, n))
			return false;
		ours += n;
		if (strncmp(ours, " table local", 12) == 0)
			ours += 12;
	}
	return true;
}

static void compare(struct state *t, uint8_t family, uint32_t table)
{
	struct hgw_addr targets[LOOKUPS];
	struct hgw_names names;
	struct hgw_fib fib;
	char *answers, *line, *rest;

	read_routes(t, family, 0, 0);
	assert_true(t->routes.n > ROUTES / 2);
	assert_ok(t, hgw_names_load(&names, "", &t->err));
	assert_ok(t, hgw_fib_build(&fib, &t->routes, table, &t->err));
	for (size_t i = 0; i < LOOKUPS; i++)
		targets[i] = random_target(t, family);
	answers = ask(targets, LOOKUPS);
	rest = answers;
	for (size_t i = 0; i < LOOKUPS; i++) {
		char ours[512], dst[HGW_ADDR_STRLEN];

		do {
			line = strsep(&rest, "\n");
			assert_non_null(line);
		} while (strncmp(line, "Command failed", 14) == 0);
		describe(t, &names, hgw_fib_lookup(&fib, &targets[i]), ours, sizeof(ours));
		hgw_addr_format(&targets[i], dst);
		if (!agrees(ours, line))
			fail_msg("%zu: %s: %s, but the kernel: %s", i, dst, ours, line);
	}
	free(answers);
	hgw_fib_free(&fib);
	hgw_names_free(&names);
}

static void as_a_kernel_without_rules(void **state)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	for (unsigned round = 0; round < 6; round++) {
		begin(*state);
		make_routes(families[round % 2], NULL);
		compare(*state, families[round % 2], 0);
	}
}

static void as_a_kernel_with_a_rule_before_main(void **state)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	for (unsigned round = 0; round < 4; round++) {
		begin(*state);
		testns_sh("ip rule add pref 100 lookup 100; ip -6 rule add pref 100 lookup 100");
		make_routes(families[round % 2], "100");
		compare(*state, families[round % 2], 100);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(as_a_kernel_without_rules),
		TEST(as_a_kernel_with_a_rule_before_main),
	};

	return cmocka_run_group_tests_name("fib_live", tests, testns_setup, NULL);
}
