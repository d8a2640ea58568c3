# The reference, and the report: its pictures and data, then docs/report.sh. QUICK=1 makes the report of
# shorter runs, in build/quick/report.
R := build/$(if $(call on,$(QUICK)),quick/)report
REPORT_DATA := $(addprefix $D/,report.tsv sigmoid.tsv tanh.tsv optimizers.tsv confusion.tsv)

.PHONY: docs report
##@ For students
docs: setup ## the reference, from the comments in the headers, to build/docs/html/index.html
	@sh docs/build.sh

##@ For report writers
report: plots $(REPORT_DATA) ## the report, English and Chinese, as HTML and PDF in build/report
	@sh docs/report.sh $D $P $R $B/07_lenet5 '$(LONG)'

$D/tanh.tsv: $B/07_lenet5
	$(call run,$< train --activation tanh --epochs $(EPOCHS) --seed 1 --log $@)

# The program that the prologue shows; it can also be compiled by hand.
$B/prologue: docs/prologue.c $B/flags | setup
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $< -o $@

FORMATTED += docs/prologue.c
