#!/bin/sh
# Runs test binaries one after another:  sh tests/run.sh BINARY ...
#
# Every binary runs to its end; the exit code says whether all passed. The time limit around each is
# for a runner that hangs; every single test has a limit of its own.
failed=
# Folders that tests make for their files are gone afterwards, whatever happens.
trap 'rm -rf "${1%/*}"/tmp-*' EXIT
for binary in "$@"; do
    echo "== $binary"
    timeout -k 5 1200 "$binary" -j1 2>&1 || failed="$failed ${binary##*/}"
done
if [ -n "$failed" ]; then
    echo "FAILED:$failed"
    exit 1
fi
echo "all suites passed"
