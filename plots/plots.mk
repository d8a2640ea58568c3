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
# chapter 7
DATA_start      := start.tsv
DATA_optimizers := optimizers.tsv
DATA_sigmoid    := report.tsv sigmoid.tsv
DATA_confusion  := confusion.tsv
DATA_mistakes   := mistakes.tsv
DATA_filters    := filters.tsv
DATA_maps       := maps.tsv
DATA_histograms := histograms.tsv
DATA_codes      := 1998/codes.tsv

# Data from long runs, or from timing this machine: never made along the way, drawn when it is there.
LONG_speed    := speed.tsv
# chapter 7
LONG_original  := original.tsv
LONG_rejection := rejection.tsv
LONG_ablation  := ablation.tsv
LONG_ladder    := ladder.tsv

PICTURES := $(patsubst DATA_%,%,$(filter DATA_%,$(.VARIABLES)))
LONG     := $(patsubst LONG_%,%,$(filter LONG_%,$(.VARIABLES)))

##@ For report writers
.PHONY: plots quick $(PICTURES:%=plot-%) $(LONG:%=plot-%)
plots: setup $(PICTURES:%=$P/%.svg) ## draw every picture into build/plots, training what they need (two minutes); make plot-NAME: one of them
	@for name in $(LONG); do \
	    if sh plots/draw.sh $$name build/data $P 2> $P/$$name.why; then echo "  DRAW $P/$$name.svg"; \
	    elif grep -q 'is missing' $P/$$name.why; then sed 's/^error/not drawn/' $P/$$name.why; \
	    else cat $P/$$name.why >&2; exit 1; fi; rm -f $P/$$name.why; done

quick: ## the same from shorter runs, into build/quick/plots (half a minute)
	@$(MAKE) --no-print-directory QUICK=1 plots

$(PICTURES:%=plot-%): plot-%: $P/%.svg ## plot-NAME: one picture, with the data it needs
$(LONG:%=plot-%): plot-%: | setup
	@mkdir -p $P
	@sh plots/draw.sh $* build/data $P && echo '  DRAW $P/$*.svg'

$(PICTURES:%=$P/%.svg): $P/%.svg: plots/%.gp plots/style.gp plots/draw.sh $$(addprefix $D/,$$(DATA_$$*)) | setup
	@mkdir -p $P
	@echo '  DRAW $@'
	@sh plots/draw.sh $* $D $P

plot-%:
	@echo 'error: there is no picture "$*"; there are: $(sort $(PICTURES) $(LONG))' >&2; exit 2

# ---- what writes the data ----
# run,COMMAND[,FILES]: runs it, and leaves the command beside the data for the caption; FILES: all that it writes.
run = @mkdir -p $(@D) && echo '  RUN  $1' && { $1 > $@.out || { cat $@.out; exit 1; }; } && \
      echo '$(if $(findstring --epochs $(EPOCHS),$1),$(SHORTER))$1' | tee $(addsuffix .command,$(or $2,$@)) > /dev/null
# A run that QUICK cuts short says so in the caption.
SHORTER := $(if $(call on,$(QUICK)),a shorter run: )

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
# chapter 7
$D/start.tsv: $B/07_lenet5
	$(call run,$< train --epochs 1 --seed 1 --probe 10 --log $@)

$D/sigmoid.tsv: $B/07_lenet5
	$(call run,$< train --activation sigmoid --epochs $(EPOCHS) --seed 1 --log $@)

# One table of all logs, with the optimizer and its rate in front of every line.
OPTIMIZERS       := sgd momentum adagrad rmsprop adam adam-twice
OPTIMIZER_EPOCHS := $(if $(call on,$(QUICK)),2,5)
optimizers        = $1 train --optimizer NAME --epochs $(OPTIMIZER_EPOCHS) --seed 1 --log $D/optimizer-NAME.tsv
$D/optimizers.tsv: $B/07_lenet5
	@mkdir -p $D && rm -f $@.part
	@for name in $(OPTIMIZERS); do \
	    run=$$(echo '$(call optimizers,$<)' | sed "s/NAME/$$name/g"); log=$D/optimizer-$$name.tsv; \
	    echo "  RUN  $$run"; $$run > $$log.out || { cat $$log.out; exit 1; }; \
	    rate=$$(sed -n 's/.*  lr \([^ ]*\).*/\1/p' $$log.out); \
	    awk -v run="$$name\t$$rate" -v name=$$name 'NR > 1 { print run "\t" $$0; next } name == "$(firstword $(OPTIMIZERS))" { print "optimizer\tlr\t" $$0 }' $$log >> $@.part; \
	done
	@mv $@.part $@ && echo '$(SHORTER)$(call optimizers,$<)' > $@.command

# What the report's network has learned: all tables at once.
TABLES := $(addprefix $D/,confusion.tsv mistakes.tsv filters.tsv maps.tsv histograms.tsv)
$(TABLES) &: $D/report.tsv
	$(call run,$B/07_lenet5 tables --load $D/report.safetensors --dir $D)
	@for file in $(TABLES); do sed 's/ --log [^ ]*//; s/$$/, then tables/' $D/report.tsv.command > $$file.command; done

# The same of the original, after three passes.
$D/1998/codes.tsv: $B/07_lenet5
	$(call run,$< train --recipe 1998 --epochs 3 --threads 1 --watch end --seed 1 --save $D/1998/3.safetensors)
	@$< tables --load $D/1998/3.safetensors --dir $(@D) > $@.out && echo "$$(cat $@.command), then tables" > $@.command
