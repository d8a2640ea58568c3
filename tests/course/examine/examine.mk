# The examination: linked into every suite, and a program for each chapter. The answers come from
# the oracles, or, in a tree that was handed out, from a table that was made with them.
EXAMINE := tests/course/examine
ORACLES := $(wildcard tests/course/0*/oracle.c $(EXAMINE)/oracle/*.c)
ANSWERS := $(or $(ORACLES),$(filter-out %/record.c,$(wildcard $(EXAMINE)/answers/*.c)))
EXAM    := $(patsubst %.c,$B/float/%.o,$(ANSWERS) $(wildcard tests/course/0*/items.c) \
             $(filter-out %/main.c,$(wildcard $(EXAMINE)/*.c)))
# here,CHAPTER: the callers of the functions of a chapter and of those it uses.
here     = $(foreach c,$1 $(USES_$1),$(patsubst %.c,$B/float/%.o,\
             $(wildcard tests/course/$(firstword $(subst _, ,$c))/here.c)))
# examined,CHAPTER: the objects of its program.
examined = $B/float/$(EXAMINE)/main.o $(call here,$1) $(EXAM) $(call objects,float,$1) \
           $B/float/common.a

$(CHAPTERS:%=$B/exam/%): $B/exam/%: $$(call examined,$$*)
	$(link)

# The list of exercises as C.
$B/rubric.inc: $(wildcard tests/course/0*/exercises.toml) tests/course/exercises.py
	@mkdir -p $(@D)
	@python3 tests/course/exercises.py table > $@.$$$$ && mv $@.$$$$ $@

RUBRIC := $(foreach k,float double,$B/$k/$(EXAMINE)/rubric.o)
$(RUBRIC): private override CFLAGS += -I$B
$(RUBRIC): $B/rubric.inc
