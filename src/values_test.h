/* SPDX-License-Identifier: MIT */
/* Values for tests, out of text. */
#ifndef HGW_VALUES_TEST_H
#define HGW_VALUES_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hgw/inventory.h"
#include "hgw/output.h"
#include "hgw/route.h"
#include "hgw/snapshot.h"

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

	if (fault == HGW_PREFIX_BAD_ADDR || fault == HGW_PREFIX_BAD_LENGTH)
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
	} else if (strcmp(word, "dead") == 0) {
		reader_hop(rd)->flags |= RTNH_F_DEAD;
	} else if (strcmp(word, "nexthop") == 0) {
		rd->nhops++;
		*reader_hop(rd) = (struct hgw_hop){.weight = 1};
	} else {
		return false;
	}
	return true;
}

/* What all hops are. */
static inline uint8_t reader_state(const struct route_reader *rd)
{
	unsigned flags = rd->hops[0].flags;

	for (size_t i = 1; i < rd->nhops; i++)
		flags &= rd->hops[i].flags;
	return (uint8_t)(((flags & RTNH_F_DEAD) ? HGW_STATE_DEAD : 0) |
			 ((flags & RTNH_F_LINKDOWN) ? HGW_STATE_LINKDOWN : 0));
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

/*
 * A route nearly as ip(8) prints it; devices are numbers:
 *
 *	[TYPE] DST [KEY VALUE]... [onlink] [linkdown] [dead] [nexthop ...]...
 *
 * Unicast, table main, protocol 72 where nothing else is said.
 */
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
	r->state = reader_state(&rd);
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

/* A message of rtnetlink(7), as a kernel would send it. */
struct message {
	union {
		struct nlmsghdr h;
		unsigned char bytes[1024];
	};
};

static inline void message_start(struct message *m, uint8_t family, unsigned flags)
{
	struct rtmsg rtm = {.rtm_family = family, .rtm_flags = flags};

	memset(m, 0, sizeof(*m));
	m->h.nlmsg_len = NLMSG_LENGTH(sizeof(rtm));
	m->h.nlmsg_type = RTM_NEWROUTE;
	memcpy(NLMSG_DATA(&m->h), &rtm, sizeof(rtm));
}

static inline void message_put(struct message *m, uint16_t type, const void *data, size_t len)
{
	struct rtattr a = {.rta_len = (uint16_t)RTA_LENGTH(len), .rta_type = type};

	assert_true(m->h.nlmsg_len + RTA_SPACE(len) <= sizeof(m->bytes));
	memcpy(m->bytes + m->h.nlmsg_len, &a, sizeof(a));
	memcpy(m->bytes + m->h.nlmsg_len + RTA_LENGTH(0), data, len);
	m->h.nlmsg_len += (uint32_t)RTA_SPACE(len);
}

static inline void message_put_u32(struct message *m, uint16_t type, uint32_t value)
{
	message_put(m, type, &value, sizeof(value));
}

/* RTA_METRICS with what inside has behind its header. */
static inline void message_put_metrics(struct message *m, const struct message *inside)
{
	size_t start = NLMSG_LENGTH(sizeof(struct rtmsg));

	message_put(m, RTA_METRICS, inside->bytes + start, inside->h.nlmsg_len - start);
}

static inline void message_end(struct message *m, struct hgw_pool *pool, struct hgw_route *r)
{
	struct hgw_err err;

	assert_int_equal(hgw_pool_add_raw(pool, &m->h, m->h.nlmsg_len, &r->raw, &err), 0);
}

/* A route as it is printed, in numbers; until the next call. */
static inline const char *shown(const struct hgw_pool *pool, const struct hgw_route *r)
{
	static char buf[4096];
	struct hgw_snapshot nothing = {0};
	struct hgw_view view = {.host = &nothing, .pool = pool};
	FILE *f = fmemopen(buf, sizeof(buf), "w");

	assert_non_null(f);
	hgw_print_route(f, &view, r);
	fclose(f);
	return buf;
}

/* The links are sorted as long as they are added in the order of their index. */
static inline void add_link(struct hgw_snapshot *s, uint32_t index, const char *name)
{
	struct hgw_link *links = reallocarray(s->links, s->nlinks + 1, sizeof(*links));

	assert_non_null(links);
	s->links = links;
	links[s->nlinks] = (struct hgw_link){.index = index};
	snprintf(links[s->nlinks++].name, sizeof(links->name), "%s", name);
}

static inline void add_addr(struct hgw_snapshot *s, const char *text)
{
	struct hgw_ifaddr *addrs = reallocarray(s->addrs, s->naddrs + 1, sizeof(*addrs));

	assert_non_null(addrs);
	s->addrs = addrs;
	addrs[s->naddrs++] = (struct hgw_ifaddr){.prefix = prefix(text)};
	hgw_snapshot_sort(s);
}

static inline void add_rule(struct hgw_snapshot *s, uint8_t family, uint32_t table)
{
	struct hgw_rule *rules = reallocarray(s->rules, s->nrules + 1, sizeof(*rules));

	assert_non_null(rules);
	s->rules = rules;
	rules[s->nrules++] = (struct hgw_rule){.family = family, .table = table};
}

static inline void load_inventory(struct hgw_inventory *inv, const char *file, const char *text)
{
	struct hgw_names names;
	struct hgw_diags diags = {0};
	struct hgw_err err;

	assert_int_equal(hgw_names_load(&names, "/dev/null", &err), 0);
	if (hgw_inventory_load_data(inv, file, text, strlen(text), &names, &diags, &err) < 0)
		fail_msg("%s: %s", err.msg, diags.n > 0 ? diags.v[0].text : "");
	hgw_diags_free(&diags);
	hgw_names_free(&names);
}

/* The same numbers in every run. */
/* Tests of routes alone know nothing of the host: without what is skipped for that. */
static inline void drop_host_checks(struct hgw_verdict *v)
{
	size_t n = 0, all = v->n;

	for (size_t i = 0; i < all; i++)
		if (v->v[i].id < HGW_CHECK_LOOKUP || v->v[i].status != HGW_SKIP)
			v->v[n++] = v->v[i];
	v->count[HGW_SKIP] -= all - n;
	v->n = n;
}

static inline uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

#endif
