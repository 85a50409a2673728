/* SPDX-License-Identifier: MIT */
/* Shared by the settings*.c files and by nobody else. */
#ifndef HGW_SETTINGS_INT_H
#define HGW_SETTINGS_INT_H

#include "hgw/settings.h"

/* Whether systemd-networkd says of a link that it does not manage it. */
bool settings_unmanaged(const char *root, uint32_t index);
/* Whether it runs, and what its configuration says; -1 for want of memory. */
int settings_networkd(const char *root, enum hgw_networkd *networkd);

#endif
