/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cmd.h"

enum { MAX_WORDS = 32, MAX_OPTIONS = 64 };

struct state {
	struct cmd_options opt;
	struct hgw_err err;
	char *words;
	char *argv[MAX_WORDS];
};

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct state));
	return *state != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct state *t = *state;

	free(t->words);
	free(t);
	return 0;
}

/* The words stand with bars between them: "--table|main|-4". */
static int parse(struct state *t, enum cmd_id id, const char *words)
{
	int argc = 0;
	char *rest;

	free(t->words);
	t->words = rest = strdup(words);
	assert_non_null(rest);
	t->opt = (struct cmd_options){0};
	t->err = (struct hgw_err){0};
	t->argv[argc++] = (char *)cmds[id].name;
	while (words[0] != '\0' && rest != NULL) {
		assert_true(argc < MAX_WORDS - 1);
		t->argv[argc++] = strsep(&rest, "|");
	}
	t->argv[argc] = NULL;
	return options_parse(&t->opt, &cmds[id], argc, t->argv, &t->err);
}

static void allow(struct state *t, enum cmd_id id, const char *words)
{
	if (parse(t, id, words) < 0)
		fail_msg("%s|%s: %s", cmds[id].name, words, t->err.msg);
}

static void refuse(struct state *t, enum cmd_id id, const char *words, const char *message)
{
	if (parse(t, id, words) == 0)
		fail_msg("%s|%s was taken", cmds[id].name, words);
	assert_int_equal(t->err.status, HGW_USAGE);
	assert_string_equal(t->err.msg, message);
}

/* --- What each command says it takes, it takes --------------------------------- */

struct listed {
	char word[32]; /* "--node", "-4" */
	char arg[16];  /* "NAME"; "": none */
};

static size_t list_options(enum cmd_id id, struct listed *options)
{
	char *text = NULL, *save = NULL;
	size_t len, n = 0;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	options_print(f, &cmds[id]);
	fclose(f);
	for (char *line = strtok_r(text, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save)) {
		struct listed *o;
		const char *end;

		if (strncmp(line, "   ", 3) == 0)
			continue; /* of the option before */
		assert_true(n < MAX_OPTIONS);
		o = &options[n++];
		*o = (struct listed){0};
		if (sscanf(line, " %31s", o->word) != 1 || o->word[0] != '-')
			fail_msg("odd line of help: %s", line);
		/* One blank and capitals are an argument; what is further on is help. */
		end = strstr(line, o->word) + strlen(o->word);
		if (end[0] == ' ' && end[1] >= 'A' && end[1] <= 'Z')
			assert_int_equal(sscanf(end, " %15s", o->arg), 1);
	}
	free(text);
	return n;
}

static bool takes(enum cmd_id id, const char *word)
{
	struct listed options[MAX_OPTIONS];
	size_t n = list_options(id, options);

	for (size_t i = 0; i < n; i++)
		if (strcmp(options[i].word, word) == 0)
			return true;
	return false;
}

/* A value that is good for any of them. */
static const char *value_for(const struct listed *o)
{
	if (strcmp(o->arg, "WHEN") == 0)
		return "never";
	if (strcmp(o->arg, "FORMAT") == 0)
		return "json";
	return "5";
}

/* Taken, or refused for what it does not go together with. */
static void assert_known(struct state *t, enum cmd_id id, const char *words)
{
	static const char *const texts[] = {"has no option", "needs a value", "takes no value"};

	if (parse(t, id, words) == 0)
		return;
	for (size_t i = 0; i < HGW_ARRAY_LEN(texts); i++)
		if (strstr(t->err.msg, texts[i]) != NULL)
			fail_msg("%s|%s: %s", cmds[id].name, words, t->err.msg);
}

typedef void check_option(struct state *t, enum cmd_id id, const struct listed *o);

static void for_each_option(void **state, check_option *check)
{
	for (unsigned id = 0; id < CMD_COUNT; id++) {
		struct listed options[MAX_OPTIONS];
		size_t n = list_options((enum cmd_id)id, options);

		assert_true(n >= 10);
		for (size_t i = 0; i < n; i++)
			check(*state, (enum cmd_id)id, &options[i]);
	}
}

static void check_taken(struct state *t, enum cmd_id id, const struct listed *o)
{
	bool longer = o->word[1] == '-';
	char words[128];

	if (o->arg[0] == '\0') {
		assert_known(t, id, o->word);
		return;
	}
	snprintf(words, sizeof(words), "%s|%s", o->word, value_for(o));
	assert_known(t, id, words);
	snprintf(words, sizeof(words), "%s%s%s", o->word, longer ? "=" : "", value_for(o));
	assert_known(t, id, words);
}

