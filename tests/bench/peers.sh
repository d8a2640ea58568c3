#!/bin/sh
# make bench-peers: the same work here, in PyTorch and in NumPy, in turn, three rounds; medians and
# ratios. Then every layer against PyTorch's (oneDNN), the same shape, the same batch.
#
#     sh tests/bench/peers.sh BENCH DIR        BENCH: our build/bench, DIR: the folder with MNIST
#
# Every program prints one line, "train=SECONDS test=SECONDS one_us=MICROSECONDS". Peers that are
# not installed are named, with the package that brings them, and left out.
set -eu
export LC_ALL=C # numbers with a point, in every language
bench=$1
dir=$2
rounds=${ROUNDS:-3}
batch=100
figures=$(mktemp)
trap 'rm -f "$figures"' EXIT

. tests/bench/python.sh
torch=$(python_with torch)
numpy=$(python_with numpy)

run() { # NAME COMMAND...: appends "name<TAB>train<TAB>test<TAB>one"
    who=$1
    shift
    line=$("$@")
    echo "$who $line" | sed 's/ train=/\t/; s/ test=/\t/; s/ one_us=/\t/' >> "$figures"
    echo "  $who: $line"
}
round=1
while [ "$round" -le "$rounds" ]; do
    echo "round $round of $rounds"
    for threads in 1 2; do
        name="$threads thread$([ $threads = 1 ] || echo s)"
        run "ours, $name" "$bench" --figures $threads "$dir"
        [ -z "$torch" ] ||
            run "PyTorch, $name" "$torch" tests/bench/peer_torch.py "$dir" $threads
    done
    [ -z "$numpy" ] || OMP_NUM_THREADS=2 run "NumPy, the report's way" \
        "$numpy" tests/bench/peer_numpy.py "$dir"
    round=$((round + 1))
done

echo
awk -F '\t' '
    function median(name, column,   i, j, n, v, swap) {
        n = split(values[name, column], v, " ")
        for (i = 1; i <= n; i++)
            for (j = i + 1; j <= n; j++)
                if (v[j] + 0 < v[i] + 0) { swap = v[i]; v[i] = v[j]; v[j] = swap }
        return v[int((n + 1) / 2)] + 0
    }
    {
        if (!($1 in seen)) order[++names] = $1
        seen[$1] = 1
        for (c = 2; c <= 4; c++) values[$1, c] = values[$1, c] " " $c
    }
    END {
        for (c = 2; c <= 4; c++)
            for (i = 1; i <= names; i++)
                if (order[i] ~ /^ours/) {
                    m = median(order[i], c)
                    if (!(c in best) || m < best[c]) best[c] = m
                }
        print "medians; in parentheses, as a multiple of our best of 1 and 2 threads
"
        printf "%-26s %20s %20s %20s\n", "", "s per epoch", "s for the test set",
            "us for one image"
        for (i = 1; i <= names; i++) {
            printf "%-26s", order[i]
            for (c = 2; c <= 4; c++) {
                m = median(order[i], c)
                printf " %12.4g (%5.1f)", m, m / best[c]
            }
            printf "\n"
        }
    }' "$figures"

# Each layer: in turn, the least of all rounds.
[ -n "$torch" ] || exit 0
: > "$figures"
round=1
while [ "$round" -le "$rounds" ]; do
    "$bench" --layers $batch "$dir" | sed 's/^/ours\t/' >> "$figures"
    "$torch" tests/bench/peer_layers.py $batch | sed 's/^/torch\t/' >> "$figures"
    round=$((round + 1))
done
echo
echo "each layer, $batch images, one thread, us per image; in parentheses, as a multiple of ours"
echo
awk -F '\t' '
    {
        if (!($2 in seen)) order[++names] = $2
        seen[$2] = 1
        for (c = 3; c <= 4; c++)
            if (!(($1, $2, c) in least) || $c < least[$1, $2, c]) least[$1, $2, c] = $c + 0
    }
    END {
        printf "%-9s  %9s %9s          %9s %9s\n", "", "forward", "PyTorch", "backward", "PyTorch"
        for (i = 1; i <= names; i++) {
            # without faster functions ours has ReLU as a layer, PyTorch as part of S2
            if (!(("ours", order[i], 3) in least) || !(("torch", order[i], 3) in least)) continue
            printf "%-9s", order[i]
            for (c = 3; c <= 4; c++) {
                ours = least["ours", order[i], c]
                theirs = least["torch", order[i], c]
                printf "  %9.3f %9.3f (%5.1f)", ours, theirs, theirs / ours
            }
            printf "\n"
        }
    }' "$figures"
