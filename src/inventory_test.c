/* SPDX-License-Identifier: MIT */
#include "hgw/inventory.h"

#include <fcntl.h>
#include <unistd.h>

#include "inventory_test.h"

static void assert_addr(const struct hgw_inventory *inv, uint32_t i, const char *want)
{
	char buf[HGW_ADDR_STRLEN];

	hgw_addr_format(&inv->addrs[i], buf);
	assert_string_equal(buf, want);
}

static void assert_subnet(const struct hgw_inventory *inv, uint32_t i, const char *want)
{
	char buf[HGW_PREFIX_STRLEN];

	hgw_prefix_format(&inv->subnets[i], buf);
	assert_string_equal(buf, want);
}

static void cluster_is_loaded(void **state)
{
	struct state *t = *state;
	const struct hgw_inventory *inv = &t->inv;

	load_good(t, OK "cluster.yaml");
	assert_int_equal(inv->nfiles, 1);
	assert_int_equal(inv->nnodes, 3);
	assert_int_equal(inv->naddrs, 3);
	assert_int_equal(inv->nsubnets, 3);
	assert_int_equal(inv->ncluster, 1);
	assert_int_equal(inv->cluster[0].len, 16);
	assert_int_equal(inv->table, 0);
	assert_int_equal(inv->protocol, -1);
	assert_string_equal(hgw_node_name(inv, 2), "node3");
	assert_string_equal(hgw_inventory_str(inv, inv->nodes[2].interface), "ens33");
	assert_int_equal(inv->nodes[2].index, 2);
	assert_int_equal(inv->nodes[2].naddrs, 1);
	assert_addr(inv, inv->nodes[2].addrs, "192.168.31.61");
	assert_int_equal(inv->nodes[2].nsubnets, 1);
	assert_subnet(inv, inv->nodes[2].subnets, "10.244.2.0/24");
	assert_int_equal(hgw_inventory_find(inv, "node2"), 1);
	assert_int_equal(hgw_inventory_find(inv, "node"), UINT32_MAX);
}

static void settings_of_nodes_default_to_the_network(void **state)
{
	struct state *t = *state;
	const struct hgw_node *nodes;

	load_good(t, OK "settings.yaml");
	nodes = t->inv.nodes;
	assert_int_equal(t->inv.table, 100);
	assert_int_equal(t->inv.protocol, 73);
	assert_string_equal(hgw_inventory_str(&t->inv, nodes[0].interface), "ens33");
	assert_int_equal(nodes[0].metric, 20);
	assert_int_equal(nodes[0].mtu, 1450);
	assert_false(nodes[0].onlink);
	assert_string_equal(hgw_inventory_str(&t->inv, nodes[1].interface), "bond0");
	assert_int_equal(nodes[1].metric, 50);
	assert_int_equal(nodes[1].mtu, 0);
	assert_true(nodes[1].onlink);
	assert_int_equal(nodes[2].metric, 0);
	assert_int_equal(nodes[2].mtu, 9000);
	assert_true(nodes[3].spread && !nodes[2].spread);

	assert_int_equal(load_text(t, "network: {metric: spread}\n"
				      "nodes:\n"
				      "- {name: a, address: 10.0.0.1}\n"
				      "- {name: b, address: 10.0.0.2, metric: 7}\n"),
			 0);
	assert_true(t->inv.nodes[0].spread && !t->inv.nodes[1].spread);
	assert_int_equal(t->inv.nodes[1].metric, 7);

	assert_int_equal(load_text(t, "nodes: [{name: a, address: 10.0.0.1}]"), 0);
	assert_string_equal(hgw_inventory_str(&t->inv, t->inv.nodes[0].interface), "");
	assert_int_equal(t->inv.nodes[0].nsubnets, 0);
}

static void several_addresses_and_families(void **state)
{
	struct state *t = *state;

	load_good(t, OK "multipath.yaml");
	assert_int_equal(t->inv.nodes[1].naddrs, 4);
	assert_addr(&t->inv, 1, "192.168.31.63");
	assert_addr(&t->inv, 4, "fd00:32::63");
	assert_subnet(&t->inv, 2, "fd00:10:244:1::/64");
	load_good(t, OK "via-inet6.yaml");
	assert_addr(&t->inv, 0, "fd00:31::62");
	assert_subnet(&t->inv, 0, "10.244.0.0/24");
}

static void assert_place(const struct hgw_inventory *inv, uint32_t subnet, uint32_t line,
			 uint32_t column)
{
	struct hgw_origin at = hgw_inventory_origin(inv, 0, subnet);

	assert_int_equal(at.line, line);
	assert_int_equal(at.column, column);
}

