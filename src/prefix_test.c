/* SPDX-License-Identifier: MIT */
#include "hgw/prefix.h"

#include <arpa/inet.h>

#include "values_test.h"

static void good_addresses_are_read_and_written(void **state)
{
	static const struct {
		const char *text, *canonical;
		uint8_t family;
	} cases[] = {
		{"0.0.0.0", "0.0.0.0", AF_INET},
		{"255.255.255.255", "255.255.255.255", AF_INET},
		{"10.244.1.0", "10.244.1.0", AF_INET},
		{"::", "::", AF_INET6},
		{"::1", "::1", AF_INET6},
		{"1::", "1::", AF_INET6},
		{"FD00::ABCD", "fd00::abcd", AF_INET6},
		{"fd00:0:0:0:0:0:0:1", "fd00::1", AF_INET6},
		{"0001:0002:0003:0004:0005:0006:0007:0008", "1:2:3:4:5:6:7:8", AF_INET6},
		{"1:0:0:2:0:0:0:3", "1:0:0:2::3", AF_INET6},
		{"::ffff:10.0.0.1", "::ffff:10.0.0.1", AF_INET6},
		{"64:ff9b::192.0.2.33", "64:ff9b::c000:221", AF_INET6},
		{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AF_INET6},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_addr a = addr(cases[i].text), again;
		char buf[HGW_ADDR_STRLEN];

		assert_int_equal(a.family, cases[i].family);
		hgw_addr_format(&a, buf);
		assert_string_equal(buf, cases[i].canonical);
		assert_true(hgw_addr_parse(buf, &again));
		assert_int_equal(hgw_addr_cmp(&a, &again), 0);
	}
}

static void bad_addresses_are_refused_and_nothing_is_set(void **state)
{
	static const char *const cases[] = {
		"", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n",
		"1.2.3.256", "1.2.3.-4", "1.2.3.+4", "1..3.4", "1.2.3.", ".1.2.3.4", "01.2.3.4",
		"1.2.3.04", "1.2.3.00", "1.2.3.000", "0x1.2.3.4", "1.2.3.4x", "1.2.3.1e0",
		"999999999999.2.3.4", "4294967296", "10.0.0.1/24", "localhost", ":", ":::", "1:2",
		"1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
		"::1::", "12345::", "00001::", "::00001", "g::", "fd00::1%eth0", "fe80::1%", " ::1",
		"::1 ", "[::1]", "::1]", "1:2:3:4:5:6:7:", ":1:2:3:4:5:6:7:8", "::1.2.3",
		"::1.2.3.4.5", "::1.2.3.04", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4",
		"::-1", "::0x1", "::/0",
		/* digits of other scripts, and a look-alike of the colon */
		"\xd9\xa1.2.3.4", "fd00\xef\xbc\x9a\xef\xbc\x9a:", "1.2.3.4\xc2\xa0"};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_addr a;
		uint8_t before[sizeof(a)];

		memset(&a, 0x5a, sizeof(a));
		memcpy(before, &a, sizeof(a));
		if (hgw_addr_parse(cases[i], &a))
			fail_msg("'%s' was taken", cases[i]);
		assert_memory_equal(&a, before, sizeof(a));
	}
}

static void ipv4_addresses_are_read_and_written_as_libc_does(void **state)
{
	static const char letters[] = "012359..";
	uint32_t x = 1;
	size_t good = 0;

	(void)state;
	for (size_t n = 0; n < 200000; n++) {
		char text[16] = "", ours[HGW_ADDR_STRLEN], theirs[HGW_ADDR_STRLEN];
		size_t len = 5 + n % 7;
		struct hgw_addr a;
		uint8_t b[4];
		bool ok;

		for (size_t i = 0; i < len; i++) {
			x = x * 1664525 + 1013904223;
			text[i] = letters[(x >> 16) % (sizeof(letters) - 1)];
		}
		ok = inet_pton(AF_INET, text, b) == 1;
		if (hgw_addr_parse(text, &a) != ok)
			fail_msg("'%s'", text);
		if (!ok)
			continue;
		good++;
		assert_memory_equal(a.b, b, sizeof(b));
		hgw_addr_format(&a, ours);
		assert_string_equal(ours, inet_ntop(AF_INET, b, theirs, sizeof(theirs)));
	}
	assert_true(good > 1000);
}

