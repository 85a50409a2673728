/* SPDX-License-Identifier: MIT */
/* One wave: asked at once, and watched until all is known or the time is over. */
#include <errno.h>
#include <linux/neighbour.h>
#include <string.h>
#include <time.h>

#include "probe_int.h"

enum {
	FIRST_LOOK_MS = 5, /* then less and less often */
	LAST_LOOK_MS = 200,
	ICMP_MS = 250, /* that it may take where the neighbour itself is there already */
	MAIL_TIMES = 3,
	INSIDE_TIMES = 2, /* before what is for the subnet is taken to be lost there */
	MAIL_MS = 1000,
	INSIDE_MS = 2200, /* as many hosts answer one each second, or half of one */
};

/* Not by a probe of the kernel: it was set by hand, or the link has no such thing. */
static const uint16_t not_asked_for = NUD_PERMANENT | NUD_NOARP;
static const uint16_t valid =
	NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY;

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* --- What the table says ------------------------------------------------------- */

static struct hgw_asked *find(const struct asking *k, const struct hgw_addr *addr)
{
	const struct hgw_asked *a = hgw_probe_find(k->p, addr);

	return a != NULL ? &k->p->v[a - k->p->v] : NULL;
}

static int on_entry(void *arg, const struct hgw_neighbour *n, struct hgw_err *err)
{
	const struct asking *k = arg;
	struct hgw_asked *a = find(k, &n->addr);
	struct progress *g;

	(void)err;
	if (a == NULL || a->oif != n->oif || a->answer != HGW_ANSWER_NONE)
		return 0;
	g = &k->progress[a - k->p->v];
	a->state = n->state;
	/* Once the kernel has given up, this is where an answer came from nevertheless. */
	if ((n->state & valid) && !(n->state & NUD_NOARP)) {
		a->maclen = n->maclen;
		memcpy(a->mac, n->mac, sizeof(a->mac));
	}
	/* The kernel counts in hundredths of a second. */
	if ((n->state & NUD_REACHABLE) && g->asked != 0 &&
	    n->confirmed_ms <= (uint64_t)(k->now - g->asked) + 10)
		g->fresh = true;
	return 0;
}

int probe_read_table(struct asking *k, struct hgw_err *err)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	k->now = now_ms();
	for (size_t i = 0; i < k->p->n; i++)
		if (k->p->v[i].answer == HGW_ANSWER_NONE)
			k->p->v[i].state = NUD_NONE;
	for (size_t f = 0; f < 2; f++)
		if (k->has[f] && hgw_kernel_neighbours(k->k, families[f], on_entry, k, err) < 0)
			return -1;
	return 0;
}

/* --- Asking ---------------------------------------------------------------------- */

/* Our kernel asks those that it may ask. */
static int ask_kernel(struct asking *k, struct hgw_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < k->nwave; i++) {
		const struct hgw_asked *a = &k->p->v[k->wave[i]];

		if (!(a->state & not_asked_for))
			k->questions[n++] = (struct hgw_neighbour){.addr = a->addr,
								   .oif = a->oif,
								   .state = a->state};
	}
	/* Answers can be there before the call returns. */
	k->now = now_ms();
	if (hgw_kernel_ask(k->k, k->questions, n, k->refusals, err) < 0)
		return -1;
	n = 0;
	for (size_t i = 0; i < k->nwave; i++) {
		struct hgw_asked *a = &k->p->v[k->wave[i]];

		if (a->state & not_asked_for)
			continue;
		a->errnum = k->refusals[n++];
		if (a->errnum == 0 && k->progress[k->wave[i]].asked == 0)
			k->progress[k->wave[i]].asked = k->now;
	}
	return 0;
}

/* false: not now. */
static bool mail_one(struct asking *k, size_t slot, struct hgw_asked *a, const struct hgw_addr *to)
{
	struct progress *g = &k->progress[a - k->p->v];
	int rc = mail_send(&k->mail, slot, a, to);

	if (rc == EAGAIN)
		return false;
	/* What the kernel asked for needs no datagram to come to something. */
	if (rc == 0 && g->asked == 0)
		g->asked = k->now;
	if (rc != 0 && g->asked == 0)
		a->errnum = rc;
	return true;
}

/* It answers for itself, but what was for its subnet nobody has answered. */
static bool is_mute(const struct hgw_asked *a, const struct progress *g)
{
	return g->mailed && !g->passed && !g->detour && a->inside.family != AF_UNSPEC;
}

/* They get lost, as the kernel's questions do, which asks three times. */
static bool mail_again(const struct asking *k, const struct hgw_asked *a, const struct progress *g)
{
	bool mute = is_mute(a, g);
	bool again =
		mute ? g->times < INSIDE_TIMES : !g->mailed && !g->fresh && g->times < MAIL_TIMES;

	return again && k->now - g->sent >= (mute ? INSIDE_MS : MAIL_MS);
}

/*
 * The datagrams that are due: to each itself, which has the kernel look for it too; into its
 * subnet only once it is known, for one that waits may push the other out.
 */
