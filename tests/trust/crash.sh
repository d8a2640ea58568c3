#!/bin/sh
# Kills a training run with SIGKILL at a random moment, resumes it from its checkpoint, and compares
# the result with an uninterrupted run: parameters to the bit, the log except for its times.
#
#   sh tests/trust/crash.sh PROGRAM TIMES        (make trust-crash: 20 times, about two minutes)
set -eu
export LC_ALL=C # numbers with a point, in every language
program=$1 times=$2
mkdir -p build/tests
work=$(mktemp -d build/tests/tmp-XXXXXX)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
run="train --recipe sprint --evaluate test --threads 1"

now() { date +%s.%N; }

# Runs the program; its output is shown only when it fails.
quietly() {
    $program "$@" > $work/out 2>&1 || { cat $work/out; exit 1; }
}

# The columns of a log that do not depend on the clock.
without_times() { cut -f 1-7,9 "$1"; }

begin=$(now)
quietly $run --log $work/a.tsv --save $work/a
seconds=$(echo "$(now) $begin" | awk '{ print $1 - $2 }')
without_times $work/a.tsv > $work/a.log
echo "uninterrupted: $seconds s, $(tail -n 1 $work/out | cut -d ' ' -f 2)"

for k in $(seq "$times"); do
    rm -f $work/b $work/b.tsv $work/c
    moment=$(od -An -N3 -tu4 /dev/urandom |
        awk -v all="$seconds" '{ printf "%.3f", $1 / 2 ^ 24 * all }')
    $program $run --log $work/b.tsv --save $work/b --checkpoint $work/c > $work/out 2>&1 &
    sleep "$moment"
    kill -9 $! 2> $work/kill.err || true
    wait $! 2> $work/kill.err || true
    if [ -f $work/c ]; then
        from="epoch $(grep -ao '"at_epoch":"[0-9]*' $work/c | tr -dc '0-9')"
        quietly train --resume $work/c --log $work/b.tsv --save $work/b
    else
        from='the start: there was no checkpoint yet'
        quietly $run --log $work/b.tsv --save $work/b
    fi
    without_times $work/b.tsv > $work/b.log
    cmp $work/a $work/b
    cmp $work/a.log $work/b.log
    echo "$k: killed after $moment s, resumed from $from: the same bits"
done
