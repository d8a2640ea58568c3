# Pictures, the data they are drawn from, and what writes that data. `make plots` draws them all,
# `make plot-NAME` one. QUICK=1 draws them from shorter runs, in build/quick.
D      := build/$(if $(call on,$(QUICK)),quick/)data
P      := build/$(if $(call on,$(QUICK)),quick/)plots
EPOCHS := $(if $(call on,$(QUICK)),2,10)

# ---- which data a picture needs (its script names the same files, and the command for each) ------
# chapters 1 to 6
DATA_im2col     := 01_memory.tsv
DATA_conv       := 02_time.tsv
DATA_pool       := 03_pool.tsv
DATA_activation := 04_activation.tsv
DATA_softmax    := 05_loss_float.tsv
DATA_gradcheck  := 05_step_float.tsv 05_step_double.tsv
DATA_ravine     := 06_paths.tsv
# chapter 7
DATA_accuracy   := seeds.tsv
DATA_loss       := report.tsv
DATA_start      := start.tsv
DATA_optimizers := optimizers.tsv
DATA_sigmoid    := report.tsv sigmoid.tsv tanh.tsv \
                   histograms.tsv sigmoid/histograms.tsv tanh/histograms.tsv
DATA_confusion  := confusion.tsv
DATA_mistakes   := mistakes.tsv
DATA_filters    := filters.tsv
DATA_maps       := maps.tsv
DATA_histograms := histograms.tsv
DATA_codes      := 1998/codes.tsv

# Data from long runs, or from timing this machine: drawn when it is there, never made on the way.
LONG_speed     := speed.tsv
LONG_original  := original.tsv
LONG_rejection := rejection.tsv
LONG_ablation  := ablation.tsv
LONG_ladder    := ladder.tsv

PICTURES := $(patsubst DATA_%,%,$(filter DATA_%,$(.VARIABLES)))
LONG     := $(patsubst LONG_%,%,$(filter LONG_%,$(.VARIABLES)))

##@ For report writers
.PHONY: plots draw-long $(PICTURES:%=plot-%) $(LONG:%=plot-%)
NEEDS_plots := build plots
plots: setup $(PICTURES:%=$P/%.txt) draw-long ## every picture, and its runs; QUICK=1: shorter runs

# Pictures of long runs, those whose data is there. draw,NAME,FOLDER,LANGUAGE: others are named.
draw-long: | setup
	@mkdir -p $P
	@$(foreach name,$(LONG),$(call draw_long,$(name),$P,en) &&) true
draw_long = if sh plots/draw.sh $1 build/data $2 $3 2> $2/$1.why; then echo '  DRAW $2/$1'; \
    elif grep -q 'is missing' $2/$1.why; then sed 's/^error/not drawn/' $2/$1.why; \
    else cat $2/$1.why >&2; exit 1; fi && rm -f $2/$1.why

NEEDS_plot := build plots
$(PICTURES:%=plot-%): plot-%: $P/%.txt
$(LONG:%=plot-%): plot-%: | setup
	@mkdir -p $P
	@sh plots/draw.sh $* build/data $P && echo '  DRAW $P/$*'

# NAME.txt, which says what a picture was drawn from, is written last.
DRAWING := plots/draw.sh plots/style.gp plots/ends.gp plots/words.tsv
$(PICTURES:%=$P/%.txt): $P/%.txt: plots/%.gp $(DRAWING) $$(addprefix $D/,$$(DATA_$$*)) | setup
	@mkdir -p $P
	@echo '  DRAW $P/$*'
	@sh plots/draw.sh $* $D $P

# With Chinese words, for the report in Chinese.
$(PICTURES:%=$P/zh/%.txt): $P/zh/%.txt: plots/%.gp $(DRAWING) $$(addprefix $D/,$$(DATA_$$*)) | setup
	@mkdir -p $P/zh
	@echo '  DRAW $P/zh/$*'
	@sh plots/draw.sh $* $D $P/zh zh

plot-%: ## one picture, with the data it needs
	@echo 'error: there is no picture "$*"; there are: $(sort $(PICTURES) $(LONG))' >&2; exit 2

