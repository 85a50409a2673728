/* SPDX-License-Identifier: MIT */
/* From a task's arguments to the options of a command. */
#include <stdlib.h>
#include <string.h>

#include "module.h"

enum arg_kind {
	ARG_STATE,
	ARG_FILES,
	ARG_FAMILY,
	ARG_VALUE,
	ARG_TRUE,   /* the option, if it is true */
	ARG_FALSE,  /* the option, if it is false */
	ARG_DETACH, /* a value; and nobody is there to press Enter */
};

static const struct arg {
	const char *name;
	enum arg_kind kind;
	const char *option;
} args[] = {
	{"adopt", ARG_TRUE, "--adopt"},
	{"allow_empty", ARG_TRUE, "--allow-empty"},
	{"annotation_prefix", ARG_VALUE, "--annotation-prefix"},
	{"confirm_within", ARG_DETACH, "--confirm-within"},
	{"family", ARG_FAMILY, NULL},
	{"inventory", ARG_FILES, NULL},
	{"lock_timeout", ARG_VALUE, "--lock-timeout"},
	{"max_delete", ARG_VALUE, "--max-delete"},
	{"netns", ARG_VALUE, "--netns"},
	{"node", ARG_VALUE, "--node"},
	{"probe", ARG_TRUE, "--probe"},
	{"protocol", ARG_VALUE, "--protocol"},
	{"prune", ARG_FALSE, "--no-prune"},
	{"retry", ARG_VALUE, "--retry"},
	{"skip_unreachable", ARG_TRUE, "--skip-unreachable"},
	{"state", ARG_STATE, NULL},
	{"strict", ARG_TRUE, "--strict"},
	{"table", ARG_VALUE, "--table"},
	{"timeout", ARG_VALUE, "--timeout"},
	{"verify", ARG_TRUE, "--verify"},
	{"wait", ARG_VALUE, "--wait"},
};

static const struct state {
	const char *name, *option;
	enum cmd_id cmd;
	bool writes;
} states[] = {
	{"applied", NULL, CMD_APPLY, true},
	{"verified", NULL, CMD_VERIFY, false},
	{"flushed", NULL, CMD_FLUSH, true},
	{"confirmed", "--confirm", CMD_APPLY, false},
	{"rolled_back", "--rollback", CMD_APPLY, false},
};

/* Ansible's own words for the two. */
static const char *const words_true[] = {"y", "yes", "on", "1", "true", "t", NULL};
static const char *const words_false[] = {"n", "no", "off", "0", "false", "f", NULL};

/* Takes the word. */
static int push(struct module_request *r, char *word, struct hgw_err *err)
{
	char **more =
		word != NULL ? reallocarray(r->argv, (size_t)r->argc + 2, sizeof(*more)) : NULL;

	if (more == NULL) {
		free(word);
		return hgw_fail_nomem(err);
	}
	r->argv = more;
	r->argv[r->argc++] = word;
	r->argv[r->argc] = NULL;
	return 0;
}

static int push_copy(struct module_request *r, const char *word, struct hgw_err *err)
{
	return push(r, strdup(word), err);
}

/* Ansible has an argument as a string or, out of YAML, as what it looks like. */
static int text_of(char **text, const char *name, const json_t *value, struct hgw_err *err)
{
	*text = NULL;
	if (json_is_string(value))
		*text = strdup(json_string_value(value));
	else if (!json_is_integer(value))
		return hgw_fail(err, HGW_USAGE, "argument '%s' takes a string or a whole number%s",
				name,
				json_is_boolean(value) ? "; words such as 'on' need quotes in YAML"
						       : "");
	else if (asprintf(text, "%" JSON_INTEGER_FORMAT, json_integer_value(value)) < 0)
		*text = NULL;
	return *text != NULL ? 0 : hgw_fail_nomem(err);
}

static bool is_among(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcasecmp(*words, word) == 0)
			return true;
	return false;
}

static int truth_of(bool *truth, const char *name, const json_t *value, struct hgw_err *err)
{
	char *text;
	int rc = 0;

	*truth = json_is_true(value);
	if (json_is_boolean(value))
		return 0;
	if (text_of(&text, name, value, err) < 0)
		return -1;
	*truth = is_among(text, words_true);
	if (!*truth && !is_among(text, words_false))
		rc = hgw_fail(err, HGW_USAGE, "argument '%s' takes yes or no, not '%s'", name,
			      text);
	free(text);
	return rc;
}

static int push_truth(struct module_request *r, const struct arg *a, const json_t *value,
		      struct hgw_err *err)
{
	bool truth;

	if (truth_of(&truth, a->name, value, err) < 0)
		return -1;
	return truth == (a->kind == ARG_TRUE) ? push_copy(r, a->option, err) : 0;
}

static int push_value(struct module_request *r, const struct arg *a, const json_t *value,
		      struct hgw_err *err)
{
	char *text, *word;

	if (text_of(&text, a->name, value, err) < 0)
		return -1;
	if (asprintf(&word, "%s=%s", a->option, text) < 0)
		word = NULL;
	free(text);
	if (push(r, word, err) < 0)
		return -1;
	return a->kind == ARG_DETACH ? push_copy(r, "--detach", err) : 0;
}

