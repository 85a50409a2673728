/* SPDX-License-Identifier: MIT */
/*
 * What ip(8) prints for programs: arrays of objects. Each is decoded, looked
 * at and freed before the next, so that memory follows what is kept.
 */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapshot_int.h"

/*
 * jansson makes thirty small things of a route, and all of them go before the next is read: out
 * of one block, which then is empty again. What does not fit is malloc()'s.
 */
static struct {
	_Alignas(max_align_t) char block[32 * 1024];
	size_t used;
} scratch; /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables): it takes no argument */

static void *scratch_alloc(size_t size)
{
	size_t room = (size + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
	void *p = scratch.block + scratch.used;

	if (room < size || room > sizeof(scratch.block) - scratch.used)
		return malloc(size);
	scratch.used += room;
	return p;
}

static void scratch_free(void *p)
{
	uintptr_t at = (uintptr_t)p, block = (uintptr_t)scratch.block;

	if (at < block || at >= block + sizeof(scratch.block))
		free(p);
}

static const struct {
	const char *name;
	enum snap_key key;
} members[] = {
	{"type", SNAP_TYPE},	   {"dst", SNAP_DST},	      {"nhid", SNAP_NHID},
	{"tos", SNAP_TOS},	   {"gateway", SNAP_GATEWAY}, {"dev", SNAP_DEV},
	{"table", SNAP_TABLE},	   {"protocol", SNAP_PROTO},  {"scope", SNAP_SCOPE},
	{"prefsrc", SNAP_SRC},	   {"metric", SNAP_METRIC},   {"mark", SNAP_MARK},
	{"expires", SNAP_EXPIRES}, {"error", SNAP_ERROR},     {"pref", SNAP_PREF},
	{"weight", SNAP_WEIGHT},
};

/* Strings and numbers are one to ip(8): which it is depends on -N. */
static const char *text_of(const json_t *value, char buf[static 24])
{
	if (json_is_string(value))
		return json_string_value(value);
	if (!json_is_integer(value))
		return NULL;
	snprintf(buf, 24, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return buf;
}

static int bad_member(struct snap_reader *rd, const struct snap_route *rt, const char *name)
{
	return snap_fail(rd, rt->at, snap_hint, "'%s' of this route is not what it should be",
			 name);
}

static int read_via(struct snap_reader *rd, struct snap_route *rt, const json_t *via)
{
	const char *family = json_string_value(json_object_get(via, "family"));
	const char *host = json_string_value(json_object_get(via, "host"));

	if (family == NULL || host == NULL)
		return bad_member(rd, rt, "via");
	return snap_set_via(rd, rt, family, host, rt->at);
}

static int read_flags(struct snap_reader *rd, struct snap_route *rt, const json_t *flags)
{
	size_t i;
	json_t *flag;

	if (flags != NULL && !json_is_array(flags))
		return bad_member(rd, rt, "flags");
	json_array_foreach(flags, i, flag)
	{
		const char *name = json_string_value(flag);

		if (name == NULL)
			return bad_member(rd, rt, "flags");
		snap_set_flag(rt, name); /* one that is not known says nothing to us */
	}
	return 0;
}

/* Those of an object, in the order of the table: one pass, for a search of each costs more. */
static void find_members(json_t *o, const json_t *values[static HGW_ARRAY_LEN(members)])
{
	const char *name;
	json_t *value;

	json_object_foreach(o, name, value)
	{
		size_t i = 0;

		while (i < HGW_ARRAY_LEN(members) &&
		       (members[i].name[0] != name[0] || strcmp(members[i].name, name) != 0))
			i++;
		if (i < HGW_ARRAY_LEN(members))
			values[i] = value;
	}
}

/* What a route and a nexthop have in common. */
static int read_members(struct snap_reader *rd, struct snap_route *rt, json_t *o)
{
	const json_t *values[HGW_ARRAY_LEN(members)] = {0};
	const json_t *via = json_object_get(o, "via");

	find_members(o, values);
	for (size_t i = 0; i < HGW_ARRAY_LEN(members); i++) {
		const char *text;
		char buf[24];

		if (values[i] == NULL)
			continue;
		text = text_of(values[i], buf);
		if (text == NULL)
			return bad_member(rd, rt, members[i].name);
		if (snap_set(rd, rt, members[i].key, text, rt->at) < 0)
			return -1;
	}
	if (via != NULL && read_via(rd, rt, via) < 0)
		return -1;
	return read_flags(rd, rt, json_object_get(o, "flags"));
}

static int read_metrics(struct snap_reader *rd, struct snap_route *rt, json_t *metrics)
{
	const char *name;
	json_t *value, *o;
	size_t i;

	if (metrics != NULL && !json_is_array(metrics))
		return bad_member(rd, rt, "metrics");
	json_array_foreach(metrics, i, o)
	{
		json_object_foreach(o, name, value)
		{
			/* {"ecn":null} is a feature by name */
			const char *key = json_is_null(value) ? "features" : name;
			unsigned rtax = snap_metric_of(key);
			char buf[24];
			const char *text = json_is_null(value) ? name : text_of(value, buf);

			if (rtax == 0)
				continue;
			if (text == NULL)
				return bad_member(rd, rt, name);
			if (snap_set_metric(rd, rt, rtax, text, rt->at) < 0)
				return -1;
		}
	}
	return 0;
}

static int read_nexthops(struct snap_reader *rd, struct snap_route *rt, json_t *nexthops)
{
	json_t *hop;
	size_t i;

	if (nexthops != NULL && !json_is_array(nexthops))
		return bad_member(rd, rt, "nexthops");
	json_array_foreach(nexthops, i, hop)
	{
		if (!json_is_object(hop))
			return bad_member(rd, rt, "nexthops");
		if (snap_nexthop(rd, rt) < 0 || read_members(rd, rt, hop) < 0)
			return -1;
	}
	return 0;
}

static int read_route(struct snap_reader *rd, json_t *o, size_t at)
{
	const json_t *flow = json_object_get(o, "flow");
	struct snap_route rt;
	char realms[64];

	snap_begin(&rt, at);
	if (!json_is_object(o) || json_object_get(o, "dst") == NULL)
		return snap_fail(rd, at, snap_hint,
				 "this is no route of 'ip -j route': it has no 'dst'");
	if (json_object_get(o, "deleted") != NULL || json_object_get(o, "cache") != NULL)
		return snap_fail(rd, at, snap_hint,
				 "this is not a table, but what 'ip monitor' or "
				 "'ip route get' prints");
	if (read_members(rd, &rt, o) < 0 ||
	    read_metrics(rd, &rt, json_object_get(o, "metrics")) < 0)
		return -1;
	if (flow != NULL) {
		const char *from = json_string_value(json_object_get(flow, "from"));
		const char *to = json_string_value(json_object_get(flow, "to"));

		snprintf(realms, sizeof(realms), "%.20s%s%.20s", from != NULL ? from : "",
			 from != NULL ? "/" : "", to != NULL ? to : "");
		if (snap_set(rd, &rt, SNAP_REALMS, realms, at) < 0)
			return -1;
	}
	if (read_nexthops(rd, &rt, json_object_get(o, "nexthops")) < 0)
		return -1;
	return snap_finish(rd, &rt);
}

static size_t skip_blanks(const struct snap_reader *rd, size_t at)
{
	while (at < rd->len && strchr(" \t\r\n", rd->data[at]) != NULL && rd->data[at] != '\0')
		at++;
	return at;
}

static char char_at(const struct snap_reader *rd, size_t at)
{
	if (at >= rd->len)
		return '\0';
	return rd->data[at];
}

static int cut_off(struct snap_reader *rd)
{
	return snap_fail(
		rd, rd->len, snap_hint,
		"the output ends in the middle of the list: it was cut off, or the command "
		"failed");
}

/* Why jansson cannot read what begins at "at"; ip(8) has a history of such. */
static int explain(struct snap_reader *rd, size_t at, const json_error_t *e)
{
	size_t inside = skip_blanks(rd, at + 1), close;
	size_t where = at + (e->position > 0 ? (size_t)e->position : 0);

	if (char_at(rd, at) == '{' && char_at(rd, inside) == '{')
		return snap_fail(rd, at, snap_hint,
				 "'[{{' is what 'ip -j -echo' prints, and no JSON");
	if (char_at(rd, at) == '{' && char_at(rd, inside) == '"') {
		const char *end = memchr(rd->data + inside + 1, '"', rd->len - inside - 1);

		close = end != NULL ? skip_blanks(rd, (size_t)(end - rd->data) + 1) : rd->len;
		if (char_at(rd, close) == ',')
			return snap_fail(rd, at,
					 "its text is good: take it with: ip -d route show table "
					 "all",
					 "this is no JSON: iproute2 before 5.0 prints it so");
	}
	switch (json_error_code(e)) {
	case json_error_premature_end_of_input:
		return cut_off(rd);
	case json_error_duplicate_key:
		return snap_fail(rd, at,
				 "its text is good: take it with: ip -d route show table all",
				 "a route has two members of one name: iproute2 before 6.3 prints "
				 "encapsulations so");
	default:
		return snap_fail(rd, where < rd->len ? where : rd->len, snap_hint,
				 "this is no JSON: %s", e->text);
	}
}

/* The elements of an array that has begun; *at is behind it then. */
static int read_array(struct snap_reader *rd, size_t *at)
{
	for (size_t n = 0;; n++) {
		json_error_t e;
		json_t *o;
		int rc;

		*at = skip_blanks(rd, *at);
		if (char_at(rd, *at) == ']' && n == 0)
			break;
		o = json_loadb(rd->data + *at, rd->len - *at,
			       JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &e);
		if (o == NULL)
			return *at == rd->len ? cut_off(rd) : explain(rd, *at, &e);
		rc = read_route(rd, o, *at);
		json_decref(o);
		scratch.used = 0;
		if (rc < 0)
			return -1;
		*at = skip_blanks(rd, *at + (size_t)e.position);
		if (char_at(rd, *at) == ']')
			break;
		if (*at == rd->len)
			return cut_off(rd);
		if (char_at(rd, *at) != ',')
			return snap_fail(rd, *at, snap_hint,
					 "this is no JSON: a comma is missing here");
		++*at;
	}
	++*at;
	return 0;
}

/* IPv4's and IPv6's may stand one behind the other. */
static int read_arrays(struct snap_reader *rd)
{
	size_t at = skip_blanks(rd, 0);

	while (at < rd->len) {
		if (rd->data[at] != '[')
			return snap_fail(rd, at, snap_hint, "here an array should begin, with '['");
		at++;
		if (read_array(rd, &at) < 0)
			return -1;
		at = skip_blanks(rd, at);
	}
	return 0;
}

int snap_read_json(struct snap_reader *rd)
{
	json_malloc_t alloc;
	json_free_t release;
	int rc;

	json_get_alloc_funcs(&alloc, &release);
	json_set_alloc_funcs(scratch_alloc, scratch_free);
	scratch.used = 0;
	rc = read_arrays(rd);
	json_set_alloc_funcs(alloc, release);
	return rc;
}
