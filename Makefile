# SPDX-License-Identifier: MIT
# GNU make. `make help` lists the targets; nothing but make is needed to read
# this file: what asks the compiler or pkg-config is asked when first used,
# so that `make deps check` can install them first.

VERSION     := 0.1.0

PREFIX      ?= /usr/local
BINDIR      ?= $(PREFIX)/bin
LIBDIR      ?= $(PREFIX)/lib
DATADIR     ?= $(PREFIX)/share
MANDIR      ?= $(DATADIR)/man
BASHCOMPDIR ?= $(DATADIR)/bash-completion/completions
ZSHCOMPDIR  ?= $(DATADIR)/zsh/site-functions
FISHCOMPDIR ?= $(DATADIR)/fish/vendor_completions.d
EXAMPLEDIR  ?= $(DATADIR)/doc/hgw/examples
SYSCONFDIR  ?= /etc
# Where ip(8) looks names of route protocols up; newer ones also in /usr/share/iproute2.
RTPROTOSDIR ?= $(SYSCONFDIR)/iproute2/rt_protos.d
INSTALL     ?= install
OBJCOPY     ?= objcopy
PKG_CONFIG  ?= pkg-config
# Where pkg-config says, with PREFIX for systemd's own. Nothing is installed there if it is empty.
SYSTEMDUNITDIR ?= $(call once,SYSTEMDUNITDIR,$(PKG_CONFIG) --variable=systemdsystemunitdir \
	$(if $(filter-out /usr,$(PREFIX)),$(foreach v,prefix rootprefix,--define-variable=$v='$(PREFIX)')) \
	systemd 2>/dev/null)

# Each variant has its own objects below build/, so that none needs a clean.
VARIANT     ?= release
VARIANTS    := release debug san cov fuzz
B           := build/$(VARIANT)
BIN         := $(if $(filter release,$(VARIANT)),build/hgw,$(B)/hgw)
MODULE      := $(dir $(BIN))ansible/hgw

ifeq ($(filter $(VARIANT),$(VARIANTS)),)
$(error VARIANT=$(VARIANT): there are $(VARIANTS))
endif
ifeq ($(origin CC)-$(VARIANT),default-fuzz)
CC          := clang
endif
ifneq ($(V),1)
Q           := @
endif

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
MAKEFLAGS   += --no-builtin-rules
# gcc notes this as the directory it ran in; under a symbolic link it would not be CURDIR.
export PWD  := $(CURDIR)

# --- Sources -----------------------------------------------------------------

