/* SPDX-License-Identifier: MIT */
/*
 * What no program can do in less: routes made by arithmetic, written to the
 * kernel as packed messages that nobody answers, or read with a filter that the
 * kernel applies; and, with -l, libcyaml alone loading the same inventory first.
 * It also counts for the benchmark what is in the table. See testdata/bench.
 *
 * usage: floor_bench add|change|flush|dump|sum|expect [OPTION]... 4|6 N few|distinct
 * change writes what differs, after a look at all; expect looks at nothing.
 * -l FILE: an inventory to load; -p PROTO, of the routes (72); -b N: first byte
 * of the IPv4 subnets (100); -c: with expect, as after the change.
 *
 * Standard output: seconds spent on the kernel, routes, and a sum over them.
 */
#include <arpa/inet.h>
#include <cyaml/cyaml.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	SEND_MAX = 64 * 1024,
	BUFFER = 1024 * 1024, /* of the socket: the refusals of a send */
	FEW = 5,	      /* gateways */
	CHANGED = 100,	      /* one route in so many */
};

struct options {
	const char *file;
	int family;
	uint8_t protocol, base;
	uint32_t n;
	bool distinct, changed;
};

struct request {
	struct nlmsghdr head;
	struct rtmsg route;
	unsigned char attrs[96];
};

struct line {
	int fd;
	size_t used;
	_Alignas(struct nlmsghdr) unsigned char out[SEND_MAX];
	unsigned char in[SEND_MAX];
};

/* --- The routes ------------------------------------------------------------- */

static uint32_t gateway_of(const struct options *o, uint32_t i)
{
	bool moved = o->changed && i % CHANGED == 0;

	if (o->distinct)
		return moved ? o->n + i : i;
	return (moved ? i + 1 : i) % FEW;
}

/* Route number i, as bytes in network order; the length of the prefix. */
static unsigned char route_at(const struct options *o, uint32_t i, unsigned char dst[16],
			      unsigned char via[16])
{
	uint32_t gateway = htonl(2 + gateway_of(o, i));
	uint32_t subnet = htonl(((uint32_t)o->base << 24) + (i << 8)), index = htonl(i);

	memset(dst, 0, 16);
	memset(via, 0, 16);
	if (o->family == AF_INET) {
		memcpy(dst, &subnet, 4);
		memcpy(via, &gateway, 4);
		via[0] = 10;
		return 24;
	}
	dst[0] = via[0] = 0xfd;
	dst[1] = 1;
	memcpy(dst + 4, &index, 4);
	memcpy(via + 12, &gateway, 4);
	return 64;
}

/* Independent of the order, and of metrics. */
static uint64_t sum_of(unsigned char len, const unsigned char *dst, const unsigned char *via,
		       size_t size)
{
	uint64_t h = 0xcbf29ce484222325 ^ len;

	for (size_t i = 0; i < size; i++)
		h = (h * 0x100000001b3) ^ dst[i];
	for (size_t i = 0; i < size; i++)
		h = (h * 0x100000001b3) ^ via[i];
	h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
	return h ^ (h >> 33);
}

/* --- The kernel ------------------------------------------------------------- */

