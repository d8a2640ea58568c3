#!/bin/sh
# libpng, zlib and jansson from Debian's source packages, compiled as the fuzz targets are, so that
# the fuzzer sees which of their branches an input takes:
#
#   sh tests/trust/fuzz/libraries.sh SOURCES LIBRARY.a COMPILER FLAG ...
#
# SOURCES is the folder they are fetched to, once. apt gets its lists there too, and nothing of the
# machine's own changes. Their headers are those of the packages that the programs use.
set -eu
sources=$1 library=$2
shift 2

# The machine's own sources, for source packages. A list without any does not matter.
fetch() {
    mkdir -p lists/partial cache/archives/partial parts
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
        /etc/apt/sources.list.d/*.sources; do
        [ -f "$file" ] || continue
        sed 's/^deb /deb-src /; s/^Types:.*/Types: deb-src/' "$file" > "parts/$(basename "$file")"
    done
    own="-o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts=$PWD/parts
         -o Dir::State::Lists=$PWD/lists -o Dir::Cache=$PWD/cache -o APT::Sandbox::User="
    apt-get -qq $own update || true
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    for name in zlib libpng1.6 jansson; do
        apt-get -qq $own source "$name/$release" || return 1
    done
    : > "$(echo jansson-*/src)/jansson_private_config.h" # its definitions are given below
    : > fetched
}

mkdir -p "$sources"
[ -f "$sources/fetched" ] || (cd "$sources" && fetch > fetch.log 2>&1) ||
    { cat "$sources/fetch.log" >&2; exit 1; }

rm -rf "$library" "$library.o"
mkdir -p "$library.o"
for file in "$sources"/zlib-*/*.c "$sources"/libpng1.6-*/png*.c "$sources"/jansson-*/src/*.c; do
    case $file in */pngtest.c) continue ;; esac
    folder=$(dirname "$file")
    "$@" -w -I"$folder" -DHAVE_UNISTD_H -DHAVE_STDINT_H -DPNG_ARM_NEON_OPT=0 \
        -c "$file" -o "$library.o/$(basename "$folder" | cut -c1-3)-$(basename "$file" .c).o"
done
ar rcs "$library" "$library.o"/*.o
