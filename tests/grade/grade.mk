# Grading. The kit is what a submission is compiled and linked with: headers, and for every source
# that has exercises an archive of the reference without that source. The fast kernels (direct/,
# rows/, tiles/, rational/) hold solutions and are not in it: lenet5.c does without them. It is
# compiled for any processor, so that every machine of a class gives the same points.
KIT      := build/kit
KITFLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -O2 -pthread -fno-math-errno -fno-trapping-math \
            -ffp-contract=fast
KITLIBS  := -Wl,--as-needed $(LDLIBS)
KIT_HEADERS := $(filter-out %/main.h,$(wildcard common/*.h chapters/*/*.h))
KIT_SOURCES := $(filter-out %/main.c,$(wildcard common/*.c chapters/*/*.c))
KIT_OBJECTS := $(KIT_SOURCES:%.c=$(KIT)/%.o)
# What runs the calls: common to all, and one file for each chapter.
KIT_DRIVER  := $(patsubst %,$(KIT)/tests/%.o,grade/probe exam/port exam/call exam/here)
KIT_HERE    := $(patsubst %.c,$(KIT)/%.o,$(wildcard tests/exam/here_0*.c))
# The sources that have exercises. Each is judged on its own.
EXERCISED   := $(sort $(shell sed -n 's/^file = "\(.*\)"/\1/p' tests/exercises.toml))
ARCHIVES    := $(EXERCISED:%.c=$(KIT)/%.a) $(KIT)/whole.a

.SECONDARY: $(KIT_HEADERS:%=$(KIT)/include/%)
.PHONY: kit
kit: $(ARCHIVES) $(KIT)/driver.o $(KIT)/flags $(KIT)/judge

$(KIT)/include/%.h: %.h
	@mkdir -p $(@D)
	@cp $< $@

$(KIT)/flags: tests/grade/grade.mk Makefile
	@mkdir -p $(@D)
	@printf '%s\n' '$(CC)' '$(KITFLAGS)' '$(KITLIBS)' > $@

$(KIT)/%.o: %.c $(KIT_HEADERS:%=$(KIT)/include/%) $(wildcard tests/exam/*.h tests/grade/*.h) \
    $(KIT)/flags
	@mkdir -p $(@D)
	@echo '  CC   $< (kit)'
	$Q$(CC) $(KITFLAGS) -DBUILD='"build"' -I$(KIT)/include/common -I$(KIT)/include/chapters \
	    -c $< -o $@

$(KIT)/driver.o: $(KIT_DRIVER) $(KIT_HERE)
	$Q$(LD) -r $^ -o $@

$(KIT)/whole.a: $(filter-out $(EXERCISED:%.c=$(KIT)/%.o),$(KIT_OBJECTS))
	@rm -f $@
	$Q$(AR) rcs $@ $^

$(EXERCISED:%.c=$(KIT)/%.a): $(KIT)/%.a: $(KIT_OBJECTS)
	@rm -f $@
	$Q$(AR) rcs $@ $(filter-out $(@:%.a=%.o),$^)

# The judge has the expected answers, and neither chapters nor submissions.
$(KIT)/judge: $(patsubst %,$B/float/tests/grade/%.o,judge channel) \
    $(filter-out %/here.o %/port.o,$(EXAM)) $B/float/common.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $^ $(LDLIBS) -o $@

##@ For graders
.PHONY: grade grade-class
grade: kit ## [SUBMISSION=dir] [SEED=n] [OUT=dir]: points, in a sandbox; without, this tree's
	@python3 tests/grade/grade.py --out '$(or $(OUT),build/grade)' $(if $(SEED),--seed '$(SEED)') \
	    $(if $(ISOLATION),--isolation '$(ISOLATION)') '$(or $(SUBMISSION),.)'

grade-class: kit ## SUBMISSIONS=dir [JOBS=n] [OUT=dir] [SSHLOGIN=...]: a class; resumes
	@python3 tests/grade/course.py --out '$(or $(OUT),build/class)' $(if $(JOBS),--jobs '$(JOBS)') \
	    $(if $(SEED),--seed '$(SEED)') $(if $(SSHLOGIN),--sshlogin '$(SSHLOGIN)') \
	    '$(or $(SUBMISSIONS),$(error usage: make grade-class SUBMISSIONS=dir))'
