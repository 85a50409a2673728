/* SPDX-License-Identifier: MIT */
#include "cmd.h"

void usage_print(FILE *f)
{
	fputs("Usage: hgw COMMAND [OPTION]... [INVENTORY]...\n"
	      "Routes to the subnets of all other nodes of a flat network, out of a file.\n\n"
	      "Commands:\n",
	      f);
	for (size_t i = 0; i < CMD_COUNT; i++)
		fprintf(f, "  %-8s %s\n", cmds[i].name, cmds[i].summary);
	fputs("  help     print the help of a command\n\n"
	      "The inventory is $HGW_INVENTORY, else /etc/hgw/inventory.yaml; '-' is standard "
	      "input.\n"
	      "See 'hgw help COMMAND' and hgw(8).\n",
	      f);
}

void usage_print_command(FILE *f, const struct cmd *cmd)
{
	fprintf(f, "Usage: hgw %s %s\n", cmd->name, cmd->args);
	fprintf(f, "%c%s.\n\n%s\nOptions:\n", cmd->summary[0] - 'a' + 'A', cmd->summary + 1,
		cmd->details);
	options_print(f, cmd);
}
