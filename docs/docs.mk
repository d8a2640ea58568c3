# The site and the book, which the scripts in docs/book make of the lessons. The report: its
# pictures and data, then docs/report.py; QUICK=1 makes it of shorter runs, in build/quick/report.
R := build/$(if $(call on,$(QUICK)),quick/)report
REPORT_NEEDS := plots $(PICTURES:%=$P/zh/%.txt) $(call commands,$(OUTPUTS) choices.tsv)

.PHONY: docs book quotes release report trust-quotes trust-book
##@ For students
NEEDS_docs := docs playground build
docs: setup $W/index.html ## the site, lessons and reference: build/docs/html/index.html
	@python3 -B docs/book/site.py $W

NEEDS_book := book
book: setup ## the lessons as a book: build/book/lenet5.pdf and lenet5.epub
	@python3 -B docs/book/book.py

# CONTRIBUTING says when: rewrites the code and output that pages quote, and their pictures.
NEEDS_quotes := build quotes
quotes: build $B/prologue $B/05_softmax_ce.double
	@mkdir -p build/data
	@python3 -B docs/book/figures.py
	@python3 -B docs/book/quotes.py

# Are quotes, commands, formulas, pictures of the pages true?
NEEDS_trust-quotes := build quotes
trust-quotes: build $B/prologue $B/05_softmax_ce.double
	@mkdir -p build/data
	@python3 -B docs/book/quotes.py --check
	@python3 -B docs/book/figures.py --check

# The site in a browser, wide and narrow; the PDF and the EPUB.
NEEDS_trust-book := $(NEEDS_docs) book look browser
trust-book: docs book $(AXE)
	@python3 -B docs/book/check.py
	@python3 -B docs/book/look.py

# What a course takes: archives, book, report, parameters, checksums. VERSION=1.0.0
NEEDS_release := build test grade docs book plots report
release: setup ## VERSION=1.0.0: sources, site, book, handout, ... into build/release
	@sh docs/release.sh '$(MAKE)' $(if $(filter command%,$(origin VERSION)),$(call raw,VERSION),'')

##@ For report writers
NEEDS_report := build plots report
# Debian's Python is the one that has Debian's Jinja2.
report: $(REPORT_NEEDS) ## the report, English and Chinese, as HTML and PDF: build/report
	@/usr/bin/python3 docs/report.py $D $P $R $B/07_lenet5
