/* SPDX-License-Identifier: MIT */
#include "hgw/output.h"

#include <sys/wait.h>

#include "values_test.h"

/* Everything a kernel takes, and a shell would take badly. */
static const char *const hostile[] = {"$(reboot)", "`reboot`", "a;reboot", "a'b", "''",	 "'",
				      "a\"b",	   "a\\b",     "#a",	   "a#b", "a&",	 "a|b",
				      "<a",	   "a>b",      "*",	   "?",	  "[a]", "{a,b}",
				      "~",	   "$HOME",    "!a",	   "a=b", "-a",	 "--",
				      "eth0.100",  "br-0",     "veth@if3", "a+b", "a%b", "a,b",
				      "a^b",	   "(a)",      "\xc3\xa9", "if2", "\\",	 "a'$(x)'b",
				      "$'\\x41'",  "via"};

struct state {
	struct hgw_name tables[3], protocols[3];
	struct hgw_names names;
	struct hgw_snapshot host;
	struct hgw_pool pool;
	struct hgw_view view;
};

static int setup(void **state)
{
	struct state *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -1;
	*state = t;
	t->tables[0] = (struct hgw_name){254, "main"};
	t->tables[1] = (struct hgw_name){100, "blue"};
	t->tables[2] = (struct hgw_name){101, "a b;c"};
	t->protocols[0] = (struct hgw_name){4, "static"};
	t->protocols[1] = (struct hgw_name){72, "hgw"};
	t->protocols[2] = (struct hgw_name){73, "#x"};
	t->names = (struct hgw_names){{t->tables, 3, 0}, {t->protocols, 3, 0}};
	add_link(&t->host, 1, "lo");
	add_link(&t->host, 2, "eth0");
	for (uint32_t i = 0; i < HGW_ARRAY_LEN(hostile); i++)
		add_link(&t->host, 100 + i, hostile[i]);
	t->view = (struct hgw_view){&t->names, &t->host, &t->pool, false};
	return 0;
}

static int teardown(void **state)
{
	struct state *t = *state;

	hgw_snapshot_free(&t->host);
	hgw_pool_free(&t->pool);
	free(t);
	return 0;
}

/* To be freed. */
static char *print(struct state *t, const struct hgw_view *view, const char *text)
{
	struct hgw_route r = route(&t->pool, text);
	char *line = NULL;
	size_t len;
	FILE *f = open_memstream(&line, &len);

	assert_non_null(f);
	hgw_print_route(f, view, &r);
	fclose(f);
	return line;
}

