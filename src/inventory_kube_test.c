/* SPDX-License-Identifier: MIT */
#include "hgw/inventory.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "inventory_test.h"

/* "node1 192.168.31.62 fd00::1 > 10.244.0.0/24", line after line */
static char *nodes_of(const struct hgw_inventory *inv)
{
	char *text = NULL, buf[HGW_PREFIX_STRLEN];
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	for (uint32_t n = 0; n < inv->nnodes; n++) {
		const struct hgw_node *node = &inv->nodes[n];

		fputs(hgw_node_name(inv, n), f);
		for (uint32_t i = 0; i < node->naddrs; i++) {
			hgw_addr_format(&inv->addrs[node->addrs + i], buf);
			fprintf(f, " %s", buf);
		}
		fputs(" >", f);
		for (uint32_t i = 0; i < node->nsubnets; i++) {
			hgw_prefix_format(&inv->subnets[node->subnets + i], buf);
			fprintf(f, " %s", buf);
		}
		fputc('\n', f);
	}
	fclose(f);
	return text;
}

static void assert_nodes(const struct state *t, const char *want)
{
	char *got = nodes_of(&t->inv);

	assert_string_equal(got, want);
	free(got);
}

static void assert_diags(const struct state *t, const char *want)
{
	char *got = render(&t->diags);

	assert_string_equal(got, want);
	free(got);
}

static void nodes_are_what_flannel_would_take(void **state)
{
	struct state *t = *state;
	struct hgw_origin at;

	load_good(t, OK "kube-list.yaml");
	assert_nodes(t, "node1 192.168.31.62 > 10.244.0.0/24\n"
			"node2 192.168.31.63 > 10.244.1.0/24\n"
			"node3 192.168.31.61 > 10.244.2.0/24\n");
	assert_diags(t, "");
	assert_int_equal(t->inv.ncluster, 0);
	assert_int_equal(t->inv.nodes[2].index, 2);
	assert_null(t->inv.files[0].data);
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);
	at = hgw_inventory_origin(&t->inv, 2, 2);
	assert_string_equal(at.file, OK "kube-list.yaml");
	assert_int_equal(at.line, 78);
	assert_int_equal(at.column, 7);
}

static void both_families(void **state)
{
	struct state *t = *state;

	load_good(t, OK "kube-dual-stack.yaml");
	assert_nodes(t, "node1 192.168.31.62 fd00:32::62 > 10.244.0.0/24 fd00:10:244::/64\n"
			"node2 192.168.31.63 fd00:31::63 > 10.244.1.0/24 fd00:10:244:1::/64\n");
	assert_diags(t, "kube-dual-stack.yaml:8:46: warning: flannel's backend on node 'node1' is "
			"'vxlan', not host-gw\n"
			"      flannel.alpha.coreos.com/backend-type: vxlan\n"
			"                                             ^\n"
			"kube-dual-stack.yaml:25:11: warning: node 'joining' has no podCIDR: it is "
			"left out\n"
			"    name: joining\n"
			"          ^\n");
}

static void one_node_with_host_bits(void **state)
{
	struct state *t = *state;

	load_good(t, OK "kube-node.yaml");
	assert_nodes(t, "node1 192.168.31.62 > 10.244.0.0/24\n");
	assert_int_equal(t->diags.count[HGW_WARNING], 1);
}

static void flannel_bounds_what_is_used(void **state)
{
	struct state *t = *state;

	load_good(t, OK "kube-with-config.yaml");
	assert_nodes(t, "node1 192.168.31.62 > 10.244.0.0/24\n");
	assert_int_equal(t->inv.ncluster, 1);
	assert_diags(t, "kube-with-config.yaml:22:20: note: flannel does not use IPv6 here "
			"(EnableIPv6): 1 subnet is left out\n"
			"        \"Network\": \"10.244.0.0/16\",\n"
			"                   ^\n"
			"kube-with-config.yaml:32:9: note: kind 'Service' is not read; what is: "
			"Node, ConfigMap, and lists of them\n"
			"  kind: Service\n"
			"        ^\n");
	load_good(t, OK "kube-manifest.yaml");
	assert_nodes(t, "node1 192.168.31.62 > 10.244.0.0/24\n");
	assert_int_equal(t->inv.cluster[0].len, 16);
}