static void what_help_lists_is_taken(void **state)
{
	for_each_option(state, check_taken);
}

static void check_value(struct state *t, enum cmd_id id, const struct listed *o)
{
	char words[128], message[128];

	if (o->arg[0] != '\0') {
		snprintf(message, sizeof(message), "option '%s' needs a value", o->word);
		refuse(t, id, o->word, message);
	} else if (o->word[1] == '-') {
		snprintf(words, sizeof(words), "%s=x", o->word);
		snprintf(message, sizeof(message), "option '%s=x' takes no value", o->word);
		refuse(t, id, words, message);
		snprintf(words, sizeof(words), "%s=", o->word);
		snprintf(message, sizeof(message), "option '%s=' takes no value", o->word);
		refuse(t, id, words, message);
	}
}

static void values_are_there_or_not(void **state)
{
	for_each_option(state, check_value);
}

static void check_abbreviations(struct state *t, enum cmd_id id, const struct listed *o)
{
	for (size_t len = 3; o->word[1] == '-' && len < strlen(o->word); len++) {
		char word[32], words[64], message[128];

		snprintf(word, sizeof(word), "%.*s", (int)len, o->word);
		if (takes(id, word))
			continue; /* --confirm and --confirm-within */
		snprintf(words, sizeof(words), "%s%s", word, o->arg[0] != '\0' ? "|5" : "");
		snprintf(message, sizeof(message), "%s has no option '%s'; see 'hgw help %s'",
			 cmds[id].name, word, cmds[id].name);
		refuse(t, id, words, message);
		if (o->arg[0] == '\0')
			continue;
		snprintf(words, sizeof(words), "%s=5", word);
		snprintf(message, sizeof(message), "%s has no option '%s'; see 'hgw help %s'",
			 cmds[id].name, words, cmds[id].name);
		refuse(t, id, words, message);
	}
}

static void no_abbreviation_is_taken(void **state)
{
	for_each_option(state, check_abbreviations);
}

static void check_others(struct state *t, enum cmd_id id, const struct listed *o)
{
	for (unsigned other = 0; other < CMD_COUNT; other++) {
		char message[128];

		if (other == id || takes((enum cmd_id)other, o->word))
			continue;
		snprintf(message, sizeof(message), "%s has no option '%s'; see 'hgw help %s'",
			 cmds[other].name, o->word, cmds[other].name);
		refuse(t, (enum cmd_id)other, o->word, message);
	}
}

static void options_of_other_commands_are_refused(void **state)
{
	for_each_option(state, check_others);
}

/* --- Which commands take what -------------------------------------------------- */

#define ON(id) (1U << (id))
#define ALL    (ON(CMD_COUNT) - 1)

static void each_command_has_its_options(void **state)
{
	static const struct {
		const char *word;
		unsigned commands;
	} options[] = {
		{"--node", ALL & ~ON(CMD_FLUSH)},
		{"--netns", ALL},
		{"--table", ALL},
		{"--protocol", ALL},
		{"-4", ALL},
		{"-6", ALL},
		{"-o", ALL},
		{"--color", ALL},
		{"-q", ALL},
		{"-v", ALL},
		{"--help", ALL},
		{"--version", ALL},
		{"--exit-code", ON(CMD_PLAN) | ON(CMD_APPLY)},
		{"--dry-run", ON(CMD_APPLY) | ON(CMD_FLUSH)},
		{"--allow-empty", ON(CMD_APPLY)},
		{"--adopt", ON(CMD_PLAN) | ON(CMD_APPLY)},
		{"--no-prune", ON(CMD_PLAN) | ON(CMD_APPLY)},
		{"--skip-unreachable", ON(CMD_PLAN) | ON(CMD_APPLY)},
		{"--max-delete", ON(CMD_APPLY)},
		{"--lock-timeout", ON(CMD_APPLY) | ON(CMD_FLUSH)},
		{"--confirm-within", ON(CMD_APPLY)},
		{"--retry", ON(CMD_VERIFY)},
		{"--strict", ON(CMD_VERIFY)},
		{"--probe", ON(CMD_APPLY) | ON(CMD_VERIFY)},
		{"--timeout", ON(CMD_APPLY) | ON(CMD_VERIFY)},
		{"--all", ON(CMD_SHOW)},
		{"--to", ON(CMD_SHOW)},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(options); i++)
		for (unsigned id = 0; id < CMD_COUNT; id++)
			if (takes((enum cmd_id)id, options[i].word) !=
			    ((options[i].commands & ON(id)) != 0))
				fail_msg("%s of %s", options[i].word, cmds[id].name);
}

