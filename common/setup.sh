#!/bin/sh
# Installs what a make target needs, and no more:  sh common/setup.sh GROUP ...
#
# As root, or through sudo, the missing Debian packages are installed. Otherwise this prints the one
# command that installs them and exits with 1. SKIP_SETUP=1 trusts that everything is there.
set -eu

packages() {
    case $1 in
    build) echo make gcc libc6-dev libopenblas-dev zlib1g-dev libjansson-dev libpng-dev ;;
    test) echo libcriterion-dev ;;
    debug) echo gdb ;;
    docs) echo doxygen libjs-mathjax ;;
    plots) echo gnuplot-nox fonts-dejavu-core ;;
    report) echo pandoc weasyprint librsvg2-bin fonts-liberation fonts-dejavu-core fonts-wqy-microhei ;;
    format) echo clang-format ;;
    clang) echo clang libomp-dev libclang-rt-14-dev ;;
    *) echo "setup.sh: unknown group $1" >&2 && exit 2 ;;
    esac
}

[ -z "${SKIP_SETUP:-}" ] || exit 0
wanted=
for group in "$@"; do wanted="$wanted $(packages "$group")"; done

if ! command -v dpkg-query > /dev/null; then
    echo "note: not a Debian system; the equivalents of these packages are needed:$wanted" >&2
    exit 0
fi

installed=" $(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' | sed -n 's/^ii *//p' | tr '\n' ' ')"
missing=
for package in $wanted; do
    case "$installed" in
    *" $package "*) ;;
    *" gnuplot-qt "* | *" gnuplot-x11 "*) [ "$package" = gnuplot-nox ] || missing="$missing $package" ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

install="apt-get install -y --no-install-recommends$missing"
if [ "$(id -u)" = 0 ]; then
    sudo=
elif command -v sudo > /dev/null && { sudo -n true 2> /dev/null || [ -t 0 ]; }; then
    sudo=sudo
else
    echo "error: packages are missing; as root, run: apt-get update && $install" >&2
    exit 1
fi
echo "installing:$missing" >&2
# A machine without package lists, or with old ones, needs the update; others are spared it.
if ! $sudo env DEBIAN_FRONTEND=noninteractive $install > /dev/null 2>&1; then
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive $install > /dev/null
fi
