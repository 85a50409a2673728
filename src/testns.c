/* SPDX-License-Identifier: MIT */
#include "testns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NETNS_DIR "/run/netns"

/* A process has one set of namespaces, so there is one of these. */
static struct {
	bool ready;
	char why[256];	   /* not ready: the reason */
	struct stat host;  /* the namespace that the process started in */
	int current;	   /* that of testns_fresh() */
	bool has_iproute2; /* a directory of ours is mounted there */
} ns = {		   /* NOLINT(cppcoreguidelines-avoid-non-const-global-variables) */
	.why = "testns_setup() was not called",
	.current = -1};

static bool unavailable(const char *what)
{
	snprintf(ns.why, sizeof(ns.why), "%s: %s", what, strerror(errno));
	return false;
}

/* Files of /proc and of our own mounts: a write is one and whole. */
static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t n;

	if (fd < 0)
		return false;
	n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text);
}

static void stat_net(struct stat *st)
{
	if (stat("/proc/self/ns/net", st) < 0) {
		perror("testns: /proc/self/ns/net");
		abort();
	}
}

/* Whatever went wrong before, no test gets at the routes of the host. */
static void abort_on_host(void)
{
	struct stat now;

	stat_net(&now);
	if (now.st_ino == ns.host.st_ino && now.st_dev == ns.host.st_dev) {
		fputs("testns: still in the namespace of the host\n", stderr);
		abort();
	}
}

/*
 * Root in a chroot may have no user namespace; it can do without. Anybody else
 * needs one.
 */
static bool unshare_all(void)
{
	const int spaces = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWUTS;
	uid_t uid = geteuid();
	gid_t gid = getegid();
	char map[64];

	if (unshare(CLONE_NEWUSER | spaces) < 0)
		return uid == 0 && unshare(spaces) == 0;
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)uid);
	if (!write_file("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", (unsigned)gid);
	return write_file("/proc/self/gid_map", map);
}

/* Whether a mount made below path now would be seen outside. */
static bool is_shared(const char *path)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[4096], point[1024];
	bool shared = true;

	if (!f)
		return true;
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%*s %*s %*s %*s %1023s", point) == 1 && strcmp(point, path) == 0)
			shared = strstr(line, " shared:") != NULL;
	fclose(f);
	return shared;
}

/*
 * An empty directory of ours over path. In a chroot "/" need not be a mount,
 * and cannot be made private then: path as a mount of its own tells whether
 * it is anyway.
 */
static bool mount_over(const char *path)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) {
		if (mount(path, path, NULL, MS_BIND, NULL) < 0)
			return false;
		if (is_shared(path)) {
			umount2(path, MNT_DETACH);
			errno = EBUSY;
			return false;
		}
	}
	return mount("testns", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") == 0;
}

static bool lo_up(void)
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc;

	if (fd < 0)
		return false;
	rc = ioctl(fd, SIOCSIFFLAGS, &ifr);
	close(fd);
	return rc == 0;
}

