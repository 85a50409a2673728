/* SPDX-License-Identifier: MIT */
#include "hgw/hash.h"

#include <sys/random.h>

uint64_t hgw_hash_salt(void)
{
	static const char here;
	uint64_t salt;

	/* Early in the boot there may be none, and where we are in memory has to do. */
	if (getrandom(&salt, sizeof(salt), GRND_NONBLOCK) != (ssize_t)sizeof(salt))
		salt = (uintptr_t)&here;
	return salt;
}

/*
 * As FNV-1a, but with a secret factor and of twice the width: differences in the bytes
 * reach the upper half in a way that takes the factor to foresee.
 */
uint32_t hgw_hash(uint64_t salt, const char *s)
{
	uint64_t h = salt;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * (salt | 1);
	return (uint32_t)(h >> 32);
}
