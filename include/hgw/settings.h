/* SPDX-License-Identifier: MIT */
/*
 * What of a host is no route and yet decides whether packets go their way, out
 * of files: sysctls of this network namespace, and systemd-networkd's ways.
 */
#ifndef HGW_SETTINGS_H
#define HGW_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/compiler.h"
#include "hgw/err.h"
#include "hgw/snapshot.h"

enum { HGW_UNKNOWN = -1 }; /* there is no such file, or it cannot be read */

/* Of one link; IPv4's, as IPv6 forwards on all links or on none, and has no such filter. */
struct hgw_link_settings {
	uint32_t index;
	int forwarding, rp_filter; /* net.ipv4.conf.LINK; 0: off */
	bool unmanaged;		   /* systemd-networkd leaves it alone */
};

enum hgw_networkd {
	HGW_NETWORKD_ABSENT,  /* it does not run */
	HGW_NETWORKD_KEEPS,   /* it is told to keep routes that it did not make itself */
	HGW_NETWORKD_UNKNOWN, /* hgw_settings_read() never says so */
	HGW_NETWORKD_DELETES, /* of links that it manages, when it starts or reconfigures them */
};

struct hgw_settings {
	int forwarding, forwarding6;   /* net.ipv4.ip_forward, net.ipv6.conf.all.forwarding */
	int rp_filter;		       /* net.ipv4.conf.all */
	int gc_thresh3, gc_thresh3_v6; /* net.ipv4, net.ipv6.neigh.default: most neighbours */
	enum hgw_networkd networkd;
	struct hgw_link_settings *links; /* those that were asked for */
	size_t nlinks;
};

/*
 * Reads them below root ("": the root), for links of host. Only want of memory
 * is an error. /proc/sys/net shows the namespace of this process, and gc_thresh3
 * the initial one alone.
 */
HGW_NODISCARD int hgw_settings_read(struct hgw_settings *s, const char *root,
				    const struct hgw_snapshot *host, const uint32_t *links,
				    size_t nlinks, struct hgw_err *err);
void hgw_settings_free(struct hgw_settings *s);

/* NULL: not asked for. */
const struct hgw_link_settings *hgw_settings_link(const struct hgw_settings *s, uint32_t index);

#endif
