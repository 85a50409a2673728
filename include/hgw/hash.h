/* SPDX-License-Identifier: MIT */
/* A hash of text for tables whose keys others choose. */
#ifndef HGW_HASH_H
#define HGW_HASH_H

#include <stdint.h>

/* Another one each time: who does not know it cannot make keys that collide. */
uint64_t hgw_hash_salt(void);

/* As good in its low bits as in its high ones. */
uint32_t hgw_hash(uint64_t salt, const char *s);

#endif
