/* SPDX-License-Identifier: MIT */
/* The line that tells how far the work has come, on a real terminal and where there is none. */
#include "process_test.h"

#include <sys/ioctl.h>

#include "cmd.h"

struct terminal {
	int master;
	FILE *f; /* the side that hgw prints to */
};

static struct terminal terminal_open(unsigned short columns)
{
	struct terminal t = {.master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
	struct winsize size = {.ws_row = 24, .ws_col = columns};

	assert_true(t.master >= 0);
	assert_int_equal(grantpt(t.master), 0);
	assert_int_equal(unlockpt(t.master), 0);
	assert_int_equal(ioctl(t.master, TIOCSWINSZ, &size), 0);
	t.f = fopen(ptsname(t.master), "we");
	assert_non_null(t.f);
	assert_int_equal(setenv("TERM", "xterm", 1), 0);
	return t;
}

static void terminal_close(struct terminal *t)
{
	fclose(t->f);
	close(t->master);
}

/* What the terminal was sent until now; a mark tells where that is. */
static void assert_sent(struct terminal *t, const char *want)
{
	char text[4096];
	size_t n = 0;

	fputs("END", t->f);
	fflush(t->f);
	do {
		ssize_t got = read(t->master, text + n, sizeof(text) - 1 - n);

		assert_true(got > 0);
		n += (size_t)got;
		text[n] = '\0';
	} while (n < 3 || strcmp(text + n - 3, "END") != 0);
	text[n - 3] = '\0';
	assert_string_equal(text, want);
}

static const struct hgw_step half = {"writing", "routes", "", 500, 1000};
static const struct hgw_step some = {"reading", "routes", "", 700, 0};
static const struct hgw_step file = {"reading", "inv.json", "MiB", 3, 75};

/* As if the work had begun, and the line last been shown, so long ago. */
static void age(struct progress *p, int64_t begun, int64_t shown)
{
	p->since = clock_ms() - begun;
	p->drawn = clock_ms() - shown;
}

static void comes_after_a_second_and_goes(void **state)
{
	struct terminal t = terminal_open(80);
	struct progress p;

	(void)state;
	assert_true(progress_begin(&p, t.f, clock_ms() + 60000)); /* begins in a minute */
	p.drawn = clock_ms() - 2000;
	progress_step(&p, &half);
	progress_step(&p, NULL);
	assert_sent(&t, "");
	age(&p, 2000, 2000);
	progress_step(&p, &half);
	assert_sent(&t, "\rhgw: writing routes: 500 of 1000\033[K");
	p.drawn = clock_ms() + 60000;
	progress_step(&p, &half); /* not so soon again */
	assert_sent(&t, "");
	age(&p, 2000, 2000);
	progress_step(&p, &some);
	age(&p, 2000, 2000);
	progress_step(&p, &file);
	assert_sent(&t,
		    "\rhgw: reading routes: 700\033[K\rhgw: reading inv.json: 3 of 75 MiB\033[K");
	progress_step(&p, NULL);
	assert_sent(&t, "\r\033[K");
	progress_step(&p, NULL);
	progress_erase(&p);
	assert_sent(&t, "");
	terminal_close(&t);
}

static void fits_the_terminal(void **state)
{
	struct terminal t = terminal_open(20);
	struct progress p;

	(void)state;
	assert_true(progress_begin(&p, t.f, 0));
	progress_show(&p, "hgw: 0123456789abcdefgh");
	assert_sent(&t, "\rhgw: 0123456789abcd\033[K");
	progress_show(&p, "hgw: ééééééééééééééé%s", "x");
	assert_sent(&t, "\rhgw: éééééééééééééé\033[K");
	progress_show(&p, "hgw: \033[2J%s", "");
	assert_sent(&t, "\rhgw: ?[2J\033[K");
	terminal_close(&t);
}

static void nothing_without_a_terminal(void **state)
{
	struct terminal t = terminal_open(80);
	struct progress p = {0}, dumb;
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len), *null = fopen("/dev/null", "we");

