/* SPDX-License-Identifier: MIT */
/* Shared by the mesh*.c files. */
#ifndef HGW_MESH_INT_H
#define HGW_MESH_INT_H

#include "hgw/mesh.h"

/* Finds the node that has each gateway. */
HGW_NODISCARD int mesh_find_gateways(struct hgw_mesh *mesh, struct hgw_err *err);
/* Follows packets to all subnets, and adds the walks that are not delivered. */
HGW_NODISCARD int mesh_walk_all(struct hgw_mesh *mesh, struct hgw_err *err);
HGW_NODISCARD int mesh_add_walk(struct hgw_mesh *mesh, const struct hgw_walk *walk,
				struct hgw_err *err);
/* What became of packets from a node to a subnet. */
uint8_t *mesh_fate(const struct hgw_mesh *mesh, uint32_t from, uint32_t subnet);
/* Delivered, then pending, then unknown, then all faults alike. */
unsigned mesh_severity(uint8_t fate);
/* The last address of a prefix. */
struct hgw_addr mesh_last(const struct hgw_prefix *p);
void mesh_node_free(struct hgw_mesh_node *node);

#endif
