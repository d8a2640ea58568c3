# The examination: linked into every suite, and a program of its own for each chapter. The answers
# come from the oracles, or, in a tree that was handed out, from a table that was made with them.
ANSWERS := $(or $(filter tests/oracle/%.c,$(SOURCES)),\
             $(filter-out %/record.c,$(filter tests/tables/%.c,$(SOURCES))))
EXAM := $(patsubst %.c,$B/float/%.o,$(ANSWERS) $(filter-out %/main.c tests/exam/here_%, \
          $(filter tests/exam/%.c,$(SOURCES))))
# here,CHAPTER: what runs the functions of a chapter and of those it uses.
here  = $(foreach c,$1 $(USES_$1),$(patsubst %.c,$B/float/%.o,\
          $(wildcard tests/exam/here_$(firstword $(subst _, ,$c)).c)))
# examined,CHAPTER: what its program is linked from. tests/wrong.py asks, to replace one of them.
examined = $B/float/tests/exam/main.o $(call here,$1) $(EXAM) $(call objects,float,$1) \
           $B/float/common.a

.PHONY: exams exam-objects
exams: $(CHAPTERS:%=$B/exam/%)

exam-objects:
	@echo $(call examined,$(CHAPTER))

$(CHAPTERS:%=$B/exam/%): $B/exam/%: $$(call examined,$$*)
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

# The list of exercises as C.
$B/rubric.inc: tests/exercises.toml tests/exercises.py
	@mkdir -p $(@D)
	@python3 tests/exercises.py table > $@.part
	@mv $@.part $@

$B/float/tests/exam/rubric.o $B/double/tests/exam/rubric.o: tests/exam/rubric.c \
    tests/exam/rubric.h $B/rubric.inc $B/flags
	@mkdir -p $(@D)
	@echo '  CC   $<'
	$Q$(CC) $(CFLAGS) -I$B -c $< -o $@

# [not for students]
##@ For graders
.PHONY: selftest
selftest: $(CHAPTERS:%=$B/exam/%) kit ## are mistakes found, attacks withstood? ALL=1: all
	@python3 tests/exercises.py check
	@python3 tests/wrong.py run $B
	@python3 tests/hostile.py $(if $(ALL),--all)
# [not for students]
