/* SPDX-License-Identifier: MIT */
/* Shared by the output_json*.c files and by nobody else. Values are the caller's to release. */
#ifndef HGW_OUTPUT_JSON_H
#define HGW_OUTPUT_JSON_H

#include <jansson.h>

#include "output_impl.h"

/* NULL is null; what is not UTF-8 is told as far as it is ASCII. */
json_t *json_string_or_null(const char *s);
json_t *json_addr(const struct hgw_addr *a);
/* details: type, table and scope also where they are the default, as with ip -d. */
json_t *json_route(const struct hgw_view *view, const struct hgw_route *r, bool details);
/* File, line and column of a subnet of the inventory, and the name of a node; or null. */
json_t *json_origin(const struct hgw_report *report, uint32_t node, uint32_t subnet);
json_t *json_node(const struct hgw_report *report, uint32_t node);
/* Takes the value, which may be NULL; -1 for want of memory. */
int json_print(FILE *f, json_t *value);

#endif
