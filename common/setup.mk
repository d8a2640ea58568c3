# Set-up: which packages a goal needs. `make GOAL` installs them first, see common/setup.sh.
NEEDS_run         := build
NEEDS_seeds       := build
NEEDS_original    := build
NEEDS_choices     := build
NEEDS_ablation    := build
NEEDS_ladder      := build
NEEDS_build       := build
NEEDS_chapter     := build
NEEDS_bench       := build
NEEDS_bench-peers := build
NEEDS_bench-busy  := build
NEEDS_speed       := build
NEEDS_plots       := build plots
NEEDS_quick       := build plots
NEEDS_live        := build plots
NEEDS_report      := build plots report
NEEDS_test        := build test
NEEDS_watch       := build test watch
NEEDS_hint        := hint
NEEDS_grade       := build grade
NEEDS_grade-class := build grade
NEEDS_selftest    := build test grade
NEEDS_handout     := build test
NEEDS_handout-check := build test clang
NEEDS_interop     := build
NEEDS_crash       := build
NEEDS_faults      := build test faults
NEEDS_mutants     := build test
NEEDS_mutants-fixed := build test
NEEDS_check       := build check
NEEDS_fuzz        := build clang $(if $(call on,$(LIBRARIES)),libraries)
NEEDS_debug       := build debug
NEEDS_docs        := docs
NEEDS_book        := book
NEEDS_quotes      := build quotes
NEEDS_quotes-check := build quotes
NEEDS_figures     := build quotes
NEEDS_book-check  := docs book look
NEEDS_format      := format
NEEDS_format-check := format
NEEDS := $(sort $(foreach goal,$(MAKECMDGOALS),\
           $(NEEDS_$(goal)) $(if $(filter plot-%,$(goal)),build plots)))

IDX := $(patsubst %.gz,%,$(wildcard common/mnist/*.gz))
# The images, unpacked once and for all, where that can be written: a program starts 0.2 s sooner.
$(IDX): | $$@.gz
	@mkdir -p $B
	@! [ -w $(@D) ] || { gzip -dc $@.gz > $B/$(@F) && mv $B/$(@F) $@; }

.PHONY: setup doctor
setup:
	@sh common/setup.sh $(NEEDS)

##@ For engineers
doctor: ## a line for every package that some goal needs: its version, or what installs it
	@sh common/setup.sh --doctor
