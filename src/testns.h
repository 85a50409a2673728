/* SPDX-License-Identifier: MIT */
/*
 * Tests against the real kernel, in namespaces of their own: user (so that it
 * needs no root, and root can do no harm), network, mount and host name.
 * With /run empty and private, so that locks and "ip netns" are too.
 *
 *	static void adds_a_route(void **state)
 *	{
 *		(void)state;
 *		testns_fresh();
 *		testns_sh("ip link add v0 type veth peer name v1");
 *		...
 *	}
 *	... cmocka_run_group_tests_name("kernel", tests, testns_setup, NULL);
 *
 * Not "ip netns exec" and not "ip -n": they mount /sys, which not every place
 * allows that has namespaces. testns_in() and testns_enter() do without.
 */
#ifndef HGW_TESTNS_H
#define HGW_TESTNS_H

#include "hgw/compiler.h"

/*
 * Group setup: enters the namespaces. Always 0: cmocka cannot skip in a setup,
 * so that where there are none testns_fresh() does.
 */
int testns_setup(void **state);

/*
 * First call of a test: a new network namespace with nothing in it but lo, up,
 * and an empty /run, so no named ones. Skips the test where there are no namespaces, but fails
 * it with HGW_TEST_NETNS=require in the environment.
 */
void testns_fresh(void);

/* Runs shell lines (under set -e) in the current namespace; the test fails if they do. */
void testns_sh(const char *fmt, ...) HGW_PRINTF(1, 2);
/* The same; what they print on standard output, to be freed. */
HGW_NODISCARD char *testns_out(const char *fmt, ...) HGW_PRINTF(1, 2);
/* The same; the exit status is the result, and what they print is dropped. */
HGW_NODISCARD int testns_try(const char *fmt, ...) HGW_PRINTF(1, 2);

/* Makes a network namespace of this name, known to "ip netns" too, with lo up. */
void testns_add(const char *name);
/* testns_sh() in that namespace. */
void testns_in(const char *name, const char *fmt, ...) HGW_PRINTF(2, 3);
/* This process moves into a named namespace; NULL: back to that of testns_fresh(). */
void testns_enter(const char *name);

/*
 * From here to the end of the process /etc/iproute2 is one directory of ours:
 * nothing in it but rt_protos.d/test.conf and rt_tables.d/test.conf with these
 * lines ("72 hgw\n"). NULL: no such file.
 */
void testns_iproute2(const char *protos, const char *tables);

#endif
