#!/bin/sh
# Two ranks against one and two threads, on this machine and, as root, as two hosts: two network
# namespaces with a wire between them, which delays packets (delay.c).
#
#   sh tests/bench/ranks.sh MPI-PROGRAM MESSAGES DELAY TABLE        (make bench-ranks)
#
# For batches of 100 and 800, milliseconds per step of the report's recipe, the least of three runs,
# next to the model of chapters/07_lenet5/ranks/README.md. Its constants come from one thread and
# from MESSAGES (ranks.c). TABLE gets the same for plots/ranks.gp.
set -eu
export LC_ALL=C # numbers with a point, in every language
program=$1 messages=$2 delay=$3 table=$4
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_mpi_yield_when_idle=1
mkdir -p build/tests
work=$(mktemp -d build/tests/tmp-XXXXXX)
wire=
remove_hosts() {
    [ -n "$wire" ] || return 0
    kill "$wire"
    wait "$wire" 2> /dev/null || true
    wire=
    for host in 1 2; do ip netns del lenet$host 2> /dev/null || true; done
}
trap 'remove_hosts; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

# Milliseconds per step: seconds_per_epoch of 60,000 images.
step() {
    batch=$1
    shift
    for k in 1 2 3; do
        "$@" train --epochs 2 --evaluate end --batch "$batch" --threads "$threads" |
            sed -n 's/.*seconds_per_epoch=\([0-9.]*\) .*/\1/p'
    done | sort -n | awk -v batch="$batch" 'NR == 1 { printf "%.2f", $1 * batch / 60 }'
}

# A line: where, ranks, threads, two messages, and for each batch the milliseconds of a step.
line() {
    name=$1 ranks=$2 threads=$3
    shift 3
    short=nan half=nan
    if [ "$ranks" -gt 1 ]; then
        set -- "$@" mpirun -n "$ranks" $hosts
        figures=$("$@" "$messages")
        short=$(echo "$figures" | cut -f 2)
        half=$(echo "$figures" | cut -f 3)
    fi
    printf '%s\t%s\t%s\t%s\t%s' "$name" "$ranks" "$threads" "$short" "$half"
    for batch in 100 800; do
        printf '\t%s\t%s' "$batch" "$(step "$batch" "$@" "$program")"
    done
    echo
}

# Two hosts, and mpirun in the first.
agent='#!/bin/sh
host=$1
shift
exec ip netns exec lenet${host##*.} sh -c "$*"'
hosts_with() {
    "$delay" "$1" "$2" > "$work/wire" &
    wire=$!
    for host in 1 2; do ip netns add lenet$host; done
    until grep -q ready "$work/wire"; do
        kill -s 0 "$wire"
        sleep 0.1
    done
    for host in 1 2; do
        ip link set wire$host netns lenet$host mtu 9000
        ip -n lenet$host addr add 10.9.0.$host/24 dev wire$host
        ip -n lenet$host link set wire$host up
        ip -n lenet$host link set lo up
    done
    printf '%s\n' "$agent" > "$work/agent"
    chmod +x "$work/agent"
    net="--mca btl_tcp_if_include 10.9.0.0/24 --mca oob_tcp_if_include 10.9.0.0/24"
    # each host has all processors: bound, both ranks would take the first
    hosts="--host 10.9.0.1,10.9.0.2 --mca plm_rsh_agent $PWD/$work/agent --bind-to none
        --mca btl tcp,self $net"
}

hosts=
{
    line "one thread" 1 1
    line "two threads" 1 2
    line "two ranks" 2 1
    if [ "$(id -u)" = 0 ] && [ -c /dev/net/tun ] && command -v ip > /dev/null; then
        for delay_us in 50 1000; do
            hosts_with "$delay_us" 125
            line "two hosts, $delay_us us" 2 1 ip netns exec lenet1
            remove_hosts
        done
    fi
} > "$work/lines"
# The model: the time of two threads, which share the machine as two ranks do; one short message,
# the results; two with half of the parameters, or as much of the gradient.
awk -F '\t' -v OFS='\t' '
    NR == 1 { print "where", "ranks", "threads", "short_us", "half_us", "batch", "ms", "model_ms" }
    { for (k = 6; k < NF; k += 2) {
          if ($3 == 2) threads[$k] = $(k + 1)
          model = $2 == 2 ? sprintf("%.2f", threads[$k] + ($4 + 2 * $5) / 1000) : "nan"
          print $1, $2, $3, $4, $5, $k, $(k + 1), model
      } }
' "$work/lines" > "$work/table"
[ "$table" = - ] || cp "$work/table" "$table"
awk -F '\t' 'NR == 1 { $1 = ""; $4 = "short us"; $5 = "half us"; $7 = "ms/step"; $8 = "model" }
             { printf "%-20s %9s %9s %6s %9s %9s\n", $1, $4, $5, $6, $7, $8 }' "$work/table"
