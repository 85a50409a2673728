/* SPDX-License-Identifier: MIT */
/* Addresses and prefixes of both families, as values. Bytes in network order. */
#ifndef HGW_PREFIX_H
#define HGW_PREFIX_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "hgw/compiler.h"

/* AF_UNSPEC is "none"; AF_INET uses b[0..3] and has 0 in the rest. */
struct hgw_addr {
	uint8_t family;
	uint8_t b[16];
};

struct hgw_prefix {
	struct hgw_addr addr;
	uint8_t len; /* 0..32, 0..128 */
};

enum { HGW_ADDR_STRLEN = INET6_ADDRSTRLEN, HGW_PREFIX_STRLEN = INET6_ADDRSTRLEN + 4 };

/* 32 or 128; 0 for AF_UNSPEC. */
unsigned hgw_family_bits(uint8_t family);

/* Strict: four decimal octets without leading zeros, or RFC 4291 text; no zone, no spaces. */
bool hgw_addr_parse(const char *s, struct hgw_addr *out);
void hgw_addr_format(const struct hgw_addr *a, char buf[static HGW_ADDR_STRLEN]);
/* Family, then bytes. */
int hgw_addr_cmp(const struct hgw_addr *a, const struct hgw_addr *b);

enum hgw_addr_kind {
	HGW_ADDR_UNICAST, /* usable as a node's address */
	HGW_ADDR_UNSPECIFIED,
	HGW_ADDR_LOOPBACK,
	HGW_ADDR_LINK_LOCAL,
	HGW_ADDR_MULTICAST,
	HGW_ADDR_RESERVED, /* 0/8, 240/4 and the limited broadcast; IPv4-mapped IPv6 */
};
enum hgw_addr_kind hgw_addr_kind(const struct hgw_addr *a);
/* "a loopback address"; for messages. */
const char *hgw_addr_kind_name(enum hgw_addr_kind kind);

enum hgw_prefix_fault {
	HGW_PREFIX_OK,
	HGW_PREFIX_NO_LENGTH, /* an address alone: *out is its host prefix */
	HGW_PREFIX_BAD_LENGTH,
	HGW_PREFIX_BAD_ADDR,
	HGW_PREFIX_HOST_BITS, /* *out is as written, not masked */
};
/* Parses ADDRESS/LENGTH, the length decimal without leading zeros. */
enum hgw_prefix_fault hgw_prefix_parse(const char *s, struct hgw_prefix *out);

/* ADDRESS/LENGTH always. */
void hgw_prefix_format(const struct hgw_prefix *p, char buf[static HGW_PREFIX_STRLEN]);
/* As ip(8) prints a destination: a host prefix bare, length 0 as "default". */
void hgw_prefix_format_dst(const struct hgw_prefix *p, char buf[static HGW_PREFIX_STRLEN]);
/* Family, address, length: a prefix stands before those inside it. */
int hgw_prefix_cmp(const struct hgw_prefix *a, const struct hgw_prefix *b);
struct hgw_prefix hgw_prefix_masked(const struct hgw_prefix *p);
/* All of inner is in outer; equal ones too. False across families. */
bool hgw_prefix_covers(const struct hgw_prefix *outer, const struct hgw_prefix *inner);
bool hgw_prefix_has(const struct hgw_prefix *p, const struct hgw_addr *a);
/* The prefix of full length of an address. */
struct hgw_prefix hgw_prefix_host(const struct hgw_addr *a);

/* Decimal digits only, no sign, no leading zero, min..max; true and *out, else false. */
bool hgw_parse_u32(const char *s, uint32_t min, uint32_t max, uint32_t *out);

#endif
