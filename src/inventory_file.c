/* SPDX-License-Identifier: MIT */
/* What a text is, and its walk from the first byte to the last. */
#include "inventory_walk.h"

#include <string.h>
#include <strings.h>

struct telling {
	struct inv_walk *w;
	bool done;
	enum inv_kind kind;
};

static bool is_one_of(const char *s, const char *const *list, bool any_case)
{
	for (; *list != NULL; list++)
		if ((any_case ? strcasecmp(s, *list) : strcmp(s, *list)) == 0)
			return true;
	return false;
}

/* The event is a key at the top. */
static void tell_by_key(struct telling *t)
{
	static const char *const kube[] = {"apiVersion", "kind", "items", "metadata", NULL};
	static const char *const flannel[] = {"Backend",       "IPv6Network",	 "EnableIPv4",
					      "EnableIPv6",    "EnableNFTables", "SubnetLen",
					      "SubnetMin",     "SubnetMax",	 "IPv6SubnetLen",
					      "IPv6SubnetMin", "IPv6SubnetMax",	 NULL};
	const char *key = t->w->event.value;
	bool network = strcmp(key, "network") == 0, any_case = strcasecmp(key, "network") == 0;

	t->done = true;
	if (strcmp(key, "nodes") == 0)
		t->kind = INV_NATIVE;
	else if (is_one_of(key, kube, false))
		t->kind = INV_KUBE;
	else if (is_one_of(key, flannel, true))
		t->kind = INV_FLANNEL;
	else
		t->done = false;
	if (t->done || !inv_walk_next(t->w))
		return;
	/* Ours is a mapping. */
	if (any_case && (!network || t->w->in->json) && t->w->event.type == INV_EVENT_SCALAR) {
		t->kind = INV_FLANNEL;
		t->done = true;
	}
	inv_walk_skip(t->w);
}

/* False where the text is broken. */
static bool tell(struct inv_load *ld, struct inv_input *in)
{
	struct inv_walk w;
	struct telling t = {.w = &w, .kind = INV_NATIVE};

	if (!inv_walk_begin(&w, ld)) {
		in->broken = true;
		return false;
	}
	/* Up to a document that is not empty: manifests like to begin with several '---'. */
	while (inv_walk_next(&w) && w.event.type == INV_EVENT_DOCUMENT && inv_walk_next(&w) &&
	       inv_event_empty(&w.event))
		;
	if (w.event.type == INV_EVENT_MAPPING)
		while (!t.done && inv_walk_next(&w) && w.event.type == INV_EVENT_SCALAR)
			tell_by_key(&t);
	in->kind = t.kind;
	in->broken = w.dead;
	inv_walk_end(&w);
	return !w.dead;
}

/* How far a whole text can be read as JSON, or as YAML. SIZE_MAX: to its end. */
static size_t reach(struct inv_load *ld, struct inv_input *in, bool json)
{
	struct inv_walk w;
	size_t far = SIZE_MAX;

	in->json = json;
	if (!inv_walk_begin(&w, ld))
		return 0;
	while (inv_walk_next(&w) && w.event.type != INV_EVENT_END)
		;
	if (w.dead && json) {
		far = w.json.fault_at;
	} else if (w.dead) {
		inv_walk_place(&w, &w.parser.problem_mark);
		far = w.byte;
	}
	inv_walk_end(&w);
	return far;
}

/*
 * JSON is read as such: much of it is YAML, but not all. What begins like it
 * may also be YAML in flow style, with keys that are not in quotes.
 */
void inv_input_tell(struct inv_load *ld)
{
	struct inv_input *in = &ld->inputs[ld->file];
	struct inv_load quiet = {.inv = ld->inv,
				 .inputs = ld->inputs,
				 .file = ld->file,
				 .prefix = ld->prefix};
	size_t at = 0, json;
	int c;

	while ((c = inv_input_byte(in, at)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		at++;
	in->json = c == '{' || c == '[';
	if (!tell(&quiet, in) && in->json) {
		in->json = false;
		tell(&quiet, in);
	}
	if (in->kind == INV_NATIVE && (c == '{' || c == '[')) {
		json = reach(&quiet, in, true);
		in->json = json == SIZE_MAX || json > reach(&quiet, in, false);
	}
	in->streaming = in->kind != INV_NATIVE;
	ld->nomem = ld->nomem || quiet.nomem;
}

/* A file of our own form: one document, a mapping. */
static void walk_native(struct inv_walk *w, struct inv_raw *raw)
{
	const struct hgw_place nowhere = {0};
	struct inv_problem *p;

	inv_walk_next(w);
	if (!w->dead && w->event.type != INV_EVENT_END)
		inv_walk_next(w);
	if (w->dead)
		return;
	if (w->event.type == INV_EVENT_END || inv_event_empty(&w->event)) {
		p = inv_walk_problem(w, nowhere, "the file is empty");
		inv_hint(w->ld, p, "an inventory begins with 'nodes:'");
		return;
	}
	if (w->event.type != INV_EVENT_MAPPING) {
		p = inv_walk_problem(w, inv_walk_here(w), "an inventory must be a mapping, not %s",
				     inv_event_kind(&w->event));
		if (w->event.type == INV_EVENT_SCALAR &&
		    strncmp(w->event.value, "NAME ", strlen("NAME ")) == 0)
			inv_hint(w->ld, p, "print the nodes with kubectl get nodes -o yaml");
		else
			inv_hint(w->ld, p, "it begins with 'nodes:'");
		inv_walk_skip(w);
	} else {
		inv_walk_mapping(w, &inv_schema, raw);
	}
	inv_walk_next(w);
	if (w->dead || w->event.type != INV_EVENT_DOCUMENT)
		return;
	p = inv_walk_problem(w, inv_walk_here(w), "a second %s document",
			     w->in->json ? "JSON" : "YAML");
	inv_hint(w->ld, p, "name all nodes in one document, or give several files");
}

struct inv_raw *inv_walk(struct inv_load *ld)
{
	struct inv_raw *raw = inv_arena_mem(&ld->arena, NULL, sizeof(*raw));
	struct inv_walk w;

	if (raw == NULL) {
		ld->nomem = true;
		return NULL;
	}
	*raw = (struct inv_raw){0};
	if (!inv_walk_begin(&w, ld))
		return raw;
	walk_native(&w, raw);
	inv_walk_end(&w);
	return raw;
}

void inv_walk_file(struct inv_load *ld)
{
	const struct inv_input *in = &ld->inputs[ld->file];
	const struct inv_raw *raw;
	struct inv_walk w;

	if (in->kind == INV_NATIVE) {
		raw = inv_walk(ld);
		if (raw != NULL && !ld->nomem)
			inv_convert(ld, raw);
		return;
	}
	if (!inv_walk_begin(&w, ld))
		return;
	w.open = true;
	if (in->kind == INV_KUBE)
		inv_walk_kube(&w);
	else
		inv_walk_flannel(&w);
	inv_walk_end(&w);
}