static void formats_are_those_of_the_command(void **state)
{
	static const struct {
		const char *name;
		enum format format;
		unsigned commands;
	} formats[] = {
		{"text", FORMAT_TEXT, ALL},
		{"json", FORMAT_JSON, ALL},
		{"batch", FORMAT_BATCH, ON(CMD_PLAN)},
		{"tap", FORMAT_TAP, ON(CMD_VERIFY)},
		{"junit", FORMAT_JUNIT, ON(CMD_VERIFY)},
		{"nagios", FORMAT_NAGIOS, ON(CMD_VERIFY)},
		{"dot", FORMAT_DOT, ON(CMD_SHOW)},
		{"yaml", FORMAT_TEXT, 0},
		{"JSON", FORMAT_TEXT, 0},
		{"js", FORMAT_TEXT, 0},
		{"", FORMAT_TEXT, 0},
		{"=json", FORMAT_TEXT, 0},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(formats); i++) {
		for (unsigned id = 0; id < CMD_COUNT; id++) {
			struct state *t = *state;
			char words[64], message[128];

			snprintf(words, sizeof(words), "-o|%s", formats[i].name);
			if (formats[i].commands & ON(id)) {
				allow(t, (enum cmd_id)id, words);
				assert_int_equal(t->opt.format, formats[i].format);
				continue;
			}
			snprintf(message, sizeof(message),
				 "%s has no output format '%s'; see 'hgw help %s'", cmds[id].name,
				 formats[i].name, cmds[id].name);
			refuse(t, (enum cmd_id)id, words, message);
		}
	}
}

/* --- What comes of them -------------------------------------------------------- */

static void nothing_said_is_the_defaults(void **state)
{
	struct state *t = *state;

	allow(t, CMD_APPLY, "");
	assert_null(t->opt.node);
	assert_null(t->opt.netns);
	assert_null(t->opt.table);
	assert_null(t->opt.protocol);
	assert_int_equal(t->opt.nfiles, 0);
	assert_int_equal(t->opt.format, FORMAT_TEXT);
	assert_int_equal(t->opt.color, COLOR_AUTO);
	assert_false(t->opt.inet || t->opt.inet6 || t->opt.quiet || t->opt.verbose);
	assert_false(t->opt.exit_code || t->opt.dry_run || t->opt.allow_empty);
	assert_false(t->opt.help || t->opt.version);
	assert_false(t->opt.policy.adopt || t->opt.policy.no_prune ||
		     t->opt.policy.skip_unreachable);
	assert_int_equal(t->opt.lock_timeout, 5);
}

static void values_are_kept(void **state)
{
	struct state *t = *state;

	allow(t, CMD_APPLY,
	      "--node|n|--netns=ns|--table|main|--protocol=72|-4|-6|-q|-v|-o|json|--color=never|"
	      "--exit-code|--dry-run|--allow-empty|--adopt|--no-prune|--skip-unreachable|"
	      "--lock-timeout=7|--help|--version|file");
	assert_string_equal(t->opt.node, "n");
	assert_string_equal(t->opt.netns, "ns");
	assert_string_equal(t->opt.table, "main");
	assert_string_equal(t->opt.protocol, "72");
	assert_true(t->opt.inet && t->opt.inet6 && t->opt.quiet && t->opt.verbose);
	assert_int_equal(t->opt.format, FORMAT_JSON);
	assert_int_equal(t->opt.color, COLOR_NEVER);
	assert_true(t->opt.exit_code && t->opt.dry_run && t->opt.allow_empty);
	assert_true(t->opt.policy.adopt && t->opt.policy.no_prune &&
		    t->opt.policy.skip_unreachable);
	assert_int_equal(t->opt.lock_timeout, 7);
	assert_true(t->opt.help && t->opt.version);
	assert_int_equal(t->opt.nfiles, 1);
	assert_string_equal(t->opt.files[0], "file");
}

static void a_flag_sets_nothing_but_itself(void **state)
{
	struct state *t = *state;

	allow(t, CMD_APPLY, "--dry-run");
	assert_true(t->opt.dry_run);
	assert_false(t->opt.exit_code || t->opt.allow_empty || t->opt.quiet || t->opt.help);
	allow(t, CMD_PLAN, "-4");
	assert_true(t->opt.inet);
	assert_false(t->opt.inet6);
	allow(t, CMD_PLAN, "-6");
	assert_true(t->opt.inet6);
	assert_false(t->opt.inet);
}

