#!/bin/sh
# Makes the report, in English and in Chinese, as HTML and as PDF:
#
#     sh docs/report.sh DATA_FOLDER PICTURE_FOLDER REPORT_FOLDER PROGRAM "PICTURES THAT MAY BE MISSING"
#
# docs/report.md and docs/report.zh.md are its text, docs/values.sh its numbers, docs/fill.awk puts them together.
# pandoc makes HTML of it, and WeasyPrint a PDF; for that, rsvg-convert turns the pictures into simpler SVG first.
set -eu
D=$1 P=$2 R=$3 program=$4 later=$5
values=$D/report-values.tsv
print=$R/print
mkdir -p "$print"
trap 'rm -rf "$print"' EXIT
rm -f "$R"/report.* # what cannot be made again is not left
sh docs/values.sh "$D" "$program" > "$values.part" || { rm -f "$values.part"; exit 1; }
mv "$values.part" "$values"

for name in $(sed -n 's/^!\[.*\](\([a-z0-9]*\))$/\1/p' docs/report.md); do
    [ ! -f "$P/$name.svg" ] || rsvg-convert -f svg -o "$print/$name.svg" "$P/$name.svg"
done

for lang in en zh; do
    suffix=; [ $lang = en ] || suffix=.$lang
    base=$R/report$suffix
    awk -v pictures="$P" -v later="$later" -f docs/fill.awk "$values" "docs/report$suffix.md" > "$base.md" ||
        { rm -f "$base.md"; exit 1; }
    # A formula that HTML cannot show is a warning, and so an error.
    page="pandoc --standalone --fail-if-warnings --from markdown+east_asian_line_breaks --to html5
        --toc --toc-depth 2 --css docs/report.css --variable lang=$lang"
    $page --self-contained --resource-path "$P:." --output "$base.html" "$base.md"
    $page --self-contained --resource-path "$print:." --output "$print/report$suffix.html" "$base.md"
    # Fonts carry a date: the same pages are the same bytes.
    SOURCE_DATE_EPOCH=0 PYTHONHASHSEED=0 weasyprint --quiet "$print/report$suffix.html" "$base.pdf"
    echo "  MADE $base.html $base.pdf"
done
