/* SPDX-License-Identifier: MIT */
#include "hgw/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void make_printable(char *s)
{
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < ' ' || c == 0x7f)
			*s = '?';
	}
}

int hgw_fail(struct hgw_err *err, enum hgw_status status, const char *fmt, ...)
{
	va_list ap;

	err->status = status;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	make_printable(err->msg);
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
