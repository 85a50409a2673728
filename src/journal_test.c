/* SPDX-License-Identifier: MIT */
#include "hgw/journal.h"

#include <sys/stat.h>
#include <unistd.h>

#include "hgw/kernel.h"
#include "hgw/rundir.h"
#include "testns.h"
#include "values_test.h"

struct journal {
	struct hgw_undo undo;
	struct hgw_pool pool;
	struct hgw_err err;
	char path[HGW_RUNDIR_PATH];
};

static int journal_setup(void **state)
{
	*state = calloc(1, sizeof(struct journal));
	return *state != NULL ? 0 : -1;
}

static void forget(struct journal *t)
{
	hgw_undo_free(&t->undo);
	hgw_pool_free(&t->pool);
	t->undo = (struct hgw_undo){0};
}

static int journal_teardown(void **state)
{
	forget(*state);
	free(*state);
	return 0;
}

static void begin_journal(struct journal *t)
{
	testns_fresh();
	assert_int_equal(hgw_rundir_make(&t->err), 0);
	assert_int_equal(hgw_rundir_path(t->path, "journal", &t->err), 0);
}

static void assert_state(struct journal *t, enum hgw_journal_state want)
{
	enum hgw_journal_state got;

	assert_int_equal(hgw_journal_state(&got, &t->err), 0);
	assert_int_equal(got, want);
}

/* A route to 10.0.0.0/8 or fd00::/16 of a protocol. */
static void put_route(struct journal *t, uint8_t family, uint8_t protocol)
{
	const uint8_t net[16] = {family == AF_INET ? 10 : 0xfd};
	struct hgw_route r = {0};
	struct message m;
	struct rtmsg *rtm = NLMSG_DATA(&m.h);

	message_start(&m, family, 0);
	rtm->rtm_dst_len = family == AF_INET ? 8 : 16;
	rtm->rtm_protocol = protocol;
	rtm->rtm_type = RTN_UNICAST;
	message_put(&m, RTA_DST, net, family == AF_INET ? 4 : 16);
	message_put_u32(&m, RTA_TABLE, 254);
	message_put_u32(&m, RTA_OIF, 1);
	message_put_u32(&m, RTA_PRIORITY, 7);
	assert_int_equal(hgw_kernel_decode(&t->pool, &m, m.h.nlmsg_len, &r, &t->err), 0);
	assert_int_equal(hgw_routes_add(&t->undo.before, &r, &t->err), 0);
}

static void write_journal(struct journal *t)
{
	forget(t);
	t->undo.scope = (struct hgw_scope){254, 72, true, false};
	put_route(t, AF_INET, 72);
	put_route(t, AF_INET6, 72);
	put_route(t, AF_INET, 4);
	assert_int_equal(hgw_journal_write(&t->undo, &t->pool, &t->err), 0);
	forget(t);
}

