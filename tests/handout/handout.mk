# The tree for students; handout.py makes it of this tree and of two things that are built here.
HANDOUT_PARTS := $B/handout/expected.txt \
    $(foreach k,float double,$(patsubst %,$B/handout/$k/%.o,$(filter-out 07_%,$(CHAPTERS))))

##@ For graders
.PHONY: handout handout-check handout-parts
handout: ## OUT=dir [EXERCISES="02 06.5"]: the tree for students, without solutions
	@$(MAKE) --no-print-directory CC=gcc PORTABLE=1 ARCH= DEBUG= SANITIZE= handout-parts
	@EXERCISES='$(EXERCISES)' python3 -B tests/handout/handout.py make build/portable/handout '$(OUT)'

handout-check: ## does it hold no solution, score 0, and 100 with the solutions? SHORT=1 is quicker
	@$(MAKE) --no-print-directory CC=gcc PORTABLE=1 ARCH= DEBUG= SANITIZE= handout-parts
	@python3 -B tests/handout/check.py build/portable/handout $(if $(SHORT),short)

handout-parts: $(HANDOUT_PARTS)

# The oracles' answers to all that `make test` asks.
$B/handout/expected.txt: $B/handout/record
	@$< > $@.part
	@mv $@.part $@

$B/handout/record: $B/float/tests/tables/record.o $B/float/tests/tables/sketch.o $(EXAM) \
    $B/float/common.a
	@mkdir -p $(@D)
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) -Wl,--wrap=expected_right $^ $(LDLIBS) -o $@

# What a chapter teaches as one object without names of its own: for BORROW.
define reference
$B/handout/$1/$2.o: $(patsubst %.c,$B/$1/%.o,$(filter-out %/main.c,$(wildcard chapters/$2/*.c)))
	@mkdir -p $$(@D)
	@echo '  LD   $$@'
	$$Q$$(LD) -r $$^ -o $$@
	$$Qstrip --strip-unneeded -R .comment $$@
endef
$(foreach k,float double,$(foreach c,$(CHAPTERS),$(eval $(call reference,$k,$c))))
