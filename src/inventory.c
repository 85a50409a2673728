/* SPDX-License-Identifier: MIT */
#include "hgw/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "inventory_int.h"

enum { PREFIX_SIZE = 320 };

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
static bool looks_odd(const struct inv_input *in)
{
	return memchr(in->data, '\\', in->len) != NULL;
}

/* All files, by libcyaml. False where the walk must look at them. */
static bool load_fast(struct inv_load *ld, struct inv_refusal *refusals)
{
	bool odd = false;

	for (ld->file = 0; ld->file < ld->inv->nfiles && !ld->nomem; ld->file++) {
		struct inv_input *in = &ld->inputs[ld->file];
		const struct inv_raw *raw;

		while (inv_input_more(in))
			;
		if (in->failed != NULL)
			return false;
		raw = inv_parse(in, &ld->arena, &refusals[ld->file]);
		if (raw != NULL && !ld->bad)
			inv_convert(ld, raw);
		inv_arena_free(&ld->arena);
		ld->bad = ld->bad || raw == NULL;
		ld->nomem = ld->nomem || refusals[ld->file].nomem;
		odd = odd || looks_odd(in);
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
		size_t before = ld->errors.total;

		inv_walk_file(ld);
		if (ld->nomem || ld->inputs[ld->file].failed != NULL)
			return;
		/* Never seen; but what libcyaml refuses is not to be taken. */
		if (ld->errors.total == before && refusal->text[0] != '\0')
			inv_problem_at(ld, ld->file, refusal->at, "%s", refusal->text);
	}
	inv_check(ld);
}

/* True where all files are libcyaml's to read. */
static bool tell(struct inv_load *ld)
{
	bool native = true;

	for (ld->file = 0; ld->file < ld->inv->nfiles && !ld->nomem; ld->file++) {
		const struct inv_input *in = &ld->inputs[ld->file];

		inv_input_tell(ld);
		native = native && in->kind == INV_NATIVE && !in->json && !in->broken;
	}
	return native && !ld->nomem;
}

/* Libcyaml leaves the places to be found in the text, the walk knows them. */
static void finish_fast(struct inv_load *ld)
{
	for (size_t i = 0; i < ld->inv->nfiles; i++) {
		struct hgw_file *file = &ld->inv->files[i];
		struct inv_input *in = &ld->inputs[i];

		file->len = in->len;
		if (!in->borrowed) {
			file->data = in->data;
			in->borrowed = true;
			continue;
		}
		file->data = malloc(in->len + 1);
		if (file->data != NULL)
			memcpy(file->data, in->data, in->len);
		ld->nomem = ld->nomem || file->data == NULL;
	}
}

static void finish_walking(struct inv_load *ld)
{
	struct hgw_inventory *inv = ld->inv;

	inv->places = malloc((inv->nsubnets + 1) * sizeof(*inv->places));
	ld->nomem = ld->nomem || inv->places == NULL;
	for (size_t i = 0; i < inv->nsubnets && inv->places != NULL; i++)
		inv->places[i] = inv_place_of(ld->subnets_src[i]);
}

int inv_load(struct inv_load *start, struct hgw_diags *diags, struct hgw_err *err)
{
	struct hgw_inventory *inv = start->inv;
	struct inv_load fast, ld;
	struct inv_refusal *refusals = calloc(inv->nfiles + 1, sizeof(*refusals));
	size_t n;
	bool good;

	if (refusals == NULL)
		return hgw_fail_nomem(err);
	reset(inv);
	good = tell(start);
	fast = ld = *start;
	good = good && load_fast(&fast, refusals);
	if (good)
		finish_fast(&fast);
	load_free(&fast);
	if (!good && !fast.nomem) {
		reset(inv);
		load_walking(&ld, refusals);
		inv_problems_flush(&ld, diags);
		good = ld.errors.total == 0;
		if (good && !ld.nomem)
			finish_walking(&ld);
	}
	n = ld.errors.total;
	load_free(&ld);
	free(refusals);
	for (size_t i = 0; i < inv->nfiles; i++) {
		if (ld.inputs[i].failed != NULL) {
			*err = *ld.inputs[i].failed;
			return -1;
		}
	}
	if (fast.nomem || ld.nomem || diags->nomem)
		return hgw_fail_nomem(err);
	if (good)
		return 0;
	return hgw_fail(err, HGW_DATAERR, "%s: %zu error%s",
			inv->nfiles == 1 ? inv->files[0].name : "the inventory", n,
			n == 1 ? "" : "s");
}

/* A prefix has at most one '/', and ends with it or with '-': so flannel does it. */
static int complete_prefix(char buf[static PREFIX_SIZE], const char *prefix, struct hgw_err *err)
{
	const char *slash = strchr(prefix, '/');
	size_t n = strlen(prefix);

	if (n == 0 || n > PREFIX_SIZE - 2 || (slash != NULL && strchr(slash + 1, '/') != NULL) ||
	    prefix[strspn(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				  "0123456789._-/")] != '\0')
		return hgw_fail(err, HGW_USAGE, "'%s' cannot be the prefix of an annotation",
				prefix);
	memcpy(buf, prefix, n + 1);
	if (slash == NULL)
		memcpy(buf + n, "/", 2);
	else if (prefix[n - 1] != '/' && prefix[n - 1] != '-')
		memcpy(buf + n, "-", 2);
	return 0;
}

