/* SPDX-License-Identifier: MIT */
#include "inventory_walk.h"

#include <stdlib.h>
#include <string.h>

enum { J_TEXT, J_VALUE, J_FIRST, J_KEY, J_COLON, J_AFTER };

static bool fault(struct inv_json *j, size_t at, const char *what)
{
	j->fault = what;
	j->fault_at = at;
	return false;
}

static int blank(struct inv_json *j)
{
	int c;

	while ((c = inv_input_byte(j->in, j->pos)) == ' ' || c == '\n' || c == '\t' || c == '\r')
		j->pos++;
	return c;
}

static bool put(struct inv_json *j, const char *s, size_t n)
{
	if (j->cap - j->len <= n) {
		size_t cap = 2 * j->cap + n + 256;
		char *buf = realloc(j->buf, cap);

		if (buf == NULL) {
			j->nomem = true;
			return fault(j, j->pos, "out of memory");
		}
		j->buf = buf;
		j->cap = cap;
	}
	memcpy(j->buf + j->len, s, n);
	j->len += n;
	return true;
}

static bool put_code(struct inv_json *j, uint32_t c)
{
	char s[4];

	if (c < 0x80) {
		s[0] = (char)c;
		return put(j, s, 1);
	}
	if (c < 0x800) {
		s[0] = (char)(0xc0 | c >> 6);
		s[1] = (char)(0x80 | (c & 0x3f));
		return put(j, s, 2);
	}
	if (c < 0x10000) {
		s[0] = (char)(0xe0 | c >> 12);
		s[1] = (char)(0x80 | (c >> 6 & 0x3f));
		s[2] = (char)(0x80 | (c & 0x3f));
		return put(j, s, 3);
	}
	s[0] = (char)(0xf0 | c >> 18);
	s[1] = (char)(0x80 | (c >> 12 & 0x3f));
	s[2] = (char)(0x80 | (c >> 6 & 0x3f));
	s[3] = (char)(0x80 | (c & 0x3f));
	return put(j, s, 4);
}

/* The four digits at an offset; -1 if they are not. */
static int32_t four_digits(struct inv_json *j, size_t at)
{
	int32_t v = 0;

	for (size_t i = 0; i < 4; i++) {
		int c = inv_input_byte(j->in, at + i);

		if (c >= '0' && c <= '9')
			v = v * 16 + (c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v = v * 16 + ((c | 0x20) - 'a' + 10);
		else
			return -1;
	}
	return v;
}

/* Behind \u. Half of a surrogate pair becomes the character for what is none. */
static bool unicode_escape(struct inv_json *j)
{
	int32_t c = four_digits(j, j->pos), low;

	if (c < 0)
		return fault(j, j->pos - 2, "\\u needs four hexadecimal digits");
	j->pos += 4;
	if (c >= 0xd800 && c < 0xdc00 && inv_input_byte(j->in, j->pos) == '\\' &&
	    inv_input_byte(j->in, j->pos + 1) == 'u') {
		low = four_digits(j, j->pos + 2);
		if (low >= 0xdc00 && low < 0xe000) {
			j->pos += 6;
			return put_code(j, 0x10000U + ((uint32_t)(c - 0xd800) << 10) +
						   (uint32_t)(low - 0xdc00));
		}
	}
	return put_code(j, c >= 0xd800 && c < 0xe000 ? 0xfffd : (uint32_t)c);
}

static bool escape(struct inv_json *j)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	int c = inv_input_byte(j->in, j->pos + 1);
	const char *p = c > 0 ? strchr(from, c) : NULL;

	if (c != 'u' && p == NULL)
		return fault(j, j->pos, "no such escape");
	j->pos += 2;
	if (c == 'u')
		return unicode_escape(j);
	return put(j, to + (p - from), 1);
}

/* A character of several bytes. */
static bool multibyte(struct inv_json *j)
{
	char s[4];
	size_t n = 0;

	for (; n < 4; n++) {
		int c = inv_input_byte(j->in, j->pos + n);

		s[n] = (char)c;
		if (c < 0 || (n > 0 && (c & 0xc0) != 0x80))
			break;
	}
	n = hgw_utf8_len(s, n);
	if (n == 0)
		return fault(j, j->pos, "not UTF-8");
	j->pos += n;
	return put(j, s, n);
}

/* Up to what is not to be taken as it is. */
static bool plain_run(struct inv_json *j)
{
	const struct inv_input *in = j->in;
	const char *s = in->data + (j->pos - in->base);
	size_t n = 0, max = in->base + in->len - j->pos;

	while (n < max && (unsigned char)s[n] >= ' ' && (unsigned char)s[n] < 0x80 && s[n] != '"' &&
	       s[n] != '\\')
		n++;
	j->pos += n;
	return put(j, s, n);
}

static bool string(struct inv_json *j, struct inv_event *ev)
{
	bool ok = true;

	j->len = 0;
	j->pos++;
	while (ok) {
		int c = inv_input_byte(j->in, j->pos);

		if (c == '"')
			break;
		if (c < 0)
			return fault(j, ev->at.index, "a string that does not end");
		if (c < ' ')
			return fault(j, j->pos,
				     c == '\n' || c == '\r'
					     ? "a string that does not end in its line"
					     : "a control character in a string");
		ok = c == '\\' ? escape(j) : c >= 0x80 ? multibyte(j) : plain_run(j);
	}
	j->pos++;
	return ok;
}

