# LeNet-5 in C, layer by layer. `make help` lists the goals.

ifneq ($(firstword $(sort $(MAKE_VERSION) 4.0)),4.0)
$(error GNU make 4 is needed, this is $(MAKE_VERSION); on macOS: brew install make, then gmake; \
        or work in a container: docker run -it -v "$$PWD":/lenet -w /lenet debian:12)
endif

include common/tools/shell.mk

# ---- the table of chapters: which earlier ones each may use --------------------------------------
USES_01_im2col     :=
USES_02_conv       := 01_im2col
USES_03_pool       :=
USES_04_affine     :=
USES_05_softmax_ce := 04_affine
USES_06_optimizers :=
USES_07_lenet5     := 01_im2col 02_conv 03_pool 04_affine 05_softmax_ce 06_optimizers

CHAPTERS := $(sort $(notdir $(wildcard chapters/0*)))

# ---- builds: release in build/, the others in separate folders -----------------------------------
# CC and CFLAGS count on the command line; those of the environment are meant for other programs.
ifneq ($(origin CC),command line)
CC := gcc
endif
MORE := $(if $(filter command%,$(origin CFLAGS)),$(CFLAGS))
on      = $(filter-out 0,$1)
empty  :=
space  := $(empty) $(empty)
VARIANT := $(subst $(space),-,$(strip $(if $(call on,$(SANITIZE)),sanitize) \
             $(if $(call on,$(DEBUG)),debug) $(if $(call on,$(PORTABLE)),portable) $(ARCH) \
             $(if $(call on,$(MPI)),mpi) \
             $(filter-out gcc,$(notdir $(firstword $(CC))))))
ifneq ($(and $(ARCH),$(call on,$(PORTABLE))),)
$(error ARCH=$(ARCH) and PORTABLE=1 exclude each other)
endif
B := build$(if $(VARIANT),/$(VARIANT))
ifneq ($(words $B),1)
$(error B=$B: make takes a blank for the end of a name)
endif

# Two relaxations, neither of which changes a value (-ffast-math would):
# -fno-math-errno, -fno-trapping-math: sqrt and comparisons may become vector code, because the
#   program reads neither errno nor the floating-point exception flags.
# And -ffp-contract=off: a*b + c is rounded once only where the source says so (lanes.h), so that
#   every compiler gives the same bits.
SANITIZERS := -O1 -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all \
              -fno-omit-frame-pointer
# This machine's own instructions, unless the compiler is for other machines.
MACHINE  := $(shell uname -m)
OTHERS   := $(filter-out $(MACHINE:arm64=aarch64)-%,$(patsubst arm64-%,aarch64-%,\
              $(shell $(CC) -dumpmachine 2> /dev/null)))
NATIVE   := $(if $(OTHERS),,$(if $(filter aarch64 arm64,$(MACHINE)),-mcpu=native,-march=native))
OPTIMIZE := $(if $(call on,$(SANITIZE)),$(SANITIZERS),$(if $(call on,$(DEBUG)),-O0 -g3,-O3)) \
            $(if $(call on,$(PORTABLE)),,$(if $(ARCH),-march=$(ARCH),$(NATIVE))) \
            -fno-math-errno -fno-trapping-math -ffp-contract=off
WARNINGS := -Wall -Wextra -Wshadow -Wdouble-promotion -Wfloat-conversion -Wstrict-prototypes
override CFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -g $(OPTIMIZE) -pthread $(WARNINGS) \
            -Icommon -Ichapters $(MORE)
BLAS     := -lopenblas
LDLIBS   := $(BLAS) -lpng -ljpeg -lz -ljansson -lm
# The folder of the sources does not show in the result: two copies give the same bytes.
ANYWHERE := $(call quote,-ffile-prefix-map=$(CURDIR)=.)
# V=1 shows every command of the build in full.
Q        := $(if $(V),,@)

# ---- `make VERB N`: the number is a goal too, with nothing to do ---------------------------------
VERB   := $(filter chapter test watch debug,$(MAKECMDGOALS))
NUMBER := $(filter 0% 1% 2% 3% 4% 5% 6% 7% 8% 9%,$(MAKECMDGOALS))
CHOSEN := $(foreach n,$(NUMBER),$(or $(filter $n_% 0$n_%,$(CHAPTERS)),none))
ifneq ($(or $(filter none,$(CHOSEN)),$(word 2,$(NUMBER)),$(word 2,$(VERB)),\
         $(if $(VERB),,$(NUMBER)),$(if $(NUMBER),,$(filter-out test,$(VERB)))),)
OTHER  := $(firstword $(filter-out $(VERB) $(NUMBER),$(MAKECMDGOALS)))
USAGE  := usage: make $(or $(firstword $(VERB)),chapter) N, with one N from 1 to \
          $(words $(CHAPTERS))$(if $(NUMBER),; not "$(NUMBER)")
$(error $(or $(if $(OTHER),$(call nearest,$(OTHER))),$(USAGE)))
endif
ifneq ($(NUMBER),)
.PHONY: $(NUMBER)
$(NUMBER): $(VERB) ; @:
endif

# ---- everyday goals ------------------------------------------------------------------------------
.PHONY: help run chapter debug build clean FORCE
.DELETE_ON_ERROR:
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules

##@ For students
help:
	@awk -f common/tools/help.awk $(filter %Makefile %.mk,$(MAKEFILE_LIST))

NEEDS_run := build
run: $B/07_lenet5 ## train the report's LeNet-5 (10 epochs), save parameters and log in build/
	$(LAUNCH) $< train --epochs 10 --optimizer adam --lr 0.001 --batch 100 --seed 1 \
	    --log $B/lenet5.tsv --save $B/lenet5.safetensors $(ARGS)

NEEDS_chapter := build
chapter: $(if $(filter chapter,$(VERB)),$(CHOSEN:%=$B/%)) ## N: run the example of chapter N
	@mkdir -p $B/data
	@$< $(or $(ARGS),$B/data)
	@echo; echo "Read chapters/$(CHOSEN), break something in it, and see: make test $(NUMBER)"

NEEDS_debug := build debug
debug: setup ## N: gdb on that example; it stops inside the chapter's function
	@$(MAKE) --no-print-directory CC=gcc DEBUG=1 SANITIZE= PORTABLE= MPI= build/debug/$(CHOSEN)
	@mkdir -p build/debug/data
	OPENBLAS_NUM_THREADS=1 gdb -q -x common/tools/debug/tour.gdb \
	    -x common/tools/debug/$(CHOSEN).gdb \
	    --args build/debug/$(CHOSEN) $(or $(ARGS),build/debug/data)

NEEDS_build := build
build: $(CHAPTERS:%=$B/%) $$(RACES) $$(EDITORS) ## all seven programs, into build/

clean: ## remove build/, trained parameters included
	rm -rf build

include common/tools/setup.mk common/tools/rules.mk tests/tests.mk
# A tree that was handed out lacks these.
include $(wildcard tests/course/course.mk tests/trust/trust.mk tests/bench/bench.mk \
          plots/plots.mk docs/playground/playground.mk docs/docs.mk \
          chapters/07_lenet5/studies/studies.mk chapters/07_lenet5/ranks/ranks.mk)
