/* SPDX-License-Identifier: MIT */
/* An object of Kubernetes, as far as it is read. */
#ifndef HGW_INVENTORY_KUBE_H
#define HGW_INVENTORY_KUBE_H

#include "inventory_walk.h"

struct inv_raw_annotations {
	struct inv_head head;
	char *type, *ipv4, *ipv4_overwrite, *ipv6, *ipv6_overwrite;
};

struct inv_raw_metadata {
	struct inv_head head;
	char *name;
	struct inv_raw_annotations *annotations;
};

struct inv_raw_spec {
	struct inv_head head;
	char *cidr, **cidrs;
	uint32_t cidrs_count;
};

struct inv_raw_address {
	struct inv_head head;
	char *type, *address;
};

struct inv_raw_status {
	struct inv_head head;
	struct inv_raw_address *addresses;
	uint32_t addresses_count;
};

struct inv_raw_data {
	struct inv_head head;
	char *net_conf;
};

/* One of any kind. */
struct inv_raw_object {
	struct inv_head head;
	char *version, *kind;
	struct inv_raw_metadata *metadata;
	struct inv_raw_spec *spec;
	struct inv_raw_status *status;
	struct inv_raw_data *data;
};

/* Takes a Node; index is its place in the file. broken: something in it was refused. */
void inv_kube_node(struct inv_walk *w, const struct inv_raw_object *raw, uint32_t index,
		   bool broken);

#endif