static void values_may_be_odd(void **state)
{
	struct state *t = *state;

	allow(t, CMD_PLAN, "--node=|--table=a=b|--netns|--help|--protocol|-4");
	assert_string_equal(t->opt.node, "");
	assert_string_equal(t->opt.table, "a=b");
	assert_string_equal(t->opt.netns, "--help"); /* whatever comes next is the value */
	assert_string_equal(t->opt.protocol, "-4");
	assert_false(t->opt.help || t->opt.inet);
	allow(t, CMD_PLAN, "--node|--|x");
	assert_string_equal(t->opt.node, "--");
	assert_int_equal(t->opt.nfiles, 1);
}

static void the_last_of_several_holds(void **state)
{
	struct state *t = *state;

	allow(t, CMD_PLAN,
	      "--node|a|--node=b|-o|json|-obatch|--color=always|--color|auto|-4|-4|-q|-q");
	assert_string_equal(t->opt.node, "b");
	assert_int_equal(t->opt.format, FORMAT_BATCH);
	assert_int_equal(t->opt.color, COLOR_AUTO);
	assert_true(t->opt.inet && t->opt.quiet);
}

static void letters_may_stand_together(void **state)
{
	struct state *t = *state;

	allow(t, CMD_PLAN, "-46qvojson|file");
	assert_true(t->opt.inet && t->opt.inet6 && t->opt.quiet && t->opt.verbose);
	assert_int_equal(t->opt.format, FORMAT_JSON);
	assert_int_equal(t->opt.nfiles, 1);
	refuse(t, CMD_PLAN, "-4o", "option '-o' needs a value");
}

static void files_may_stand_anywhere(void **state)
{
	static const char *const words[] = {"a|-|b|-4|--node|x", "-4|a|--node|x|-|b",
					    "-4|--node=x|--|a|-|b"};

	for (size_t i = 0; i < HGW_ARRAY_LEN(words); i++) {
		struct state *t = *state;

		allow(t, CMD_PLAN, words[i]);
		assert_true(t->opt.inet);
		assert_string_equal(t->opt.node, "x");
		assert_int_equal(t->opt.nfiles, 3);
		assert_string_equal(t->opt.files[0], "a");
		assert_string_equal(t->opt.files[1], "-");
		assert_string_equal(t->opt.files[2], "b");
	}
}

static void two_hyphens_end_the_options(void **state)
{
	struct state *t = *state;

	allow(t, CMD_PLAN, "--|-4|--node|--|x");
	assert_false(t->opt.inet);
	assert_null(t->opt.node);
	assert_int_equal(t->opt.nfiles, 4);
	assert_string_equal(t->opt.files[0], "-4");
	assert_string_equal(t->opt.files[1], "--node");
	assert_string_equal(t->opt.files[2], "--");
	allow(t, CMD_FLUSH, "--");
	assert_int_equal(t->opt.nfiles, 0);
}

static void what_is_unknown_is_named(void **state)
{
	static const struct {
		const char *words, *named;
	} cases[] = {
		{"-x", "-x"},
		{"-4x", "-x"},
		{"-h", "-h"},
		{"-?", "-?"},
		{"-:", "-:"},
		{"-W|x", "-W"},
		{"--nodes|x", "--nodes"},
		{"--Node|x", "--Node"},
		{"--node-|x", "--node-"},
		{"--frob", "--frob"},
		{"--frob=x", "--frob=x"},
		{"file|--frob|other", "--frob"},
		{"---", "---"},
		{"---node|x", "---node"},
		{"--=x", "--=x"},
		{"-node|x", "-n"},
		{"--\033[2J", "--?[2J"},
		{"-\033", "-?"},
		{"-4\xc3\xa9", "-?"},
		{"-\xc3\xa9", "-?"},
		{"a|-\xff", "-?"},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		char message[128];

		snprintf(message, sizeof(message), "plan has no option '%s'; see 'hgw help plan'",
			 cases[i].named);
		refuse(*state, CMD_PLAN, cases[i].words, message);
	}
}

