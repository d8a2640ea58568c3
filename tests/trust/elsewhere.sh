#!/bin/sh
# The build, elsewhere:  sh tests/trust/elsewhere.sh MAKE CROSS_COMPILER   (.ci/run)
#
#   - two copies of the tree in different folders give the same program, byte for byte;
#   - a read-only tree is built and tested in another folder (make B=/elsewhere);
#   - a tree without the faster functions is built and tested, and its bench runs;
#   - a compiler for other machines compiles the chapters (CC=... alone).
set -eu
make=$1 cross=$2
mkdir -p build
work=$(mktemp -d "$PWD/build/tmp-elsewhere-XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
export SKIP_SETUP=1
flags='OPTIMIZE=-O1 -march=x86-64'
[ "$(uname -m)" = x86_64 ] || flags=OPTIMIZE=-O1

copy() {
    mkdir -p "$1"
    git ls-files -z Makefile CITATION.cff common chapters tests plots 'docs/*.mk' 'chapters/*.mk' |
        xargs -0 tar cf - | tar xf - -C "$1"
}

# Runs make; its output is shown only when it fails.
quietly() { $make -s "$@" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }; }

# Everything in a folder, with its content.
listing() { (cd "$1" && find . -type f -exec cksum {} + | sort); }

copy "$work/one"
copy "$work/a folder/of another name"
for tree in "$work/one" "$work/a folder/of another name"; do
    quietly -C "$tree" "$flags" build/05_softmax_ce
done
cmp "$work/one/build/05_softmax_ce" "$work/a folder/of another name/build/05_softmax_ce"
echo "two copies: the same bytes"

rm -rf "$work/one/build"
chmod -R a-w "$work/one"
listing "$work/one" > "$work/before"
quietly -C "$work/one" B="$work/out" "$flags" test 1
listing "$work/one" | cmp - "$work/before"
echo "B=/elsewhere: built and tested, and the sources are as they were"

copy "$work/plain"
(cd "$work/plain/chapters" && rm -r 02_conv/direct 03_pool/rows 04_affine/rational \
    04_affine/tiles 07_lenet5/fast)
quietly -j2 -C "$work/plain" build suites
quietly -C "$work/plain" test 7
quietly -C "$work/plain" bench ARGS="--figures 1"
echo "without direct/, rows/, rational/, tiles/ and fast/: built, tested, timed"

if echo '#include <tgmath.h>' | "$cross" -E - > /dev/null 2>&1; then
    objects=$(ls chapters/0[1-6]*/*.c chapters/0[1-6]*/*/*.c | sed 's|^|build/x/float/|; s|c$|o|')
    quietly CC="$cross" B=build/x $objects
    file=build/x/float/chapters/01_im2col/im2col.o
    # byte 18 of an ELF file is the machine: 183 is 64-bit ARM
    [ "$(od -An -j18 -N1 -tu1 $file | tr -d ' ')" = 183 ]
    rm -rf build/x
    echo "$cross: compiled for ARM"
else
    echo "$cross or its C library is not installed: not tried"
fi
