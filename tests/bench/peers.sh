#!/bin/sh
# make bench-peers: the same work here, in PyTorch and in NumPy, in turn, three rounds; medians and ratios.
#
#     sh tests/bench/peers.sh BENCH DIR        BENCH: our build/bench, DIR: the folder with MNIST
#
# Every program prints one line, "train=SECONDS test=SECONDS one_us=MICROSECONDS". Peers that are not
# installed are named, with the package that brings them, and left out.
set -eu
bench=$1
dir=$2
rounds=${ROUNDS:-3}
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT

. tests/bench/python.sh
torch=$(python_with torch)
numpy=$(python_with numpy)

run() { # NAME COMMAND...: appends "name<TAB>train<TAB>test<TAB>one"
    name=$1
    shift
    line=$("$@")
    echo "$name $line" | sed 's/ train=/\t/; s/ test=/\t/; s/ one_us=/\t/' >> "$figures"
    echo "  $name: $line"
}
round=1
while [ "$round" -le "$rounds" ]; do
    echo "round $round of $rounds"
    run "ours, 1 thread" "$bench" --figures 1 "$dir"
    [ -z "$torch" ] || run "PyTorch, 1 thread" "$torch" tests/bench/peer_torch.py "$dir" 1
    run "ours, 2 threads" "$bench" --figures 2 "$dir"
    [ -z "$torch" ] || run "PyTorch, 2 threads" "$torch" tests/bench/peer_torch.py "$dir" 2
    [ -z "$numpy" ] || OMP_NUM_THREADS=2 run "NumPy, the report's way" "$numpy" tests/bench/peer_numpy.py "$dir"
    round=$((round + 1))
done

echo
awk -F '\t' '
    function median(name, column,   i, j, n, v, swap) {
        n = split(values[name, column], v, " ")
        for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (v[j] + 0 < v[i] + 0) { swap = v[i]; v[i] = v[j]; v[j] = swap }
        return v[int((n + 1) / 2)] + 0
    }
    { if (!($1 in seen)) order[++names] = $1; seen[$1] = 1; for (c = 2; c <= 4; c++) values[$1, c] = values[$1, c] " " $c }
    END {
        for (c = 2; c <= 4; c++) for (i = 1; i <= names; i++) if (order[i] ~ /^ours/) {
            m = median(order[i], c); if (!(c in best) || m < best[c]) best[c] = m }
        print "medians; in brackets: how many times our best of 1 and 2 threads\n"
        printf "%-26s %20s %20s %20s\n", "", "s an epoch", "s for the test set", "us for one image"
        for (i = 1; i <= names; i++) {
            printf "%-26s", order[i]
            for (c = 2; c <= 4; c++) { m = median(order[i], c); printf " %12.4g (%5.1f)", m, m / best[c] }
            printf "\n"
        }
    }' "$figures"
