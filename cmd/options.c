/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <string.h>

#include "cmd.h"

#define ON(id) (1U << (id))
#define ALL    (ON(CMD_COUNT) - 1)

enum option_id {
	OPT_NODE = 256,
	OPT_NETNS,
	OPT_TABLE,
	OPT_PROTOCOL,
	OPT_COLOR,
	OPT_EXIT_CODE,
	OPT_DRY_RUN,
	OPT_ALLOW_EMPTY,
	OPT_LOCK_TIMEOUT,
	OPT_WAIT,
	OPT_ADOPT,
	OPT_NO_PRUNE,
	OPT_SKIP_UNREACHABLE,
	OPT_MAX_DELETE,
	OPT_HELP,
	OPT_VERSION,
};

/* The one list of options: what is parsed, and what help says. */
static const struct option_spec {
	int id; /* the letter of a short one */
	unsigned commands;
	const char *name, *arg, *help;
} specs[] = {
	{OPT_NODE, ALL & ~ON(CMD_SHOW) & ~ON(CMD_FLUSH), "node", "NAME",
	 "this host is node NAME (else $HGW_NODE, its addresses, its name)"},
	{OPT_NETNS, ALL, "netns", "NAME", "work in network namespace NAME"},
	{OPT_TABLE, ALL, "table", "TABLE", "routing table, a name or number"},
	{OPT_PROTOCOL, ALL, "protocol", "PROTO", "route protocol that marks what is ours"},
	{'4', ALL, NULL, NULL, "IPv4 only"},
	{'6', ALL, NULL, NULL, "IPv6 only"},
	{OPT_EXIT_CODE, ON(CMD_PLAN) | ON(CMD_APPLY), "exit-code", NULL,
	 "exit with 2 if there are changes"},
	{OPT_DRY_RUN, ON(CMD_APPLY) | ON(CMD_FLUSH), "dry-run", NULL,
	 "change nothing, print what would be done"},
	{OPT_ALLOW_EMPTY, ON(CMD_APPLY), "allow-empty", NULL,
	 "also if the inventory leaves this node no routes"},
	{OPT_ADOPT, ON(CMD_PLAN) | ON(CMD_APPLY), "adopt", NULL,
	 "take over others' routes to wanted subnets"},
	{OPT_NO_PRUNE, ON(CMD_PLAN) | ON(CMD_APPLY), "no-prune", NULL,
	 "keep routes of ours to subnets that no node has"},
	{OPT_SKIP_UNREACHABLE, ON(CMD_PLAN) | ON(CMD_APPLY), "skip-unreachable", NULL,
	 "leave nodes alone that are not on a link of this host"},
	{OPT_MAX_DELETE, ON(CMD_APPLY), "max-delete", "N|P%",
	 "delete at most so many of our routes (50% of ten or more)"},
	{OPT_LOCK_TIMEOUT, ON(CMD_APPLY) | ON(CMD_FLUSH), "lock-timeout", "SEC",
	 "wait for another hgw so long (5; 0: not at all)"},
	{OPT_WAIT, ON(CMD_APPLY), "wait", "SEC",
	 "wait so long for this host's address and interface"},
	{'o', ALL, NULL, "FORMAT", "output format"},
	{OPT_COLOR, ALL, "color", "WHEN", "auto, always or never"},
	{'q', ALL, NULL, NULL, "print errors only on standard error"},
	{'v', ALL, NULL, NULL, "print more: each operation, each check"},
	{OPT_HELP, ALL, "help", NULL, "print this help"},
	{OPT_VERSION, ALL, "version", NULL, "print the version"},
};

static const char *const format_names[] = {
	[FORMAT_TEXT] = "text",
	[FORMAT_JSON] = "json",
	[FORMAT_BATCH] = "batch",
};

/* The options of cmd, as getopt_long wants them. */
struct getopt_tables {
	struct option longs[HGW_ARRAY_LEN(specs) + 1];
	char shorts[4 * HGW_ARRAY_LEN(specs)];
};