static void no_address_is_none(void **state)
{
	struct hgw_addr none = {0};
	char buf[HGW_ADDR_STRLEN];

	(void)state;
	hgw_addr_format(&none, buf);
	assert_string_equal(buf, "none");
	assert_int_equal(hgw_family_bits(AF_UNSPEC), 0);
	assert_int_equal(hgw_family_bits(AF_INET), 32);
	assert_int_equal(hgw_family_bits(AF_INET6), 128);
	assert_int_equal(hgw_family_bits(200), 0);
}

static void an_ipv4_address_has_zeros_behind_it(void **state)
{
	struct hgw_addr a;

	(void)state;
	memset(&a, 0xff, sizeof(a));
	assert_true(hgw_addr_parse("1.2.3.4", &a));
	for (size_t i = 4; i < sizeof(a.b); i++)
		assert_int_equal(a.b[i], 0);
}

static void kinds_of_addresses(void **state)
{
	static const struct {
		const char *text;
		enum hgw_addr_kind kind;
	} cases[] = {
		{"0.0.0.0", HGW_ADDR_UNSPECIFIED},
		{"0.0.0.1", HGW_ADDR_RESERVED},
		{"0.255.255.255", HGW_ADDR_RESERVED},
		{"1.0.0.0", HGW_ADDR_UNICAST},
		{"126.255.255.255", HGW_ADDR_UNICAST},
		{"127.0.0.0", HGW_ADDR_LOOPBACK},
		{"127.255.255.255", HGW_ADDR_LOOPBACK},
		{"128.0.0.0", HGW_ADDR_UNICAST},
		{"169.253.255.255", HGW_ADDR_UNICAST},
		{"169.254.0.0", HGW_ADDR_LINK_LOCAL},
		{"169.254.255.255", HGW_ADDR_LINK_LOCAL},
		{"169.255.0.0", HGW_ADDR_UNICAST},
		{"223.255.255.255", HGW_ADDR_UNICAST},
		{"224.0.0.0", HGW_ADDR_MULTICAST},
		{"239.255.255.255", HGW_ADDR_MULTICAST},
		{"240.0.0.0", HGW_ADDR_RESERVED},
		{"255.255.255.255", HGW_ADDR_RESERVED},
		{"::", HGW_ADDR_UNSPECIFIED},
		{"::1", HGW_ADDR_LOOPBACK},
		{"::2", HGW_ADDR_UNICAST},
		{"::ffff:10.0.0.1", HGW_ADDR_RESERVED},
		{"::fffe:10.0.0.1", HGW_ADDR_UNICAST},
		{"fe7f:ffff::1", HGW_ADDR_UNICAST},
		{"fe80::", HGW_ADDR_LINK_LOCAL},
		{"febf:ffff::1", HGW_ADDR_LINK_LOCAL},
		{"fec0::1", HGW_ADDR_UNICAST},
		{"feff::1", HGW_ADDR_UNICAST},
		{"ff00::", HGW_ADDR_MULTICAST},
		{"ffff::1", HGW_ADDR_MULTICAST},
		{"fd00::1", HGW_ADDR_UNICAST},
		{"7f00::1", HGW_ADDR_UNICAST}, /* the bytes of 127/8, the other family */
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_addr a = addr(cases[i].text);

		if (hgw_addr_kind(&a) != cases[i].kind)
			fail_msg("%s is %s", cases[i].text, hgw_addr_kind_name(hgw_addr_kind(&a)));
	}
	assert_string_equal(hgw_addr_kind_name(HGW_ADDR_UNICAST), "a unicast address");
	assert_string_equal(hgw_addr_kind_name(HGW_ADDR_UNSPECIFIED), "the unspecified address");
	assert_string_equal(hgw_addr_kind_name(HGW_ADDR_LOOPBACK), "a loopback address");
	assert_string_equal(hgw_addr_kind_name(HGW_ADDR_LINK_LOCAL), "a link-local address");
	assert_string_equal(hgw_addr_kind_name(HGW_ADDR_MULTICAST), "a multicast address");
	assert_string_equal(hgw_addr_kind_name(HGW_ADDR_RESERVED), "a reserved address");
}

