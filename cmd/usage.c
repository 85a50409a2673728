/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd.h"

enum { WIDTH = 80, NARROW = 60, INDENT = 25 };

/* Columns of the terminal that it goes to, where that has fewer than are usual. */
static size_t width_of(FILE *f)
{
	struct winsize size = {0};
	int fd = fileno(f);

	if (fd >= 0 && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20 &&
	    size.ws_col < WIDTH)
		return size.ws_col;
	return WIDTH;
}

/* From column at on; wrapped between words, each further line behind indent blanks. */
static void print_words(FILE *f, const char *text, size_t at, size_t indent)
{
	size_t width = width_of(f), start = at;

	for (const char *word = text; *word != '\0';) {
		size_t n = strcspn(word, " \n");

		if (at > start && at + 1 + n >= width) {
			fprintf(f, "\n%*s", (int)indent, "");
			start = at = indent;
		} else if (at > start) {
			fputc(' ', f);
			at++;
		}
		at += n;
		fprintf(f, "%.*s", (int)n, word);
		word += n;
		word += strspn(word, " \n");
	}
	fputc('\n', f);
}

/* What it is called in a column of its own, or on a line of its own where there is no room. */
static void print_entry(FILE *f, const char *name, const char *text, size_t indent)
{
	if (width_of(f) >= NARROW) {
		fprintf(f, "  %-*s ", (int)indent - 3, name);
		print_words(f, text, indent, indent);
	} else {
		fprintf(f, "  %s\n      ", name);
		print_words(f, text, 6, 6);
	}
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
	print_entry(f, option, text, INDENT);
}

void usage_print(FILE *f)
{
	print_words(f, "Usage: hgw COMMAND [OPTION]... [INVENTORY]...", 0, 7);
	print_words(f, "Routes to the subnets of all other nodes of a flat network, out of a file.",
		    0, 0);
	fputs("\nCommands:\n", f);
	for (size_t i = 0; i < CMD_COUNT; i++)
		print_entry(f, cmds[i].name, cmds[i].summary, 11);
	print_entry(f, "help", "print the help of a command", 11);
	fputc('\n', f);
	print_words(f,
		    "The inventory is $HGW_INVENTORY, else /etc/hgw/inventory.yaml; '-' is "
		    "standard input.",
		    0, 0);
	fputs("See 'hgw help COMMAND' and hgw(8).\n", f);
}

void usage_print_command(FILE *f, const struct cmd *cmd)
{
	char line[256];

	snprintf(line, sizeof(line), "Usage: hgw %s %s", cmd->name, cmd->args);
	print_words(f, line, 0, 7);
	snprintf(line, sizeof(line), "%c%s.", cmd->summary[0] - 'a' + 'A', cmd->summary + 1);
	print_words(f, line, 0, 0);
	fputc('\n', f);
	print_words(f, cmd->details, 0, 0);
	fputs("\nOptions:\n", f);
	options_print(f, cmd);
	fprintf(f, "\nExamples:\n%s", cmd->examples);
}
