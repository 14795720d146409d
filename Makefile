# thumoi - build, try, test, measure, install. GNU make; `make help` lists the targets.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
CC = gcc
CLANG ?= clang
# What a person may override stands in CFLAGS, what the code needs in ALL_*.
CFLAGS ?= -O2 -g
STD := -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
PACKAGES := sqlite3 libcurl uuid gmime-3.0 libmicrohttpd jansson libidn2 libcrypto libssl libesmtp-1.0 libcares xlsxwriter libqrencode

.DEFAULT_GOAL := all

# Fetches missing packages (it says so), then asks pkg-config, once.
ifeq ($(filter clean help,$(MAKECMDGOALS)),)
include $(BUILD)/config.mk
endif
$(BUILD)/config.mk: scripts/packages.txt scripts/setup
	@mkdir -p $(@D)
	@scripts/setup build
	@{ printf 'PKG_CFLAGS := ' && pkg-config --cflags $(PACKAGES) && \
	   printf 'PKG_LIBS := ' && pkg-config --libs $(PACKAGES); } > $@.tmp && mv $@.tmp $@

ALL_CPPFLAGS = -Idaemon -include daemon/base/banned.h -DTHUMOI_SHARE_DIR='"$(PREFIX)/share/thumoi"' $(CPPFLAGS)
ALL_CFLAGS = $(STD) $(CFLAGS) $(PKG_CFLAGS)
ALL_LDLIBS = $(PKG_LIBS) -lunistring -lresolv -lcrypt -lpthread -lm