SOURCES   := $(sort $(wildcard src/*.c cmd/*.c))
HEADERS   := $(sort $(wildcard include/hgw/*.h src/*.h cmd/*.h))
TESTS     := $(filter %_test.c,$(SOURCES))
FUZZERS   := $(filter %_fuzz.c,$(SOURCES))
BENCHES   := $(filter %_bench.c,$(SOURCES))
SUPPORT   := src/testns.c src/fuzz_main.c
OURS      := $(filter-out $(TESTS) $(FUZZERS) $(BENCHES) $(SUPPORT),$(SOURCES))
LIB_SRC   := $(filter src/%,$(OURS))
# The module of Ansible is a program of its own, out of the command without its main().
MODULE_SRC := $(filter cmd/module%,$(OURS))
CMD_SRC   := $(filter-out $(MODULE_SRC),$(filter cmd/%,$(OURS)))
# Fuzzers in an ordinary build replay their corpus; fuzz_main.c is their main().
REPLAYS   := $(if $(wildcard src/fuzz_main.c),$(if $(filter-out fuzz,$(VARIANT)),$(FUZZERS)))

# --- Flags -------------------------------------------------------------------
# Ours stand in variables of our own, in front of the builder's: a CFLAGS of the
# environment or of the command line adds to them, and wins where they differ.

CFLAGS_release := -O2 -g
CFLAGS_debug   := -O0 -g3
CFLAGS_san     := -O1 -g3
CFLAGS_cov     := -O0 -g3
CFLAGS_fuzz    := -O1 -g3
CFLAGS         ?= $(CFLAGS_$(VARIANT))

SANITIZE     := -fsanitize=address,undefined -fno-sanitize-recover=all
MODE_debug   := -Werror
MODE_san     := $(SANITIZE) -fno-omit-frame-pointer
MODE_cov     := --coverage
MODE_fuzz    := $(SANITIZE) -fno-omit-frame-pointer -fsanitize=fuzzer-no-link
MODE_LD_san  := $(SANITIZE)
MODE_LD_cov  := --coverage
MODE_LD_fuzz := $(SANITIZE)

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wwrite-strings -Wcast-align -Wpointer-arith -Wundef -Wvla -Wformat=2

# once(NAME,COMMAND): the output of COMMAND, run when $(NAME) is first used and then kept.
once = $(eval $1 := $(shell $2))$($1)

PKGS         := libnl-route-3.0 libnl-3.0 libcyaml yaml-0.1 jansson
TEST_PKGS    := cmocka
PKG_CPPFLAGS  = $(call once,PKG_CPPFLAGS,$(PKG_CONFIG) --cflags $(PKGS) | sed 's/-I/-isystem/g')
PKG_LIBS      = $(call once,PKG_LIBS,$(PKG_CONFIG) --libs $(PKGS))
TEST_LIBS     = $(call once,TEST_LIBS,$(PKG_CONFIG) --libs $(TEST_PKGS))

# Hardening: HARDEN= turns it off. What depends on the machine is tried. The
# check of buffer sizes needs an optimising compiler, gets in the way of ASan,
# and may have been asked for by the builder already.
HARDEN       ?= 1
TRY_HARDEN   := -fstack-protector-strong -fstack-clash-protection -fcf-protection \
	-mbranch-protection=standard
LD_HARDEN    := -Wl,-z,relro,-z,now,-z,noexecstack
CC_HARDEN     = $(call once,CC_HARDEN,for f in $(TRY_HARDEN); do \
	$(CC) -Werror $$f -x c -c -o /dev/null /dev/null 2>/dev/null && echo $$f; done)
CC_FORTIFY    = $(call once,CC_FORTIFY,echo __OPTIMIZE__ | \
	$(CC) $(CPPFLAGS) $(CFLAGS) -x c -E -P - 2>/dev/null | \
	grep -qx 1 && echo -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
NO_FORTIFY   := $(filter san fuzz,$(VARIANT))$(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS))

HGW_CPPFLAGS  = -Iinclude -D_GNU_SOURCE -DHGW_VERSION='"$(VERSION)"' $(PKG_CPPFLAGS)
HGW_CFLAGS    = -std=c11 $(WARNINGS) -fPIE -ffile-prefix-map=$(CURDIR)=. $(MODE_$(VARIANT)) \
	$(if $(WERROR),-Werror) $(if $(HARDEN),$(CC_HARDEN) $(if $(NO_FORTIFY),,$(CC_FORTIFY)))
HGW_LDFLAGS   = -pie -Wl,--as-needed $(MODE_LD_$(VARIANT)) $(if $(HARDEN),$(LD_HARDEN))

COMPILE       = $(CC) $(HGW_CPPFLAGS) $(HGW_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK          = $(CC) $(HGW_CFLAGS) $(CFLAGS) $(HGW_LDFLAGS) $(LDFLAGS)
comma        := ,
say           = $(if $(Q),@printf '  %-7s %s\n' '$1' '$(or $2,$@)')
quote         = '$(subst ','\'',$1)'

# Tests may put a __wrap_X() of their own in the place of a function X: the
# linker is told so for each such name in their source. It cannot do that under
# LTO, so tests have objects without it where the builder asks for it.
wraps         = $(patsubst __wrap_%,-Wl$(comma)--wrap=%,$(sort $(shell \
	grep -o '__wrap_[A-Za-z0-9_]*' $1)))
T            := $(B)$(if $(findstring -flto,$(CFLAGS) $(LDFLAGS)),/nolto)

# --- Building ----------------------------------------------------------------

LIB_OBJ    := $(LIB_SRC:%.c=%.o)
CMD_OBJ    := $(CMD_SRC:%.c=%.o)
TEST_BIN   := $(TESTS:%.c=$(T)/%)
REPLAY_BIN := $(REPLAYS:%.c=$(T)/%)

# Goals that go before all others when they are asked for together, also with -j.
FIRST      := $(filter clean deps deps-lint deps-integration deps-bench,$(MAKECMDGOALS))

all: $(BIN) $(MODULE) $(MODULE).yml

# A file that changes when the command that made the objects would.
$(B)/flags: FORCE | $(FIRST)
	@mkdir -p $(B)/src $(B)/cmd $(T)/src $(T)/cmd
	@$(PKG_CONFIG) --exists --print-errors '$(PKGS)' || \
		{ echo 'A library is missing: try `make deps`.' >&2; exit 1; }
	@{ printf '%s\n' $(call quote,$(COMPILE)) $(call quote,$(LINK) $(PKG_LIBS)) && \
		$(CC) --version; } >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

# The same for what is in the library: an object that is no longer made is to leave it.
$(B)/members: FORCE | $(B)/flags
	@echo '$(LIB_OBJ)' | cmp -s - $@ || echo '$(LIB_OBJ)' >$@

define compile
$(call say,CC,$<)
$(Q)$(COMPILE) $1 -MMD -MP -c -o $@ $<
endef
define archive
$(call say,AR)
$(Q)rm -f $@ && $(AR) rcsD $@ $(filter %.o,$^)
endef

$(B)/%.o: %.c $(B)/flags
	$(call compile)
$(B)/libhgw.a: $(LIB_OBJ:%=$(B)/%) $(B)/members
	$(call archive)

ifneq ($(T),$(B))
$(T)/%.o: %.c $(B)/flags
	$(call compile,-fno-lto)
$(T)/libhgw.a: $(LIB_OBJ:%=$(T)/%) $(B)/members
	$(call archive)
endif

$(BIN): $(CMD_OBJ:%=$(B)/%) $(B)/libhgw.a $(B)/flags
	$(call say,LD)
	$(Q)$(LINK) -o $@ $(filter %.o %.a,$^) $(PKG_LIBS)

# Ansible looks for its documentation beside it.
$(MODULE): $(MODULE_SRC:%.c=$(B)/%.o) $(patsubst %,$(B)/%,$(filter-out cmd/main.o,$(CMD_OBJ))) \
		$(B)/libhgw.a $(B)/flags
	$(call say,LD)
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $(filter %.o %.a,$^) $(PKG_LIBS)
$(MODULE).yml: testdata/ansible/hgw.yml
	@mkdir -p $(@D)
	$(Q)cp $< $@

# Tests of the command are linked with all of it, under a main() of their own.
$(filter $(T)/cmd/%,$(TEST_BIN)): $(patsubst %/main.o,%/no_main.o,$(CMD_OBJ:%=$(T)/%))
$(T)/cmd/no_main.o: $(T)/cmd/main.o
	$(Q)$(OBJCOPY) --redefine-sym main=hgw_main $< $@
$(TEST_BIN): %: %.o $(T)/src/testns.o $(T)/libhgw.a $(B)/flags
	$(call say,LD)
	$(Q)$(LINK) -fno-lto $(call wraps,$(@:$(T)/%=%.c)) -o $@ \
		$(filter %.o,$^) $(T)/libhgw.a $(PKG_LIBS) $(TEST_LIBS)

# A fuzzer of VARIANT=fuzz brings libFuzzer's main(), the others ours.
ifeq ($(VARIANT),fuzz)
FUZZ_MAIN  := -fsanitize=fuzzer
else
FUZZ_MAIN  := $(T)/src/fuzz_main.o
$(FUZZERS:%.c=$(T)/%): $(FUZZ_MAIN)
endif
$(FUZZERS:%.c=$(T)/%): %: %.o $(T)/libhgw.a $(B)/flags
	$(call say,LD)
	$(Q)$(LINK) -fno-lto -o $@ $@.o $(FUZZ_MAIN) $(T)/libhgw.a $(PKG_LIBS)

$(BENCHES:%.c=$(B)/%): %: %.o $(B)/libhgw.a $(B)/flags
	$(call say,LD)
	$(Q)$(LINK) -o $@ $@.o $(B)/libhgw.a $(PKG_LIBS)

-include $(SOURCES:%.c=$(B)/%.d)
ifneq ($(T),$(B))
-include $(SOURCES:%.c=$(T)/%.d)
endif

# --- Testing -----------------------------------------------------------------

# Every test program, every corpus, the demo; one after the other, also after a
# failure. The log tells cmocka's tests apart (it names those that failed twice);
# what ended badly without naming one has failed as a whole.
DEMO       := testdata/demo/demo.sh
corpus      = testdata/corpus/$(patsubst %_fuzz,%,$(notdir $1))

check: $(BIN) $(MODULE) $(TEST_BIN) $(REPLAY_BIN) | $(FIRST)
	@export HGW='$(BIN)' HGW_MODULE='$(MODULE)'; log=$(B)/check.log; : >$$log; \
	run() { \
		{ echo "==> $$*"; "$$@" 2>&1; echo "==> exit $$?"; } | tee -a $$log; \
	}; \
	$(foreach t,$(TEST_BIN),run $t;) \
	$(foreach t,$(REPLAY_BIN),run $t $(call corpus,$t);) \
	run python3 testdata/schema/check.py; \
	run sh testdata/demo/picture.sh --check; \
	awk -v where='$(VARIANT)' '$(COUNT)' $$log

define COUNT
/^==> exit 0$$/ { if (!named) passed++; next } \
/^==> exit 77$$/ { skipped++; next } \
/^==> exit / { if (!bad) failed++; broken = broken "\n  " program; next } \
/^==> / { program = substr($$0, 5); named = bad = 0; next } \
/^\[ RUN      \] / { named = 1 } \
/^\[       OK \] / { passed++ } \
/^\[  SKIPPED \] [^ :]+$$/ { skipped++ } \
/^\[  FAILED  \] [^ :]+$$/ { if (!seen[program $$0]++) failed++; bad = 1 } \
END { if (broken != "") print "\nFailed:" broken; \
	printf "\n%d passed, %d failed, %d skipped (%s)\n", passed, failed, skipped, where; \
	exit failed > 0 || broken != "" || passed == 0 }
endef

# hgw among the tools it works with, real ones: what `make deps-integration`
# installs. Each NAME.t prints TAP; HGW is the binary, and the top of the tree
# the working directory. A test that is skipped counts as failed.
INTEGRATION := $(sort $(wildcard testdata/*/*.t))
integration: $(BIN) $(MODULE) $(MODULE).yml | $(FIRST)
	@HGW='$(CURDIR)/$(BIN)' prove --merge --verbose --exec '' $(INTEGRATION) | \
		awk '{ print } /^ok .*# *(SKIP|skip)/ { skipped++ } /^Result: PASS/ { passed = 1 } \
		END { if (skipped) print "skipped: " skipped; exit !passed || skipped > 0 }'