static void mail_due(struct asking *k)
{
	for (size_t i = 0; i < k->nwave; i++) {
		struct hgw_asked *a = &k->p->v[k->wave[i]];
		struct progress *g = &k->progress[k->wave[i]];

		if (g->detour || a->errnum != 0 || (g->sent != 0 && !mail_again(k, a, g)))
			continue;
		/* Once it has answered, the rate of its answers is left to the other. */
		if (!g->direct)
			g->direct = g->mailed || mail_one(k, i, a, &a->addr);
		if (!g->direct || !(a->state & valid) || a->errnum != 0 ||
		    (a->inside.family != AF_UNSPEC && !mail_one(k, i, a, &a->inside)))
			continue;
		g->sent = k->now;
		g->times++;
		g->direct = false;
	}
}

/* Of one node with several addresses it is one of them that answers, whichever was the gateway. */
static void note_inside(const struct asking *k, const struct hgw_addr *to)
{
	size_t lo = 0, hi = k->ninside;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (hgw_addr_cmp(&k->p->v[k->inside[mid]].inside, to) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < k->ninside && hgw_addr_cmp(&k->p->v[k->inside[lo]].inside, to) == 0; lo++)
		k->progress[k->inside[lo]].passed = true;
}

static void on_mail(void *arg, const struct mail_answer *answer)
{
	const struct asking *k = arg;
	struct hgw_asked *from = find(k, &answer->from), *to = find(k, &answer->to);

	if (from != NULL) {
		k->progress[from - k->p->v].mailed = true;
		from->forwards |= answer->expired;
	}
	/* Whoever has an address does not count hops on the way to it. */
	if (to != NULL && answer->expired && from != to) {
		k->progress[to - k->p->v].proxied = true;
		to->by = answer->from;
	}
	note_inside(k, &answer->to);
}

/* --- A wave ---------------------------------------------------------------------- */

/* Whether there is nothing more to learn of it. */
static bool settled(const struct asking *k, uint32_t i)
{
	const struct hgw_asked *a = &k->p->v[i];
	const struct progress *g = &k->progress[i];
	bool mute = is_mute(a, g);
	bool awaited = !g->detour && (g->sent == 0 || (mute && g->times < INSIDE_TIMES) ||
				      k->now - g->sent < (mute ? MAIL_MS : ICMP_MS));

	if (a->errnum != 0 || g->proxied)
		return true;
	if (g->mailed && a->forwards)
		return a->maclen > 0 || (a->state & NUD_NOARP) || !awaited;
	if (g->mailed || g->fresh)
		return !awaited;
	return g->asked != 0 && (a->state & NUD_FAILED);
}

static enum hgw_answer conclude(const struct hgw_asked *a, const struct progress *g)
{
	if (g->mailed)
		return HGW_ANSWER_YES;
	if (g->proxied)
		return HGW_ANSWER_PROXIED;
	if (g->fresh)
		return HGW_ANSWER_YES;
	if (a->errnum == ENOBUFS)
		return HGW_ANSWER_NO_ROOM;
	if (a->errnum != 0)
		return HGW_ANSWER_REFUSED;
	if (a->state == NUD_NONE || (a->state & (NUD_INCOMPLETE | NUD_FAILED | NUD_PROBE)))
		return g->asked != 0 ? HGW_ANSWER_SILENT : HGW_ANSWER_NONE;
	return HGW_ANSWER_UNSURE;
}

static bool wave_settled(const struct asking *k)
{
	size_t n = 0;

	for (size_t i = 0; i < k->nwave; i++)
		n += settled(k, k->wave[i]);
	if (k->tell != NULL)
		k->tell->step(k->tell->arg,
			      &(struct hgw_step){"asking", "gateways", "", k->done + n, k->p->n});
	return n == k->nwave;
}

static int watch_wave(struct asking *k, struct hgw_err *err)
{
	int64_t end = now_ms() + k->p->timeout_ms, look = FIRST_LOOK_MS;

	for (;;) {
		int64_t left;

		mail_read(&k->mail, on_mail, k);
		if (probe_read_table(k, err) < 0)
			return -1;
		left = end - k->now;
		if (wave_settled(k) || left <= 0)
			return 0;
		mail_due(k);
		mail_wait(&k->mail, (int)(look < left ? look : left));
		if (hgw_kernel_stopped(k->k))
			return hgw_fail(err, HGW_FAILED, "interrupted while asking the gateways");
		look = look * 2 < LAST_LOOK_MS ? look * 2 : LAST_LOOK_MS;
	}
}

int probe_ask_wave(struct asking *k, struct hgw_err *err)
{
	int rc = 0;

	k->now = now_ms();
	/* First, for the address it comes from is what IPv6 asks by where the link has none. */
	mail_due(k);
	if (k->p->may_ask)
		rc = ask_kernel(k, err);
	if (rc == 0)
		rc = watch_wave(k, err);
	mail_close(&k->mail);
	for (size_t i = 0; i < k->nwave; i++) {
		struct hgw_asked *a = &k->p->v[k->wave[i]];
		const struct progress *g = &k->progress[k->wave[i]];

		a->answer = conclude(a, g);
		a->mute = is_mute(a, g) && g->times >= INSIDE_TIMES;
	}
	k->done += k->nwave;
	return rc;
}
