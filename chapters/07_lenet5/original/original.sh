#!/bin/sh
# Trains the original of 1998 with three seeds, from the undistorted images and from distorted ones,
# and compares its learning curves with those of the paper (fig5.tsv: percent wrong after each pass,
# read off the vectors of its Fig. 5).
#
#   sh chapters/07_lenet5/original/original.sh PROGRAM FOLDER [FLAG ...]
#
# Leaves in FOLDER, for each recipe 1998 and 1998-distorted and each SEED: RECIPE-SEED.tsv (the
# log), RECIPE-SEED.safetensors (the parameters) and RECIPE-SEED/rejection.tsv; and two tables made
# of them: original.tsv (all learning curves) and rejection.tsv (the error that is left when
# doubtful images are rejected by margin, one column per run).
set -eu
export LC_ALL=C # numbers with a point, in every language
program=$1 folder=$2
shift 2
fig5=$(dirname "$0")/fig5.tsv
seeds=${SEEDS:-1 2 3}

# Words as a shell reads them back.
run=$(parallel --shellquote ::: "$program")
into=$(parallel --shellquote ::: "$folder")
more=$(parallel --keep-order --shellquote ::: "$@" | tr '\n' ' ')
data=$(echo " $more" | sed -n "s/.* \(--data [^ ]*\).*/\1/p")
runs() {
    for recipe in 1998 1998-distorted; do
        for seed in $seeds; do echo "$recipe-$seed --recipe $recipe --seed $seed"; done
    done
}
runs | while read -r name flags; do
    mkdir -p "$folder/$name"
    echo "$run train --threads 1 --evaluate test --log $into/$name.tsv" \
        "--save $into/$name.safetensors $flags $more && $run test --threads 1" \
        "--load $into/$name.safetensors --dir $into/$name $data"
done | sh "$(dirname "$0")/../studies/runs.sh" "$folder/original.runs" "$program"

# One line per pass: the paper, then every run's share of wrong test images, and of wrong images
# while learning.
logs=$(runs | sed "s|\([^ ]*\).*|$folder/\1.tsv|")
awk -F '\t' -v OFS='\t' '
    FNR == 1 { file++; name = FILENAME; sub(/.*\//, "", name); sub(/\.tsv$/, "", name)
               if (file == 1) head = "pass" OFS "paper_test" OFS "paper_train"
               else head = head OFS name OFS name "_learning"
               next }
    file == 1 { row[$1] = $1 OFS $2 OFS $3; next }
    $3 == "nan" { row[$2] = row[$2] OFS sprintf("%.2f", 100 * (1 - $6)) \
                                    OFS sprintf("%.2f", 100 * (1 - $9))
                  last = $2 }
    END { print head; for (pass = 1; pass <= last; pass++) print row[pass] }
' "$fig5" $logs > "$folder/original.tsv.part"
mv "$folder/original.tsv.part" "$folder/original.tsv"
awk -F '\t' -v OFS='\t' '
    FNR == 1 { file++; name = FILENAME; sub(/\/rejection\.tsv$/, "", name); sub(/.*\//, "", name)
               head = head OFS name; next }
    { row[FNR] = (file == 1 ? $1 : row[FNR]) OFS $2; last = FNR }
    END { print "rejected" head; for (line = 2; line <= last; line++) print row[line] }
' $(echo "$logs" | sed 's|\.tsv$|/rejection.tsv|') > "$folder/rejection.tsv.part"
mv "$folder/rejection.tsv.part" "$folder/rejection.tsv"
rm -r "$folder/original.runs"
awk -F '\t' -v seeds="$seeds" '
    NR > 1 { printf "pass %2d   paper %s/%s  ", $1, $2, $3
             for (k = 4; k <= NF; k += 2) printf " %s/%s", $k, $(k + 1)
             printf "\n" }
    END { print "          test/learning errors in percent: the paper, then seeds " seeds
          print "          from undistorted images, then from distorted ones" }
' "$folder/original.tsv"
