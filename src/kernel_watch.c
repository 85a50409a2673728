/* SPDX-License-Identifier: MIT */
#include "hgw/kernel.h"

#include <errno.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "kernel_impl.h"

int hgw_kernel_watch(struct hgw_kernel *k, struct hgw_err *err)
{
	int rc;

	if (k->news != NULL)
		return 0;
	k->news = nl_socket_alloc();
	if (k->news == NULL)
		return hgw_fail_nomem(err);
	rc = nl_connect(k->news, NETLINK_ROUTE);
	if (rc == 0)
		rc = nl_socket_add_memberships(k->news, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
					       RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE,
					       RTNLGRP_IPV6_ROUTE, 0);
	if (rc < 0)
		return hgw_fail(err, HGW_FAILED, "cannot watch the network: %s", nl_geterror(rc));
	return 0;
}

/* What changed is read anew by whoever waited; that something did is all we need to know. */
static void drain(int fd)
{
	char buf[8192];

	while (recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0 || errno == ENOBUFS || errno == EINTR)
		;
}

int hgw_kernel_wait(struct hgw_kernel *k, int milliseconds, struct hgw_err *err)
{
	struct pollfd p = {.fd = nl_socket_get_fd(k->news), .events = POLLIN};
	int rc = poll(&p, 1, milliseconds);

	if (rc < 0 && errno != EINTR)
		return hgw_fail(err, HGW_FAILED, "cannot wait for the network: %s",
				strerror(errno));
	if (rc > 0)
		drain(p.fd);
	return rc > 0;
}
