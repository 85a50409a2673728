/* SPDX-License-Identifier: MIT */
/* A directory of snapshots: larger meshes, and what other programs make of it. */
#include "process_test.h"

/* Makes /run/inv.yaml and /run/d, the snapshots of n nodes that reach each other. */
#define MESH                                                                                       \
	"mkdir -p /run/d; echo 'nodes:' >/run/inv.yaml\n"                                          \
	"awk -v n=%u 'BEGIN { for (i = 1; i <= n; i++) {\n"                                        \
	"  print \"  - {name: n\" i \", address: 10.0.0.\" i \", subnet: 10.244.\" i \".0/24}\""   \
	" >>\"/run/inv.yaml\"\n"                                                                   \
	"  f = \"/run/d/n\" i \".txt\"\n"                                                          \
	"  print \"local 10.0.0.\" i \" dev e table local proto kernel scope host\" >f\n"          \
	"  print \"10.0.0.0/16 dev e proto kernel scope link src 10.0.0.\" i >f\n"                 \
	"  print \"10.244.\" i \".0/24 dev c proto kernel scope link\" >f\n"                       \
	"  for (j = 1; j <= n; j++) if (j != i)\n"                                                 \
	"    print \"10.244.\" j \".0/24 via 10.0.0.\" j \" dev e proto 72\" >f\n"                 \
	"  close(f) } }'\n"

static void make_mesh(unsigned n)
{
	testns_fresh();
	testns_sh(MESH, n);
}

static void verify(const char *args, int status)
{
	char command[256];

	snprintf(command, sizeof(command), "verify -q --snapshot /run/d /run/inv.yaml %s", args);
	hgw_is(command, status, NULL);
}

static void a_matrix_of_60_nodes_fits_a_terminal(void **state)
{
	(void)state;
	make_mesh(60);
	verify("", 0);
	testns_sh("[ $(grep -c '^n[0-9]* ' /run/out) = 60 ]\n"
		  "sed '$d' /run/out | awk 'length($0) > 80 { exit 1 }'\n"
		  "grep -q '3540 of 3540 paths delivered' /run/out");
}

static void more_nodes_are_a_list_of_causes(void **state)
{
	(void)state;
	make_mesh(61);
	verify("", 0);
	testns_sh("[ $(wc -l </run/out) = 1 ]");
	/* one that has lost its routes, and one whose address is gone: 60 and 59 paths */
	testns_sh("sed -i /proto.72/d /run/d/n7.txt; sed -i 's/0\\.9\\b/0.99/' /run/d/n9.txt");
	verify("", 2);
	testns_sh("grep -A1 'FAIL path n7 to .*: n7 has no route to' /run/out | "
		  "grep -q 'and: n7 to .*, and 55 more'\n"
		  "grep -A1 'FAIL path n1 to .*: n1 sends it to 10.0.0.9, which is an address of a "
		  "node' /run/out | grep -q ', and 54 more'\n"
		  "[ $(grep -c '^FAIL path .* one-way' /run/out) = 1 ]\n"
		  "[ $(grep -c '^FAIL n7 route' /run/out) = 40 ]\n"
		  "grep -q '^ *and 20 more; -v prints all$' /run/out");
	verify("-v", 2);
	testns_sh("[ $(grep -c '^FAIL n7 route' /run/out) = 60 ]");
}

/* Whatever order the files are made and listed in. */
static void the_same_output_each_time(void **state)
{
	(void)state;
	make_mesh(12);
	testns_sh("sed -i /10.244.3.0/d /run/d/n1.txt /run/d/n12.txt; touch /run/d/x.json "
		  "/run/d/a.txt");
	verify("-o json", 2);
	testns_sh("cp /run/out /run/first; mkdir /run/e; for f in $(ls -r /run/d); do mv /run/d/$f "
		  "/run/e; done; rmdir /run/d; mv /run/e /run/d");
	verify("-o json", 2);
	testns_sh("cmp /run/first /run/out");
}

static void what_is_valid_elsewhere(void **state)
{
	(void)state;
	make_mesh(4);
	testns_sh("sed -i /10.244.3.0/d /run/d/n1.txt; rm /run/d/n4.txt");
	verify("-o json", 2);
	testns_sh("python3 -c 'import json; d = json.load(open(\"/run/out\"))\n"
		  "assert d[\"paths\"][\"black hole\"] == 1 and d[\"paths\"][\"one-way\"] == 1, d\n"
		  "assert [c[\"host\"] for c in d[\"checks\"] if c[\"id\"] == \"path\"] == "
		  "[\"n1\", \"n3\"], d\n"
		  "assert sum(d[\"paths\"].values()) == 12, d'");
	verify("-o junit", 2);
	testns_sh("! command -v xmllint || xmllint --noout --schema testdata/schema/junit.xsd "
		  "/run/out");
	verify("-o tap", 2);
	testns_sh("! command -v prove || { sed -i 's/version 14/version 13/' /run/out\n"
		  "prove --exec cat /run/out >/run/text 2>&1 || true\n"
		  "grep -q 'Failed tests:  1-3, 7-8$' /run/text; ! grep -q Parse /run/text; }");
	verify("-o nagios", 2);
	testns_sh("[ $(wc -l </run/out) = 1 ]; grep -q '^HGW CRITICAL - 4 nodes, ' /run/out");
	verify("-o json >/dev/full", 74);
}

/* The name of a node is looked for among the files, and is never a path itself. */
static void no_way_out_of_the_directory(void **state)
{
	(void)state;
	make_mesh(3);
	testns_sh(
		"mkdir /run/d/sub; mv /run/d/n3.txt /run/d/sub; cp /run/d/sub/n3.txt /run/n3.txt\n"
		"for name in ../n3 sub/n3 /run/n3 .n3 .. .; do\n"
		"cp /run/d/sub/n3.txt /run/d/.n3.txt\n"
		"sed \"s|name: n3|name: '$name'|\" /run/inv.yaml >/run/odd.yaml\n"
		"%s verify --snapshot /run/d -o json /run/odd.yaml 2>/dev/null >/run/out\n"
		"grep -q '\"snapshot\":null' /run/out; done",
		hgw_binary());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_matrix_of_60_nodes_fits_a_terminal),
		cmocka_unit_test(more_nodes_are_a_list_of_causes),
		cmocka_unit_test(the_same_output_each_time),
		cmocka_unit_test(what_is_valid_elsewhere),
		cmocka_unit_test(no_way_out_of_the_directory),
	};

	return cmocka_run_group_tests_name("mesh", tests, testns_setup, NULL);
}
