/* SPDX-License-Identifier: MIT */
#include "hgw/settings.h"

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "values_test.h"

struct state {
	char root[32];
	struct hgw_snapshot host;
	struct hgw_settings settings;
	struct hgw_err err;
};

static int remove_it(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st;
	(void)kind;
	(void)ftw;
	return remove(path);
}

static int setup(void **state)
{
	struct state *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -1;
	*state = t;
	snprintf(t->root, sizeof(t->root), "/tmp/settings-XXXXXX");
	add_link(&t->host, 2, "eth0");
	add_link(&t->host, 3, "eth0.7");
	add_link(&t->host, 4, "../all");
	return mkdtemp(t->root) != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct state *t = *state;

	nftw(t->root, remove_it, 8, FTW_DEPTH | FTW_PHYS);
	hgw_settings_free(&t->settings);
	hgw_snapshot_free(&t->host);
	free(t);
	return 0;
}

/* A file below the root, with its directories; text NULL: a link to /dev/null. */
static void put(const struct state *t, const char *path, const char *text)
{
	char whole[256];
	FILE *f;

	snprintf(whole, sizeof(whole), "%s%s", t->root, path);
	for (char *slash = whole + strlen(t->root) + 1; (slash = strchr(slash, '/')) != NULL;
	     slash++) {
		*slash = '\0';
		assert_true(mkdir(whole, 0777) == 0 || errno == EEXIST);
		*slash = '/';
	}
	if (text == NULL) {
		assert_int_equal(symlink("/dev/null", whole), 0);
		return;
	}
	f = fopen(whole, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void read_all(struct state *t)
{
	static const uint32_t links[] = {2, 3, 4, 5};

	hgw_settings_free(&t->settings);
	assert_int_equal(hgw_settings_read(&t->settings, t->root, &t->host, links,
					   HGW_ARRAY_LEN(links), &t->err),
			 0);
}

static void what_is_not_there_is_not_known(void **state)
{
	struct state *t = *state;

	read_all(t);
	assert_int_equal(t->settings.forwarding, HGW_UNKNOWN);
	assert_int_equal(t->settings.forwarding6, HGW_UNKNOWN);
	assert_int_equal(t->settings.rp_filter, HGW_UNKNOWN);
	assert_int_equal(t->settings.gc_thresh3, HGW_UNKNOWN);
	assert_int_equal(t->settings.gc_thresh3_v6, HGW_UNKNOWN);
	assert_int_equal(t->settings.networkd, HGW_NETWORKD_ABSENT);
	assert_int_equal(t->settings.nlinks, 4);
	for (uint32_t i = 2; i <= 5; i++) {
		assert_int_equal(hgw_settings_link(&t->settings, i)->forwarding, HGW_UNKNOWN);
		assert_int_equal(hgw_settings_link(&t->settings, i)->rp_filter, HGW_UNKNOWN);
	}
	assert_null(hgw_settings_link(&t->settings, 6));
}

#define CONF "/proc/sys/net/ipv4/conf/"

static void each_sysctl_has_its_place(void **state)
{
	struct state *t = *state;

	put(t, "/proc/sys/net/ipv4/ip_forward", "1\n");
	put(t, "/proc/sys/net/ipv6/conf/all/forwarding", "0\n");
	put(t, "/proc/sys/net/ipv4/neigh/default/gc_thresh3", "1024\n");
	put(t, "/proc/sys/net/ipv6/neigh/default/gc_thresh3", "2147483647\n");
	put(t, CONF "all/rp_filter", "2\n");
	put(t, CONF "all/forwarding", "1\n");
	put(t, CONF "eth0/forwarding", "1\n");
	put(t, CONF "eth0/rp_filter", "0\n");
	put(t, CONF "eth0.7/forwarding", "0\n");
	put(t, CONF "eth0.7/rp_filter", "1\n");
	put(t, "/proc/sys/net/ipv4/all/forwarding", "1\n");
	read_all(t);
	assert_int_equal(t->settings.forwarding, 1);
	assert_int_equal(t->settings.forwarding6, 0);
	assert_int_equal(t->settings.rp_filter, 2);
	assert_int_equal(t->settings.gc_thresh3, 1024);
	assert_int_equal(t->settings.gc_thresh3_v6, INT32_MAX);
	assert_int_equal(hgw_settings_link(&t->settings, 2)->forwarding, 1);
	assert_int_equal(hgw_settings_link(&t->settings, 2)->rp_filter, 0);
	assert_int_equal(hgw_settings_link(&t->settings, 3)->forwarding, 0);
	assert_int_equal(hgw_settings_link(&t->settings, 3)->rp_filter, 1);
	/* a name that would lead elsewhere, and a link that is not there */
	assert_int_equal(hgw_settings_link(&t->settings, 4)->forwarding, HGW_UNKNOWN);
	assert_int_equal(hgw_settings_link(&t->settings, 5)->forwarding, HGW_UNKNOWN);
}

static void what_is_no_number_is_not_known(void **state)
{
	static const char *const texts[] = {"", "\n", "-1\n", "x\n", "2147483648\n", "1 2\n"};
	struct state *t = *state;

	for (size_t i = 0; i < HGW_ARRAY_LEN(texts); i++) {
		put(t, "/proc/sys/net/ipv4/ip_forward", texts[i]);
		read_all(t);
		assert_int_equal(t->settings.forwarding, HGW_UNKNOWN);
	}
}

#define UNITS "/run/systemd/units/invocation:"

static void networkd_runs_or_not(void **state)
{
	struct state *t = *state;

	/* it was there once */
	put(t, "/run/systemd/netif/state", "");
	read_all(t);
	assert_int_equal(t->settings.networkd, HGW_NETWORKD_DELETES);
	put(t, UNITS "systemd-resolved.service", NULL);
	read_all(t);
	assert_int_equal(t->settings.networkd, HGW_NETWORKD_ABSENT);
	put(t, UNITS "systemd-networkd.service", NULL);
	read_all(t);
	assert_int_equal(t->settings.networkd, HGW_NETWORKD_DELETES);
}

static void networkd_leaves_a_link_alone(void **state)
{
	struct state *t = *state;

	put(t, UNITS "systemd-networkd.service", NULL);
	put(t, "/run/systemd/netif/links/2", "# x\nADMIN_STATE=configured\nOPER_STATE=up\n");
	put(t, "/run/systemd/netif/links/3", "# x\nADMIN_STATE=unmanaged\nOPER_STATE=up\n");
	read_all(t);
	assert_false(hgw_settings_link(&t->settings, 2)->unmanaged);
	assert_true(hgw_settings_link(&t->settings, 3)->unmanaged);
	assert_false(hgw_settings_link(&t->settings, 4)->unmanaged);
}

static void networkd_is_configured_in_many_places(void **state)
{
	static const struct {
		const char *path, *text;
		enum hgw_networkd then;
	} steps[] = {
		/* each after all before it; a file hides those of its name that come later */
		{"/usr/lib/systemd/networkd.conf", "[Network]\nManageForeignRoutes=no\n",
		 HGW_NETWORKD_KEEPS},
		{"/etc/systemd/networkd.conf", "[Network]\n#ManageForeignRoutes=no\n",
		 HGW_NETWORKD_DELETES},
		{"/usr/lib/systemd/networkd.conf.d/50-b.conf", "[DHCPv4]\nManageForeignRoutes=no\n",
		 HGW_NETWORKD_DELETES},
		{"/usr/local/lib/systemd/networkd.conf.d/50-b.conf",
		 "[Network]\n  ManageForeignRoutes = OFF \n", HGW_NETWORKD_KEEPS},
		{"/run/systemd/networkd.conf.d/60-c.conf", "[Network]\nManageForeignRoutes=maybe\n",
		 HGW_NETWORKD_KEEPS},
		{"/etc/systemd/networkd.conf.d/70-d.conf", "[Network]\nManageForeignRoutes=true\n",
		 HGW_NETWORKD_DELETES},
		{"/etc/systemd/networkd.conf.d/80-e", "[Network]\nManageForeignRoutes=no\n",
		 HGW_NETWORKD_DELETES},
		{"/lib/systemd/networkd.conf.d/90-f.conf", "[Network]\nManageForeignRoutes=0",
		 HGW_NETWORKD_KEEPS},
		{"/etc/systemd/networkd.conf.d/90-f.conf", NULL, HGW_NETWORKD_DELETES},
	};
	struct state *t = *state;

	put(t, UNITS "systemd-networkd.service", NULL);
	for (size_t i = 0; i < HGW_ARRAY_LEN(steps); i++) {
		put(t, steps[i].path, steps[i].text);
		read_all(t);
		if (t->settings.networkd != steps[i].then)
			fail_msg("after %s: %d", steps[i].path, (int)t->settings.networkd);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(what_is_not_there_is_not_known), TEST(each_sysctl_has_its_place),
		TEST(what_is_no_number_is_not_known), TEST(networkd_runs_or_not),
		TEST(networkd_leaves_a_link_alone),   TEST(networkd_is_configured_in_many_places),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
