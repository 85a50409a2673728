/* SPDX-License-Identifier: MIT */
/*
 * The inventory: which nodes there are, their addresses, their subnets, and
 * the settings of the routes to them. See hgw-inventory(5) for the format.
 *
 * A checked value: whoever has one can rely on every prefix being masked, on
 * names, addresses and subnets being unique, subnets not overlapping, and
 * every subnet having a gateway address.
 */
#ifndef HGW_INVENTORY_H
#define HGW_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hgw/diag.h"
#include "hgw/err.h"
#include "hgw/names.h"
#include "hgw/prefix.h"
#include "hgw/progress.h"

struct hgw_node {
	uint32_t name;		/* offset into text; printable, never empty */
	uint32_t interface;	/* offset into text; "": not said. Its own setting, else its file's
				   network.interface */
	uint32_t addrs, naddrs; /* into addrs */
	uint32_t subnets, nsubnets; /* into subnets */
	uint32_t metric; /* of the routes to it; own setting, else its file's; 0: the kernel's
			    default */
	bool spread;	 /* in place of that: in IPv4 each its gateway's, hgw_metric_spread() */
	uint32_t mtu;	 /* likewise; 0: none */
	bool onlink;	 /* likewise */
	uint32_t file;	 /* into files */
	uint32_t index;	 /* its place in that file's nodes, from 0 */
};

struct hgw_file {
	char *name; /* as given; "<stdin>" for "-" */
	char *data; /* the whole text, as long as places are yet to be found in it; else NULL */
	size_t len;
};

struct hgw_place {
	uint32_t line, column;
};

struct hgw_inventory {
	struct hgw_file *files;
	size_t nfiles;
	struct hgw_node *nodes;
	size_t nnodes;
	struct hgw_addr *addrs;
	size_t naddrs;
	struct hgw_prefix *subnets; /* node by node, in the order of the files */
	size_t nsubnets;
	struct hgw_place *places;   /* of each subnet, once located; else NULL */
	struct hgw_prefix *cluster; /* of all files; none: not bounded */
	size_t ncluster;
	char *text; /* all strings, NUL-terminated each; text[0] is "" */
	size_t ntext;
	uint32_t table; /* 0: not said */
	int protocol;	/* -1: not said */
};

#define HGW_ANNOTATION_PREFIX "flannel.alpha.coreos.com"

struct hgw_inventory_options {
	const struct hgw_names *names;
	const char *annotation_prefix;	     /* of flannel's annotations; NULL: the above */
	const struct hgw_progress *progress; /* is told of the reading; NULL: nobody */
};

/*
 * Loads and checks the files, "-" being standard input; their nodes add up.
 * What each is, our own format, Kubernetes' or flannel's, its content tells.
 * What is wrong goes to diags (as errors; warnings do not fail); then -1 with
 * HGW_DATAERR and a summary in err, and inv is empty. HGW_NOINPUT where a
 * file cannot be opened or read.
 */
HGW_NODISCARD int hgw_inventory_load(struct hgw_inventory *inv, const char *const *files,
				     size_t nfiles, const struct hgw_inventory_options *options,
				     struct hgw_diags *diags, struct hgw_err *err);
/* The same from memory, one file. For tests and fuzzing. */
HGW_NODISCARD int hgw_inventory_load_data(struct hgw_inventory *inv, const char *name,
					  const char *data, size_t len,
					  const struct hgw_names *names, struct hgw_diags *diags,
					  struct hgw_err *err);
void hgw_inventory_free(struct hgw_inventory *inv);

const char *hgw_inventory_str(const struct hgw_inventory *inv, uint32_t text);
const char *hgw_node_name(const struct hgw_inventory *inv, uint32_t node);
/* Index of the node of that name, or that has that address; UINT32_MAX if none. A search. */
uint32_t hgw_inventory_find(const struct hgw_inventory *inv, const char *name);
uint32_t hgw_inventory_node_of(const struct hgw_inventory *inv, const struct hgw_addr *a);

/*
 * Finds the line and column of every subnet: a second look at the text, made
 * only when something is to be printed, and the last. Before it
 * hgw_inventory_origin() tells the file alone.
 */
HGW_NODISCARD int hgw_inventory_locate(struct hgw_inventory *inv, struct hgw_err *err);
/* Where a subnet of a node stands; subnet is an index into inv->subnets. */
struct hgw_origin hgw_inventory_origin(const struct hgw_inventory *inv, uint32_t node,
				       uint32_t subnet);

#endif