	(void)state;
	progress_step(&p, &half);
	progress_show(&p, "text");
	progress_erase(&p);
	assert_false(progress_begin(&p, f, 0)); /* no descriptor at all */
	progress_show(&p, "text");
	fclose(f);
	assert_string_equal(text, "");
	free(text);
	assert_false(progress_begin(&p, null, 0));
	fclose(null);
	assert_int_equal(setenv("TERM", "dumb", 1), 0);
	assert_false(progress_begin(&dumb, t.f, 0));
	progress_show(&dumb, "text");
	assert_sent(&t, "");
	terminal_close(&t);
}

/* --- Who tells ----------------------------------------------------------------- */

struct told {
	struct hgw_step last;
	size_t steps, ends;
};

static void take(void *arg, const struct hgw_step *step)
{
	struct told *t = arg;

	if (step == NULL) {
		t->ends++;
		return;
	}
	assert_true(step->done >= t->last.done || t->ends > 0);
	t->last = *step;
	t->steps++;
}

/* More than one send takes. */
enum { MANY = 3000 };

static void the_kernel_tells(void **state)
{
	static struct hgw_write writes[MANY];
	struct hgw_kernel *k;
	struct hgw_pool pool = {0};
	struct hgw_routes set = {0};
	struct hgw_refusal refusal;
	struct hgw_err err;
	struct told told = {0};
	const struct hgw_progress progress = {take, &told};
	const struct hgw_filter filter = {.family = AF_INET, .table = 254, .protocol = 72};

	(void)state;
	testns_fresh();
	assert_int_equal(hgw_kernel_open(&k, NULL, &err), 0);
	hgw_kernel_tell(k, &progress);
	for (uint32_t i = 0; i < MANY; i++) {
		struct hgw_route r = {.table = 254, .protocol = 72, .type = RTN_BLACKHOLE};
		unsigned char addr[] = {10, (unsigned char)(i >> 8), (unsigned char)i, 0};

		r.dst = (struct hgw_prefix){.addr.family = AF_INET, .len = 24};
		memcpy(r.dst.addr.b, addr, sizeof(addr));
		writes[i] = (struct hgw_write){.verb = HGW_VERB_ADD, .route = r};
	}
	assert_int_equal(hgw_kernel_write(k, &pool, writes, MANY, &refusal), 0);
	assert_true(told.steps > 1 && told.ends == 1);
	assert_string_equal(told.last.verb, "writing");
	assert_int_equal(told.last.done, MANY);
	assert_int_equal(told.last.total, MANY);
	told = (struct told){0};
	assert_int_equal(hgw_kernel_collect(k, &filter, &pool, &set, &err), 0);
	assert_int_equal(set.n, MANY);
	assert_true(told.steps > 1 && told.ends == 1);
	assert_string_equal(told.last.verb, "reading");
	assert_string_equal(told.last.what, "routes");
	assert_true(told.last.done > MANY / 2 && told.last.done <= MANY);
	hgw_routes_free(&set);
	hgw_pool_free(&pool);
	hgw_kernel_close(k);
}

static void the_inventory_tells(void **state)
{
	const char *const files[] = {"/run/nodes.json"};
	struct told told = {0};
	const struct hgw_progress progress = {take, &told};
	struct hgw_names names = {0};
	const struct hgw_inventory_options options = {&names, NULL, &progress};
	struct hgw_inventory inv;
	struct hgw_diags diags = {0};
	struct hgw_err err;

	(void)state;
	testns_fresh();
	/* As kubectl prints it, with three MiB of what nobody reads. */
	testns_sh("{ echo '{\"kind\": \"Node\", \"metadata\": {\"name\": \"n1\"}, \"images\": [';\n"
		  "awk 'BEGIN { for (i = 0; i < 65536; i++) print \"{\\\"sizeBytes\\\": "
		  "123456789, \\\"name\\\": \\\"aaaaaaaa\\\"},\" }'; echo '0],\n"
		  "\"spec\": {\"podCIDR\": \"10.244.1.0/24\"}, \"status\": {\"addresses\": "
		  "[{\"type\": \"InternalIP\", \"address\": \"10.0.0.1\"}]}}'; } >%s",
		  files[0]);
	assert_int_equal(hgw_inventory_load(&inv, files, 1, &options, &diags, &err), 0);
	assert_true(told.steps > 3 && told.ends == 1);
	assert_string_equal(told.last.what, files[0]);
	assert_int_equal(told.last.done, told.last.total);
	assert_int_equal(told.last.done, 2);
	hgw_inventory_free(&inv);
	hgw_diags_free(&diags);
}