static void is_read_as_written(void **state)
{
	struct journal *t = *state;
	struct stat st;

	begin_journal(t);
	assert_state(t, HGW_JOURNAL_NONE);
	assert_int_equal(hgw_journal_read(&t->undo, &t->pool, &t->err), -1);
	assert_int_equal(t->err.status, HGW_NOINPUT);
	write_journal(t);
	assert_state(t, HGW_JOURNAL_PENDING);
	assert_int_equal(stat(t->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(hgw_journal_read(&t->undo, &t->pool, &t->err), 0);
	assert_int_equal(t->undo.scope.table, 254);
	assert_int_equal(t->undo.scope.protocol, 72);
	assert_true(t->undo.scope.inet);
	assert_false(t->undo.scope.inet6);
	assert_int_equal(t->undo.before.n, 3);
	assert_int_equal(t->undo.adopted.n, 1);
	assert_string_equal(shown(&t->pool, &t->undo.adopted.v[0]),
			    "10.0.0.0/8 dev if1 proto 4 metric 7");
	assert_int_equal(hgw_journal_close(true, &t->err), 0);
	assert_state(t, HGW_JOURNAL_ROLLED_BACK);
	assert_int_equal(hgw_journal_close(false, &t->err), 0);
	assert_state(t, HGW_JOURNAL_NONE);
	assert_int_equal(hgw_journal_close(false, &t->err), 0);
}

static void without_any_route(void **state)
{
	struct journal *t = *state;

	begin_journal(t);
	t->undo.scope = (struct hgw_scope){0, 72, true, true};
	assert_int_equal(hgw_journal_write(&t->undo, &t->pool, &t->err), 0);
	assert_int_equal(hgw_journal_read(&t->undo, &t->pool, &t->err), 0);
	assert_int_equal(t->undo.before.n, 0);
	assert_int_equal(t->undo.scope.table, 0);
}

static void assert_unusable(struct journal *t)
{
	if (hgw_journal_read(&t->undo, &t->pool, &t->err) == 0)
		fail_msg("it was read, with %zu routes", t->undo.before.n);
	assert_int_equal(t->err.status, HGW_DATAERR);
	assert_non_null(strstr(t->err.msg, "cannot use the journal"));
	assert_int_equal(t->undo.before.n, 0);
	forget(t);
}

/* Its bytes; *len of them, to be freed. */
static unsigned char *load(const char *path, size_t *len)
{
	unsigned char *bytes = malloc(65536);
	FILE *f = fopen(path, "re");

	assert_non_null(bytes);
	assert_non_null(f);
	*len = fread(bytes, 1, 65536, f);
	fclose(f);
	return bytes;
}

static void store(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void cut_short_or_longer_it_is_not_used(void **state)
{
	struct journal *t = *state;
	unsigned char *whole;
	size_t len;

	begin_journal(t);
	write_journal(t);
	whole = load(t->path, &len);
	for (size_t n = 0; n < len; n++) {
		store(t->path, whole, n);
		assert_unusable(t);
	}
	store(t->path, whole, len + 1);
	assert_unusable(t);
	store(t->path, whole, len);
	assert_int_equal(hgw_journal_read(&t->undo, &t->pool, &t->err), 0);
	free(whole);
}

static void other_first_lines_are_not_used(void **state)
{
	static const char *const lines[] = {
		"\n",
		"hgw.journal/2 table 254 protocol 72 families 11 routes 0\n",
		"hgw.journal/1 rolled back\n",
		"hgw.journal/1 table 254 protocol 72 families 11 routes\n",
		"hgw.journal/1 table 254 protocol 72 families 11 routes 0 more\n",
		"hgw.journal/1 table 254 protocol 72 families 11 routes 0 a b c d e f g h i j k\n",
		"hgw.journal/1 table -1 protocol 72 families 11 routes 0\n",
		"hgw.journal/1 table 4294967296 protocol 72 families 11 routes 0\n",
		"hgw.journal/1 table 254 protocol 0 families 11 routes 0\n",
		"hgw.journal/1 table 254 protocol 256 families 11 routes 0\n",
		"hgw.journal/1 table 254 protocol 72 families 1 routes 0\n",
		"hgw.journal/1 table 254 protocol 72 families 11 routes 1\n",
		"hgw.journal/1 table 254 protocol 72 families 11 routes 4294967295\n",
		"hgw.journal/1 table 254 protocol 72 families 11 routes 99999999999999999999\n",
	};
	struct journal *t = *state;

	begin_journal(t);
	for (size_t i = 0; i < HGW_ARRAY_LEN(lines); i++) {
		store(t->path, lines[i], strlen(lines[i]));
		assert_unusable(t);
	}
}

/* The length of a message, and those of what is in it. */
static void lengths_that_are_wrong_are_not_used(void **state)
{
	static const uint32_t lengths[] = {0,	    1,	     15,	 16,	     27,
					   65536,   65537,   0x7fffffff, 0x80000000, 0xfffffffc,
					   ~0U - 2, ~0U - 1, ~0U};
	struct journal *t = *state;
	unsigned char *whole;
	size_t len, at;

	begin_journal(t);
	write_journal(t);
	whole = load(t->path, &len);
	at = (size_t)((unsigned char *)memchr(whole, '\n', len) - whole) + 1;
	for (size_t i = 0; i < HGW_ARRAY_LEN(lengths); i++) {
		memcpy(whole + at, &lengths[i], sizeof(lengths[i]));
		store(t->path, whole, len);
		assert_unusable(t);
	}
	free(whole);
}

/* What of it is read is in it: that is what a build with a sanitizer sees. */
static void bytes_by_chance_do_no_harm(void **state)
{
	struct journal *t = *state;
	unsigned char *whole;
	uint32_t seed = 1;
	size_t len;

	begin_journal(t);
	write_journal(t);
	whole = load(t->path, &len);
	for (unsigned i = 0; i < 3000; i++) {
		uint32_t x = next_random(&seed);
		unsigned char was = whole[x % len];

		whole[x % len] = (unsigned char)(x >> 24);
		store(t->path, whole, len);
		if (hgw_journal_read(&t->undo, &t->pool, &t->err) < 0)
			assert_int_equal(t->err.status, HGW_DATAERR);
		for (size_t r = 0; r < t->undo.before.n; r++)
			assert_true(strlen(shown(&t->pool, &t->undo.before.v[r])) > 0);
		forget(t);
		whole[x % len] = was;
	}
	free(whole);
}

static void a_link_in_its_place_is_not_followed(void **state)
{
	struct journal *t = *state;
	enum hgw_journal_state s;

	begin_journal(t);
	write_journal(t);
	testns_sh("mv %s /run/file; ln -s /run/file %s", t->path, t->path);
	assert_int_equal(hgw_journal_state(&s, &t->err), -1);
	assert_int_equal(t->err.status, HGW_NOPERM);
	assert_int_equal(hgw_journal_read(&t->undo, &t->pool, &t->err), -1);
	/* Nor one in the place of what is to become it. */
	testns_sh(
		"cd /run/hgw; echo precious >/run/file; ln -sf /run/file $(basename %s journal)new",
		t->path);
	assert_int_equal(hgw_journal_write(&t->undo, &t->pool, &t->err), -1);
	assert_int_equal(t->err.status, HGW_NOPERM);
	testns_sh("grep -x precious /run/file");
}

static void a_full_disk_leaves_the_former_one(void **state)
{
	struct journal *t = *state;

	begin_journal(t);
	testns_sh("mount -t tmpfs -o size=8k testns /run/hgw; chmod 0700 /run/hgw");
	write_journal(t);
	testns_sh("cp %s /run/former; head -c 4096 /dev/zero >/run/hgw/fill || true", t->path);
	for (unsigned i = 0; i < 100; i++)
		put_route(t, AF_INET6, 72);
	assert_int_equal(hgw_journal_write(&t->undo, &t->pool, &t->err), -1);
	assert_int_equal(t->err.status, HGW_IOERR);
	assert_non_null(strstr(t->err.msg, "No space left on device"));
	testns_sh("cmp %s /run/former", t->path);
	testns_sh("umount /run/hgw");
}

#define TEST_JOURNAL(name) cmocka_unit_test_setup_teardown(name, journal_setup, journal_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_JOURNAL(is_read_as_written),
		TEST_JOURNAL(without_any_route),
		TEST_JOURNAL(cut_short_or_longer_it_is_not_used),
		TEST_JOURNAL(other_first_lines_are_not_used),
		TEST_JOURNAL(lengths_that_are_wrong_are_not_used),
		TEST_JOURNAL(bytes_by_chance_do_no_harm),
		TEST_JOURNAL(a_link_in_its_place_is_not_followed),
		TEST_JOURNAL(a_full_disk_leaves_the_former_one),
	};

	return cmocka_run_group_tests_name("journal", tests, testns_setup, NULL);
}