/* Gives inv its files, by name. */
static int name_files(struct hgw_inventory *inv, struct inv_input *inputs, size_t n,
		      struct hgw_err *err)
{
	inv->files = calloc(n, sizeof(*inv->files));
	if (inv->files == NULL)
		return hgw_fail_nomem(err);
	for (; inv->nfiles < n; inv->nfiles++) {
		char *name = strdup(inputs[inv->nfiles].name);

		if (name == NULL)
			return hgw_fail_nomem(err);
		inv->files[inv->nfiles].name = name;
	}
	return 0;
}

int hgw_inventory_load(struct hgw_inventory *inv, const char *const *files, size_t nfiles,
		       const struct hgw_inventory_options *options, struct hgw_diags *diags,
		       struct hgw_err *err)
{
	const char *given = options->annotation_prefix;
	char prefix[PREFIX_SIZE];
	struct inv_load ld = {.inv = inv, .names = options->names, .prefix = prefix};
	size_t n = 0;
	int ret;

	*inv = (struct hgw_inventory){0};
	if (nfiles == 0)
		return hgw_fail(err, HGW_NOINPUT, "no inventory is given");
	ret = complete_prefix(prefix, given != NULL ? given : HGW_ANNOTATION_PREFIX, err);
	if (ret < 0)
		return ret;
	ld.inputs = calloc(nfiles, sizeof(*ld.inputs));
	if (ld.inputs == NULL)
		return hgw_fail_nomem(err);
	while (ret == 0 && n < nfiles) {
		ret = inv_input_open(&ld.inputs[n], files[n], err);
		ld.inputs[n].progress = options->progress;
		n++;
	}
	if (ret == 0)
		ret = name_files(inv, ld.inputs, nfiles, err);
	if (ret == 0)
		ret = inv_load(&ld, diags, err);
	for (size_t i = 0; i < n; i++)
		inv_input_close(&ld.inputs[i]);
	free(ld.inputs);
	if (options->progress != NULL)
		options->progress->step(options->progress->arg, NULL);
	if (ret < 0)
		hgw_inventory_free(inv);
	return ret;
}

int hgw_inventory_load_data(struct hgw_inventory *inv, const char *name, const char *data,
			    size_t len, const struct hgw_names *names, struct hgw_diags *diags,
			    struct hgw_err *err)
{
	struct inv_input in;
	struct inv_load ld = {.inv = inv,
			      .names = names,
			      .prefix = HGW_ANNOTATION_PREFIX "/",
			      .inputs = &in};
	int ret;

	*inv = (struct hgw_inventory){0};
	inv_input_text(&in, name, data, len);
	ret = name_files(inv, &in, 1, err);
	if (ret == 0)
		ret = inv_load(&ld, diags, err);
	inv_input_close(&in);
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

uint32_t hgw_inventory_node_of(const struct hgw_inventory *inv, const struct hgw_addr *a)
{
	for (uint32_t n = 0; n < inv->nnodes; n++)
		for (uint32_t i = 0; i < inv->nodes[n].naddrs; i++)
			if (hgw_addr_cmp(&inv->addrs[inv->nodes[n].addrs + i], a) == 0)
				return n;
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

static size_t subnets_of_file(const struct hgw_inventory *inv, uint32_t file)
{
	size_t n = 0;

	for (size_t i = 0; i < inv->nnodes; i++)
		n += inv->nodes[i].file == file ? inv->nodes[i].nsubnets : 0;
	return n;
}

int hgw_inventory_locate(struct hgw_inventory *inv, struct hgw_err *err)
{
	struct inv_input *inputs;
	struct inv_load ld = {.inv = inv, .walking = true, .prefix = ""};
	struct hgw_place *places;
	size_t n = 0;

	if (inv->places != NULL)
		return 0;
	places = calloc(inv->nsubnets + 1, sizeof(*places));
	inputs = calloc(inv->nfiles + 1, sizeof(*inputs));
	ld.inputs = inputs;
	ld.nomem = places == NULL || inputs == NULL;
	for (; ld.file < inv->nfiles && !ld.nomem; ld.file++) {
		const struct hgw_file *file = &inv->files[ld.file];
		size_t many = subnets_of_file(inv, ld.file);
		const struct inv_raw *raw;

		if (file->data != NULL && n + many <= inv->nsubnets &&
		    inv_scan_places(file->data, file->len, inv->subnets + n, many, places + n)) {
			n += many;
			continue;
		}
		inv_input_text(&inputs[ld.file], file->name, file->data, file->len);
		raw = inv_walk(&ld);
		if (raw != NULL)
			n = locate_file(raw, places, n, inv->nsubnets);
		inv_arena_free(&ld.arena);
	}
	load_free(&ld);
	free(inputs);
	if (ld.nomem) {
		free(places);
		return hgw_fail_nomem(err);
	}
	inv->places = places;
	for (size_t i = 0; i < inv->nfiles; i++) {
		free(inv->files[i].data);
		inv->files[i].data = NULL;
	}
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
