/* SPDX-License-Identifier: MIT */
/*
 * /run/hgw, mode 0700: what outlives a process but not a boot. One set of
 * files for each network namespace, told apart by its cookie.
 */
#ifndef HGW_RUNDIR_H
#define HGW_RUNDIR_H

#include "hgw/err.h"

enum { HGW_RUNDIR_PATH = 64 };

/* "/run/hgw/COOKIE.SUFFIX" of this process's network namespace. */
HGW_NODISCARD int hgw_rundir_path(char path[static HGW_RUNDIR_PATH], const char *suffix,
				  struct hgw_err *err);
/*
 * Makes the folder if it is not there. HGW_NOPERM if it cannot be made, or if
 * somebody else owns it or may write there.
 */
HGW_NODISCARD int hgw_rundir_make(struct hgw_err *err);

#endif
