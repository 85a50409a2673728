/* SPDX-License-Identifier: MIT */
/* What the tests of snapshots share. */
#ifndef HGW_SNAPSHOT_TEST_H
#define HGW_SNAPSHOT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hgw/output.h"

struct t {
	struct hgw_names names;
	struct hgw_snapshot_file file;
	struct hgw_pool pool;
	struct hgw_diags diags;
	struct hgw_err err;
};

static inline int setup(void **state)
{
	struct t *t = calloc(1, sizeof(*t));

	*state = t;
	return t == NULL || hgw_names_load(&t->names, "/dev/null", &t->err) < 0;
}

static inline void forget(struct t *t)
{
	hgw_snapshot_file_free(&t->file);
	hgw_pool_free(&t->pool);
	hgw_diags_free(&t->diags);
}

static inline int teardown(void **state)
{
	struct t *t = *state;

	forget(t);
	hgw_names_free(&t->names);
	free(t);
	return 0;
}

static inline int load(struct t *t, const char *text)
{
	forget(t);
	return hgw_snapshot_load_data(&t->file, "x", text, strlen(text), &t->names, &t->pool,
				      &t->diags, &t->err);
}

static inline void loads(struct t *t, const char *text)
{
	if (load(t, text) < 0)
		fail_msg("%s\n%s", text, t->diags.n > 0 ? t->diags.v[0].text : t->err.msg);
}

static inline bool has(struct t *t, const char *addr, unsigned len, const char *dev)
{
	const struct hgw_snapshot *h = &t->file.host;
	struct hgw_addr a;

	assert_true(hgw_addr_parse(addr, &a));
	for (size_t i = 0; i < h->naddrs; i++)
		if (hgw_addr_cmp(&h->addrs[i].prefix.addr, &a) == 0)
			return h->addrs[i].prefix.len == len &&
			       strcmp(hgw_snapshot_link(h, h->addrs[i].index)->name, dev) == 0;
	return false;
}

#endif
