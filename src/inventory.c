/* SPDX-License-Identifier: MIT */
#include "hgw/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "inventory_int.h"

/* Back to a value that has only its files. */
static void reset(struct hgw_inventory *inv)
{
	free(inv->nodes);
	free(inv->addrs);
	free(inv->subnets);
	free(inv->places);
	free(inv->cluster);
	free(inv->text);
	*inv = (struct hgw_inventory){.files = inv->files, .nfiles = inv->nfiles, .protocol = -1};
}

void hgw_inventory_free(struct hgw_inventory *inv)
{
	reset(inv);
	for (size_t i = 0; i < inv->nfiles; i++) {
		free(inv->files[i].name);
		free(inv->files[i].data);
	}
	free(inv->files);
	*inv = (struct hgw_inventory){0};
}

static void load_free(struct inv_load *ld)
{
	inv_problems_free(ld);
	inv_arena_free(&ld->arena);
	free(ld->names_src);
	free(ld->addrs_src);
	free(ld->subnets_src);
}

/* A backslash may make a NUL, after which libcyaml sees nothing. */
static bool looks_odd(const struct hgw_file *file)
{
	const unsigned char *p = (const unsigned char *)file->data;

	return memchr(p, '\\', file->len) != NULL || (file->len > 0 && p[0] >= 0xfe);
}

/* All files, by libcyaml. False where the walk must look at them. */
static bool load_fast(struct inv_load *ld, struct inv_refusal *refusals)
{
	bool odd = false;

	for (ld->file = 0; ld->file < ld->inv->nfiles && !ld->nomem; ld->file++) {
		const struct hgw_file *file = &ld->inv->files[ld->file];
		struct inv_raw *raw = inv_parse(file, &ld->arena, &refusals[ld->file]);

		if (raw != NULL && !ld->bad)
			inv_convert(ld, raw);
		inv_arena_free(&ld->arena);
		ld->bad = ld->bad || raw == NULL;
		ld->nomem = ld->nomem || refusals[ld->file].nomem;
		odd = odd || looks_odd(file);
	}
	if (odd || ld->bad || ld->suspect || ld->nomem)
		return false;
	inv_check(ld);
	return !ld->bad && !ld->nomem;
}

static void load_walking(struct inv_load *ld, const struct inv_refusal *refusals)
{
	ld->walking = true;
	for (ld->file = 0; ld->file < ld->inv->nfiles; ld->file++) {
		const struct inv_refusal *refusal = &refusals[ld->file];
		size_t before = ld->total;
		const struct inv_raw *raw = inv_walk(ld);

		if (ld->nomem)
			return;
		inv_convert(ld, raw);
		if (ld->nomem)
			return;
		/* Never seen; but what libcyaml refuses is not to be taken. */
		if (ld->total == before && refusal->text[0] != '\0')
			inv_problem_at(ld, ld->file, refusal->at, "%s", refusal->text);
	}
	inv_check(ld);
}

static int load(struct hgw_inventory *inv, const struct hgw_names *names, struct hgw_diags *diags,
		struct hgw_err *err)
{
	struct inv_load fast = {.inv = inv, .names = names}, ld = fast;
	struct inv_refusal *refusals = calloc(inv->nfiles + 1, sizeof(*refusals));
	bool good;
	size_t n;

	if (refusals == NULL)
		return hgw_fail_nomem(err);
	reset(inv);
	good = load_fast(&fast, refusals);
	load_free(&fast);
	if (!good && !fast.nomem) {
		reset(inv);
		load_walking(&ld, refusals);
		inv_problems_flush(&ld, diags);
		good = ld.total == 0;
	}
	n = ld.total;
	load_free(&ld);
	free(refusals);
	if (fast.nomem || ld.nomem || diags->nomem)
		return hgw_fail_nomem(err);
	if (good)
		return 0;
	return hgw_fail(err, HGW_DATAERR, "%s: %zu error%s",
			inv->nfiles == 1 ? inv->files[0].name : "the inventory", n,
			n == 1 ? "" : "s");
}