# ---- what writes the data ------------------------------------------------------------------------
# run,COMMAND[,FILES]: runs it, and leaves the command beside the data; FILES: all that it writes.
run = @mkdir -p $(@D) && echo '  RUN  $1' && { $1 > $@.out || { cat $@.out; exit 1; }; } && \
      echo '$1' | tee $(addsuffix .command,$(or $2,$@)) > /dev/null

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
$D/report.tsv: $B/07_lenet5
	$(call run,$< train --epochs $(EPOCHS) --seed 1 --log $@ --save $D/report.safetensors)
$D/start.tsv: $B/07_lenet5
	$(call run,$< train --epochs 1 --seed 1 --probe 10 --log $@)
$D/sigmoid.tsv $D/tanh.tsv: $D/%.tsv: $B/07_lenet5
	$(call run,$< train --activation $* --epochs $(EPOCHS) --seed 1 --log $@ \
	    --save $D/$*.safetensors)

# The lines of the epochs of five runs, each with its seed in front.
seed_run = $B/07_lenet5 train --epochs $(EPOCHS) --seed $1 --log $D/seed-$1.tsv
$D/seeds.tsv: $D/report.tsv
	@cp $D/report.tsv $D/seed-1.tsv
	@for seed in 2 3 4 5; do echo "  RUN  $(call seed_run,$$seed)"; \
	    $(call seed_run,$$seed) > $D/seed-$$seed.out || { cat $D/seed-$$seed.out; exit 1; }; done
	@for seed in 1 2 3 4 5; do awk -F '\t' -v OFS='\t' -v seed=$$seed \
	    'NR == 1 && seed == 1 { print "seed", $$0 } NR > 1 && $$3 == "nan" { print seed, $$0 }' \
	    $D/seed-$$seed.tsv; done > $@.part
	@mv $@.part $@ && echo '$(call seed_run,SEED)' > $@.command

# One table of all logs, with the optimizer and its rate in front of every line.
OPTIMIZERS       := sgd momentum adagrad rmsprop adam adam-twice
OPTIMIZER_EPOCHS := $(if $(call on,$(QUICK)),2,5)
optimizer_run     = $B/07_lenet5 train --optimizer $1 --epochs $(OPTIMIZER_EPOCHS) --seed 1 \
                    --log $D/optimizer-$1.tsv
$D/optimizers.tsv: $B/07_lenet5
	@mkdir -p $D && rm -f $@.part
	@for name in $(OPTIMIZERS); do log=$D/optimizer-$$name.tsv; \
	    echo "  RUN  $(call optimizer_run,$$name)"; \
	    $(call optimizer_run,$$name) > $$log.out || { cat $$log.out; exit 1; }; \
	    rate=$$(sed -n 's/.*  lr \([^ ]*\).*/\1/p' $$log.out); \
	    awk -v OFS='\t' -v name=$$name -v rate=$$rate -v first=$(firstword $(OPTIMIZERS)) \
	        'NR > 1 { print name, rate, $$0 } \
	         NR == 1 && name == first { print "optimizer", "lr", $$0 }' $$log >> $@.part; done
	@mv $@.part $@ && echo '$(call optimizer_run,NAME)' > $@.command

# What the networks have learned: all tables at once.
TABLES := $(addprefix $D/,confusion.tsv mistakes.tsv filters.tsv maps.tsv histograms.tsv)
$(TABLES) &: $D/report.tsv
	$(call run,$B/07_lenet5 tables --load $D/report.safetensors --dir $D,$(TABLES))
$D/sigmoid/histograms.tsv $D/tanh/histograms.tsv: $D/%/histograms.tsv: $D/%.tsv
	$(call run,$B/07_lenet5 tables --load $D/$*.safetensors --dir $(@D))

# The same of the original, after three passes.
$D/1998/3.safetensors: $B/07_lenet5
	$(call run,$< train --recipe 1998 --epochs 3 --threads 1 --watch end --seed 1 --save $@)
$D/1998/codes.tsv: $D/1998/3.safetensors
	$(call run,$B/07_lenet5 tables --load $< --dir $(@D))

# The example of chapter 5 with doubles, for the picture of the gradient check.
$B/05_softmax_ce.double: $B/double/chapters/05_softmax_ce/main.o \
    $(call objects,double,05_softmax_ce) $B/double/common.a
	$(link)
