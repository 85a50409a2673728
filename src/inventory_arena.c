/* SPDX-License-Identifier: MIT */
#include "inventory_int.h"

#include <stdlib.h>
#include <string.h>

/* Blocks above this have a malloc of their own, which can grow without a copy. */
enum { BIG = 16 * 1024, CHUNK_MIN = 32 * 1024, CHUNK_MAX = 1024 * 1024 };

struct inv_chunk {
	struct inv_chunk *next;
	size_t used, size;
	uint64_t data[];
};

/* Before each block, big or not, stands its capacity. */
struct inv_big {
	struct inv_big *prev, *next;
	uint64_t cap;
	uint64_t data[];
};

static uint64_t *new_small(struct inv_arena *arena, size_t cap)
{
	struct inv_chunk *chunk = arena->chunks;
	size_t need = cap / sizeof(uint64_t) + 1;
	uint64_t *block;

	if (chunk == NULL || chunk->size - chunk->used < need) {
		size_t bytes = chunk == NULL ? CHUNK_MIN : 2 * chunk->size * sizeof(uint64_t);

		if (bytes > CHUNK_MAX)
			bytes = CHUNK_MAX;
		chunk = malloc(sizeof(*chunk) + bytes);
		if (chunk == NULL)
			return NULL;
		*chunk =
			(struct inv_chunk){.next = arena->chunks, .size = bytes / sizeof(uint64_t)};
		arena->chunks = chunk;
	}
	block = &chunk->data[chunk->used];
	chunk->used += need;
	*block = cap;
	return block + 1;
}

/* old is NULL, or grows. */
static uint64_t *new_big(struct inv_arena *arena, struct inv_big *old, size_t cap)
{
	struct inv_big *big = realloc(old, sizeof(*big) + cap);

	if (big == NULL)
		return NULL;
	if (old == NULL) {
		big->prev = NULL;
		big->next = arena->bigs;
	}
	if (big->prev != NULL)
		big->prev->next = big;
	else
		arena->bigs = big;
	if (big->next != NULL)
		big->next->prev = big;
	big->cap = cap;
	return big->data;
}

void *inv_arena_mem(void *ctx, void *ptr, size_t size)
{
	struct inv_arena *arena = ctx;
	uint64_t *old = ptr, *block;
	size_t cap = (size + 7) & ~(size_t)7;

	if (size == 0 || cap < size)
		return NULL;
	if (old != NULL) {
		if (size <= old[-1])
			return old;
		if (cap < 2 * old[-1])
			cap = 2 * old[-1];
	}
	if (cap <= BIG)
		block = new_small(arena, cap);
	else if (old == NULL || old[-1] <= BIG)
		block = new_big(arena, NULL, cap);
	else
		return new_big(arena, (void *)((char *)ptr - offsetof(struct inv_big, data)), cap);
	if (block != NULL && old != NULL)
		memcpy(block, old, old[-1]);
	return block;
}

void inv_arena_free(struct inv_arena *arena)
{
	while (arena->chunks != NULL) {
		struct inv_chunk *next = arena->chunks->next;

		free(arena->chunks);
		arena->chunks = next;
	}
	while (arena->bigs != NULL) {
		struct inv_big *next = arena->bigs->next;

		free(arena->bigs);
		arena->bigs = next;
	}
}
