/* SPDX-License-Identifier: MIT */
#include "hgw/prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

unsigned hgw_family_bits(uint8_t family)
{
	switch (family) {
	case AF_INET:
		return 32;
	case AF_INET6:
		return 128;
	default:
		return 0;
	}
}

/* Four octets without leading zeros, and nothing behind them. */
static bool parse_inet(const char *s, uint8_t b[static 4])
{
	for (size_t i = 0; i < 4; i++) {
		const char *first = s;
		unsigned n = 0;

		for (; *s >= '0' && *s <= '9' && s - first < 3; s++)
			n = n * 10 + (unsigned)(*s - '0');
		if (s == first || n > 255 || (*first == '0' && s - first > 1) ||
		    *s++ != (i < 3 ? '.' : '\0'))
			return false;
		b[i] = (uint8_t)n;
	}
	return true;
}

bool hgw_addr_parse(const char *s, struct hgw_addr *out)
{
	struct hgw_addr a = {.family = AF_INET};

	if (!parse_inet(s, a.b)) {
		/* inet_pton is strict: no zone, no blanks */
		a = (struct hgw_addr){.family = AF_INET6};
		if (inet_pton(AF_INET6, s, a.b) != 1)
			return false;
	}
	*out = a;
	return true;
}

/* inet_ntop() takes sprintf() for this. */
static void format_inet(const uint8_t b[static 4], char *buf)
{
	for (size_t i = 0; i < 4; i++) {
		if (b[i] >= 100)
			*buf++ = (char)('0' + b[i] / 100);
		if (b[i] >= 10)
			*buf++ = (char)('0' + b[i] / 10 % 10);
		*buf++ = (char)('0' + b[i] % 10);
		*buf++ = i < 3 ? '.' : '\0';
	}
}

void hgw_addr_format(const struct hgw_addr *a, char buf[static HGW_ADDR_STRLEN])
{
	if (a->family == AF_INET)
		format_inet(a->b, buf);
	else if (inet_ntop(a->family, a->b, buf, HGW_ADDR_STRLEN) == NULL)
		snprintf(buf, HGW_ADDR_STRLEN, "none");
}

int hgw_addr_cmp(const struct hgw_addr *a, const struct hgw_addr *b)
{
	return memcmp(a, b, sizeof(*a));
}

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	/* Most differ in the first byte already. */
	if (whole > 0 && (a[0] != b[0] || memcmp(a, b, whole) != 0))
		return false;
	return rest == 0 || ((a[whole] ^ b[whole]) & (0xff00U >> rest) & 0xffU) == 0;
}

enum hgw_addr_kind hgw_addr_kind(const struct hgw_addr *a)
{
	static const struct {
		uint8_t family, bits;
		enum hgw_addr_kind kind;
		uint8_t bytes[16];
	} special[] = {
		{AF_INET, 32, HGW_ADDR_UNSPECIFIED, {0}},
		{AF_INET, 8, HGW_ADDR_RESERVED, {0}}, /* RFC 791 */
		{AF_INET, 8, HGW_ADDR_LOOPBACK, {0x7f}},
		{AF_INET, 16, HGW_ADDR_LINK_LOCAL, {0xa9, 0xfe}},
		{AF_INET, 4, HGW_ADDR_MULTICAST, {0xe0}},
		{AF_INET, 4, HGW_ADDR_RESERVED, {0xf0}}, /* RFC 1112, RFC 919 */
		{AF_INET6, 128, HGW_ADDR_UNSPECIFIED, {0}},
		{AF_INET6, 128, HGW_ADDR_LOOPBACK, {[15] = 1}},
		{AF_INET6, 96, HGW_ADDR_RESERVED, {[10] = 0xff, 0xff}}, /* RFC 4291 2.5.5.2 */
		{AF_INET6, 10, HGW_ADDR_LINK_LOCAL, {0xfe, 0x80}},
		{AF_INET6, 8, HGW_ADDR_MULTICAST, {0xff}},
	};

	/* As good as all there are. */
	if (a->family == AF_INET && a->b[0] > 0 && a->b[0] < 224 && a->b[0] != 127 &&
	    a->b[0] != 169)
		return HGW_ADDR_UNICAST;
	for (size_t i = 0; i < HGW_ARRAY_LEN(special); i++)
		if (special[i].family == a->family &&
		    same_bits(special[i].bytes, a->b, special[i].bits))
			return special[i].kind;
	return HGW_ADDR_UNICAST;
}

