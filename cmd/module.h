/* SPDX-License-Identifier: MIT */
/*
 * The module of Ansible: what it says and hears is JSON. A task's arguments
 * become the options of a command, which runs as it does for hgw itself; its
 * document and what Ansible wants to know besides become the answer.
 */
#ifndef HGW_MODULE_H
#define HGW_MODULE_H

#include <jansson.h>

#include "cmd.h"

struct module_request {
	const struct cmd *cmd;
	char **argv; /* of the command, its name first; a NULL at the end */
	int argc;
	bool check;   /* nothing is to be changed */
	bool diff;    /* the answer is to tell what is */
	bool pending; /* about a change that waits: there is none where nothing is changed */
};

/* All zero is a valid empty one, to be freed also after a failure; HGW_USAGE. */
HGW_NODISCARD int module_request_read(struct module_request *r, json_t *args, struct hgw_err *err);
void module_request_free(struct module_request *r);

/* What a run was told, and what it came to. */
struct module_run {
	const struct session *s;
	const struct module_request *request;
	int status;
	const char *document; /* its standard output: JSON */
	const char *said;     /* its standard error */
};

/* The answer of a run, before its session is closed. NULL for want of memory. */
json_t *module_answer(const struct module_run *run);
/* That of none. */
json_t *module_refusal(const struct hgw_err *err);

#endif
