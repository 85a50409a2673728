/* SPDX-License-Identifier: MIT */
/*
 * From bytes to a snapshot. Beyond not crashing: what is taken has a route in
 * it; what is refused says why, once, in characters that a terminal can be
 * shown; and what we print of the routes taken reads back as the same routes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hgw/output.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The built-in ones. */
static const struct hgw_names *known_names(void)
{
	static struct hgw_names names;
	struct hgw_err err;

	if (names.tables.n == 0 && hgw_names_load(&names, "/dev/null", &err) < 0)
		abort();
	return &names;
}

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void must_be_printable(const char *s)
{
	must(s == NULL || hgw_is_printable(s));
}

static void look_at(const struct hgw_diags *diags)
{
	must(diags->n == 1 && diags->count[HGW_ERROR] == 1);
	must_be_printable(diags->v[0].text);
	must_be_printable(diags->v[0].hint);
	must_be_printable(diags->v[0].excerpt);
	must(diags->v[0].at.line > 0 && diags->v[0].at.column > 0);
}

/*
 * Names that the shell would want quoted, and nexthop objects, are printed
 * otherwise. Local routes of table main look like table local alone.
 */
static bool is_plain(const struct hgw_snapshot_file *file)
{
	for (size_t i = 0; i < file->host.nlinks; i++)
		if (file->host.links[i].name[strspn(file->host.links[i].name,
						    "abcdefghijklmnopqrstuvwxyz0123456789_.")])
			return false;
	for (size_t i = 0; i < file->routes.n; i++)
		if (file->routes.v[i].nhid != 0 || file->routes.v[i].type == RTN_LOCAL)
			return false;
	return true;
}

/* Gives the hops of a route the numbers that another file has for their links. */
static void renumber(const struct hgw_snapshot *from, const struct hgw_snapshot *to,
		     struct hgw_pool *pool, struct hgw_route *r)
{
	struct hgw_hop *hops = r->nhops > 1 ? pool->hops + r->hops : &r->hop;

	for (size_t i = 0; i < r->nhops; i++) {
		if (hops[i].oif == 0)
			continue;
		hops[i].oif =
			hgw_snapshot_link_named(to, hgw_snapshot_link(from, hops[i].oif)->name)
				->index;
	}
}

static void print_and_reload(const struct hgw_snapshot_file *file, struct hgw_pool *pool)
{
	struct hgw_view view = {known_names(), &file->host, pool, false};
	struct hgw_snapshot_file again;
	struct hgw_diags diags = {0};
	struct hgw_err err = {0};
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	must(f != NULL);
	for (size_t i = 0; i < file->routes.n; i++) {
		hgw_print_route(f, &view, &file->routes.v[i]);
		fputc('\n', f);
	}
	must(fclose(f) == 0);
	must(hgw_snapshot_load_data(&again, "y", text, len, known_names(), pool, &diags, &err) ==
	     0);
	must(again.routes.n == file->routes.n);
	for (size_t i = 0; i < again.routes.n; i++) {
		renumber(&again.host, &file->host, pool, &again.routes.v[i]);
		must(hgw_route_equal(pool, &file->routes.v[i], &again.routes.v[i]));
	}
	hgw_snapshot_file_free(&again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hgw_snapshot_file file;
	struct hgw_pool pool = {0};
	struct hgw_diags diags = {0};
	struct hgw_err err = {0};
	struct hgw_view view = {known_names(), &file.host, &pool, false};
	FILE *null = fopen("/dev/null", "we");

	must(null != NULL);
	if (hgw_snapshot_load_data(&file, "x", (const char *)data, size, known_names(), &pool,
				   &diags, &err) == 0) {
		must(file.routes.n > 0 && diags.n == 0);
		for (size_t i = 0; i < file.routes.n; i++)
			hgw_print_shown(null, &view, &file.routes.v[i], i % 2 == 0);
		must(hgw_json_shown(null, &view, &file.routes) == 0);
		if (is_plain(&file))
			print_and_reload(&file, &pool);
	} else {
		must(err.status == HGW_DATAERR && file.routes.n == 0);
		look_at(&diags);
	}
	fclose(null);
	hgw_snapshot_file_free(&file);
	hgw_pool_free(&pool);
	hgw_diags_free(&diags);
	return 0;
}