static void put(struct request *r, unsigned short type, const void *data, size_t size)
{
	struct rtattr *a = (void *)((char *)r + NLMSG_ALIGN(r->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(RTA_DATA(a), data, size);
	r->head.nlmsg_len = (uint32_t)(NLMSG_ALIGN(r->head.nlmsg_len) + RTA_ALIGN(a->rta_len));
}

static void open_line(struct line *l)
{
	int size = BUFFER, on = 1;

	l->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (l->fd < 0)
		err(1, "netlink");
	setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	setsockopt(l->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	setsockopt(l->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
}

/* Whatever the kernel has to say after a send is a refusal. */
static void flush(struct line *l)
{
	const struct nlmsgerr *e = NLMSG_DATA(l->in);

	if (l->used == 0)
		return;
	if (send(l->fd, l->out, l->used, 0) < 0)
		err(1, "send");
	if (recv(l->fd, l->in, sizeof(l->in), MSG_DONTWAIT) > 0)
		errx(1, "refused: %s", strerror(-e->error));
	if (errno != EAGAIN)
		err(1, "recv");
	l->used = 0;
}

static void add(struct line *l, const struct request *r)
{
	if (l->used + r->head.nlmsg_len > sizeof(l->out))
		flush(l);
	memcpy(l->out + l->used, r, r->head.nlmsg_len);
	l->used += NLMSG_ALIGN(r->head.nlmsg_len);
}

static struct request new_request(const struct options *o, unsigned short type, int flags)
{
	struct request r = {.head = {NLMSG_LENGTH(sizeof(r.route)), type,
				     (unsigned short)(NLM_F_REQUEST | flags), 0, 0},
			    .route = {.rtm_family = (unsigned char)o->family,
				      .rtm_table = RT_TABLE_MAIN,
				      .rtm_protocol = o->protocol,
				      .rtm_type = RTN_UNICAST}};

	return r;
}

/* Those that changed, or all. */
static void write_routes(const struct options *o, struct line *l)
{
	size_t size = o->family == AF_INET ? 4 : 16;
	struct request r = new_request(o, RTM_NEWROUTE,
				       NLM_F_CREATE | (o->changed ? NLM_F_REPLACE : NLM_F_EXCL));
	uint32_t bare = r.head.nlmsg_len, oif = if_nametoindex("bench0");
	unsigned char dst[16], via[16];

	for (uint32_t i = 0; i < o->n; i += o->changed ? CHANGED : 1) {
		r.head.nlmsg_len = bare;
		r.route.rtm_dst_len = route_at(o, i, dst, via);
		put(&r, RTA_DST, dst, size);
		put(&r, RTA_GATEWAY, via, size);
		put(&r, RTA_OIF, &oif, sizeof(oif));
		add(l, &r);
	}
	flush(l);
}

/* What is told of each route; a NULL for what it has not. */
typedef void on_route(const struct rtmsg *rtm, struct rtattr *const at[], void *ctx);

static void take(const struct nlmsghdr *h, on_route *f, void *ctx)
{
	struct rtmsg *rtm = NLMSG_DATA(h);
	unsigned left = (unsigned)RTM_PAYLOAD(h);
	struct rtattr *at[RTA_MAX + 1] = {NULL};

	for (struct rtattr *a = RTM_RTA(rtm); RTA_OK(a, left); a = RTA_NEXT(a, left))
		if (a->rta_type <= RTA_MAX)
			at[a->rta_type] = a;
	if (at[RTA_DST] && at[RTA_GATEWAY])
		f(rtm, at, ctx);
}

static void read_routes(const struct options *o, struct line *l, on_route *f, void *ctx)
{
	struct request r = new_request(o, RTM_GETROUTE, NLM_F_DUMP);
	uint32_t table = RT_TABLE_MAIN;
	ssize_t n;

	put(&r, RTA_TABLE, &table, sizeof(table));
	if (send(l->fd, &r, r.head.nlmsg_len, 0) < 0)
		err(1, "send");
	while ((n = recv(l->fd, l->in, sizeof(l->in), 0)) > 0) {
		unsigned left = (unsigned)n;

		for (struct nlmsghdr *h = (void *)l->in; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
			if (h->nlmsg_type == NLMSG_DONE)
				return;
			else if (h->nlmsg_type == RTM_NEWROUTE)
				take(h, f, ctx);
			else
				errx(1, "dump refused");
	}
	err(1, "recv");
}

struct totals {
	uint64_t n, sum;
};

static void count(const struct rtmsg *rtm, struct rtattr *const at[], void *ctx)
{
	struct totals *t = ctx;

	(void)rtm;
	(void)at;
	t->n++;
}

static void sum(const struct rtmsg *rtm, struct rtattr *const at[], void *ctx)
{
	struct totals *t = ctx;

	t->n++;
	t->sum += sum_of(rtm->rtm_dst_len, RTA_DATA(at[RTA_DST]), RTA_DATA(at[RTA_GATEWAY]),
			 RTA_PAYLOAD(at[RTA_DST]));
}

struct pile {
	struct request *v;
	size_t n, room;
};

static void gather(const struct rtmsg *rtm, struct rtattr *const at[], void *ctx)
{
	static const int by_object[] = {RTA_DST, RTA_PRIORITY, RTA_NH_ID, 0};
	static const int by_gateway[] = {RTA_DST, RTA_PRIORITY, RTA_GATEWAY, RTA_OIF, 0};
	struct pile *p = ctx;
	struct request *r;

	if (p->n == p->room) {
		p->room = p->room ? 2 * p->room : 1024;
		p->v = realloc(p->v, p->room * sizeof(*p->v));
		if (!p->v)
			err(1, "memory");
	}
	r = &p->v[p->n++];
	*r = (struct request){{NLMSG_LENGTH(sizeof(*rtm)), RTM_DELROUTE, NLM_F_REQUEST, 0, 0},
			      *rtm,
			      {0}};
	r->route.rtm_flags = 0;
	for (const int *part = at[RTA_NH_ID] ? by_object : by_gateway; *part; part++)
		if (at[*part])
			put(r, at[*part]->rta_type, RTA_DATA(at[*part]), RTA_PAYLOAD(at[*part]));
}

static void delete_routes(const struct options *o, struct line *l)
{
	struct pile p = {0};

	read_routes(o, l, gather, &p);
	for (size_t i = 0; i < p.n; i++)
		add(l, &p.v[i]);
	flush(l);
	free(p.v);
}

/* --- The inventory ---------------------------------------------------------- */

struct node {
	char *name, *address, *subnet, **subnets;
	unsigned subnets_count;
};

struct inventory {
	struct {
		char *metric;
	} network;
	struct node *nodes;
	unsigned nodes_count;
};

static void load(const char *file)
{
	static const struct cyaml_schema_value text = {
		CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 64)};
	static const struct cyaml_schema_field of_node[] = {
		CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct node, name, 1, 64),
		CYAML_FIELD_STRING_PTR("address", CYAML_FLAG_POINTER, struct node, address, 1, 64),
		CYAML_FIELD_STRING_PTR("subnet", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
				       struct node, subnet, 1, 64),
		CYAML_FIELD_SEQUENCE("subnets", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
				     struct node, subnets, &text, 0, CYAML_UNLIMITED),
		CYAML_FIELD_END};
	static const struct cyaml_schema_value node = {
		CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct node, of_node)};
	static const struct cyaml_schema_field of_network[] = {CYAML_FIELD_STRING_PTR(
								       "metric", CYAML_FLAG_POINTER,
								       struct { char *metric; },
								       metric, 1, 64),
							       CYAML_FIELD_END};
	static const struct cyaml_schema_field of_inventory[] = {
		CYAML_FIELD_MAPPING("network", CYAML_FLAG_OPTIONAL, struct inventory, network,
				    of_network),
		CYAML_FIELD_SEQUENCE("nodes", CYAML_FLAG_POINTER, struct inventory, nodes, &node, 0,
				     CYAML_UNLIMITED),
		CYAML_FIELD_END};
	static const struct cyaml_schema_value schema = {
		CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct inventory, of_inventory)};
	static const cyaml_config_t config = {.mem_fn = cyaml_mem,
					      .log_fn = cyaml_log,
					      .log_level = CYAML_LOG_WARNING};
	struct inventory *inventory;
	cyaml_err_t rc = cyaml_load_file(file, &config, &schema, (void **)&inventory, NULL);

	if (rc != CYAML_OK)
		errx(1, "%s: %s", file, cyaml_strerror(rc));
}

/* --- The command ------------------------------------------------------------ */

static struct totals expected(const struct options *o)
{
	struct totals t = {0};
	unsigned char dst[16], via[16];

	for (; t.n < o->n; t.n++) {
		unsigned char len = route_at(o, (uint32_t)t.n, dst, via);

		t.sum += sum_of(len, dst, via, o->family == AF_INET ? 4 : 16);
	}
	return t;
}

static struct totals run(const char *command, struct options *o, struct line *l)
{
	struct totals t = {0};

	if (strcmp(command, "expect") == 0)
		return expected(o);
	o->changed = strcmp(command, "change") == 0;
	open_line(l);
	if (strcmp(command, "dump") == 0 || o->changed)
		read_routes(o, l, count, &t);
	if (strcmp(command, "add") == 0 || o->changed)
		write_routes(o, l);
	else if (strcmp(command, "sum") == 0)
		read_routes(o, l, sum, &t);
	else if (strcmp(command, "flush") == 0)
		delete_routes(o, l);
	return t;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char *argv[])
{
	static struct line line;
	struct options o = {.protocol = 72, .base = 100};
	struct totals t;
	double start;
	int c;

	while ((c = getopt(argc, argv, "l:p:b:c")) != -1)
		switch (c) {
		case 'l':
			o.file = optarg;
			break;
		case 'p':
			o.protocol = (uint8_t)strtoul(optarg, NULL, 10);
			break;
		case 'b':
			o.base = (uint8_t)strtoul(optarg, NULL, 10);
			break;
		case 'c':
			o.changed = true;
			break;
		default:
			return 64;
		}
	if (argc - optind != 4)
		errx(64, "usage: COMMAND 4|6 N few|distinct");
	argv += optind;
	o.family = *argv[1] == '6' ? AF_INET6 : AF_INET;
	o.n = (uint32_t)strtoul(argv[2], NULL, 10);
	o.distinct = strcmp(argv[3], "distinct") == 0;
	if (o.file)
		load(o.file);
	start = now();
	t = run(argv[0], &o, &line);
	printf("%.9f %" PRIu64 " %016" PRIx64 "\n", now() - start, t.n, t.sum);
	return ferror(stdout) || fflush(stdout) != 0;
}