demo: $(BIN) | $(FIRST)
	@HGW='$(BIN)' sh $(DEMO)

# The picture in the README is what the demo prints; check compares.
picture: $(BIN) | $(FIRST)
	@HGW='$(BIN)' sh testdata/demo/picture.sh

# Every command there is a golden case or a step of the demo for. A log has
# something in it only if valgrind has something to say. A watcher ends with
# _exit(), holding all that it had from the process it was forked from.
VALGRIND   ?= valgrind
MEMCHECK    = $(VALGRIND) -q --error-exitcode=99 --leak-check=full --show-leak-kinds=all \
	--errors-for-leak-kinds=all --child-silent-after-fork=yes --log-file=$(CURDIR)/$(B)/memcheck/%p
valgrind: $(BIN) $(MODULE) $(T)/cmd/cli_test $(T)/cmd/module_test | $(FIRST)
	@rm -rf $(B)/memcheck && mkdir $(B)/memcheck
	@export HGW='$(BIN)' HGW_MODULE='$(MODULE)' HGW_RUNNER='$(MEMCHECK)'; \
	$(T)/cmd/cli_test && $(T)/cmd/module_test && sh $(DEMO) --quiet && [ -n "$$(ls $(B)/memcheck)" ] && \
		! grep . $(B)/memcheck/* && echo "$$(ls $(B)/memcheck | wc -l) runs, no errors"

RUNS       ?= 100000
fuzz:
	$(Q)$(MAKE) --no-print-directory VARIANT=fuzz run-fuzz
run-fuzz: $(FUZZERS:%.c=$(T)/%)
	$(foreach f,$^,mkdir -p $f.corpus && \
		$f -runs=$(RUNS) -artifact_prefix=$f- $f.corpus $(call corpus,$f) && ):

# hgw beside its peers (deps-bench) and a floor: to build/bench/results.md and .svg.
# The README shows one run, kept in testdata/bench by bench-keep. SIZES="1000 5000",
# ONLY="apply flush", MINUTES=, RESUME=1 (keep the rows there are).
BENCH      := build/bench
GOCODE     ?= /usr/share/gocode
BENCH_ARGS := $(if $(SIZES),--sizes $(SIZES)) $(if $(ONLY),--only $(ONLY)) \
	$(if $(MINUTES),--minutes $(MINUTES)) $(if $(RESUME),--resume) $(if $(QUICK),--quick)
BENCH_TOOLS = $(BENCHES:src/%.c=$(BENCH)/%) $(BENCH)/phase.so \
	$(if $(shell command -v go),$(if $(wildcard $(GOCODE)/src/github.com/vishvananda),$(BENCH)/routes))

bench: | $(FIRST)
	$(Q)$(MAKE) --no-print-directory run-bench
# All of it at sizes that say nothing, to see that it works: a minute.
bench-quick: | $(FIRST)
	$(Q)$(MAKE) --no-print-directory run-bench BENCH=$(BENCH)/quick QUICK=1
# By a make of its own: what there is may have been installed just now.
run-bench: $(BIN) $(BENCH_TOOLS)
	$(Q)python3 testdata/bench/bench.py --hgw $(BIN) --tools $(BENCH) --out $(BENCH) $(BENCH_ARGS)
# The README shows the run there is, from now on.
bench-keep:
	$(Q)python3 testdata/bench/report.py $(BENCH)
$(BENCH)/%_bench: $(B)/src/%_bench
	@mkdir -p $(@D)
	$(Q)cp $< $@
$(BENCH)/phase.so: testdata/bench/phase.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -D_GNU_SOURCE -Wall -Wextra -O2 -fPIC -shared -o $@ $< -ldl
$(BENCH)/routes: testdata/bench/routes.go
	@mkdir -p $(@D)
	$(call say,GO)
	$(Q)GO111MODULE=off GOPATH=$(GOCODE) GOCACHE=$(CURDIR)/build/go CGO_ENABLED=0 go build -o $@ $<

# --- Lint --------------------------------------------------------------------

CLANG_FORMAT ?= clang-format
CLANG_TIDY   ?= clang-tidy
CPPCHECK     ?= cppcheck
MANDOC       ?= mandoc
SHELLCHECK   ?= shellcheck
MAN          := $(sort $(wildcard man/*.[1-9]))
SCRIPTS      := .ci/run $(sort $(wildcard testdata/*.sh testdata/package/p[or]* testdata/*/*.sh completions/*.bash \
	testdata/cli/*/net.sh) $(shell grep -l '^.!.*sh$$' testdata/*/*.t))
CASES        := $(sort $(wildcard testdata/cli/*/cmd))
JOBS          = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

