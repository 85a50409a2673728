/* SPDX-License-Identifier: MIT */
/*
 * The kernel's routing tables, through rtnetlink(7). The one module that
 * knows netlink; what it takes and gives are values.
 */
#ifndef HGW_KERNEL_H
#define HGW_KERNEL_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/err.h"
#include "hgw/progress.h"
#include "hgw/route.h"
#include "hgw/snapshot.h"

struct hgw_kernel;

/*
 * Opens a socket in this network namespace, or in the one of that name
 * (ip-netns(8)), into which the whole process then moves. Errors: HGW_NOINPUT
 * (no such namespace), HGW_NOPERM (entering one takes CAP_SYS_ADMIN),
 * HGW_FAILED. hgw_kernel_close() frees; NULL is fine.
 */
HGW_NODISCARD int hgw_kernel_open(struct hgw_kernel **k, const char *netns, struct hgw_err *err);
void hgw_kernel_close(struct hgw_kernel *k);

/*
 * Whether the kernel lets us write: asked with a request that it refuses in
 * any case, and that a caller without CAP_NET_ADMIN is refused for that.
 * HGW_NOPERM if not.
 */
HGW_NODISCARD int hgw_kernel_may_write(struct hgw_kernel *k, struct hgw_err *err);

/* Links, addresses and rules; s is emptied first and sorted after. */
HGW_NODISCARD int hgw_kernel_snapshot(struct hgw_kernel *k, struct hgw_snapshot *s,
				      struct hgw_err *err);

/*
 * From now on hgw_kernel_wait() learns of changes of links, addresses and
 * routes. To be called before the reading that a wait may follow, so that none
 * is missed in between.
 */
HGW_NODISCARD int hgw_kernel_watch(struct hgw_kernel *k, struct hgw_err *err);
/* Waits until something has changed: 1; 0: not within so many milliseconds. */
HGW_NODISCARD int hgw_kernel_wait(struct hgw_kernel *k, int milliseconds, struct hgw_err *err);

/* Which routes to dump. The kernel does the filtering, where it can. */
struct hgw_filter {
	uint8_t family;	  /* AF_INET or AF_INET6 */
	uint32_t table;	  /* 0: all */
	uint8_t protocol; /* 0: all */
	uint8_t but;	  /* all but this protocol, which is left out here; 0: none */
};

/* Who gets the routes of a dump, one at a time, in the kernel's order. */
struct hgw_sink {
	/*
	 * r's hops and raw message are in the pool. Returns 1 to keep them
	 * there, 0 to let them go, -1 (and err) to end the dump.
	 */
	int (*route)(void *arg, const struct hgw_route *r, struct hgw_err *err);
	/* The dump was interrupted and starts again: forget what came (NULL: nothing to forget). */
	void (*restart)(void *arg);
	void *arg;
};

/*
 * Dumps routes. A table that does not exist is empty. A dump that a change
 * interrupted (NLM_F_DUMP_INTR) is made again, a bounded number of times.
 */
HGW_NODISCARD int hgw_kernel_routes(struct hgw_kernel *k, const struct hgw_filter *filter,
				    struct hgw_pool *pool, const struct hgw_sink *sink,
				    struct hgw_err *err);
/* The same, collected in a set, in the kernel's order. */
HGW_NODISCARD int hgw_kernel_collect(struct hgw_kernel *k, const struct hgw_filter *filter,
				     struct hgw_pool *pool, struct hgw_routes *set,
				     struct hgw_err *err);

/* Where a packet would go, asked of the kernel (RTM_GETROUTE): all rules and tables count. */
struct hgw_lookup {
	struct hgw_addr to, from; /* from AF_UNSPEC: not said */
	uint8_t type;		  /* of the answer: RTN_* */
	uint32_t iif;		  /* the link it comes in by; 0: it is of this host itself */
	/* The rest of the answer. */
	int errnum; /* 0; ENETUNREACH: no route; EHOSTUNREACH: unreachable, or not to be
		       forwarded; EXDEV, EINVAL: the kernel would not take it from there (reverse
		       path filter, martian), or EINVAL: a blackhole */
	uint32_t table;
	struct hgw_hop hop; /* of several the one that this packet would take */
};
/* Asks n questions, packed; an answer that is an error is an answer. */
HGW_NODISCARD int hgw_kernel_lookup(struct hgw_kernel *k, struct hgw_lookup *v, size_t n,
				    struct hgw_err *err);

/*
 * From now on hgw_kernel_write() ends early, between two sends, once *stop is
 * not 0; NULL: never. A signal handler sets it.
 */
void hgw_kernel_stop_at(struct hgw_kernel *k, const volatile sig_atomic_t *stop);
/* Whether it is not 0. */
bool hgw_kernel_stopped(const struct hgw_kernel *k);

