# One makefile for all of it. Everything made goes under $(B).
B ?= build

-include $(wildcard $(B)/config.mak)
include package/programs.mak

NAMES := $(sort $(notdir $(PROGRAMS)))
CONFIG := $(B)/config.h $(B)/config.mak
LIBSRC := $(wildcard src/lib/*.c src/cli/*.c)
LIBOBJ := $(LIBSRC:src/%.c=$(B)/obj/%.o)
LIBSEXTET := $(B)/libsextet.a
ALL_CPPFLAGS := -D_GNU_SOURCE -include $(B)/config.h -Isrc/include $(CPPFLAGS)
ALL_CFLAGS := $(CONF_CFLAGS) $(CFLAGS)
ALL_LDFLAGS := $(CONF_LDFLAGS) $(LDFLAGS)
SKALIBS_LIBS := -l:libskarnet.a
BINS := $(NAMES:%=$(B)/bin/%)
MANS := $(wildcard doc/man/*.[1-8])
UNIT_SRC := $(wildcard tests/unit/*.c)
UNITS := $(UNIT_SRC:tests/unit/%.c=$(B)/tests/unit/%)
TOOL_SRC := $(wildcard tests/tool/*.c)
TEST_TOOLS := $(TOOL_SRC:tests/tool/%.c=$(B)/tests/tool/%)

SECONDS ?= 60

all: $(BINS)

$(B)/config.h $(B)/config.mak:
	@test -f $@ || { echo 'run ./configure first' >&2; exit 1; }

$(B)/obj/%.o: src/%.c $(CONFIG) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -MT $@ -c -o $@ $<

$(LIBSEXTET): $(LIBOBJ)
	@rm -f $@
	$(AR) rcs $@ $^

ifeq ($(CONF_MULTICALL),yes)

$(B)/multi/%.o: src/%.c $(B)/multi/main.h $(CONFIG) Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -Dmain=$(subst -,_,$(*F))_main \
		-include $(B)/multi/main.h -MMD -MP -MT $@ -c -o $@ $<

$(B)/multi/names: FORCE
	@mkdir -p $(@D)
	@echo '$(NAMES) $(ALIASES)' | cmp -s - $@ || echo '$(NAMES) $(ALIASES)' >$@

$(B)/multi/main.h: $(B)/multi/names Makefile
	@for n in $(NAMES); do \
		echo "int $$(echo $$n | tr - _)_main(int, char const *const *);"; done >$@

$(B)/multi/table.h: $(B)/multi/names Makefile
	@for n in $(NAMES) $(ALIASES); do \
		echo "{ \"$${n%=*}\", $$(echo $${n#*=} | tr - _)_main },"; done >$@

$(B)/obj/multi/sextet.o: ALL_CPPFLAGS += -I$(B)/multi
$(B)/obj/multi/sextet.o: $(B)/multi/main.h $(B)/multi/table.h

# First the tools that are executed all the time, with all that they need of the
# libraries: then they lie together, on few pages.
FIRST := $(B)/obj/multi/sextet.o $(patsubst %,$(B)/multi/%.o,$(filter chain/%,$(PROGRAMS)))

$(B)/bin/sextet: $(FIRST) $(PROGRAMS:%=$(B)/multi/%.o) \
		$(foreach n,$(NAMES),$(PARTS_$(n):%=$(B)/obj/%.o)) $(LIBSEXTET)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -o $@ $(FIRST) $(ALL_LDFLAGS) $(LIBSEXTET) $(SKALIBS_LIBS) -lc \
		$(filter-out $(FIRST),$^) $(sort $(foreach n,$(NAMES),$(LIBS_$(n)))) $(SKALIBS_LIBS)

$(BINS): $(B)/bin/sextet
	@ln -sf sextet $@

else

# Every program but those of several files or with libraries of their own is this one rule.
define PROGRAM
$(B)/bin/$(notdir $(1)): $(B)/obj/$(1).o $(PARTS_$(notdir $(1)):%=$(B)/obj/%.o) $(LIBSEXTET)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CFLAGS) -o $$@ $$^ $$(ALL_LDFLAGS) $(LIBS_$(notdir $(1))) $$(SKALIBS_LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call PROGRAM,$(p))))

endif

# a unit test X may name sources that it links besides the library: UNIT_PARTS_X
UNIT_PARTS_machine := supervise/machine
UNIT_PARTS_log-script := log/script log/select log/dfa log/ere
UNIT_PARTS_svscan-children := scan/children
UNIT_PARTS_svscan-regain := scan/regain scan/children
UNIT_PARTS_svscan-scan := scan/scan scan/children
UNIT_PARTS_svscan-start := scan/start scan/children
UNIT_PARTS_svscan-stop := scan/stop scan/kill scan/command scan/children
UNIT_PARTS_svscan-adopt := scan/adopt scan/children
UNIT_PARTS_log-select := log/select log/dfa log/ere
UNIT_PARTS_log-dfa := log/dfa log/ere
UNIT_PARTS_upgrade-supervise := supervise/upgrade
UNIT_PARTS_supervise-sweep := supervise/sweep
UNIT_PARTS_supervise-adopt := supervise/adopt
UNIT_PARTS_upgrade-svscan := scan/upgrade scan/children
UNIT_PARTS_log-record := log/record

define UNIT
$(B)/tests/unit/$(1): tests/unit/$(1).c $(wildcard tests/unit/*.h) $(UNIT_PARTS_$(1):%=$(B)/obj/%.o) $(LIBSEXTET)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CPPFLAGS) -Isrc $$(ALL_CFLAGS) -o $$@ $$(filter %.c %.o %.a,$$^) $$(ALL_LDFLAGS) $$(SKALIBS_LIBS)
endef
$(foreach u,$(UNIT_SRC:tests/unit/%.c=%),$(eval $(call UNIT,$(u))))

# fuzz targets, in a tree that tests/fuzz/run configured; likewise FUZZ_PARTS_X
FUZZ_PARTS_handover := supervise/upgrade
FUZZ_PARTS_handover-scan := scan/children scan/upgrade
FUZZ_PARTS_log-script := log/script log/select log/dfa log/ere
FUZZ_PARTS_log-select := log/select log/dfa log/ere
FUZZ_PARTS_logview := log/logview-dir log/logview-time
FUZZ_PARTS_log-dfa := log/dfa log/ere
FUZZ_PARTS_log-record := log/record
FUZZ_PARTS_log-recover := log/archive log/journal log/logdir log/out log/processor log/record log/recover log/stdout
FUZZ_PARTS_log-rotate := $(FUZZ_PARTS_log-recover)

define FUZZ
$(B)/tests/fuzz/$(1): tests/fuzz/$(1).c tests/fuzz/fuzz.h $(FUZZ_PARTS_$(1):%=$(B)/obj/%.o) $(LIBSEXTET)
	@mkdir -p $$(@D)
	$$(CC) $$(ALL_CPPFLAGS) -Isrc $$(ALL_CFLAGS) -fsanitize=fuzzer -o $$@ $$(filter %.c %.o %.a,$$^) $$(ALL_LDFLAGS) $$(SKALIBS_LIBS)
endef
$(foreach f,$(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)),$(eval $(call FUZZ,$(f))))

$(B)/tests/tool/%: tests/tool/%.c $(wildcard tests/tool/*.h) $(CONFIG)
	@mkdir -p $(@D)
	$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -o $@ $< $(ALL_LDFLAGS)

tests: $(UNITS) $(TEST_TOOLS)

# The tests run on a tree of their own, installed below $(B)/check: siblings are
# called by the path fixed at configure time. It is configured anew, by what is in
# $$CONFIGURE, whatever this tree was told.
unexport CC AR CFLAGS CPPFLAGS LDFLAGS
check:
	sh tests/run $(B) $(TESTS)

bench:
	sh tests/bench/run $(B)

# kills, errors and full disks at every system call: longer than the rest
fault:
	LONG=1 TEST_JOBS=2 TEST_LIMIT=3600 sh tests/run $(B) fault

# which branches of the daemons and of the library the tests take
coverage:
	sh tests/coverage/run $(B) $(TESTS)

fuzz:
	sh tests/fuzz/run $(SECONDS) $(TARGETS)

matrix:
	sh tests/matrix

INSTALL := sh package/install.sh
BINTO = "$(DESTDIR)$(bindir)"
MANTO = "$(DESTDIR)$(mandir)"

install: all
ifeq ($(CONF_MULTICALL),yes)
	@$(INSTALL) 0755 $(B)/bin/sextet $(BINTO)/sextet
	@for n in $(NAMES); do $(INSTALL) link sextet $(BINTO)/$$n || exit 1; done
else
	@for n in $(NAMES); do $(INSTALL) 0755 $(B)/bin/$$n $(BINTO)/$$n || exit 1; done
endif
	@for m in $(MANS); do $(INSTALL) 0644 $$m $(MANTO)/man$${m##*.}/$${m##*/} || exit 1; done
	@echo "installed $(words $(NAMES)) programs in $(DESTDIR)$(bindir)"

uninstall:
	@for n in $(NAMES) sextet; do rm -f $(BINTO)/$$n; done
	@for m in $(MANS); do rm -f $(MANTO)/man$${m##*.}/$${m##*/}; done

# the archive that is unpacked over a container's image
overlay:
	sh tools/overlay -B $(abspath $(B))

dist:
	@mkdir -p $(B)
	git archive --prefix=sextet-$(VERSION)/ -o $(B)/sextet-$(VERSION).tar HEAD
	xz -f $(B)/sextet-$(VERSION).tar

clean:
	rm -rf $(B)

-include $(shell find $(B)/obj $(B)/multi -name '*.d' 2>/dev/null)

FORCE:

.PHONY: FORCE all tests check bench coverage fault fuzz matrix install uninstall overlay dist clean
.DELETE_ON_ERROR:
