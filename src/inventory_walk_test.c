/* SPDX-License-Identifier: MIT */
#include "inventory_walk.h"

#include <dirent.h>

#include "inventory_test.h"

static int is_inventory(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".json") == 0);
}

/* HGW_GOLDEN=update makes what is said what is wanted: look at the diff. */
static void compare(const char *path, const char *got)
{
	const char *mode = getenv("HGW_GOLDEN");
	char *want;

	if (mode != NULL && strcmp(mode, "update") == 0) {
		FILE *f = fopen(path, "we");

		assert_non_null(f);
		fputs(got, f);
		fclose(f);
	}
	want = slurp(path);
	if (strcmp(want, got) != 0)
		fail_msg("%s\n--- wanted\n%s--- got\n%s", path, want, got);
	free(want);
}

static void golden(struct state *t, const char *name)
{
	char path[300];
	const char *file = path;
	char *got;

	snprintf(path, sizeof(path), BAD "%s", name);
	if (load_files(t, &file, 1) == 0)
		fail_msg("%s is taken", path);
	assert_int_equal(t->err.status, HGW_DATAERR);
	assert_null(t->inv.files);
	assert_true(t->diags.count[HGW_ERROR] > 0);
	got = render(&t->diags);
	snprintf(path, sizeof(path), BAD "%.*s.err", (int)strlen(name) - 5, name);
	compare(path, got);
	free(got);
}

static void bad_files_are_told_as_a_compiler_would(void **state)
{
	struct dirent **entries;
	int n = scandir(BAD, &entries, is_inventory, alphasort);

	assert_true(n > 50);
	for (int i = 0; i < n; i++) {
		golden(*state, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

static void good_files_are_taken_also_by_the_walk(void **state)
{
	struct state *t = *state;
	struct dirent **entries;
	int n = scandir(OK, &entries, is_inventory, alphasort);

	assert_true(n > 5);
	for (int i = 0; i < n; i++) {
		char path[300];
		struct inv_input in;
		struct inv_load ld = {.inv = &t->inv,
				      .names = &t->names,
				      .prefix = HGW_ANNOTATION_PREFIX "/",
				      .inputs = &in,
				      .walking = true};

		snprintf(path, sizeof(path), OK "%s", entries[i]->d_name);
		load_good(t, path);
		assert_int_equal(t->diags.count[HGW_ERROR], 0);
		assert_int_equal(inv_input_open(&in, path, &t->err), 0);
		inv_input_tell(&ld);
		if (in.kind == INV_NATIVE)
			assert_non_null(inv_walk(&ld));
		assert_int_equal(ld.errors.total, 0);
		inv_problems_free(&ld);
		inv_arena_free(&ld.arena);
		inv_input_close(&in);
		free(entries[i]);
	}
	free(entries);
}

/*
 * Whatever is done to a good file, libcyaml and the walk agree about its form:
 * what one takes and the other refuses would be an error without a place, or
 * an error only beside another one.
 */
static void libcyaml_and_the_walk_agree(void **state)
{
	static const char *const files[] = {"settings", "dual-stack", "flow", "no-subnets"};
	static const char bytes[] = "[]{}:,-#&*!|>'\"%@` \n\t?~<a0";
	struct state *t = *state;
	uint32_t seed = 1;

	for (unsigned round = 0; round < 4000; round++) {
		struct inv_input in;
		struct inv_load ld = {.inv = &t->inv,
				      .names = &t->names,
				      .prefix = "",
				      .inputs = &in,
				      .walking = true};
		struct inv_refusal refusal = {0};
		char path[100], *text;
		bool taken, odd;

		snprintf(path, sizeof(path), OK "%s.yaml", files[round % HGW_ARRAY_LEN(files)]);
		text = slurp(path);
		for (unsigned i = 0; i <= round % 3; i++) {
			seed = seed * 1664525 + 1013904223;
			text[(seed >> 8) % strlen(text)] = bytes[(seed >> 3) % strlen(bytes)];
		}
		inv_input_text(&in, "x", text, strlen(text));
		taken = inv_parse(&in, &ld.arena, &refusal) != NULL;
		inv_walk(&ld);
		/* A null is a string to libcyaml. */
		odd = ld.errors.total == 1 && strstr(ld.errors.v[0].text, " is empty") != NULL;
		if (taken != (ld.errors.total == 0) && !(taken && odd))
			fail_msg("libcyaml: %s, the walk: %s\n%s", taken ? "good" : refusal.text,
				 ld.errors.total != 0 ? ld.errors.v[0].text : "good", text);
		inv_problems_free(&ld);
		inv_arena_free(&ld.arena);
		inv_input_close(&in);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bad_files_are_told_as_a_compiler_would),
		TEST(good_files_are_taken_also_by_the_walk),
		TEST(libcyaml_and_the_walk_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
