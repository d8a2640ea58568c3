#!/bin/sh
# Runs test binaries one after another:  sh tests/run.sh BINARY ...
#
# Every binary runs to its end; the exit code says whether all passed. The time limit around each is
# for a runner that hangs; every single test has a limit of its own.

# Beside other work, threads that spin while they wait make everything many times slower.
export OMP_WAIT_POLICY=passive
failed=
# Folders that tests make for their files are gone afterwards, whatever happens.
trap 'rm -rf "${1%/*}"/tmp-*' EXIT
for binary in "$@"; do
    echo "== $binary"
    timeout -k 5 600 "$binary" -j1 2>&1 || failed="$failed ${binary##*/}"
done
if [ -n "$failed" ]; then
    echo "FAILED:$failed"
    exit 1
fi
echo "all suites passed"
