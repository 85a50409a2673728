/* SPDX-License-Identifier: MIT */
/* For one address at a time, what becomes of packets from all nodes. */
#include <stdlib.h>
#include <string.h>

#include "mesh_int.h"

/* What becomes of a packet from some node on. */
struct outcome {
	uint8_t fate;
	uint8_t state; /* NEW, OPEN (on the way that is being followed), DONE */
	uint8_t nodes; /* that it passes, this one included; while it is delivered */
	bool used;     /* a hop that is not dead */
	uint32_t at, next;
	struct hgw_addr via;
};

enum { NEW, OPEN, DONE };

struct frame {
	uint32_t node;
	uint16_t hop;
};

/* One address, looked at from all nodes. */
struct walker {
	const struct hgw_mesh *mesh;
	uint32_t owner;
	const struct hgw_addr *dst;
	uint32_t *at; /* the step of each node */
	struct outcome *outcomes;
	struct frame *stack;
	size_t depth;
	struct outcome *worst;	/* of each node, over all parts of the subnet */
	struct hgw_addr *where; /* and the part */
	bool *delivered;	/* some part of it is */
};

static const struct hgw_way *way_at(const struct walker *w, uint32_t node)
{
	static const struct hgw_way unknown = {.kind = HGW_WAY_UNKNOWN};
	const struct hgw_mesh_node *n = &w->mesh->nodes[node];

	return n->known ? &n->ways[n->steps[w->at[node]].way] : &unknown;
}

static struct outcome ends(enum hgw_fate fate, uint32_t at)
{
	return (struct outcome){.fate = (uint8_t)fate, .nodes = 1, .at = at, .next = UINT32_MAX};
}

/* Of a packet that is put on a link for its destination itself, or is for this node. */
static struct outcome ends_here(const struct walker *w, uint32_t node)
{
	return ends(node == w->owner ? HGW_FATE_DELIVERED : HGW_FATE_WRONG_NODE, node);
}

static struct outcome of_kind(const struct walker *w, uint32_t node, enum hgw_way_kind kind)
{
	switch (kind) {
	case HGW_WAY_NONE:
		return ends(HGW_FATE_NO_ROUTE, node);
	case HGW_WAY_REJECT:
		return ends(HGW_FATE_REJECTED, node);
	case HGW_WAY_HERE:
	case HGW_WAY_LINK:
		return ends_here(w, node);
	case HGW_WAY_PENDING:
		return ends(HGW_FATE_PENDING, node);
	default:
		return ends(HGW_FATE_UNKNOWN, node);
	}
}

/* By a hop that leads to no other node; false: it does. */
static bool of_hop(const struct walker *w, uint32_t node, const struct hgw_mesh_hop *hop,
		   struct outcome *o)
{
	if (hop->flags & RTNH_F_LINKDOWN)
		*o = ends(HGW_FATE_NO_CARRIER, node);
	else if (hop->via.family == AF_UNSPEC)
		*o = ends_here(w, node);
	else if (hop->to == HGW_TO_OUTSIDE)
		*o = ends(HGW_FATE_OUTSIDE, node);
	else if (hop->to == HGW_TO_NOBODY)
		*o = ends(HGW_FATE_NOBODY, node);
	else if (hop->to == HGW_TO_SEVERAL)
		*o = ends(HGW_FATE_DOUBLED, node);
	else if (w->outcomes[hop->to].state == OPEN)
		*o = ends(HGW_FATE_LOOP, node);
	else
		return false;
	o->via = hop->via;
	if (o->fate == HGW_FATE_LOOP)
		o->next = hop->to;
	return true;
}

/* What the owner refuses may be an address that no pod has, which is less than any other fault. */
static bool owner_rejects(const struct walker *w, const struct outcome *o)
{
	return o->fate == HGW_FATE_REJECTED && o->at == w->owner;
}

static unsigned rank(const struct walker *w, const struct outcome *o)
{
	unsigned severity = mesh_severity(o->fate);

	return severity == HGW_FATE_NO_ROUTE && !owner_rejects(w, o) ? severity + 1 : severity;
}