static bool is_number(const char *s)
{
	size_t n;

	s += *s == '-';
	n = strspn(s, "0123456789");
	if (n == 0 || (n > 1 && s[0] == '0'))
		return false;
	s += n;
	if (*s == '.') {
		n = strspn(s + 1, "0123456789");
		if (n == 0)
			return false;
		s += 1 + n;
	}
	if ((*s | 0x20) == 'e') {
		s++;
		s += *s == '+' || *s == '-';
		n = strspn(s, "0123456789");
		if (n == 0)
			return false;
		s += n;
	}
	return *s == '\0';
}

/* A number, true, false or null. */
static bool word(struct inv_json *j, struct inv_event *ev)
{
	int c;

	j->len = 0;
	ev->plain = true;
	while ((c = inv_input_byte(j->in, j->pos)) > ' ' && strchr(",:[]{}\"", c) == NULL) {
		char ch = (char)c;

		if (!put(j, &ch, 1))
			return false;
		j->pos++;
	}
	if (!put(j, "", 1))
		return false;
	j->len--;
	if (j->len == 0)
		return fault(j, j->pos,
			     c < 0 ? "the text ends where a value is expected"
				   : "a value is expected here");
	if (is_number(j->buf) || strcmp(j->buf, "true") == 0 || strcmp(j->buf, "false") == 0 ||
	    strcmp(j->buf, "null") == 0)
		return true;
	return fault(j, ev->at.index, "a value that is not in quotes");
}

static bool value(struct inv_json *j, int c, struct inv_event *ev)
{
	j->state = J_AFTER;
	if (c == '{' || c == '[') {
		ev->type = c == '{' ? INV_EVENT_MAPPING : INV_EVENT_LIST;
		/* The walk ends before this can overflow. */
		if (j->depth <= INV_DEPTH_MAX)
			j->object[j->depth] = c == '{';
		j->depth++;
		j->state = J_FIRST;
		j->pos++;
		return true;
	}
	ev->type = INV_EVENT_SCALAR;
	if (!(c == '"' ? string(j, ev) : word(j, ev)) || !put(j, "", 1))
		return false;
	ev->value = j->buf;
	ev->len = --j->len;
	return true;
}

/* After a value, or the start of a list or mapping. True: an event, or it goes on in a new state.
 */
static bool after(struct inv_json *j, int c, struct inv_event *ev, bool *done)
{
	bool object = j->object[j->depth - 1];

	if (c == (object ? '}' : ']')) {
		ev->type = object ? INV_EVENT_MAPPING_END : INV_EVENT_LIST_END;
		j->pos++;
		j->depth--;
		j->state = j->depth == 0 ? J_TEXT : J_AFTER;
		*done = true;
		return true;
	}
	if (j->state == J_FIRST) {
		j->state = object ? J_KEY : J_VALUE;
		return true;
	}
	if (c != ',') {
		if (c < 0)
			return fault(j, j->pos,
				     object ? "the text ends where '}' is expected"
					    : "the text ends where ']' is expected");
		return fault(j, j->pos,
			     object ? "',' or '}' is expected here"
				    : "',' or ']' is expected here");
	}
	j->pos++;
	j->state = object ? J_KEY : J_VALUE;
	return true;
}

static bool key(struct inv_json *j, int c, struct inv_event *ev)
{
	if (c != '"')
		return fault(j, j->pos,
			     c < 0 ? "the text ends where a key is expected"
				   : "a key in quotes is expected here");
	if (!value(j, c, ev))
		return false;
	j->state = J_COLON;
	return true;
}

static bool top_value(struct inv_json *j, int c, struct inv_event *ev)
{
	if (!value(j, c, ev))
		return false;
	if (j->depth == 0)
		j->state = J_TEXT;
	return true;
}

/* One step, after which there is an event or not. False: fault. */
static bool step(struct inv_json *j, struct inv_event *ev, bool *done)
{
	int c = blank(j);

	*ev = (struct inv_event){.at.index = j->pos};
	*done = true;
	switch (j->state) {
	case J_TEXT:
		ev->type = c < 0 ? INV_EVENT_END : INV_EVENT_DOCUMENT;
		j->state = c < 0 ? J_TEXT : J_VALUE;
		return true;
	case J_VALUE:
		return top_value(j, c, ev);
	case J_KEY:
		return key(j, c, ev);
	case J_COLON:
		*done = false;
		if (c != ':')
			return fault(j, j->pos, "':' is expected here");
		j->pos++;
		j->state = J_VALUE;
		return true;
	default:
		*done = false;
		return after(j, c, ev, done);
	}
}

bool inv_json_next(struct inv_json *j, struct inv_event *ev)
{
	bool done;

	do {
		if (!step(j, ev, &done))
			return false;
	} while (!done);
	return true;
}

void inv_json_free(struct inv_json *json)
{
	free(json->buf);
	json->buf = NULL;
	json->len = json->cap = 0;
}
