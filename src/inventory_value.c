/* SPDX-License-Identifier: MIT */
#include "inventory_value.h"

#include <ctype.h>
#include <net/if.h>
#include <string.h>

/* A null of YAML, if it is not in quotes, which only the walk can see. */
static bool is_null(const char *s)
{
	return strcmp(s, "~") == 0 || strcasecmp(s, "null") == 0;
}

bool inv_value_name(struct inv_load *ld, const char *s)
{
	if (is_null(s))
		ld->suspect = true;
	if (strlen(s) > INV_NAME_MAX) {
		inv_problem(ld, s, "node name is longer than %d bytes", INV_NAME_MAX);
		return false;
	}
	if (!hgw_is_printable(s)) {
		inv_problem(ld, s, "node name '%s' has a control character in it", INV_QUOTE(s));
		return false;
	}
	return true;
}

bool inv_value_interface(struct inv_load *ld, const char *s, const char *owner)
{
	struct inv_problem *p;

	if (is_null(s))
		ld->suspect = true;
	if (strlen(s) < IFNAMSIZ && hgw_is_printable(s) && strpbrk(s, "/: \t") == NULL &&
	    strstr(s, "\xc2\xa0") == NULL && strcmp(s, ".") != 0 && strcmp(s, "..") != 0)
		return true;
	p = inv_problem(ld, s, "interface '%s'%s: no interface can have this name", INV_QUOTE(s),
			owner);
	inv_hint(ld, p, "a name has up to 15 bytes, none of them a blank, '/' or ':'");
	return false;
}

/* Blanks that were pasted with a value, and cannot be seen. */
static bool hint_blank(struct inv_load *ld, struct inv_problem *p, const char *s)
{
	if (strstr(s, "\xc2\xa0") != NULL)
		inv_hint(ld, p, "there is a non-breaking space (U+00A0) in it");
	else if (strpbrk(s, " \t\r\n") != NULL)
		inv_hint(ld, p, "there is white space in it");
	else
		return false;
	return true;
}

bool inv_value_addr(struct inv_load *ld, const char *s, const char *owner, struct hgw_addr *out)
{
	struct inv_problem *p;
	struct hgw_prefix prefix;
	enum hgw_addr_kind kind;
	enum hgw_prefix_fault fault;
	char buf[HGW_ADDR_STRLEN];

	if (hgw_addr_parse(s, out)) {
		kind = hgw_addr_kind(out);
		if (kind == HGW_ADDR_UNICAST)
			return true;
		inv_problem(ld, s, "address '%s'%s is %s", INV_QUOTE(s), owner,
			    hgw_addr_kind_name(kind));
		return false;
	}
	fault = hgw_prefix_parse(s, &prefix);
	if (fault == HGW_PREFIX_OK || fault == HGW_PREFIX_HOST_BITS) {
		p = inv_problem(ld, s, "address '%s'%s has a length", INV_QUOTE(s), owner);
		hgw_addr_format(&prefix.addr, buf);
		inv_hint(ld, p, "write %s", buf);
		return false;
	}
	p = inv_problem(ld, s, "address '%s'%s is not an IP address", INV_QUOTE(s), owner);
	if (!hint_blank(ld, p, s) && strchr(s, '%') != NULL)
		inv_hint(ld, p, "an address has no zone; name the interface under 'interface'");
	return false;
}

/* what: "subnet", "cluster prefix" */
static bool value_prefix(struct inv_load *ld, const char *what, const char *s, const char *owner,
			 struct hgw_prefix *out)
{
	enum hgw_prefix_fault fault = hgw_prefix_parse(s, out);
	char buf[HGW_PREFIX_STRLEN];
	struct hgw_prefix masked;
	struct inv_problem *p;

	switch (fault) {
	case HGW_PREFIX_OK:
		return true;
	case HGW_PREFIX_NO_LENGTH:
		p = inv_problem(ld, s, "%s '%s'%s has no length", what, INV_QUOTE(s), owner);
		inv_hint(ld, p, "write %s/%d, or another length", INV_QUOTE(s),
			 out->addr.family == AF_INET ? 24 : 64);
		return false;
	case HGW_PREFIX_BAD_LENGTH:
		p = inv_problem(ld, s, "%s '%s'%s has a bad length", what, INV_QUOTE(s), owner);
		if (!hint_blank(ld, p, s))
			inv_hint(ld, p, "a length is a number up to %d",
				 strchr(s, ':') == NULL ? 32 : 128);
		return false;
	case HGW_PREFIX_HOST_BITS:
		p = inv_problem(ld, s, "%s '%s'%s has host bits set", what, INV_QUOTE(s), owner);
		masked = hgw_prefix_masked(out);
		hgw_prefix_format(&masked, buf);
		inv_hint(ld, p, "write %s", buf);
		return false;
	default:
		p = inv_problem(ld, s, "%s '%s'%s is not an IP prefix", what, INV_QUOTE(s), owner);
		if (!hint_blank(ld, p, s))
			inv_hint(ld, p, "a prefix is ADDRESS/LENGTH, such as 10.244.1.0/24");
		return false;
	}
}

bool inv_value_cluster(struct inv_load *ld, const char *s, struct hgw_prefix *out)
{
	return value_prefix(ld, "cluster prefix", s, "", out);
}

static struct hgw_addr last_addr(const struct hgw_prefix *p)
{
	struct hgw_addr last = p->addr;

