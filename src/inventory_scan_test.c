/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <unistd.h>

#include "inventory_test.h"

/* Whether it may find anything, and how often it did. */
static struct {
	bool off;
	size_t found;
} scan; /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */

bool __real_inv_scan_places(const char *data, size_t len, const struct hgw_prefix *subnets,
			    size_t n, struct hgw_place *places);
bool __wrap_inv_scan_places(const char *data, size_t len, const struct hgw_prefix *subnets,
			    size_t n, struct hgw_place *places);

bool __wrap_inv_scan_places(const char *data, size_t len, const struct hgw_prefix *subnets,
			    size_t n, struct hgw_place *places)
{
	bool done = !scan.off && __real_inv_scan_places(data, len, subnets, n, places);

	scan.found += done;
	return done;
}

/* Locating lets go of the texts; here they are needed twice. */
static char *kept[4]; /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */

static void keep_texts(struct state *t)
{
	assert_true(t->inv.nfiles <= HGW_ARRAY_LEN(kept));
	for (size_t i = 0; i < t->inv.nfiles; i++) {
		kept[i] = malloc(t->inv.files[i].len + 1);
		assert_non_null(kept[i]);
		memcpy(kept[i], t->inv.files[i].data, t->inv.files[i].len);
	}
}

static void restore_texts(struct state *t)
{
	for (size_t i = 0; i < t->inv.nfiles; i++) {
		assert_null(t->inv.files[i].data);
		t->inv.files[i].data = kept[i];
	}
}

/* The scan finds what the walk finds, or leaves it to that; whether it found them. */
static bool check(struct state *t, const char *text)
{
	struct hgw_place *places;
	size_t before = scan.found;

	if (t->inv.places != NULL) /* the load was a walk already */
		return false;
	keep_texts(t);
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);
	places = t->inv.places;
	t->inv.places = NULL;
	restore_texts(t);
	scan.off = true;
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);
	scan.off = false;
	for (size_t i = 0; i < t->inv.nsubnets; i++)
		if (places[i].line != t->inv.places[i].line ||
		    places[i].column != t->inv.places[i].column)
			fail_msg("subnet %zu: %u:%u, not %u:%u, of\n%s", i, places[i].line,
				 places[i].column, t->inv.places[i].line, t->inv.places[i].column,
				 text);
	free(places);
	return scan.found > before;
}

static void good_files_are_scanned_as_they_are_walked(void **state)
{
	static const char *const dirs[] = {OK, "testdata/corpus/inventory/"};
	struct state *t = *state;
	size_t loaded = 0;

	for (size_t d = 0; d < HGW_ARRAY_LEN(dirs); d++) {
		DIR *dir = opendir(dirs[d]);

		assert_non_null(dir);
		for (const struct dirent *e; (e = readdir(dir)) != NULL;) {
			char path[512];
			const char *file = path;

			snprintf(path, sizeof(path), "%s%s", dirs[d], e->d_name);
			if (e->d_name[0] == '.' || load_files(t, &file, 1) < 0)
				continue;
			loaded++;
			check(t, path);
		}
		closedir(dir);
	}
	assert_true(loaded >= 15);
}

static void texts_that_are_scanned(void **state)
{
	static const char *const texts[] = {
		"nodes:\n- name: a\n  address: 10.0.0.1\n  subnet: 10.1.0.0/24\n",
		"nodes:\n  - subnet:   10.1.0.0/24   # 10.9.0.0/24\n    name: a\n    address: "
		"10.0.0.1",
		"# subnet: 10.1.0.0/24 \"\n\nnetwork:\n  cluster: [10.1.0.0/16, fd01::/48]\n\n"
		"nodes:\n  - name: a # '\n    addresses: [10.0.0.1, fd00::1]\n"
		"    subnets: [ 10.1.0.0/24 ,fd01::/64,  10.1.1.0/24 ]\n",
		"nodes:\n- name: subnet\n  addresses:\n  - 10.0.0.1\n  - fd00::1\n  subnets:\n"
		"  - 10.1.0.0/24\n\n  #- 10.1.2.0/24\n  -   fd01::/64   # x\n  interface: v0\n"
		"-\n  name: b\n  subnets:\n     - 10.1.1.0/24\n  address: 10.0.0.2\n",
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(texts); i++) {
		assert_int_equal(load_text(t, texts[i]), 0);
		if (!check(t, texts[i]))
			fail_msg("not scanned:\n%s", texts[i]);
	}
}

