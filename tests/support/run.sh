#!/bin/sh
# Runs test binaries one after another:  sh tests/support/run.sh BINARY ...
#
# Every binary runs to its end; the exit code says whether all passed. The time limit around each is
# for a runner that hangs; every single test has a limit of its own. PATIENCE=5 makes all limits
# five times as long, for an emulated processor. The suites of one chapter list their items; of
# several, only those with something to say do.

tests=${1%/*}
points=$tests/tmp-points.tsv
export POINTS=$points
[ $# -le 2 ] || export SHORT=1
failed=
# Folders that tests make for their files are gone afterwards, whatever happens. A run that is to
# end, because a file was saved (make watch) or Ctrl-C typed, ends with its tests.
running=
trap 'rm -rf "$tests"/tmp-*' EXIT
trap '[ -z "$running" ] || kill $running; exit 143' TERM INT
rm -f "$points"
for binary in "$@"; do
    echo "== $binary"
    timeout -k 5 $((1200 * ${PATIENCE:-1})) "$binary" -j1 2>&1 &
    running=$!
    wait $running || failed="$failed ${binary##*/}"
    running=
done
if [ $# -gt 2 ] && [ -s "$points" ]; then
    awk -F '\t' '{ won += $3; all += $4 } END { print won " of " all " points" }' "$points"
fi
if [ -n "$failed" ]; then
    echo "FAILED:$failed"
    exit 1
fi
echo "all suites passed"
