# Studies: many runs, and a table of them that docs/ quotes. ARGS go to every run; the environment
# may set SEEDS="1 2 3". With ARGS it is another study: its table goes to build/trial, and no page
# or picture takes it for the real one.
STUDIES := chapters/07_lenet5/studies
ORIGINAL := chapters/07_lenet5/original
TRIAL   := build/$(if $(ARGS),trial,data)
said     = $(if $(ARGS),,@sh plots/kept.sh say $(TRIAL)/$1.tsv "make $@")
STUDY    = @mkdir -p $(TRIAL) && sh $(STUDIES)/study.sh $<

.PHONY: live study-seeds study-original study-choices study-ablation study-ladder study-keep
##@ For report writers
NEEDS_study := build study
study-%: ## many runs and their table: seeds, original, choices, ablation or ladder
	@echo 'error: there is no study "$*"; see make help' >&2; exit 2

# Seeds 1 to 5, or those of SEEDS, one line each, and the mean accuracy. One run at a time, on all
# processors, so that its seconds count.
SEEDED = $(or $(SEEDS),1 2 3 4 5)
SEED_RUNS = build/data/seeds.runs
study-seeds: $B/07_lenet5
	@mkdir -p build/data
	@for seed in $(SEEDED); do \
	    printf '%s\n' $(call quote,$(LAUNCH) $(call quote,$<) train $(ARGS))" --seed $$seed"; \
	done | JOBS=$(or $(JOBS),1) sh $(STUDIES)/runs.sh $(SEED_RUNS) $<
	@n=0; for seed in $(SEEDED); do n=$$((n + 1)); tail -n 1 $(SEED_RUNS)/$$n; done | \
	    awk '{ print; split($$2, a, "="); sum += a[2] } \
	         END { printf "mean %s=%.4f\n", a[1], sum / NR }'
	@rm -r $(SEED_RUNS)

# The original of 1998 compared with the paper's Fig. 5, three seeds (4 minutes).
study-original: $B/07_lenet5
	@mkdir -p $(TRIAL)
	@sh $(ORIGINAL)/original.sh $< $(TRIAL) $(ARGS)
	$(call said,original)
	$(call said,rejection)

# The choices that the paper leaves open, varied one at a time (12 minutes).
study-choices: $B/07_lenet5
	$(STUDY) $(ORIGINAL)/choices.txt $(TRIAL)/choices.tsv --recipe 1998 --validate 10000 \
	    $(ARGS)
	$(call said,choices)

# The effect of each departure from the original, 12 networks (5 minutes); from the report's recipe
# to the record, one change at a time (25 minutes).
study-ablation study-ladder: study-%: $B/07_lenet5
	$(STUDY) $(STUDIES)/$*.txt $(TRIAL)/$*.tsv $(ARGS)
	$(call said,$*)

# Puts the tables of these studies, and of bench-scaling, into docs/data, from build/data or FROM.
study-keep:
	@sh plots/kept.sh keep $(or $(FROM),build/data)

# The run's own output goes to a file; its end is shown when the picture is finished. Ctrl-C stops
# the run, and with it the picture.
LIVE       := $B/data/live
NEEDS_live := build plots
live: $B/07_lenet5 ## make run again, its curves drawn during the run
	@mkdir -p $B/data; rm -f $(LIVE).tsv; trap : INT; \
	$< train --seed 1 --log $(LIVE).tsv $(ARGS) > $(LIVE).out & run=$$!; \
	gnuplot -persist -e "log = '$(LIVE).tsv'; run = $$run" plots/live.gp 2> /dev/null; \
	wait $$run; code=$$?; tail -n 3 $(LIVE).out; exit $$code
