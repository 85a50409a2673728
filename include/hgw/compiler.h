/* SPDX-License-Identifier: MIT */
/* What the compiler can check for us, under short names. */
#ifndef HGW_COMPILER_H
#define HGW_COMPILER_H

#define HGW_PRINTF(fmt, first) __attribute__((__format__(__printf__, fmt, first)))
#define HGW_NODISCARD	       __attribute__((warn_unused_result))
/* Calls fn(&variable) when the variable goes out of scope. */
#define HGW_CLEANUP(fn) __attribute__((cleanup(fn)))

#define HGW_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
/* Three-way comparison that cannot overflow, unlike a subtraction. */
#define HGW_CMP(a, b) (((a) > (b)) - ((a) < (b)))

#endif