int hgw_inventory_load(struct hgw_inventory *inv, const char *const *files, size_t nfiles,
		       const struct hgw_names *names, struct hgw_diags *diags, struct hgw_err *err)
{
	int ret = 0;

	*inv = (struct hgw_inventory){0};
	if (nfiles == 0)
		return hgw_fail(err, HGW_NOINPUT, "no inventory is given");
	inv->files = calloc(nfiles, sizeof(*inv->files));
	if (inv->files == NULL)
		return hgw_fail_nomem(err);
	for (; ret == 0 && inv->nfiles < nfiles; inv->nfiles++)
		ret = inv_read(&inv->files[inv->nfiles], files[inv->nfiles], err);
	if (ret == 0)
		ret = load(inv, names, diags, err);
	if (ret < 0)
		hgw_inventory_free(inv);
	return ret;
}

int hgw_inventory_load_data(struct hgw_inventory *inv, const char *name, const char *data,
			    size_t len, const struct hgw_names *names, struct hgw_diags *diags,
			    struct hgw_err *err)
{
	int ret;

	*inv = (struct hgw_inventory){0};
	inv->files = calloc(1, sizeof(*inv->files));
	if (inv->files == NULL)
		return hgw_fail_nomem(err);
	inv->nfiles = 1;
	ret = inv_copy(&inv->files[0], name, data, len, err);
	if (ret == 0)
		ret = load(inv, names, diags, err);
	if (ret < 0)
		hgw_inventory_free(inv);
	return ret;
}

const char *hgw_inventory_str(const struct hgw_inventory *inv, uint32_t text)
{
	return inv->text + text;
}

const char *hgw_node_name(const struct hgw_inventory *inv, uint32_t node)
{
	return inv->text + inv->nodes[node].name;
}

uint32_t hgw_inventory_find(const struct hgw_inventory *inv, const char *name)
{
	for (uint32_t i = 0; i < inv->nnodes; i++)
		if (strcmp(hgw_node_name(inv, i), name) == 0)
			return i;
	return UINT32_MAX;
}

/* The places of a file's subnets, in the order in which they were converted. */
static size_t locate_file(const struct inv_raw *raw, struct hgw_place *places, size_t n, size_t max)
{
	for (uint32_t i = 0; i < raw->nnodes; i++) {
		const struct inv_raw_node *node = &raw->nodes[i];

		if (node->subnet != NULL && n < max)
			places[n++] = inv_place_of(node->subnet);
		for (uint32_t k = 0; k < node->subnets_count && n < max; k++)
			places[n++] = inv_place_of(node->subnets[k]);
	}
	return n;
}

int hgw_inventory_locate(struct hgw_inventory *inv, struct hgw_err *err)
{
	struct inv_load ld = {.inv = inv, .walking = true};
	struct hgw_place *places;
	size_t n = 0;

	if (inv->places != NULL)
		return 0;
	places = calloc(inv->nsubnets + 1, sizeof(*places));
	if (places == NULL)
		return hgw_fail_nomem(err);
	for (; ld.file < inv->nfiles && !ld.nomem; ld.file++) {
		const struct inv_raw *raw = inv_walk(&ld);

		if (raw != NULL)
			n = locate_file(raw, places, n, inv->nsubnets);
		inv_arena_free(&ld.arena);
	}
	load_free(&ld);
	if (ld.nomem) {
		free(places);
		return hgw_fail_nomem(err);
	}
	inv->places = places;
	return 0;
}

struct hgw_origin hgw_inventory_origin(const struct hgw_inventory *inv, uint32_t node,
				       uint32_t subnet)
{
	struct hgw_origin at = {.file = inv->files[inv->nodes[node].file].name};

	if (inv->places != NULL && subnet < inv->nsubnets) {
		at.line = inv->places[subnet].line;
		at.column = inv->places[subnet].column;
	}
	return at;
}