/* --- hgw itself ---------------------------------------------------------------- */

/* All that hgw says on a terminal that is its standard error, to be freed. */
static char *said_on_terminal(const char *args)
{
	struct terminal t = terminal_open(80);
	char line[256], *text = calloc(1, 8192);
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	assert_non_null(text);
	snprintf(line, sizeof(line), "%s 2>%s >/run/out", args, ptsname(t.master));
	pid = hgw_start(line);
	fclose(t.f);
	/* The end of it is EIO, once nobody has the other side; that hgw has it first is certain
	 * only when it has said something. */
	process_end(pid);
	while (n < 8191 && (got = read(t.master, text + n, 8191 - n)) > 0)
		n += (size_t)got;
	close(t.master);
	return text;
}

static void counts_down_what_it_waits_for(void **state)
{
	char *text;

	(void)state;
	process_begin();
	testns_sh("ip link set v1 down");
	text = said_on_terminal("verify --retry 2 /run/inv.yaml");
	assert_memory_equal(text, "\rhgw: waiting 2 s: ", 19);
	assert_non_null(strstr(text + 19, "\rhgw: waiting "));
	assert_string_equal(text + strlen(text) - 4, "\r\033[K");
	free(text);
	text = said_on_terminal("apply --wait 1 /run/inv.yaml");
	assert_memory_equal(text, "\rhgw: waiting 1 s: ", 19);
	assert_non_null(strstr(text, "\r\033[Khgw: "));
	free(text);
	text = said_on_terminal("verify --probe --timeout 3 /run/inv.yaml");
	assert_memory_equal(text, "\rhgw: asking gateways: ", 22);
	assert_non_null(strstr(text, " of 2\033[K\r"));
	free(text);
	text = said_on_terminal("verify -q --retry 1 /run/inv.yaml");
	assert_string_equal(text, "");
	free(text);
	hgw_is("verify --retry 1 /run/inv.yaml", 2, "hgw: waiting up to 1 s: ");
}

/* Help is wrapped where it goes: what it says of --node, on terminals of two widths. */
static void help_fits_the_terminal(void **state)
{
	static const struct {
		unsigned short columns;
		const char *lines;
	} cases[] = {
		{40, "  --node NAME\n      this host is node NAME (else\n"},
		{72, "  --node NAME            this host is node NAME (else $HGW_NODE, its\n"
		     "                         addresses, its name)\n"},
		{200, "  --node NAME            this host is node NAME (else $HGW_NODE, its "
		      "addresses,\n                         its name)\n"},
	};

	(void)state;
	for (size_t i = 0; i < HGW_ARRAY_LEN(cases); i++) {
		struct terminal t = terminal_open(cases[i].columns);
		char *text = NULL;
		size_t size, len;
		FILE *f = open_memstream(&text, &size);
		char buf[4096];

		assert_non_null(f);
		usage_print_command(t.f, &cmds[CMD_PLAN]);
		fputs("END", t.f);
		fflush(t.f);
		do {
			ssize_t got = read(t.master, buf, sizeof(buf));

			assert_true(got > 0);
			for (ssize_t k = 0; k < got; k++)
				if (buf[k] != '\r') /* the terminal's */
					fputc(buf[k], f);
			fflush(f);
			len = size;
		} while (len < 3 || strcmp(text + len - 3, "END") != 0);
		assert_non_null(strstr(text, cases[i].lines));
		fclose(f);
		free(text);
		terminal_close(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_after_a_second_and_goes),
		cmocka_unit_test(fits_the_terminal),
		cmocka_unit_test(nothing_without_a_terminal),
		cmocka_unit_test(help_fits_the_terminal),
		cmocka_unit_test(the_kernel_tells),
		cmocka_unit_test(the_inventory_tells),
		cmocka_unit_test(counts_down_what_it_waits_for),
	};

	return cmocka_run_group_tests_name("progress", tests, testns_setup, NULL);
}
