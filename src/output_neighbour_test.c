/* SPDX-License-Identifier: MIT */
/* The check neighbour: what answers of gateways are judged to be, and told. */
#include <errno.h>
#include <linux/neighbour.h>

#include "output_test.h"

#define ONE "10.244.1.0/24 via 10.0.0.2 dev 2"
#define TWO "10.244.1.0/24 nexthop via 10.0.0.2 dev 2 nexthop via 10.0.0.3 dev 2"

/* The status and the text of that check. */
static void neighbour_is(struct state *t, const char *want, struct hgw_asked *asked, size_t n,
			 const char *text)
{
	const struct hgw_probe probe = {.v = asked, .n = n, .timeout_ms = 2500, .most = 1024};
	const struct hgw_evidence on = {.desired = &t->desired,
					.actual = &t->actual,
					.host = &t->host,
					.scope = &t->scope,
					.pool = &t->pool,
					.probe = &probe};
	const bool strict = t->verdict.strict;
	char *got = NULL;
	size_t len;
	FILE *f = open_memstream(&got, &len);

	assert_non_null(f);
	t->wants[0].route = route(&t->pool, want);
	hgw_verdict_free(&t->verdict);
	t->verdict.strict = strict;
	assert_int_equal(hgw_verify(&t->verdict, &on, &t->err), 0);
	t->report.verdict = &t->verdict;
	t->report.probe = &probe;
	for (size_t i = 0; i < t->verdict.n; i++) {
		const struct hgw_check *c = &t->verdict.v[i];

		if (c->id != HGW_CHECK_NEIGHBOUR)
			continue;
		fprintf(f, "%s ", hgw_check_status_name(c->status));
		hgw_print_check(f, &t->view, &t->report, c);
	}
	fclose(f);
	assert_string_equal(got, text);
	free(got);
}

static struct hgw_asked asked(const char *gateway, enum hgw_answer answer)
{
	return (struct hgw_asked){.addr = addr(gateway),
				  .oif = 2,
				  .node = 1,
				  .answer = answer,
				  .maclen = 6,
				  .mac = {2, 0, 0, 0, 0, 0xab},
				  .twin = UINT32_MAX};
}

static void each_answer_has_its_text(void **state)
{
	static const struct {
		enum hgw_answer answer;
		uint16_t state;
		int errnum;
		const char *text;
	} cases[] = {
		{HGW_ANSWER_YES, NUD_REACHABLE, 0, "pass 10.0.0.2 answers from 02:00:00:00:00:ab"},
		{HGW_ANSWER_SILENT, NUD_FAILED, 0,
		 "fail 10.0.0.2 does not answer on eth0; is that node up, and in one L2 network "
		 "with this host?"},
		{HGW_ANSWER_PROXIED, NUD_REACHABLE, 0,
		 "fail 10.0.0.2 is behind another router, 10.0.0.99, which takes what is for it; "
		 "look for proxy ARP: host-gw needs all nodes in one L2 network"},
		{HGW_ANSWER_UNSURE, NUD_STALE, 0,
		 "skip 10.0.0.2 is not known to be there: it answers no datagram, and the kernel "
		 "has not asked for it again within 2.5 s; run as root, or see --timeout"},
		{HGW_ANSWER_UNSURE, NUD_PERMANENT, 0,
		 "skip 10.0.0.2 is not known to be there: its MAC was set by hand, and it answers "
		 "no datagram"},
		{HGW_ANSWER_UNSURE, NUD_NOARP, 0,
		 "skip 10.0.0.2 is not known to be there: its link has no MACs to ask for, and it "
		 "answers no datagram"},
		{HGW_ANSWER_NO_ROOM, NUD_NONE, 0,
		 "skip 10.0.0.2 was not asked: the neighbour table is full; raise "
		 "net.ipv4.neigh.default.gc_thresh3, which is 1024"},
		{HGW_ANSWER_REFUSED, NUD_NONE, EPERM,
		 "skip 10.0.0.2 cannot be asked on eth0: Operation not permitted (EPERM)"},
		{HGW_ANSWER_NONE, NUD_NONE, 0,
		 "skip 10.0.0.2 was not asked within 2.5 s; see --timeout"},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_asked a = asked("10.0.0.2", cases[i].answer);

		a.state = cases[i].state;
		a.errnum = cases[i].errnum;
		a.by = addr("10.0.0.99");
		neighbour_is(*state, ONE, &a, 1, cases[i].text);
	}
}

