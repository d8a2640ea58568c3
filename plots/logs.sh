#!/bin/sh
# One table of several runs' logs, for accuracy.gp and optimizers.gp:
#
#   sh plots/logs.sh PROGRAM FOLDER seeds EPOCHS        the ends of the epochs, column seed first
#   sh plots/logs.sh PROGRAM FOLDER optimizers EPOCHS   all lines; optimizer and rate in front,
#                                                       and what each makes of every test image
#
# Seed 1 is the report's run, FOLDER/report.tsv, which is there already.
set -eu
export LC_ALL=C # numbers with a point, in every language
program=$1 folder=$2 kind=$3 epochs=$4
table=$folder/$kind.tsv

# train NAME FLAG ...: a run whose log is FOLDER/NAME.tsv
train() {
    log=$folder/$1.tsv
    shift
    echo "  RUN  $program train --epochs $epochs $* --log $log" >&2
    "$program" train --epochs "$epochs" "$@" --log "$log" > "$log.out" ||
        { cat "$log.out"; exit 1; }
}

rm -f "$table.part"
case $kind in
seeds)
    cp "$folder/report.tsv" "$folder/seed-1.tsv"
    for seed in 1 2 3 4 5; do
        [ $seed = 1 ] || train seed-$seed --seed $seed
        awk -F '\t' -v OFS='\t' -v seed=$seed '
            NR == 1 && seed == 1 { print "seed", $0 }
            NR > 1 && $3 == "nan" { print seed, $0 }' "$folder/seed-$seed.tsv" >> "$table.part"
    done ;;
optimizers)
    for name in sgd momentum adagrad rmsprop adam adam-twice; do
        own=$folder/optimizer-$name
        train optimizer-$name --optimizer $name --seed 1 --save "$own.safetensors"
        mkdir -p "$own"
        "$program" test --load "$own.safetensors" --dir "$own" > "$own/outputs.out"
        rate=$(sed -n 's/.*  lr \([^ ]*\).*/\1/p' "$own.tsv.out")
        awk -v OFS='\t' -v name=$name -v rate="$rate" '
            NR > 1 { print name, rate, $0 }
            NR == 1 && name == "sgd" { print "optimizer", "lr", $0 }
        ' "$own.tsv" >> "$table.part"
    done ;;
esac
mv "$table.part" "$table"