static void subnets_are_located(void **state)
{
	struct state *t = *state;

	load_good(t, OK "cluster.yaml");
	assert_string_equal(hgw_inventory_origin(&t->inv, 0, 0).file, OK "cluster.yaml");
	assert_place(&t->inv, 0, 0, 0);
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);
	assert_place(&t->inv, 0, 8, 15);
	assert_place(&t->inv, 2, 14, 15);
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);

	load_good(t, OK "crlf.yaml");
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);
	assert_place(&t->inv, 0, 5, 5);
	assert_place(&t->inv, 1, 6, 5);

	load_good(t, OK "multipath.yaml");
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);
	assert_place(&t->inv, 2, 7, 30);
}

/* Writes text to a file of its own; the name is to be unlinked and freed. */
static char *write_file(const char *text)
{
	char *path = strdup("/tmp/hgw-inventory-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

static void nodes_of_several_files_add_up(void **state)
{
	struct state *t = *state;
	char *more =
		write_file("network: {metric: 9, cluster: [10.245.0.0/16]}\n"
			   "nodes: [{name: x, address: 192.168.31.99, subnet: 10.245.0.0/24}]\n");
	const char *files[] = {OK "cluster.yaml", more};

	assert_int_equal(load_files(t, files, 2), 0);
	assert_int_equal(t->inv.nnodes, 4);
	assert_int_equal(t->inv.ncluster, 2);
	assert_int_equal(t->inv.nodes[3].file, 1);
	assert_int_equal(t->inv.nodes[3].index, 0);
	assert_int_equal(t->inv.nodes[3].metric, 9);
	assert_int_equal(t->inv.nodes[2].metric, 0);
	assert_string_equal(hgw_inventory_str(&t->inv, t->inv.nodes[3].interface), "");
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);
	assert_string_equal(hgw_inventory_origin(&t->inv, 3, 3).file, more);
	assert_place(&t->inv, 3, 2, 51);
	unlink(more);
	free(more);
}

static void files_that_contradict_name_each_other(void **state)
{
	struct state *t = *state;
	char *a = write_file("network: {table: main, protocol: 72}\n"
			     "nodes: [{name: a, address: 10.0.0.1, subnet: 10.1.0.0/24}]\n");
	char *b = write_file("network: {table: 254, protocol: hgw}\n"
			     "nodes: [{name: b, address: 10.0.0.2}]\n");
	char *c = write_file("network: {table: 100, protocol: 73}\n"
			     "nodes: [{name: a, address: 10.0.0.1, subnet: 10.1.0.0/16}]\n");
	const char *files[] = {a, b, c};
	char want[300];

	assert_int_equal(load_files(t, files, 2), 0);
	assert_int_equal(t->inv.table, 254);
	assert_int_equal(load_files(t, files, 3), -1);
	assert_string_equal(t->err.msg, "the inventory: 5 errors");
	snprintf(want, sizeof(want), "1:18: table '100' differs from 'main' in %s:1", a);
	assert_text(t, 0, c, want);
	snprintf(want, sizeof(want), "1:33: protocol '73' differs from '72' in %s:1", a);
	assert_text(t, 1, c, want);
	snprintf(want, sizeof(want), "2:16: duplicate node name 'a', first in %s:2", a);
	assert_text(t, 2, c, want);
	snprintf(want, sizeof(want),
		 "2:28: duplicate address '10.0.0.1' of node 'a', first of node 'a' in %s:2", a);
	assert_text(t, 3, c, want);
	snprintf(
		want, sizeof(want),
		"2:46: subnet '10.1.0.0/16' of node 'a' overlaps '10.1.0.0/24' of node 'a' in %s:2",
		a);
	assert_text(t, 4, c, want);
	for (size_t i = 0; i < HGW_ARRAY_LEN(files); i++)
		unlink(files[i]);
	free(a);
	free(b);
	free(c);
}

static void the_first_bad_file_does_not_hide_the_others(void **state)
{
	struct state *t = *state;
	char *a = write_file("nodes: [{name: a, address: 10.0.0.1, colour: red}]\n");
	char *b = write_file("nodes: [{name: b, address: 10.0.0.256}]\n");
	const char *files[] = {a, b};

	assert_int_equal(load_files(t, files, 2), -1);
	assert_text(t, 0, a, "1:38: unknown key 'colour'");
	assert_text(t, 1, b, "1:28: address '10.0.0.256' of node 'b' is not an IP address");
	unlink(a);
	unlink(b);
	free(a);
	free(b);
}

static void what_cannot_be_read_is_no_input(void **state)
{
	struct state *t = *state;
	const char *files[] = {OK "cluster.yaml", "testdata/inventory/none.yaml"};
	const char *dir = "testdata/inventory";

	assert_int_equal(load_files(t, files, 2), -1);
	assert_int_equal(t->err.status, HGW_NOINPUT);
	assert_string_equal(t->err.msg, "cannot open testdata/inventory/none.yaml: "
					"No such file or directory");
	assert_int_equal(t->diags.n, 0);
	assert_int_equal(load_files(t, &dir, 1), -1);
	assert_int_equal(t->err.status, HGW_NOINPUT);
	assert_string_equal(t->err.msg, "cannot read testdata/inventory: Is a directory");
	assert_int_equal(load_files(t, files, 0), -1);
	assert_int_equal(t->err.status, HGW_NOINPUT);
}

static void over_1_gib_is_refused(void **state)
{
	struct state *t = *state;
	char *path = write_file("");
	const char *file = path;

	assert_int_equal(truncate(path, ((off_t)1 << 30) + 1), 0);
	assert_int_equal(load_files(t, &file, 1), -1);
	assert_int_equal(t->err.status, HGW_DATAERR);
	assert_non_null(strstr(t->err.msg, ": larger than 1 GiB"));
	unlink(path);
	free(path);
}

static void a_pipe_is_read_to_its_end(void **state)
{
	struct state *t = *state;
	char path[32];
	const char *file = path;
	char *text = slurp(OK "dual-stack.yaml");
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_int_equal(write(fds[1], text, strlen(text)), (ssize_t)strlen(text));
	close(fds[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", fds[0]);
	assert_int_equal(load_files(t, &file, 1), 0);
	assert_int_equal(t->inv.nsubnets, 4);
	close(fds[0]);
	free(text);
}

static void only_the_first_20_are_kept_but_all_counted(void **state)
{
	struct state *t = *state;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	fputs("nodes:\n", f);
	for (int i = 0; i < 5000; i++)
		fprintf(f, "- {name: n%d, address: 10.%d.%d.1, metric: -1}\n", i, i / 250, i % 250);
	fputs("- {name: n7, address: nowhere}\n", f);
	fclose(f);
	assert_int_equal(load_text(t, text), -1);
	assert_string_equal(t->err.msg, "inv.yaml: 5002 errors");
	assert_int_equal(t->diags.count[HGW_ERROR], 5002);
	assert_int_equal(t->diags.n, HGW_DIAG_MAX);
	for (uint32_t i = 0; i < HGW_DIAG_MAX; i++)
		assert_int_equal(t->diags.v[i].at.line, i + 2);
	free(text);
}

static void large_inventories_are_checked_across(void **state)
{
	struct state *t = *state;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	fputs("network: {cluster: [10.0.0.0/8, 'fd00::/16']}\nnodes:\n", f);
	for (unsigned i = 0; i < 3000; i++) {
		unsigned j = i * 7919 % 3000;

		fprintf(f, "- {name: n%u, addresses: [172.16.%u.%u, 'fc00::%x'], ", i, j >> 8,
			j & 255, j);
		fprintf(f, "subnets: [10.%u.%u.0/24, 'fd00:0:0:%x::/64']}\n", j >> 8, j & 255, j);
	}
	fputs("- {name: late, address: 10.3.4.5, subnets: [10.3.0.0/16, 11.0.0.0/8]}\n", f);
	fclose(f);
	assert_int_equal(load_text(t, text), -1);
	/* Over how many others it lies is not said for each of them. */
	assert_int_equal(t->diags.n, 3);
	assert_text(t, 0, "inv.yaml",
		    "3003:25: address '10.3.4.5' of node 'late' is inside subnet '10.3.0.0/16' of "
		    "node 'late' on line 3003");
	assert_text(t, 1, "inv.yaml",
		    "3003:45: subnet '10.3.0.0/16' of node 'late' overlaps '10.3.0.0/24' of "
		    "node 'n2472' on line 2475");
	assert_text(t, 2, "inv.yaml",
		    "3003:58: subnet '11.0.0.0/8' of node 'late' is outside of network.cluster");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cluster_is_loaded),
		TEST(settings_of_nodes_default_to_the_network),
		TEST(several_addresses_and_families),
		TEST(subnets_are_located),
		TEST(nodes_of_several_files_add_up),
		TEST(files_that_contradict_name_each_other),
		TEST(the_first_bad_file_does_not_hide_the_others),
		TEST(what_cannot_be_read_is_no_input),
		TEST(over_1_gib_is_refused),
		TEST(a_pipe_is_read_to_its_end),
		TEST(only_the_first_20_are_kept_but_all_counted),
		TEST(large_inventories_are_checked_across),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
