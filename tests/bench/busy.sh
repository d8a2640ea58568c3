#!/bin/sh
# make bench-busy: an epoch alongside programs that never pause; on an otherwise idle machine.
#
#     sh tests/bench/busy.sh BENCH DIR        BENCH: our build/bench, DIR: the folder with MNIST
#
# With K busy programs, P threads on P processors have P of P + K shares. So the fair time is
# (P + K) / P times the idle one; the table shows how many times that fair time was needed. Each
# program that is started here ends with this script, or after twenty minutes by itself.
set -eu
export LC_ALL=C # numbers with a point, in every language
bench=$1
dir=$2
processors=$(nproc)
busy=
trap 'for id in $busy; do kill "$id" 2> /dev/null || :; done' EXIT
trap 'exit 1' INT TERM

. tests/bench/python.sh
torch=$(python_with torch)

our_seconds() { # the median of three epochs
    for i in 1 2 3; do timeout 300 "$bench" --epoch "$processors" "$dir"; done | sort -n | sed -n 2p
}

patience=240 # seconds for PyTorch: two epochs and a test

torch_seconds() { # THREADS: the seconds of an epoch, or nothing
    timeout "$patience" "$torch" tests/bench/peer_torch.py "$dir" "$1" |
        sed 's/train=\([0-9.]*\).*/\1/'
}

cell() { # SECONDS IDLE K: the seconds, and how many times the fair time that is
    echo "$1 $2 $3 $processors" | awk '{ printf "%9.3f s %6.2f", $1, $1 / ($2 * ($4 + $3) / $4) }'
}

echo "seconds per epoch, and how many times the fair share of the idle time"
echo
printf 'busy programs  ours, %d threads  ' "$processors"
[ -z "$torch" ] && echo || printf '  PyTorch, %d threads\n' "$processors"
running=0
for k in 0 1 2 4 8; do
    while [ "$running" -lt "$k" ]; do
        timeout 1200 sh -c 'while :; do :; done' &
        busy="$busy $!"
        running=$((running + 1))
    done
    ours=$(our_seconds)
    [ "$k" -gt 0 ] || idle=$ours
    printf '%8d     %s' "$k" "$(cell "$ours" "$idle" "$k")"
    if [ -n "$torch" ]; then
        peer=$(torch_seconds "$processors")
        [ "$k" -gt 0 ] || torch_idle=$peer
        if [ -n "$peer" ]; then
            printf '   %s' "$(cell "$peer" "$torch_idle" "$k")"
        else
            printf '     not within %d s' "$patience"
            torch= # nor with more
        fi
    fi
    echo
done
