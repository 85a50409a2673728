/* SPDX-License-Identifier: MIT */
/* Many hosts at once, out of a directory of snapshots. */
#ifndef HGW_CMD_MESH_H
#define HGW_CMD_MESH_H

#include "cmd.h"

struct mesh_files {
	char *dir;
	char **v; /* of each node of the inventory; NULL: there is none */
	size_t n, nnodes;
};

bool mesh_is_dir(const char *path);
/*
 * Finds NODE.json and NODE.txt in the directory s->opt.snapshot. HGW_DATAERR if there
 * are none, or both of one node; those of no node are warned of.
 */
HGW_NODISCARD int mesh_find_files(struct session *s, struct mesh_files *files, struct hgw_err *err);
void mesh_files_free(struct mesh_files *files);

/* Called for each node, which the session is about then: read, as of a snapshot of its own. */
typedef int mesh_node_fn(struct session *s, uint32_t node, void *arg, struct hgw_err *err);
/*
 * Reads all snapshots, one after the other. One that cannot be used does not keep the
 * others from being read; then -1 and the first error.
 */
HGW_NODISCARD int mesh_each(struct session *s, const struct mesh_files *files, mesh_node_fn *fn,
			    void *arg, struct hgw_err *err);

HGW_NODISCARD int mesh_verify(struct session *s, struct hgw_err *err);
HGW_NODISCARD int mesh_plan(struct session *s, struct hgw_err *err);

#endif
