# Set-up: `make GOAL` first installs the packages of the groups in NEEDS_GOAL, which is next to the
# goal; setup.sh knows the groups. The groups of bench-peers are in NEEDS_bench, unless
# NEEDS_bench-peers is set.
needs = $(or $(NEEDS_$1),$(NEEDS_$(firstword $(subst -, ,$1)))) $(if $(call on,$(MPI)),mpi)

IDX := $(patsubst %.gz,%,$(wildcard common/mnist/*.gz))
# The images, unpacked once and for all, where that can be written: a program starts 0.2 s sooner.
$(IDX): | $$@.gz
	@mkdir -p $B
	@! [ -w $(@D) ] || { gzip -dc $@.gz > $B/$(@F).$$$$ && mv $B/$(@F).$$$$ $@; }

.PHONY: setup doctor
setup:
	@sh common/tools/setup.sh $(sort $(foreach goal,$(MAKECMDGOALS),$(call needs,$(goal))))

##@ For engineers
doctor: ## a line for every package that some goal needs: its version, or how to install it
	@sh common/tools/setup.sh --doctor

# A goal that is none, a folder's name among them, fails with the one that was probably meant.
%.d %.mk: ;
Makefile: ;
.PHONY: tests chapters common
.DEFAULT tests chapters common:
	$(error $(if $(filter $@,$(MAKECMDGOALS)),$(call nearest,$@),$@ is missing))
