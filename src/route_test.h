/* SPDX-License-Identifier: MIT */
/*
 * Routes for tests, written nearly as ip(8) prints them; devices are numbers:
 *
 *	[TYPE] DST [KEY VALUE]... [onlink] [linkdown] [dead] [nexthop ...]...
 *
 * Unicast, table main, protocol 72 where nothing else is said.
 */
#ifndef HGW_ROUTE_TEST_H
#define HGW_ROUTE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hgw/route.h"

static inline struct hgw_addr addr(const char *s)
{
	struct hgw_addr a = {0};

	if (!hgw_addr_parse(s, &a))
		fail_msg("%s is no address", s);
	return a;
}

static inline struct hgw_prefix prefix(const char *s)
{
	struct hgw_prefix p = {0};
	enum hgw_prefix_fault fault = hgw_prefix_parse(s, &p);

	if (fault != HGW_PREFIX_OK && fault != HGW_PREFIX_NO_LENGTH)
		fail_msg("%s is no prefix", s);
	return p;
}

/* A route that is being read. */
struct route_reader {
	struct hgw_route route;
	struct hgw_hop hops[16];
	unsigned nhops; /* words "nexthop" so far */
	bool way;	/* a gateway or device was said outside of them */
};

static inline struct hgw_hop *reader_hop(struct route_reader *rd)
{
	return &rd->hops[rd->nhops > 0 ? rd->nhops - 1 : 0];
}

static inline void reader_value(struct route_reader *rd, const char *key, const char *value)
{
	struct hgw_route *r = &rd->route;
	uint32_t n = (uint32_t)strtoul(value, NULL, 0);

	if (strcmp(key, "via") == 0) {
		reader_hop(rd)->via = addr(value);
		rd->way = true;
	} else if (strcmp(key, "dev") == 0) {
		reader_hop(rd)->oif = n;
		rd->way = true;
	} else if (strcmp(key, "weight") == 0) {
		reader_hop(rd)->weight = (uint16_t)n;
	} else if (strcmp(key, "table") == 0) {
		r->table = n;
	} else if (strcmp(key, "proto") == 0) {
		r->protocol = (uint8_t)n;
	} else if (strcmp(key, "scope") == 0) {
		r->scope = (uint8_t)n;
	} else if (strcmp(key, "tos") == 0) {
		r->tos = (uint8_t)n;
	} else if (strcmp(key, "metric") == 0) {
		r->metric = n;
	} else if (strcmp(key, "mtu") == 0) {
		r->mtu = n;
	} else if (strcmp(key, "nhid") == 0) {
		r->nhid = n;
	} else if (strcmp(key, "raw") == 0) {
		r->raw = n;
	} else {
		fail_msg("%s: no such word", key);
	}
}

/* A word that stands alone. */
static inline bool reader_word(struct route_reader *rd, const char *word)
{
	if (strcmp(word, "onlink") == 0) {
		reader_hop(rd)->flags |= RTNH_F_ONLINK;
	} else if (strcmp(word, "linkdown") == 0) {
		reader_hop(rd)->flags |= RTNH_F_LINKDOWN;
		rd->route.state |= HGW_STATE_LINKDOWN;
	} else if (strcmp(word, "dead") == 0) {
		reader_hop(rd)->flags |= RTNH_F_DEAD;
		rd->route.state |= HGW_STATE_DEAD;
	} else if (strcmp(word, "nexthop") == 0) {
		rd->nhops++;
		*reader_hop(rd) = (struct hgw_hop){.weight = 1};
	} else {
		return false;
	}
	return true;
}

static inline uint8_t route_type(const char *word)
{
	static const struct {
		const char *name;
		uint8_t type;
	} types[] = {{"unicast", RTN_UNICAST},
		     {"local", RTN_LOCAL},
		     {"blackhole", RTN_BLACKHOLE},
		     {"unreachable", RTN_UNREACHABLE},
		     {"throw", RTN_THROW}};

	for (size_t i = 0; i < HGW_ARRAY_LEN(types); i++)
		if (strcmp(types[i].name, word) == 0)
			return types[i].type;
	return RTN_UNSPEC;
}

static inline struct hgw_route route(struct hgw_pool *pool, const char *text)
{
	struct route_reader rd = {.route = {.protocol = 72, .table = RT_TABLE_MAIN},
				  .hops = {{.weight = 1}}};
	struct hgw_route *r = &rd.route;
	char *copy = strdup(text), *save = NULL, *word;
	struct hgw_err err;

	assert_non_null(copy);
	word = strtok_r(copy, " ", &save);
	r->type = route_type(word);
	if (r->type == RTN_UNSPEC)
		r->type = RTN_UNICAST;
	else
		word = strtok_r(NULL, " ", &save);
	r->dst = prefix(word);
	while ((word = strtok_r(NULL, " ", &save)) != NULL)
		if (!reader_word(&rd, word))
			reader_value(&rd, word, strtok_r(NULL, " ", &save));
	free(copy);
	r->nhops = rd.nhops > 0 ? (uint16_t)rd.nhops : rd.way;
	if (r->nhops > 0)
		r->hop = rd.hops[0];
	if (r->nhops > 1)
		assert_int_equal(hgw_pool_add_hops(pool, rd.hops, r->nhops, &r->hops, &err), 0);
	return *r;
}

static inline void add_route(struct hgw_routes *set, struct hgw_pool *pool, const char *text)
{
	struct hgw_route r = route(pool, text);
	struct hgw_err err;

	assert_int_equal(hgw_routes_add(set, &r, &err), 0);
}

/* The same numbers in every run. */
static inline uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

#endif
