#!/bin/sh
# Trains every entry of a list with several seeds, one run per processor at a time, and writes a
# table.
#
#   sh chapters/07_lenet5/studies/study.sh PROGRAM LIST TABLE [FLAG ...]
#
# An entry of LIST is "name: flags of 07_lenet5 train"; indented lines continue it, and the FLAGs
# are added to all. SEEDS (1 2 3) may be set in the environment. The table has one line per entry:
# the accuracy of every seed, mean, lowest, highest, seconds of a run on one thread (wall time), and
# the flags. TABLE.runs has the output of every run until the table is complete; see runs.sh.
set -eu
export LC_ALL=C # numbers with a point, in every language
program=$1 list=$2 table=$3
shift 3
seeds=${SEEDS:-1 2 3}
work=$table.runs
mkdir -p "$work"

# Words as a shell reads them back.
run=$(parallel --shellquote ::: "$program")
more=$(parallel --keep-order --shellquote ::: "$@" | tr '\n' ' ')

# One line per entry, comments removed, continued lines joined, no blanks to spare.
awk '/^#/ { next }
     /^[ \t]/ { entry = entry $0; next }
     { if (entry != "") print entry; entry = $0 }
     END { print entry }' "$list" | sed 's/  */ /g; s/ *$//' > "$work/entries"
while IFS=: read -r name flags; do
    for seed in $seeds; do
        echo "$run train --threads 1 --evaluate end $flags --seed $seed $more"
    done
done < "$work/entries" | sh "$(dirname "$0")/runs.sh" "$work" "$program"

{
    printf 'name'
    for seed in $seeds; do printf '\tseed_%s' "$seed"; done
    printf '\tmean\tlow\thigh\tseconds\tflags\n'
} > "$work/table"
number=1
while IFS=: read -r name flags; do
    for seed in $seeds; do
        tail -n 1 "$work/$number"
        number=$((number + 1)) # before a pipe, for this loop only
    done |
        sed 's/^result [a-z]*_accuracy=\([0-9.]*\) .* seconds=\([0-9.]*\) .*/\1 \2/' |
        awk -v name="$name" -v flags="$flags" '
            { row = row "\t" $1; sum += $1; time += $2 }
            NR == 1 || $1 < low { low = $1 }
            NR == 1 || $1 > high { high = $1 }
            END {
                sub(/^ +/, "", flags)
                printf "%s%s\t%.4f\t%s\t%s\t%.1f\t%s\n", name, row, sum / NR, low, high,
                       time / NR, flags
            }
        ' >> "$work/table"
    number=$((number + $(echo $seeds | wc -w)))
done < "$work/entries"
mv "$work/table" "$table"
rm -r "$work"
awk -F '\t' '{ printf "%-26s", $1; for (k = 2; k < NF; k++) printf " %8s", $k
               printf "\n" }' "$table"
