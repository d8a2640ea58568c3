#!/bin/sh
# A stranger's machine:  sh tests/trust/abroad.sh MAKE      (make trust-abroad, two minutes)
#
# A clone with Windows' line ends asked for, in a folder whose name is hostile to shells, under a
# German locale and umask 077, with another project's CC and CFLAGS in the environment: everything
# is built and tested, and a study's numbers are those of home. Then bad commands, each refused in
# one line.
set -eu
make=$1
here=$PWD
mkdir -p build
work=$(mktemp -d "$PWD/build/tmp-abroad-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8"
export LOCPATH="$work" LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 SKIP_SETUP=1
[ "$(LC_ALL=de_DE.UTF-8 awk 'BEGIN { printf "%.1f", .5 }')" = 0,5 ] ||
    echo "note: this awk knows no decimal comma"
umask 077
odd="O'Brien \$(touch x) \"é"
git -c core.autocrlf=true clone -q . "$work/$odd"
git diff HEAD --binary | git -C "$work/$odd" apply --allow-empty
cd "$work/$odd"

# Runs a command; its output is shown only when it fails.
quietly() { "$@" > "$work/log" 2>&1 || { tail -n 40 "$work/log"; echo "fails: $*"; exit 1; }; }

# refused PATTERN COMMAND ...: it fails with one line on stderr that says so.
refused() {
    pattern=$1
    shift
    if "$@" > "$work/out" 2> "$work/err" || ! grep -qE "$pattern" "$work/err" ||
        [ "$(wc -l < "$work/err")" -gt 1 ] || [ -s "$work/out" ]; then
        echo "not refused as it should be ($pattern): $*"
        cat "$work/out" "$work/err"
        exit 1
    fi
}

CC=false CFLAGS=--no-such-flag quietly $make -s -j2 build
quietly $make -s -j2 test
tail -n 1 "$work/log"
echo "one: --epochs 1 --validate 59000" > "$work/list"
SEEDS="1 2" quietly sh chapters/07_lenet5/studies/study.sh build/07_lenet5 "$work/list" table
SEEDS=1 quietly $make -s study-seeds ARGS="--epochs 1 --validate 59000"
tail -n 1 "$work/log" > mean
if grep -E '[0-9],[0-9]' table mean; then exit 1; fi
grep -q 'mean validation_accuracy=0\.[1-9]' mean
quietly $make -s plot-activation
quietly $make -s B="$work/other" CFLAGS="-O0 -g" "$work/other/01_im2col"
[ -z "$(find "$work" -name x)" ] # a shell would have made it from the folder's name
echo "built, tested and studied in $odd, in German, with umask 077"

for goal in tests:test benchmark:bench chapter7:chapter.7 docss:docs; do
    refused "did you mean: make ${goal#*:}" $make -s "${goal%:*}"
done
mkdir "$work/old"
echo "raise ModuleNotFoundError(\"No module named 'tomllib'\")" > "$work/old/tomllib.py"
printf '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.6.9\n' > "$work/old/python3"
chmod +x "$work/old/python3"
refused 'Python 3.11 or newer is needed' env PYTHONPATH="$work/old" \
    python3 tests/course/handout/handout.py make none none
refused 'python3 must be 3.8 or newer.*3\.6\.9' env SKIP_SETUP= PATH="$work/old:$PATH" \
    sh common/tools/setup.sh hint
if command -v qemu-x86_64 > /dev/null && [ "$(uname -m)" = x86_64 ] &&
    grep -qw avx2 /proc/cpuinfo; then
    refused 'built for a newer processor' qemu-x86_64 -cpu Nehalem build/07_lenet5 --version
fi
cd "$here"
echo "refused in one line: near misses of goals, an old Python, an older processor"