static void build_tables(struct getopt_tables *t, const struct cmd *cmd)
{
	size_t nlongs = 0, nshorts = 0;

	*t = (struct getopt_tables){0};
	t->shorts[nshorts++] = ':'; /* tell a missing value from an unknown option */
	for (size_t i = 0; i < HGW_ARRAY_LEN(specs); i++) {
		const struct option_spec *s = &specs[i];

		if (!(s->commands & ON(cmd - cmds)))
			continue;
		if (s->name != NULL) {
			t->longs[nlongs++] =
				(struct option){.name = s->name,
						.has_arg = s->arg != NULL ? required_argument
									  : no_argument,
						.val = s->id};
			continue;
		}
		t->shorts[nshorts++] = (char)s->id;
		if (s->arg != NULL)
			t->shorts[nshorts++] = ':';
	}
}

static int set_format(struct cmd_options *opt, const struct cmd *cmd, const char *name,
		      struct hgw_err *err)
{
	for (size_t i = 0; i < HGW_ARRAY_LEN(format_names); i++) {
		if (strcmp(format_names[i], name) == 0 && (cmd->formats & 1U << i)) {
			opt->format = (enum format)i;
			return 0;
		}
	}
	return hgw_fail(err, HGW_USAGE, "%s has no output format '%s'; see 'hgw help %s'",
			cmd->name, name, cmd->name);
}

static int set_color(struct cmd_options *opt, const char *when, struct hgw_err *err)
{
	static const char *const names[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};

	for (size_t i = 0; i < HGW_ARRAY_LEN(names); i++) {
		if (strcmp(names[i], when) == 0) {
			opt->color = (enum color)i;
			return 0;
		}
	}
	return hgw_fail(err, HGW_USAGE, "--color takes auto, always or never, not '%s'", when);
}

static int set_seconds(uint32_t *seconds, const char *option, struct hgw_err *err)
{
	if (hgw_parse_u32(optarg, 0, 24 * 60 * 60, seconds))
		return 0;
	return hgw_fail(err, HGW_USAGE, "%s takes whole seconds, at most a day, not '%s'", option,
			optarg);
}

static int set_limit(struct hgw_limit *limit, struct hgw_err *err)
{
	if (hgw_limit_parse(optarg, limit))
		return 0;
	return hgw_fail(err, HGW_USAGE, "--max-delete takes a number or a percentage, not '%s'",
			optarg);
}

static int set_option(struct cmd_options *opt, const struct cmd *cmd, int id, struct hgw_err *err)
{
	switch (id) {
	case OPT_NODE:
		opt->node = optarg;
		break;
	case OPT_NETNS:
		opt->netns = optarg;
		break;
	case OPT_TABLE:
		opt->table = optarg;
		break;
	case OPT_PROTOCOL:
		opt->protocol = optarg;
		break;
	case OPT_COLOR:
		return set_color(opt, optarg, err);
	case OPT_EXIT_CODE:
		opt->exit_code = true;
		break;
	case OPT_DRY_RUN:
		opt->dry_run = true;
		break;
	case OPT_ALLOW_EMPTY:
		opt->allow_empty = true;
		break;
	case OPT_HELP:
		opt->help = true;
		break;
	case OPT_VERSION:
		opt->version = true;
		break;
	case OPT_ADOPT:
		opt->policy.adopt = true;
		break;
	case OPT_NO_PRUNE:
		opt->policy.no_prune = true;
		break;
	case OPT_SKIP_UNREACHABLE:
		opt->policy.skip_unreachable = true;
		break;
	case OPT_MAX_DELETE:
		return set_limit(&opt->max_delete, err);
	case OPT_LOCK_TIMEOUT:
		return set_seconds(&opt->lock_timeout, "--lock-timeout", err);
	case OPT_WAIT:
		return set_seconds(&opt->wait, "--wait", err);
	case 'o':
		return set_format(opt, cmd, optarg, err);
	case '4':
		opt->inet = true;
		break;
	case '6':
		opt->inet6 = true;
		break;
	case 'q':
		opt->quiet = true;
		break;
	case 'v':
		opt->verbose = true;
		break;
	default:
		break;
	}
	return 0;
}

