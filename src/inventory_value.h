/* SPDX-License-Identifier: MIT */
/* The checks of single values, each of which reports what is wrong with its own. */
#ifndef HGW_INVENTORY_VALUE_H
#define HGW_INVENTORY_VALUE_H

#include "inventory_int.h"

/* Whose value it is, for messages: "" or " of node 'node1'". */
enum { INV_OWNER_SIZE = INV_QUOTE_SIZE + 16 };

bool inv_value_name(struct inv_load *ld, const char *s);
bool inv_value_interface(struct inv_load *ld, const char *s, const char *owner);
bool inv_value_addr(struct inv_load *ld, const char *s, const char *owner, struct hgw_addr *out);
/* A prefix of network.cluster. */
bool inv_value_cluster(struct inv_load *ld, const char *s, struct hgw_prefix *out);
bool inv_value_subnet(struct inv_load *ld, const char *s, const char *owner,
		      struct hgw_prefix *out);
bool inv_value_metric(struct inv_load *ld, const char *s, const char *owner, uint32_t *out,
		      bool *spread);
bool inv_value_mtu(struct inv_load *ld, const char *s, const char *owner, uint32_t *out);
bool inv_value_onlink(struct inv_load *ld, const char *s, const char *owner, bool *out);
bool inv_value_table(struct inv_load *ld, const char *s, uint32_t *out);
bool inv_value_protocol(struct inv_load *ld, const char *s, uint8_t *out);

#endif