/* All hops are to deliver: the first that does worst is what counts. */
static void take_hop(const struct walker *w, struct outcome *o, const struct outcome *hop)
{
	if (!o->used || rank(w, hop) > rank(w, o)) {
		o->fate = hop->fate;
		o->at = hop->at;
		o->next = hop->next;
		o->via = hop->via;
	}
	if (!o->used || hop->nodes > o->nodes)
		o->nodes = hop->nodes;
	o->used = true;
}

/* All hops of a node are known. */
static void settle(struct outcome *o, uint32_t node)
{
	if (!o->used)
		*o = ends(HGW_FATE_NO_ROUTE, node);
	else if (!hgw_fate_is_fault((enum hgw_fate)o->fate) && ++o->nodes >= HGW_TTL)
		*o = ends(HGW_FATE_TOO_FAR, node);
	o->state = DONE;
}

static void push(struct walker *w, uint32_t node)
{
	w->outcomes[node].state = OPEN;
	w->stack[w->depth++] = (struct frame){.node = node};
}

/* One step of a search in depth: a hop of the node on top, or its end. */
static void advance(struct walker *w)
{
	struct frame *f = &w->stack[w->depth - 1];
	struct outcome *o = &w->outcomes[f->node], hop;
	const struct hgw_mesh_node *node = &w->mesh->nodes[f->node];
	const struct hgw_way *way = way_at(w, f->node);
	const struct hgw_mesh_hop *h;

	if (way->kind != HGW_WAY_VIA) {
		*o = of_kind(w, f->node, way->kind);
		o->state = DONE;
		w->depth--;
		return;
	}
	if (f->hop == way->nhops) {
		settle(o, f->node);
		w->depth--;
		return;
	}
	h = &node->hops[way->hops + f->hop];
	if (h->flags & RTNH_F_DEAD) {
		f->hop++;
	} else if (of_hop(w, f->node, h, &hop)) {
		take_hop(w, o, &hop);
		f->hop++;
	} else if (w->outcomes[h->to].state == DONE) {
		take_hop(w, o, &w->outcomes[h->to]);
		f->hop++;
	} else {
		push(w, h->to);
	}
}

/* What the owner does with an address that no pod has is no fault, if it delivers others. */
static bool is_soft(const struct walker *w, const struct outcome *o)
{
	return o->fate == HGW_FATE_PENDING || owner_rejects(w, o);
}

/* From each node to one address. Each node is followed once. */
static void follow_all(struct walker *w)
{
	uint32_t n = (uint32_t)w->mesh->inv->nnodes;

	memset(w->outcomes, 0, n * sizeof(*w->outcomes));
	for (uint32_t i = 0; i < n; i++) {
		const struct outcome *o = &w->outcomes[i];

		if (o->state == NEW)
			push(w, i);
		while (w->depth > 0)
			advance(w);
		w->delivered[i] |= o->fate == HGW_FATE_DELIVERED;
		if (w->worst[i].state != NEW && rank(w, o) <= rank(w, &w->worst[i]))
			continue;
		w->worst[i] = *o;
		w->where[i] = *w->dst;
	}
}

/* The steps that an address is in, which is behind those looked at before. */
static void move_to(struct walker *w, const struct hgw_addr *dst)
{
	for (uint32_t i = 0; i < w->mesh->inv->nnodes; i++) {
		const struct hgw_mesh_node *node = &w->mesh->nodes[i];

		while (node->known && w->at[i] + 1 < node->nsteps &&
		       hgw_addr_cmp(&node->steps[w->at[i] + 1].first, dst) <= 0)
			w->at[i]++;
	}
	w->dst = dst;
}

/* The next address up to last at which some node does something else; NULL: none. */
static const struct hgw_addr *next_part(const struct walker *w, const struct hgw_addr *last)
{
	const struct hgw_addr *next = NULL;

	for (uint32_t i = 0; i < w->mesh->inv->nnodes; i++) {
		const struct hgw_mesh_node *node = &w->mesh->nodes[i];
		const struct hgw_addr *a;

		if (!node->known || w->at[i] + 1 >= node->nsteps)
			continue;
		a = &node->steps[w->at[i] + 1].first;
		if (hgw_addr_cmp(a, last) <= 0 && (next == NULL || hgw_addr_cmp(a, next) < 0))
			next = a;
	}
	return next;
}

