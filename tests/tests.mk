# The suites: does the code do what the lesson says? tests/README.md has the other rooms.
USES_common :=
USES_guard  := 01_im2col 02_conv 03_pool 04_affine 05_softmax_ce
USES_fast   := $(CHAPTERS)
# A suite is tests/NAME.c, or a folder of sources; support.c is shared by those of both builds.
WITH_fast   := tests/07_lenet5/support.c tests/support/bits.c
suite   = $(filter tests/%.c,$(wildcard tests/$1.c tests/$1/*.c $(WITH_$1)))
FAST   := $(if $(wildcard chapters/07_lenet5/fast/*.c),fast)
SUITES := $(foreach s,common $(CHAPTERS) $(FAST) guard,$(if $(call suite,$s),$s))
# The sources that a suite has for the double build (numerical gradients).
smooth  = $(if $(call suite,$1),$(shell grep -l REAL_DOUBLE $(call suite,$1)))
doubles = $(if $(call smooth,$1),$(sort $(call smooth,$1) $(filter %/support.c,$(call suite,$1))))
DOUBLE := $(foreach s,$(SUITES),$(if $(call doubles,$s),$s))
TESTS  := $(SUITES:%=$B/tests/%) $(DOUBLE:%=$B/tests/%.double)
# Those of the chosen chapter, or all; a chapter that is borrowed is not tested.
chosen  = $(filter-out $(foreach c,$(BORROWED),$B/tests/$c $B/tests/$c.double),\
            $(if $(CHOSEN),$(filter $(addprefix $B/tests/,$(CHOSEN) $(CHOSEN).double),$(TESTS)),\
              $(TESTS)))

# BORROW="1 2": the reference's chapters, as objects, instead of one's own. A tree that was handed
# out has such objects; the chapter that is tested cannot be borrowed.
BORROWED := $(foreach n,$(BORROW),$(or $(filter $n_% 0$n_%,$(CHAPTERS)),none))
LENT     := tests/reference/$(MACHINE)
ifneq ($(strip $(BORROW)),)
ifneq ($(filter none 07_%,$(BORROWED)),)
  $(error BORROW="1 2" names chapters from 1 to 6, not "$(BORROW)")
else ifeq ($(wildcard $(LENT)),)
  $(error nothing can be borrowed: there is no $(LENT). Do the chapters in their order)
else ifneq ($(and $(filter test watch debug,$(VERB)),$(filter $(CHOSEN),$(BORROWED))),)
  $(error chapter $(NUMBER) is borrowed: that would test the reference, not your code)
endif
endif

include tests/course/examine/examine.mk

.PHONY: test suites watch hint
##@ For students
NEEDS_test := build test
test: $$(chosen) $(EDITORS) ## [N]: build and run all suites, or those of chapter N
	@$(if $(BORROWED),echo "borrowed (not tested): $(BORROWED)";) sh tests/support/run.sh $(chosen)

NEEDS_suites := build test
suites: $(TESTS)

NEEDS_watch := build test watch
watch: setup ## N: test chapter N now, and again whenever one of its files is saved
	@MAKE='$(MAKE)' sh tests/support/watch.sh $(NUMBER) chapters/$(CHOSEN)

NEEDS_hint := hint
hint: setup ## ID=02.3 [LEVEL=2]: a hint for an exercise; there are three levels
	@python3 tests/course/exercises.py hint $(call raw,ID) $(if $(LEVEL),$(call raw,LEVEL),1)

# ---- rules ---------------------------------------------------------------------------------------
SUPPORT := hooks summary notes item suite gradcheck
# tested,SUITE and smoothed,SUITE: the objects of its two binaries.
tested   = $(patsubst %.c,$B/float/%.o,$(call suite,$1)) $(SUPPORT:%=$B/float/tests/support/%.o) \
           $(EXAM) $(call here,$1) $(call objects,float,$1) $B/float/common.a
smoothed = $(patsubst %.c,$B/double/%.o,$(call doubles,$1)) \
           $(SUPPORT:%=$B/double/tests/support/%.o) $B/double/$(EXAMINE)/rubric.o \
           $(call objects,double,$1) $B/double/common.a
$(SUITES:%=$B/tests/%): $B/tests/%: $$(call tested,$$*)
	$(call link,-lcriterion)

$(DOUBLE:%=$B/tests/%.double): $B/tests/%.double: $$(call smoothed,$$*)
	$(call link,-lcriterion)

# For wrong.py, which replaces one object: those of a suite, or of an examination (examine.mk).
.PHONY: linked
linked:
	@echo $(call $(OF),$(CHAPTER))

# The suite of chapter 7 runs the program itself, and the double half of a comparison.
HALF := $(patsubst %.c,$B/double/%.o,$(wildcard tests/07_lenet5/double/double.c))
$B/tests/07_lenet5: | $(if $(HALF),$B/tests/double $B/07_lenet5)
$B/tests/double: $(HALF) $(call objects,double,07_lenet5) $B/double/common.a
	$(link)
