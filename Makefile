# thumoi - build, test, measure, install. GNU make; `make help` lists the targets.

BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
CC = gcc
# What a person may override stands in CFLAGS, what the code needs in ALL_*.
CFLAGS ?= -O2 -g
PACKAGES = sqlite3 libcurl uuid gmime-3.0 libmicrohttpd jansson libidn2 libcrypto
STD = -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
ALL_CPPFLAGS = -Idaemon -include daemon/base/banned.h -DTHUMOI_SHARE_DIR='"$(PREFIX)/share/thumoi"' $(CPPFLAGS)
PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) libesmtp-1.0)
PKG_LIBS := $(shell pkg-config --libs $(PACKAGES) libesmtp-1.0)
ALL_CFLAGS = $(STD) $(CFLAGS) $(PKG_CFLAGS)
ALL_LDLIBS = $(PKG_LIBS) -lunistring -lpthread -lm

LIB_SRC := $(filter-out daemon/base/clock.c,$(wildcard daemon/base/*.c daemon/mail/*.c daemon/store/*.c daemon/engine/*.c daemon/web/*.c)) \
	$(filter-out daemon/app/main_%.c,$(wildcard daemon/app/*.c))
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/gen/schema.o
PROGRAMS := thumoi
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)

all: $(PROGRAMS:%=$(BUILD)/bin/%)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/gen/schema.c: scripts/embed-schema $(wildcard daemon/store/schema/*.sql)
	@mkdir -p $(@D)
	@scripts/embed-schema sqlite $(sort $(wildcard daemon/store/schema/*.sql)) > $@.tmp && mv $@.tmp $@

$(BUILD)/obj/gen/schema.o: $(BUILD)/gen/schema.c
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(BUILD)/libthumoi.a: $(LIB_OBJ)
	@rm -f $@
	@ar rcs $@ $^

$(BUILD)/bin/%: $(BUILD)/obj/daemon/app/main_%.o $(BUILD)/obj/daemon/base/clock.o $(BUILD)/libthumoi.a
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

# The same programs with a clock that tests and the demo move (never installed).
$(BUILD)/driven/%: $(BUILD)/obj/daemon/app/main_%.o $(BUILD)/obj/tests/support/clock_driven.o $(BUILD)/libthumoi.a
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/obj/daemon/base/clock.o $(BUILD)/libthumoi.a $(wildcard tests/support/*.h)
	@mkdir -p $(@D)
	@echo "  CC $@"
	@$(CC) $(ALL_CPPFLAGS) -Itests $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/obj/daemon/base/clock.o $(BUILD)/libthumoi.a $(ALL_LDLIBS)

driven: $(PROGRAMS:%=$(BUILD)/driven/%)

quick: all $(UNIT)
	@scripts/run-tests $(UNIT)

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

.PHONY: all driven quick clean
.SECONDARY:
