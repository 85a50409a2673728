/* SPDX-License-Identifier: MIT */
/* Nodes whose routes to each other have different MTUs, as findings of a mesh. */
#include "output_impl.h"

static void print_mtu(FILE *f, uint32_t mtu)
{
	if (mtu != 0)
		fprintf(f, "MTU %u", mtu);
	else
		fputs("the MTU of their link", f);
}

static int add_host(struct hgw_findings *findings, const struct hgw_inventory *inv,
		    const struct hgw_mtus *mtus, uint32_t host, bool strict, struct hgw_err *err)
{
	uint32_t first = UINT32_MAX, there = 0, back = 0, t, b;
	char text[512] = "";
	size_t n = 0;
	FILE *f;

	for (uint32_t other = 0; other < inv->nnodes; other++) {
		if (other == host || !hgw_mtus_differ(mtus, host, other, &t, &b))
			continue;
		if (n++ > 0)
			continue;
		first = other;
		there = t;
		back = b;
	}
	if (n == 0)
		return 0;
	f = fmemopen(text, sizeof(text) - 1, "w");
	if (f != NULL) {
		fputs("routes to it have ", f);
		print_mtu(f, there);
		fputs(", those back have ", f);
		print_mtu(f, back);
		if (n > 1)
			fprintf(f, ", and so with %zu other node%s", n - 1, n == 2 ? "" : "s");
		fputs("; give all the same mtu in the inventory, and run hgw apply", f);
		fclose(f);
	}
	return hgw_findings_add_text(findings, HGW_CHECK_MTU, strict ? HGW_FAIL : HGW_WARN, host,
				     first, inv->nodes[first].subnets, text, err);
}

int hgw_findings_add_mtus(struct hgw_findings *findings, const struct hgw_inventory *inv,
			  const struct hgw_mtus *mtus, bool strict, struct hgw_err *err)
{
	for (uint32_t host = 0; host < inv->nnodes; host++)
		if (add_host(findings, inv, mtus, host, strict, err) < 0)
			return -1;
	hgw_findings_sort(findings);
	return 0;
}