LIB_SRC := $(filter-out daemon/base/clock.c,$(wildcard daemon/base/*.c daemon/mail/*.c daemon/store/*.c \
	daemon/engine/*.c daemon/web/*.c)) $(filter-out daemon/app/main_%.c,$(wildcard daemon/app/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/gen/schema.o
PROGRAMS := $(patsubst daemon/app/main_%.c,%,$(wildcard daemon/app/main_*.c))
LIB := $(BUILD)/libthumoi.a
CLOCK := $(BUILD)/obj/daemon/base/clock.o
DRIVEN_CLOCK := $(BUILD)/obj/tests/support/clock_driven.o
# Helpers that several tests share (not the driven clock, which replaces clock.c).
SUPPORT_SRC := $(filter-out tests/support/clock_driven.c,$(wildcard tests/support/*.c))
SUPPORT_OBJ := $(SUPPORT_SRC:%.c=$(BUILD)/obj/%.o)
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
THREADED := $(filter %/test_fiber %/test_smtp %/test_smtp_faults %/test_dispatch %/test_route %/test_http %/test_web %/test_meters %/test_board %/test_session \
	%/test_account %/test_desk_waves %/test_live %/test_metrics %/test_desk_rosters %/test_desk_inbound,$(UNIT))
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/bin/%,$(wildcard tests/fuzz/fuzz_*.c))

all: $(PROGRAMS:%=$(BUILD)/bin/%)

help:
	@echo 'make demo     relive the trial of 2021: rosters, mail, answers, reports (SERVE=1: serve the report)'
	@echo 'make check    everything that must hold; make quick: the unit tests'
	@echo 'make          the programs, in $(BUILD)/bin'
	@echo 'make lint     warnings, clang-tidy, cppcheck, shellcheck, layer rule'
	@echo 'make bench    measure against peers; prints ratios'
	@echo 'make install  DESTDIR= PREFIX=; make uninstall; make clean'

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $<"
	@$(CC) $(ALL_CPPFLAGS) -Itests $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/gen/schema.c: scripts/embed-schema $(wildcard daemon/store/schema/*.sql)
	@mkdir -p $(@D)
	@scripts/embed-schema sqlite $(sort $(wildcard daemon/store/schema/*.sql)) > $@.tmp && mv $@.tmp $@

$(BUILD)/obj/gen/schema.o: $(BUILD)/gen/schema.c
	@mkdir -p $(@D)
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(LIB): $(LIB_OBJ)
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/bin/%: $(BUILD)/obj/daemon/app/main_%.o $(CLOCK) $(LIB)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

# The same programs with a clock that tests and the demo move (never installed).
driven: $(PROGRAMS:%=$(BUILD)/driven/%)

$(BUILD)/driven/%: $(BUILD)/obj/daemon/app/main_%.o $(DRIVEN_CLOCK) $(LIB)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

# These live through days.
DRIVEN_UNIT := $(BUILD)/unit/test_cron $(BUILD)/unit/test_survey_sync
$(DRIVEN_UNIT): $(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(SUPPORT_OBJ) $(DRIVEN_CLOCK) $(LIB)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(SUPPORT_OBJ) $(CLOCK) $(LIB)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

# The town around thumoi: relay, mailboxes, people, survey system (tests/postoffice/README.md).
TOWN_OBJ := $(patsubst %.c,$(BUILD)/obj/%.o,$(filter-out %/main.c %/compare.c,$(wildcard tests/postoffice/*.c)))
postoffice: $(BUILD)/tests/postoffice $(BUILD)/tests/compare

$(BUILD)/tests/postoffice: $(BUILD)/obj/tests/postoffice/main.o $(TOWN_OBJ) $(DRIVEN_CLOCK) $(LIB)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

$(BUILD)/tests/compare: $(BUILD)/obj/tests/postoffice/compare.o $(BUILD)/obj/tests/postoffice/world.o $(CLOCK) $(LIB)
	@mkdir -p $(@D)
	@echo "  LD $@"
	@$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

# A LimeSurvey that misbehaves on demand (tests/support/lime_peer.h).
$(BUILD)/tests/lime: $(BUILD)/obj/tests/e2e/lime.o $(SUPPORT_OBJ) $(CLOCK) $(LIB)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

demo: all driven postoffice
	@scripts/setup demo
	@BUILD=$(BUILD) scripts/demo

quick: all $(UNIT)
	@scripts/run-tests $(UNIT)

# Under ThreadSanitizer only what has threads says anything.
quick-threads: all $(THREADED)
	@scripts/run-tests $(THREADED)

check:
	@scripts/setup check
	@BUILD=$(BUILD) scripts/check

# config/thumoi.conf and docs/thumoi.conf.5, from the table of settings.
generate: $(BUILD)/bin/thumoi
	scripts/generate $<

lint: $(BUILD)/gen/schema.c $(BUILD)/bin/thumoi
	@scripts/setup check
	@FLAGS="-Idaemon -include daemon/base/banned.h $(STD) $(PKG_CFLAGS)" CC=$(CC) BUILD=$(BUILD) scripts/lint

# The library and the targets once more, by clang, with libFuzzer and sanitizers.
FUZZ_FLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined
fuzzers: $(FUZZERS)

$(BUILD)/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	@$(CLANG) $(ALL_CPPFLAGS) -Itests $(STD) $(PKG_CFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(BUILD)/fuzz/libthumoi.a: $(LIB_SRC:%.c=$(BUILD)/fuzz/obj/%.o) $(BUILD)/obj/gen/schema.o $(BUILD)/fuzz/obj/daemon/base/clock.o
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/fuzz/bin/%: $(BUILD)/fuzz/obj/tests/fuzz/%.o $(BUILD)/fuzz/libthumoi.a
	@mkdir -p $(@D)
	@$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(ALL_LDLIBS)

# Servers and clients that measurements need.
$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(SUPPORT_OBJ) $(CLOCK) $(LIB)
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

bench: all
	@scripts/setup bench
	@BUILD=$(BUILD) scripts/bench

SHARE := $(DESTDIR)$(PREFIX)/share/thumoi
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/sbin $(SHARE)/config/units $(SHARE)/templates
	install -m 755 $(BUILD)/bin/thumoi $(DESTDIR)$(PREFIX)/bin/
	install -m 755 $(BUILD)/bin/thumoid $(DESTDIR)$(PREFIX)/sbin/
	install -m 644 config/units/*.csv $(SHARE)/config/units/
	install -m 644 config/providers.txt config/pace.conf config/relays.conf config/mailboxes.conf config/holidays-vn.csv config/tiles-vn.csv \
	  config/campaign.example.ini $(SHARE)/config/
	install -m 644 scripts/thumoi.cron $(SHARE)/
	cp -R config/rules $(SHARE)/config/
	install -d $(SHARE)/docs
	install -m 644 docs/openapi.json $(SHARE)/docs/
	cp -R templates/. $(SHARE)/templates/
	chmod -R u=rwX,go=rX $(SHARE)
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man8
	install -m 644 docs/thumoi.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	install -m 644 docs/thumoi.conf.5 $(DESTDIR)$(PREFIX)/share/man/man5/
	install -m 644 docs/thumoid.8 $(DESTDIR)$(PREFIX)/share/man/man8/
	install -d $(DESTDIR)$(PREFIX)/share/doc/thumoi $(DESTDIR)/etc/thumoi $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -m 644 README.md LICENSE docs/so-tay.md $(DESTDIR)$(PREFIX)/share/doc/thumoi/
	install -d $(DESTDIR)$(PREFIX)/lib/sysusers.d
	install -m 644 scripts/thumoi.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/thumoi.conf
	test -e $(DESTDIR)/etc/thumoi/thumoi.conf || install -m 644 config/thumoi.conf $(DESTDIR)/etc/thumoi/
	sed 's|@PREFIX@|$(PREFIX)|g' scripts/thumoid.service.in > $(DESTDIR)$(PREFIX)/lib/systemd/system/thumoid.service
	sed 's|@PREFIX@|$(PREFIX)|g' scripts/thumoi-cron.service.in > $(DESTDIR)$(PREFIX)/lib/systemd/system/thumoi-cron.service
	install -m 644 scripts/thumoi-cron.timer $(DESTDIR)$(PREFIX)/lib/systemd/system/
	@test -n "$(DESTDIR)" || ! command -v systemd-sysusers >/dev/null || systemd-sysusers $(PREFIX)/lib/sysusers.d/thumoi.conf

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/thumoi $(DESTDIR)$(PREFIX)/sbin/thumoid \
	  $(DESTDIR)$(PREFIX)/share/man/man1/thumoi.1 $(DESTDIR)$(PREFIX)/share/man/man5/thumoi.conf.5 \
	  $(DESTDIR)$(PREFIX)/share/man/man8/thumoid.8 $(DESTDIR)$(PREFIX)/lib/systemd/system/thumoid.service \
	  $(DESTDIR)$(PREFIX)/lib/systemd/system/thumoi-cron.service $(DESTDIR)$(PREFIX)/lib/systemd/system/thumoi-cron.timer \
	  $(DESTDIR)$(PREFIX)/lib/sysusers.d/thumoi.conf
	rm -rf $(SHARE) $(DESTDIR)$(PREFIX)/share/doc/thumoi
	@echo 'settings in $(DESTDIR)/etc/thumoi and the store are left where they are'

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj $(BUILD)/fuzz/obj -name '*.d' 2>/dev/null)

.PHONY: all help driven postoffice demo quick quick-threads check generate lint fuzzers bench install uninstall clean
.SECONDARY:
.DELETE_ON_ERROR:
