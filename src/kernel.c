/* SPDX-License-Identifier: MIT */
#include "hgw/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "kernel_impl.h"

enum {
	DUMP_TRIES = 20,
	RECEIVE_MAX = 64 * 1024,	 /* the kernel fills at most 32 KiB of a dump at once */
	SOCKET_BUFFER = 8 * 1024 * 1024, /* a refusal of each message of a full send fits */
};

static int enter_netns(const char *name, struct hgw_err *err)
{
	char path[256];
	int fd, rc;

	if (name[0] == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 ||
	    strcmp(name, "..") == 0)
		return hgw_fail(err, HGW_USAGE, "invalid network namespace name '%s'", name);
	snprintf(path, sizeof(path), "/run/netns/%.200s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return hgw_fail(err, HGW_NOINPUT, "cannot open network namespace '%s': %s", name,
				strerror(errno));
	rc = setns(fd, CLONE_NEWNET);
	if (rc < 0)
		rc = errno;
	close(fd);
	if (rc == EPERM)
		return hgw_fail(err, HGW_NOPERM,
				"entering network namespace '%s' needs CAP_SYS_ADMIN; run as root",
				name);
	if (rc != 0)
		return hgw_fail(err, HGW_NOINPUT, "cannot enter network namespace '%s': %s", name,
				strerror(rc));
	return 0;
}

static void socket_tune(struct nl_sock *sk)
{
	int fd = nl_socket_get_fd(sk), on = 1, size = SOCKET_BUFFER, send = 4 * KERNEL_SEND_MAX;

	/* Each is an improvement that an old kernel may lack; none is relied on. */
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	/* libnl asks for 32 KiB, and the kernel sends no more at once than the buffer holds. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send, sizeof(send));
	nl_socket_disable_msg_peek(sk);
	nl_socket_set_msg_buf_size(sk, RECEIVE_MAX);
}

int hgw_kernel_open(struct hgw_kernel **out, const char *netns, struct hgw_err *err)
{
	struct hgw_kernel *k;
	int rc;

	*out = NULL;
	if (netns != NULL && enter_netns(netns, err) < 0)
		return -1;
	k = calloc(1, sizeof(*k));
	if (k == NULL)
		return hgw_fail_nomem(err);
	k->sk = nl_socket_alloc();
	k->out = malloc(KERNEL_SEND_MAX);
	if (k->sk == NULL || k->out == NULL) {
		hgw_kernel_close(k);
		return hgw_fail_nomem(err);
	}
	rc = nl_connect(k->sk, NETLINK_ROUTE);
	if (rc < 0) {
		hgw_kernel_close(k);
		return hgw_fail(err, HGW_FAILED, "cannot open a netlink socket: %s",
				nl_geterror(rc));
	}
	socket_tune(k->sk);
	k->seq = (uint32_t)time(NULL);
	*out = k;
	return 0;
}

void hgw_kernel_close(struct hgw_kernel *k)
{
	if (k == NULL)
		return;
	nl_socket_free(k->sk);
	nl_socket_free(k->news);
	free(k->out);
	free(k);
}

void hgw_kernel_tell(struct hgw_kernel *k, const struct hgw_progress *progress)
{
	k->progress = progress;
}

void kernel_step(const struct hgw_kernel *k, const struct hgw_step *step)
{
	if (k->progress != NULL)
		k->progress->step(k->progress->arg, step);
}

/* The kernel's own words, if there are any, stand behind skip bytes of an answer. */
static void read_words(struct nlmsghdr *h, size_t skip, struct kernel_answer *a)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];
	char *data = nlmsg_data(h);

	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS) || skip > (size_t)nlmsg_datalen(h) ||
	    nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)(void *)(data + skip),
		      nlmsg_datalen(h) - (int)skip, NULL) < 0 ||
	    tb[NLMSGERR_ATTR_MSG] == NULL)
		return;
	snprintf(a->text, sizeof(a->text), "%.*s", nla_len(tb[NLMSGERR_ATTR_MSG]),
		 (char *)nla_data(tb[NLMSGERR_ATTR_MSG]));
	a->text[strcspn(a->text, "\n")] = '\0';
}

void kernel_read_error(struct nlmsghdr *h, struct kernel_answer *a)
{
	struct nlmsgerr *e = nlmsg_data(h);
	size_t skip = sizeof(*e);

	*a = (struct kernel_answer){.errnum = EBADMSG};
	if (nlmsg_datalen(h) < (int)sizeof(*e))
		return;
	a->errnum = -e->error;
	/* The request is quoted whole unless capped. */
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	read_words(h, skip, a);
}

int kernel_receive(struct hgw_kernel *k, struct kernel_inbox *in)
{
	struct sockaddr_nl from = {0};
	int n;

	kernel_inbox_free(in);
	errno = 0;
	do {
		n = nl_recv(k->sk, &from, &in->buf, NULL);
	} while (n > 0 && from.nl_pid != 0 && (kernel_inbox_free(in), true));
	/* libnl folds ENOBUFS and others into one; errno has what recvmsg(2) said. */
	if (n <= 0)
		return errno != 0 ? errno : EIO;
	in->left = n;
	in->next = (struct nlmsghdr *)(void *)in->buf;
	return 0;
}

struct nlmsghdr *kernel_next(struct kernel_inbox *in)
{
	struct nlmsghdr *h = in->next;

	if (h == NULL || !nlmsg_ok(h, in->left))
		return NULL;
	in->next = nlmsg_next(h, &in->left);
	return h;
}

void kernel_inbox_free(struct kernel_inbox *in)
{
	free(in->buf);
	*in = (struct kernel_inbox){0};
}

struct dump {
	const char *what;
	uint32_t seq;
	bool interrupted;
	bool failed; /* fn did; the rest is read all the same: until then the kernel is EBUSY */
	size_t n;    /* messages so far */
	kernel_msg_fn fn;
	void *arg;
};

enum { DUMP_DONE, DUMP_INTERRUPTED, DUMP_MORE }; /* or -1 */

static int dump_end(const struct dump *d, const struct kernel_answer *a, struct hgw_err *err)
{
	if (d->failed)
		return -1;
	if (a->errnum != 0 && a->errnum != ENOENT && a->errnum != EOPNOTSUPP &&
	    a->errnum != EAFNOSUPPORT)
		return hgw_fail(err, HGW_FAILED, "cannot read the %s: %s (%s)", d->what,
				a->text[0] != '\0' ? a->text : strerror(a->errnum),
				hgw_errno_name(a->errnum));
	return d->interrupted ? DUMP_INTERRUPTED : DUMP_DONE;
}

static int dump_message(struct dump *d, struct nlmsghdr *h, struct hgw_err *err)
{
	struct kernel_answer answer = {0};

	if (h->nlmsg_seq != d->seq)
		return DUMP_MORE; /* an answer to an earlier request */
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		d->interrupted = true;
	if (h->nlmsg_type == NLMSG_ERROR) {
		kernel_read_error(h, &answer);
		return dump_end(d, &answer, err);
	}
	if (h->nlmsg_type == NLMSG_DONE) {
		if (nlmsg_datalen(h) >= (int)sizeof(int))
			answer.errnum = -*(int *)nlmsg_data(h);
		read_words(h, sizeof(int), &answer);
		return dump_end(d, &answer, err);
	}
	d->n++;
	if (!d->failed && d->fn(d->arg, h, err) < 0)
		d->failed = true;
	return DUMP_MORE;
}

static int dump_once(struct hgw_kernel *k, struct nlmsghdr *request, struct dump *d,
		     struct hgw_err *err)
{
	struct kernel_inbox in HGW_CLEANUP(kernel_inbox_free) = {0};
	int rc;

	d->interrupted = false;
	d->n = 0;
	d->seq = request->nlmsg_seq = ++k->seq;
	rc = nl_sendto(k->sk, request, request->nlmsg_len);
	if (rc < 0)
		return hgw_fail(err, HGW_FAILED, "cannot ask for the %s: %s", d->what,
				nl_geterror(rc));
	for (;;) {
		rc = kernel_receive(k, &in);
		if (rc != 0)
			return d->failed ? -1
					 : hgw_fail(err, HGW_FAILED, "cannot read the %s: %s",
						    d->what, strerror(rc));
		for (struct nlmsghdr *h; (h = kernel_next(&in)) != NULL;) {
			rc = dump_message(d, h, err);
			if (rc != DUMP_MORE)
				return rc;
		}
		kernel_step(k, &(struct hgw_step){"reading", d->what, "", d->n, 0});
	}
}

int kernel_dump(struct hgw_kernel *k, struct nlmsghdr *request, const char *what, kernel_msg_fn fn,
		void (*restart)(void *arg), void *arg, struct hgw_err *err)
{
	struct dump d = {.what = what, .fn = fn, .arg = arg};

	for (int i = 0; i < DUMP_TRIES; i++) {
		int rc = dump_once(k, request, &d, err);

		kernel_step(k, NULL);
		if (rc != DUMP_INTERRUPTED)
			return rc;
		restart(arg);
		nanosleep(&(struct timespec){.tv_nsec = 1000000L * i}, NULL);
	}
	return hgw_fail(err, HGW_FAILED,
			"the %s changed during each of %d reads; try again when the host is calmer",
			what, DUMP_TRIES);
}

int hgw_kernel_may_write(struct hgw_kernel *k, struct hgw_err *err)
{
	/* Nobody handles routes of no family, but the right to write is checked before that. */
	struct {
		struct nlmsghdr h;
		struct rtmsg rtm;
	} request = {
		.h = {.nlmsg_len = sizeof(request),
		      .nlmsg_type = RTM_DELROUTE,
		      .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
		      .nlmsg_seq = ++k->seq},
		.rtm = {.rtm_family = AF_UNSPEC},
	};
	struct kernel_inbox in HGW_CLEANUP(kernel_inbox_free) = {0};
	struct kernel_answer answer = {0};
	int rc = nl_sendto(k->sk, &request, sizeof(request));

	if (rc < 0)
		return hgw_fail(err, HGW_FAILED, "cannot ask the kernel: %s", nl_geterror(rc));
	for (;;) {
		rc = kernel_receive(k, &in);
		if (rc != 0)
			return hgw_fail(err, HGW_FAILED, "cannot ask the kernel: %s", strerror(rc));
		for (struct nlmsghdr *h; (h = kernel_next(&in)) != NULL;) {
			if (h->nlmsg_seq != request.h.nlmsg_seq || h->nlmsg_type != NLMSG_ERROR)
				continue;
			kernel_read_error(h, &answer);
			if (answer.errnum == EPERM)
				return hgw_fail(err, HGW_NOPERM,
						"changing routes needs CAP_NET_ADMIN; run as root");
			return 0;
		}
	}
}