/* A warning, which strict has fail; of several gateways it is more than one not asked. */
static void one_that_answers_for_itself_only(void **state)
{
	static const char text[] =
		"10.0.0.2 answers from 02:00:00:00:00:ab, but not to what is for "
		"its subnet, as one that forwards does; see sysctl "
		"net.ipv4.ip_forward on that node";
	struct hgw_asked a[] = {asked("10.0.0.2", HGW_ANSWER_YES),
				asked("10.0.0.3", HGW_ANSWER_NONE)};
	struct state *t = *state;
	char want[256];

	a[0].mute = true;
	snprintf(want, sizeof(want), "warn %s", text);
	neighbour_is(t, ONE, a, 1, want);
	neighbour_is(t, TWO, a, 2, want);
	t->verdict.strict = true;
	snprintf(want, sizeof(want), "fail %s", text);
	neighbour_is(t, ONE, a, 1, want);
	t->verdict.strict = false;
}

static void of_several_gateways_all_have_to_answer(void **state)
{
	static const struct {
		enum hgw_answer first, second;
		const char *text;
	} cases[] = {
		{HGW_ANSWER_YES, HGW_ANSWER_YES,
		 "pass 10.0.0.2 answers from 02:00:00:00:00:ab, 10.0.0.3 answers from "
		 "02:00:00:00:00:ab"},
		{HGW_ANSWER_YES, HGW_ANSWER_SILENT,
		 "fail 10.0.0.3 does not answer on eth0; is that node up, and in one L2 network "
		 "with this host?"},
		{HGW_ANSWER_SILENT, HGW_ANSWER_NONE,
		 "fail 10.0.0.2 does not answer on eth0; is that node up, and in one L2 network "
		 "with this host?"},
		{HGW_ANSWER_NONE, HGW_ANSWER_YES,
		 "skip 10.0.0.2 was not asked within 2.5 s; see --timeout"},
		{HGW_ANSWER_NONE, HGW_ANSWER_NONE,
		 "skip 10.0.0.2 was not asked within 2.5 s; see --timeout; 10.0.0.3 was not asked "
		 "within 2.5 s; see --timeout"},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_asked two[] = {asked("10.0.0.2", cases[i].first),
					  asked("10.0.0.3", cases[i].second)};

		neighbour_is(*state, TWO, two, 2, cases[i].text);
	}
}

static void two_with_one_mac_are_both_named(void **state)
{
	struct hgw_asked two[] = {asked("10.0.0.2", HGW_ANSWER_YES),
				  asked("10.0.0.9", HGW_ANSWER_YES)};

	two[1].node = 0;
	two[0].twin = 1;
	two[1].twin = 0;
	neighbour_is(*state, ONE, two, 2,
		     "fail 10.0.0.2 and 10.0.0.9 of node 'node1' answer with one MAC, "
		     "02:00:00:00:00:ab: a router or a proxy, or one has the other's address; "
		     "host-gw needs all nodes in one L2 network");
}

static void what_is_not_on_a_link_is_not_asked(void **state)
{
	struct state *t = *state;

	t->wants[0].reach = HGW_REACH_NO_ROUTE;
	neighbour_is(t, ONE, NULL, 0, "skip not asked, for the gateway is not on a link");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(each_answer_has_its_text),
		TEST(one_that_answers_for_itself_only),
		TEST(of_several_gateways_all_have_to_answer),
		TEST(two_with_one_mac_are_both_named),
		TEST(what_is_not_on_a_link_is_not_asked),
	};

	return cmocka_run_group_tests_name("output_neighbour", tests, NULL, NULL);
}
