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

# A study whose every process is killed makes only the runs that had not ended, and the same table.
printf '#!/bin/sh\necho "$*" >> %s/runs\nsleep 0.3\nexec %s "$@"\n' $work "$program" > $work/counted
chmod +x $work/counted
printf 'one:\ntwo: --lr 0.002\nthree: --lr 0.003\n' > $work/list
study() {
    rm -f $work/runs
    SEEDS="1 2" setsid sh chapters/07_lenet5/studies/study.sh $work/counted $work/list "$1" \
        --validate 59000 --epochs 1 > $work/out 2>&1
}
study $work/whole.tsv || { cat $work/out; exit 1; }
grep -v -- ' --validate 59000 --epochs 1$' $work/runs && exit 1 # flags in another order
study $work/killed.tsv &
ended=0
until [ "$ended" -ge 3 ]; do # a line of titles, then one for each run
    kill -s 0 $! || { cat $work/out; exit 1; }
    sleep 0.05
    ended=$(cat $work/killed.tsv.runs/log 2> $work/kill.err | wc -l)
done
session=$(cut -d ' ' -f 1 /proc/$!/task/$!/children)
kill -s KILL -- "-$session" # then the runs: parallel gives each a group, but no session
cat /proc/[0-9]*/stat 2> $work/kill.err | awk -v s="$session" '$6 == s { print $1 }' |
    xargs kill -s KILL 2> $work/kill.err || true
wait $! 2> $work/kill.err || true
ended=$(($(wc -l < $work/killed.tsv.runs/log) - 1))
study $work/killed.tsv || { cat $work/out; exit 1; }
[ "$(wc -l < $work/runs)" = $((6 - ended)) ] ||
    { echo "a killed study made $(wc -l < $work/runs) runs, $ended of 6 had ended"; exit 1; }
for table in whole killed; do cut -f 1-6,8 $work/$table.tsv > $work/$table; done
cmp $work/whole $work/killed
echo "a study killed after $ended of 6 runs made the others, and the same table"