/*
 * From now on tells progress of each reading and writing; NULL: nobody. What
 * it points to outlives k.
 */
void hgw_kernel_tell(struct hgw_kernel *k, const struct hgw_progress *progress);

/*
 * A route out of its message as dumped, of len bytes; for what was saved
 * (journal.h). HGW_DATAERR if it is none.
 */
HGW_NODISCARD int hgw_kernel_decode(struct hgw_pool *pool, const void *msg, size_t len,
				    struct hgw_route *r, struct hgw_err *err);

enum hgw_verb {
	HGW_VERB_ADD,	 /* NLM_F_CREATE | NLM_F_EXCL: nothing may have that key */
	HGW_VERB_APPEND, /* NLM_F_CREATE | NLM_F_APPEND: after what has that key; IPv6: one more hop
			  */
	HGW_VERB_REPLACE, /* NLM_F_CREATE | NLM_F_REPLACE: takes the first of that key, anyone's */
	HGW_VERB_DELETE,  /* by full key, protocol and hops included */
};

enum hgw_write_state {
	HGW_WRITE_PENDING, /* not sent */
	HGW_WRITE_DONE,
	HGW_WRITE_GONE,	 /* a delete that found nothing (ESRCH): no failure */
	HGW_WRITE_TAKEN, /* restore, and another route has the key of an add (EEXIST): likewise */
	HGW_WRITE_REFUSED,
	HGW_WRITE_UNKNOWN, /* the answer was lost */
};

struct hgw_write {
	enum hgw_verb verb;
	bool restore; /* send route.raw as it was dumped, not what we model of it */
	bool alone;   /* in a send of its own, so that a refusal stops what is after it */
	enum hgw_write_state state;
	uint32_t change; /* the caller's own: what in its plan this is a part of */
	struct hgw_route route;
};

/* Why a phase of writes ended early. */
struct hgw_refusal {
	size_t index;	/* the first write that was refused or is unknown */
	int errnum;	/* EINTR: hgw_kernel_stop_at() */
	char text[160]; /* the kernel's own words (NETLINK_EXT_ACK), or "" */
};

/*
 * Carries out n writes, packed: at most 64 KiB a send, no acknowledgements
 * asked for. send(2) on rtnetlink returns when all of its messages have been
 * handled, and a refusal does not stop those after it in the same send; so
 * after each send the refusals are read, and any ends the phase. Sets each
 * state. Returns 0 if all are DONE, GONE or TAKEN, else -1 and *refusal. Allocates
 * nothing of its own.
 */
HGW_NODISCARD int hgw_kernel_write(struct hgw_kernel *k, const struct hgw_pool *pool,
				   struct hgw_write *writes, size_t n, struct hgw_refusal *refusal);

/* --- Neighbours: who is on the link (ARP, NDP) ------------------------------------- */

enum { HGW_MAC_MAX = 20 }; /* InfiniBand's */

/* An entry of the neighbour table. */
struct hgw_neighbour {
	struct hgw_addr addr;
	uint32_t oif;
	uint16_t state; /* NUD_* (linux/neighbour.h); NUD_NONE: there is no entry */
	uint8_t maclen; /* 0: not known, or the link has none */
	uint8_t mac[HGW_MAC_MAX];
	uint32_t confirmed_ms; /* so long ago; hundredths of a second are what the kernel tells */
};

/* How many there may be, and how long the kernel takes to find out that somebody is not there. */
struct hgw_neighbour_limits {
	uint32_t entries, most; /* of all network namespaces together; most: gc_thresh3 */
	uint32_t delay_ms;	/* before it asks about an entry that is STALE and in use */
	uint32_t ask_ms;	/* from the first of its questions until it gives up */
};

/* Hands each entry of a family to fn; -1 from it ends the dump. */
HGW_NODISCARD int hgw_kernel_neighbours(struct hgw_kernel *k, uint8_t family,
					int (*fn)(void *arg, const struct hgw_neighbour *n,
						  struct hgw_err *err),
					void *arg, struct hgw_err *err);
/* The times are those of the slowest link. */
HGW_NODISCARD int hgw_kernel_neighbour_limits(struct hgw_kernel *k, uint8_t family,
					      struct hgw_neighbour_limits *limits,
					      struct hgw_err *err);
/*
 * Has the kernel ask n neighbours at once; the answers are found in the table. An entry that
 * has a MAC is set to NUD_PROBE and keeps it, any other begins as if a packet were to be
 * sent; not for those that are NUD_PERMANENT or NUD_NOARP. errnum[i] is 0 or why not. Needs
 * CAP_NET_ADMIN, see hgw_kernel_may_write().
 */
HGW_NODISCARD int hgw_kernel_ask(struct hgw_kernel *k, const struct hgw_neighbour *v, size_t n,
				 int *errnum, struct hgw_err *err);

#endif
