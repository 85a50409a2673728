/* SPDX-License-Identifier: MIT */
/*
 * Where the subnets stand, without libyaml: of a text that is known to be a good inventory,
 * written the way most are. Whatever else there is in it ends the scan, and the walk is made;
 * and so does a subnet that is not the next one of the inventory.
 */
#include <string.h>

#include "inventory_int.h"

struct scan {
	const struct hgw_prefix *subnets;
	struct hgw_place *places;
	size_t n, found;
	bool in_list; /* of subnets, an entry on each line */
};

/* A part of a line; at is its column. */
struct span {
	const char *s, *end;
	uint32_t at;
};

static struct span trim(struct span t)
{
	while (t.s < t.end && *t.s == ' ') {
		t.s++;
		t.at++;
	}
	while (t.s < t.end && t.end[-1] == ' ')
		t.end--;
	return t;
}

static bool is(const struct span *t, const char *word)
{
	return (size_t)(t->end - t->s) == strlen(word) && memcmp(t->s, word, strlen(word)) == 0;
}

/* Less the comment; false where the line has anything in it that takes a parser. */
static bool plain(struct span *line)
{
	static const bool special[128] = {
		['"'] = true, ['\''] = true, ['{'] = true, ['}'] = true, ['&'] = true,
		['*'] = true, ['!'] = true,  ['|'] = true, ['>'] = true, ['%'] = true,
		['@'] = true, ['`'] = true,  ['?'] = true,
	};

	for (const char *p = line->s; p < line->end; p++) {
		if (*p == '#' && (p == line->s || p[-1] == ' ')) {
			line->end = p;
			break;
		}
		if (*p < ' ' || *p > '~' || special[(unsigned char)*p])
			return false;
	}
	return true;
}

static bool found(struct scan *scan, uint32_t line, struct span value)
{
	struct hgw_prefix p;
	char text[HGW_PREFIX_STRLEN];
	size_t len;

	value = trim(value);
	len = (size_t)(value.end - value.s);
	if (scan->found == scan->n || len >= sizeof(text))
		return false;
	memcpy(text, value.s, len);
	text[len] = '\0';
	if (hgw_prefix_parse(text, &p) != HGW_PREFIX_OK ||
	    hgw_prefix_cmp(&p, &scan->subnets[scan->found]) != 0)
		return false;
	scan->places[scan->found++] = (struct hgw_place){line, value.at};
	return true;
}

/* [A, B]: all of it stands on the line. */
static bool flow_list(struct scan *scan, uint32_t line, struct span value, bool subnets)
{
	if (value.end[-1] != ']' || memchr(value.s + 1, '[', (size_t)(value.end - value.s) - 1))
		return false;
	value.s++;
	value.at++;
	value.end--;
	while (subnets && value.s < value.end) {
		const char *comma = memchr(value.s, ',', (size_t)(value.end - value.s));
		struct span one = {value.s, comma != NULL ? comma : value.end, value.at};

		if (!found(scan, line, one))
			return false;
		value.at += (uint32_t)(one.end - value.s) + 1;
		value.s = comma != NULL ? comma + 1 : value.end;
	}
	return true;
}

static bool pair(struct scan *scan, uint32_t line, const struct span *key, struct span value)
{
	bool subnets = is(key, "subnets");

	scan->in_list = subnets && value.s == value.end;
	if (value.s < value.end && *value.s == '[')
		return flow_list(scan, line, value, subnets);
	if (is(key, "subnet"))
		return found(scan, line, value);
	return !subnets || scan->in_list;
}

/* The end of a key: a colon at the end or before a blank. NULL: there is none. */
static const char *key_end(const struct span *t)
{
	for (const char *p = t->s; p < t->end; p++)
		if (*p == ':' && (p + 1 == t->end || p[1] == ' '))
			return p;
	return NULL;
}

static bool scan_line(struct scan *scan, uint32_t line, struct span t)
{
	const char *colon;
	bool entry = false;

	if (!plain(&t))
		return false;
	t = trim(t);
	while (t.s < t.end && *t.s == '-' && (t.s + 1 == t.end || t.s[1] == ' ')) {
		t.s++;
		t.at++;
		t = trim(t);
		entry = true;
	}
	if (t.s == t.end)
		return true;
	colon = key_end(&t);
	if (colon != NULL) {
		struct span key = {t.s, colon, t.at}, value = t;

		value.at += (uint32_t)(colon + 1 - t.s);
		value.s = colon + 1;
		return pair(scan, line, &key, trim(value));
	}
	/* Else a value that goes on, a document that ends, ... */
	return entry && *t.s != '[' && (!scan->in_list || found(scan, line, t));
}

bool inv_scan_places(const char *data, size_t len, const struct hgw_prefix *subnets, size_t n,
		     struct hgw_place *places)
{
	struct scan scan = {.subnets = subnets, .places = places, .n = n};
	const char *end = data + len;

	for (uint32_t line = 1; data < end; line++) {
		const char *eol = memchr(data, '\n', (size_t)(end - data));
		struct span t = {data, eol != NULL ? eol : end, 1};

		if (!scan_line(&scan, line, t))
			return false;
		data = t.end + 1;
	}
	return scan.found == n;
}
