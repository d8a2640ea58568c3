# The reference, and the report: its pictures and data, then docs/report.py. QUICK=1 makes the report
# of shorter runs, in build/quick/report.
R := build/$(if $(call on,$(QUICK)),quick/)report
REPORT_DATA := $(addprefix $D/,report.tsv seeds.tsv optimizers.tsv confusion.tsv 02_time.tsv \
                 sigmoid.tsv tanh.tsv sigmoid/histograms.tsv)

.PHONY: docs report draw-long-zh
##@ For students
docs: setup ## the reference, from the comments in the headers, to build/docs/html/index.html
	@sh docs/build.sh

##@ For report writers
report: plots $(PICTURES:%=$P/zh/%.txt) draw-long-zh $(REPORT_DATA) ## the report: build/report
	@/usr/bin/python3 docs/report.py $D $P $R $B/07_lenet5

draw-long-zh: | setup
	@mkdir -p $P/zh
	@$(foreach name,$(LONG),$(call draw_long,$(name),$P/zh,zh) &&) true > /dev/null
