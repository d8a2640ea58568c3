# The examiner: suites, grading, fuzzing, formatting.
USES_common :=
USES_guard  := 01_im2col 02_conv 03_pool 04_affine 05_softmax_ce
# A suite is tests/NAME.c, or a folder of sources; support.c is what those of both builds share.
suite   = $(filter tests/%.c,$(wildcard tests/$1.c tests/$1/*.c))
SUITES := $(foreach s,common $(CHAPTERS) guard,$(if $(call suite,$s),$s))
# What a suite has for the double build (numerical gradients), with support.c where there is one.
smooth  = $(if $(call suite,$1),$(shell grep -l REAL_DOUBLE $(call suite,$1)))
doubles = $(if $(call smooth,$1),$(sort $(call smooth,$1) $(filter %/support.c,$(call suite,$1))))
DOUBLE := $(foreach s,$(SUITES),$(if $(call doubles,$s),$s))
TESTS  := $(SUITES:%=$B/tests/%) $(DOUBLE:%=$B/tests/%.double)
# Those of the chosen chapter, or all; a chapter that is borrowed is not tested.
chosen  = $(filter-out $(foreach c,$(BORROWED),$B/tests/$c $B/tests/$c.double),\
            $(if $(CHOSEN),$(filter $(addprefix $B/tests/,$(CHOSEN) $(CHOSEN).double),$(TESTS)),\
              $(TESTS)))
FUZZED := build/fuzz$(if $(call on,$(FAST)),/fast)$(if $(call on,$(LIBRARIES)),/libraries)
FUZZ   := $(patsubst tests/fuzz/%.c,$(FUZZED)/%,$(filter-out %/input.c,$(wildcard tests/fuzz/*.c)))

.PHONY: test suites watch hint format format-check
##@ For students
test: $$(chosen) $B/compile_commands.json ## [N]: build and run all suites, or those of chapter N
	@$(if $(BORROWED),echo "borrowed (not tested): $(BORROWED)";) sh tests/run.sh $(chosen)

suites: $(TESTS)

watch: setup ## N: test chapter N now, and again whenever one of its files is saved
	@MAKE='$(MAKE)' sh tests/watch.sh $(NUMBER) chapters/$(CHOSEN)

hint: setup ## ID=02.3 [LEVEL=2]: a hint for an exercise; there are three levels
	@python3 tests/exercises.py hint '$(ID)' $(or $(LEVEL),1)

# [not for students]
.PHONY: test-arm64 interop crash faults mutants mutants-fixed check fuzz
.PHONY: bench bench-peers bench-busy speed
##@ For engineers
bench: $B/bench ## where the time goes: every layer, training, testing, and the share of peak
	@$< $(ARGS)

bench-peers: $B/bench ## the same work in PyTorch and in NumPy, in turn, with ratios (two minutes)
	@sh tests/bench/peers.sh $< common/mnist

bench-busy: $B/bench ## an epoch beside 1, 2, 4 and 8 busy programs (on an idle machine)
	@sh tests/bench/busy.sh $< common/mnist

speed: $B/bench ## seconds per epoch by data, batch and threads, for make plot-speed
	@mkdir -p build/data
	@$< --scaling build/data/speed.tsv

test-arm64: ## build and test on 64-bit ARM, emulated; as root, on any Debian (an hour)
	@sh tests/arm64.sh

interop: $B/07_lenet5 ## do PyTorch, NumPy and JavaScript read our files? (after make run)
	@python=$$(for p in python3 /usr/bin/python3; do \
	    $$p -c 'import torch, numpy' 2> /dev/null && echo $$p && break; done) && \
	    $$python tests/interop.py $< || { [ "$$python" ] || \
	    echo 'error: needs python3-torch and python3-numpy' >&2; exit 1; }
	@if command -v npm > /dev/null; then \
	    npm install --silent --no-audit --no-fund --prefix build/npm @huggingface/hub && \
	    node tests/interop.mjs build/npm build/lenet5.safetensors; \
	else echo 'no npm: its parser of safetensors was not asked'; fi

crash: $B/07_lenet5 ## kills runs at random moments; all must resume bit-identically (TIMES=20)
	@sh tests/crash.sh $< $(or $(TIMES),20)

faults: $B/07_lenet5 $B/faults/malloc.so ## each malloc, read, write, ... fails once (EVERY=1: each)
	@python3 tests/faults/faults.py $B $(or $(EVERY),1)

mutants: setup ## changes of the code that no test notices: SEED=1 COUNT=20 ONLY=common FILE=...
	@python3 tests/mutants/mutants.py $(or $(SEED),1) $(or $(COUNT),20) $(FILE)

fuzz: $(FUZZ) ## random inputs for every reader: SECONDS=10 each, or RUNS=N; FAST=1 LIBRARIES=1
	@sh tests/fuzz/run.sh $(or $(SECONDS),10) $(or $(RUNS),0) $(FUZZ)

mutants-fixed: setup # what .ci/run asks: those of tests/mutants/fixed.tsv must all be noticed
	@python3 tests/mutants/mutants.py --fixed

check: setup ## static analysis: gcc -fanalyzer, clang-tidy, cppcheck
	@sh tests/check.sh $(filter-out tests/%,$(SOURCES))

# [not for students]
##@ For engineers
FORMATTED = $(SOURCES) \
            $(wildcard common/*.h chapters/*/*.h chapters/*/*/*.h tests/*.h tests/*/*.h)
format: setup ## put every C file into the house format
	clang-format -i $(FORMATTED)

format-check: setup # what .ci/run asks
	clang-format --dry-run --Werror $(FORMATTED)

# ---- rules ---------------------------------------------------------------------------------------
$(SUITES:%=$B/tests/%): $B/tests/%: $$(patsubst $$(percent).c,$B/float/$$(percent).o,$$(suite_of)) \
    $B/float/tests/hooks.o $B/float/tests/check.o $B/float/tests/item.o $(EXAM) \
    $$(call here,$$*) $$(call objects,float,$$*) $B/float/common.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -lcriterion -o $@
percent := %
suite_of = $(call suite,$*)

$(DOUBLE:%=$B/tests/%.double): $B/tests/%.double: \
    $$(patsubst $$(percent).c,$B/double/$$(percent).o,$$(call doubles,$$*)) \
    $B/double/tests/hooks.o $B/double/tests/check.o $B/double/tests/exam/rubric.o \
    $$(call objects,double,$$*) $B/double/common.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -lcriterion -o $@

# [not for students]
# What the suite of chapter 7 runs: the program itself, and the double half of a comparison.
$B/tests/07_lenet5: | $B/tests/probe.double $B/07_lenet5
$B/tests/probe.double: $B/double/tests/probe.o $(call objects,double,07_lenet5) $B/double/common.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

# Preloaded under the program, which has its own allocator when it is sanitized.
$B/faults/malloc.so: tests/faults/malloc.c | setup
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) -std=c11 -O1 $(WARNINGS) -shared -fPIC $< -o $@

