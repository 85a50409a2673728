/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "hgw/compiler.h"
#include "hgw/hash.h"

static void equal_texts_have_equal_hashes(void **state)
{
	uint64_t salt = hgw_hash_salt();
	char a[] = "node1", b[] = "node1";

	(void)state;
	assert_int_equal(hgw_hash(salt, a), hgw_hash(salt, b));
	assert_int_not_equal(hgw_hash(salt, "node1"), hgw_hash(salt, "node2"));
}

static void salts_differ(void **state)
{
	uint64_t a = hgw_hash_salt(), b = hgw_hash_salt();

	(void)state;
	assert_true(a != b);
	assert_int_not_equal(hgw_hash(a, "node1"), hgw_hash(b, "node1"));
}

/* Each of these has the hash of its neighbour in FNV-1a. */
static void what_collides_by_design_elsewhere_does_not(void **state)
{
	static const char *const pairs[][2] = {{"declinate", "macallums"}, {"altarage", "zinke"}};
	uint64_t salt = hgw_hash_salt();
	unsigned n = 0;

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(pairs); i++)
		n += hgw_hash(salt, pairs[i][0]) == hgw_hash(salt, pairs[i][1]);
	assert_int_equal(n, 0);
}

/* In a table that is half full, and whatever bits it takes. */
static void keys_are_spread_over_a_table(void **state)
{
	enum { KEYS = 4096, PLACES = 2 * KEYS };
	uint64_t salt = hgw_hash_salt();

	(void)state;
	for (unsigned shift = 0; shift <= 16; shift += 16) {
		uint8_t taken[PLACES] = {0};
		unsigned most = 0;
		char name[32];

		for (unsigned i = 0; i < KEYS; i++) {
			uint8_t *t;

			snprintf(name, sizeof(name), "node%u", i);
			t = &taken[(hgw_hash(salt, name) >> shift) % PLACES];
			*t += 1;
			most = *t > most ? *t : most;
		}
		assert_in_range(most, 1, 40);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_have_equal_hashes),
		cmocka_unit_test(salts_differ),
		cmocka_unit_test(what_collides_by_design_elsewhere_does_not),
		cmocka_unit_test(keys_are_spread_over_a_table),
	};

	return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