lint: lint-layout lint-format lint-shell lint-man lint-cppcheck lint-tidy

lint-layout: | $(FIRST)
	$(call say,LAYOUT,include/ src/ cmd/)
	$(Q)sh testdata/lint/layout.sh

lint-format: | $(FIRST)
	$(call say,FORMAT,include/ src/ cmd/)
	$(Q)$(CLANG_FORMAT) --dry-run -Werror $(SOURCES) $(HEADERS)

lint-shell: | $(FIRST)
	$(call say,SHELL,$(words $(SCRIPTS) $(CASES)) scripts)
	$(Q)$(SHELLCHECK) $(SCRIPTS)
	$(Q)$(SHELLCHECK) -s sh $(CASES)

# Which other manuals this machine has installed says nothing about ours.
lint-man: | $(FIRST)
	$(call say,MAN,$(MAN))
	$(Q)! $(MANDOC) -T lint -W style $(MAN) 2>&1 | \
		grep -v -e 'referenced manual not found' -e 'outdated mandoc.db'

lint-cppcheck: $(B)/flags
	$(call say,CPPCHECK,src/ cmd/)
	$(Q)$(CPPCHECK) --quiet --error-exitcode=1 --enable=all --inline-suppr --std=c11 \
		--suppressions-list=testdata/lint/cppcheck.txt \
		-Iinclude -D_GNU_SOURCE -DHGW_VERSION='"$(VERSION)"' $(SOURCES)

