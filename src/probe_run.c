/* SPDX-License-Identifier: MIT */
/* The asking as a whole: waves that fit into the neighbour table. */
#include <errno.h>
#include <linux/neighbour.h>
#include <stdlib.h>

#include "probe_int.h"

enum { ROOM_MIN = 16, MORE_MS = 1000, TIMEOUT_MAX_MS = 60 * 1000 };

static size_t family_of(const struct hgw_asked *a)
{
	return a->addr.family == AF_INET6;
}

/*
 * Half of what is free: others need neighbours too, and ours stay for some seconds at least.
 * None of the last few.
 */
static uint32_t room_for(const struct asking *k, size_t family)
{
	const struct hgw_neighbour_limits *l = &k->limits[family];
	uint32_t half = l->entries < l->most ? (l->most - l->entries) / 2 : 0;

	if (half < ROOM_MIN)
		return 0;
	return k->room > 0 && k->room < half ? k->room : half;
}

/* Picks those that are next; who has no entry takes room. */
static void pick_wave(struct asking *k)
{
	uint32_t room[2] = {room_for(k, 0), room_for(k, 1)};

	k->nwave = 0;
	for (uint32_t i = 0; i < k->p->n && k->nwave < WAVE_MAX; i++) {
		const struct hgw_asked *a = &k->p->v[i];
		bool is_new = a->state == NUD_NONE;

		if (k->progress[i].taken || (is_new && room[family_of(a)] == 0))
			continue;
		if (is_new)
			room[family_of(a)]--;
		k->progress[i].taken = true;
		k->wave[k->nwave++] = i;
	}
}

/* What is left when no wave can be made any more. */
static void leave_rest(struct asking *k)
{
	for (size_t i = 0; i < k->p->n; i++) {
		struct hgw_asked *a = &k->p->v[i];

		if (!k->progress[i].taken)
			a->answer = HGW_ANSWER_NO_ROOM;
		if (a->answer == HGW_ANSWER_NO_ROOM)
			k->p->most = k->limits[family_of(a)].most;
	}
}

static int read_limits(struct asking *k, struct hgw_err *err)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	for (size_t f = 0; f < 2; f++)
		if (k->has[f] &&
		    hgw_kernel_neighbour_limits(k->k, families[f], &k->limits[f], err) < 0)
			return -1;
	return 0;
}

/* As long as the kernel takes to find out, and a second. */
static uint32_t needed_ms(const struct asking *k)
{
	uint64_t most = 0;

	for (size_t f = 0; f < 2; f++) {
		const struct hgw_neighbour_limits *l = &k->limits[f];
		uint64_t ms = (uint64_t)l->ask_ms + (k->p->may_ask ? 0 : l->delay_ms) + MORE_MS;

		if (k->has[f] && ms > most)
			most = ms;
	}
	return most < TIMEOUT_MAX_MS ? (uint32_t)most : TIMEOUT_MAX_MS;
}

static int ask_all(struct asking *k, struct hgw_err *err)
{
	for (;;) {
		if (read_limits(k, err) < 0 || probe_read_table(k, err) < 0)
			return -1;
		if (k->p->timeout_ms == 0)
			k->p->timeout_ms = needed_ms(k);
		pick_wave(k);
		if (k->nwave == 0)
			break;
		if (probe_ask_wave(k, err) < 0)
			return -1;
	}
	leave_rest(k);
	return probe_find_twins(k->p, err);
}

/*
 * A datagram into a subnet is sent only where it would go by the gateway: else this host may
 * take the address to be on the link, and look for it there. And none at all where not even
 * one to an IPv6 gateway would go to it: IPv6 has no MSG_DONTROUTE.
 */
static void take_ways(struct asking *k, const struct hgw_lookup *v)
{
	for (size_t i = 0; i < k->p->n; i++, v += 2) {
		struct hgw_asked *a = &k->p->v[i];

		if (v[0].errnum != 0 || v[0].type != RTN_UNICAST || v[0].hop.oif != a->oif ||
		    hgw_addr_cmp(&v[0].hop.via, &a->addr) != 0)
			a->inside = (struct hgw_addr){0};
		k->progress[i].detour = a->addr.family == AF_INET6 && v[1].errnum == 0 &&
					v[1].hop.via.family != AF_UNSPEC;
		if (k->progress[i].detour && !k->p->may_ask)
			a->errnum = EHOSTUNREACH;
	}
}

static int compare_inside(const void *pa, const void *pb, void *arg)
{
	const struct hgw_asked *v = arg;
	uint32_t a = *(const uint32_t *)pa, b = *(const uint32_t *)pb;

	return hgw_addr_cmp(&v[a].inside, &v[b].inside);
}

static void sort_inside(struct asking *k)
{
	for (uint32_t i = 0; i < k->p->n; i++)
		if (k->p->v[i].inside.family != AF_UNSPEC)
			k->inside[k->ninside++] = i;
	qsort_r(k->inside, k->ninside, sizeof(*k->inside), compare_inside, k->p->v);
}

static int check_ways(struct asking *k, struct hgw_err *err)
{
	struct hgw_lookup *v = calloc(2 * k->p->n + 1, sizeof(*v));
	int rc;

	if (v == NULL)
		return hgw_fail_nomem(err);
	for (size_t i = 0; i < k->p->n; i++) {
		const struct hgw_asked *a = &k->p->v[i];

		v[2 * i].to = a->inside.family != AF_UNSPEC ? a->inside : a->addr;
		v[2 * i + 1].to = a->addr;
	}
	rc = hgw_kernel_lookup(k->k, v, 2 * k->p->n, err);
	if (rc == 0) {
		take_ways(k, v);
		sort_inside(k);
	}
	free(v);
	return rc;
}

int hgw_probe_run(struct hgw_probe *p, struct hgw_kernel *kernel,
		  const struct hgw_probe_options *options, struct hgw_err *err)
{
	size_t wave = p->n < WAVE_MAX ? p->n : WAVE_MAX;
	struct asking k = {.p = p, .k = kernel, .room = options->room, .tell = options->progress};
	struct hgw_err ignored;
	int rc = -1;

	if (p->n == 0)
		return 0;
	mail_init(&k.mail);
	p->timeout_ms = options->timeout_ms;
	p->may_ask = hgw_kernel_may_write(kernel, &ignored) == 0;
	for (size_t i = 0; i < p->n; i++)
		k.has[family_of(&p->v[i])] = true;
	k.progress = calloc(p->n + 1, sizeof(*k.progress));
	k.inside = calloc(p->n + 1, sizeof(*k.inside));
	k.wave = calloc(wave + 1, sizeof(*k.wave));
	k.questions = calloc(wave + 1, sizeof(*k.questions));
	k.refusals = calloc(wave + 1, sizeof(*k.refusals));
	if (k.progress == NULL || k.inside == NULL || k.wave == NULL || k.questions == NULL ||
	    k.refusals == NULL)
		hgw_fail_nomem(err);
	else if (check_ways(&k, err) == 0)
		rc = ask_all(&k, err);
	if (k.tell != NULL)
		k.tell->step(k.tell->arg, NULL);
	free(k.refusals);
	free(k.questions);
	free(k.wave);
	free(k.inside);
	free(k.progress);
	return rc;
}
