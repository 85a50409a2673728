/* SPDX-License-Identifier: MIT */
/*
 * From bytes to a checked inventory. Beyond not crashing: what is taken has a
 * node in it; what is refused says why, in characters that a terminal can be
 * shown; libcyaml and the walk agree; and a text that is read through a small
 * window is the same text.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "inventory_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SMALL = 16 };

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

static void look_at(const struct hgw_diags *diags)
{
	for (size_t i = 0; i < diags->n; i++) {
		const struct hgw_diag *d = &diags->v[i];

		must(d->text == NULL || hgw_is_printable(d->text));
		must(d->hint == NULL || hgw_is_printable(d->hint));
		must(d->excerpt == NULL || hgw_is_printable(d->excerpt));
		must(d->excerpt == NULL || d->caret <= strlen(d->excerpt));
		must((d->at.line == 0) == (d->at.column == 0));
	}
}

static void load(const char *text, size_t len, struct hgw_diags *diags, size_t *nsubnets)
{
	struct hgw_inventory inv;
	struct hgw_err err = {0};

	if (hgw_inventory_load_data(&inv, "x", text, len, known_names(), diags, &err) == 0) {
		must(inv.nnodes > 0 && diags->count[HGW_ERROR] == 0);
		must(hgw_inventory_locate(&inv, &err) == 0);
		for (uint32_t i = 0; i < inv.nsubnets; i++)
			must(inv.places[i].line > 0);
		*nsubnets = inv.nsubnets;
	} else {
		must(inv.nnodes == 0 && inv.files == NULL && diags->count[HGW_ERROR] > 0);
		must(err.status == HGW_DATAERR);
	}
	hgw_inventory_free(&inv);
	look_at(diags);
}

/* A file of that text. */
static int scratch(const char *text, size_t len)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	must(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, text, len, 0) == (ssize_t)len &&
	     lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

/* The same through a file and a small window. */
static void load_small(const char *text, size_t len, const struct hgw_diags *want, size_t nsubnets)
{
	int fd = scratch(text, len);
	char name[] = "x";
	struct hgw_file file = {.name = name};
	struct hgw_inventory inv = {.files = &file, .nfiles = 1};
	struct inv_input in = {.name = name, .fd = fd, .block = SMALL};
	struct inv_load ld = {.inv = &inv,
			      .names = known_names(),
			      .prefix = HGW_ANNOTATION_PREFIX "/",
			      .inputs = &in};
	struct hgw_diags diags = {0};
	struct hgw_err err;
	int ret = inv_load(&ld, &diags, &err);

	must(ret < 0 || inv.nsubnets == nsubnets);
	/* How much is read at a time decides what is seen before a byte that is not text. */
	must((diags.count[HGW_ERROR] == 0) == (want->count[HGW_ERROR] == 0));
	look_at(&diags);
	free(file.data);
	inv.files = NULL;
	inv.nfiles = 0;
	hgw_inventory_free(&inv);
	hgw_diags_free(&diags);
	in.fd = -1; /* is not its own */
	inv_input_close(&in);
}

/* A null is a string to libcyaml, and after a NUL it sees nothing. */
static bool is_odd(const struct inv_load *ld)
{
	for (size_t i = 0; i < ld->errors.n; i++)
		if (strstr(ld->errors.v[i].text, " is empty") == NULL &&
		    strstr(ld->errors.v[i].text, "NUL") == NULL)
			return false;
	return true;
}

static void compare(const char *text, size_t len)
{
	char name[] = "x";
	struct hgw_file file = {.name = name};
	struct hgw_inventory inv = {.files = &file, .nfiles = 1};
	struct inv_input in;
	struct inv_load ld = {.inv = &inv, .names = known_names(), .prefix = "", .inputs = &in};
	struct inv_refusal refusal = {0};
	bool taken;

	inv_input_text(&in, name, text, len);
	inv_input_tell(&ld);
	if (in.kind != INV_NATIVE || in.json || in.broken || memchr(text, '\\', len) != NULL)
		return;
	ld.walking = true;
	taken = inv_parse(&in, &ld.arena, &refusal) != NULL;
	inv_walk(&ld);
	must(taken == (ld.errors.total == 0) || (taken && is_odd(&ld)));
	inv_problems_free(&ld);
	inv_arena_free(&ld.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hgw_diags diags = {0};
	const char *text = (const char *)data;
	size_t nsubnets = 0;

	load(text, size, &diags, &nsubnets);
	if (size < 3 || memcmp(text, "\xef\xbb\xbf", 3) != 0)
		load_small(text, size, &diags, nsubnets);
	compare(text, size);
	hgw_diags_free(&diags);
	return 0;
}
