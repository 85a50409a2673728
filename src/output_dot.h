/* SPDX-License-Identifier: MIT */
/* Shared by the output_dot*.c files and by nobody else. */
#ifndef HGW_OUTPUT_DOT_H
#define HGW_OUTPUT_DOT_H

#include "output_impl.h"

#define DOT_RED	   "#cc0000"
#define DOT_ORANGE "#b36200"
#define DOT_STYLE                                                                                  \
	"\tgraph [fontname=\"sans-serif\"]\n\tnode [fontname=\"sans-serif\", shape=box]\n"         \
	"\tedge [fontname=\"sans-serif\", fontsize=10]\n"

/* Inside the double quotes of a label. */
const char *dot_escape(char c);
/* ", color=…" of a failure or a warning; nothing where all is well. */
void dot_color(FILE *f, enum hgw_check_status status);

#endif
