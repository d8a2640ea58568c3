# Long runs; docs/ quotes their tables. Each takes ARGS, and SEEDS="1 2 3" from the environment.
STUDIES := chapters/07_lenet5/studies
ORIGINAL := chapters/07_lenet5/original

.PHONY: live seeds original choices ablation ladder
##@ For report writers
seeds: $B/07_lenet5 ## make run with seeds 1 to 5, one line each, and the mean accuracy
	@mkdir -p build/data
	@for seed in 1 2 3 4 5; do \
	    $< train --seed $$seed $(ARGS) > build/data/seed-$$seed.out || exit 1; \
	    tail -n 1 build/data/seed-$$seed.out; \
	done
	@tail -qn 1 build/data/seed-[1-5].out | awk '{ split($$2, a, "="); sum += a[2] } \
	    END { printf "mean %s=%.4f\n", a[1], sum / NR }'

original: $B/07_lenet5 ## the original of 1998 beside the paper's Fig. 5, three seeds (4 minutes)
	@mkdir -p build/data
	@sh $(ORIGINAL)/original.sh $< build/data $(ARGS)

choices: $B/07_lenet5 ## what the paper leaves open, varied one at a time (12 minutes)
	@mkdir -p build/data
	@sh $(STUDIES)/study.sh $< $(ORIGINAL)/choices.txt build/data/choices.tsv \
	    --recipe 1998 --validate 10000 $(ARGS)

ablation: $B/07_lenet5 ## what each departure from the original contributes, 12 networks (5 minutes)
	@mkdir -p build/data
	@sh $(STUDIES)/study.sh $< $(STUDIES)/ablation.txt build/data/ablation.tsv $(ARGS)

ladder: $B/07_lenet5 ## from the report's recipe to the record, one change at a time (25 minutes)
	@mkdir -p build/data
	@sh $(STUDIES)/study.sh $< $(STUDIES)/ladder.txt build/data/ladder.tsv $(ARGS)

live: $B/07_lenet5 ## make run again, its curves drawn during the run
	@mkdir -p $B/data
	$< train --live --log $B/data/live.tsv --seed 1 $(ARGS)