/* What getopt_long has just taken: the word itself, behind it perhaps its value. */
static const char *current_word(char **argv, bool separate_value)
{
	return argv[optind - (separate_value ? 2 : 1)];
}

/* getopt_long takes an unambiguous beginning for the whole; scripts that rely on that break. */
static bool spelled_out(const char *word, const char *name)
{
	size_t n = strlen(name);

	return strncmp(word, "--", 2) == 0 && strncmp(word + 2, name, n) == 0 &&
	       (word[2 + n] == '\0' || word[2 + n] == '=');
}

static int unknown_option(const struct cmd *cmd, const char *word, struct hgw_err *err)
{
	return hgw_fail(err, HGW_USAGE, "%s has no option '%s'; see 'hgw help %s'", cmd->name, word,
			cmd->name);
}

int options_parse(struct cmd_options *opt, const struct cmd *cmd, int argc, char **argv,
		  struct hgw_err *err)
{
	struct getopt_tables t;
	int id, index;

	build_tables(&t, cmd);
	opt->lock_timeout = 5;
	optind = 0; /* glibc: start anew */
	opterr = 0;
	while ((index = -1, id = getopt_long(argc, argv, t.shorts, t.longs, &index)) != -1) {
		bool separate = index >= 0 && optarg != NULL && optarg == argv[optind - 1];

		if (id == ':' && optopt >= 256)
			return hgw_fail(err, HGW_USAGE, "option '%s' needs a value",
					argv[optind - 1]);
		if (id == ':')
			return hgw_fail(err, HGW_USAGE, "option '-%c' needs a value", optopt);
		if (id == '?' && optopt > 0 && optopt < 256) {
			char word[] = {'-', (char)optopt, '\0'};

			return unknown_option(cmd, word, err);
		}
		if (id == '?' && optopt >= 256)
			return hgw_fail(err, HGW_USAGE, "option '%s' takes no value",
					argv[optind - 1]);
		if (id == '?')
			return unknown_option(cmd, argv[optind - 1], err);
		if (index >= 0 && !spelled_out(current_word(argv, separate), t.longs[index].name))
			return unknown_option(cmd, current_word(argv, separate), err);
		if (set_option(opt, cmd, id, err) < 0)
			return -1;
	}
	opt->files = (const char *const *)(argv + optind);
	opt->nfiles = (size_t)(argc - optind);
	if (cmd == &cmds[CMD_FLUSH] && opt->nfiles > 0)
		return hgw_fail(err, HGW_USAGE, "flush takes no inventory; see 'hgw help flush'");
	return 0;
}

static void print_formats(FILE *f, unsigned formats)
{
	const char *between = ": ";

	for (unsigned i = 0; i < HGW_ARRAY_LEN(format_names); i++) {
		if (!(formats & 1U << i))
			continue;
		fprintf(f, "%s%s", between, format_names[i]);
		between = ", ";
	}
}

void options_print(FILE *f, const struct cmd *cmd)
{
	for (size_t i = 0; i < HGW_ARRAY_LEN(specs); i++) {
		const struct option_spec *s = &specs[i];
		const char letter[] = {(char)s->id, '\0'};
		char left[64];

		if (!(s->commands & ON(cmd - cmds)))
			continue;
		snprintf(left, sizeof(left), "%s%s %s", s->name != NULL ? "--" : "-",
			 s->name != NULL ? s->name : letter, s->arg != NULL ? s->arg : "");
		fprintf(f, "  %-20s %s", left, s->help);
		if (s->id == 'o')
			print_formats(f, cmd->formats);
		fputc('\n', f);
	}
}
