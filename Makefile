# LeNet-5 in C, layer by layer. `make help` lists what can be done here.

# ---- the table of chapters: what each may use of the earlier ones -------------------------------
USES_01_im2col     :=
USES_02_conv       := 01_im2col
USES_03_pool       :=
USES_04_affine     :=
USES_05_softmax_ce := 04_affine
USES_06_optimizers :=
USES_07_lenet5     := 01_im2col 02_conv 03_pool 04_affine 05_softmax_ce 06_optimizers
USES_common        :=
USES_guard         := 01_im2col 02_conv 03_pool 04_affine 05_softmax_ce

CHAPTERS := $(sort $(notdir $(wildcard chapters/*)))
SUITES   := common $(CHAPTERS) guard
# Suites with a part for the double build (numerical gradients).
DOUBLE   := $(patsubst tests/%.c,%,$(shell grep -l REAL_DOUBLE tests/*.c 2> /dev/null))

# ---- builds: release in build/, the others in folders of their own ------------------------------
ifneq ($(origin CC),command line)
CC := gcc
endif
on       = $(filter-out 0,$1)
empty   :=
space   := $(empty) $(empty)
VARIANT := $(subst $(space),-,$(strip $(if $(call on,$(SANITIZE)),sanitize) \
             $(if $(call on,$(DEBUG)),debug) $(if $(call on,$(PORTABLE)),portable) $(ARCH) \
             $(filter-out gcc,$(notdir $(firstword $(CC))))))
ifneq ($(and $(ARCH),$(call on,$(PORTABLE))),)
$(error ARCH=$(ARCH) and PORTABLE=1 exclude each other)
endif
B       := build$(if $(VARIANT),/$(VARIANT))

# Three relaxations, none of which changes what NaN or infinity means (-ffast-math would, and is not used):
# -fno-math-errno, -fno-trapping-math: sqrt and comparisons may become vector code, because nobody reads
# errno or the floating-point exception flags; no value changes.
# -ffp-contract=fast: a*b + c is rounded once, not twice; -std=c11 would forbid that.
OPTIMIZE := $(if $(call on,$(SANITIZE)),-O1 -fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all \
              -fno-omit-frame-pointer,$(if $(call on,$(DEBUG)),-O0 -g3,-O3)) \
            $(if $(call on,$(PORTABLE)),,-march=$(or $(ARCH),native)) -fno-math-errno -fno-trapping-math -ffp-contract=fast
WARNINGS := -Wall -Wextra -Wshadow -Wdouble-promotion -Wfloat-conversion -Wstrict-prototypes
# V=1 shows every command of the build in full.
Q        := $(if $(V),,@)
CFLAGS   := -std=c11 -D_POSIX_C_SOURCE=200809L -g $(OPTIMIZE) -fopenmp $(WARNINGS) -Icommon -Ichapters
BLAS     := -lopenblas
LDLIBS   := $(BLAS) -lpng -lz -ljansson -lm

# ---- what is made of what ------------------------------------------------------------------------
SOURCES := $(wildcard common/*.c chapters/*/*.c tests/*.c tests/bench/*.c tests/fuzz/*.c)
mains    = $(wildcard chapters/$1/main*.c)
library  = $(filter-out $(call mains,$1),$(wildcard chapters/$1/*.c))
# objects,KIND,CHAPTER: the object files of a chapter and of those it uses, without mains.
objects  = $(patsubst %.c,$B/$1/%.o,$(foreach c,$2 $(USES_$2),$(call library,$c)))
PROGRAMS := $(CHAPTERS:%=$B/%)
TESTS    := $(SUITES:%=$B/tests/%) $(DOUBLE:%=$B/tests/%.double)

FUZZ     := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(filter-out %/input.c,$(wildcard tests/fuzz/*.c)))

# ---- `make VERB N`: the number is a goal too, with nothing to do ---------------------------------
VERB   := $(filter chapter test debug,$(firstword $(MAKECMDGOALS)))
NUMBER := $(if $(VERB),$(wordlist 2,99,$(MAKECMDGOALS)))
CHOSEN := $(if $(NUMBER),$(filter $(firstword $(NUMBER))_% 0$(firstword $(NUMBER))_%,$(CHAPTERS)))
ifdef VERB
  USAGE := usage: make $(VERB) N, with N from 1 to $(words $(CHAPTERS))
  ifeq ($(NUMBER)$(filter test,$(VERB)),)
    $(error which chapter? $(USAGE))
  else ifneq ($(word 2,$(NUMBER)),)
    $(error one chapter at a time, not "$(NUMBER)". $(USAGE))
  else ifneq ($(NUMBER),$(if $(CHOSEN),$(NUMBER)))
    $(error there is no chapter "$(NUMBER)". $(USAGE))
  endif
  ifneq ($(NUMBER),)
    .PHONY: $(NUMBER)
    $(NUMBER): $(VERB) ; @:
  endif
endif

.PHONY: help doctor run live seeds original choices ablation ladder build bench bench-peers speed chapter test debug interop crash fuzz grade docs format format-check clean setup
.DELETE_ON_ERROR:
.SECONDEXPANSION:
MAKEFLAGS += --no-builtin-rules

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile plots/plots.mk docs/report.mk
	@echo; echo '  DEBUG=1 builds with -O0 -g3, SANITIZE=1 with ASan and UBSan, PORTABLE=1 without'
	@echo '  -march=native, ARCH=x86-64-v3 for that processor; make CC=clang uses clang. ARGS="..." goes to the program that is run.'

run: $B/07_lenet5 ## train the report's LeNet-5 (10 epochs), save parameters and log in build/
	$< train --epochs 10 --optimizer adam --lr 0.001 --batch 100 --seed 1 \
	    --log $B/lenet5.tsv --save $B/lenet5.safetensors $(ARGS)

live: $B/07_lenet5 ## the same run, loss and accuracy drawn while it goes on (a window with gnuplot-qt or -x11, else letters)
	$< train --live --seed 1 $(ARGS)

seeds: $B/07_lenet5 ## the same with seeds 1 to 5, one line each, and the mean accuracy
	@mkdir -p build/data
	@for seed in 1 2 3 4 5; do \
	    $< train --seed $$seed $(ARGS) > build/data/seed-$$seed.out || exit 1; tail -n 1 build/data/seed-$$seed.out; \
	done
	@tail -qn 1 build/data/seed-[1-5].out | \
	    awk '{ split($$2, a, "="); sum += a[2] } END { printf "mean %s=%.4f\n", a[1], sum / NR }'

original: $B/07_lenet5 ## the original of 1998 beside the paper's Fig. 5: 3 seeds, also with distortions (about 4 minutes)
	@mkdir -p build/data
	@sh chapters/07_lenet5/original.sh $< build/data $(ARGS)

choices: $B/07_lenet5 ## what the paper leaves open, varied one at a time, judged on held-out training images (about 12 minutes)
	@mkdir -p build/data
	@sh chapters/07_lenet5/study.sh $< chapters/07_lenet5/choices.txt build/data/choices.tsv --recipe 1998 --validate 10000 $(ARGS)

ablation: $B/07_lenet5 ## what each departure from the original buys: 12 networks, 3 seeds (about 5 minutes)
	@mkdir -p build/data
	@sh chapters/07_lenet5/study.sh $< chapters/07_lenet5/ablation.txt build/data/ablation.tsv $(ARGS)

ladder: $B/07_lenet5 ## from the report's recipe to the record, one change at a time, 3 seeds (about 25 minutes)
	@mkdir -p build/data
	@sh chapters/07_lenet5/study.sh $< chapters/07_lenet5/ladder.txt build/data/ladder.tsv $(ARGS)

chapter: $(if $(filter chapter,$(VERB)),$(CHOSEN:%=$B/%)) ## N: build and run the example of chapter N
	@mkdir -p $B/data
	@$< $(if $(filter 07_%,$(CHOSEN)),train --epochs 1 $(ARGS),$(or $(ARGS),$B/data))
	@echo; echo "Read chapters/$(CHOSEN), break something in it, and see: make test $(firstword $(NUMBER))"

test: $$(test_binaries) ## [N]: build and run all test suites, or those of chapter N
	@sh tests/run.sh $(test_binaries)
test_binaries = $(if $(CHOSEN),$(filter $B/tests/$(CHOSEN) $B/tests/$(CHOSEN).double,$(TESTS)),$(TESTS))

debug: ## N: start gdb on the example of chapter N, one thread
	@$(MAKE) --no-print-directory CC=gcc DEBUG=1 SANITIZE= PORTABLE= build/debug/$(CHOSEN) NEEDS="build debug"
	@mkdir -p build/debug/data
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 gdb -q -x common/debug.gdb -ex start \
	    --args build/debug/$(CHOSEN) $(if $(filter 07_%,$(CHOSEN)),train --epochs 1 --threads 1 $(ARGS),$(or $(ARGS),build/debug/data))

interop: $B/07_lenet5 ## do PyTorch and NumPy read our files, and we theirs, with the same logits? (after make run)
	@python=$$(for p in python3 /usr/bin/python3; do $$p -c 'import torch, numpy' 2> /dev/null && echo $$p && break; done) && \
	    $$python tests/interop.py $< || { [ "$$python" ] || echo 'error: needs python3-torch and python3-numpy' >&2; exit 1; }

crash: $B/07_lenet5 ## kills training runs at random moments; every one must go on to the same bits (TIMES=20, two minutes)
	@sh tests/crash.sh $< $(or $(TIMES),20)

fuzz: $(FUZZ) ## inputs that nobody thought of, for every reader of files: SECONDS=10 each, or RUNS=10000000
	@sh tests/fuzz/run.sh $(or $(SECONDS),10) $(or $(RUNS),0) $(FUZZ)

grade: setup ## run all suites and print points a chapter; the table goes to build/grade.json too
	@MAKE='$(MAKE)' B='$B' sh tests/grade/grade.sh $(CHAPTERS)

docs: setup ## the reference, from the comments in the headers, to build/docs/html/index.html
	@sh docs/build.sh

format: setup ## put every C file into the house format
	clang-format -i $(SOURCES) $(wildcard common/*.h chapters/*/*.h tests/*.h tests/fuzz/*.h)

format-check: setup # what .ci/run asks
	clang-format --dry-run --Werror $(SOURCES) $(wildcard common/*.h chapters/*/*.h tests/*.h tests/fuzz/*.h)

bench: $B/bench ## where the time goes: every layer, training, testing, and the share of peak
	@$< $(ARGS)

bench-peers: $B/bench ## the same work in PyTorch and in NumPy, in turn, with ratios (about two minutes)
	@sh tests/bench/peers.sh $< common/mnist

speed: $B/bench ## seconds an epoch by data, batch and threads: build/data/speed.tsv, for make plot-speed
	@mkdir -p build/data
	@$< --scaling build/data/speed.tsv

doctor: ## a line for every package that some target needs: its version, or what installs it
	@sh common/setup.sh --doctor

build: $(PROGRAMS) ## all seven programs, into build/

clean: ## remove everything that was made, trained parameters included
	rm -rf build

# ---- set-up: which packages a goal needs; see common/setup.sh -----------------------------------
NEEDS_run := build
NEEDS_seeds := build
NEEDS_original := build
NEEDS_choices := build
NEEDS_ablation := build
NEEDS_ladder := build
NEEDS_build := build
NEEDS_chapter := build
NEEDS_bench := build
NEEDS_bench-peers := build
NEEDS_speed := build
NEEDS_plots := build plots
NEEDS_quick := build plots
NEEDS_live := build plots
NEEDS_report := build plots report
NEEDS_test := build test
NEEDS_grade := build test
NEEDS_interop := build
NEEDS_crash := build
NEEDS_fuzz := build clang
NEEDS_debug := build debug
NEEDS_docs := docs
NEEDS_format := format
NEEDS_format-check := format
NEEDS := $(sort $(foreach goal,$(MAKECMDGOALS),$(NEEDS_$(goal)) $(if $(filter plot-%,$(goal)),build plots)))
setup:
	@sh common/setup.sh $(NEEDS)

# ---- rules ---------------------------------------------------------------------------------------
$(PROGRAMS): $B/%: $$(patsubst %.c,$B/float/%.o,$$(call mains,$$*)) $$(call objects,float,$$*) $B/float/common.a
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

$(SUITES:%=$B/tests/%): $B/tests/%: $B/float/tests/%.o $B/float/tests/hooks.o \
    $$(call objects,float,$$*) $B/float/common.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -lcriterion -o $@

$(DOUBLE:%=$B/tests/%.double): $B/tests/%.double: $B/double/tests/%.o $B/double/tests/hooks.o \
    $$(call objects,double,$$*) $B/double/common.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -lcriterion -o $@

# The double half of a comparison that a float test makes.
$B/tests/07_lenet5: | $B/tests/probe.double $B/07_lenet5
$B/tests/probe.double: $B/double/tests/probe.o $(call objects,double,07_lenet5) $B/double/common.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

# The example of chapter 5 with doubles, for the picture of the gradient check.
$B/05_softmax_ce.double: $B/double/chapters/05_softmax_ce/main.o $(call objects,double,05_softmax_ce) $B/double/common.a
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

$B/bench: $B/float/tests/bench/bench.o $(call objects,float,07_lenet5) $B/float/common.a
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

$B/float/common.a: $(patsubst %.c,$B/float/%.o,$(wildcard common/*.c))
$B/double/common.a: $(patsubst %.c,$B/double/%.o,$(wildcard common/*.c))
%/common.a:
	@rm -f $@
	$Qar rcs $@ $^

# libFuzzer is part of clang. One command a target: everything it uses is compiled with the sanitizers.
build/fuzz/%: tests/fuzz/%.c tests/fuzz/input.c $(filter-out $(wildcard chapters/*/main*.c),$(wildcard common/*.c chapters/*/*.c)) \
    $(wildcard common/*.h chapters/*/*.h tests/fuzz/*.h) | setup
	@mkdir -p $(@D)
	@echo '  FUZZ $@'
	$Qclang -std=c11 -D_POSIX_C_SOURCE=200809L -g -O2 -fopenmp $(WARNINGS) -Icommon -Ichapters -DBUILD='"build"' \
	    -Wno-pass-failed -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(filter %.c,$^) $(LDLIBS) -o $@

# Other flags than last time, on the command line or here, compile everything anew.
$B/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(CFLAGS) $(LDLIBS)' | cmp -s - $@ || echo '$(CC) $(CFLAGS) $(LDLIBS)' > $@
.PHONY: FORCE

$B/float/%.o: %.c $B/flags | setup $B/compile_commands.json
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$Q$(CC) $(CFLAGS) -DBUILD='"$B"' -MMD -MP -c $< -o $@

$B/double/%.o: %.c $B/flags | setup
	@mkdir -p $(@D)
	@echo '  CC   $< (double)'
	$Q$(CC) $(CFLAGS) -DREAL_DOUBLE -DBUILD='"$B"' -MMD -MP -c $< -o $@

# For clangd and other editors, which look into build/ by themselves.
$B/compile_commands.json: Makefile $(SOURCES)
	@mkdir -p $(@D)
	@{ echo '['; comma=; for f in $(SOURCES); do echo "$$comma{\"directory\": \"$(CURDIR)\","; \
	    echo " \"file\": \"$$f\", \"command\": \"$(CC) $(CFLAGS) -DBUILD='\\\"$B\\\"' -c $$f\"}"; comma=,; done; echo ']'; } > $@

include plots/plots.mk
include docs/report.mk

.SECONDARY:
-include $(patsubst %.c,$B/float/%.d,$(SOURCES)) $(patsubst %.c,$B/double/%.d,$(SOURCES))