static int note_outcomes(struct hgw_mesh *mesh, const struct walker *w, uint32_t subnet,
			 struct hgw_err *err)
{
	for (uint32_t i = 0; i < mesh->inv->nnodes; i++) {
		const struct outcome *o = &w->worst[i];
		bool fine = o->fate == HGW_FATE_DELIVERED || (is_soft(w, o) && w->delivered[i]);
		struct hgw_walk walk = {.from = i,
					.to = w->owner,
					.subnet = subnet,
					.at = o->at,
					.next = o->next,
					.fate = (enum hgw_fate)o->fate,
					.dst = w->where[i],
					.via = o->via};

		if (i == w->owner || fine)
			continue;
		*mesh_fate(mesh, i, subnet) = o->fate;
		if (mesh_add_walk(mesh, &walk, err) < 0)
			return -1;
	}
	return 0;
}

static int walk_subnet(struct hgw_mesh *mesh, struct walker *w, uint32_t subnet,
		       struct hgw_err *err)
{
	const struct hgw_prefix *p = &mesh->inv->subnets[subnet];
	struct hgw_addr last = mesh_last(p);
	size_t n = mesh->inv->nnodes;

	memset(w->worst, 0, n * sizeof(*w->worst));
	memset(w->delivered, 0, n * sizeof(*w->delivered));
	for (const struct hgw_addr *a = &p->addr; a != NULL; a = next_part(w, &last)) {
		move_to(w, a);
		follow_all(w);
	}
	return note_outcomes(mesh, w, subnet, err);
}

/* A subnet, and whose it is. */
struct target {
	struct hgw_prefix prefix;
	uint32_t node, subnet;
};

static int compare_targets(const void *pa, const void *pb)
{
	const struct target *a = pa, *b = pb;

	return hgw_prefix_cmp(&a->prefix, &b->prefix);
}

static size_t sort_targets(const struct hgw_mesh *mesh, struct target *targets)
{
	const struct hgw_inventory *inv = mesh->inv;
	size_t n = 0;

	for (uint32_t i = 0; i < inv->nnodes; i++) {
		for (uint32_t s = 0; s < inv->nodes[i].nsubnets; s++) {
			uint32_t subnet = inv->nodes[i].subnets + s;
			const struct hgw_prefix *p = &inv->subnets[subnet];

			if (p->addr.family == AF_INET ? mesh->scope.inet : mesh->scope.inet6)
				targets[n++] = (struct target){*p, i, subnet};
		}
	}
	qsort(targets, n, sizeof(*targets), compare_targets);
	return n;
}

static int walker_init(struct walker *w, const struct hgw_mesh *mesh, struct hgw_err *err)
{
	size_t n = mesh->inv->nnodes + 1;

	*w = (struct walker){.mesh = mesh};
	w->at = calloc(n, sizeof(*w->at));
	w->outcomes = calloc(n, sizeof(*w->outcomes));
	w->stack = calloc(n, sizeof(*w->stack));
	w->worst = calloc(n, sizeof(*w->worst));
	w->where = calloc(n, sizeof(*w->where));
	w->delivered = calloc(n, sizeof(*w->delivered));
	if (w->at != NULL && w->outcomes != NULL && w->stack != NULL && w->worst != NULL &&
	    w->where != NULL && w->delivered != NULL)
		return 0;
	return hgw_fail_nomem(err);
}

static void walker_free(struct walker *w)
{
	free(w->at);
	free(w->outcomes);
	free(w->stack);
	free(w->worst);
	free(w->where);
	free(w->delivered);
}

int mesh_walk_all(struct hgw_mesh *mesh, struct hgw_err *err)
{
	struct target *targets = calloc(mesh->inv->nsubnets + 1, sizeof(*targets));
	struct walker w;
	size_t n;
	int rc;

	if (targets == NULL)
		return hgw_fail_nomem(err);
	rc = walker_init(&w, mesh, err);
	/* In the order of the steps, so that each of them is come to once. */
	n = sort_targets(mesh, targets);
	for (size_t i = 0; i < n && rc == 0; i++) {
		w.owner = targets[i].node;
		rc = walk_subnet(mesh, &w, targets[i].subnet, err);
	}
	walker_free(&w);
	free(targets);
	return rc;
}
