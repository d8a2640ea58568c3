#!/bin/sh
# Trains every entry of a list with several seeds, one run per processor at a time, and writes a
# table.
#
#   sh chapters/07_lenet5/studies/study.sh PROGRAM LIST TABLE [FLAG ...]
#
# An entry of LIST is "name: flags of 07_lenet5 train"; indented lines continue it, and the FLAGs
# are added to all. SEEDS (1 2 3) may be set in the environment. The table has one line per entry:
# the accuracy of every seed, mean, lowest, highest, seconds of a run on one thread (wall time), and
# the flags.
set -eu
export LC_ALL=C # numbers with a point, in every language
program=$1 list=$2 table=$3
shift 3
seeds=${SEEDS:-1 2 3}
work=$(mktemp -d "$table.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# One run: PROGRAM FILE FLAG ...; its result line goes to FILE, an error to the user.
one='program=$1 file=$2; shift 2
    "$program" train --threads 1 --evaluate end "$@" > "$file.out" ||
        { echo "error: in: train $*" >&2; exit 1; }
    tail -n 1 "$file.out" > "$file"
    echo "$*: $(cut -d " " -f 2 "$file")" >&2'

# One line per entry, comments removed, continued lines joined, no blanks to spare.
awk '/^#/ { next }
     /^[ \t]/ { entry = entry $0; next }
     { if (entry != "") print entry; entry = $0 }
     END { print entry }' "$list" | sed 's/  */ /g; s/ *$//' > "$work/entries"
awk -F ': *' -v work="$work" -v seeds="$seeds" -v more="$*" '
    { for (k = split(seeds, seed, " "); k > 0; k--)
          print work "/" NR "." seed[k], $2, "--seed", seed[k], more }' "$work/entries" |
    sed 's/ *$//' | # a blank at the end would make xargs join lines
    xargs -P "$(nproc)" -L 1 sh -c "$one" one "$program"

{
    printf 'name'
    for seed in $seeds; do printf '\tseed_%s' "$seed"; done
    printf '\tmean\tlow\thigh\tseconds\tflags\n'
} > "$work/table"
number=0
while IFS=: read -r name flags; do
    number=$((number + 1))
    for seed in $seeds; do cat "$work/$number.$seed"; done |
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
done < "$work/entries"
mv "$work/table" "$table"
awk -F '\t' '{ printf "%-26s", $1; for (k = 2; k < NF; k++) printf " %8s", $k
               printf "\n" }' "$table"
