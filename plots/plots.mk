# Pictures of runs, and the runs. A script plots/NAME.gp names its data, and the command that writes
# it, in lines `# data: FILE  COMMAND`. QUICK=1 draws from shorter runs, in build/quick.
D      := build/$(if $(call on,$(QUICK)),quick/)data
P      := build/$(if $(call on,$(QUICK)),quick/)plots
EPOCHS := $(if $(call on,$(QUICK)),2,10)

# plots/NAME.gp:FILE
DATA     := $(shell awk '/^. data:/ { print FILENAME ":" $$3 }' plots/*.gp)
PICTURES := $(sort $(foreach d,$(DATA),$(patsubst plots/%.gp:,%,$(firstword $(subst :,: ,$d)))))
# data_of,PICTURE: FILE.command is written after FILE, so that half a file never counts.
data_of   = $(patsubst plots/$1.gp:%,$D/%.command,$(filter plots/$1.gp:%,$(DATA)))

.PHONY: plots $(PICTURES:%=plot-%)
##@ For report writers
NEEDS_plots := build plots
plots: setup $(PICTURES:%=$P/%.txt) ## every picture, and its runs; QUICK=1: shorter runs

NEEDS_plot := build plots
plot-%: ## one picture, with the data it needs
	@echo 'error: there is no picture "$*"; there are: $(PICTURES)' >&2; exit 2
$(PICTURES:%=plot-%): plot-%: $P/%.txt

# NAME.txt, which says what a picture was drawn from, is written last. In zh/: with Chinese words.
DRAWING := plots/draw.sh plots/style.gp plots/ends.gp plots/words.tsv
DRAWN    = plots/%.gp $(DRAWING) $$(call data_of,$$*) | setup
$(PICTURES:%=$P/%.txt): $P/%.txt: $(DRAWN)
	@sh plots/draw.sh $* $D $P
$(PICTURES:%=$P/zh/%.txt): $P/zh/%.txt: $(DRAWN)
	@sh plots/draw.sh $* $D $P/zh zh

# ---- what writes the data ------------------------------------------------------------------------
run      = @sh plots/run.sh "$(@:.command=)" $1
commands = $(addsuffix .command,$(addprefix $D/,$1))

# Studies take hours: their tables are kept, and used unless build/data has newer ones.
$(call commands,$(patsubst docs/data/%,%,$(wildcard docs/data/*.tsv))): $D/%.command: docs/data/%
	@sh plots/kept.sh take $* $D

# An example writes all tables of its chapter into the folder that it is given.
$(call commands,01_memory.tsv): $B/01_im2col
$(call commands,02_time.tsv): $B/race/02_conv
$(call commands,03_pool.tsv): $B/03_pool
$(call commands,04_activation.tsv 04_pieces.tsv): $B/04_affine
$(call commands,05_loss_float.tsv 05_step_float.tsv 05_weights.tsv): $B/05_softmax_ce
$(call commands,05_step_double.tsv): $B/05_softmax_ce.double
$(call commands,06_paths.tsv): $B/06_optimizers
$(call commands,01_memory.tsv 02_time.tsv 03_pool.tsv 04_activation.tsv 04_pieces.tsv \
    05_loss_float.tsv 05_step_float.tsv 05_step_double.tsv 05_weights.tsv 06_paths.tsv):
	$(call run,$< $D)

# The lesson trains for a while, so the tables that `make chapter 7` has left will do.
LESSON = $(addprefix $D/,07_textbook.tsv 07_textbook_pictures.tsv)
$(LESSON:%=%.command) &: $B/07_lenet5
	@if [ $(lastword $(LESSON)) -nt $< ]; then \
	    for file in $(LESSON); do echo 'make chapter 7' > $$file.command; done; \
	else \
	    sh plots/run.sh "$(LESSON)" $< $D; \
	fi

TRAIN = $B/07_lenet5 train --seed 1 --epochs $(EPOCHS)
$(call commands,report.tsv): $B/07_lenet5 plots/run.sh
	$(call run,$(TRAIN) --log $D/report.tsv --save $D/report.safetensors)
$(call commands,start.tsv): $B/07_lenet5
	$(call run,$B/07_lenet5 train --seed 1 --epochs 1 --probe 10 --log $D/start.tsv \
	    --save $D/start.safetensors)
$(call commands,sigmoid.tsv tanh.tsv): $D/%.tsv.command: $B/07_lenet5
	$(call run,$(TRAIN) --activation $* --log $D/$*.tsv --save $D/$*.safetensors)
$(call commands,seeds.tsv): $D/report.tsv.command
	$(call run,sh plots/logs.sh $B/07_lenet5 $D seeds $(EPOCHS))
$(call commands,optimizers.tsv): $B/07_lenet5
	$(call run,sh plots/logs.sh $B/07_lenet5 $D optimizers $(if $(call on,$(QUICK)),2,5))

# The learned parameters in tables, and the same of the original after three passes.
TABLES = confusion.tsv mistakes.tsv filters.tsv maps.tsv histograms.tsv
$(call commands,$(TABLES)) &: $D/report.tsv.command
	@sh plots/run.sh "$(TABLES:%=$D/%)" $B/07_lenet5 tables --load $D/report.safetensors --dir $D
$(call commands,sigmoid/histograms.tsv tanh/histograms.tsv): $D/%/histograms.tsv.command: \
    $D/%.tsv.command
	$(call run,$B/07_lenet5 tables --load $D/$*.safetensors --dir $D/$*)
# What a network makes of every test image.
OUTPUTS := $(addsuffix /outputs.tsv,report start sigmoid tanh)
$(call commands,$(OUTPUTS)): $D/%/outputs.tsv.command: $D/%.tsv.command
	@mkdir -p $D/$*
	$(call run,$B/07_lenet5 test --load $D/$*.safetensors --dir $D/$*)
$(call commands,1998/3.tsv): $B/07_lenet5
	$(call run,$B/07_lenet5 train --seed 1 --epochs 3 --recipe 1998 --threads 1 --evaluate end \
	    --log $D/1998/3.tsv --save $D/1998/3.safetensors)
$(call commands,1998/codes.tsv): $D/1998/3.tsv.command
	$(call run,$B/07_lenet5 tables --load $D/1998/3.safetensors --dir $D/1998)

# The example of chapter 5 with doubles, for the picture of the gradient check.
$B/05_softmax_ce.double: $B/double/chapters/05_softmax_ce/main.o \
    $(call objects,double,05_softmax_ce) $B/double/common.a
	$(link)