# A file is looked at again when its object was made again: the compiler knows
# which headers it depends on.
lint-tidy: $(B)/flags
	$(Q)$(MAKE) --no-print-directory $(JOBS) $(SOURCES:%.c=$(B)/%.tidy)

$(B)/%.tidy: %.c $(B)/%.o .clang-tidy
	$(call say,TIDY,$<)
	$(Q)$(CLANG_TIDY) --quiet $< -- $(HGW_CPPFLAGS) $(CPPFLAGS) -std=c11 $(WARNINGS) 2>$@.err || \
		{ cat $@.err; exit 1; }
	@touch $@

# --- Installing --------------------------------------------------------------

# from:to, to below DESTDIR; what is not there is left out.
FILES := $(foreach m,$(MAN),$m:$(MANDIR)/man$(patsubst .%,%,$(suffix $m))/$(notdir $m)) \
	$(foreach c,$(wildcard completions/hgw.bash),$c:$(BASHCOMPDIR)/hgw) \
	$(foreach c,$(wildcard completions/_hgw),$c:$(ZSHCOMPDIR)/_hgw) \
	$(foreach c,$(wildcard completions/hgw.fish),$c:$(FISHCOMPDIR)/hgw.fish) \
	testdata/ansible/hgw.yml:$(LIBDIR)/hgw/ansible/hgw.yml \
	testdata/schema/inventory.schema.json:$(DATADIR)/hgw/inventory.schema.json \
	$(foreach f,testdata/ansible/site.yml $(sort $(wildcard testdata/ansible/roles/hgw/*/*)), \
		$f:$(EXAMPLEDIR)/$(f:testdata/%=%)) \
	$(foreach f,$(wildcard testdata/ci/*.yml),$f:$(EXAMPLEDIR)/$(f:testdata/%=%)) \
	testdata/cloud-init/user-data:$(EXAMPLEDIR)/cloud-init/user-data \
	testdata/systemd/10-hgw.conf:$(EXAMPLEDIR)/networkd/10-hgw.conf
UNITS := hgw.service hgw.timer
install: $(BIN) $(MODULE)
	$(INSTALL) -D -m 0755 $(BIN) '$(DESTDIR)$(BINDIR)/hgw'
	$(INSTALL) -D -m 0755 $(MODULE) '$(DESTDIR)$(LIBDIR)/hgw/ansible/hgw'
	for f in $(FILES); do \
		$(INSTALL) -D -m 0644 "$${f%%:*}" "$(DESTDIR)$${f#*:}" || exit; \
	done
	$(INSTALL) -d '$(DESTDIR)$(RTPROTOSDIR)'
	echo '72 hgw' >'$(DESTDIR)$(RTPROTOSDIR)/hgw.conf'
	chmod 0644 '$(DESTDIR)$(RTPROTOSDIR)/hgw.conf'
	$(if $(SYSTEMDUNITDIR),$(INSTALL) -d '$(DESTDIR)$(SYSTEMDUNITDIR)')
	$(if $(SYSTEMDUNITDIR),for u in $(UNITS); do \
		sed 's|@BINDIR@|$(BINDIR)|g' testdata/systemd/$$u >"$(DESTDIR)$(SYSTEMDUNITDIR)/$$u" && \
			chmod 0644 "$(DESTDIR)$(SYSTEMDUNITDIR)/$$u" || exit; \
	done)

uninstall:
	rm -f '$(DESTDIR)$(BINDIR)/hgw' '$(DESTDIR)$(LIBDIR)/hgw/ansible/hgw' \
		'$(DESTDIR)$(RTPROTOSDIR)/hgw.conf'
	for f in $(FILES); do rm -f "$(DESTDIR)$${f#*:}"; done
	$(if $(SYSTEMDUNITDIR),for u in $(UNITS); do rm -f "$(DESTDIR)$(SYSTEMDUNITDIR)/$$u"; done)

# --- Packages ----------------------------------------------------------------
# Reproducible: of the last commit, dated by it; in an unpacked tarball by that.

EPOCH       = $(or $(SOURCE_DATE_EPOCH),$(call once,EPOCH,git log -1 --format=%ct 2>/dev/null || \
	stat -c %Y Makefile))
ARCH        = $(call once,ARCH,dpkg --print-architecture)
DIST       := build/hgw-$(VERSION).tar.gz

dist:
	@mkdir -p build
	git archive --format=tar --prefix=hgw-$(VERSION)/ HEAD | gzip -9n >$(DIST)

deb: $(BIN) $(MODULE)
	rm -rf build/deb && mkdir -p build/deb
	umask 022 && $(MAKE) -s install DESTDIR='$(CURDIR)/build/deb/hgw' PREFIX=/usr SYSCONFDIR=/etc \
		SYSTEMDUNITDIR=/lib/systemd/system ZSHCOMPDIR=/usr/share/zsh/vendor-completions
	SOURCE_DATE_EPOCH=$(EPOCH) sh testdata/package/deb.sh build/deb/hgw $(VERSION) build/hgw_$(VERSION)-1_$(ARCH).deb

# --- Dependencies ------------------------------------------------------------

# The names are Debian's. The compiler is one only where there is none.
DEPS      := libc6-dev pkg-config libnl-3-dev libnl-route-3-dev libcyaml-dev libyaml-dev \
	libjansson-dev libcmocka-dev dpkg-dev iproute2 iputils-ping libxml2-utils mount perl \
	python3-jsonschema python3-yaml
DEPS_LINT := clang-format clang-tidy cppcheck mandoc shellcheck valgrind libc6-dbg
DEPS_INTEGRATION := perl graphviz bash-completion zsh fish python3-pexpect systemd dbus \
	lintian git ansible-core ca-certificates curl yamllint cloud-init procps
DEPS_BENCH := bird2 frr golang-github-vishvananda-netlink-dev golang-go gnuplot-nox iperf3 \
	iproute2 iputils-ping jq python3
CC_NAME   := $(notdir $(firstword $(CC)))
DEPS_CC    = $(shell command -v $(firstword $(CC)) >/dev/null || \
	echo $(patsubst cc,gcc,$(CC_NAME)))

# Installs those of $1 that are missing, or says how to.
define get
@missing=; \
for p in $1; do \
	dpkg-query -W -f '$${Status}' $$p 2>/dev/null | grep -q ' installed$$' || \
		missing="$$missing $$p"; \
done; \
if [ -z "$$missing" ]; then \
	exit 0; \
elif ! command -v apt-get >/dev/null; then \
	echo 'Needed, by the names of the Debian packages:' $1; \
elif [ "$$(id -u)" != 0 ]; then \
	echo "Missing; as root:  apt-get install$$missing" >&2; exit 1; \
else \
	export DEBIAN_FRONTEND=noninteractive; \
	get() { apt-get -qy --no-install-recommends install $$missing; }; \
	{ ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1 && get; } || \
		{ apt-get -q update && get; }; \
fi
endef

deps:
	$(call get,$(DEPS) $(DEPS_CC))

deps-lint: | $(filter deps,$(MAKECMDGOALS))
	$(call get,$(DEPS_LINT))

deps-integration: | $(filter deps,$(MAKECMDGOALS))
	$(call get,$(DEPS_INTEGRATION))

# BIRD and FRR are daemons: where there is an init, Debian starts them once they are installed.
deps-bench: | $(filter deps,$(MAKECMDGOALS))
	$(call get,$(DEPS_BENCH))

# -----------------------------------------------------------------------------

clean:
	rm -rf build

help:
	@echo 'all (default)  build/hgw; another VARIANT: build/VARIANT/hgw'
	@echo 'check          all tests, and the demo'
	@echo 'integration    hgw among the tools it works with (deps-integration)'
	@echo 'demo           three nodes on one bridge, in namespaces: watch hgw work'
	@echo 'picture        draw the picture in the README anew, from the demo'
	@echo 'lint           formatting, static analysis, include directions, manual, scripts'
	@echo 'valgrind       every command under valgrind'
	@echo 'fuzz           the fuzzers (RUNS=$(RUNS))'
	@echo 'bench          hgw beside its peers: $(BENCH)/results.md (deps-bench); bench-quick: a minute'
	@echo 'bench-keep     what bench has found goes into the README'
	@echo 'install        to DESTDIR and PREFIX=$(PREFIX); uninstall'
	@echo 'deb, dist      a Debian package, a tarball of the last commit'
	@echo 'deps           what is needed to build and test; deps-lint, -integration, -bench: for those'
	@echo 'clean          remove build/'
	@echo
	@echo 'VARIANT=$(VARIANT) of: $(VARIANTS)'
	@echo 'CC CFLAGS CPPFLAGS LDFLAGS PKG_CONFIG as usual; WERROR=1, HARDEN= (off), V=1 (show commands)'

FORCE:
.PHONY: FORCE all check demo picture valgrind fuzz run-fuzz bench bench-quick bench-keep run-bench lint \
	lint-layout lint-format lint-shell lint-man lint-cppcheck lint-tidy integration install \
	uninstall dist deb deps deps-lint deps-integration deps-bench clean help
