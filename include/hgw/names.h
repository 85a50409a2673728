/* SPDX-License-Identifier: MIT */
/*
 * Names of routing tables and route protocols, as this host's iproute2 knows
 * them: its built-in ones, rt_tables, rt_protos and the *.conf files of
 * rt_tables.d and rt_protos.d (ip-route(8)). A name that ip(8) would not
 * accept here is never printed; the number is.
 */
#ifndef HGW_NAMES_H
#define HGW_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/err.h"

enum { HGW_PROTOCOL = 72 }; /* ours where nothing else is said; named "hgw" */

struct hgw_name {
	uint32_t id;
	char name[64];
};

struct hgw_name_list {
	struct hgw_name *v;
	size_t n, cap;
};

struct hgw_names {
	struct hgw_name_list tables, protocols;
};

/*
 * Reads what is there below root ("" for the real one); files that are absent
 * or have lines ip(8) would refuse are no errors. Fails only for memory.
 */
HGW_NODISCARD int hgw_names_load(struct hgw_names *names, const char *root, struct hgw_err *err);
void hgw_names_free(struct hgw_names *names);

/* NULL where ip(8) would print the number. */
const char *hgw_table_name(const struct hgw_names *names, uint32_t id);
const char *hgw_protocol_name(const struct hgw_names *names, uint32_t id);

/* Table: a name or 1..4294967295. False if unknown. */
bool hgw_table_parse(const struct hgw_names *names, const char *s, uint32_t *id);
/* Protocol: a name, "hgw" whether ip(8) knows it or not, or 0..255. */
bool hgw_protocol_parse(const struct hgw_names *names, const char *s, uint8_t *id);

/*
 * Who owns a table or protocol that hgw must not use, for a message; NULL if
 * it may be used. Tables: 0 and local. Protocols: those of the kernel
 * (linux/rtnetlink.h: 0-4, 8-18, 42, 99, 186-192), OVN's 84, and each that
 * rt_protos names for another (than "hgw" or "hgw-SOMETHING").
 */
const char *hgw_table_taken(uint32_t id);
const char *hgw_protocol_taken(const struct hgw_names *names, uint8_t id);

#endif
