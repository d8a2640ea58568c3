#!/bin/sh
# Trains the original of 1998 with three seeds, from the regular images and from distorted ones, and puts its learning
# curves beside those of the paper (fig5.tsv: percent wrong after each pass, read off the vectors of its Fig. 5).
#
#   sh chapters/07_lenet5/original.sh PROGRAM FOLDER [FLAG ...]
#
# Leaves in FOLDER: 1998-SEED.tsv and 1998-distorted-SEED.tsv (logs), the parameters of each beside them as
# .safetensors, original.tsv, which holds all curves, and rejection.tsv, with the error that is left when the
# doubtful images are rejected, a column a run.
set -eu
program=$1 folder=$2
shift 2
fig5=$(dirname "$0")/fig5.tsv
seeds=${SEEDS:-1 2 3}
one='program=$1 file=$2; shift 2
    "$program" train --threads 1 --watch test --log "$file.tsv" --save "$file.safetensors" "$@" > /dev/null ||
        { echo "error: in: train $*" >&2; exit 1; }
    data=$(echo " $*" | sed -n "s/.* \(--data [^ ]*\).*/\1/p")
    "$program" test --threads 1 --load "$file.safetensors" --rejection "$file-rejection.tsv" $data > /dev/null || exit 1
    echo "done: $*" >&2'
for recipe in 1998 1998-distorted; do
    for seed in $seeds; do echo "$folder/$recipe-$seed --recipe $recipe --seed $seed $*"; done
done | sed 's/ *$//' | # a blank at the end would make xargs join lines
    xargs -P "$(nproc)" -L 1 sh -c "$one" one "$program"

# One line a pass: the paper, then every run's share of wrong test images, and of wrong images while learning.
logs=$(for recipe in 1998 1998-distorted; do for seed in $seeds; do echo "$folder/$recipe-$seed.tsv"; done; done)
awk -F '\t' -v OFS='\t' '
    FNR == 1 { file++; name = FILENAME; sub(/.*\//, "", name); sub(/\.tsv$/, "", name) }
    FNR == 1 { head = head (file == 1 ? "pass" OFS "paper_test" OFS "paper_train" : OFS name OFS name "_learning"); next }
    file == 1 { row[$1] = $1 OFS $2 OFS $3; next }
    $3 == "nan" { row[$2] = row[$2] OFS sprintf("%.2f", 100 * (1 - $6)) OFS sprintf("%.2f", 100 * (1 - $9)); last = $2 }
    END { print head; for (pass = 1; pass <= last; pass++) print row[pass] }
' "$fig5" $logs > "$folder/original.tsv"
rejections=$(echo "$logs" | sed 's/\.tsv$/-rejection.tsv/')
awk -F '\t' -v OFS='\t' '
    FNR == 1 { file++; name = FILENAME; sub(/.*\//, "", name); sub(/-rejection\.tsv$/, "", name); head = head OFS name; next }
    { row[FNR] = (file == 1 ? $1 : row[FNR]) OFS $2; last = FNR }
    END { print "rejected" head; for (line = 2; line <= last; line++) print row[line] }
' $rejections > "$folder/rejection.tsv"
awk -F '\t' 'NR > 1 { printf "pass %2d   paper %s/%s  ", $1, $2, $3; for (k = 4; k <= NF; k += 2) printf " %s/%s", $k, $(k + 1); printf "\n" }
    END { print "           test/learning errors in percent: the paper, then seeds '"$seeds"' regular, then distorted" }' "$folder/original.tsv"
