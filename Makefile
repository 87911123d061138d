# SPDX-License-Identifier: GPL-2.0-or-later
#
# One makefile for everything; all products are under $(BUILD). `make help` lists the targets.

RELEASE := 0.1.0
VERSION ?= $(RELEASE)$(shell test -e .git && \
	   git describe --always --exclude '*' --abbrev=8 --dirty 2>/dev/null | sed 's/^/-g/')

BUILD	?= build
prefix	?= /usr/local
mandir	?= $(prefix)/share/man
# Not under prefix: the daemon looks there, wherever it is installed.
sysconfdir ?= /etc
CLANG	?= clang
BPFTOOL	?= bpftool
CFLAGS	?= -O2 -g
FUZZ_SECONDS ?= 600
ARCH	?= $(shell uname -m)
override ARCH := $(patsubst aarch64,arm64,$(patsubst x86_64,x86,$(ARCH)))
# For another machine than this one: SYSROOT has its headers and libraries, as scripts/vm.sh root gets.
ifdef SYSROOT
TRIPLE := $(patsubst arm64,aarch64,$(patsubst x86,x86_64,$(ARCH)))-linux-gnu
CC := $(CLANG) --target=$(TRIPLE) --sysroot=$(abspath $(SYSROOT)) -fuse-ld=lld \
      -Wno-unused-command-line-argument
export PKG_CONFIG_SYSROOT_DIR := $(abspath $(SYSROOT))
export PKG_CONFIG_LIBDIR := $(PKG_CONFIG_SYSROOT_DIR)/usr/lib/$(TRIPLE)/pkgconfig
else ifeq ($(origin CC),default)
CC := gcc
endif

# Debian keeps bpftool and auditctl where only root's PATH looks.
export PATH := $(PATH):/usr/local/sbin:/usr/sbin:/sbin
override BUILD := $(abspath $(BUILD))
export BUILD
O := $(patsubst $(CURDIR)/%,%,$(BUILD))

ifeq ($(V),1)
msg =
else
Q := @
msg = @printf '  %-8s %s\n' $(1) $(2)
endif

# --- flags --------------------------------------------------------------------------------------

WARN := -Wall -Wextra -Wshadow -Wundef -Wvla -Wformat=2 -Wpointer-arith -Wstrict-prototypes \
	-Wmissing-prototypes -Wimplicit-fallthrough -Wno-unused-parameter $(if $(WERROR),-Werror)
HARDEN := -fstack-protector-strong -fPIE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# pkg-config is asked only when something is linked or compiled: it may not be installed yet.
ifdef LIBBPF_SRC
LIBBPF_CFLAGS := -I$(O)/libbpf/include
LIBBPF_LIBS := $(O)/libbpf/libbpf.a -lelf -lz
LIBBPF_DEP := $(O)/libbpf/libbpf.a
else
LIBBPF_CFLAGS = $(shell pkg-config --cflags libbpf)
LIBBPF_LIBS = $(or $(shell pkg-config --libs 'libbpf >= 1.0'),\
		   $(error libbpf 1.0 or later is needed: scripts/deps.sh)) -lelf -lz
endif

BASE := -std=gnu11 -D_GNU_SOURCE -I. -I$(O) $(WARN)
USER_CFLAGS = $(BASE) $(HARDEN) $(LIBBPF_CFLAGS) $(CFLAGS) -MMD -MP
SAN_CFLAGS = $(BASE) $(SAN) $(LIBBPF_CFLAGS) -O1 -g -MMD -MP
FUZZ_CFLAGS = $(BASE) $(SAN) -O1 -g -MMD -MP
BPF_CFLAGS = -g -O2 -mcpu=v3 -target bpf -D__TARGET_ARCH_$(ARCH) -Wall -Wextra -Werror \
	     -Wno-unused-parameter -I. $(LIBBPF_CFLAGS) -MMD -MP
LINK_FLAGS := -pie -Wl,-z,relro,-z,now $(LDFLAGS)
LIBS = $(LIBBPF_LIBS) -laudit -lcap

# --- sources ------------------------------------------------------------------------------------

