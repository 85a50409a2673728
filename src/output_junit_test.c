/* SPDX-License-Identifier: MIT */
#include "output_test.h"

#define GOOD   "10.244.1.0/24 via 10.0.0.2 dev 2"
#define SCHEMA "testdata/schema/junit.xsd"

/* To be freed. */
static char *junit(const struct state *t)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	assert_int_equal(hgw_junit_verdict(f, &t->view, &t->report), 0);
	fclose(f);
	assert_int_equal(strlen(text), len);
	return text;
}

static bool have_xmllint(void)
{
	/* NOLINTNEXTLINE(cert-env33-c) */
	return system("command -v xmllint >/dev/null") == 0;
}

/* Well-formed, and as the schema has it. */
static bool is_valid(const char *text)
{
	/* NOLINTNEXTLINE(cert-env33-c) */
	FILE *f = popen("xmllint --noout --schema " SCHEMA " - 2>/dev/null", "we");

	assert_non_null(f);
	fputs(text, f);
	return pclose(f) == 0;
}

static void assert_valid(const char *text)
{
	if (have_xmllint() && !is_valid(text))
		fail_msg("not valid: %s", text);
}

static void assert_junit(const struct state *t, const char *want)
{
	char *text = junit(t);

	assert_string_equal(text, want);
	assert_valid(text);
	free(text);
}

static void assert_has(const struct state *t, const char *what)
{
	char *text = junit(t);

	assert_valid(text);
	if (strstr(text, what) == NULL)
		fail_msg("%s is not in:\n%s", what, text);
	free(text);
}

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static void a_good_host(void **state)
{
	struct state *t = *state;

	t->report.when = 1700000000;
	t->report.milliseconds = 61007;
	add_rule(&t->host, AF_INET, RT_TABLE_MAIN);
	judge(t, GOOD, NULL);
	assert_junit(t,
		     XML "<testsuites name=\"hgw verify\" tests=\"3\" failures=\"0\" errors=\"0\" "
			 "time=\"61.007\">\n"
			 "  <testsuite name=\"hgw verify\" tests=\"3\" failures=\"0\" errors=\"0\" "
			 "time=\"61.007\" skipped=\"0\" timestamp=\"2023-11-14T22:13:20\" "
			 "hostname=\"node1\">\n"
			 "    <testcase classname=\"hgw.node1\" name=\"node2 10.244.1.0/24\" "
			 "file=\"inv.yaml\" line=\"3\"/>\n"
			 "    <testcase classname=\"hgw.node1\" name=\"rule inet\"/>\n"
			 "    <testcase classname=\"hgw.node1\" name=\"extra\"/>\n"
			 "  </testsuite>\n"
			 "</testsuites>\n");
}

static void a_case_has_one_failure_with_all_of_them(void **state)
{
	struct state *t = *state;

	add_route(&t->actual.foreign, &t->pool, GOOD " proto 4 linkdown");
	judge(t, NULL, "10.244.1.0/25 dev 2 proto 4");
	t->verdict.v[1].status = HGW_SKIP;
	t->verdict.v[4].status = HGW_SKIP;
	t->inv.places = NULL;
	assert_junit(
		t, XML
		"<testsuites name=\"hgw verify\" tests=\"3\" failures=\"1\" errors=\"0\" "
		"time=\"0.000\">\n"
		"  <testsuite name=\"hgw verify\" tests=\"3\" failures=\"1\" errors=\"0\" "
		"time=\"0.000\" skipped=\"1\" timestamp=\"1970-01-01T00:00:00\" "
		"hostname=\"node1\">\n"
		"    <testcase classname=\"hgw.node1\" name=\"node2 10.244.1.0/24\" "
		"file=\"inv.yaml\">\n"
		"      <failure message=\"shadowed: traffic is taken by 10.244.1.0/25 dev eth0 "
		"proto 4, which is not ours; delete that route, or the subnet\" "
		"type=\"shadowed\">shadowed: traffic is taken by 10.244.1.0/25 dev eth0 proto "
		"4, which is not ours; delete that route, or the subnet\n"
		"link: the link has no carrier</failure>\n"
		"      <system-out>warn route: there, but not ours: 10.244.1.0/24 via 10.0.0.2 "
		"dev eth0 proto 4\n"
		"skip onlink: gateway 10.0.0.2 of node &apos;node2&apos; is on the link"
		"</system-out>\n"
		"    </testcase>\n"
		"    <testcase classname=\"hgw.node1\" name=\"rule inet\">\n"
		"      <skipped message=\"a snapshot does not tell whether a rule leads to table "
		"254\"/>\n"
		"    </testcase>\n"
		"    <testcase classname=\"hgw.node1\" name=\"extra\"/>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
}

/* Whatever there is, it is XML: no control characters, no bytes that are no UTF-8. */
static void hostile_names_stay_names(void **state)
{
	static const struct {
		const char *name, *shown;
	} cases[] = {
		{"<a href=\"b\">&'", "&lt;a href=&quot;b&quot;&gt;&amp;&apos;"},
		{"]]>&#0;", "]]&gt;&amp;#0;"},
		{"a\nb\tc\r", "a?b?c?"},
		{"\001\033\177\xc2\x85", "????"},
		{"\xef\xbf\xbe\xef\xbf\xbf", "??"},
		{"\xed\xa0\x80\xc0\xaf", "?????"},
		{"caf\xe9 caf\xc3\xa9 \xf0\x9f\x98\x80", "caf? caf\xc3\xa9 \xf0\x9f\x98\x80"},
		{"\xf4\x90\x80\x80", "????"},
		{"a\xe2\x80", "a??"},
	};
	struct state *t = *state;

	judge(t, "10.244.1.0/24 via 10.0.0.9 dev 3", NULL);
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		char want[256];

		snprintf(t->text + 7, sizeof(t->text) - 7, "%s", cases[i].name);
		t->files[0].name = (char *)cases[i].name;
		snprintf(want, sizeof(want), "name=\"%s 10.244.1.0/24\" file=\"%s\" line=\"3\">",
			 cases[i].shown, cases[i].shown);
		assert_has(t, want);
		t->report.node = 1;
		snprintf(want, sizeof(want), "hostname=\"%s\">\n    <testcase classname=\"hgw.%s\"",
			 cases[i].shown, cases[i].shown);
		assert_has(t, want);
		t->report.node = 0;
	}
}