static int push_family(struct module_request *r, const json_t *value, struct hgw_err *err)
{
	const char *name = json_string_value(value);

	if (name != NULL && strcmp(name, "ipv4") == 0)
		return push_copy(r, "-4", err);
	if (name != NULL && strcmp(name, "ipv6") == 0)
		return push_copy(r, "-6", err);
	return hgw_fail(err, HGW_USAGE, "argument 'family' takes ipv4 or ipv6");
}

static int push_file(struct module_request *r, const json_t *value, struct hgw_err *err)
{
	const char *path = json_string_value(value);

	if (path == NULL || path[0] == '\0')
		return hgw_fail(err, HGW_USAGE,
				"argument 'inventory' takes a path on the host, or a list of them");
	if (strcmp(path, "-") == 0)
		return hgw_fail(err, HGW_USAGE,
				"argument 'inventory': a module has no standard input");
	return push_copy(r, path, err);
}

/* After all options, for a path may look like one. */
static int push_files(struct module_request *r, const json_t *value, struct hgw_err *err)
{
	int rc = push_copy(r, "--", err);

	if (!json_is_array(value))
		return rc == 0 ? push_file(r, value, err) : rc;
	for (size_t i = 0; rc == 0 && i < json_array_size(value); i++)
		rc = push_file(r, json_array_get(value, i), err);
	return rc;
}

static int push_arg(struct module_request *r, const struct arg *a, const json_t *value,
		    struct hgw_err *err)
{
	switch (a->kind) {
	case ARG_FAMILY:
		return push_family(r, value, err);
	case ARG_VALUE:
	case ARG_DETACH:
		return push_value(r, a, value, err);
	case ARG_TRUE:
	case ARG_FALSE:
		return push_truth(r, a, value, err);
	default: /* the first and the last to be read */
		return 0;
	}
}

/* As Ansible says it of modules in Python. */
static int unknown(const char *name, struct hgw_err *err)
{
	char list[512] = "";
	size_t n = 0;

	for (size_t i = 0; i < HGW_ARRAY_LEN(args) && n < sizeof(list); i++)
		n += (size_t)snprintf(list + n, sizeof(list) - n, "%s%s", i > 0 ? ", " : "",
				      args[i].name);
	return hgw_fail(err, HGW_USAGE,
			"Unsupported parameters for (hgw) module: %s. Supported parameters "
			"include: %s.",
			name, list);
}

static int check_names(json_t *o, struct hgw_err *err)
{
	const char *name;
	json_t *value;

	json_object_foreach(o, name, value)
	{
		bool known = strncmp(name, "_ansible_", strlen("_ansible_")) == 0;

		for (size_t i = 0; i < HGW_ARRAY_LEN(args) && !known; i++)
			known = strcmp(args[i].name, name) == 0;
		if (!known)
			return unknown(name, err);
	}
	return 0;
}

/* null is what "not given" comes to in many a playbook. */
static const json_t *argument(const json_t *o, const char *name)
{
	const json_t *value = json_object_get(o, name);

	return json_is_null(value) ? NULL : value;
}

static const struct state *find_state(const json_t *o, struct hgw_err *err)
{
	const json_t *value = argument(o, "state");
	const char *name = value != NULL ? json_string_value(value) : states[0].name;

	for (size_t i = 0; i < HGW_ARRAY_LEN(states); i++)
		if (name != NULL && strcmp(states[i].name, name) == 0)
			return &states[i];
	hgw_fail(err, HGW_USAGE,
		 "argument 'state' takes applied, verified, flushed, confirmed or rolled_back");
	return NULL;
}

static int push_all(struct module_request *r, const struct state *state, const json_t *o,
		    struct hgw_err *err)
{
	const json_t *files = argument(o, "inventory");

	/* First the format: what is wrong with the rest is told in it. */
	if (push_copy(r, r->cmd->name, err) < 0 || push_copy(r, "-qojson", err) < 0 ||
	    (state->option != NULL && push_copy(r, state->option, err) < 0) ||
	    (state->writes && r->check && push_copy(r, "--dry-run", err) < 0))
		return -1;
	for (size_t i = 0; i < HGW_ARRAY_LEN(args); i++) {
		const json_t *value = argument(o, args[i].name);

		if (value != NULL && push_arg(r, &args[i], value, err) < 0)
			return -1;
	}
	return files != NULL ? push_files(r, files, err) : 0;
}

int module_request_read(struct module_request *r, json_t *o, struct hgw_err *err)
{
	const struct state *state;

	if (!json_is_object(o))
		return hgw_fail(err, HGW_USAGE, "the arguments are no JSON object");
	if (check_names(o, err) < 0)
		return -1;
	state = find_state(o, err);
	if (state == NULL)
		return -1;
	r->cmd = &cmds[state->cmd];
	r->check = json_is_true(json_object_get(o, "_ansible_check_mode"));
	r->diff = json_is_true(json_object_get(o, "_ansible_diff"));
	r->pending = state->option != NULL;
	return push_all(r, state, o, err);
}

void module_request_free(struct module_request *r)
{
	for (int i = 0; i < r->argc; i++)
		free(r->argv[i]);
	free(r->argv);
	*r = (struct module_request){0};
}