/* Runs shell lines; their exit status, their standard output to out. -1: cannot. */
static int shell(const char *lines, FILE *out)
{
	FILE *p = popen(lines, "re"); /* NOLINT(cert-env33-c): a shell is what is wanted */
	char buf[4096];
	size_t n;
	int status;

	if (!p)
		return -1;
	while ((n = fread(buf, 1, sizeof(buf), p)) > 0)
		fwrite(buf, 1, n, out);
	status = pclose(p);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Ubuntu, say, gives the namespaces and then no capability in them: act, do not ask. */
static bool probe(void)
{
	return shell("exec >/dev/null 2>&1; ip link add testns0 type veth peer name testns1 && "
		     "ip link show testns0 && ip link del testns0",
		     stdout) == 0;
}

static bool set_up(void)
{
	if (!unshare_all())
		return unavailable("unshare");
	abort_on_host();
	if (sethostname("testns", strlen("testns")) < 0)
		return unavailable("sethostname");
	if (!mount_over("/run"))
		return unavailable("a mount over /run");
	if (!lo_up() || !probe()) {
		errno = EPERM;
		return unavailable("a veth pair");
	}
	return true;
}

int testns_setup(void **state)
{
	(void)state;
	stat_net(&ns.host);
	ns.ready = set_up();
	return 0;
}

void testns_fresh(void)
{
	const char *require = getenv("HGW_TEST_NETNS");

	if (!ns.ready) {
		if (require && strcmp(require, "require") == 0)
			fail_msg("no namespaces for tests: %s", ns.why);
		print_message("no namespaces for tests: %s\n", ns.why);
		skip();
	}
	if (ns.current >= 0)
		close(ns.current);
	umount2("/run", MNT_DETACH);
	if (!mount_over("/run"))
		fail_msg("a mount over /run: %s", strerror(errno));
	if (unshare(CLONE_NEWNET) < 0 || !lo_up())
		fail_msg("a new network namespace: %s", strerror(errno));
	abort_on_host();
	ns.current = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (ns.current < 0)
		fail_msg("/proc/self/ns/net: %s", strerror(errno));
}

/*
 * What shell lines print on standard output. Their status goes to *rc, or,
 * with rc NULL, has to be 0.
 */
HGW_PRINTF(2, 0) static char *run(int *rc, const char *fmt, va_list ap)
{
	char *lines = NULL, *command = NULL, *out = NULL;
	size_t size;
	FILE *mem;
	int status;

	assert_true(vasprintf(&lines, fmt, ap) >= 0);
	assert_true(asprintf(&command, "set -e%s\n%s", rc ? "; exec 2>&1" : "", lines) >= 0);
	mem = open_memstream(&out, &size);
	assert_non_null(mem);
	abort_on_host();
	fflush(NULL);
	status = shell(command, mem);
	assert_int_equal(fclose(mem), 0);
	if (rc) {
		*rc = status;
	} else if (status != 0) {
		/* cmocka's own would cut it. */
		fprintf(stderr, "%s\n%s", lines, out);
		fail_msg("exit status %d", status);
	}
	free(command);
	free(lines);
	return out;
}

void testns_sh(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	free(run(NULL, fmt, ap));
	va_end(ap);
}

char *testns_out(const char *fmt, ...)
{
	va_list ap;
	char *out;

	va_start(ap, fmt);
	out = run(NULL, fmt, ap);
	va_end(ap);
	return out;
}

int testns_try(const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	free(run(&rc, fmt, ap));
	va_end(ap);
	return rc;
}

void testns_add(const char *name)
{
	testns_sh("ip netns add %s", name);
	testns_enter(name);
	assert_true(lo_up());
	testns_enter(NULL);
}

void testns_enter(const char *name)
{
	char *path = NULL;
	int fd = ns.current;
	int rc;

	if (name) {
		assert_true(asprintf(&path, NETNS_DIR "/%s", name) >= 0);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		free(path);
	}
	rc = setns(fd, CLONE_NEWNET);
	if (rc < 0)
		fail_msg("namespace %s: %s", name ? name : "of the test", strerror(errno));
	if (name)
		close(fd);
	abort_on_host();
}

void testns_in(const char *name, const char *fmt, ...)
{
	int before = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	va_list ap;

	assert_true(before >= 0);
	testns_enter(name);
	va_start(ap, fmt);
	free(run(NULL, fmt, ap));
	va_end(ap);
	assert_int_equal(setns(before, CLONE_NEWNET), 0);
	close(before);
}

void testns_iproute2(const char *protos, const char *tables)
{
	static const char dir[] = "/etc/iproute2";

	if (!ns.has_iproute2 && !mount_over(dir))
		fail_msg("a mount over %s: %s", dir, strerror(errno));
	ns.has_iproute2 = true;
	testns_sh("cd %s; rm -rf rt_protos.d rt_tables.d; mkdir rt_protos.d rt_tables.d", dir);
	if (protos)
		assert_true(write_file("/etc/iproute2/rt_protos.d/test.conf", protos));
	if (tables)
		assert_true(write_file("/etc/iproute2/rt_tables.d/test.conf", tables));
}
