#!/bin/sh
# Are the PDF and the EPUB in build/book fit for print and for e-readers?  sh docs/book/check.sh
set -eu
pdf=build/book/lenet5.pdf epub=build/book/lenet5.epub
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "error: $*" >&2; exit 1; }

# (The command epubcheck needs binfmt support, which a container lacks.)
java -jar /usr/share/java/epubcheck.jar --failonwarnings -q $epub > "$work/epub" 2>&1 ||
    { head "$work/epub" >&2; die "epubcheck finds faults in $epub, above"; }

# A printer has none of our fonts, and cuts what is outside the margins, which are 20 mm wide on a
# page of A4: letters from 56.7 to 538.6 points.
pdffonts $pdf | awk 'NR > 2 && $(NF - 4) != "yes" { print $1 }' > "$work/fonts"
[ ! -s "$work/fonts" ] || die "$pdf does not embed" $(cat "$work/fonts")
pdfinfo $pdf > "$work/info"
grep -q '^Page size: .*(A4)' "$work/info" || die "$pdf is not A4"
pdftotext -bbox $pdf "$work/words"
awk -F '"' '/<page / { page++ } /<word / && ($2 < 56 || $6 > 540) { print page ": " $0 }' \
    "$work/words" > "$work/outside"
[ ! -s "$work/outside" ] || { cat "$work/outside" >&2; die "$pdf: words outside the margins"; }
echo "$pdf: $(sed -n 's/^Pages: *//p' "$work/info") pages; fonts, margins and $epub are sound"
