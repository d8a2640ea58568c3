#!/bin/sh
# The report's templates without a run:  sh docs/check.sh
#
# Both languages must use the same values and tables, and the same pictures in the same order. A template with an unknown
# key, a missing picture or a condition that is neither yes nor no must be refused by name, and so must a run that is not there.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
die() { echo "error: $*" >&2; exit 1; }

pictures() { sed -n 's/^!\[.*\](\([a-z0-9]*\))$/\1/p' "$1"; }
keys() { grep -o '{{[a-z:_0-9]*[?}]' "$1" | tr -d '{}'; }
for what in pictures keys; do
    $what docs/report.md > "$work/en"
    $what docs/report.zh.md > "$work/zh"
    [ -s "$work/en" ] || die "no $what in docs/report.md"
    order=cat; [ $what = pictures ] || order=sort # a sentence may turn its numbers around
    $order "$work/en" > "$work/en.s"; $order "$work/zh" > "$work/zh.s"
    cmp -s "$work/en.s" "$work/zh.s" || { diff "$work/en.s" "$work/zh.s" | head -n 5 >&2; die "the two templates differ in their $what"; }
done

# Every key has a value: 1, or yes where it is a condition.
keys docs/report.md | sort -u | awk '{ yes = sub(/\?$/, ""); print $0 "\t" (yes ? "yes" : "1") "\ttest" }' |
    sort -u > "$work/values"
[ -z "$(cut -f 1 "$work/values" | uniq -d)" ] || die "a key is a number and a condition: $(cut -f 1 "$work/values" | uniq -d)"
mkdir "$work/P"
for name in $(pictures docs/report.md); do echo '<svg/>' > "$work/P/$name.svg"; done
fill() { awk -v pictures="$work/P" -v later="speed" -f docs/fill.awk "$work/values" "$1" > "$work/out" 2> "$work/err"; }
for file in docs/report.md docs/report.zh.md; do
    fill $file || die "$(cat "$work/err")"
    if grep -q '{{\|}}' "$work/out"; then die "$file: a key is left"; fi
done

refused() { # LINE WORDS: a template with this line is refused with these words
    printf '%s\n' "$1" > "$work/template"
    if fill "$work/template"; then die "not refused: $1"; fi
    grep -qF "$2" "$work/err" || die "refused without \"$2\": $(cat "$work/err")"
}
refused 'It is {{no_such_key}}.' 'there is no value "no_such_key"'
refused '{{claim_jump?{{no_such_key}}|no}}' 'there is no value "no_such_key"'
refused '{{test_accuracy?yes|no}}' 'neither yes nor no'
refused '{{claim_jump?yes}}' 'two texts'
refused '![Nothing.](nothing)' 'make plot-nothing'
rm "$work/P/speed.svg"
fill docs/report.md || die "$(cat "$work/err")"
grep -q 'picture speed is not part.*make speed' "$work/out" || die "a picture of a long run is missing without a sentence"

# A run that has not been made is named with the command that makes it, and so is a value that is not in it.
if sh docs/values.sh "$work/none" docs/values.sh > "$work/out" 2> "$work/err"; then die "values without a run"; fi
grep -q "value lr: $work/none/report.tsv.out is missing: make $work/none/report.tsv writes it" "$work/err" || die "$(cat "$work/err")"
echo "report: $(wc -l < "$work/values") keys, $(pictures docs/report.md | wc -l) pictures in both languages"
