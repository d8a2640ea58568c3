# The handout, grading, and the examination of both.
comma := ,

# A variable as it was written, as an option.
option = $(if $(value $1),--$2=$(call raw,$1))

# ---- the kit: headers and objects for submissions, see grade/kit.py ------------------------------
GRADE := python3 -B tests/course/grade
KIT   := build/kit
.PHONY: kit grade grade-class gradescope viva selftest handout handout-parts journey
NEEDS_kit := build grade
kit: setup
	@$(GRADE)/kit.py $(call quote,$(CC)) $(call quote,$(BLAS)) \
	    $(foreach c,$(CHAPTERS),$c:$(subst $(space),$(comma),$(USES_$c)))

##@ For graders
NEEDS_grade := build grade
CHOICES = $(call option,OUT,out) $(call option,SEED,seed) $(call option,EXERCISES,exercises) \
          $(call option,ISOLATION,isolation)
grade: kit ## [SUBMISSION=dir] [SEED=n] [OUT=dir] [EXERCISES="02 06.5"]: points, in a sandbox
	@$(GRADE)/grade.py $(CHOICES) $(call option,REGRADE,again) -- \
	    $(if $(value SUBMISSION),$(call raw,SUBMISSION),.)

grade-class: kit ## SUBMISSIONS=dir [ROSTER=csv] [JOBS=n] [OUT=dir]: a class; resumes
	@$(if $(value SUBMISSIONS),,$(error usage: make grade-class SUBMISSIONS=dir))
	@$(GRADE)/course.py $(CHOICES) $(call option,JOBS,jobs) $(call option,SSHLOGIN,sshlogin) \
	    $(call option,ROSTER,roster) $(call option,COLUMN,column) $(call option,BEFORE,before) \
	    $(call option,LATE,late) $(call option,REGRADE,regrade) $(call option,STUDENT,student) \
	    $(if $(value ANONYMOUS),--anonymous) -- $(call raw,SUBMISSIONS)

NEEDS_gradescope := build grade
# [OUT=dir] [EXERCISES=...]: autograder.zip, for Gradescope, GitLab and other containers.
gradescope: kit
	@$(GRADE)/gradescope.py pack $(KIT) $(if $(value OUT),$(call raw,OUT),build)

NEEDS_viva := build grade debug
# [SUBMISSION=dir] [SEED=n] [OUT=dir]: five questions about a submission, and their answers.
viva: kit
	@$(GRADE)/viva.py $(call option,OUT,out) $(call option,SEED,seed) \
	    $(call option,ISOLATION,isolation) -- \
	    $(if $(value SUBMISSION),$(call raw,SUBMISSION),.)

NEEDS_selftest := build test grade
selftest: $(CHAPTERS:%=$B/tests/%) $(CHAPTERS:%=$B/exam/%)
selftest: kit ## are mistakes found, attacks withstood? ALL=1: all
	@python3 tests/course/selftest.py $B $(if $(ALL),--all)

# ---- the tree for students -----------------------------------------------------------------------
# handout.py makes it of this tree and of two things that are built here, for any processor.
PLAIN   := $(MAKE) --no-print-directory CC=gcc PORTABLE=1 ARCH= DEBUG= SANITIZE= MPI= handout-parts
HANDOUT := python3 -B tests/course/handout
NEEDS_handout := build test
handout: setup ## OUT=dir [EXERCISES="02 06.5"]: the tree for students, without solutions
	@+$(PLAIN)
	@EXERCISES=$(call raw,EXERCISES) $(HANDOUT)/handout.py make build/portable/handout \
	    $(call raw,OUT)

handout-parts: $B/handout/expected.txt \
    $(foreach k,float double,$(patsubst %,$B/handout/$k/%.o,$(filter-out 07_%,$(CHAPTERS))))

# Does the handout hold no solution, score 0, and 100 with the solutions? SHORT=1 is quicker.
NEEDS_trust-handout := build test clang
trust-handout: setup
	@+$(PLAIN)
	@$(HANDOUT)/verify.py build/portable/handout $(if $(SHORT),short)

# Plays a student, from nothing written to a network that reads. SHORT=1: chapters 1, 2, the end.
NEEDS_journey := build test
journey: setup
	@+$(PLAIN)
	@python3 -B tests/course/journey.py build/portable/handout $(if $(SHORT),short)

# The oracles' answers to all that `make test` asks.
$B/handout/expected.txt: $B/handout/record
	@$< > $@.part
	@mv $@.part $@

$B/handout/record: $(patsubst %,$B/float/$(EXAMINE)/answers/%.o,record sketch) $(EXAM) \
    $B/float/common.a
	$(call link,-Wl$(comma)--wrap=expected_right)

# A chapter's functions as one object that hides all other names: for BORROW.
define reference
$B/handout/$1/$2.o: $(patsubst %.c,$B/$1/%.o,$(filter-out %/main.c,$(wildcard chapters/$2/*.c)))
	@mkdir -p $$(@D)
	@echo '  LD   $$@'
	$$Q$$(LD) -r $$^ -o $$@
	$$Qstrip --strip-unneeded -R .comment $$@
endef
$(foreach k,float double,$(foreach c,$(CHAPTERS),$(eval $(call reference,$k,$c))))
