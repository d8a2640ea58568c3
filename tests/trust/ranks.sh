#!/bin/sh
# Training on several processes leaves the file and the log of one process, on any number of ranks
# and threads; and when a rank is killed, or the run is stopped, it can be resumed on other ranks.
#
#   sh tests/trust/ranks.sh PROGRAM MPI-PROGRAM [short]        (make trust-ranks)
set -eu
export LC_ALL=C # numbers with a point, in every language
program=$1 mpi=$2 short=${3:-}
mkdir -p build/tests
work=$(mktemp -d build/tests/tmp-XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
set -- --validate 50000 --epochs 2 --evaluate end --log "$work/log.tsv" --save "$work/params" \
    --checkpoint "$work/run"
launch() { sh chapters/07_lenet5/ranks/launch.sh "$@"; }

fail() {
    echo "error: $*" >&2
    cat "$work/out" >&2
    exit 1
}

# A run as it is to be compared: the log without the columns that depend on the clock, and of the
# checkpoint its tensors, since its header has the length of the log.
files() {
    cut -f 1-7,9 "$work/log.tsv" > "$1.log"
    mv "$work/params" "$1.params"
    tail -c +$(($(od -An -tu8 -N8 "$work/run") + 9)) "$work/run" > "$1.state"
    rm "$work/run"
}
compare() {
    files "$work/this"
    for file in log params state; do
        cmp "$work/this.$file" "$work/$1.$file" || fail "$2: another $file"
    done
}

# The same run on RANKS x THREADS, for each pair of a list.
same() {
    name=$1 pairs=$2
    shift 2
    "$program" train "$@" > "$work/out" 2>&1 || fail "$name"
    files "$work/$name"
    for pair in $pairs; do
        launch "${pair%x*}" "$mpi" train "$@" --threads "${pair#*x}" > "$work/out" 2>&1 ||
            fail "$name on $pair"
        compare "$name" "$name on $pair"
    done
    echo "$name: $(cksum < "$work/$name.params" | cut -d ' ' -f 1) without MPI, and on $pairs"
}
all="1x1 1x2 2x1 2x2 3x1 3x2 4x1 4x2"
[ -z "$short" ] || all="2x1 3x2"
same report "$all" "$@"
same record "$all" "$@" --recipe record
# micro-batches that are no power of two, and fewer of them than ranks
same batch-130 "3x1 4x1" "$@" --batch 130
same batch-3 "5x1" "$@" --batch 3 --validate 59000 --epochs 1

# Stopped, or a rank killed, after the first of eight epochs: one line, and the rest of the run on
# another number of ranks.
set -- "$@" --epochs 8
same long "2x1" "$@"
for way in TERM KILL; do
    sh chapters/07_lenet5/ranks/launch.sh 2 "$mpi" train "$@" > "$work/out" 2> "$work/err" &
    run=$!
    until [ -f "$work/run" ]; do
        kill -s 0 $run || fail "$way: ended without a checkpoint"
        sleep 0.02
    done
    case $way in
    TERM) kill -TERM $run ;;
    KILL)
        for process in /proc/[0-9]*; do
            tr '\0' ' ' < "$process/cmdline" 2> "$work/gone" | grep -q "^$mpi train.*$work" &&
                rank=${process#/proc/}
        done || true
        kill -KILL "$rank" ;;
    esac
    code=0
    wait $run || code=$?
    case $way:$code in
    TERM:143) grep -q '^stopped in epoch [2-8] ' "$work/out" || fail "does not say it stopped" ;;
    KILL:1) [ "$(wc -l < "$work/err")" = 1 ] || fail "killed: $(cat "$work/err")" ;;
    *) fail "$way: exit code $code" ;;
    esac
    epoch=$(grep -ao '"at_epoch":"[0-9]*' "$work/run" | tr -dc '0-9')
    launch 3 "$mpi" train --resume "$work/run" --validate 50000 --log "$work/log.tsv" \
        --save "$work/params" > "$work/out" 2>&1 || fail "resumed after $way"
    compare long "resumed after $way"
    echo "$way: exit code $code on 2 ranks, resumed from epoch $epoch on 3: the same"
done

launch 2 "$mpi" train --lr x > "$work/out" 2>&1 && fail "a wrong flag ends with 0"
[ "$(wc -l < "$work/out")" = 1 ] || fail "a wrong flag has one line on two ranks"