static void faults_of_prefixes(void **state)
{
	static const struct {
		const char *text;
		enum hgw_prefix_fault fault;
	} cases[] = {
		{"10.0.0.0/8", HGW_PREFIX_OK},
		{"0.0.0.0/0", HGW_PREFIX_OK},
		{"::/0", HGW_PREFIX_OK},
		{"255.255.255.255/32", HGW_PREFIX_OK},
		{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128", HGW_PREFIX_OK},
		{"10.0.0.1", HGW_PREFIX_NO_LENGTH},
		{"::1", HGW_PREFIX_NO_LENGTH},
		{"10.0.0.0/", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/33", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/128", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/264", HGW_PREFIX_BAD_LENGTH},
		{"fd00::/129", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/08", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/00", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/+8", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/-8", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/ 8", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/8 ", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/8/8", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0//8", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/0x8", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/255.0.0.0", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/4294967304", HGW_PREFIX_BAD_LENGTH},
		{"10.0.0.0/18446744073709551624", HGW_PREFIX_BAD_LENGTH},
		{"", HGW_PREFIX_BAD_ADDR},
		{"/", HGW_PREFIX_BAD_ADDR},
		{"/8", HGW_PREFIX_BAD_ADDR},
		{"10/8", HGW_PREFIX_BAD_ADDR},
		{"10.0/16", HGW_PREFIX_BAD_ADDR},
		{"010.0.0.0/8", HGW_PREFIX_BAD_ADDR},
		{"default", HGW_PREFIX_BAD_ADDR},
		{"10.0.0.0 /8", HGW_PREFIX_BAD_ADDR},
		{"fe80::1%eth0/64", HGW_PREFIX_BAD_ADDR},
		{"fd00:::/64", HGW_PREFIX_BAD_ADDR},
		{"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/1", HGW_PREFIX_BAD_ADDR},
		{"10.0.0.1/31", HGW_PREFIX_HOST_BITS},
		{"10.0.0.1/0", HGW_PREFIX_HOST_BITS},
		{"10.0.128.0/16", HGW_PREFIX_HOST_BITS},
		{"10.0.0.128/24", HGW_PREFIX_HOST_BITS},
		{"fd00::1/127", HGW_PREFIX_HOST_BITS},
		{"fd00:0:0:1::/63", HGW_PREFIX_HOST_BITS},
		{"::1/0", HGW_PREFIX_HOST_BITS},
		{"8000::/0", HGW_PREFIX_HOST_BITS},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_prefix p;

		if (hgw_prefix_parse(cases[i].text, &p) != cases[i].fault)
			fail_msg("%s", cases[i].text);
	}
}

static void an_address_alone_is_its_host_prefix(void **state)
{
	struct hgw_prefix p;
	char buf[HGW_PREFIX_STRLEN];

	(void)state;
	assert_int_equal(hgw_prefix_parse("10.0.0.1", &p), HGW_PREFIX_NO_LENGTH);
	hgw_prefix_format(&p, buf);
	assert_string_equal(buf, "10.0.0.1/32");
	assert_int_equal(hgw_prefix_parse("fd00::1", &p), HGW_PREFIX_NO_LENGTH);
	hgw_prefix_format(&p, buf);
	assert_string_equal(buf, "fd00::1/128");
}

static void host_bits_are_kept_for_the_message(void **state)
{
	struct hgw_prefix p, m;
	char buf[HGW_PREFIX_STRLEN];

	(void)state;
	assert_int_equal(hgw_prefix_parse("10.244.3.7/22", &p), HGW_PREFIX_HOST_BITS);
	hgw_prefix_format(&p, buf);
	assert_string_equal(buf, "10.244.3.7/22");
	m = hgw_prefix_masked(&p);
	hgw_prefix_format(&m, buf);
	assert_string_equal(buf, "10.244.0.0/22");
	assert_int_equal(hgw_prefix_parse("fd00:1:2:3::7/47", &p), HGW_PREFIX_HOST_BITS);
	m = hgw_prefix_masked(&p);
	hgw_prefix_format(&m, buf);
	assert_string_equal(buf, "fd00:1:2::/47");
}

/* Bit i of an address, from the left. */
static unsigned bit(const struct hgw_addr *a, unsigned i)
{
	return a->b[i / 8] >> (7 - i % 8) & 1;
}

static void masking_clears_just_the_host_bits(void **state)
{
	static const char *const ones[] = {"255.255.255.255",
					   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(ones); i++) {
		struct hgw_prefix p = prefix(ones[i]);
		unsigned bits = hgw_family_bits(p.addr.family);

		for (unsigned len = 0; len <= bits; len++) {
			struct hgw_prefix m;

			p.len = (uint8_t)len;
			m = hgw_prefix_masked(&p);
			assert_int_equal(m.len, len);
			for (unsigned b = 0; b < 8 * sizeof(m.addr.b); b++)
				assert_int_equal(bit(&m.addr, b), b < len);
		}
	}
}

static void every_length_is_read_and_written(void **state)
{
	static const char *const addrs[] = {"10.171.205.239", "fd12:3456:789a:bcde:f012::1"};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(addrs); i++) {
		struct hgw_prefix host = prefix(addrs[i]);

		for (unsigned len = 0; len <= hgw_family_bits(host.addr.family); len++) {
			struct hgw_prefix p = host, again;
			char buf[HGW_PREFIX_STRLEN];

			p.len = (uint8_t)len;
			p = hgw_prefix_masked(&p);
			hgw_prefix_format(&p, buf);
			assert_int_equal(hgw_prefix_parse(buf, &again), HGW_PREFIX_OK);
			assert_int_equal(hgw_prefix_cmp(&p, &again), 0);
			assert_true(hgw_prefix_covers(&p, &host));
			assert_true(hgw_prefix_has(&p, &host.addr));
		}
	}
}

/* Whoever differs in bit b is in the prefixes up to length b, and in no longer one. */
static void a_prefix_ends_at_its_last_bit(void **state)
{
	static const char *const addrs[] = {"10.171.205.239", "fd12:3456:789a:bcde:f012::1"};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(addrs); i++) {
		struct hgw_addr a = addr(addrs[i]);
		unsigned bits = hgw_family_bits(a.family);

		for (unsigned b = 0; b < bits; b++) {
			struct hgw_addr other = a;
			struct hgw_prefix host;

			other.b[b / 8] ^= (uint8_t)(0x80U >> b % 8);
			host = hgw_prefix_host(&other);
			for (unsigned len = 0; len <= bits; len++) {
				struct hgw_prefix p = {.addr = a, .len = (uint8_t)len};

				assert_int_equal(hgw_prefix_has(&p, &other), len <= b);
				assert_int_equal(hgw_prefix_covers(&p, &host), len <= b);
			}
		}
	}
}

static void covering_is_of_the_longer_by_the_shorter(void **state)
{
	static const struct {
		const char *outer, *inner;
		bool covers;
	} cases[] = {
		{"10.0.0.0/8", "10.0.0.0/8", true},
		{"10.0.0.0/8", "10.0.0.0/9", true},
		{"10.0.0.0/8", "10.255.255.255/32", true},
		{"10.0.0.0/9", "10.0.0.0/8", false},
		{"10.0.0.0/8", "11.0.0.0/8", false},
		{"0.0.0.0/0", "255.255.255.255/32", true},
		{"0.0.0.0/0", "0.0.0.0/0", true},
		{"0.0.0.0/0", "::/0", false},
		{"::/0", "0.0.0.0/0", false},
		{"::/0", "10.0.0.0/8", false},
		{"a00::/8", "10.0.0.0/8", false}, /* the same bytes */
		{"10.0.0.0/8", "a00::/8", false},
		{"10.0.0.0/31", "10.0.0.1/32", true},
		{"10.0.0.0/31", "10.0.0.2/32", false},
		{"fd00::/127", "fd00::1/128", true},
		{"fd00::/127", "fd00::2/128", false},
		{"fd00::/64", "fd00:0:0:1::/64", false},
		{"fd00::/63", "fd00:0:0:1::/64", true},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_prefix outer = prefix(cases[i].outer), inner = prefix(cases[i].inner);

		if (hgw_prefix_covers(&outer, &inner) != cases[i].covers)
			fail_msg("%s and %s", cases[i].outer, cases[i].inner);
	}
}

static void destinations_are_written_as_ip_does(void **state)
{
	static const struct {
		const char *prefix, *dst;
	} cases[] = {
		{"0.0.0.0/0", "default"},	{"::/0", "default"},
		{"10.0.0.1/32", "10.0.0.1"},	{"fd00::1/128", "fd00::1"},
		{"10.0.0.0/31", "10.0.0.0/31"}, {"fd00::/127", "fd00::/127"},
		{"fd00::/32", "fd00::/32"},	{"0.0.0.0/32", "0.0.0.0"},
		{"128.0.0.0/1", "128.0.0.0/1"}, {"10.244.0.0/24", "10.244.0.0/24"},
		{"fd00:1::/64", "fd00:1::/64"},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct hgw_prefix p = prefix(cases[i].prefix);
		char buf[HGW_PREFIX_STRLEN];

		hgw_prefix_format_dst(&p, buf);
		assert_string_equal(buf, cases[i].dst);
		hgw_prefix_format(&p, buf);
		assert_string_equal(buf, cases[i].prefix);
	}
}

static void order_is_family_address_length(void **state)
{
	static const char *const sorted[] = {
		"0.0.0.0/0",   "9.255.255.0/24", "10.0.0.0/8",	"10.0.0.0/9",  "10.0.0.0/32",
		"10.0.0.1/32", "10.0.1.0/24",	 "10.1.0.0/16", "200.0.0.0/8", "::/0",
		"a00::/8",     "fd00::/16",	 "fd00::/64",	"fd00::1/128", "fd00:0:0:1::/64",
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(sorted); i++) {
		for (size_t j = 0; j < HGW_ARRAY_LEN(sorted); j++) {
			struct hgw_prefix a = prefix(sorted[i]), b = prefix(sorted[j]);
			int c = hgw_prefix_cmp(&a, &b);

			assert_int_equal(HGW_CMP(c, 0), HGW_CMP(i, j));
		}
	}
}

static void numbers_are_decimal_and_in_range(void **state)
{
	static const struct {
		const char *text;
		uint32_t min, max;
		bool good;
		uint32_t n;
	} cases[] = {
		{"0", 0, 10, true, 0},
		{"10", 0, 10, true, 10},
		{"11", 0, 10, false, 0},
		{"0", 1, 10, false, 0},
		{"1", 1, 1, true, 1},
		{"4294967295", 0, UINT32_MAX, true, UINT32_MAX},
		{"4294967296", 0, UINT32_MAX, false, 0},
		{"18446744073709551616", 0, UINT32_MAX, false, 0},
		{"99999999999999999999999999999999999999", 0, UINT32_MAX, false, 0},
		{"", 0, 10, false, 0},
		{"00", 0, 10, false, 0},
		{"01", 0, 10, false, 0},
		{"-1", 0, UINT32_MAX, false, 0},
		{"+1", 0, 10, false, 0},
		{" 1", 0, 10, false, 0},
		{"1 ", 0, 10, false, 0},
		{"1\n", 0, 10, false, 0},
		{"1.0", 0, 10, false, 0},
		{"1e0", 0, 10, false, 0},
		{"0x1", 0, 10, false, 0},
		{"\xd9\xa1", 0, 10, false, 0},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		uint32_t n = 77;

		if (hgw_parse_u32(cases[i].text, cases[i].min, cases[i].max, &n) != cases[i].good)
			fail_msg("'%s'", cases[i].text);
		assert_int_equal(n, cases[i].good ? cases[i].n : 77);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_addresses_are_read_and_written),
		cmocka_unit_test(bad_addresses_are_refused_and_nothing_is_set),
		cmocka_unit_test(ipv4_addresses_are_read_and_written_as_libc_does),
		cmocka_unit_test(no_address_is_none),
		cmocka_unit_test(an_ipv4_address_has_zeros_behind_it),
		cmocka_unit_test(kinds_of_addresses),
		cmocka_unit_test(faults_of_prefixes),
		cmocka_unit_test(an_address_alone_is_its_host_prefix),
		cmocka_unit_test(host_bits_are_kept_for_the_message),
		cmocka_unit_test(masking_clears_just_the_host_bits),
		cmocka_unit_test(every_length_is_read_and_written),
		cmocka_unit_test(a_prefix_ends_at_its_last_bit),
		cmocka_unit_test(covering_is_of_the_longer_by_the_shorter),
		cmocka_unit_test(destinations_are_written_as_ip_does),
		cmocka_unit_test(order_is_family_address_length),
		cmocka_unit_test(numbers_are_decimal_and_in_range),
	};

	return cmocka_run_group_tests_name("prefix", tests, NULL, NULL);
}