PURE_SRC := $(wildcard user/event/*.c user/record/*.c user/rules/*.c user/conf/*.c user/control/*.c)
LOAD_SRC := $(wildcard user/load/*.c)
SINK_SRC := $(wildcard user/sink/*.c)
COMPARE_SRC := $(wildcard user/compare/*.c)
MAIN_SRC := $(wildcard user/*.c user/cmd/*.c user/lookup/*.c) $(SINK_SRC) $(COMPARE_SRC) $(LOAD_SRC)
BPF_SRC := $(filter-out bpf/feat.bpf.c,$(wildcard bpf/*.bpf.c))
BPF_OBJ := $(BPF_SRC:%.c=$(O)/%.o)
SKELS := $(O)/autrail.skel.h $(O)/feat.skel.h
PURE_LIB := $(O)/libautrail.a

UNITS := $(patsubst tests/unit/%.c,$(O)/san/%,$(wildcard tests/unit/test_*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,$(O)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

C_FILES := $(wildcard $(foreach dir,bpf vmlinux user user/* tests tests/*,$(dir)/*.[ch]))
SHELL_FILES = $(shell grep -d skip -lE '^#!/bin/(ba)?sh' $(wildcard .ci/* scripts/* scripts/*/* tests/*/*))
MANUALS := $(wildcard user/*.[58])

# An actor NAME.c may have parts NAME_*.c; NAME.m32.c is a 32-bit program, NAME.static.c static,
# NAME.so.c to be preloaded. Only a cross compiler makes 32-bit programs for arm64.
M32_x86 := $(CC) -m32
M32_arm64 := $(if $(SYSROOT),$(CLANG) --target=armv7-linux-gnueabi -fuse-ld=lld -nostdlib -static)
ACTOR_SRC := $(patsubst tests/actors/%.c,%,$(wildcard tests/actors/*.c))
ACTOR_PARTS := $(foreach name,$(ACTOR_SRC),$(filter $(name)_%,$(ACTOR_SRC)))
ACTORS := $(addprefix $(O)/tests/,$(filter-out $(ACTOR_PARTS) $(if $(M32_$(ARCH)),,%.m32),\
				  $(ACTOR_SRC)))

# --- targets ------------------------------------------------------------------------------------

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all skel run test check test-root test-vm arm64 tests actors lint bench fuzz format install \
	uninstall clean help FORCE

## all        build/autrail (the default)
all: $(O)/autrail

## skel       the kernel side alone
skel: $(SKELS)

## run        install what is missing, build, stream records to the terminal; as root
run:
	$(Q)scripts/deps.sh build
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(O)/autrail trace

## test       install what is missing, check; as root also test-root
test:
	$(Q)scripts/deps.sh build test
	$(Q)$(MAKE) --no-print-directory check
	$(Q)if [ "$$(id -u)" -eq 0 ]; then $(MAKE) --no-print-directory test-root; \
	else echo "The tests against the live kernel want root: sudo make test"; fi

## check      the tests that need no root: unit, golden, a short fuzz
check: $(O)/autrail $(O)/san/autrail $(UNITS) $(O)/san/preload.so $(FUZZERS)
	$(Q)prove --failures --comments --exec '' --timer $(UNITS) $(wildcard tests/compare/*.t) scripts/fuzz.t

## test-root  the tests against the live kernel; as root
test-root: $(O)/autrail actors
	$(Q)prove --failures --comments --exec '' --timer $(wildcard tests/root/*.t)

# Those that take longest first, lest one be left alone at the end. VM_RUN is what is to run each.
LONG := tty newest arm64-6.1 labels logins cost 6.12
VM ?= $(LONG) $(filter-out $(LONG),$(patsubst tests/vm/%.t,%,$(wildcard tests/vm/*.t)))

## test-vm    a choice of them in guests of other kernels (QEMU, no KVM needed); as root (VM="5.10 newest")
test-vm: $(O)/autrail actors
	$(Q)scripts/deps.sh vm
	$(Q)prove --failures --comments --exec '$(VM_RUN)' --timer -j2 $(VM:%=tests/vm/%.t)

## arm64      autrail and the actors for arm64 guests, on any machine, into build/arm64
arm64:
	$(Q)scripts/deps.sh build vm
	$(Q)root=$$(scripts/vm.sh root arm64) && $(MAKE) --no-print-directory ARCH=arm64 \
		SYSROOT="$$root" BUILD=$(O)/arm64 all actors

## tests      the programs of the tests, none of them run
tests: $(UNITS) $(O)/san/preload.so $(FUZZERS) $(O)/san/autrail actors

## actors     those of them that act, for root tests, guests and bench
actors: $(ACTORS) $(O)/tests/storm $(O)/tests/noop

## fuzz       each fuzzer for FUZZ_SECONDS (600)
fuzz: $(FUZZERS)
	$(Q)FUZZ_SECONDS=$(FUZZ_SECONDS) prove --exec '' --timer --verbose scripts/fuzz.t

## bench      what it costs, next to auditd and execsnoop; as root (ROUNDS, EXECS)
bench:
	$(Q)scripts/deps.sh build bench
	$(Q)$(MAKE) --no-print-directory all $(O)/tests/storm $(O)/tests/noop
	$(Q)tests/bench/bench.sh

## lint       format, layers, headers, sizes, spelling, shell, manual, kernel surface, static analysis
LINTS := format layers headers size spelling shell manual surface cppcheck analyzer
lint:
	$(Q)scripts/deps.sh build lint
	$(Q)$(MAKE) --no-print-directory --keep-going $(LINTS:%=lint-%)

lint-format:
	$(Q)clang-format --dry-run -Werror $(C_FILES)
lint-layers: $(PURE_LIB)
	$(Q)scripts/check-layers.sh
lint-headers: $(SKELS) $(O)/version.h
	$(Q)CFLAGS='$(BASE) $(LIBBPF_CFLAGS)' CC='$(CC)' scripts/check-headers.sh
lint-size:
	$(Q)scripts/check-size.sh
lint-spelling:
	$(Q)codespell
lint-shell:
	$(Q)shellcheck $(SHELL_FILES)
lint-manual:
	$(Q)mandoc -T lint -W warning $(MANUALS)
# What this machine's kernel shows of it.
lint-surface: $(SKELS)
	$(Q)scripts/kernel-surface.sh --in ARCHITECTURE.md
lint-cppcheck: $(SKELS) $(O)/version.h
	$(Q)cppcheck --quiet -j $(shell nproc) --std=c11 --enable=warning,portability --inline-suppr \
		--error-exitcode=1 -D_GNU_SOURCE -D__$(shell uname -m)__ -I. -I$(O) user tests

# Not user/load: the skeletons that it includes leak on paths that libbpf never takes.
lint-analyzer: $(O)/version.h
	$(Q)printf '%s\n' $(PURE_SRC) $(filter-out $(LOAD_SRC),$(MAIN_SRC)) | xargs -n 4 -P $(shell nproc) \
		$(CLANG) --analyze --analyzer-output text -Xclang -analyzer-werror \
		-Xclang -analyzer-disable-checker=deadcode -D_GNU_SOURCE -I. -I$(O)

## format     clang-format on every C file
format:
	$(Q)clang-format -i $(C_FILES)

CONF := $(DESTDIR)$(sysconfdir)/autrail
UNIT := $(DESTDIR)$(prefix)/lib/systemd/system/autrail.service
TMPFILES := $(DESTDIR)$(prefix)/lib/tmpfiles.d/autrail.conf
installed_page = $(DESTDIR)$(mandir)/man$(subst .,,$(suffix $(1)))/$(notdir $(1))

$(O)/autrail.service: conf/autrail.service.in $(O)/flags
	$(Q)sed 's|@sbindir@|$(prefix)/sbin|' $< >$@

## install    to DESTDIR, prefix (/usr/local), sysconfdir (/etc); a configuration is left as it is
install: all $(O)/autrail.service
	install -D -m 755 $(O)/autrail $(DESTDIR)$(prefix)/sbin/autrail
	test -e $(CONF)/autrail.conf || install -D -m 640 conf/autrail.conf $(CONF)/autrail.conf
	test -e $(CONF)/plugins.d/af_unix.conf || \
		install -D -m 640 conf/af_unix.conf $(CONF)/plugins.d/af_unix.conf
	install -d -m 750 $(CONF)/rules.d
	test -e $(DESTDIR)/var/log/autrail || install -d -m 700 $(DESTDIR)/var/log/autrail
	install -D -m 644 $(O)/autrail.service $(UNIT)
	install -D -m 644 conf/autrail.tmpfiles $(TMPFILES)
	$(foreach page,$(MANUALS),install -D -m 644 $(page) $(call installed_page,$(page)) &&) :

## uninstall  what install has put in place, but not the configuration and the log
uninstall:
	rm -f $(DESTDIR)$(prefix)/sbin/autrail $(UNIT) $(TMPFILES) \
		$(foreach page,$(MANUALS),$(call installed_page,$(page)))
	@echo "left: $(CONF), $(DESTDIR)/var/log/autrail"

## clean      remove build/
clean:
	rm -rf $(O)

## help       this list
help:
	@echo "make [V=1] [WERROR=1] [CC=] [CLANG=] [ARCH=x86|arm64 [SYSROOT=DIR]] [LIBBPF_SRC=DIR] TARGET"
	@sed -n 's/^## /  /p' Makefile

# --- kernel side --------------------------------------------------------------------------------

$(O)/%.bpf.o: %.bpf.c $(O)/flags $(LIBBPF_DEP)
	$(call msg,CLANG,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

# A folder changes when a file comes or goes: then what is made of all its files is made again.
$(O)/autrail.bpf.o: $(BPF_OBJ) bpf
	$(call msg,GEN-OBJ,$@)
	$(Q)$(BPFTOOL) gen object $@ $(BPF_OBJ)

$(O)/feat.bpf.o: $(O)/bpf/feat.bpf.o
	$(Q)$(BPFTOOL) gen object $@ $<

# bpftool writes to its output even when it fails.
$(O)/%.skel.h: $(O)/%.bpf.o
	$(call msg,GEN-SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf >$@.tmp
	$(Q)mv $@.tmp $@

# --- user side ----------------------------------------------------------------------------------

objects = $(patsubst %.c,$(O)/$(1)/%.o,$(2))

$(O)/obj/%.o: %.c $(O)/flags $(LIBBPF_DEP)
	$(call msg,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(USER_CFLAGS) -c $< -o $@

$(O)/san/%.o: %.c $(O)/flags $(LIBBPF_DEP)
	$(call msg,CC-SAN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SAN_CFLAGS) -c $< -o $@

$(O)/fuzz/%.o: %.c $(O)/flags
	$(call msg,CC-FUZZ,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -fsanitize=fuzzer-no-link -c $< -o $@

$(call objects,obj,$(LOAD_SRC)) $(call objects,san,$(LOAD_SRC)): | $(SKELS)
$(call objects,obj,$(MAIN_SRC)) $(call objects,san,$(MAIN_SRC)): | $(O)/version.h

$(PURE_LIB): $(call objects,obj,$(PURE_SRC))
$(O)/san/libautrail.a: $(call objects,san,$(PURE_SRC))
$(O)/fuzz/libautrail.a: $(call objects,fuzz,$(PURE_SRC))
%/libautrail.a: user/event user/record user/rules user/conf user/control
	$(call msg,AR,$@)
	$(Q)rm -f $@ && $(AR) rcD $@ $(filter %.o,$^)

$(O)/autrail: $(call objects,obj,$(MAIN_SRC)) $(PURE_LIB) $(LIBBPF_DEP) $(sort $(dir $(MAIN_SRC)))
	$(call msg,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LINK_FLAGS) $(filter %.o,$^) $(PURE_LIB) $(LIBS) -o $@

$(O)/san/autrail: $(call objects,san,$(MAIN_SRC)) $(O)/san/libautrail.a $(sort $(dir $(MAIN_SRC)))
	$(call msg,LINK,$@)
	$(Q)$(CC) $(SAN) $(filter %.o,$^) $(O)/san/libautrail.a $(LIBS) -o $@

# Rewritten only when they change, so that what depends on them is not made again for nothing.
$(O)/version.h: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)line='#define ATR_VERSION "$(VERSION)"'; \
	echo "$$line" | cmp -s - $@ || echo "$$line" >$@

# With other flags or compilers all is built anew.
$(O)/flags: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)line='$(CC) $(CLANG) $(ARCH) $(BASE) $(CFLAGS) $(LDFLAGS) $(LIBBPF_SRC)'; \
	echo "$$line" | cmp -s - $@ || echo "$$line" >$@

$(O)/libbpf/libbpf.a:
	$(call msg,LIBBPF,$(LIBBPF_SRC))
	$(Q)mkdir -p $(@D)/obj
	$(Q)$(MAKE) -s -C $(LIBBPF_SRC)/src BUILD_STATIC_ONLY=1 DESTDIR= \
		OBJDIR=$(BUILD)/libbpf/obj INCLUDEDIR=$(BUILD)/libbpf/include \
		LIBDIR=$(BUILD)/libbpf install

# --- tests --------------------------------------------------------------------------------------

# What of the loader does without libbpf.
$(O)/san/test_choose: $(call objects,san,user/load/choose.c user/load/hooks.c)
$(O)/san/test_symbols: $(call objects,san,user/load/symbols.c)
$(O)/san/test_reader: $(call objects,san,user/load/reader.c)

# The log's tests make the calls fail by which it meets the disk.
LOG_UNITS := $(filter $(O)/san/test_log $(O)/san/test_log_%,$(UNITS))
$(LOG_UNITS) $(O)/san/test_feed: $(call objects,san,$(SINK_SRC))
$(LOG_UNITS): WRAP := -Wl,--wrap=write,--wrap=ftruncate,--wrap=fdatasync,--wrap=fstatvfs

$(O)/san/test_%: $(O)/san/tests/unit/test_%.o $(O)/san/libautrail.a
	$(call msg,LINK,$@)
	$(Q)$(CC) $(SAN) $(WRAP) $(filter %.o,$^) $(filter %.a,$^) -lauparse -laudit -lcap -o $@

$(O)/san/preload.so: tests/unit/preload.c $(O)/flags
	$(call msg,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(BASE) -O1 -g -MMD -MP -fPIC -shared $< -o $@

$(O)/fuzz/fuzz_compare: $(call objects,fuzz,$(filter-out user/compare/source.c,$(COMPARE_SRC)))

$(O)/fuzz/fuzz_%: $(O)/fuzz/tests/fuzz/fuzz_%.o $(O)/fuzz/libautrail.a
	$(call msg,LINK,$@)
	$(Q)$(CLANG) $(SAN) -fsanitize=fuzzer $^ -laudit -o $@

# $(call actor,FLAGS,LIBS,COMPILER)
define actor
$(call msg,ACTOR,$@)
$(Q)mkdir -p $(@D)
$(Q)$(or $(3),$(CC)) $(BASE) -O1 -g -MMD -MP -MF $@.d $(1) $< -o $@ $(2)
endef

$(O)/tests/%.o: tests/actors/%.c $(O)/flags
	$(call actor,-pthread -c)

$(O)/tests/%.m32: tests/actors/%.m32.c $(O)/flags
	$(call actor,,,$(M32_$(ARCH)))

$(O)/tests/%.static: tests/actors/%.static.c $(O)/flags
	$(call actor,-static)

$(O)/tests/%.so: tests/actors/%.so.c $(O)/flags
	$(call actor,-shared -fPIC)

$(O)/tests/logdriver: $(call objects,obj,$(SINK_SRC)) $(PURE_LIB)

$(O)/tests/noop: tests/bench/noop.c $(O)/flags
	$(call actor,-static)

$(O)/tests/storm: tests/bench/storm.c $(O)/flags
	$(call actor)

.SECONDEXPANSION:
$(O)/tests/%: $(O)/tests/%.o $$(patsubst tests/actors/$$(percent).c,$(O)/tests/$$(percent).o,\
		$$(wildcard tests/actors/$$*_*.c))
	$(call msg,LINK,$@)
	$(Q)$(CC) -pthread $(filter %.o,$^) $(filter %.a,$^) -Wl,--as-needed -lcap -laudit -lauparse -lpam -lutil -o $@
percent := %

-include $(shell find $(O) -path $(O)/vm -prune -o -name '*.d' -type f -print 2>/dev/null)