#define REST "\n  address: 10.0.0.1\n"

static void texts_that_are_left_to_the_walk(void **state)
{
	static const char *const texts[] = {
		"nodes:\n- {name: a, address: 10.0.0.1, subnet: 10.1.0.0/24}\n",
		"nodes:\n- name: a" REST "  subnet: '10.1.0.0/24'\n",
		"nodes:\n- name: a" REST "  \"subnet\": 10.1.0.0/24\n",
		"nodes:\n- name: a" REST "  subnet:\n    10.1.0.0/24\n",
		"nodes:\n- name: a" REST "  subnets: [10.1.0.0/24,\n   10.1.1.0/24]\n",
		"nodes:\n- name: a" REST "  subnets:\n    [10.1.0.0/24]\n",
		"nodes:\r\n- name: a\r\n  address: 10.0.0.1\r\n  subnet: 10.1.0.0/24\r\n",
		"---\nnodes:\n- name: a" REST "  subnet: 10.1.0.0/24\n",
		"nodes:\n- name: a" REST "  subnet: 10.1.0.0/24\n...\n",
		"nodes:\n- name: \xc3\xa4" REST "  subnet: 10.1.0.0/24\n",
		"nodes:\n- name: |-\n   subnet: 10.1.0.0/24" REST "  subnet: 10.1.0.0/24\n",
		"nodes:\n- name: a\n   b" REST "  subnet: 10.1.0.0/24\n",
		"nodes:\n- name: a" REST "  ? subnet\n  : 10.1.0.0/24\n",
		"nodes:\n- name: a" REST "  subnet:\t10.1.0.0/24\n",
		"nodes:\n- name: a" REST "  subnet: !!str 10.1.0.0/24\n",
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(texts); i++) {
		if (load_text(t, texts[i]) < 0)
			fail_msg("%s\n%s", texts[i], render(&t->diags));
		if (check(t, texts[i]))
			fail_msg("scanned:\n%s", texts[i]);
	}
}

/* The places of the second stand behind those of the first, however those were found. */
static void several_files_are_located_each_its_own_way(void **state)
{
	static const char *const texts[] = {
		"nodes: [{name: a, address: 10.0.0.1, subnets: [10.1.0.0/24, 10.1.1.0/24]}]\n",
		"nodes:\n- name: b\n  address: 10.0.0.2\n  subnet: 10.1.2.0/24\n",
	};
	struct state *t = *state;
	char names[2][32];
	const char *const files[] = {names[0], names[1]};

	for (size_t i = 0; i < 2; i++) {
		FILE *f;

		snprintf(names[i], sizeof(names[i]), "/tmp/hgw.XXXXXX");
		f = fdopen(mkstemp(names[i]), "w");
		assert_non_null(f);
		fputs(texts[i], f);
		assert_int_equal(fclose(f), 0);
	}
	if (load_files(t, files, 2) < 0)
		fail_msg("%s", render(&t->diags));
	unlink(names[0]);
	unlink(names[1]);
	scan.found = 0;
	assert_int_equal(hgw_inventory_locate(&t->inv, &t->err), 0);
	assert_int_equal(scan.found, 1);
	assert_int_equal(t->inv.places[1].line, 1);
	assert_int_equal(t->inv.places[1].column, 61);
	assert_int_equal(t->inv.places[2].line, 4);
	assert_int_equal(t->inv.places[2].column, 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(good_files_are_scanned_as_they_are_walked),
		TEST(texts_that_are_scanned),
		TEST(texts_that_are_left_to_the_walk),
		TEST(several_files_are_located_each_its_own_way),
	};

	return cmocka_run_group_tests_name("inventory_scan", tests, NULL, NULL);
}
