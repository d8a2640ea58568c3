# What a student gets, and what it is worth: the handout, grading, and the examination of both.

# ---- the kit: what a submission is compiled and linked with --------------------------------------
# Headers, and for every source that has exercises an archive of the reference without that source.
# The fast kernels hold solutions and are not in it. It is compiled for any processor, so that every
# machine of a class gives the same points.
KIT      := build/kit
KITFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -pthread -fno-math-errno -fno-trapping-math \
            -ffp-contract=fast
KITLIBS  := -Wl,--as-needed $(LDLIBS)
KIT_HEADERS := $(wildcard common/*.h chapters/*/*.h)
KIT_SOURCES := $(filter-out %/main.c,$(wildcard common/*.c chapters/*/*.c))
KIT_OBJECTS := $(KIT_SOURCES:%.c=$(KIT)/%.o)
# What runs the calls: common to all, and one file for each chapter.
KIT_DRIVER  := $(patsubst %,$(KIT)/tests/course/%.o,grade/probe examine/port examine/call \
                 examine/here) $(patsubst %.c,$(KIT)/%.o,$(wildcard tests/course/0*/here.c))
# The sources that have exercises. Each is judged on its own.
EXERCISED   := $(sort $(shell sed -n 's/^file = "\(.*\)"/\1/p' tests/course/0*/exercises.toml))
ARCHIVES    := $(EXERCISED:%.c=$(KIT)/%.a) $(KIT)/whole.a

.SECONDARY: $(KIT_HEADERS:%=$(KIT)/include/%)
.PHONY: kit
NEEDS_kit := build grade
kit: $(ARCHIVES) $(KIT)/driver.o $(KIT)/flags $(KIT)/judge

$(KIT)/include/%.h: %.h
	@mkdir -p $(@D)
	@cp $< $@

$(KIT)/flags: tests/course/course.mk Makefile
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC)' '$(KITFLAGS)' '$(KITLIBS)' > $@

$(KIT)/%.o: %.c $(KIT_HEADERS:%=$(KIT)/include/%) $(wildcard tests/course/*/*.h) $(KIT)/flags
	@mkdir -p $(@D)
	@echo '  CC   $< (kit)'
	$Q$(CC) $(KITFLAGS) -DBUILD='"build"' -I$(KIT)/include/common -I$(KIT)/include/chapters \
	    $(if $(filter tests/%,$<),-Itests) -c $< -o $@

$(KIT)/driver.o: $(KIT_DRIVER)
	$Q$(LD) -r $^ -o $@

$(KIT)/whole.a: $(filter-out $(EXERCISED:%.c=$(KIT)/%.o),$(KIT_OBJECTS))
	@rm -f $@
	$Q$(AR) rcs $@ $^

$(EXERCISED:%.c=$(KIT)/%.a): $(KIT)/%.a: $(KIT_OBJECTS)
	@rm -f $@
	$Q$(AR) rcs $@ $(filter-out $(@:%.a=%.o),$^)

# The judge has the expected answers, and neither chapters nor submissions.
$(KIT)/judge: $(patsubst %,$B/float/tests/course/grade/%.o,judge channel) \
    $(filter-out %/here.o %/port.o,$(EXAM)) $B/float/common.a
	$(link)

##@ For graders
.PHONY: grade grade-class selftest handout handout-parts
NEEDS_grade := build grade
grade: kit ## [SUBMISSION=dir] [SEED=n] [OUT=dir]: points, in a sandbox; without, this tree's
	@python3 tests/course/grade/grade.py --out '$(or $(OUT),build/grade)' \
	    $(if $(SEED),--seed '$(SEED)') $(if $(ISOLATION),--isolation '$(ISOLATION)') \
	    '$(or $(SUBMISSION),.)'

grade-class: kit ## SUBMISSIONS=dir [JOBS=n] [OUT=dir] [SSHLOGIN=...]: a class; resumes
	@python3 tests/course/grade/course.py --out '$(or $(OUT),build/class)' \
	    $(if $(JOBS),--jobs '$(JOBS)') $(if $(SEED),--seed '$(SEED)') \
	    $(if $(SSHLOGIN),--sshlogin '$(SSHLOGIN)') \
	    '$(or $(SUBMISSIONS),$(error usage: make grade-class SUBMISSIONS=dir))'

NEEDS_selftest := build test grade
selftest: $(CHAPTERS:%=$B/tests/%) kit ## are mistakes found, attacks withstood? ALL=1: all
	@python3 tests/course/selftest.py $B $(if $(ALL),--all)

# ---- the tree for students -----------------------------------------------------------------------
# handout.py makes it of this tree and of two things that are built here, for any processor.
PLAIN   := $(MAKE) --no-print-directory CC=gcc PORTABLE=1 ARCH= DEBUG= SANITIZE= handout-parts
HANDOUT := python3 -B tests/course/handout
NEEDS_handout := build test
handout: setup ## OUT=dir [EXERCISES="02 06.5"]: the tree for students, without solutions
	@$(PLAIN)
	@EXERCISES='$(EXERCISES)' $(HANDOUT)/handout.py make build/portable/handout '$(OUT)'

handout-parts: $B/handout/expected.txt \
    $(foreach k,float double,$(patsubst %,$B/handout/$k/%.o,$(filter-out 07_%,$(CHAPTERS))))

# Does the handout hold no solution, score 0, and 100 with the solutions? SHORT=1 is quicker.
NEEDS_trust-handout := build test clang
trust-handout: setup
	@$(PLAIN)
	@$(HANDOUT)/verify.py build/portable/handout $(if $(SHORT),short)

# The oracles' answers to all that `make test` asks.
$B/handout/expected.txt: $B/handout/record
	@$< > $@.part
	@mv $@.part $@

$B/handout/record: $(patsubst %,$B/float/$(EXAMINE)/answers/%.o,record sketch) $(EXAM) \
    $B/float/common.a
	$(call link,-Wl$(comma)--wrap=expected_right)
comma := ,

# What a chapter teaches as one object without names of its own: for BORROW.
define reference
$B/handout/$1/$2.o: $(patsubst %.c,$B/$1/%.o,$(filter-out %/main.c,$(wildcard chapters/$2/*.c)))
	@mkdir -p $$(@D)
	@echo '  LD   $$@'
	$$Q$$(LD) -r $$^ -o $$@
	$$Qstrip --strip-unneeded -R .comment $$@
endef
$(foreach k,float double,$(foreach c,$(CHAPTERS),$(eval $(call reference,$k,$c))))
