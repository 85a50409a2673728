/* SPDX-License-Identifier: MIT */
/* Which options do not go together. */
#include <string.h>

#include "mesh.h"

static bool stdin_is_taken(const struct cmd_options *opt)
{
	bool inventory = false;

	for (size_t i = 0; i < opt->nfiles; i++)
		inventory |= strcmp(opt->files[i], "-") == 0;
	return inventory && strcmp(opt->snapshot, "-") == 0;
}

int options_check(const struct cmd_options *opt, const struct cmd *cmd, struct hgw_err *err)
{
	const bool settles = opt->settle || opt->roll_back;
	const bool many = mesh_is_dir(opt->snapshot);
	const struct {
		bool wrong;
		const char *what;
	} rules[] = {
		{cmd == &cmds[CMD_FLUSH] && opt->nfiles > 0, "flush takes no inventory"},
		{opt->plan != NULL && opt->nfiles > 0, "--plan takes the place of an inventory"},
		{opt->plan != NULL && (opt->verify || opt->wait > 0 || opt->node != NULL ||
				       opt->table != NULL || opt->protocol != NULL),
		 "--plan does not go with --verify, --wait, --node, --table and --protocol, for "
		 "it is made already"},
		{opt->detach && !opt->confirm, "--detach needs --confirm-within"},
		{settles && (opt->confirm || opt->nfiles > 0 || opt->plan != NULL || opt->dry_run),
		 "--confirm and --rollback are about a change that was made, and take no "
		 "inventory"},
		{opt->settle && opt->roll_back, "--confirm and --rollback exclude each other"},
		{opt->trace && (opt->all || opt->format == FORMAT_DOT),
		 "--to tells the way of one packet, and goes with neither --all nor -o dot"},
		{opt->snapshot != NULL && opt->netns != NULL,
		 "--snapshot and --netns exclude each other: what is read is a file"},
		{opt->snapshot != NULL && opt->retry > 0,
		 "--retry waits for a host, and a snapshot does not change"},
		{opt->snapshot != NULL && opt->probe,
		 "--probe asks the gateways, which a snapshot cannot"},
		{cmd == &cmds[CMD_APPLY] && opt->probe && !opt->verify,
		 "--probe is a part of --verify"},
		{opt->timeout > 0 && !opt->probe, "--timeout is how long --probe waits"},
		{opt->snapshot != NULL && opt->out != NULL,
		 "a plan to be saved is made on the host that is to apply it, not with --snapshot"},
		{cmd == &cmds[CMD_SHOW] && many && !opt->trace && opt->format != FORMAT_DOT,
		 "show prints one host; name a file in the directory of snapshots, or add --to or "
		 "-o dot"},
		{many && opt->trace && opt->node == NULL,
		 "--to with a directory of snapshots needs --node: where the packet comes from"},
		{many && opt->node != NULL && !opt->trace,
		 "--node does not go with a directory of snapshots, which is about all nodes; "
		 "name the file of that node"},
		{many && opt->format == FORMAT_BATCH,
		 "-o batch is for one host; name the file of that node in the directory of "
		 "snapshots"},
		{opt->snapshot != NULL && stdin_is_taken(opt),
		 "standard input cannot be both, inventory and snapshot"},
	};

	for (size_t i = 0; i < HGW_ARRAY_LEN(rules); i++)
		if (rules[i].wrong)
			return hgw_fail(err, HGW_USAGE, "%s; see 'hgw help %s'", rules[i].what,
					cmd->name);
	return 0;
}
