/* SPDX-License-Identifier: MIT */
#include "inventory_int.h"

#include <ctype.h>
#include <string.h>

char *inv_place_value(struct inv_arena *arena, const struct inv_mark *mark, const char *s,
		      size_t len)
{
	char *block = inv_arena_mem(arena, NULL, sizeof(*mark) + len + 1);

	if (block == NULL)
		return NULL;
	memcpy(block, mark, sizeof(*mark));
	memcpy(block + sizeof(*mark), s, len);
	block[sizeof(*mark) + len] = '\0';
	return block + sizeof(*mark);
}

struct inv_mark inv_mark_of(const char *value)
{
	struct inv_mark mark;

	memcpy(&mark, value - sizeof(mark), sizeof(mark));
	return mark;
}

struct hgw_place inv_place_of(const char *value)
{
	return inv_mark_of(value).at;
}

const char *inv_quote(char buf[static INV_QUOTE_SIZE], const char *s)
{
	size_t n = 0;

	for (unsigned chars = 0; *s != '\0' && chars < 64; chars++) {
		size_t len = hgw_control(s);

		if (len > 0) {
			buf[n++] = '?';
		} else {
			len = hgw_utf8_len(s, strnlen(s, 4));
			memcpy(buf + n, s, len);
			n += len;
		}
		s += len;
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