static void json_is_more_than_yaml(void **state)
{
	struct state *t = *state;

	load_good(t, OK "kube-escapes.json");
	assert_nodes(t, "node1 192.168.31.62 > 10.244.0.0/24\n"
			"node2 192.168.31.63 > 10.244.1.0/24\n");
	load_good(t, OK "kube-nodes.json");
	assert_nodes(t, "node0 192.168.31.61 > 10.244.0.0/24\n"
			"node1 192.168.31.62 > 10.244.1.0/24\n");
	load_good(t, OK "json.json");
	assert_nodes(t, "nöde1 😀 192.168.31.62 > 10.244.0.0/24\n"
			"node2 192.168.31.63 > 10.244.1.0/24\n");
	assert_int_equal(t->inv.nodes[1].metric, 50);
	load_good(t, OK "flow-mixed.yaml");
	assert_nodes(t, "node1 192.168.31.62 > 10.244.0.0/24\n");
}

static char *write_file(const char *text)
{
	char *path = strdup("/tmp/hgw-kube-XXXXXX");
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

static void remove_file(char *path)
{
	unlink(path);
	free(path);
}

static void kinds_can_be_mixed(void **state)
{
	struct state *t = *state;
	char *conf =
		write_file("{\"network\": \"10.244.0.9/16\", \"backend\": {\"type\": \"Host-GW\"}, "
			   "\"EnableIPv6\": true, \"ipv6network\": \"fd00:10:244::/48\"}");
	char *native = write_file("nodes: [{name: native, address: 192.168.31.70, "
				  "subnet: 10.244.70.0/24}]\n");
	const char *files[] = {conf, OK "kube-dual-stack.yaml", native};
	struct hgw_origin at;

	assert_int_equal(load_files(t, files, 3), 0);
	assert_nodes(t, "node1 192.168.31.62 fd00:32::62 > 10.244.0.0/24 fd00:10:244::/64\n"
			"node2 192.168.31.63 fd00:31::63 > 10.244.1.0/24 fd00:10:244:1::/64\n"
			"native 192.168.31.70 > 10.244.70.0/24\n");
	assert_int_equal(t->inv.ncluster, 2);
	at = hgw_inventory_origin(&t->inv, 2, 4);
	assert_string_equal(at.file, native);
	assert_int_equal(at.column, 56);
	/* A host bit in Network, another backend, a node that is not there yet. */
	assert_int_equal(t->diags.count[HGW_WARNING], 3);
	remove_file(conf);
	remove_file(native);
}

static void a_node_can_be_in_two_files_if_it_is_the_same(void **state)
{
	struct state *t = *state;
	char *again =
		write_file("{\"kind\": \"Node\", \"metadata\": {\"name\": \"node3\"}, \"spec\": "
			   "{\"podCIDR\": \"10.244.2.0/24\"}, \"status\": {\"addresses\": "
			   "[{\"type\": \"InternalIP\", \"address\": \"192.168.31.61\"}]}}");
	char *other = write_file("nodes: [{name: node3, address: 192.168.31.60}]\n");
	const char *files[] = {again, OK "kube-list.yaml", other};
	const char *native[] = {OK "cluster.yaml", OK "cluster.yaml"};
	char want[300];

	assert_int_equal(load_files(t, files, 2), 0);
	assert_nodes(t, "node3 192.168.31.61 > 10.244.2.0/24\n"
			"node1 192.168.31.62 > 10.244.0.0/24\n"
			"node2 192.168.31.63 > 10.244.1.0/24\n");
	assert_int_equal(hgw_inventory_origin(&t->inv, 2, 2).line, 67);
	assert_int_equal(load_files(t, native, 2), 0);
	assert_int_equal(t->inv.nnodes, 3);
	assert_int_equal(t->inv.nsubnets, 3);
	assert_int_equal(hgw_inventory_origin(&t->inv, 2, 2).line, 14);
	assert_int_equal(load_files(t, files, 3), -1);
	snprintf(want, sizeof(want), "1:16: duplicate node name 'node3', first in %s:1", again);
	assert_text(t, 0, other, want);
	assert_string_equal(t->diags.v[0].hint, "their addresses differ");
	remove_file(again);
	remove_file(other);
}

static void the_prefix_of_annotations_is_flannels(void **state)
{
	static const struct {
		const char *prefix, *key, *addr;
	} cases[] = {
		{NULL, "flannel.alpha.coreos.com/public-ip", "10.0.0.1"},
		{"x.example.org", "x.example.org/public-ip", "10.0.0.1"},
		{"x.example.org/", "x.example.org/public-ip", "10.0.0.1"},
		{"x.example.org/net", "x.example.org/net-public-ip", "10.0.0.1"},
		{"x.example.org/net-", "x.example.org/net-public-ip", "10.0.0.1"},
		{"x.example.org", "flannel.alpha.coreos.com/public-ip", "10.0.0.9"},
		{"a/b/c", "", NULL},
		{"", "", NULL},
		{"a b", "", NULL},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_inventory_options options = {&t->names, cases[i].prefix, NULL};
		char text[400], buf[HGW_ADDR_STRLEN], *path;
		const char *file;
		int ret;

		snprintf(text, sizeof(text),
			 "{kind: Node, metadata: {name: n, annotations: {%s: 10.0.0.1}}, spec: "
			 "{podCIDR: 10.1.0.0/24}, status: {addresses: [{type: InternalIP, "
			 "address: 10.0.0.9}]}}",
			 cases[i].key[0] != '\0' ? cases[i].key : "x");
		file = path = write_file(text);
		hgw_inventory_free(&t->inv);
		ret = hgw_inventory_load(&t->inv, &file, 1, &options, &t->diags, &t->err);
		if (cases[i].addr == NULL) {
			assert_int_equal(ret, -1);
			assert_int_equal(t->err.status, HGW_USAGE);
		} else {
			assert_int_equal(ret, 0);
			hgw_addr_format(&t->inv.addrs[0], buf);
			assert_string_equal(buf, cases[i].addr);
		}
		remove_file(path);
	}
}

static void put_node(FILE *f, unsigned i)
{
	fprintf(f, "- kind: Node\n  metadata:\n    name: n%u\n    annotations: {x: \"", i);
	for (unsigned k = 0; k < 500; k++)
		fputs("skipped \\u00e9 ", f);
	fprintf(f, "\"}\n  spec: {podCIDR: 10.%u.%u.0/24}\n", i >> 8, i & 255);
	fprintf(f, "  status: {addresses: [{type: InternalIP, address: 172.16.%u.%u}]}\n", i >> 8,
		i & 255);
}

/* Writes about 14 MB in the background; its process. */
static pid_t write_nodes(const char *path, unsigned n)
{
	pid_t pid = fork();
	FILE *f;

	if (pid != 0)
		return pid;
	f = fopen(path, "we");
	fputs("apiVersion: v1\nkind: List\nitems:\n", f);
	for (unsigned i = 0; i < n; i++)
		put_node(f, i);
	fclose(f);
	_exit(0);
}

static void what_is_skipped_is_not_stored(void **state)
{
	struct state *t = *state;
	char dir[] = "/tmp/hgw-fifo-XXXXXX", path[64];
	const char *file = path;
	struct rusage before, after;
	pid_t pid;

	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	getrusage(RUSAGE_SELF, &before);
	pid = write_nodes(path, 2000);
	assert_true(pid > 0);
	assert_int_equal(load_files(t, &file, 1), 0);
	waitpid(pid, NULL, 0);
	getrusage(RUSAGE_SELF, &after);
	assert_int_equal(t->inv.nnodes, 2000);
	assert_int_equal(t->inv.places[1999].line, 4 + 1999 * 6 + 4);
#ifndef __SANITIZE_ADDRESS__
	assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 6 * 1024);
#endif
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_skipped_is_not_stored),
		TEST(nodes_are_what_flannel_would_take),
		TEST(both_families),
		TEST(one_node_with_host_bits),
		TEST(flannel_bounds_what_is_used),
		TEST(json_is_more_than_yaml),
		TEST(kinds_can_be_mixed),
		TEST(a_node_can_be_in_two_files_if_it_is_the_same),
		TEST(the_prefix_of_annotations_is_flannels),
	};

	return cmocka_run_group_tests_name("inventory_kube", tests, NULL, NULL);
}
