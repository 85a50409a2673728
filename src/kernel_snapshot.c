/* SPDX-License-Identifier: MIT */
#include "hgw/snapshot.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_impl.h"

/* Makes room for one more; NULL if there is no memory for it. */
static void *one_more(void **v, size_t *n, size_t *cap, size_t size)
{
	if (*n == *cap) {
		size_t more = *cap ? *cap * 2 : 16;
		void *p = reallocarray(*v, more, size);

		if (p == NULL)
			return NULL;
		*v = p;
		*cap = more;
	}
	return (char *)*v + (*n)++ * size;
}

/* cppcheck-suppress unusedFunction ; it does not see HGW_CLEANUP */
static void put_object(struct nl_object **o)
{
	nl_object_put(*o);
}

static void got_object(struct nl_object *o, void *arg)
{
	struct nl_object **out = arg;

	nl_object_get(o);
	*out = o;
}

/* libnl-route reads links and addresses; NULL for a message it makes nothing of. */
static struct nl_object *parse_object(struct nlmsghdr *h)
{
	struct nl_msg *msg = nlmsg_convert(h);
	struct nl_object *o = NULL;

	if (msg == NULL)
		return NULL;
	nlmsg_set_proto(msg, NETLINK_ROUTE);
	if (nl_msg_parse(msg, got_object, &o) < 0)
		o = NULL;
	nlmsg_free(msg);
	return o;
}

static int on_link(void *arg, struct nlmsghdr *h, struct hgw_err *err)
{
	struct hgw_snapshot *s = arg;
	struct nl_object *o HGW_CLEANUP(put_object) = parse_object(h);
	struct rtnl_link *link = (struct rtnl_link *)o;
	struct hgw_link *l;
	void *v = s->links;

	if (o == NULL)
		return hgw_fail(err, HGW_FAILED, "cannot read a link of this host");
	l = one_more(&v, &s->nlinks, &s->cap_links, sizeof(*l));
	if (l == NULL)
		return hgw_fail_nomem(err);
	s->links = v;
	*l = (struct hgw_link){.index = (uint32_t)rtnl_link_get_ifindex(link),
			       .flags = rtnl_link_get_flags(link),
			       .mtu = rtnl_link_get_mtu(link)};
	snprintf(l->name, sizeof(l->name), "%s", rtnl_link_get_name(link));
	return 0;
}

static int on_addr(void *arg, struct nlmsghdr *h, struct hgw_err *err)
{
	struct hgw_snapshot *s = arg;
	struct nl_object *o HGW_CLEANUP(put_object) = parse_object(h);
	struct rtnl_addr *addr = (struct rtnl_addr *)o;
	struct nl_addr *local = o != NULL ? rtnl_addr_get_local(addr) : NULL;
	unsigned len = local != NULL ? nl_addr_get_len(local) : 0;
	struct hgw_ifaddr *a;
	void *v = s->addrs;

	if (len != 4 && len != 16)
		return 0;
	a = one_more(&v, &s->naddrs, &s->cap_addrs, sizeof(*a));
	if (a == NULL)
		return hgw_fail_nomem(err);
	s->addrs = v;
	*a = (struct hgw_ifaddr){.index = (uint32_t)rtnl_addr_get_ifindex(addr)};
	a->prefix.addr.family = len == 4 ? AF_INET : AF_INET6;
	memcpy(a->prefix.addr.b, nl_addr_get_binary_addr(local), len);
	a->prefix.len = (uint8_t)rtnl_addr_get_prefixlen(addr);
	return 0;
}

static struct hgw_prefix rule_dst(const struct fib_rule_hdr *f, const struct nlattr *a)
{
	struct hgw_prefix dst = {.addr.family = f->family, .len = f->dst_len};
	int size = (int)hgw_family_bits(f->family) / 8;

	if (a == NULL || nla_len(a) != size || f->dst_len > size * 8)
		dst.len = 0;
	else
		memcpy(dst.addr.b, nla_data(a), (size_t)size);
	return hgw_prefix_masked(&dst);
}

static int on_rule(void *arg, struct nlmsghdr *h, struct hgw_err *err)
{
	struct hgw_snapshot *s = arg;
	struct fib_rule_hdr *f = nlmsg_data(h);
	struct nlattr *tb[FRA_MAX + 1];
	struct hgw_rule *r;
	void *v = s->rules;

	if (!nlmsg_valid_hdr(h, sizeof(*f)) || nlmsg_parse(h, sizeof(*f), tb, FRA_MAX, NULL) < 0)
		return hgw_fail(err, HGW_FAILED, "cannot read a rule of this host");
	r = one_more(&v, &s->nrules, &s->cap_rules, sizeof(*r));
	if (r == NULL)
		return hgw_fail_nomem(err);
	s->rules = v;
	*r = (struct hgw_rule){.family = f->family,
			       .table = f->table,
			       .dst = rule_dst(f, tb[FRA_DST])};
	if (tb[FRA_PRIORITY] != NULL)
		r->priority = nla_get_u32(tb[FRA_PRIORITY]);
	if (tb[FRA_TABLE] != NULL)
		r->table = nla_get_u32(tb[FRA_TABLE]);
	if (f->action != FR_ACT_TO_TBL)
		r->table = 0;
	return 0;
}

static void forget_links(void *arg)
{
	((struct hgw_snapshot *)arg)->nlinks = 0;
}

static void forget_addrs(void *arg)
{
	((struct hgw_snapshot *)arg)->naddrs = 0;
}

static void forget_rules(void *arg)
{
	((struct hgw_snapshot *)arg)->nrules = 0;
}

/* Strict checking wants the whole header of each kind, which libnl's own requests lack. */
static int dump_links(struct hgw_kernel *k, struct hgw_snapshot *s, struct hgw_err *err)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg ifi;
		struct nlattr mask;
		uint32_t skip;
	} request = {
		.h = {.nlmsg_len = sizeof(request),
		      .nlmsg_type = RTM_GETLINK,
		      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.mask = {.nla_len = sizeof(struct nlattr) + sizeof(uint32_t),
			 .nla_type = IFLA_EXT_MASK},
		.skip = RTEXT_FILTER_SKIP_STATS,
	};

	return kernel_dump(k, &request.h, "links", on_link, forget_links, s, err);
}

static int dump_addrs(struct hgw_kernel *k, struct hgw_snapshot *s, struct hgw_err *err)
{
	struct {
		struct nlmsghdr h;
		struct ifaddrmsg ifa;
	} request = {.h = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_GETADDR,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};

	return kernel_dump(k, &request.h, "addresses", on_addr, forget_addrs, s, err);
}

static int dump_rules(struct hgw_kernel *k, struct hgw_snapshot *s, struct hgw_err *err)
{
	struct {
		struct nlmsghdr h;
		struct fib_rule_hdr f;
	} request = {.h = {.nlmsg_len = sizeof(request),
			   .nlmsg_type = RTM_GETRULE,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP}};

	return kernel_dump(k, &request.h, "rules", on_rule, forget_rules, s, err);
}

int hgw_kernel_snapshot(struct hgw_kernel *k, struct hgw_snapshot *s, struct hgw_err *err)
{
	hgw_snapshot_free(s);
	if (dump_links(k, s, err) < 0 || dump_addrs(k, s, err) < 0 || dump_rules(k, s, err) < 0) {
		hgw_snapshot_free(s);
		return -1;
	}
	hgw_snapshot_sort(s);
	return 0;
}