static const struct {
	const char *route, *line;
} lines[] = {
	{"10.244.1.0/24 via 10.0.0.1 dev 2", "10.244.1.0/24 via 10.0.0.1 dev eth0 proto hgw"},
	{"10.244.1.7 via 10.0.0.1 dev 2", "10.244.1.7 via 10.0.0.1 dev eth0 proto hgw"},
	{"fd00::7 via fd00::1 dev 2 metric 1024",
	 "fd00::7 via fd00::1 dev eth0 proto hgw metric 1024"},
	{"10.244.1.0/24 dev 2 scope 253", "10.244.1.0/24 dev eth0 proto hgw scope link"},
	{"10.244.1.0/24 dev 2 scope 77", "10.244.1.0/24 dev eth0 proto hgw scope 77"},
	{"10.244.1.0/24 via fd00::1 dev 2", "10.244.1.0/24 via inet6 fd00::1 dev eth0 proto hgw"},
	{"fd00::/64 via 10.0.0.1 dev 2", "fd00::/64 via inet 10.0.0.1 dev eth0 proto hgw"},
	/* "default" would be IPv4's */
	{"0.0.0.0/0 via 10.0.0.1 dev 2", "0.0.0.0/0 via 10.0.0.1 dev eth0 proto hgw"},
	{"::/0 via fd00::1 dev 2", "::/0 via fd00::1 dev eth0 proto hgw"},
	/* in the order in which ip has them */
	{"10.0.0.0/8 tos 16 via 10.0.0.1 dev 2 table 100 proto 4 metric 7 mtu 1400 onlink",
	 "10.0.0.0/8 tos 0x10 via 10.0.0.1 dev eth0 table blue proto static metric 7 "
	 "onlink "
	 "mtu 1400"},
	{"10.0.0.0/8 dev 2 table 100000", "10.0.0.0/8 dev eth0 table 100000 proto hgw"},
	{"10.0.0.0/8 dev 2 table 255 proto 2", "10.0.0.0/8 dev eth0 table 255 proto 2"},
	{"blackhole 10.0.0.0/8", "blackhole 10.0.0.0/8 proto hgw"},
	{"unreachable fd00::/8 dev 1 metric 5", "unreachable fd00::/8 dev lo proto hgw metric 5"},
	{"10.0.0.0/8 nhid 7", "10.0.0.0/8 nhid 7 proto hgw"},
	{"10.0.0.0/8 nhid 7 via 10.0.0.1 dev 2", "10.0.0.0/8 nhid 7 proto hgw"},
	{"10.0.0.0/8 nhid 7 nexthop via 10.0.0.1 dev 2 nexthop via 10.0.0.2 dev 2",
	 "10.0.0.0/8 nhid 7 proto hgw"},
	{"10.0.0.0/8 mtu 1400 nexthop via 10.0.0.1 dev 2 nexthop via fd00::2 dev 1 weight "
	 "256 onlink",
	 "10.0.0.0/8 proto hgw mtu 1400 nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via "
	 "inet6 fd00::2 dev lo weight 256 onlink"},
	{"10.0.0.0/8 via 10.0.0.1 dev 2 weight 5", "10.0.0.0/8 via 10.0.0.1 dev eth0 proto hgw"},
	/* no words of state */
	{"10.0.0.0/8 via 10.0.0.1 dev 2 linkdown dead",
	 "10.0.0.0/8 via 10.0.0.1 dev eth0 proto hgw"},
	{"10.0.0.0/8 nexthop via 10.0.0.1 dev 2 linkdown nexthop dev 1 dead",
	 "10.0.0.0/8 proto hgw nexthop via 10.0.0.1 dev eth0 weight 1 nexthop dev lo "
	 "weight 1"},
	/* a device that is not known */
	{"10.0.0.0/8 dev 99", "10.0.0.0/8 dev if99 proto hgw"},
	{"10.0.0.0/8 dev 4294967295", "10.0.0.0/8 dev if4294967295 proto hgw"},
	{"10.0.0.0/8 via 10.0.0.1", "10.0.0.0/8 via 10.0.0.1 proto hgw"},
	/* names that a shell would take badly */
	{"10.0.0.0/8 dev 2 table 101 proto 73", "10.0.0.0/8 dev eth0 table 'a b;c' proto '#x'"},
	{"10.0.0.0/8 dev 100", "10.0.0.0/8 dev '$(reboot)' proto hgw"},
	{"10.0.0.0/8 dev 103", "10.0.0.0/8 dev 'a'\\''b' proto hgw"},
	{"10.0.0.0/8 dev 124", "10.0.0.0/8 dev eth0.100 proto hgw"},
};

static void routes_are_lines_of_ip_route(void **state)
{
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(lines); i++) {
		char *line = print(t, &t->view, lines[i].route);

		assert_string_equal(line, lines[i].line);
		free(line);
	}
}

static void without_names_there_are_numbers(void **state)
{
	struct state *t = *state;
	struct hgw_view view = {NULL, &t->host, &t->pool, true};
	char *line = print(t, &view, "10.0.0.0/8 dev 2 table 100 scope 253");

	assert_string_equal(line, "10.0.0.0/8 dev eth0 table 100 proto 72 scope link");
	free(line);
}

/* The words of a line as a shell sees them, each in angle brackets; to be freed. */
static char *shell_words(const char *line)
{
	char command[512], *words = calloc(1, 1024);
	FILE *f;

	assert_non_null(words);
	assert_in_range(snprintf(command, sizeof(command), "printf '<%%s>' %s   # a comment", line),
			1, sizeof(command) - 1);
	f = popen(command, "r"); /* NOLINT(cert-env33-c): that is what is tested */
	assert_non_null(f);
	assert_true(fread(words, 1, 1023, f) > 0);
	assert_int_equal(pclose(f), 0);
	return words;
}

