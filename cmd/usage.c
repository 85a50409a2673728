/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cmd.h"

enum { WIDTH = 79, INDENT = 25 };

/* Wrapped at blanks, each line behind as many of them. */
static void print_wrapped(FILE *f, const char *text)
{
	size_t room = WIDTH - INDENT;

	while (strlen(text) > room) {
		size_t n = room;

		while (n > 0 && text[n] != ' ')
			n--;
		if (n == 0)
			break;
		fprintf(f, "%.*s\n%*s", (int)n, text, INDENT, "");
		text += n + 1;
	}
	fprintf(f, "%s\n", text);
}

void usage_print_option(FILE *f, const char *option, const char *help, unsigned formats)
{
	const char *between = ": ";
	char text[256];
	size_t n = (size_t)snprintf(text, sizeof(text), "%s", help);

	for (unsigned i = 0; i < FORMAT_COUNT && n < sizeof(text); i++) {
		if (!(formats & 1U << i))
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", between,
				      format_specs[i].name);
		between = ", ";
	}
	fprintf(f, "  %-*s ", INDENT - 3, option);
	print_wrapped(f, text);
}

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
	fprintf(f, "\nExamples:\n%s", cmd->examples);
}
