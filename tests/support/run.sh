#!/bin/sh
# Runs test binaries one after another:  sh tests/support/run.sh [-k FOLDER] BINARY ...
#
# Every binary runs to its end. The last line says how many points there are, and which items
# failed, or which exercise is next. The exit code is 1 if something failed; an open exercise is not
# a failure. The time limit around each binary is for one that hangs; every test has its own.
# PATIENCE=5 makes all limits five times as long, for an emulated processor.

# The notes that the tests share (tests/support/notes.h), and their files, are in this run's folder,
# which is gone afterwards, whatever happens; -k keeps it. A run that is to end, because a file was
# saved (make watch) or Ctrl-C typed, ends with its tests.
running=
if [ "$1" = -k ]; then
    RUN=$2
    shift 2
else
    RUN=$(mktemp -d "${1%/*}/tmp-XXXXXX") || exit 1
    trap 'rm -rf "$RUN"' EXIT
fi
export RUN
: > "$RUN/score.tsv"
trap '[ -z "$running" ] || kill $running; exit 143' TERM INT

# The suites of one chapter list their exercises; of several, only those with something to say do.
unset SEVERAL
[ $# -le 2 ] || export SEVERAL=1
for binary in "$@"; do
    [ -z "$SEVERAL" ] || echo "== $binary"
    timeout -k 5 $((1200 * ${PATIENCE:-1})) "$binary" -j1 2>&1 &
    running=$!
    wait $running
    code=$?
    running=
    [ $code -le 1 ] || # it did not come to its end
        printf '%s (exit code %s)\tFAIL\t0\t0\n' "$binary" $code >> "$RUN/score.tsv"
done

echo
awk -F '\t' '
    { won += $3; all += $4 }
    $2 == "FAIL" || $2 == "ERROR" { failed = failed " " $1 }
    $2 == "TODO" && open == "" { open = $5 }
    END {
        if (all) printf "%d of %d points; ", won, all
        if (failed) print "FAILED:" failed
        else if (open) print "next: " open
        else print "all tests pass"
        exit failed != ""
    }' "$RUN/score.tsv"