/* Every pair of bytes with these, as the name of a file. */
static void all_bytes_make_valid_documents(void **state)
{
	static const char seconds[] = {'a', '<', '\n', '\x80', '\xbf', '\xe2', '\xff'};
	struct state *t = *state;
	static char name[3 * 255 + 1];

	judge(t, "10.244.1.0/24 via 10.0.0.9 dev 3", NULL);
	t->files[0].name = name;
	for (size_t i = 0; i < sizeof(seconds); i++) {
		char *end = name;

		for (unsigned c = 1; c < 256; c++) {
			*end++ = (char)c;
			*end++ = seconds[i];
			*end++ = '\x80';
		}
		assert_has(t, "type=\"route\">");
	}
}

static void a_run_that_failed_is_an_error(void **state)
{
	struct hgw_origin at = {"a<b", 3, 5};
	struct state *t = *state;

	t->report.err = &t->err;
	t->report.node = UINT32_MAX;
	t->report.inv = NULL;
	hgw_fail(&t->err, HGW_DATAERR, "%s", "inv: 1 <error>");
	hgw_diag_add(&t->diags, HGW_WARNING, &at, NULL, "no matter");
	hgw_diag_add(&t->diags, HGW_ERROR, &at, "a hint", "c & d");
	hgw_diag_add(&t->diags, HGW_ERROR, NULL, NULL, "e");
	assert_junit(t,
		     XML "<testsuites name=\"hgw verify\" tests=\"1\" failures=\"0\" errors=\"1\" "
			 "time=\"0.000\">\n"
			 "  <testsuite name=\"hgw verify\" tests=\"1\" failures=\"0\" errors=\"1\" "
			 "time=\"0.000\" skipped=\"0\" timestamp=\"1970-01-01T00:00:00\">\n"
			 "    <testcase classname=\"hgw\" name=\"verify\">\n"
			 "      <error message=\"inv: 1 &lt;error&gt;\" type=\"exit 65\">inv: 1 "
			 "&lt;error&gt;\na&lt;b:3:5: c &amp; d\ne</error>\n"
			 "    </testcase>\n"
			 "  </testsuite>\n"
			 "</testsuites>\n");
	t->report.diags = NULL;
	assert_has(t, "type=\"exit 65\">inv: 1 &lt;error&gt;</error>");
}

/* The schema is one: it says no to what is not the format. */
static void the_schema_refuses(void **state)
{
	static const char *const bad[] = {
		"<testsuites/>",
		"<testsuites name='a' tests='0' failures='0' errors='0' time='0'/>",
	};

	(void)state;
	if (!have_xmllint())
		skip();
	for (size_t i = 0; i < HGW_ARRAY_LEN(bad); i++)
		assert_false(is_valid(bad[i]));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_good_host),
		TEST(a_case_has_one_failure_with_all_of_them),
		TEST(hostile_names_stay_names),
		TEST(all_bytes_make_valid_documents),
		TEST(a_run_that_failed_is_an_error),
		TEST(the_schema_refuses),
	};

	return cmocka_run_group_tests_name("output_junit", tests, NULL, NULL);
}
