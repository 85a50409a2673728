/* SPDX-License-Identifier: MIT */
/*
 * A plan on file: what plan saw and means to do, to be looked at by people and
 * done later by apply, exactly so or not at all. Devices by name, for their
 * numbers change.
 */
#ifndef HGW_PLANFILE_H
#define HGW_PLANFILE_H

#include <stdint.h>

#include "hgw/actual.h"
#include "hgw/err.h"
#include "hgw/plan.h"
#include "hgw/snapshot.h"

struct hgw_planfile {
	struct hgw_scope scope;
	char node[256];
	uint64_t digest;      /* of the routes that were read */
	struct hgw_plan plan; /* its routes have no raw messages; origins are not kept */
};

/* Of the scope, all owned routes, and others' to subnets that the plan changes. */
HGW_NODISCARD int hgw_planfile_digest(uint64_t *digest, const struct hgw_scope *scope,
				      const struct hgw_plan *plan, const struct hgw_actual *actual,
				      const struct hgw_snapshot *host, const struct hgw_pool *pool,
				      struct hgw_err *err);

/* To a temporary name beside path, then renamed. HGW_IOERR if it cannot be written. */
HGW_NODISCARD int hgw_planfile_write(const char *path, const struct hgw_planfile *file,
				     const struct hgw_snapshot *host, const struct hgw_pool *pool,
				     struct hgw_err *err);

/*
 * HGW_NOINPUT, or HGW_DATAERR for what is not a plan of this version, whole;
 * HGW_REFUSED if it names a device that is not there.
 */
HGW_NODISCARD int hgw_planfile_read(struct hgw_planfile *file, const char *path,
				    const struct hgw_snapshot *host, struct hgw_pool *pool,
				    struct hgw_err *err);

/* What actual_read needs to find the routes that a read plan is about. */
HGW_NODISCARD int hgw_planfile_desired(const struct hgw_planfile *file, struct hgw_desired *desired,
				       struct hgw_err *err);
/*
 * Puts the routes that were read now in the place of those that the plan is to
 * replace or delete. HGW_REFUSED if the host has changed since.
 */
HGW_NODISCARD int hgw_planfile_match(struct hgw_planfile *file, const struct hgw_actual *actual,
				     const struct hgw_snapshot *host, const struct hgw_pool *pool,
				     struct hgw_err *err);
void hgw_planfile_free(struct hgw_planfile *file);

#endif
