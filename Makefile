# LeNet-5 in C, layer by layer. `make help` lists what can be done here.

ifneq ($(firstword $(sort $(MAKE_VERSION) 4.0)),4.0)
$(error GNU make 4 is needed, this is $(MAKE_VERSION); on macOS: brew install make, then gmake; \
        or work in a container: docker run -it -v "$$PWD":/lenet -w /lenet debian:12)
endif

# ---- the table of chapters: what each may use of the earlier ones -------------------------------
USES_01_im2col     :=
USES_02_conv       := 01_im2col
USES_03_pool       :=
USES_04_affine     :=
USES_05_softmax_ce := 04_affine
USES_06_optimizers :=
USES_07_lenet5     := 01_im2col 02_conv 03_pool 04_affine 05_softmax_ce 06_optimizers

CHAPTERS := $(sort $(notdir $(wildcard chapters/0*)))

# ---- builds: release in build/, the others in folders of their own ------------------------------
ifneq ($(origin CC),command line)
CC := gcc
endif
on      = $(filter-out 0,$1)
empty  :=
space  := $(empty) $(empty)
VARIANT := $(subst $(space),-,$(strip $(if $(call on,$(SANITIZE)),sanitize) \
             $(if $(call on,$(DEBUG)),debug) $(if $(call on,$(PORTABLE)),portable) $(ARCH) \
             $(filter-out gcc,$(notdir $(firstword $(CC))))))
ifneq ($(and $(ARCH),$(call on,$(PORTABLE))),)
$(error ARCH=$(ARCH) and PORTABLE=1 exclude each other)
endif
B := build$(if $(VARIANT),/$(VARIANT))

# Three relaxations, none of which changes what NaN or infinity means (-ffast-math would, and is
# not used):
# -fno-math-errno, -fno-trapping-math: sqrt and comparisons may become vector code, because nobody
#   reads errno or the floating-point exception flags; no value changes.
# -ffp-contract=fast: a*b + c is rounded once, not twice; -std=c11 would forbid that.
SANITIZERS := -O1 -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all \
              -fno-omit-frame-pointer
# This machine's own instructions, unless the compiler is for other machines.
MACHINE  := $(shell uname -m)
OTHERS   := $(filter-out $(MACHINE:arm64=aarch64)-%,$(patsubst arm64-%,aarch64-%,\
              $(shell $(CC) -dumpmachine 2> /dev/null)))
NATIVE   := $(if $(OTHERS),,$(if $(filter aarch64 arm64,$(MACHINE)),-mcpu=native,-march=native))
OPTIMIZE := $(if $(call on,$(SANITIZE)),$(SANITIZERS),$(if $(call on,$(DEBUG)),-O0 -g3,-O3)) \
            $(if $(call on,$(PORTABLE)),,$(if $(ARCH),-march=$(ARCH),$(NATIVE))) \
            -fno-math-errno -fno-trapping-math -ffp-contract=fast
WARNINGS := -Wall -Wextra -Wshadow -Wdouble-promotion -Wfloat-conversion -Wstrict-prototypes
CFLAGS   := -std=c11 -D_POSIX_C_SOURCE=200809L -g $(OPTIMIZE) -pthread $(WARNINGS) \
            -Icommon -Ichapters
BLAS     := -lopenblas
# Where the sources are does not show in what is built: two copies give the same bytes.
ANYWHERE := '-ffile-prefix-map=$(CURDIR)=.'
LDLIBS   := $(BLAS) -lpng -lz -ljansson -lm
# V=1 shows every command of the build in full.
Q        := $(if $(V),,@)

# ---- `make VERB N`: the number is a goal too, with nothing to do ---------------------------------
VERB   := $(filter chapter test watch debug,$(MAKECMDGOALS))
DIGITS := 0% 1% 2% 3% 4% 5% 6% 7% 8% 9%
NUMBER := $(filter $(DIGITS),$(MAKECMDGOALS))
ifneq ($(filter chapter watch debug,$(VERB)),)
  # The word after the verb, whatever it is: `chapter x` is a mistake to be named.
  NUMBER += $(filter-out $(DIGITS),$(patsubst $(VERB)@%,%,\
              $(filter $(VERB)@%,$(subst $(VERB) ,$(VERB)@,$(MAKECMDGOALS)))))
endif
NUMBER := $(strip $(NUMBER))
CHOSEN := $(if $(NUMBER),$(filter $(NUMBER)_% 0$(NUMBER)_%,$(CHAPTERS)))
USAGE   = usage: make $(or $(VERB),chapter) N, with N from 1 to $(words $(CHAPTERS))
ifneq ($(word 2,$(VERB)),)
  $(error one of chapter, test, watch and debug at a time, not "$(VERB)")
else ifneq ($(and $(NUMBER),$(if $(VERB),,none)),)
  $(error what about chapter $(NUMBER)? $(USAGE))
else ifneq ($(and $(filter chapter watch debug,$(VERB)),$(if $(NUMBER),,none)),)
  $(error which chapter? $(USAGE))
else ifneq ($(word 2,$(NUMBER)),)
  $(error one chapter at a time, not "$(NUMBER)". $(USAGE))
else ifneq ($(and $(NUMBER),$(if $(CHOSEN),,none)),)
  $(error there is no chapter "$(NUMBER)". $(USAGE))
endif
ifneq ($(NUMBER),)
.PHONY: $(NUMBER)
$(NUMBER): $(VERB) ; @:
endif

# ---- BORROW="1 2": the reference's chapters, as objects, instead of one's own --------------------
# A tree that was handed out has such objects; the chapter that is tested cannot be borrowed.
BORROWED := $(foreach n,$(BORROW),$(or $(filter $n_% 0$n_%,$(CHAPTERS)),none))
ifneq ($(strip $(BORROW)),)
LENT     := tests/reference/$(shell uname -m)
ifneq ($(filter none 07_%,$(BORROWED)),)
  $(error BORROW="1 2" names chapters from 1 to 6, not "$(BORROW)")