# The example of chapter 5 with doubles, for the picture of the gradient check.
$B/05_softmax_ce.double: $B/double/chapters/05_softmax_ce/main.o \
    $(call objects,double,05_softmax_ce) $B/double/common.a
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

$B/bench: $B/float/tests/bench/bench.o $(call objects,float,07_lenet5) $B/float/common.a
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

# libFuzzer is part of clang. All that a target uses is compiled with the sanitizers, once for all;
# with FAST=1 without them. With LIBRARIES=1 that includes libpng, zlib and jansson.
FUZZ_CC      := clang -g -O2 -pthread $(if $(call on,$(FAST)),,-fsanitize=address \
                  -fsanitize=undefined -fno-sanitize-recover=all)
FUZZ_FLAGS   := -std=c11 -D_POSIX_C_SOURCE=200809L $(WARNINGS) -Icommon -Ichapters \
                -DBUILD='"build"' -Wno-pass-failed -fsanitize=fuzzer-no-link
FUZZ_OBJECTS := $(patsubst %.c,$(FUZZED)/%.o,$(filter-out tests/% %/main.c,$(SOURCES)) \
                  tests/fuzz/input.c)
FUZZ_LIBS    := $(if $(call on,$(LIBRARIES)),$(FUZZED)/libraries.a)
$(FUZZ): $(FUZZED)/%: $(FUZZED)/tests/fuzz/%.o $(FUZZ_OBJECTS) $(FUZZ_LIBS)
	@echo '  LINK $@'
	$Q$(FUZZ_CC) -fsanitize=fuzzer $^ \
	    $(if $(FUZZ_LIBS),$(BLAS) -lm,$(LDLIBS)) -o $@

$(FUZZED)/%.o: %.c Makefile tests/tests.mk | setup
	@mkdir -p $(@D)
	@echo '  CC   $< (fuzz)'
	$Q$(FUZZ_CC) $(FUZZ_FLAGS) -MMD -MP -c $< -o $@

$(FUZZED)/libraries.a: tests/fuzz/libraries.sh tests/tests.mk | setup
	@echo '  LIBS $@'
	$Qsh $< build/fuzz/sources $@ $(FUZZ_CC) -fsanitize=fuzzer-no-link
-include $(FUZZ_OBJECTS:.o=.d) $(patsubst %.c,$(FUZZED)/%.d,$(wildcard tests/fuzz/*.c))
# [not for students]
