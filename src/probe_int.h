/* SPDX-License-Identifier: MIT */
/* Shared by the probe*.c files and by nobody else. */
#ifndef HGW_PROBE_INT_H
#define HGW_PROBE_INT_H

#include "hgw/probe.h"

/* Names for each the first of another node that has its MAC. */
HGW_NODISCARD int probe_find_twins(struct hgw_probe *p, struct hgw_err *err);

/*
 * A datagram that waits for its neighbour counts against the buffer of its socket, which
 * holds some 270 of them unless the administrator has made it larger.
 */
enum { PER_SOCKET = 200, SOCKETS = 64, WAVE_MAX = PER_SOCKET * SOCKETS };

/* The sockets of a wave, a descriptor each or -1: of IPv4, then of IPv6. */
struct mail {
	int fd[2][SOCKETS];
};
void mail_init(struct mail *m);
void mail_close(struct mail *m);

/*
 * Sends a datagram to an address on the link of a, for one hop; slot is the place of a in its
 * wave. 0, or the errno; EAGAIN: not now.
 */
int mail_send(struct mail *m, size_t slot, const struct hgw_asked *a, const struct hgw_addr *to);

/* What came back by ICMP: about a datagram to this address, from that one. */
struct mail_answer {
	struct hgw_addr to, from;
	bool expired; /* it came to its last hop there; else it was not welcome */
};
/* Waits for so long, or until there is something to read. */
void mail_wait(const struct mail *m, int milliseconds);
/* Hands all that is there to fn. */
void mail_read(const struct mail *m, void (*fn)(void *arg, const struct mail_answer *answer),
	       void *arg);

#endif
