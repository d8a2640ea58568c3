#!/bin/sh
# Installs the packages of a make target, and no more:  sh common/tools/setup.sh GROUP ...
#
# As root, or through sudo, the missing Debian packages are installed. Otherwise this prints the one
# command that installs them and exits with 1. SKIP_SETUP=1 trusts that everything is there.
#
#   setup.sh --list GROUP ...    the packages' names in one line
#   setup.sh --doctor            (make doctor) one line per package: what for, which version, or
#                                what installs it
set -eu

packages() {
    case $1 in
    build)
        echo make gcc libc6-dev libopenblas-dev zlib1g-dev libjansson-dev libpng-dev libjpeg-dev
        ;;
    test) echo libcriterion-dev python3 ;;
    study) echo parallel ;;
    mpi) echo libopenmpi-dev openmpi-bin ;;
    hosts) echo iproute2 ;;
    grade) echo python3 bubblewrap binutils similarity-tester ;;
    watch) echo entr ;;
    hint) echo python3 ;;
    debug) echo gdb ;;
    docs) echo python3 doxygen doxygen-awesome-css katex ;;
    book) echo python3 pandoc weasyprint katex fonts-liberation fonts-dejavu-core ;;
    quotes) echo python3 katex ;;
    look) echo python3 chromium epubcheck default-jre-headless poppler-utils ;;
    plots) echo gnuplot-nox fonts-dejavu-core ;;
    report) echo pandoc weasyprint librsvg2-bin katex python3-jinja2 \
        fonts-liberation fonts-dejavu-core fonts-noto-cjk ;;
    format) echo clang-format black flake8 ;;
    peers) echo python3-torch python3-numpy ;; # bench-peers, interop: asked for, never installed
    check) echo clang-tidy cppcheck ;;
    abroad) echo git locales qemu-user ;;
    faults) echo python3 strace ;;
    bits) echo clang gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user ;;
    clang) echo clang libclang-rt-14-dev ;;
    playground) echo python3 clang lld wasi-libc libclang-rt-14-dev-wasm32 ;;
    browser) # npm comes with some packages of nodejs, and alone with others
        echo python3 chromium; command -v npm > /dev/null || echo nodejs npm ;;
    libraries) echo dpkg-dev ;; # fuzz LIBRARIES=1
    *) echo "setup.sh: unknown group $1" >&2 && exit 2 ;;
    esac
}

groups="build test study mpi hosts watch grade debug docs book quotes look plots report
        format clang check faults playground browser abroad bits libraries peers"
apt="apt-get install -y --no-install-recommends"

# One line per package; exits with 1 when one is missing that `make run` or `make test` needs.
doctor() {
    command -v dpkg-query > /dev/null ||
        { echo "error: not a Debian system: this asks dpkg" >&2; exit 1; }
    need=0
    for group in $groups; do
        for package in $(packages $group); do
            status=$(dpkg-query -W -f '${db:Status-Abbrev} ${Version}' $package 2> /dev/null) ||
                status=
            case $status in
            ii*) printf '%-8s %-22s %s\n' "$group" "$package" "${status#ii* }" ;;
            *)  printf '%-8s %-22s missing: %s\n' "$group" "$package" "$apt $package"
                case $group in build | test) need=1 ;; esac ;;
            esac
        done
    done
    echo "python3: $(python3 --version 2> /dev/null || echo none)"
    units=$(grep -owm1 -e avx512f -e avx2 -e asimd /proc/cpuinfo | sort -u | tr '\n' ' ')
    echo "processors: $(nproc), $(uname -m); vector units: ${units:-none known}"
    exit $need
}
[ "${1:-}" != --doctor ] || doctor
if [ "${1:-}" = --list ]; then
    shift
    for group in "$@"; do packages "$group"; done | tr '\n' ' ' | sed 's/ $//'
    exit 0
fi

[ -z "${SKIP_SETUP:-}" ] || exit 0
wanted=
for group in "$@"; do wanted="$wanted $(packages "$group")"; done

# The first python3 of PATH need not be the system's.
python() {
    case " $wanted " in *" python3 "*) ;; *) return 0 ;; esac
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2> /dev/null && return 0
    this=$(python3 --version 2> /dev/null) || this="not there"
    echo "error: python3 must be 3.8 or newer; the first one in PATH is ${this#Python }" >&2
    exit 1
}

if ! command -v dpkg-query > /dev/null; then
    for tool in sed timeout nproc; do
        $tool --version 2> /dev/null | grep -q GNU && continue
        echo "error: $tool is not GNU's, which the scripts here need (macOS: brew install" \
            "coreutils gnu-sed), or work in a container:" \
            'docker run -it -v "$PWD":/lenet -w /lenet debian:12' >&2
        exit 1
    done
    echo "note: not a Debian system; the equivalents of these packages are needed:$wanted" >&2
    python
    exit 0
fi

installed=" $(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' | sed -n 's/^ii *//p' |
    tr '\n' ' ')"
missing=
for package in $wanted; do
    case "$installed" in
    *" $package "*) ;;
    *" gnuplot-qt "* | *" gnuplot-x11 "*)
        [ "$package" = gnuplot-nox ] || missing="$missing $package" ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || { python; exit 0; }

install="$apt$missing"
wait="-o DPkg::Lock::Timeout=300" # another set-up may be at it
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
if ! $sudo env DEBIAN_FRONTEND=noninteractive $install $wait > /dev/null 2>&1; then
    $sudo apt-get update -qq
    $sudo env DEBIAN_FRONTEND=noninteractive $install $wait > /dev/null
fi