	for (unsigned bit = p->len; bit < hgw_family_bits(last.family); bit++)
		last.b[bit / 8] |= (uint8_t)(0x80U >> (bit % 8));
	return last;
}

bool inv_value_subnet(struct inv_load *ld, const char *s, const char *owner, struct hgw_prefix *out)
{
	struct hgw_addr end;
	enum hgw_addr_kind kind;
	char buf[HGW_ADDR_STRLEN];

	if (!value_prefix(ld, "subnet", s, owner, out))
		return false;
	if (out->len == 0) {
		struct inv_problem *p = inv_problem(ld, s, "subnet '%s'%s is the default route",
						    INV_QUOTE(s), owner);

		inv_hint(ld, p, "hgw never touches the default route");
		return false;
	}
	end = out->addr;
	kind = hgw_addr_kind(&end);
	/* Only a wide one can begin before a special range and end in it. */
	if (kind == HGW_ADDR_UNICAST && out->len < 10) {
		end = last_addr(out);
		kind = hgw_addr_kind(&end);
	}
	if (kind == HGW_ADDR_UNICAST)
		return true;
	hgw_addr_format(&end, buf);
	inv_problem(ld, s, "subnet '%s'%s cannot be routed: %s is %s", INV_QUOTE(s), owner, buf,
		    hgw_addr_kind_name(kind));
	return false;
}

static void hint_number(struct inv_load *ld, struct inv_problem *p, const char *s)
{
	const char *rest = s + strspn(s, "0");

	if (s[0] != '0' || rest[strspn(rest, "0123456789")] != '\0')
		return;
	inv_hint(ld, p, "write %s: a leading zero means octal to some YAML readers",
		 INV_QUOTE(*rest != '\0' ? rest : "0"));
}

bool inv_value_metric(struct inv_load *ld, const char *s, const char *owner, uint32_t *out,
		      bool *spread)
{
	static const cyaml_schema_field_t words[] = {{.key = "spread"}, CYAML_FIELD_END};
	struct inv_problem *p;

	*out = 0;
	*spread = strcmp(s, words->key) == 0;
	if (*spread || hgw_parse_u32(s, 0, UINT32_MAX, out))
		return true;
	p = inv_problem(ld, s,
			"metric '%s'%s is neither a number from 0 to 4294967295 nor 'spread'",
			INV_QUOTE(s), owner);
	if (inv_guess(words, s) != NULL)
		inv_hint(ld, p, "did you mean 'spread'?");
	else
		hint_number(ld, p, s);
	return false;
}

bool inv_value_mtu(struct inv_load *ld, const char *s, const char *owner, uint32_t *out)
{
	struct inv_problem *p;

	if (hgw_parse_u32(s, 68, 65535, out) || hgw_parse_u32(s, 0, 0, out))
		return true;
	p = inv_problem(ld, s, "mtu '%s'%s is not a number from 68 to 65535, or 0", INV_QUOTE(s),
			owner);
	hint_number(ld, p, s);
	return false;
}

bool inv_value_onlink(struct inv_load *ld, const char *s, const char *owner, bool *out)
{
	static const char *const yes[] = {"yes", "on", "y", "1", "true"};
	static const char *const no[] = {"no", "off", "n", "0", "false"};
	struct inv_problem *p;

	*out = strcmp(s, "true") == 0;
	if (*out || strcmp(s, "false") == 0)
		return true;
	p = inv_problem(ld, s, "onlink '%s'%s is neither true nor false", INV_QUOTE(s), owner);
	for (size_t i = 0; i < HGW_ARRAY_LEN(yes); i++) {
		if (strcasecmp(s, yes[i]) == 0)
			inv_hint(ld, p, "write true");
		if (strcasecmp(s, no[i]) == 0)
			inv_hint(ld, p, "write false");
	}
	return false;
}

bool inv_value_table(struct inv_load *ld, const char *s, uint32_t *out)
{
	struct inv_problem *p;

	/* 0 is not a table that is unknown, but one that is not to be had. */
	if (!hgw_parse_u32(s, 0, 0, out) && !hgw_table_parse(ld->names, s, out)) {
		p = inv_problem(ld, s, "unknown table '%s'", INV_QUOTE(s));
		inv_hint(ld, p, "give its number, or name it in /etc/iproute2/rt_tables");
		hint_number(ld, p, s);
		return false;
	}
	if (hgw_table_taken(*out) == NULL)
		return true;
	inv_problem(ld, s, "table '%s' cannot be used: %s", INV_QUOTE(s), hgw_table_taken(*out));
	return false;
}

bool inv_value_protocol(struct inv_load *ld, const char *s, uint8_t *out)
{
	struct inv_problem *p;

	if (!hgw_protocol_parse(ld->names, s, out)) {
		p = inv_problem(ld, s, "unknown protocol '%s'", INV_QUOTE(s));
		inv_hint(ld, p, "give a number up to 255, or name it in /etc/iproute2/rt_protos");
		hint_number(ld, p, s);
		return false;
	}
	if (hgw_protocol_taken(ld->names, *out) == NULL)
		return true;
	p = inv_problem(ld, s, "protocol '%s' cannot be used: %s", INV_QUOTE(s),
			hgw_protocol_taken(ld->names, *out));
	inv_hint(ld, p, "leave it out: hgw has its own, %d", HGW_PROTOCOL);
	return false;
}
