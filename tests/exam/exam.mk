# The examination: linked into every suite, and a program of its own for each chapter.
EXAM := $(patsubst %.c,$B/float/%.o,$(filter-out %/main.c tests/exam/here_%, \
          $(filter tests/exam/%.c tests/oracle/%.c,$(SOURCES))))
# here,CHAPTER: what runs the functions of a chapter and of those it uses.
here  = $(foreach c,$1 $(USES_$1),$(patsubst %,$B/float/tests/exam/here_%.o,\
          $(filter 0%,$(firstword $(subst _, ,$c)))))
# examined,CHAPTER: what its program is linked from. tests/wrong.py asks, to replace one of them.
examined = $B/float/tests/exam/main.o $(call here,$1) $(EXAM) $(call objects,float,$1) \
           $B/float/common.a

.PHONY: exam-objects
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

##@ For graders
.PHONY: selftest
selftest: $(CHAPTERS:%=$B/exam/%) kit ## are mistakes found, attacks withstood? (ALL=1: at all levels)
	@python3 tests/exercises.py check
	@python3 tests/wrong.py run $B
	@python3 tests/hostile.py $(if $(ALL),--all)