/* So that a caller who waits for a document of some format gets one. */
static void the_format_is_known_whatever_else_is_wrong(void **state)
{
	static const char *const words[] = {"-o|nagios|--frob", "--frob|-o|nagios|-x",
					    "-x|-4onagios", "--retry|soon|file|-onagios|--node"};

	for (size_t i = 0; i < HGW_ARRAY_LEN(words); i++) {
		struct state *t = *state;

		assert_int_equal(parse(t, CMD_VERIFY, words[i]), -1);
		assert_int_equal(t->opt.format, FORMAT_NAGIOS);
	}
	refuse(*state, CMD_VERIFY, "--frob|-x|-o|yaml",
	       "verify has no option '--frob'; see 'hgw help verify'");
}

static void color_is_one_of_three(void **state)
{
	static const char *const bad[] = {"", "yes", "Always", "alway", "always ", "1"};
	struct state *t = *state;

	allow(t, CMD_SHOW, "--color=always");
	assert_int_equal(t->opt.color, COLOR_ALWAYS);
	allow(t, CMD_SHOW, "--color|never");
	assert_int_equal(t->opt.color, COLOR_NEVER);
	for (size_t i = 0; i < HGW_ARRAY_LEN(bad); i++) {
		char words[64], message[128];

		snprintf(words, sizeof(words), "--color|%s", bad[i]);
		snprintf(message, sizeof(message), "--color takes auto, always or never, not '%s'",
			 bad[i]);
		refuse(t, CMD_SHOW, words, message);
	}
}

static void seconds_are_whole_and_at_most_a_day(void **state)
{
	static const char *const bad[] = {"",	"-1", "+1",    "1.5",	     "5s",  "05",
					  " 5", "5 ", "86401", "4294967297", "1e1", "0x5"};
	struct state *t = *state;

	allow(t, CMD_FLUSH, "--lock-timeout|0");
	assert_int_equal(t->opt.lock_timeout, 0);
	allow(t, CMD_VERIFY, "--retry|7|--strict");
	assert_int_equal(t->opt.retry, 7);
	assert_true(t->opt.strict);
	allow(t, CMD_VERIFY, "--probe|--timeout|3600");
	assert_int_equal(t->opt.timeout, 3600);
	assert_true(t->opt.probe);
	refuse(t, CMD_VERIFY, "--probe|--timeout|0",
	       "--timeout takes whole seconds, from 1 to 3600, not '0'");
	refuse(t, CMD_APPLY, "--verify|--timeout|4",
	       "--timeout is how long --probe waits; see 'hgw help apply'");
	allow(t, CMD_FLUSH, "--lock-timeout|86400");
	assert_int_equal(t->opt.lock_timeout, 86400);
	for (size_t i = 0; i < HGW_ARRAY_LEN(bad); i++) {
		char words[64], message[128];

		snprintf(words, sizeof(words), "--lock-timeout|%s", bad[i]);
		snprintf(message, sizeof(message),
			 "--lock-timeout takes whole seconds, at most a day, not '%s'", bad[i]);
		refuse(t, CMD_FLUSH, words, message);
	}
}

static void flush_takes_no_inventory(void **state)
{
	refuse(*state, CMD_FLUSH, "inv.yaml", "flush takes no inventory; see 'hgw help flush'");
	refuse(*state, CMD_FLUSH, "-4|--|-6", "flush takes no inventory; see 'hgw help flush'");
	allow(*state, CMD_FLUSH, "-4|--dry-run");
}

static void commands_are_found_by_their_whole_name(void **state)
{
	static const char *const none[] = {"", "pla", "plans", "PLAN", "help", "--help", "plan "};

	(void)state;
	for (unsigned id = 0; id < CMD_COUNT; id++)
		assert_ptr_equal(cmd_find(cmds[id].name), &cmds[id]);
	for (size_t i = 0; i < HGW_ARRAY_LEN(none); i++)
		assert_null(cmd_find(none[i]));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(what_help_lists_is_taken),
		TEST(values_are_there_or_not),
		TEST(no_abbreviation_is_taken),
		TEST(options_of_other_commands_are_refused),
		TEST(each_command_has_its_options),
		TEST(formats_are_those_of_the_command),
		TEST(nothing_said_is_the_defaults),
		TEST(values_are_kept),
		TEST(a_flag_sets_nothing_but_itself),
		TEST(values_may_be_odd),
		TEST(the_last_of_several_holds),
		TEST(letters_may_stand_together),
		TEST(files_may_stand_anywhere),
		TEST(two_hyphens_end_the_options),
		TEST(what_is_unknown_is_named),
		TEST(the_format_is_known_whatever_else_is_wrong),
		TEST(color_is_one_of_three),
		TEST(seconds_are_whole_and_at_most_a_day),
		TEST(flush_takes_no_inventory),
		TEST(commands_are_found_by_their_whole_name),
	};

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