const char *hgw_addr_kind_name(enum hgw_addr_kind kind)
{
	static const char *const names[] = {
		[HGW_ADDR_UNICAST] = "a unicast address",
		[HGW_ADDR_UNSPECIFIED] = "the unspecified address",
		[HGW_ADDR_LOOPBACK] = "a loopback address",
		[HGW_ADDR_LINK_LOCAL] = "a link-local address",
		[HGW_ADDR_MULTICAST] = "a multicast address",
		[HGW_ADDR_RESERVED] = "a reserved address",
	};

	return names[kind];
}

enum hgw_prefix_fault hgw_prefix_parse(const char *s, struct hgw_prefix *out)
{
	char addr[HGW_ADDR_STRLEN];
	const char *slash = strchr(s, '/');
	size_t n = slash != NULL ? (size_t)(slash - s) : strlen(s);
	struct hgw_prefix p, masked;
	uint32_t len;

	if (n >= sizeof(addr))
		return HGW_PREFIX_BAD_ADDR;
	memcpy(addr, s, n);
	addr[n] = '\0';
	if (!hgw_addr_parse(addr, &p.addr))
		return HGW_PREFIX_BAD_ADDR;
	if (slash == NULL) {
		*out = hgw_prefix_host(&p.addr);
		return HGW_PREFIX_NO_LENGTH;
	}
	if (!hgw_parse_u32(slash + 1, 0, hgw_family_bits(p.addr.family), &len))
		return HGW_PREFIX_BAD_LENGTH;
	p.len = (uint8_t)len;
	*out = p;
	masked = hgw_prefix_masked(&p);
	return hgw_prefix_cmp(&p, &masked) == 0 ? HGW_PREFIX_OK : HGW_PREFIX_HOST_BITS;
}

void hgw_prefix_format(const struct hgw_prefix *p, char buf[static HGW_PREFIX_STRLEN])
{
	char addr[HGW_ADDR_STRLEN];

	hgw_addr_format(&p->addr, addr);
	snprintf(buf, HGW_PREFIX_STRLEN, "%s/%u", addr, p->len);
}

void hgw_prefix_format_dst(const struct hgw_prefix *p, char buf[static HGW_PREFIX_STRLEN])
{
	if (p->len == 0)
		snprintf(buf, HGW_PREFIX_STRLEN, "default");
	else if (p->len == hgw_family_bits(p->addr.family))
		hgw_addr_format(&p->addr, buf);
	else
		hgw_prefix_format(p, buf);
}

int hgw_prefix_cmp(const struct hgw_prefix *a, const struct hgw_prefix *b)
{
	return memcmp(a, b, sizeof(*a));
}

struct hgw_prefix hgw_prefix_masked(const struct hgw_prefix *p)
{
	struct hgw_prefix m = *p;
	unsigned whole = p->len / 8;

	if (whole < sizeof(m.addr.b)) {
		m.addr.b[whole] = (uint8_t)(m.addr.b[whole] & ~(0xffU >> (p->len % 8)));
		memset(m.addr.b + whole + 1, 0, sizeof(m.addr.b) - whole - 1);
	}
	return m;
}

bool hgw_prefix_covers(const struct hgw_prefix *outer, const struct hgw_prefix *inner)
{
	return outer->len <= inner->len && hgw_prefix_has(outer, &inner->addr);
}

bool hgw_prefix_has(const struct hgw_prefix *p, const struct hgw_addr *a)
{
	return p->addr.family == a->family && same_bits(p->addr.b, a->b, p->len);
}

struct hgw_prefix hgw_prefix_host(const struct hgw_addr *a)
{
	return (struct hgw_prefix){.addr = *a, .len = (uint8_t)hgw_family_bits(a->family)};
}

bool hgw_parse_u32(const char *s, uint32_t min, uint32_t max, uint32_t *out)
{
	uint64_t n = 0;

	if (*s == '\0' || (s[0] == '0' && s[1] != '\0'))
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9')
			return false;
		n = n * 10 + (uint64_t)(*s - '0');
		if (n > UINT32_MAX)
			return false;
	}
	if (n < min || n > max)
		return false;
	*out = (uint32_t)n;
	return true;
}
