# How sources become programs. Everything is compiled as float (to run) and as double (to check
# gradients), in two trees of object files; a program is linked from one of them.

# Names with a blank or other oddities are not sources.
sources   = $(filter chapters/$1/%.c,$(wildcard chapters/$1/*.c chapters/$1/*/*.c))
# race.c is a separate program; plain.c is for a tree that lacks the faster functions of fast/,
# alone.c for a build without MPI.
library   = $(filter-out %/main.c %/race.c $(if $(wildcard chapters/$1/fast/*.c),%/plain.c) \
              $(if $(and $(call on,$(MPI)),$(wildcard chapters/$1/ranks/*.c)),%/alone.c,%/ranks.c),\
              $(call sources,$1))
# objects,KIND,CHAPTER: the object files of a chapter and of those it uses, without mains; and the
# one that refuses to run on a processor older than the build's, which is compiled for any.
objects   = $B/$1/common/processor.o $(foreach c,$2 $(USES_$2),\
              $(if $(filter $c,$(BORROWED)),$(LENT)/$1/$c.o,\
                $(patsubst %.c,$B/$1/%.o,$(call library,$c))))
SOURCES  := $(filter common/%.c,$(wildcard common/*.c)) \
            $(foreach c,$(CHAPTERS),$(call sources,$c)) \
            $(filter tests/%.c,$(wildcard $(addprefix tests/*,.c /*.c /*/*.c /*/*/*.c)))
# The sources that compute, without files and libraries: compiled for other processors too.
COMPUTING := $(patsubst %,common/%.c,dataset elementary fail gemm init layer rng shape) \
             $(filter-out chapters/07_lenet5/workbench/%,\
               $(foreach c,$(CHAPTERS),$(call library,$c)))
# Objects are kept. (Were everything .SECONDARY, a header that is gone would rebuild nothing.)
.SECONDARY: $(foreach k,float double,$(SOURCES:%.c=$B/$k/%.o))

# A target gets its name when it is complete: another make in this tree may use it meanwhile.
# link,MORE: links a target's prerequisites.
define link
@mkdir -p $(@D)
@echo '  LINK $@'
$Q$(CC) $(CFLAGS) $(filter %.o %.a,$^) $(LDLIBS) $1 -o $@.$$$$ && mv $@.$$$$ $@
endef

$(CHAPTERS:%=$B/%): $B/%: $B/float/chapters/%/main.o $$(call objects,float,$$*) $B/float/common.a \
    | $$(IDX)
	$(link)

# A chapter's versions of one function against each other: chapters/CHAPTER/FOLDER/race.c.
RACES := $(foreach c,$(CHAPTERS),$(if $(wildcard chapters/$c/*/race.c),$B/race/$c))
racing = $(addprefix $B/float/,$(addsuffix .o,$(basename $(wildcard chapters/$1/*/race.c))))
$(RACES): $B/race/%: $$(call racing,$$*) $$(call objects,float,$$*) $B/float/common.a
	$(link)

# The program that the prologue shows; it can also be compiled by hand.
$B/prologue: docs/prologue.c $B/flags | setup
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $< -o $@

$B/float/common.a: $(patsubst %.c,$B/float/%.o,$(filter common/%,$(SOURCES)))
$B/double/common.a: $(patsubst %.c,$B/double/%.o,$(filter common/%,$(SOURCES)))
# It depends on the list of borrowed chapters, so that programs are relinked when that changes.
%/common.a: $B/borrowed
	$Q$(AR) rcs $@.$$$$ $(filter %.o,$^) && mv $@.$$$$ $@

# note,FILE,TEXT: a file that changes only when its text does.
note  = @mkdir -p $(@D); $(call says,$2) | cmp -s - $1 || $(call says,$2) > $1
says  = printf '%s\n' $(call quote,$1)

$B/borrowed: FORCE
	$(call note,$@,$(BORROWED))

# Other flags than last time, on the command line or here, recompile everything; "native" on another
# processor too.
PROCESSOR := $(if $(filter native,$(subst =, ,$(CFLAGS))),\
               $(shell grep -m1 -iE '^(flags|features)' /proc/cpuinfo 2> /dev/null | cksum))
$B/flags: FORCE
	$(call note,$@,$(CC) $(CFLAGS) $(LDLIBS) $(PROCESSOR:%=-DON_%))

ANY_PROCESSOR := $(foreach k,float double,$B/$k/common/processor.o)
$(ANY_PROCESSOR): private override CFLAGS := $(filter-out -march=% -mcpu=%,$(CFLAGS))

# Suites include their headers from tests/: "support/suite.h".
compile = $(CC) $(CFLAGS) $(if $(filter tests/%,$<),-Itests) $(ANYWHERE) \
          -DBUILD=$(call quote,"$B") -MMD -MP -MT $@ -MF $(@:.o=.d)
$B/float/%.o: %.c $B/flags | setup
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$Q$(compile) -c $< -o $@.$$$$ && mv $@.$$$$ $@

$B/double/%.o: %.c $B/flags | setup
	@mkdir -p $(@D)
	@echo '  CC   $< (double)'
	$Q$(compile) -DREAL_DOUBLE -c $< -o $@.$$$$ && mv $@.$$$$ $@

# For clangd and the editors that use it (.clangd names this folder). Nothing is written here when
# all is built elsewhere.
EDITORS := $(if $(filter build build/%,$B),build/compile_flags.txt)
build/compile_flags.txt:
	@mkdir -p $(@D)
	@printf '%s\n' -std=c11 -D_POSIX_C_SOURCE=200809L '-DBUILD="build"' $(WARNINGS) \
	    -I../common -I../chapters -I../tests > $@

# `--version` names the version that is to be cited.
VERSION := $(shell sed -n 's/^version: *//p' CITATION.cff)
SAYS_IT := $(foreach k,float double,$B/$k/chapters/07_lenet5/workbench/workbench.o)
$(SAYS_IT): private override CFLAGS += -DVERSION='"$(VERSION)"'
$(SAYS_IT): CITATION.cff

-include $(patsubst %.c,$B/float/%.d,$(SOURCES)) $(patsubst %.c,$B/double/%.d,$(SOURCES))
