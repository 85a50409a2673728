/* SPDX-License-Identifier: MIT */
#include "hgw/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t hgw_utf8_len(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	if (len == 0)
		return 0;
	if (p[0] < 0x80)
		return 1;
	n = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than need be, half of a surrogate pair, beyond U+10FFFF. */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] >= 0xa0) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90))
		return 0;
	return n;
}

size_t hgw_control(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	if (*p == '\0')
		return 0;
	if (*p < ' ' || *p == 0x7f || hgw_utf8_len(s, strnlen(s, 4)) == 0)
		return 1;
	if (*p == 0xc2 && p[1] < 0xa0)
		return 2;
	/* U+061C, U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069, U+FEFF */
	if (*p == 0xd8 && p[1] == 0x9c)
		return 2;
	if (*p == 0xe2 && p[1] == 0x80 &&
	    (p[2] == 0x8e || p[2] == 0x8f || (p[2] >= 0xa8 && p[2] <= 0xae)))
		return 3;
	if (*p == 0xe2 && p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9)
		return 3;
	return *p == 0xef && p[1] == 0xbb && p[2] == 0xbf ? 3 : 0;
}

bool hgw_is_printable(const char *s)
{
	for (; *s != '\0'; s += hgw_utf8_len(s, strnlen(s, 4))) {
		while (*s >= ' ' && *s <= '~')
			s++;
		if (hgw_control(s) > 0)
			return false;
		if (*s == '\0')
			break;
	}
	return true;
}

char *hgw_make_printable(char *s)
{
	char *to = s;

	for (const char *from = s; *from != '\0';) {
		size_t control = hgw_control(from), n = hgw_utf8_len(from, strnlen(from, 4));

		if (control > 0) {
			*to++ = '?';
			from += control;
		} else {
			memmove(to, from, n);
			to += n;
			from += n;
		}
	}
	*to = '\0';
	return s;
}

int hgw_fail(struct hgw_err *err, enum hgw_status status, const char *fmt, ...)
{
	va_list ap;

	err->status = status;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	hgw_make_printable(err->msg);
	return -1;
}

int hgw_fail_nomem(struct hgw_err *err)
{
	return hgw_fail(err, HGW_FAILED, "out of memory");
}

const char *hgw_errno_name(int errnum)
{
	const char *name = strerrorname_np(errnum);

	return name != NULL ? name : "unknown errno";
}
