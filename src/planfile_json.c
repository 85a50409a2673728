/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hgw/planfile.h"

static const char format[] = "hgw.planfile/1";

static const char *const op_names[] = {
	[HGW_OP_ADD] = "add", [HGW_OP_REPLACE] = "replace", [HGW_OP_DELETE] = "delete"};

static json_t *hop_json(const struct hgw_snapshot *host, const struct hgw_hop *hop)
{
	const struct hgw_link *link = hgw_snapshot_link(host, hop->oif);
	char via[HGW_ADDR_STRLEN];

	hgw_addr_format(&hop->via, via);
	return json_pack("{s:s*, s:s*, s:b, s:i}", "via", hop->via.family != AF_UNSPEC ? via : NULL,
			 "dev", link != NULL ? link->name : NULL, "onlink",
			 (hop->flags & RTNH_F_ONLINK) != 0, "weight", (int)hop->weight);
}

static json_t *route_json(const struct hgw_snapshot *host, const struct hgw_pool *pool,
			  const struct hgw_route *r)
{
	const struct hgw_hop *hops = hgw_route_hops(pool, r);
	json_t *list = json_array();
	char dst[HGW_PREFIX_STRLEN];

	hgw_prefix_format(&r->dst, dst);
	for (size_t i = 0; i < r->nhops; i++)
		json_array_append_new(list, hop_json(host, &hops[i]));
	return json_pack("{s:s, s:I, s:i, s:i, s:i, s:i, s:I, s:I, s:I, s:o}", "dst", dst, "table",
			 (json_int_t)r->table, "type", r->type, "tos", r->tos, "protocol",
			 r->protocol, "scope", r->scope, "metric", (json_int_t)r->metric, "mtu",
			 (json_int_t)r->mtu, "nhid", (json_int_t)r->nhid, "hops", list);
}

static json_t *change_json(const struct hgw_snapshot *host, const struct hgw_pool *pool,
			   const struct hgw_change *c)
{
	return json_pack("{s:s, s:o, s:o}", "op", op_names[c->op], "before",
			 c->op != HGW_OP_ADD ? route_json(host, pool, &c->before) : json_null(),
			 "after",
			 c->op != HGW_OP_DELETE ? route_json(host, pool, &c->after) : json_null());
}

/* One change a line: a plan of 100,000 is not held as a document, and can be read. */
static bool write_body(FILE *f, const struct hgw_planfile *file, const struct hgw_snapshot *host,
		       const struct hgw_pool *pool)
{
	const char *between = "\n";
	json_t *node = json_string(file->node);
	bool ok = node != NULL;

	fprintf(f, "{\"format\":\"%s\",\n \"node\":", format);
	ok = ok && json_dumpf(node, f, JSON_ENCODE_ANY) == 0;
	json_decref(node);
	fprintf(f,
		",\n \"table\":%u,\"protocol\":%u,\"inet\":%s,\"inet6\":%s,\n"
		" \"digest\":\"%016" PRIx64 "\",\n \"changes\":[",
		file->scope.table, file->scope.protocol, file->scope.inet ? "true" : "false",
		file->scope.inet6 ? "true" : "false", file->digest);
	for (size_t i = 0; i < file->plan.n && ok; i++) {
		json_t *change;

		if (file->plan.v[i].op > HGW_OP_DELETE)
			continue; /* not done, so not kept */
		change = change_json(host, pool, &file->plan.v[i]);
		fputs(between, f);
		ok = change != NULL && json_dumpf(change, f, JSON_COMPACT) == 0;
		json_decref(change);
		between = ",\n";
	}
	fputs("]}\n", f);
	return ok && fflush(f) == 0 && !ferror(f) && fsync(fileno(f)) == 0;
}

int hgw_planfile_write(const char *path, const struct hgw_planfile *file,
		       const struct hgw_snapshot *host, const struct hgw_pool *pool,
		       struct hgw_err *err)
{
	char *temporary = NULL;
	int fd = -1, saved;
	bool ok = false;
	FILE *f = NULL;
	struct stat st;

