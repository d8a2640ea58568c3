#!/bin/sh
# make trust-arm64: builds everything and runs all suites on 64-bit ARM, emulated, on any Debian.
#
#     sh tests/trust/arm64.sh [GOAL...]      as root; without, the goals doctor, build and test
#
# A Debian for arm64 is unpacked into build/arm64 (500 MB, once), and the kernel is told to hand its
# programs to qemu. So every program there may start others, which Criterion's tests do: each of
# them is a new process of the suite's own file. Emulation is some thirty times slower than ARM.
set -eu
root=$PWD/build/arm64
[ "$(id -u)" = 0 ] || {
    echo "error: root has to make the ARM system: sudo make trust-arm64" >&2
    exit 1
}
[ $# -gt 0 ] || set -- doctor build test

command -v qemu-aarch64-static > /dev/null && command -v debootstrap > /dev/null ||
    apt-get install -y --no-install-recommends qemu-user-static binfmt-support debootstrap \
        > /dev/null
[ -e /proc/sys/fs/binfmt_misc/register ] ||
    mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
[ -e /proc/sys/fs/binfmt_misc/qemu-aarch64 ] || update-binfmts --enable qemu-aarch64

packages=$(sh common/tools/setup.sh --list build test | tr ' ' ,)
[ -e "$root/lenet" ] || {
    rm -rf "$root"
    debootstrap --arch=arm64 --variant=minbase --include="$packages" bookworm "$root"
    mkdir "$root/lenet"
}
mountpoint -q "$root/proc" || mount -t proc proc "$root/proc"
mountpoint -q "$root/dev" || mount --bind /dev "$root/dev"
mountpoint -q "$root/dev/pts" || mount --bind /dev/pts "$root/dev/pts"
trap 'umount "$root/dev/pts" "$root/dev" "$root/proc"' EXIT

git ls-files -z | tar --null -T - -cf - | tar -xf - -C "$root/lenet"
for goal in "$@"; do
    PATIENCE=5 chroot "$root" make -C /lenet --no-print-directory -j"$(nproc)" "$goal"
done