static void any_device_gets_through_a_shell(void **state)
{
	for (uint32_t i = 0; i < HGW_ARRAY_LEN(hostile); i++) {
		struct state *t = *state;
		char text[64], want[128], *line, *words;

		snprintf(text, sizeof(text), "10.0.0.0/8 via 10.0.0.1 dev %u metric 5", 100 + i);
		snprintf(want, sizeof(want),
			 "<10.0.0.0/8><via><10.0.0.1><dev><%s><proto><hgw><metric><5>", hostile[i]);
		line = print(t, &t->view, text);
		words = shell_words(line);
		assert_string_equal(words, want);
		free(words);
		free(line);
	}
}

/* ip takes the number as well. */
static void a_device_that_moves_the_cursor_is_a_number(void **state)
{
	static const char *const devices[] = {
		"a\033[2Jb", "\001", "a\x7f", "a\xc2\x9bm", "\xe2\x80\xaex\xe2\x80\xac",
		"\xff\xfe"};
	struct state *t = *state;

	for (uint32_t i = 0; i < HGW_ARRAY_LEN(devices); i++) {
		char text[64], want[64], *line;

		add_link(&t->host, 1000 + i, devices[i]);
		snprintf(text, sizeof(text), "10.0.0.0/8 dev %u", 1000 + i);
		snprintf(want, sizeof(want), "10.0.0.0/8 dev if%u proto hgw", 1000 + i);
		line = print(t, &t->view, text);
		assert_string_equal(line, want);
		free(line);
	}
}

static void a_name_of_a_table_or_protocol_does_not_either(void **state)
{
	static struct hgw_name table[] = {{100, "a\033b"}}, protocol[] = {{72, "\xff"}};
	static const struct hgw_names odd = {{table, 1, 0}, {protocol, 1, 0}};
	struct state *t = *state;
	struct hgw_view view = {&odd, &t->host, &t->pool, false};
	char *line = print(t, &view, "10.0.0.0/8 dev 2 table 100");

	assert_string_equal(line, "10.0.0.0/8 dev eth0 table 100 proto 72");
	free(line);
}

static void writes_are_commands_in_numbers(void **state)
{
	static const struct {
		enum hgw_verb verb;
		bool batch;
		const char *line;
	} cases[] = {
		{HGW_VERB_ADD, false, "ip route add "},
		{HGW_VERB_APPEND, false, "ip route append "},
		{HGW_VERB_REPLACE, false, "ip route replace "},
		{HGW_VERB_DELETE, false, "ip route del "},
		{HGW_VERB_ADD, true, "route add "},
		{HGW_VERB_DELETE, true, "route del "},
	};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_write w = {
			.verb = cases[i].verb,
			.route = route(&t->pool, "10.0.0.0/8 via 10.0.0.1 dev 2 table 100"),
		};
		char *line = NULL, want[128];
		size_t len;
		FILE *f = open_memstream(&line, &len);

		assert_non_null(f);
		hgw_print_write(f, &t->view, &w, cases[i].batch);
		fclose(f);
		snprintf(want, sizeof(want),
			 "%s10.0.0.0/8 via 10.0.0.1 dev eth0 table 100 proto 72\n", cases[i].line);
		assert_string_equal(line, want);
		free(line);
	}
	assert_ptr_equal(t->view.names, &t->names); /* the caller's is left alone */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(routes_are_lines_of_ip_route),
		TEST(without_names_there_are_numbers),
		TEST(any_device_gets_through_a_shell),
		TEST(a_device_that_moves_the_cursor_is_a_number),
		TEST(a_name_of_a_table_or_protocol_does_not_either),
		TEST(writes_are_commands_in_numbers),
	};

	return cmocka_run_group_tests_name("output_route", tests, NULL, NULL);
}
