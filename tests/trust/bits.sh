#!/bin/sh
# make bits: 30 mini-batches of three recipes, in builds for several processors, by two compilers,
# on one and two threads. Within a class of processors (with fused multiply-add, and without) every
# build must give the checksum of docs/bits.tsv.
#
#     sh tests/trust/bits.sh FOLDER FLAGS SOURCES [short]
#
# FLAGS are those of every build, SOURCES the files that compute; short: four builds.
set -eu
work=$1 flags=$2 sources=$3 short=${4:-}
recipes='report record 1998'
mkdir -p "$work"
rm -f "$work/got.tsv"

# The first 3,000 test images, unpacked: a program for another processor has no zlib here.
gzip -dc common/mnist/t10k-images-idx3-ubyte.gz | head -c $((16 + 3000 * 784)) > "$work/images"
gzip -dc common/mnist/t10k-labels-idx1-ubyte.gz | head -c $((8 + 3000)) > "$work/labels"

# The linker drops the functions that read files.
sources="$sources common/measure.c common/team.c chapters/07_lenet5/workbench/recipe.c
    docs/playground/c/cblas.c tests/support/bits.c tests/trust/bits.c"

# tried NAME THREADS COMMAND...: runs it, and notes its checksums.
tried() {
    name=$1 threads=$2
    shift 2
    "$@" "$work" "$threads" $recipes > "$work/out.tsv"
    while read -r class recipe sum; do
        printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$threads" "$class" "$recipe" "$sum"
    done < "$work/out.tsv" | tee -a "$work/got.tsv"
}

# build NAME COMPILER FLAG...: compiles the program.
build() {
    name=$1
    shift
    "$@" $flags -Itests -Idocs/playground/c -ffunction-sections -Wl,--gc-sections \
        $sources -lm -o "$work/$name"
}

native() {
    build "$@"
    for threads in 1 2; do tried "$1" $threads "$work/$1"; done
}

has() { grep -qw "$1" /proc/cpuinfo; }

echo "build	threads	class	recipe	checksum"
if [ "$(uname -m)" = x86_64 ]; then
    native gcc-sse2 gcc -O3
    if has fma; then
        native gcc-v3 gcc -O3 -march=x86-64-v3
        native clang-v3 clang -O3 -march=x86-64-v3
    fi
    if has avx512f; then native gcc-v4 gcc -O3 -march=x86-64-v4; fi
    if [ -z "$short" ]; then
        native clang-sse2 clang -O3
        if has fma; then
            native gcc-O1-v3 gcc -O1 -march=x86-64-v3
            native gcc-fma-sse gcc -O3 -mfma -mno-avx2
            native asan-v3 gcc -O1 -march=x86-64-v3 -fsanitize=address -fsanitize=undefined
        fi
        if has avx512f; then native clang-v4 clang -O3 -march=x86-64-v4; fi
        build gcc-arm64 aarch64-linux-gnu-gcc -static -O3
        tried gcc-arm64 1 qemu-aarch64 "$work/gcc-arm64" # emulated, a minute or two
    fi
else
    native gcc gcc -O3
    native clang clang -O3
fi

# Each class and recipe has one checksum, the project's own.
cut -f3-5 "$work/got.tsv" | sort -u > "$work/sums.tsv"
grep -v '^#' docs/bits.tsv | sort -u > "$work/want.tsv"
if comm -23 "$work/sums.tsv" "$work/want.tsv" | grep .; then
    echo "error: not in docs/bits.tsv" >&2
    exit 1
fi
runs=$(wc -l < "$work/got.tsv")
echo "$runs runs, $(wc -l < "$work/sums.tsv") checksums: those of docs/bits.tsv"
