#!/bin/sh
# Static analysis:  sh tests/trust/analyse.sh FILE.c ...      (make trust-analyse)
#
# gcc -fanalyzer, clang-tidy with the list of .clang-tidy, cppcheck. Nothing may be found.
set -u
mkdir -p build
out=build/check.txt
flags='-std=c11 -D_POSIX_C_SOURCE=200809L -pthread -Wall -Wextra -Wno-unused-value
    -Icommon -Ichapters -DBUILD="build"'
[ "$(uname -m)" != x86_64 ] || flags="$flags -march=x86-64-v3"
export flags
# Not before fail.c, of which analyse.h tells, nor where a file asks the system for something first.
known='[ "${1##*/}" = fail.c ] || grep -q "^#define _[A-Z]*_SOURCE" "$1" ||
    flags="$flags -include tests/trust/analyse.h"'

step() { # NAME COMMAND ...: one process per processor, one file at a time
    name=$1 command=$2
    shift 2
    printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 sh -c "$known; $command" check > $out 2>&1
    code=$?
    if [ $code != 0 ] || grep -qE '(warning|error):' $out; then
        cat $out
        echo "$name: see above" >&2
        exit 1
    fi
    echo "$name: nothing found in $# files"
}

step 'gcc -fanalyzer' 'gcc $flags -O1 -fanalyzer -c "$1" -o /dev/null' "$@"
step clang-tidy 'clang-tidy --quiet "$1" -- $flags 2> /dev/null' "$@"
step cppcheck 'cppcheck -q --enable=warning,portability,performance --std=c11 --inline-suppr \
    --suppress=missingIncludeSystem --error-exitcode=1 \
    --suppress=invalidPointerCast --suppress=invalidFunctionArg \
    -Icommon -Ichapters "$1"' "$@"
