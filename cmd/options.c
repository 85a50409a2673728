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
	OPT_ANNOTATION_PREFIX,
	OPT_COLOR,
	OPT_EXIT_CODE,
	OPT_DRY_RUN,
	OPT_ALLOW_EMPTY,
	OPT_LOCK_TIMEOUT,
	OPT_WAIT,
	OPT_OUT,
	OPT_SNAPSHOT,
	OPT_PLAN,
	OPT_VERIFY,
	OPT_CONFIRM_WITHIN,
	OPT_DETACH,
	OPT_CONFIRM,
	OPT_ROLLBACK,
	OPT_ADOPT,
	OPT_NO_PRUNE,
	OPT_SKIP_UNREACHABLE,
	OPT_MAX_DELETE,
	OPT_RETRY,
	OPT_PROBE,
	OPT_TIMEOUT,
	OPT_STRICT,
	OPT_ALL,
	OPT_TO,
	OPT_HELP,
	OPT_VERSION,
};

/* The one list of options: what is parsed, and what help says. */
static const struct option_spec {
	int id; /* the letter of a short one */
	unsigned commands;
	const char *name, *arg, *help;
} specs[] = {
	{OPT_NODE, ALL & ~ON(CMD_FLUSH), "node", "NAME",
	 "this host is node NAME (else $HGW_NODE, its addresses, its name)"},
	{OPT_NETNS, ALL, "netns", "NAME", "work in network namespace NAME"},
	{OPT_TABLE, ALL, "table", "TABLE", "routing table, a name or number"},
	{OPT_PROTOCOL, ALL, "protocol", "PROTO", "route protocol that marks what is ours"},
	{OPT_ANNOTATION_PREFIX, ALL, "annotation-prefix", "P",
	 "of flannel's annotations (" HGW_ANNOTATION_PREFIX ")"},
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
	{OPT_SNAPSHOT, ON(CMD_PLAN) | ON(CMD_SHOW) | ON(CMD_VERIFY), "snapshot", "FILE|DIR",
	 "not this host: what ip route printed elsewhere ('-': stdin); DIR: NODE.json of each"},
	{OPT_ALL, ON(CMD_SHOW), "all", NULL, "others' routes too: the whole table"},
	{OPT_TO, ON(CMD_SHOW), "to", "ADDRESS", "the way of a packet to ADDRESS, and why"},
	{OPT_OUT, ON(CMD_PLAN), "out", "PLAN", "save the plan in file PLAN, for apply --plan"},
	{OPT_PLAN, ON(CMD_APPLY), "plan", "PLAN",
	 "apply that plan exactly, if nothing has changed since"},
	{OPT_VERIFY, ON(CMD_APPLY), "verify", NULL, "check afterwards, and go back if it fails"},
	{OPT_PROBE, ON(CMD_APPLY) | ON(CMD_VERIFY), "probe", NULL,
	 "ask the gateways themselves whether they are there"},
	{OPT_TIMEOUT, ON(CMD_APPLY) | ON(CMD_VERIFY), "timeout", "SEC",
	 "wait for their answers so long (4 as root, else 9)"},
	{OPT_CONFIRM_WITHIN, ON(CMD_APPLY), "confirm-within", "SEC",
	 "go back after so long, unless confirmed"},
	{OPT_DETACH, ON(CMD_APPLY), "detach", NULL, "with it: do not wait for that"},
	{OPT_CONFIRM, ON(CMD_APPLY), "confirm", NULL, "keep the change that waits for it"},
	{OPT_ROLLBACK, ON(CMD_APPLY), "rollback", NULL, "take it back at once"},
	{OPT_RETRY, ON(CMD_VERIFY), "retry", "SEC", "wait so long until nothing fails any more"},
	{OPT_STRICT, ON(CMD_VERIFY), "strict", NULL,
	 "warnings fail, and so do others' routes in the pod networks"},
	{'o', ALL, NULL, "FORMAT", "output format"},
	{OPT_COLOR, ALL, "color", "WHEN", "auto, always or never"},
	{'q', ALL, NULL, NULL, "print errors only on standard error"},
	{'v', ALL, NULL, NULL, "print more: each operation, each check"},
	{OPT_HELP, ALL, "help", NULL, "print this help"},
	{OPT_VERSION, ALL, "version", NULL, "print the version"},
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
	for (unsigned i = 0; i < FORMAT_COUNT; i++) {
		if (strcmp(format_specs[i].name, name) == 0 && (cmd->formats & 1U << i)) {
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

static int set_to(struct cmd_options *opt, struct hgw_err *err)
{
	opt->trace = true;
	if (hgw_addr_parse(optarg, &opt->to))
		return 0;
	return hgw_fail(err, HGW_USAGE, "--to takes an IPv4 or IPv6 address, not '%s'", optarg);
}

static int set_timeout(uint32_t *seconds, struct hgw_err *err)
{
	if (hgw_parse_u32(optarg, 1, 60 * 60, seconds))
		return 0;
	return hgw_fail(err, HGW_USAGE, "--timeout takes whole seconds, from 1 to 3600, not '%s'",
			optarg);
}

static int set_limit(struct hgw_limit *limit, struct hgw_err *err)
{
	if (hgw_limit_parse(optarg, limit))
		return 0;
	return hgw_fail(err, HGW_USAGE, "--max-delete takes a number or a percentage, not '%s'",
			optarg);
}

/* Options that only set a flag, and those that only keep their value. */
static bool *flag_of(struct cmd_options *opt, int id)
{
	const struct {
		int id;
		bool *flag;
	} flags[] = {
		{OPT_EXIT_CODE, &opt->exit_code},
		{OPT_DRY_RUN, &opt->dry_run},
		{OPT_ALLOW_EMPTY, &opt->allow_empty},
		{OPT_ADOPT, &opt->policy.adopt},
		{OPT_NO_PRUNE, &opt->policy.no_prune},
		{OPT_SKIP_UNREACHABLE, &opt->policy.skip_unreachable},
		{OPT_VERIFY, &opt->verify},
		{OPT_DETACH, &opt->detach},
		{OPT_CONFIRM, &opt->settle},
		{OPT_ROLLBACK, &opt->roll_back},
		{OPT_STRICT, &opt->strict},
		{OPT_PROBE, &opt->probe},
		{OPT_ALL, &opt->all},
		{OPT_HELP, &opt->help},
		{OPT_VERSION, &opt->version},
		{'4', &opt->inet},
		{'6', &opt->inet6},
		{'q', &opt->quiet},
		{'v', &opt->verbose},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(flags); i++)
		if (flags[i].id == id)
			return flags[i].flag;
	return NULL;
}

static const char **value_of(struct cmd_options *opt, int id)
{
	const struct {
		int id;
		const char **value;
	} values[] = {
		{OPT_NODE, &opt->node},
		{OPT_NETNS, &opt->netns},
		{OPT_ANNOTATION_PREFIX, &opt->annotation_prefix},
		{OPT_TABLE, &opt->table},
		{OPT_PROTOCOL, &opt->protocol},
		{OPT_OUT, &opt->out},
		{OPT_SNAPSHOT, &opt->snapshot},
		{OPT_PLAN, &opt->plan},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(values); i++)
		if (values[i].id == id)
			return values[i].value;
	return NULL;
}

static int set_option(struct cmd_options *opt, const struct cmd *cmd, int id, struct hgw_err *err)
{
	bool *flag = flag_of(opt, id);
	const char **value = value_of(opt, id);

	if (flag != NULL)
		*flag = true;
	if (value != NULL)
		*value = optarg;
	switch (id) {
	case OPT_COLOR:
		return set_color(opt, optarg, err);
	case OPT_MAX_DELETE:
		return set_limit(&opt->max_delete, err);
	case OPT_TO:
		return set_to(opt, err);
	case OPT_LOCK_TIMEOUT:
		return set_seconds(&opt->lock_timeout, "--lock-timeout", err);
	case OPT_WAIT:
		return set_seconds(&opt->wait, "--wait", err);
	case OPT_RETRY:
		return set_seconds(&opt->retry, "--retry", err);
	case OPT_TIMEOUT:
		return set_timeout(&opt->timeout, err);
	case OPT_CONFIRM_WITHIN:
		opt->confirm = true;
		return set_seconds(&opt->confirm_within, "--confirm-within", err);
	case 'o':
		return set_format(opt, cmd, optarg, err);
	default:
		return 0;
	}
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

/* Sets what getopt_long has just found: id, and index if it is a long one. */
static int take_option(struct cmd_options *opt, const struct cmd *cmd, char **argv, int id,
		       const char *name, struct hgw_err *err)
{
	bool separate = name != NULL && optarg != NULL && optarg == argv[optind - 1];

	if (id == ':' && optopt >= 256)
		return hgw_fail(err, HGW_USAGE, "option '%s' needs a value", argv[optind - 1]);
	if (id == ':')
		return hgw_fail(err, HGW_USAGE, "option '-%c' needs a value", optopt);
	if (id == '?' && optopt != 0 && optopt < 256) {
		char word[] = {'-', (char)optopt, '\0'};

		return unknown_option(cmd, word, err);
	}
	if (id == '?' && optopt >= 256)
		return hgw_fail(err, HGW_USAGE, "option '%s' takes no value", argv[optind - 1]);
	if (id == '?')
		return unknown_option(cmd, argv[optind - 1], err);
	if (name != NULL && !spelled_out(current_word(argv, separate), name))
		return unknown_option(cmd, current_word(argv, separate), err);
	return set_option(opt, cmd, id, err);
}

/* The first fault is told; what follows it may still say in which format. */
int options_parse(struct cmd_options *opt, const struct cmd *cmd, int argc, char **argv,
		  struct hgw_err *err)
{
	struct getopt_tables t;
	struct hgw_err more;
	int id, index, rc = 0;

	build_tables(&t, cmd);
	opt->lock_timeout = 5;
	optind = 0; /* glibc: start anew */
	opterr = 0;
	while ((index = -1, id = getopt_long(argc, argv, t.shorts, t.longs, &index)) != -1) {
		const char *name = index >= 0 ? t.longs[index].name : NULL;

		if (take_option(opt, cmd, argv, id, name, rc == 0 ? err : &more) < 0)
			rc = -1;
	}
	if (rc < 0)
		return -1;
	opt->files = (const char *const *)(argv + optind);
	opt->nfiles = (size_t)(argc - optind);
	return options_check(opt, cmd, err);
}

void options_print(FILE *f, const struct cmd *cmd)
{
	for (size_t i = 0; i < HGW_ARRAY_LEN(specs); i++) {
		const struct option_spec *s = &specs[i];
		const char letter[] = {(char)s->id, '\0'};
		char option[64];

		if (!(s->commands & ON(cmd - cmds)))
			continue;
		snprintf(option, sizeof(option), "%s%s %s", s->name != NULL ? "--" : "-",
			 s->name != NULL ? s->name : letter, s->arg != NULL ? s->arg : "");
		usage_print_option(f, option, s->help, s->id == 'o' ? cmd->formats : 0);
	}
}