	/* A rename would make a file of /dev/null, and of a link another file than is looked at. */
	if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return hgw_fail(err, HGW_IOERR, "cannot write %s: it is there and not a file",
				path);
	if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return hgw_fail_nomem(err);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd >= 0)
		f = fdopen(fd, "w");
	if (f != NULL) {
		ok = write_body(f, file, host, pool);
		saved = errno;
		ok = fclose(f) == 0 && ok;
		errno = saved;
	}
	ok = ok && rename(temporary, path) == 0;
	saved = errno;
	if (!ok && fd >= 0)
		unlink(temporary);
	free(temporary);
	return ok ? 0 : hgw_fail(err, HGW_IOERR, "cannot write %s: %s", path, strerror(saved));
}

static bool get_number(const json_t *o, const char *key, uint32_t max, uint32_t *out)
{
	const json_t *j = json_object_get(o, key);
	json_int_t n = json_integer_value(j);

	if (!json_is_integer(j) || n < 0 || n > (json_int_t)max)
		return false;
	*out = (uint32_t)n;
	return true;
}

static bool get_digest(const char *s, uint64_t *out)
{
	if (s == NULL || strlen(s) != 16 || strspn(s, "0123456789abcdef") != 16)
		return false;
	*out = strtoull(s, NULL, 16);
	return true;
}

static int bad(struct hgw_err *err, const char *what)
{
	return hgw_fail(err, HGW_DATAERR, "'%s' is missing, or not what it should be", what);
}

static int hop_read(const json_t *o, const struct hgw_snapshot *host, struct hgw_hop *hop,
		    struct hgw_err *err)
{
	const char *via = json_string_value(json_object_get(o, "via"));
	const char *dev = json_string_value(json_object_get(o, "dev"));
	const struct hgw_link *link = dev != NULL ? hgw_snapshot_link_named(host, dev) : NULL;
	uint32_t weight;

	if (!get_number(o, "weight", 256, &weight) || weight == 0)
		return bad(err, "weight");
	if (via != NULL && !hgw_addr_parse(via, &hop->via))
		return bad(err, "via");
	if (dev != NULL && link == NULL)
		return hgw_fail(err, HGW_REFUSED, "this host has no interface '%s' any more", dev);
	hop->oif = link != NULL ? link->index : 0;
	hop->weight = (uint16_t)weight;
	hop->flags = json_is_true(json_object_get(o, "onlink")) ? RTNH_F_ONLINK : 0;
	return 0;
}

static int hops_read(const json_t *list, const struct hgw_snapshot *host, struct hgw_pool *pool,
		     struct hgw_route *r, struct hgw_err *err)
{
	size_t n = json_array_size(list);

	if (!json_is_array(list) || n > UINT16_MAX)
		return bad(err, "hops");
	for (size_t i = 0; i < n; i++) {
		struct hgw_hop hop = {0};
		uint32_t at;

		if (hop_read(json_array_get(list, i), host, &hop, err) < 0)
			return -1;
		if (i == 0)
			r->hop = hop;
		if (n > 1 && hgw_pool_add_hops(pool, &hop, 1, &at, err) < 0)
			return -1;
		if (n > 1 && i == 0)
			r->hops = at;
	}
	r->nhops = (uint16_t)n;
	return 0;
}

static int route_read(const json_t *o, const struct hgw_snapshot *host, struct hgw_pool *pool,
		      struct hgw_route *r, struct hgw_err *err)
{
	const char *dst = json_string_value(json_object_get(o, "dst"));
	uint32_t small[4] = {0};
	static const char *const names[] = {"type", "tos", "protocol", "scope"};

	if (dst == NULL || hgw_prefix_parse(dst, &r->dst) != HGW_PREFIX_OK)
		return bad(err, "dst");
	for (size_t i = 0; i < HGW_ARRAY_LEN(names); i++)
		if (!get_number(o, names[i], UINT8_MAX, &small[i]))
			return bad(err, names[i]);
	if (!get_number(o, "table", UINT32_MAX, &r->table) ||
	    !get_number(o, "metric", UINT32_MAX, &r->metric) ||
	    !get_number(o, "mtu", UINT32_MAX, &r->mtu) ||
	    !get_number(o, "nhid", UINT32_MAX, &r->nhid))
		return bad(err, "table, metric, mtu or nhid");
	r->type = (uint8_t)small[0];
	r->tos = (uint8_t)small[1];
	r->protocol = (uint8_t)small[2];
	r->scope = (uint8_t)small[3];
	return hops_read(json_object_get(o, "hops"), host, pool, r, err);
}

