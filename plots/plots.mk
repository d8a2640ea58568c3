# Pictures, the data they are drawn from, and what writes that data. `make plots` draws them all, `make plot-NAME` one,
# `make quick` all of them from shorter runs, in folders of their own.
D      := build/$(if $(call on,$(QUICK)),quick/)data
P      := build/$(if $(call on,$(QUICK)),quick/)plots
EPOCHS := $(if $(call on,$(QUICK)),2,10)

# ---- which data a picture needs (its script names the same files, with the command that writes each) ----
DATA_accuracy := report.tsv
DATA_loss     := report.tsv

# Data from long runs, or from timing this machine: never made along the way, drawn when it is there.
LONG_speed    := speed.tsv

PICTURES := $(patsubst DATA_%,%,$(filter DATA_%,$(.VARIABLES)))
LONG     := $(patsubst LONG_%,%,$(filter LONG_%,$(.VARIABLES)))

.PHONY: plots quick $(PICTURES:%=plot-%) $(LONG:%=plot-%)
plots: setup $(PICTURES:%=$P/%.svg) ## draw every picture into build/plots, training what they need (about ten minutes)
	@for name in $(LONG); do \
	    if sh plots/draw.sh $$name $D $P 2> $P/$$name.why; then echo "  DRAW $P/$$name.svg"; \
	    elif grep -q 'is missing' $P/$$name.why; then sed 's/^error/not drawn/' $P/$$name.why; \
	    else cat $P/$$name.why >&2; exit 1; fi; rm -f $P/$$name.why; done

quick: ## the same within two minutes, from shorter runs, into build/quick/plots
	@$(MAKE) --no-print-directory QUICK=1 plots

$(PICTURES:%=plot-%): plot-%: $P/%.svg ## plot-NAME: one picture, with the data it needs
$(LONG:%=plot-%): plot-%: | setup
	@mkdir -p $P
	@sh plots/draw.sh $* $D $P && echo '  DRAW $P/$*.svg'

$(PICTURES:%=$P/%.svg): $P/%.svg: plots/%.gp plots/style.gp plots/draw.sh $$(addprefix $D/,$$(DATA_$$*)) | setup
	@mkdir -p $P
	@echo '  DRAW $@'
	@sh plots/draw.sh $* $D $P

# ---- what writes the data ----
# run,COMMAND: runs it, and leaves the command beside the data for the caption.
run = @mkdir -p $D && echo '  RUN  $1' && { $1 > $@.out || { cat $@.out; exit 1; }; } && echo '$1' > $@.command

$D/report.tsv: $B/07_lenet5
	$(call run,$< train --epochs $(EPOCHS) --seed 1 --log $@ --save $D/report.safetensors)