else ifeq ($(wildcard $(LENT)),)
  $(error nothing can be borrowed: there is no $(LENT). Do the chapters in their order)
else ifneq ($(and $(filter test watch debug,$(VERB)),$(filter $(CHOSEN),$(BORROWED))),)
  $(error chapter $(NUMBER) is borrowed: that would test the reference, not your code)
endif
endif

# ---- what is done most --------------------------------------------------------------------------
.PHONY: help run chapter debug build clean setup FORCE
.DELETE_ON_ERROR:
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules

##@ For students
help:
	@awk -f common/help.awk $(filter %Makefile %.mk,$(MAKEFILE_LIST))

run: $B/07_lenet5 ## train the report's LeNet-5 (10 epochs), save parameters and log in build/
	$< train --epochs 10 --optimizer adam --lr 0.001 --batch 100 --seed 1 \
	    --log $B/lenet5.tsv --save $B/lenet5.safetensors $(ARGS)

chapter: $(if $(filter chapter,$(VERB)),$(CHOSEN:%=$B/%)) ## N: run the example of chapter N
	@mkdir -p $B/data
	@$< $(or $(ARGS),$B/data)
	@echo; echo "Read chapters/$(CHOSEN), break something in it, and see: make test $(NUMBER)"

debug: ## N: gdb on that example; it stops inside the chapter's function
	@$(MAKE) --no-print-directory CC=gcc DEBUG=1 SANITIZE= PORTABLE= NEEDS="build debug" \
	    build/debug/$(CHOSEN)
	@mkdir -p build/debug/data
	OPENBLAS_NUM_THREADS=1 gdb -q -x common/debug/tour.gdb \
	    -x common/debug/$(CHOSEN).gdb --args build/debug/$(CHOSEN) $(or $(ARGS),build/debug/data)

build: $(CHAPTERS:%=$B/%) $B/compile_commands.json ## all seven programs, into build/

clean: ## remove build/, trained parameters included
	rm -rf build

# ---- rules ---------------------------------------------------------------------------------------
# Names with a blank or other oddities are not sources.
sources   = $(filter chapters/$1/%.c,$(wildcard chapters/$1/*.c chapters/$1/*/*.c))
library   = $(filter-out %/main.c,$(call sources,$1))
# objects,KIND,CHAPTER: the object files of a chapter and of those it uses, without mains.
objects   = $(foreach c,$2 $(USES_$2),$(if $(filter $c,$(BORROWED)),$(LENT)/$1/$c.o,\
              $(patsubst %.c,$B/$1/%.o,$(call library,$c))))
SOURCES  := $(filter common/%.c,$(wildcard common/*.c)) \
            $(foreach c,$(CHAPTERS),$(call sources,$c)) \
            $(filter tests/%.c,$(wildcard tests/*.c tests/*/*.c))
# Objects are kept. (Were everything .SECONDARY, a header that is gone would rebuild nothing.)
.SECONDARY: $(foreach k,float double,$(SOURCES:%.c=$B/$k/%.o))

$(CHAPTERS:%=$B/%): $B/%: $B/float/chapters/%/main.o $$(call objects,float,$$*) $B/float/common.a \
    | $$(IDX)
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

$B/float/common.a: $(patsubst %.c,$B/float/%.o,$(filter common/%,$(SOURCES)))
$B/double/common.a: $(patsubst %.c,$B/double/%.o,$(filter common/%,$(SOURCES)))
# It depends on what is borrowed, so that programs are linked anew when that changes.
%/common.a: $B/borrowed
	@rm -f $@
	$Q$(AR) rcs $@ $(filter %.o,$^)

$B/borrowed: FORCE
	@mkdir -p $(@D)
	@echo '$(BORROWED)' | cmp -s - $@ || echo '$(BORROWED)' > $@

# Other flags than last time, on the command line or here, compile everything anew.
$B/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS) $(LDLIBS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS) $(LDLIBS)' > $@

# Everything is compiled as float (what runs) and as double (what checks gradients).
$B/float/%.o: %.c $B/flags | setup
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$Q$(CC) $(CFLAGS) $(ANYWHERE) -DBUILD='"$B"' -MMD -MP -c $< -o $@

$B/double/%.o: %.c $B/flags | setup
	@mkdir -p $(@D)
	@echo '  CC   $< (double)'
	$Q$(CC) $(CFLAGS) $(ANYWHERE) -DREAL_DOUBLE -DBUILD='"$B"' -MMD -MP -c $< -o $@

# For clangd and other editors, which look into build/ by themselves.
$B/compile_commands.json: FORCE
	@mkdir -p $(@D)
	@{ echo '['; comma=; for f in $(SOURCES); do \
	    echo "$$comma{\"directory\": \"$(CURDIR)\", \"file\": \"$$f\","; \
	    echo " \"command\": \"$(CC) $(CFLAGS) -DBUILD='\\\"$B\\\"' -c $$f\"}"; comma=,; \
	    done; echo ']'; } > $@.part
	@if cmp -s $@.part $@; then rm $@.part; else mv $@.part $@; fi

include common/setup.mk tests/exam/exam.mk tests/tests.mk
# What a tree that was handed out lacks.
include $(wildcard tests/grade/grade.mk tests/handout/handout.mk plots/plots.mk \
          docs/docs.mk chapters/07_lenet5/studies/studies.mk)
-include $(patsubst %.c,$B/float/%.d,$(SOURCES)) $(patsubst %.c,$B/double/%.d,$(SOURCES))
