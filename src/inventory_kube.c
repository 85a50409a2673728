/* SPDX-License-Identifier: MIT */
/*
 * What kubectl prints: a Node, lists of Nodes, and the ConfigMap with flannel's
 * configuration, one document or several. They are taken one at a time, as
 * they are read; of each only what the routes need is kept.
 */
#include "inventory_kube.h"

#include <stdio.h>
#include <string.h>

enum { NET_CONF_MAX = 1024 * 1024 };

#define OPTIONAL CYAML_FLAG_OPTIONAL
#define STRING(key, type, member)                                                                  \
	CYAML_FIELD_STRING_PTR((key), OPTIONAL, struct type, member, 1, INV_SCALAR_MAX)
#define MAPPING(key, type, member, fields)                                                         \
	CYAML_FIELD_MAPPING_PTR((key), OPTIONAL, struct type, member, (fields))
#define LIST(key, type, member, entry)                                                             \
	CYAML_FIELD_SEQUENCE((key), CYAML_FLAG_POINTER | OPTIONAL, struct type, member, (entry),   \
			     0, CYAML_UNLIMITED)

static const cyaml_schema_value_t scalar = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, INV_SCALAR_MAX),
};

static const cyaml_schema_field_t annotation_fields[] = {
	STRING("backend-type", inv_raw_annotations, type),
	STRING("public-ip", inv_raw_annotations, ipv4),
	STRING("public-ip-overwrite", inv_raw_annotations, ipv4_overwrite),
	STRING("public-ipv6", inv_raw_annotations, ipv6),
	STRING("public-ipv6-overwrite", inv_raw_annotations, ipv6_overwrite),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t metadata_fields[] = {
	STRING("name", inv_raw_metadata, name),
	MAPPING("annotations", inv_raw_metadata, annotations, annotation_fields),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t spec_fields[] = {
	STRING("podCIDR", inv_raw_spec, cidr),
	LIST("podCIDRs", inv_raw_spec, cidrs, &scalar),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t address_fields[] = {
	STRING("type", inv_raw_address, type),
	STRING("address", inv_raw_address, address),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t address = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct inv_raw_address, address_fields),
};

static const cyaml_schema_field_t status_fields[] = {
	LIST("addresses", inv_raw_status, addresses, &address),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t data_fields[] = {
	CYAML_FIELD_STRING_PTR("net-conf.json", OPTIONAL, struct inv_raw_data, net_conf, 1,
			       NET_CONF_MAX),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t object_fields[] = {
	STRING("apiVersion", inv_raw_object, version),
	STRING("kind", inv_raw_object, kind),
	MAPPING("metadata", inv_raw_object, metadata, metadata_fields),
	MAPPING("spec", inv_raw_object, spec, spec_fields),
	MAPPING("status", inv_raw_object, status, status_fields),
	MAPPING("data", inv_raw_object, data, data_fields),
	CYAML_FIELD_END,
};

struct kube {
	struct inv_walk *w;
	uint32_t index; /* of the next item */
	bool warned;	/* of what is not read */
};

enum what { NODE, CONFIG, LISTING, OTHER, UNKNOWN };

static bool is(const char *s, const char *word)
{
	return s != NULL && strcmp(s, word) == 0;
}

static enum what what_is(const struct inv_raw_object *raw)
{
	if (raw->version != NULL && !is(raw->version, "v1"))
		return OTHER;
	if (raw->kind == NULL)
		return UNKNOWN;
	if (is(raw->kind, "Node"))
		return NODE;
	if (is(raw->kind, "ConfigMap"))
		return CONFIG;
	return is(raw->kind, "List") || is(raw->kind, "NodeList") || is(raw->kind, "ConfigMapList")
		       ? LISTING
		       : OTHER;
}

/* An item of a list need not say what it is where the list does, or by what it has. */
static enum what what_is_item(const struct inv_raw_object *raw, const struct inv_raw_object *list)
{
	enum what what = what_is(raw);

	if (what_is(list) == OTHER)
		return OTHER;
	if (what != UNKNOWN)
		return what;
	if (is(list->kind, "ConfigMapList") || (raw->data != NULL && raw->data->net_conf != NULL))
		return CONFIG;
	return NODE;
}

static void take_config(struct kube *k, const struct inv_raw_object *raw)
{
	struct inv_load *ld = k->w->ld;
	const char *name = raw->metadata != NULL ? raw->metadata->name : NULL;

	if (raw->data != NULL && raw->data->net_conf != NULL)
		inv_walk_net_conf(k->w, raw->data->net_conf);
	else if (is(name, "kube-flannel-cfg"))
		inv_problem(ld, name, "ConfigMap '%s' has no 'net-conf.json'", INV_QUOTE(name));
}

/* errors: how many there were before this object. */
static void take(struct kube *k, const struct inv_raw_object *raw, enum what what, uint32_t index,
		 size_t errors)
{
	struct inv_load *ld = k->w->ld;
	char kind[INV_KIND_SIZE];

	if (what == NODE)
		inv_kube_node(k->w, raw, index, ld->errors.total > errors);
	else if (what == CONFIG)
		take_config(k, raw);
	if (what != OTHER)
		return;
	/* What looks wrong in it may be right in such an object. */
	inv_problems_forget(ld, errors);
	if (raw->kind == NULL)
		return;
	snprintf(kind, sizeof(kind), "kind '%s'%s%s", INV_QUOTE(raw->kind),
		 raw->version != NULL && !is(raw->version, "v1") ? " of " : "",
		 raw->version != NULL && !is(raw->version, "v1") ? INV_QUOTE(raw->version) : "");
	if (!k->warned)
		inv_remark(ld, HGW_NOTE, raw->kind,
			   "%s is not read; what is: Node, ConfigMap, and lists of them", kind);
	if (ld->not_read[0] == '\0')
		memcpy(ld->not_read, kind, sizeof(kind));
	k->warned = true;
}

/* The event is a key of an object. */
static void walk_member(struct kube *k, struct inv_raw_object *raw, inv_seen seen)
{
	if (what_is(raw) != OTHER || raw->kind == NULL) {
		inv_walk_key(k->w, object_fields, seen, (char *)raw);
		return;
	}
	inv_walk_skip(k->w);
	if (inv_walk_next(k->w))
		inv_walk_skip(k->w);
}

static void walk_item(struct kube *k, const struct inv_raw_object *list)
{
	struct inv_walk *w = k->w;
	struct inv_arena own = {0}, *outer = w->arena;
	struct inv_raw_object raw = {.head.at = inv_walk_here(w)};
	size_t errors = w->ld->errors.total;
	inv_seen seen = {{0}};
	enum what what;

	w->arena = &own;
	while (inv_walk_next(w) && w->event.type != INV_EVENT_MAPPING_END)
		walk_member(k, &raw, seen);
	what = what_is_item(&raw, list);
	if (!w->dead && what == LISTING)
		inv_walk_problem(w, raw.head.at,
				 "a list in 'items' is not read: give it by itself");
	else if (!w->dead)
		take(k, &raw, what, k->index++, errors);
	w->arena = outer;
	inv_arena_free(&own);
}

static void walk_items(struct kube *k, const struct inv_raw_object *list)
{
	struct inv_walk *w = k->w;

	if (!inv_walk_next(w) || inv_event_empty(&w->event))
		return;
	if (w->event.type != INV_EVENT_LIST) {
		inv_walk_problem(w, inv_walk_here(w), "'items' must be a list, not %s",
				 inv_event_kind(&w->event));
		inv_walk_skip(w);
		return;
	}
	while (inv_walk_next(w) && w->event.type != INV_EVENT_LIST_END) {
		if (w->event.type == INV_EVENT_MAPPING) {
			walk_item(k, list);
			continue;
		}
		inv_walk_problem(w, inv_walk_here(w),
				 "an entry of 'items' must be a mapping, not %s",
				 inv_event_kind(&w->event));
		inv_walk_skip(w);
	}
}

/* The event is the start of a document's mapping. */
static void walk_document(struct kube *k)
{
	struct inv_walk *w = k->w;
	struct inv_arena own = {0}, *outer = w->arena;
	struct inv_raw_object raw = {.head.at = inv_walk_here(w)};
	size_t errors = w->ld->errors.total;
	inv_seen seen = {{0}};
	struct inv_problem *p;
	bool items = false;
	enum what what;

	w->arena = &own;
	while (inv_walk_next(w) && w->event.type != INV_EVENT_MAPPING_END) {
		if (what_is(&raw) != OTHER && w->event.type == INV_EVENT_SCALAR &&
		    strcmp(w->event.value, "items") == 0) {
			walk_items(k, &raw);
			items = true;
		} else {
			walk_member(k, &raw, seen);
		}
	}
	what = what_is(&raw);
	if (!w->dead && what == UNKNOWN) {
		p = inv_walk_problem(w, raw.head.at, "the key 'kind' is missing");
		/* It comes last there. */
		if (items)
			inv_hint(w->ld, p,
				 "what kubectl prints ends with it: is the file cut off?");
	}
	if (!w->dead && what == LISTING && !items)
		inv_walk_problem(w, raw.head.at, "the key 'items' is missing");
	else if (!w->dead && what != UNKNOWN)
		take(k, &raw, what, k->index++, errors);
	w->arena = outer;
	inv_arena_free(&own);
}

void inv_walk_kube(struct inv_walk *w)
{
	struct kube k = {.w = w};

	w->prefixed = annotation_fields;
	while (inv_walk_next(w) && w->event.type == INV_EVENT_DOCUMENT && inv_walk_next(w)) {
		if (w->event.type == INV_EVENT_MAPPING) {
			walk_document(&k);
		} else if (!inv_event_empty(&w->event)) {
			inv_walk_problem(w, inv_walk_here(w), "an object must be a mapping, not %s",
					 inv_event_kind(&w->event));
			inv_walk_skip(w);
		}
	}
}