/* A plan that was edited is still bound to what a plan can do: our table, our protocol. */
static bool within(const struct hgw_scope *s, const struct hgw_change *c)
{
	const struct hgw_route *key = c->op == HGW_OP_DELETE ? &c->before : &c->after;

	return key->table == s->table && key->dst.len > 0 &&
	       (c->op == HGW_OP_DELETE || c->after.protocol == s->protocol) &&
	       (c->op == HGW_OP_ADD ||
		(c->before.table == s->table && c->before.protocol != RTPROT_KERNEL &&
		 hgw_prefix_cmp(&c->before.dst, &key->dst) == 0));
}

static int change_read(struct hgw_planfile *file, const json_t *o, const struct hgw_snapshot *host,
		       struct hgw_pool *pool, struct hgw_err *err)
{
	const char *op = json_string_value(json_object_get(o, "op"));
	struct hgw_change c = {.op = HGW_NOPS, .node = UINT32_MAX, .subnet = UINT32_MAX};

	for (size_t i = 0; op != NULL && i < HGW_ARRAY_LEN(op_names); i++)
		if (strcmp(op, op_names[i]) == 0)
			c.op = (enum hgw_op)i;
	if (c.op == HGW_NOPS)
		return bad(err, "op");
	if ((c.op != HGW_OP_ADD &&
	     route_read(json_object_get(o, "before"), host, pool, &c.before, err) < 0) ||
	    (c.op != HGW_OP_DELETE &&
	     route_read(json_object_get(o, "after"), host, pool, &c.after, err) < 0))
		return -1;
	if (!within(&file->scope, &c))
		return hgw_fail(err, HGW_DATAERR,
				"a change is not one of this plan's table and protocol");
	return hgw_plan_add(&file->plan, &c, err);
}

static int file_read(struct hgw_planfile *file, const json_t *o, const struct hgw_snapshot *host,
		     struct hgw_pool *pool, struct hgw_err *err)
{
	const char *name = json_string_value(json_object_get(o, "format"));
	const char *node = json_string_value(json_object_get(o, "node"));
	const char *digest = json_string_value(json_object_get(o, "digest"));
	const json_t *changes = json_object_get(o, "changes");
	uint32_t protocol;

	if (name == NULL || strcmp(name, format) != 0)
		return hgw_fail(err, HGW_DATAERR, "it is no plan of the format '%s'", format);
	if (node == NULL || strlen(node) >= sizeof(file->node))
		return bad(err, "node");
	if (!get_digest(digest, &file->digest))
		return bad(err, "digest");
	if (!get_number(o, "table", UINT32_MAX, &file->scope.table) ||
	    !get_number(o, "protocol", UINT8_MAX, &protocol))
		return bad(err, "table or protocol");
	if (!json_is_array(changes))
		return bad(err, "changes");
	memcpy(file->node, node, strlen(node) + 1);
	file->scope.protocol = (uint8_t)protocol;
	file->scope.inet = json_is_true(json_object_get(o, "inet"));
	file->scope.inet6 = json_is_true(json_object_get(o, "inet6"));
	for (size_t i = 0; i < json_array_size(changes); i++)
		if (change_read(file, json_array_get(changes, i), host, pool, err) < 0)
			return -1;
	return 0;
}

int hgw_planfile_read(struct hgw_planfile *file, const char *path, const struct hgw_snapshot *host,
		      struct hgw_pool *pool, struct hgw_err *err)
{
	struct hgw_err why = {0};
	json_error_t at;
	FILE *f = fopen(path, "re");
	json_t *o;
	int rc;

	*file = (struct hgw_planfile){0};
	if (f == NULL)
		return hgw_fail(err, HGW_NOINPUT, "cannot open %s: %s", path, strerror(errno));
	o = json_loadf(f, JSON_REJECT_DUPLICATES, &at);
	fclose(f);
	if (o == NULL)
		return hgw_fail(err, HGW_DATAERR, "%s:%d:%d: not a saved plan: %s", path, at.line,
				at.column, at.text);
	rc = file_read(file, o, host, pool, &why);
	json_decref(o);
	if (rc == 0)
		return 0;
	hgw_planfile_free(file);
	return hgw_fail(err, why.status, "%s: cannot use this plan: %s", path, why.msg);
}
