# Would we notice? `make trust` asks all of CHECKS, `make trust-fuzz` one.
CHECKS := abroad analyse book crash elsewhere faults format fuzz handout mutants playground quotes \
          ranks
T      := tests/trust

.PHONY: trust format bits $(addprefix trust-,$(CHECKS) arm64 interop)
##@ For engineers
trust: setup $(CHECKS:%=trust-%) ## would we notice mistakes? Runs all of these checks (an hour)
NEEDS_trust = $(foreach check,$(CHECKS),$(NEEDS_trust-$(check)))
trust-%: ## abroad analyse book crash elsewhere faults fuzz handout mutants playground quotes ranks
	@echo 'error: there is no check "$*"; see make help' >&2; exit 2

FORMATTED = $(SOURCES) docs/prologue.c $(wildcard docs/playground/c/*.[ch]) \
            $(wildcard $(foreach d,common chapters tests,$(addprefix $d/*,.h /*.h /*/*.h /*/*/*.h)))
PYTHON    = $(shell git ls-files '*.py')
NEEDS_format := format
format: setup ## put every source into the house format
	clang-format -i $(FORMATTED)
	black -q -l 100 $(PYTHON)

NEEDS_trust-format := format
trust-format: setup
	@clang-format --dry-run --Werror $(FORMATTED)
	@black -q -l 100 --check $(PYTHON)
	@flake8 $(PYTHON)

NEEDS_bits := build bits
bits: setup ## the same parameters in every build? SHORT=1: in four builds
	@sh $T/bits.sh build/bits '$(filter -std=% -D% -f% -I% -pthread,$(CFLAGS))' \
	    '$(COMPUTING)' $(if $(SHORT),short)

# Static analysis: gcc -fanalyzer, clang-tidy, cppcheck.
NEEDS_trust-analyse := build check
trust-analyse: setup
	@sh $T/analyse.sh $(filter-out tests/% %/ranks.c,$(SOURCES))

# Runs are killed at random moments; all must resume bit-identically. TIMES=20
NEEDS_trust-crash := build study
trust-crash: $B/07_lenet5
	@sh $T/crash.sh $< $(or $(TIMES),20)

# A clone with an odd name, a German locale, umask 077, others' CC and CFLAGS; and the refusals.
NEEDS_trust-abroad := build test plots abroad study
trust-abroad: setup
	@sh $T/abroad.sh $(MAKE)

# The build is reproducible, works out of tree, and for another machine.
NEEDS_trust-elsewhere := build
trust-elsewhere: setup
	@sh $T/elsewhere.sh $(MAKE) aarch64-linux-gnu-gcc

# Each malloc, read, write, ... fails once. EVERY=200: only every 200th.
NEEDS_trust-faults := build test faults
trust-faults: $B/07_lenet5 $B/faults/malloc.so
	@python3 $T/faults/faults.py $B $(or $(EVERY),1)

# Preloaded under the program, which has its own allocator when it is sanitized.
$B/faults/malloc.so: $T/faults/malloc.c | setup
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) -std=c11 -O1 $(WARNINGS) -shared -fPIC $< -o $@

# Does `make release` refuse, and give the same bytes twice? (half an hour) SHORT=1: refusals only
NEEDS_trust-release = $(NEEDS_release)
trust-release: setup
	@sh $T/release.sh '$(MAKE)' $(if $(SHORT),short)

# Changes of the code that no test notices: SEED=1 COUNT=20 GROUPS="common 07_lenet5" FILE=...
# FIXED=1: those of fixed.tsv, which must all be noticed.
NEEDS_trust-mutants := build test
trust-mutants: setup
	@python3 $T/mutants/mutants.py \
	    $(if $(FIXED),--fixed,$(or $(SEED),1) $(or $(COUNT),20) $(FILE))

# The same file on any number of processes, also when one is killed? SHORT=1: on fewer
NEEDS_trust-ranks := build mpi
trust-ranks: $B/07_lenet5
	@$(MAKE) --no-print-directory MPI=1 build/mpi/07_lenet5
	@sh $T/ranks.sh $< build/mpi/07_lenet5 $(if $(SHORT),short)

# Do PyTorch, NumPy and JavaScript read our files? (after make run)
NEEDS_trust-interop := build
trust-interop: $B/07_lenet5
	@sh $T/interop.sh $<

# Build and test on 64-bit ARM, emulated; as root, on any Debian (an hour).
trust-arm64:
	@sh $T/arm64.sh

# ---- random inputs for every reader: SECONDS=10 each, or RUNS=N ----------------------------------
# libFuzzer is part of clang. All that a target uses is compiled with the sanitizers, once for all;
# with FAST=1 without them. With LIBRARIES=1 that includes libpng, zlib and jansson.
FUZZED := build/fuzz$(if $(call on,$(FAST)),/fast)$(if $(call on,$(LIBRARIES)),/libraries)
FUZZ   := $(patsubst $T/fuzz/%.c,$(FUZZED)/%,$(filter-out %/input.c,$(wildcard $T/fuzz/*.c)))
FUZZ_CC      := clang -g -O2 -pthread $(if $(call on,$(FAST)),,-fsanitize=address \
                  -fsanitize=undefined -fno-sanitize-recover=all)
FUZZ_FLAGS   := -std=c11 -D_POSIX_C_SOURCE=200809L $(WARNINGS) -Icommon -Ichapters \
                -DBUILD='"build"' -Wno-pass-failed -fsanitize=fuzzer-no-link
FUZZ_OBJECTS := $(patsubst %.c,$(FUZZED)/%.o,$(filter common/%,$(SOURCES)) $T/fuzz/input.c \
                  $(foreach c,$(CHAPTERS),$(call library,$c)))
FUZZ_LIBS    := $(if $(call on,$(LIBRARIES)),$(FUZZED)/libraries.a)
NEEDS_trust-fuzz := build clang $(if $(call on,$(LIBRARIES)),libraries)
trust-fuzz: $(FUZZ)
	@sh $T/fuzz/run.sh $(or $(SECONDS),10) $(or $(RUNS),0) $(FUZZ)

$(FUZZ): $(FUZZED)/%: $(FUZZED)/$T/fuzz/%.o $(FUZZ_OBJECTS) $(FUZZ_LIBS)
	@echo '  LINK $@'
	$Q$(FUZZ_CC) -fsanitize=fuzzer $^ $(if $(FUZZ_LIBS),$(BLAS) -ljpeg -lm,$(LDLIBS)) -o $@

$(FUZZED)/%.o: %.c Makefile $T/trust.mk | setup
	@mkdir -p $(@D)
	@echo '  CC   $< (fuzz)'
	$Q$(FUZZ_CC) $(FUZZ_FLAGS) -MMD -MP -c $< -o $@

$(FUZZED)/libraries.a: $T/fuzz/libraries.sh $T/trust.mk | setup
	@echo '  LIBS $@'
	$Qsh $< build/fuzz/sources $@ $(FUZZ_CC) -fsanitize=fuzzer-no-link
-include $(FUZZ_OBJECTS:.o=.d) $(patsubst %.c,$(FUZZED)/%.d,$(wildcard $T/fuzz/*.c))
