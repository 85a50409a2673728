/* SPDX-License-Identifier: MIT */
/*
 * A mesh: mesh_bench [NODES], 1,000 by default. What "ip -j -d route show table all"
 * would print on each is made up, read and followed, there and back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "hgw/mesh.h"

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "mesh_bench: %s\n", what);
	exit(1);
}

static void address(char buf[static 32], unsigned i)
{
	snprintf(buf, 32, "10.0.%u.%u", i / 250, i % 250 + 1);
}

static void subnet(char buf[static 32], unsigned i)
{
	snprintf(buf, 32, "10.%u.%u.0/24", 64 + i / 256, i % 256);
}

static char *inventory(unsigned n)
{
	char *text = NULL, a[32], s[32];
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL)
		die("out of memory");
	fputs("nodes:\n", f);
	for (unsigned i = 0; i < n; i++) {
		address(a, i);
		subnet(s, i);
		fprintf(f, "  - {name: node%u, address: %s, subnet: %s}\n", i, a, s);
	}
	fclose(f);
	return text;
}

static void route(FILE *f, const char *type, const char *dst, const char *way, const char *table,
		  const char *protocol, const char *scope)
{
	fprintf(f,
		"{\"type\":\"%s\",\"dst\":\"%s\",%s,\"table\":\"%s\",\"protocol\":\"%s\","
		"\"scope\":\"%s\",\"flags\":[]}",
		type, dst, way, table, protocol, scope);
}

/* As node self would print it. */
static char *snapshot(unsigned self, unsigned n, size_t *len)
{
	char *text = NULL, dst[32], a[32], way[128];
	FILE *f = open_memstream(&text, len);

	if (f == NULL)
		die("out of memory");
	address(a, self);
	fputc('[', f);
	route(f, "local", a, "\"dev\":\"eth0\"", "local", "kernel", "host");
	fputc(',', f);
	route(f, "unicast", "10.0.0.0/16", "\"dev\":\"eth0\"", "main", "kernel", "link");
	fputc(',', f);
	route(f, "unicast", "default", "\"gateway\":\"10.0.255.254\",\"dev\":\"eth0\"", "main",
	      "static", "global");
	for (unsigned i = 0; i < n; i++) {
		subnet(dst, i);
		address(a, i);
		snprintf(way, sizeof(way), "\"gateway\":\"%s\",\"dev\":\"eth0\"", a);
		fputc(',', f);
		route(f, "unicast", dst, i == self ? "\"dev\":\"cni0\"" : way, "main",
		      i == self ? "kernel" : "72", i == self ? "link" : "global");
	}
	fputc(']', f);
	fclose(f);
	return text;
}

/* How long the reading took, of which so much was to keep what matters to the mesh. */
struct times {
	double read, add, walk;
};

static void add_node(struct hgw_mesh *mesh, unsigned self, const struct hgw_names *names,
		     struct times *t)
{
	struct hgw_snapshot_file file;
	struct hgw_pool pool = {0};
	struct hgw_diags diags = {0};
	struct hgw_err err;
	size_t len;
	char *text = snapshot(self, (unsigned)mesh->inv->nnodes, &len);
	double begin = seconds(), loaded;

	if (hgw_snapshot_load_data(&file, "x", text, len, names, &pool, &diags, &err) < 0)
		die(err.msg);
	loaded = seconds();
	if (hgw_mesh_add(mesh, self, &file.host, &file.routes, &pool, &err) < 0)
		die(err.msg);
	t->read += loaded - begin;
	t->add += seconds() - loaded;
	hgw_snapshot_file_free(&file);
	hgw_pool_free(&pool);
	hgw_diags_free(&diags);
	free(text);
}

int main(int argc, char **argv)
{
	const struct hgw_scope scope = {RT_TABLE_MAIN, HGW_PROTOCOL, true, true};
	uint32_t n = 1000;
	struct hgw_names names;
	struct hgw_inventory inv;
	struct hgw_diags diags = {0};
	struct hgw_mesh mesh;
	struct hgw_err err;
	struct times t = {0};
	struct rusage usage;
	char *yaml;

	if (argc > 2 || (argc == 2 && !hgw_parse_u32(argv[1], 2, 15000, &n)))
		die("it takes a number of nodes, from 2 to 15000");
	yaml = inventory(n);
	if (hgw_names_load(&names, "", &err) < 0 ||
	    hgw_inventory_load_data(&inv, "inv.yaml", yaml, strlen(yaml), &names, &diags, &err) <
		    0 ||
	    hgw_mesh_init(&mesh, &inv, &scope, &err) < 0)
		die(err.msg);
	free(yaml);
	for (unsigned i = 0; i < n; i++)
		add_node(&mesh, i, &names, &t);
	t.walk = seconds();
	if (hgw_mesh_walk(&mesh, &err) < 0)
		die(err.msg);
	t.walk = seconds() - t.walk;
	if (mesh.count[HGW_FATE_DELIVERED] != (size_t)n * (n - 1))
		die("not all are delivered");
	getrusage(RUSAGE_SELF, &usage);
	printf("mesh: %u nodes, %zu pairs: %.2f s reading, %.2f s keeping, %.2f s walking, "
	       "%ld MiB\n",
	       n, (size_t)n * (n - 1), t.read, t.add, t.walk, usage.ru_maxrss / 1024);
	hgw_mesh_free(&mesh);
	hgw_inventory_free(&inv);
	hgw_names_free(&names);
	hgw_diags_free(&diags);
	return 0;
}
