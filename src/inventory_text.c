/* SPDX-License-Identifier: MIT */
#include "inventory_int.h"

#include <ctype.h>
#include <string.h>

char *inv_place_value(struct inv_arena *arena, struct hgw_place at, const char *s, size_t len)
{
	char *block = inv_arena_mem(arena, NULL, sizeof(at) + len + 1);

	if (block == NULL)
		return NULL;
	memcpy(block, &at, sizeof(at));
	memcpy(block + sizeof(at), s, len);
	block[sizeof(at) + len] = '\0';
	return block + sizeof(at);
}

struct hgw_place inv_place_of(const char *value)
{
	struct hgw_place at;

	memcpy(&at, value - sizeof(at), sizeof(at));
	return at;
}

/*
 * C0 and C1, DEL, line and paragraph separators, directional overrides: what
 * changes how the rest of a line is shown.
 */
size_t inv_control(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	if (*p == '\0')
		return 0;
	if (*p < ' ' || *p == 0x7f)
		return 1;
	if (*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
		return 2;
	if (*p == 0xe2 && p[1] == 0x80 && p[2] >= 0xa8 && p[2] <= 0xae)
		return 3;
	if (*p == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
		return 3;
	return 0;
}

const char *inv_quote(char buf[static INV_QUOTE_SIZE], const char *s)
{
	size_t n = 0;

	for (unsigned chars = 0; *s != '\0'; chars++) {
		size_t control = inv_control(s);

		if (chars == 64 || n >= INV_QUOTE_SIZE - 4)
			break;
		buf[n++] = *s;
		if (control > 0)
			buf[n - 1] = '?';
		s += control > 0 ? control : 1;
		while (control == 0 && ((unsigned char)*s & 0xc0) == 0x80 && n < INV_QUOTE_SIZE - 4)
			buf[n++] = *s++;
	}
	memcpy(buf + n, *s != '\0' ? "..." : "\0\0\0", 4);
	return buf;
}

/* Edits between two keys: an insertion, deletion, change or swap of neighbours is one. */
static unsigned distance(const char *a, const char *b)
{
	enum { MAX = 16 };
	unsigned d[MAX + 1][MAX + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > MAX || m > MAX)
		return MAX;
	for (size_t i = 0; i <= n; i++) {
		for (size_t j = 0; j <= m; j++) {
			unsigned best = i == 0 ? (unsigned)j : d[i - 1][j] + 1;

			if (i == 0 || j == 0) {
				d[i][j] = (unsigned)(i + j);
				continue;
			}
			if (d[i][j - 1] + 1 < best)
				best = d[i][j - 1] + 1;
			if (d[i - 1][j - 1] + (tolower((unsigned char)a[i - 1]) != b[j - 1]) < best)
				best = d[i - 1][j - 1] +
				       (tolower((unsigned char)a[i - 1]) != b[j - 1]);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    d[i - 2][j - 2] + 1 < best)
				best = d[i - 2][j - 2] + 1;
			d[i][j] = best;
		}
	}
	return d[n][m];
}

const cyaml_schema_field_t *inv_guess(const cyaml_schema_field_t *fields, const char *key)
{
	const cyaml_schema_field_t *guess = NULL;
	size_t quarter = (strlen(key) + 2) / 4;
	unsigned best = quarter < 2 ? 2 : quarter > 3 ? 4 : (unsigned)quarter + 1;

	for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++) {
		unsigned d = distance(key, f->key);

		if (d < best) {
			best = d;
			guess = f;
		}
	}
	return guess;
}
