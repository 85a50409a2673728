/* SPDX-License-Identifier: MIT */
/*
 * The sessions that the manuals and the README show are played, and what comes
 * is compared with what is shown. HGW_GOLDEN=update writes it there; git shows the
 * difference. See testdata/transcript.
 */
#include "process_test.h"

/* hgw; and "on NAME COMMAND...", as the cases of testdata/cli have it. */
static void set_stage(const char *top, const char *scene)
{
	const char *hgw = hgw_binary();

	testns_sh("mkdir /run/bin /run/play; cp %s /run/bin/hgw\n"
		  "cat >/run/bin/on <<'END'\n"
		  "#!/bin/sh\nname=$1; shift; exec nsenter --net=/run/netns/$name -- \"$@\"\n"
		  "END\n"
		  "chmod +x /run/bin/on\n"
		  "cd /run/play; TOP='%s'; PATH=/run/bin:$PATH:/usr/sbin:/sbin\n"
		  ". '%s/testdata/transcript/%s.sh' >/run/scene.log 2>&1 || {\n"
		  "cat /run/scene.log >&2; exit 1; }",
		  hgw, top, top, scene);
}

/* Plays the n-th scene of a page; false: it has none of that number. */
static bool play(const char *page, unsigned n)
{
	char *text, scene[64] = "", *top = getcwd(NULL, 0);
	int shift;

	assert_non_null(top);

	testns_fresh();
	testns_iproute2("72 hgw\n", NULL);
	text = testns_out("awk -v n=%u -f testdata/transcript/extract.awk %s", n, page);
	if (*text == '\0') {
		free(text);
		free(top);
		return false;
	}
	if (sscanf(text, "scene %63s%n", scene, &shift) != 1)
		fail_msg("%s: %s", page, text);
	write_text("/run/want", text + shift + 1);
	free(text);
	set_stage(top, scene);
	testns_sh("cd /run/play; env -i PATH=/run/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C "
		  "HOME=/run sh %s/testdata/transcript/play.sh /run/want 2>&1 | sed 's/ *$//' "
		  ">/run/got",
		  top);
	free(top);
	if (getenv("HGW_GOLDEN") != NULL)
		testns_sh("awk -v n=%u -v got=/run/got -f testdata/transcript/update.awk %s "
			  ">/run/page; cmp -s /run/page %s || cp /run/page %s",
			  n, page, page, page);
	text = testns_out("diff -u /run/want /run/got || test $? = 1");
	if (*text != '\0' && getenv("HGW_GOLDEN") == NULL) {
		fprintf(stderr, "%s, scene %u (%s):\n%s", page, n, scene, text);
		fail();
	}
	free(text);
	return true;
}

static void goes_as_it_says(void **state)
{
	const char *page = *state;
	unsigned n = 1;

	while (play(page, n))
		n++;
	if (n == 1)
		fail_msg("%s has no session", page);
}

static void inventories_are_good(void **state)
{
	(void)state;
	testns_fresh();
	testns_sh("mkdir /run/page1 /run/page2\n"
		  "awk -v DIR=/run/page1 -f testdata/transcript/inventories.awk README.md\n"
		  "awk -v DIR=/run/page2 -f testdata/transcript/inventories.awk "
		  "man/hgw-inventory.5\n"
		  "for f in /run/page[12]/inventory1.yaml /run/page*/*; do\n"
		  "%s complete nodes $f >/run/names; grep -q . /run/names\n"
		  "done",
		  hgw_binary());
}

int main(void)
{
	static char pages[][32] = {"README.md", "man/hgw.8", "man/hgw-inventory.5"};
	struct CMUnitTest tests[HGW_ARRAY_LEN(pages) + 1];

	for (size_t i = 0; i < HGW_ARRAY_LEN(pages); i++)
		tests[i] = (struct CMUnitTest){.name = pages[i],
					       .test_func = goes_as_it_says,
					       .initial_state = pages[i]};
	tests[HGW_ARRAY_LEN(pages)] = (struct CMUnitTest)cmocka_unit_test(inventories_are_good);
	return cmocka_run_group_tests_name("transcript", tests, testns_setup, NULL);
}
