#!/bin/sh
# Runs fuzz targets, as many at a time as there are processors:
#
#   sh tests/trust/fuzz/run.sh SECONDS RUNS PROGRAM ...
#
# Each stops after SECONDS, or after RUNS executions where RUNS is not 0. It starts from
# tests/trust/fuzz/seeds/NAME and from what earlier runs found interesting (build/fuzz/corpus/NAME).
# An input that breaks something is kept and named.
set -u
seconds=$1 runs=$2
shift 2
one='seconds=$1 runs=$2 program=$3 name=$(basename "$3")
    out=$program.log corpus=build/fuzz/corpus/$name
    mkdir -p "$corpus"
    if [ "$runs" != 0 ]; then limit=-runs=$runs; else limit=-max_total_time=$seconds; fi
    "$program" "$limit" -max_len=1024 -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=100 \
        -print_final_stats=1 -artifact_prefix="$program-" \
        "$corpus" "tests/trust/fuzz/seeds/$name" > "$out" 2>&1
    code=$?
    count=$(sed -n "s/^stat::number_of_executed_units: *//p" "$out")
    if [ $code = 0 ]; then
        echo "$name: $count executions, nothing broke"
    else
        echo "$name: BROKEN after $count executions; see $out" >&2
        input=$(sed -n "s/^Test unit written to //p" "$out")
        echo "    the input: $input; once mended, keep it:" >&2
        echo "    cp $input tests/trust/fuzz/seeds/$name/" >&2
        exit 1
    fi'
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 sh -c "$one" one "$seconds" "$runs"
