/* SPDX-License-Identifier: MIT */
#include "hgw/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#define ETC   "etc/iproute2/"
#define SHARE "usr/share/iproute2/"
#define LIB   "usr/lib/iproute2/"

struct state {
	struct hgw_names names;
	char root[64];
};

static int setup(void **state)
{
	struct state *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -1;
	*state = t;
	strcpy(t->root, "/tmp/hgw-names-XXXXXX");
	return mkdtemp(t->root) != NULL ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int teardown(void **state)
{
	struct state *t = *state;
	int rc = nftw(t->root, remove_one, 8, FTW_DEPTH | FTW_PHYS);

	hgw_names_free(&t->names);
	free(t);
	return rc;
}

/* Writes a file below the root, and the directories above it. */
static void put(const struct state *t, const char *file, const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", t->root, file);
	for (char *p = strchr(path + strlen(t->root) + 1, '/'); p != NULL; p = strchr(p + 1, '/')) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void load(struct state *t)
{
	struct hgw_err err;

	hgw_names_free(&t->names);
	assert_int_equal(hgw_names_load(&t->names, t->root, &err), 0);
}

static void load_protos(struct state *t, const char *text)
{
	put(t, ETC "rt_protos", text);
	load(t);
}

static void assert_protocol(const struct state *t, uint32_t id, const char *name)
{
	const char *have = hgw_protocol_name(&t->names, id);

	if (name == NULL && have != NULL)
		fail_msg("%u is %s", id, have);
	if (name != NULL) {
		assert_non_null(have);
		assert_string_equal(have, name);
	}
}

static void assert_table(const struct state *t, uint32_t id, const char *name)
{
	const char *have = hgw_table_name(&t->names, id);

	if (name == NULL && have != NULL)
		fail_msg("%u is %s", id, have);
	if (name != NULL) {
		assert_non_null(have);
		assert_string_equal(have, name);
	}
}

static void without_files_the_built_in_names_are_known(void **state)
{
	struct state *t = *state;

	load(t);
	assert_table(t, 253, "default");
	assert_table(t, 254, "main");
	assert_table(t, 255, "local");
	assert_table(t, 0, NULL);
	assert_table(t, 100, NULL);
	assert_protocol(t, 0, "unspec");
	assert_protocol(t, 2, "kernel");
	assert_protocol(t, 3, "boot");
	assert_protocol(t, 4, "static");
	assert_protocol(t, 16, "dhcp");
	assert_protocol(t, 18, "keepalived");
	assert_protocol(t, 42, "babel");
	assert_protocol(t, 192, "eigrp");
	assert_protocol(t, 72, NULL);
	assert_protocol(t, 256, NULL);
	assert_protocol(t, UINT32_MAX, NULL);
}

static void a_root_that_is_not_there_is_no_error(void **state)
{
	struct state *t = *state;
	struct hgw_err err;

	assert_int_equal(hgw_names_load(&t->names, "/dev/null/none", &err), 0);
	assert_table(t, 254, "main");
}

static void lines_are_read_as_ip_reads_them(void **state)
{
	static const struct {
		const char *text;
		uint32_t id;
		const char *name;
	} cases[] = {
		{"72 hgw\n", 72, "hgw"},
		{"72 hgw", 72, "hgw"},
		{"72\thgw\n", 72, "hgw"},
		{"  \t72 \t hgw \t \n", 72, "hgw"},
		{"0x48 hgw\n", 72, "hgw"},
		{"0xFf hgw\n", 255, "hgw"},
		{"010 hgw\n", 10, "hgw"}, /* decimal all the same */
		{"72 hgw # comment\n", 72, "hgw"},
		{"72 hgw #comment\n", 72, "hgw"},
		{"72 hgw#x\n", 72, "hgw#x"}, /* no comment: ip has it in the name */
		{"72 hgw more words\n", 72, "hgw"},
		{"72 hgw\r\n", 72, "hgw"},
		{"# 72 no\n\n \n\t\n  # no\n72 hgw\n", 72, "hgw"},
		{"72 other\n72 hgw\n", 72, "hgw"}, /* the last one holds */
		{"4 fixed\n", 4, "fixed"},
		{"72 \xc3\xa9\n", 72, "\xc3\xa9"},
		{"0 nothing\n", 0, "nothing"},
		{"72 hgw\nnonsense\n", 72, "hgw"},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		load_protos(*state, cases[i].text);
		assert_protocol(*state, cases[i].id, cases[i].name);
	}
}

static void a_bad_line_ends_the_file(void **state)
{
	static const char *const bad[] = {"hgw 72", "x",    "72",
					  "72   ",  "- 5",

					  "'72' a", "\v\f", "\xef\xbb\xbf 1 a"};

	for (size_t i = 0; i < HGW_ARRAY_LEN(bad); i++) {
		struct state *t = *state;
		char text[128];

		snprintf(text, sizeof(text), "71 before\n%s\n73 after\n", bad[i]);
		load_protos(t, text);
		assert_protocol(t, 71, "before");
		if (hgw_protocol_name(&t->names, 73) != NULL)
			fail_msg("'%s' did not end the file", bad[i]);
	}
}

static void a_bad_file_does_not_end_the_others(void **state)
{
	struct state *t = *state;

	put(t, ETC "rt_protos", "bad\n70 never\n");
	put(t, ETC "rt_protos.d/a.conf", "71 a\nbad\n70 never\n");
	put(t, ETC "rt_protos.d/b.conf", "72 b\n");
	load(t);
	assert_protocol(t, 70, NULL);
	assert_protocol(t, 71, "a");
	assert_protocol(t, 72, "b");
	assert_protocol(t, 4, "static");
}

/* They are no bad lines: the rest of the file is read. */
static void numbers_out_of_range_are_left_out(void **state)
{
	static const char *const numbers[] = {
		"256", "300", "-1", "-184", "4294967368", "0x148", "-18446744073709551544"};

	for (size_t i = 0; i < HGW_ARRAY_LEN(numbers); i++) {
		struct state *t = *state;
		char text[128];

		snprintf(text, sizeof(text), "%s out\n73 after\n", numbers[i]);
		load_protos(t, text);
		for (uint32_t id = 0; id < 512; id++)
			if (hgw_protocol_name(&t->names, id) != NULL &&
			    strcmp(hgw_protocol_name(&t->names, id), "out") == 0)
				fail_msg("%s came to be %u", numbers[i], id);
		assert_protocol(t, 73, "after");
	}
}

static void a_name_too_long_is_none_rather_than_another(void **state)
{
	struct state *t = *state;
	char text[600], name[400];

	memset(name, 'n', sizeof(name));
	name[63] = '\0';
	snprintf(text, sizeof(text), "72 %s\n", name);
	load_protos(t, text);
	assert_protocol(t, 72, name);
	name[63] = 'n';
	name[64] = '\0';
	snprintf(text, sizeof(text), "72 %s\n73 after\n", name);
	load_protos(t, text);
	assert_protocol(t, 72, NULL);
	assert_protocol(t, 73, "after");
	name[64] = 'n';
	name[399] = '\0';
	snprintf(text, sizeof(text), "72 %s\n73 after\n", name);
	load_protos(t, text);
	assert_protocol(t, 72, NULL);
	assert_protocol(t, 73, "after");
}

static void conf_files_come_after_and_in_order(void **state)
{
	struct state *t = *state;

	put(t, ETC "rt_protos", "71 main\n72 main\n73 main\n");
	put(t, ETC "rt_protos.d/10-b.conf", "72 ten\n73 ten\n");
	put(t, ETC "rt_protos.d/20-a.conf", "73 twenty\n");
	load(t);
	assert_protocol(t, 71, "main");
	assert_protocol(t, 72, "ten");
	assert_protocol(t, 73, "twenty");
}

static void only_conf_files_are_read(void **state)
{
	struct state *t = *state;

	put(t, ETC "rt_protos.d/a.txt", "71 no\n");
	put(t, ETC "rt_protos.d/hgw.conf.dpkg-old", "72 no\n");
	put(t, ETC "rt_protos.d/.hidden.conf", "73 no\n");
	put(t, ETC "rt_protos.d/.conf", "74 no\n");
	put(t, ETC "rt_protos.d/hgw.CONF", "75 no\n");
	put(t, ETC "rt_protos.d/conf", "76 no\n");
	put(t, ETC "rt_protos.d/dir.conf/x.conf", "77 no\n");
	put(t, ETC "rt_tables.d/a.conf", "78 table\n");
	put(t, ETC "rt_protos.d/a.conf", "79 yes\n");
	load(t);
	for (uint32_t id = 71; id < 79; id++)
		assert_protocol(t, id, NULL);
	assert_protocol(t, 79, "yes");
	assert_table(t, 78, "table");
	assert_table(t, 79, NULL);
}

static void etc_masks_the_vendor(void **state)
{
	struct state *t = *state;

	put(t, SHARE "rt_protos", "70 vendor\n4 vendor\n");
	put(t, SHARE "rt_protos.d/a.conf", "71 vendor\n");
	put(t, SHARE "rt_protos.d/b.conf", "72 vendor\n73 vendor\n");
	load(t);
	assert_protocol(t, 70, "vendor");
	assert_protocol(t, 71, "vendor");
	assert_protocol(t, 73, "vendor");

	put(t, ETC "rt_protos.d/b.conf", "73 etc\n");
	load(t);
	assert_protocol(t, 70, "vendor");
	assert_protocol(t, 71, "vendor");
	assert_protocol(t, 72, NULL); /* the whole file is masked, not just a line of it */
	assert_protocol(t, 73, "etc");

	put(t, ETC "rt_protos", "74 etc\n");
	load(t);
	assert_protocol(t, 70, NULL);
	assert_protocol(t, 4, "static");
	assert_protocol(t, 74, "etc");
	assert_protocol(t, 71, "vendor");
}

static void an_empty_file_in_etc_masks_too(void **state)
{
	struct state *t = *state;
	char path[128];

	put(t, SHARE "rt_protos", "");
	put(t, SHARE "rt_protos.d/a.conf", "71 vendor\n");
	put(t, SHARE "rt_protos.d/b.conf", "72 vendor\n");
	put(t, ETC "rt_protos.d/a.conf", "");
	snprintf(path, sizeof(path), "%s/" ETC "rt_protos.d/b.conf", t->root);
	assert_int_equal(symlink("/dev/null/none", path), 0);
	load(t);
	assert_protocol(t, 71, NULL);
	assert_protocol(t, 72, NULL);
}

static void an_ip_without_a_vendor_directory_does_not_look_there(void **state)
{
	struct state *t = *state;

	put(t, ETC "rt_protos", "70 etc\n");
	put(t, SHARE "rt_protos.d/hgw.conf", "72 hgw\n");
	load(t);
	assert_protocol(t, 72, NULL);
	put(t, LIB "rt_protos", "70 lib\n");
	put(t, LIB "rt_protos.d/hgw.conf", "73 lib\n");
	load(t);
	assert_protocol(t, 70, "etc");
	assert_protocol(t, 72, NULL);
	assert_protocol(t, 73, "lib");
}

static void tables_may_be_above_255(void **state)
{
	struct state *t = *state;
	uint32_t id = 0;

	put(t, ETC "rt_tables",
	    "1000 blue\n0x10000 red\n2147483647 last\n2147483648 no\n4294967295 no\n-5 no\n"
	    "100 hundred\n");
	load(t);
	assert_table(t, 1000, "blue");
	assert_table(t, 65536, "red");
	assert_table(t, 2147483647, "last");
	assert_table(t, 2147483648, NULL); /* ip takes it for a negative number */
	assert_table(t, 4294967295, NULL);
	assert_table(t, 100, "hundred");
	assert_true(hgw_table_parse(&t->names, "blue", &id));
	assert_int_equal(id, 1000);
	assert_true(hgw_table_parse(&t->names, "4294967295", &id));
	assert_int_equal(id, UINT32_MAX);
}

static void tables_are_names_or_numbers(void **state)
{
	static const char *const bad[] = {"",		"0",	"no",  "Main", "main ",
					  " main",	"-1",	"+1",  "0x64", "01",
					  "4294967296", "100x", "mai", "mainx"};
	struct state *t = *state;
	uint32_t id = 77;

	put(t, ETC "rt_tables", "254 haupt\n300 blue\n");
	load(t);
	for (size_t i = 0; i < HGW_ARRAY_LEN(bad); i++)
		if (hgw_table_parse(&t->names, bad[i], &id))
			fail_msg("'%s' is %u", bad[i], id);
	assert_int_equal(id, 77);
	assert_true(hgw_table_parse(&t->names, "haupt", &id));
	assert_int_equal(id, 254);
	assert_true(hgw_table_parse(&t->names, "main", &id)); /* which ip still knows as well */
	assert_int_equal(id, 254);
	assert_table(t, 254, "haupt");
	assert_true(hgw_table_parse(&t->names, "local", &id));
	assert_int_equal(id, 255);
	assert_true(hgw_table_parse(&t->names, "1", &id));
	assert_int_equal(id, 1);
}

static void hgw_is_a_protocol_known_or_not(void **state)
{
	struct state *t = *state;
	uint8_t id = 0;

	load(t);
	assert_true(hgw_protocol_parse(&t->names, "hgw", &id));
	assert_int_equal(id, HGW_PROTOCOL);
	assert_protocol(t, HGW_PROTOCOL, NULL); /* but ip would not know it */
	load_protos(t, "72 hgw\n");
	assert_true(hgw_protocol_parse(&t->names, "hgw", &id));
	assert_int_equal(id, HGW_PROTOCOL);
	assert_protocol(t, HGW_PROTOCOL, "hgw");
	load_protos(t, "200 hgw\n");
	assert_true(hgw_protocol_parse(&t->names, "hgw", &id));
	assert_int_equal(id, 200);
}

static void protocols_are_names_or_numbers(void **state)
{
	static const char *const bad[] = {"",	 "256",	 "-1", "0x48", "072",	    "none",
					  "HGW", "hgw ", "hg", "72 ",  "4294967368"};
	struct state *t = *state;
	uint8_t id = 77;

	load(t);
	for (size_t i = 0; i < HGW_ARRAY_LEN(bad); i++)
		if (hgw_protocol_parse(&t->names, bad[i], &id))
			fail_msg("'%s' is %u", bad[i], id);
	assert_int_equal(id, 77);
	assert_true(hgw_protocol_parse(&t->names, "static", &id));
	assert_int_equal(id, 4);
	assert_true(hgw_protocol_parse(&t->names, "0", &id));
	assert_int_equal(id, 0);
	assert_true(hgw_protocol_parse(&t->names, "255", &id));
	assert_int_equal(id, 255);
}

static void tables_of_the_kernel_are_taken(void **state)
{
	(void)state;
	assert_string_equal(hgw_table_taken(0), "it means no table");
	assert_string_equal(hgw_table_taken(255), "it belongs to the kernel");
	assert_null(hgw_table_taken(1));
	assert_null(hgw_table_taken(253));
	assert_null(hgw_table_taken(254));
	assert_null(hgw_table_taken(256));
	assert_null(hgw_table_taken(UINT32_MAX));
}

static void protocols_of_others_are_taken(void **state)
{
	static const uint8_t taken[] = {0,  1,	2,  3,	4,  8,	9,   10,  11,  12,  13,	 14,  15,
					16, 17, 18, 42, 84, 99, 186, 187, 188, 189, 190, 191, 192};
	struct state *t = *state;

	load(t);
	for (size_t i = 0; i < HGW_ARRAY_LEN(taken); i++)
		assert_non_null(hgw_protocol_taken(&t->names, taken[i]));
	for (uint32_t id = 0, n = 0; id < 256; id++) {
		if (n < HGW_ARRAY_LEN(taken) && taken[n] == id)
			n++;
		else if (hgw_protocol_taken(&t->names, (uint8_t)id) != NULL)
			fail_msg("%u is taken", id);
	}
	assert_string_equal(hgw_protocol_taken(&t->names, 2),
			    "it belongs to the kernel and the administrator");
	assert_string_equal(hgw_protocol_taken(&t->names, 16),
			    "it belongs to another routing program");
	assert_string_equal(hgw_protocol_taken(&t->names, 42), "it belongs to babel");
	assert_string_equal(hgw_protocol_taken(&t->names, 84), "it belongs to OVN");
	assert_string_equal(hgw_protocol_taken(&t->names, 99), "it belongs to Open/R");
	assert_string_equal(hgw_protocol_taken(&t->names, 186),
			    "it belongs to another routing protocol");
}

static void a_protocol_named_for_another_is_taken(void **state)
{
	struct state *t = *state;

	load_protos(t, "72 hgw\n73 cilium\n74 hgw-test\n2 hgw\n");
	assert_null(hgw_protocol_taken(&t->names, 72));
	assert_null(hgw_protocol_taken(&t->names, 74));
	assert_string_equal(hgw_protocol_taken(&t->names, 73),
			    "iproute2's rt_protos names it for another program");
	assert_non_null(hgw_protocol_taken(&t->names, 2)); /* whatever the file says */
	load_protos(t, "72 cilium\n");
	assert_non_null(hgw_protocol_taken(&t->names, 72));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(without_files_the_built_in_names_are_known),
		TEST(a_root_that_is_not_there_is_no_error),
		TEST(lines_are_read_as_ip_reads_them),
		TEST(a_bad_line_ends_the_file),
		TEST(a_bad_file_does_not_end_the_others),
		TEST(numbers_out_of_range_are_left_out),
		TEST(a_name_too_long_is_none_rather_than_another),
		TEST(conf_files_come_after_and_in_order),
		TEST(only_conf_files_are_read),
		TEST(etc_masks_the_vendor),
		TEST(an_empty_file_in_etc_masks_too),
		TEST(an_ip_without_a_vendor_directory_does_not_look_there),
		TEST(tables_may_be_above_255),
		TEST(tables_are_names_or_numbers),
		TEST(hgw_is_a_protocol_known_or_not),
		TEST(protocols_are_names_or_numbers),
		TEST(tables_of_the_kernel_are_taken),
		TEST(protocols_of_others_are_taken),
		TEST(a_protocol_named_for_another_is_taken),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
