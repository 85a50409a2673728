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

/* What is known of one while its wave is under way. */
struct progress {
	int64_t asked; /* by the kernel, or by the first datagram; 0: not yet */
	int64_t sent;  /* the datagrams, the last time; 0: not yet */
	uint8_t times; /* so often */
	bool direct;   /* the one to itself was sent */
	bool mailed;   /* it answered by ICMP */
	bool passed;   /* somebody answered what was for its subnet */
	bool proxied;  /* another router answered for it */
	bool fresh;    /* the kernel has heard of it since */
	bool detour;   /* IPv6: a rule or a route leads even to itself by another router */
	bool taken;    /* into a wave */
};

struct asking {
	struct hgw_probe *p;
	struct hgw_kernel *k;
	struct progress *progress; /* of each of p->v */
	uint32_t *wave;		   /* into p->v */
	size_t nwave;
	uint32_t *inside; /* those of p->v that have an address inside, sorted by it */
	size_t ninside;
	struct hgw_neighbour *questions;
	int *refusals;
	struct mail mail;
	struct hgw_neighbour_limits limits[2]; /* of IPv4, IPv6 */
	bool has[2];
	uint32_t room; /* as in struct hgw_probe_options */
	const struct hgw_progress *tell;
	size_t done; /* those of earlier waves */
	int64_t now;
};

/* Reads the tables: the state of all that have no answer yet. */
HGW_NODISCARD int probe_read_table(struct asking *k, struct hgw_err *err);
/* Asks those that are in k->wave; sets their answers. */
HGW_NODISCARD int probe_ask_wave(struct asking *k, struct hgw_err *err);

#endif
