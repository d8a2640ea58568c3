# The site and the book, which the scripts in docs/book make of the lessons. The report: its
# pictures and data, then docs/report.py; QUICK=1 makes it of shorter runs, in build/quick/report.
R := build/$(if $(call on,$(QUICK)),quick/)report
REPORT_NEEDS := plots $(PICTURES:%=$P/zh/%.txt) draw-long-zh \
    $(addprefix $D/,report.tsv seeds.tsv optimizers.tsv confusion.tsv 02_time.tsv \
        05_step_double.tsv sigmoid.tsv tanh.tsv sigmoid/histograms.tsv)

.PHONY: docs book quotes quotes-check figures book-check report draw-long-zh
##@ For students
docs: setup ## the site, lessons and reference: build/docs/html/index.html
	@python3 -B docs/book/site.py

book: setup ## the lessons as a book: build/book/lenet5.pdf and lenet5.epub
	@python3 -B docs/book/book.py

##@ For engineers
quotes: build $B/prologue ## rewrite the code and the output that pages quote
	@python3 -B docs/book/quotes.py

quotes-check: build $B/prologue ## are quotes, commands, formulas, pictures of the pages true?
	@python3 -B docs/book/quotes.py --check
	@python3 -B docs/book/figures.py --check

figures: build ## draw the pictures of the lessons anew, from what the programs print
	@python3 -B docs/book/figures.py

book-check: docs book ## look at the site in a browser, wide and narrow; check the PDF and the EPUB
	@sh docs/book/check.sh
	@python3 -B docs/book/look.py

##@ For report writers
# Debian's Python is the one that has Debian's Jinja2.
report: $(REPORT_NEEDS) ## the report, English and Chinese, as HTML and PDF: build/report
	@/usr/bin/python3 docs/report.py $D $P $R $B/07_lenet5

draw-long-zh: | setup
	@mkdir -p $P/zh
	@$(foreach name,$(LONG),$(call draw_long,$(name),$P/zh,zh) &&) true > /dev/null

# The program that the prologue shows; it can also be compiled by hand.
$B/prologue: docs/prologue.c $B/flags | setup
	@echo '  LINK $@'
	$Q$(CC) $(CFLAGS) $< -o $@

FORMATTED += docs/prologue.c
