# Pictures, the data they are drawn from, and what writes that data. `make plots` draws them all, `make plot-NAME` one,
# `make quick` all of them from shorter runs, in folders of their own.
D      := build/$(if $(call on,$(QUICK)),quick/)data
P      := build/$(if $(call on,$(QUICK)),quick/)plots
EPOCHS := $(if $(call on,$(QUICK)),2,10)

# ---- which data a picture needs (its script names the same files, with the command that writes each) ----
DATA_accuracy := report.tsv
DATA_loss     := report.tsv
# chapters 1 to 6
DATA_im2col     := 01_memory.tsv
DATA_conv       := 02_time.tsv
DATA_pool       := 03_pool.tsv
DATA_activation := 04_activation.tsv
DATA_softmax    := 05_loss_float.tsv
DATA_gradcheck  := 05_step_float.tsv 05_step_double.tsv
DATA_ravine     := 06_paths.tsv

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
# run,COMMAND[,FILES]: runs it, and leaves the command beside the data for the caption; FILES: all that it writes.
run = @mkdir -p $D && echo '  RUN  $1' && { $1 > $@.out || { cat $@.out; exit 1; }; } && \
      echo '$1' | tee $(addsuffix .command,$(or $2,$@)) > /dev/null

$D/report.tsv: $B/07_lenet5
	$(call run,$< train --epochs $(EPOCHS) --seed 1 --log $@ --save $D/report.safetensors)

# chapters 1 to 6
$D/01_memory.tsv: $B/01_im2col
	$(call run,$< $D)
$D/02_time.tsv: $B/02_conv
	$(call run,$< $D)
$D/03_pool.tsv: $B/03_pool
	$(call run,$< $D)
$D/04_activation.tsv: $B/04_affine
	$(call run,$< $D)
tables_of_5 = $(addprefix $D/05_,loss_$1.tsv step_$1.tsv)
$(call tables_of_5,float) &: $B/05_softmax_ce
	$(call run,$< $D,$(call tables_of_5,float))
$(call tables_of_5,double) &: $B/05_softmax_ce.double
	$(call run,$< $D,$(call tables_of_5,double))
$D/06_paths.tsv: $B/06_optimizers
	$(call run,$< $D)
