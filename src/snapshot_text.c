/* SPDX-License-Identifier: MIT */
/*
 * What ip(8) prints for people: words that one blank ends, a route a line, its
 * nexthops and notes on lines of their own or (-o) behind backslashes.
 */
#include <string.h>

#include "snapshot_int.h"

enum { WORD_MAX = 256 };

struct cursor {
	struct snap_reader *rd;
	const char *p, *end; /* what is left of the line */
	size_t at;	     /* of the word */
	char word[WORD_MAX];
};

/* "\e[35m", with which -c colours. */
static const char *skip_color(const char *p, const char *end)
{
	const char *m = p + 2;

	if (end - p < 3 || p[0] != '\033' || p[1] != '[')
		return p;
	while (m < end && ((*m >= '0' && *m <= '9') || *m == ';'))
		m++;
	return m < end && *m == 'm' ? m + 1 : p;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of the line; what is too long to be one of ip(8)'s is cut, and so none as well. */
static bool next(struct cursor *c)
{
	size_t n = 0;

	while (c->p < c->end && (is_blank(*c->p) || skip_color(c->p, c->end) != c->p))
		c->p = is_blank(*c->p) ? c->p + 1 : skip_color(c->p, c->end);
	c->at = (size_t)(c->p - c->rd->data);
	while (c->p < c->end && !is_blank(*c->p)) {
		const char *p = skip_color(c->p, c->end);

		if (p == c->p) {
			c->word[n] = *p++;
			n += n + 1 < WORD_MAX;
		}
		c->p = p;
	}
	c->word[n] = '\0';
	return n > 0;
}

/* The next word, which has to be there. */
static int need(struct cursor *c)
{
	char before[WORD_MAX];

	memcpy(before, c->word, sizeof(before));
	if (next(c))
		return 0;
	return snap_fail(c->rd, c->at, snap_hint,
			 "the line ends after '%s': was the output cut off?", before);
}

static const struct {
	const char *name;
	enum snap_key key;
} words[] = {
	{"nhid", SNAP_NHID},	 {"tos", SNAP_TOS},
	{"dev", SNAP_DEV},	 {"table", SNAP_TABLE},
	{"proto", SNAP_PROTO},	 {"scope", SNAP_SCOPE},
	{"src", SNAP_SRC},	 {"metric", SNAP_METRIC},
	{"mark", SNAP_MARK},	 {"expires", SNAP_EXPIRES},
	{"error", SNAP_ERROR},	 {"pref", SNAP_PREF},
	{"weight", SNAP_WEIGHT}, {"realm", SNAP_REALMS},
	{"realms", SNAP_REALMS}, {"from", SNAP_IGNORED},
	{"to", SNAP_IGNORED},	 {"uid", SNAP_IGNORED},
	{"iif", SNAP_IGNORED},	 {"users", SNAP_IGNORED},
	{"used", SNAP_IGNORED},	 {"age", SNAP_IGNORED},
	{"ipid", SNAP_IGNORED},	 {"ts", SNAP_IGNORED},
	{"tsage", SNAP_IGNORED}, {"ttl-propogate", SNAP_IGNORED}, /* their spelling */
};

static enum snap_key key_of(const char *word)
{
	for (size_t i = 0; i < HGW_ARRAY_LEN(words); i++)
		if (strcmp(words[i].name, word) == 0)
			return words[i].key;
	return SNAP_NKEYS;
}

static int parse_via(struct cursor *c, struct snap_route *rt)
{
	char family[WORD_MAX];

	if (need(c) < 0)
		return -1;
	if (strcmp(c->word, "inet6") != 0 && strcmp(c->word, "inet") != 0)
		return snap_set(c->rd, rt, SNAP_GATEWAY, c->word, c->at);
	memcpy(family, c->word, sizeof(family));
	if (need(c) < 0)
		return -1;
	return snap_set_via(c->rd, rt, family, c->word, c->at);
}

/* "mtu 1400", "mtu lock 1400", "features ecn 0x10". */
static int parse_metric(struct cursor *c, struct snap_route *rt, unsigned rtax)
{
	const char *before;

	if (need(c) < 0)
		return -1;
	if (strcmp(c->word, "lock") == 0) {
		rt->metrics[RTAX_LOCK] |= 1U << rtax;
		rt->has_metric |= 1U << RTAX_LOCK;
		if (need(c) < 0)
			return -1;
	}
	if (snap_set_metric(c->rd, rt, rtax, c->word, c->at) < 0)
		return -1;
	for (before = c->p; rtax == RTAX_FEATURES && next(c); before = c->p) {
		if (strcmp(c->word, "tcp_usec_ts") != 0 && strncmp(c->word, "0x", 2) != 0)
			break;
		if (snap_set_metric(c->rd, rt, rtax, c->word, c->at) < 0)
			return -1;
	}
	if (rtax == RTAX_FEATURES)
		c->p = before;
	return 0;
}

/* The words of an encapsulation are many; on to what follows it. */
static bool skip_encap(struct cursor *c)
{
	while (next(c))
		if (strcmp(c->word, "via") == 0 || strcmp(c->word, "dev") == 0)
			return true;
	return false;
}

/* What the word at hand begins. */
static int parse_word(struct cursor *c, struct snap_route *rt)
{
	enum snap_key key;
	unsigned rtax;

	if (strcmp(c->word, "encap") == 0 && !skip_encap(c))
		return 0;
	key = key_of(c->word);
	rtax = snap_metric_of(c->word);
	if (strcmp(c->word, "via") == 0)
		return parse_via(c, rt);
	if (strcmp(c->word, "nexthop") == 0)
		return snap_nexthop(c->rd, rt);
	if (strcmp(c->word, "cache") == 0)
		return snap_fail(c->rd, c->at, snap_hint,
				 "this is the answer of 'ip route get', not a table");
	if (strcmp(c->word, "as") == 0 || snap_set_flag(rt, c->word))
		return 0;
	if (rtax != 0)
		return parse_metric(c, rt, rtax);
	if (key == SNAP_NKEYS)
		return snap_fail(c->rd, c->at, snap_hint, "'%s' is no word of ip route", c->word);
	if (need(c) < 0)
		return -1;
	return snap_set(c->rd, rt, key, c->word, c->at);
}

/* Whether a word comes next that could only follow a destination. */
static bool is_destination(const struct cursor *c)
{
	struct cursor ahead = *c;

	return !next(&ahead) || strcmp(ahead.word, "via") == 0 ||
	       (key_of(ahead.word) != SNAP_NKEYS && strcmp(ahead.word, "to") != 0);
}

/* The type, if it is said, and the destination. */
static int parse_first(struct cursor *c, struct snap_route *rt)
{
	enum hgw_prefix_fault fault;
	struct hgw_prefix dst;
	uint8_t type;

	if (strcmp(c->word, "Deleted") == 0)
		return snap_fail(c->rd, c->at, snap_hint,
				 "this is what 'ip monitor' prints, not a table");
	if (snap_type_parse(c->word, &type) &&
	    (snap_set(c->rd, rt, SNAP_TYPE, c->word, c->at) < 0 || need(c) < 0))
		return -1;
	fault = hgw_prefix_parse(c->word, &dst);
	if ((fault == HGW_PREFIX_BAD_ADDR || fault == HGW_PREFIX_BAD_LENGTH) &&
	    strcmp(c->word, "default") != 0 && !is_destination(c))
		return snap_fail(c->rd, c->at, snap_hint, "this is not what ip route prints");
	return snap_set(c->rd, rt, SNAP_DST, c->word, c->at);
}

static int parse_line(struct cursor *c, struct snap_route *rt, bool *open)
{
	bool more = next(c);

	/* What a nexthop object is made of has been told in the route. */
	if (!more || strcmp(c->word, "nh_info") == 0)
		return 0;
	if (strcmp(c->word, "nexthop") != 0 && strcmp(c->word, "cache") != 0) {
		if (*open && snap_finish(c->rd, rt) < 0)
			return -1;
		*open = true;
		snap_begin(rt, c->at);
		if (parse_first(c, rt) < 0)
			return -1;
		more = next(c);
	} else if (!*open) {
		return snap_fail(c->rd, c->at, snap_hint,
				 "'%s' of what route? The output is cut off", c->word);
	}
	for (; more; more = next(c))
		if (parse_word(c, rt) < 0)
			return -1;
	return 0;
}

int snap_read_text(struct snap_reader *rd)
{
	const char *p = rd->data, *end = rd->data + rd->len;
	struct snap_route rt;
	bool open = false;

	while (p < end) {
		struct cursor c = {.rd = rd, .p = p};

		/* With -o a backslash and a tab are a new line and a tab. */
		while (p < end && *p != '\n' && !(*p == '\\' && p + 1 < end && p[1] == '\t'))
			p++;
		c.end = p;
		if (parse_line(&c, &rt, &open) < 0)
			return -1;
		p += p < end;
	}
	return open ? snap_finish(rd, &rt) : 0;
}
