/* SPDX-License-Identifier: MIT */
/* For the tests of changes that go back unless they are confirmed. */
#ifndef HGW_CONFIRM_TEST_H
#define HGW_CONFIRM_TEST_H

#include "process_test.h"

#define WITHIN(seconds) "apply --confirm-within " #seconds " /run/inv.yaml"
#define PENDING		"the routes go back in"
#define BACK		"the routes are as they were before"

/* A host that has something to lose: a stale route of ours, a wanted one, and others'. */
static inline char *stale_host(void)
{
	process_begin();
	testns_sh("ip route add 10.244.2.0/24 via 10.0.1.9 proto 72 mtu 1400\n"
		  "ip route add 10.99.0.0/24 via 10.0.0.9 proto 72\n"
		  "ip -6 route add fd02::/64 via fd00:1::9 proto 72\n"
		  "ip route add 10.250.0.0/16 via 10.0.0.9 proto static");
	return all_routes();
}

/* Starts an apply that waits for its confirmation. */
static inline pid_t start_pending(const char *args)
{
	pid_t pid = hgw_start(args);

	wait_for_text("/run/err", PENDING);
	return pid;
}

static inline void assert_applied(void)
{
	hgw_is("plan --exit-code /run/inv.yaml", 0, "nothing to do");
}

static inline void back(char *before)
{
	assert_same(all_routes, before);
	free(before);
	/* And nothing is left that would be in the way. */
	hgw_is("apply --lock-timeout 0 /run/inv.yaml", 0, NULL);
	testns_sh("! grep -e warning /run/err; ! ls /run/hgw/*.sock 2>/dev/null");
	assert_applied();
}

#endif
