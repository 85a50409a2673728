/* SPDX-License-Identifier: MIT */
/* flannel's net-conf.json: what is routed, and whether it is by host-gw at all. */
#include "inventory_walk.h"

#include <string.h>
#include <strings.h>

struct raw_backend {
	struct inv_head head;
	char *type, *direct;
};

struct raw_conf {
	struct inv_head head;
	char *network, *network6, *enable4, *enable6;
	struct raw_backend *backend;
};

#define STRING(key, type, member)                                                                  \
	CYAML_FIELD_STRING_PTR((key), CYAML_FLAG_OPTIONAL, struct type, member, 1, INV_SCALAR_MAX)

static const cyaml_schema_field_t backend_fields[] = {
	STRING("Type", raw_backend, type),
	STRING("DirectRouting", raw_backend, direct),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t conf_fields[] = {
	STRING("Network", raw_conf, network),
	STRING("IPv6Network", raw_conf, network6),
	STRING("EnableIPv4", raw_conf, enable4),
	STRING("EnableIPv6", raw_conf, enable6),
	CYAML_FIELD_MAPPING_PTR("Backend", CYAML_FLAG_OPTIONAL, struct raw_conf, backend,
				backend_fields),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t conf_schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct raw_conf, conf_fields),
};

static bool take_bool(struct inv_load *ld, const char *key, const char *value, bool unsaid)
{
	if (value == NULL || strcmp(value, "true") == 0)
		return value != NULL || unsaid;
	if (strcmp(value, "false") != 0)
		inv_problem(ld, value, "%s '%s' is neither true nor false", key, INV_QUOTE(value));
	return false;
}

static void take_backend(struct inv_walk *w, const struct raw_conf *conf)
{
	const struct raw_backend *backend = conf->backend;
	const char *type = backend != NULL ? backend->type : NULL;
	struct inv_problem *p;

	if (type == NULL) {
		p = inv_walk_problem(w, backend != NULL ? backend->head.at : conf->head.at,
				     "flannel's Backend has no Type, and is not host-gw then");
		inv_hint(w->ld, p, "write \"Backend\": {\"Type\": \"host-gw\"}");
		return;
	}
	if (strcasecmp(type, "host-gw") == 0)
		return;
	if (strcasecmp(type, "vxlan") == 0 &&
	    take_bool(w->ld, "DirectRouting", backend->direct, false))
		return;
	p = inv_problem(w->ld, type, "flannel's Backend is of Type '%s', not host-gw",
			INV_QUOTE(type));
	if (strcasecmp(type, "vxlan") == 0)
		inv_hint(w->ld, p, "change it to \"host-gw\", or add \"DirectRouting\": true");
	else
		inv_hint(w->ld, p, "change it to \"host-gw\"");
}

/* A network of one family, to outlive this text; NULL: there is none, or it is refused. */
static char *take_network(struct inv_walk *w, const char *key, const char *value, uint8_t family)
{
	struct inv_mark mark;
	struct hgw_prefix prefix;
	enum hgw_prefix_fault fault;
	char buf[HGW_PREFIX_STRLEN], *copy;

	if (value == NULL)
		return NULL;
	mark = inv_mark_of(value);
	fault = hgw_prefix_parse(value, &prefix);
	if ((fault == HGW_PREFIX_OK || fault == HGW_PREFIX_HOST_BITS) &&
	    prefix.addr.family != family) {
		struct inv_problem *p =
			inv_problem(w->ld, value, "%s '%s' is not an %s prefix", key,
				    INV_QUOTE(value), family == AF_INET ? "IPv4" : "IPv6");

		if (family == AF_INET)
			inv_hint(w->ld, p, "an IPv6 prefix goes into IPv6Network");
		return NULL;
	}
	if (fault == HGW_PREFIX_HOST_BITS) {
		prefix = hgw_prefix_masked(&prefix);
		hgw_prefix_format(&prefix, buf);
		inv_remark(w->ld, HGW_WARNING, value,
			   "%s '%s' has host bits set: %s is taken, as flannel does", key,
			   INV_QUOTE(value), buf);
		value = buf;
	}
	copy = inv_place_value(&w->ld->arena, &mark, value, strlen(value));
	if (copy == NULL)
		inv_walk_nomem(w);
	return copy;
}

static void take(struct inv_walk *w, const struct raw_conf *conf)
{
	struct inv_load *ld = w->ld;
	size_t errors = ld->errors.total;
	bool ipv4 = take_bool(ld, "EnableIPv4", conf->enable4, true);
	bool ipv6 = take_bool(ld, "EnableIPv6", conf->enable6, false);
	char *list[2], *network;
	struct inv_raw_network cluster = {.cluster = list};

	if (ipv4 && (network = take_network(w, "Network", conf->network, AF_INET)) != NULL)
		list[cluster.cluster_count++] = network;
	if (ipv6 && (network = take_network(w, "IPv6Network", conf->network6, AF_INET6)) != NULL)
		list[cluster.cluster_count++] = network;
	if (!ipv4 && !ipv6 && errors == ld->errors.total)
		inv_walk_problem(w, conf->head.at, "neither IPv4 nor IPv6 is enabled");
	if (ipv4 && conf->network == NULL)
		inv_walk_problem(w, conf->head.at, "the key 'Network' is missing");
	if (ipv6 && conf->network6 == NULL)
		inv_walk_problem(w, conf->head.at,
				 "the key 'IPv6Network' is missing, with EnableIPv6");
	take_backend(w, conf);
	if (ld->nomem)
		return;
	if (errors != ld->errors.total)
		ld->no_cluster = true;
	inv_convert(ld, &(struct inv_raw){.network = &cluster});
	ld->flannel = true;
	ld->ipv4 = ld->ipv4 || ipv4;
	ld->ipv6 = ld->ipv6 || ipv6;
	if (ld->flannel_src == NULL && cluster.cluster_count > 0) {
		ld->flannel_src = list[0];
		ld->flannel_file = ld->file;
	}
}

void inv_walk_flannel(struct inv_walk *w)
{
	struct raw_conf conf = {.head = {{0}, false}};
	size_t errors = w->ld->errors.total;

	w->open = true;
	w->any_case = true;
	inv_walk_next(w);
	if (!w->dead && w->event.type != INV_EVENT_END)
		inv_walk_next(w);
	if (w->dead)
		return;
	if (w->event.type != INV_EVENT_MAPPING) {
		inv_walk_problem(w, inv_walk_here(w), "net-conf.json must be a mapping");
		return;
	}
	if (!inv_walk_mapping(w, &conf_schema, &conf))
		return;
	/* What was refused may seem to be missing. */
	if (errors == w->ld->errors.total)
		take(w, &conf);
	else
		w->ld->no_cluster = true;
	if (inv_walk_next(w) && w->event.type != INV_EVENT_END)
		inv_walk_problem(w, inv_walk_here(w), "there is more behind net-conf.json");
}

void inv_walk_net_conf(struct inv_walk *w, const char *value)
{
	struct inv_mark mark = inv_mark_of(value);
	struct inv_input in;
	struct inv_walk inner;

	inv_input_text(&in, w->in->name, value, strlen(value));
	inv_walk_begin_inner(&inner, w, &in, &mark);
	inv_walk_flannel(&inner);
	inv_walk_end(&inner);
	w->dead = w->dead || w->ld->nomem;
}
