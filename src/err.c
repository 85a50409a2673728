/* SPDX-License-Identifier: MIT */
#include "hgw/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t hgw_control(const char *s)
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

char *hgw_make_printable(char *s)
{
	char *to = s;

	for (const char *from = s; *from != '\0';) {
		size_t n = hgw_control(from);

		*to++ = (char)(n > 0 ? '?' : *from);
		from += n > 0 ? n : 1;
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
