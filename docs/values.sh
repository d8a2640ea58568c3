#!/bin/sh
# Collects every number of the report that comes from a run or from this machine:
#
#     sh docs/values.sh DATA_FOLDER PROGRAM > VALUES
#
# A line of VALUES is: key, value, source, separated by tabs; in a value \n stands for a new line. A file that is
# missing, or a value that is not in it, is an error that names key, file and the command that writes the file.
set -eu
export LC_ALL=C
D=$1 program=$2
tab=$(printf '\t')
make=make
case $D in build/quick/*) make='make QUICK=1' ;; esac

die() { echo "error: value $1" >&2; exit 1; }

# put KEY VALUE SOURCE
put() {
    case $2 in '' | nan | *"${tab}"*) die "$1: not in $3" ;; esac
    printf '%s\t%s\t%s\n' "$1" "$2" "$3"
}

# value KEY FILE COMMAND AWK: what AWK prints for FILE. $c["loss"] is the column of that name; epoch() is true for the
# line of an epoch, batch() for that of a mini-batch.
value() {
    [ -s "$2" ] || die "$1: $2 is missing: $3 writes it"
    put "$1" "$(awk -F '\t' '
        function epoch() { return FNR > 1 && $c["test_accuracy"] != "nan" }
        function batch() { return FNR > 1 && $c["loss"] != "nan" }
        FNR == 1 { for (i = 1; i <= NF; i++) c[$i] = i }
        '"$4" "$2")" "$2 ($3)"
}

run() { value "$1" "$D/report.tsv" "$make $D/report.tsv" "$2"; }
said() { value "$1" "$D/report.tsv.out" "$make $D/report.tsv" "$2"; }
counts() { value "$1" "$D/confusion.tsv" "$make $D/confusion.tsv" "$2"; }
rules() { value "$1" "$D/optimizers.tsv" "$make $D/optimizers.tsv" "$2"; }

# ---- the run: its settings ----
setting() { said "$1" '{ for (i = 1; i < split($0, w, / +/); i++) if (w[i] == "'"$1"'") { print w[i + 1]; exit } }'; }
for key in lr batch epochs optimizer init; do setting $key; done
said parameters '/ training images, / { split($0, w, / +/); print w[2] }'
said train_images '/ training images, / { split($0, w, / +/); print w[4] }'
said threads '/ training images, / { split($0, w, / +/); print w[7] }'
said seed '/ training images, / { sub(/.* seed /, ""); print }'
said memory_mb '/^result/ { sub(/.*peak_rss_mb=/, ""); print }'
said seconds '/^result/ { sub(/.* seconds=/, ""); sub(/ .*/, ""); print }'
said seconds_per_epoch '/^result/ { sub(/.*seconds_per_epoch=/, ""); sub(/ .*/, ""); print }'
said log '/^epoch +[0-9]+\/[0-9]+  train|^result/ { gsub(/ peak_rss/, "\\n      &"); gsub(/ epochs=/, "\\n      &"); printf "%s%s", line++ ? "\\n" : "", $0 }'
run iterations 'batch() { n = $c["iteration"] } END { print n }'
counts test_images '{ for (i = 1; i <= NF; i++) n += $i } END { print n }'

# ---- accuracy ----
last() { run "$1" 'epoch() { x = $c["'"$2"'"] } END { printf "'"$3"'", x }'; }
last test_accuracy test_accuracy %.4f
last train_accuracy train_accuracy %.4f
last test_loss test_loss %.4f
last train_loss train_loss %.4f
for set in train test; do
    run ${set}_accuracy_0 'epoch() && $c["epoch"] == 0 { printf "%.4f", $c["'$set'_accuracy"] }'
    run ${set}_accuracy_1 'epoch() && $c["epoch"] == 1 { printf "%.4f", $c["'$set'_accuracy"] }'
done
run learning_accuracy_1 'epoch() && $c["epoch"] == 1 { printf "%.4f", $c["learning_accuracy"] }'
run best_accuracy 'epoch() && $c["test_accuracy"] > best { best = $c["test_accuracy"] } END { printf "%.4f", best }'
run best_epoch 'epoch() && $c["test_accuracy"] > best { best = $c["test_accuracy"]; e = $c["epoch"] } END { print e }'
run best_last 'epoch() { if ($c["test_accuracy"] > best) { best = $c["test_accuracy"]; e = $c["epoch"] } last = $c["epoch"] }
    END { print (e == last) ? "yes" : "no" }'
run gap 'epoch() { x = $c["train_accuracy"] - $c["test_accuracy"] } END { printf "%.4f", x }'
counts errors '{ for (i = 1; i <= NF; i++) if (i != NR) n += $i } END { print n }'

# Stable: the first epoch from which on the test accuracy stays within 0.005 of its last value.
stable='epoch() { x[n++] = $c["test_accuracy"]; e[n - 1] = $c["epoch"] }
    END { for (k = n; k > 0 && x[k - 1] - x[n - 1] <= 0.005 && x[n - 1] - x[k - 1] <= 0.005; k--);
          low = high = x[k]; for (i = k; i < n; i++) { if (x[i] < low) low = x[i]; if (x[i] > high) high = x[i] }'
run stable_epoch "$stable print e[k] }"
run stable_low "$stable printf \"%.4f\", low }"
run stable_high "$stable printf \"%.4f\", high }"
run settled "$stable print (k < n - 1) ? \"yes\" : \"no\" }"

# ---- loss ----
run first_loss 'batch() { printf "%.4f", $c["loss"]; exit }'
run last_loss 'batch() { if ($c["epoch"] != e) { e = $c["epoch"]; n = sum = 0 } n++; sum += $c["loss"] } END { printf "%.4f", sum / n }'
run small_share 'batch() { if ($c["epoch"] != e) { e = $c["epoch"]; n = small = 0 } n++; small += $c["loss"] < 0.05 } END { printf "%.0f", 100 * small / n }'
run below_epoch 'epoch() && $c["train_loss"] < 0.05 && !found { found = 1; printf "%d", $c["epoch"] } END { if (!found) print "-" }'

# ---- the report's claims: do they hold here? ----
run claim_jump 'epoch() { x[$c["epoch"]] = $c["test_accuracy"] } END { print (x[0] < 0.15 && x[1] >= 0.9) ? "yes" : "no" }'
run claim_stable "$stable print (e[k] <= 6 && k < n - 1) ? \"yes\" : \"no\" }"
run claim_accuracy 'epoch() { x = $c["test_accuracy"] } END { print (x >= 0.9829) ? "yes" : "no" }'
run claim_start 'batch() { print ($c["loss"] > 2.2 && $c["loss"] < 2.4) ? "yes" : "no"; exit }'
run claim_loss 'epoch() { x = $c["train_loss"] } END { print (x < 0.05) ? "yes" : "no" }'

# ---- tables: rows of Markdown ----
rows='function row(text) { printf "%s%s", lines++ ? "\\n" : "", text }
'
run table:epochs "$rows"' epoch() { row(sprintf("| %d | %.4f | %.4f | %.4f | %.4f | %s |", $c["epoch"], $c["train_accuracy"],
    $c["train_loss"], $c["test_accuracy"], $c["test_loss"], $c["epoch"] ? sprintf("%.2f", $c["seconds"]) : "")) }'
# A run of one column: accuracy after the first epoch and at the end, losses at the end, seconds of an epoch (median).
summary='
    epoch() { if ($c["epoch"] == 1) first = $c["test_accuracy"]
              if ($c["epoch"] > 0) { k = n++; while (k > 0 && s[k - 1] > $c["seconds"]) { s[k] = s[k - 1]; k-- } s[k] = $c["seconds"] }
              a = $c["test_accuracy"]; l = $c["test_loss"]; t = $c["train_loss"] }
    function show(name) { row(sprintf("| %s | %.4f | %.4f | %.4f | %.4f | %.2f |", name, first, a, l, t,
        n % 2 ? s[(n - 1) / 2] : (s[n / 2 - 1] + s[n / 2]) / 2)); n = 0 }'
activations=
for name in report sigmoid tanh; do
    what=$name; [ $name != report ] || what=relu
    # through a file, as value() may stop the script
    value "activation_$what" "$D/$name.tsv" "$make $D/$name.tsv" "$rows$summary END { show(\"$what\") }" > "$D/report-row.part" ||
        { rm -f "$D/report-row.part"; exit 1; }
    activations="$activations${activations:+\\n}$(cut -f 2 "$D/report-row.part")"
    rm -f "$D/report-row.part"
    value "accuracy_$what" "$D/$name.tsv" "$make $D/$name.tsv" 'epoch() { x = $c["test_accuracy"] } END { printf "%.4f", x }'
done
put table:activations "$activations" "$D/report.tsv, $D/sigmoid.tsv, $D/tanh.tsv"
best=$(printf '%b\n' "$activations" | sort -t '|' -s -k 4,4nr | head -n 1)
put best_activation "$(echo "$best" | cut -d ' ' -f 2)" "$D/report.tsv, $D/sigmoid.tsv, $D/tanh.tsv"
put best_activation_accuracy "$(echo "$best" | cut -d ' ' -f 6)" "$D/report.tsv, $D/sigmoid.tsv, $D/tanh.tsv"

rules table:optimizers "$rows"'
    FNR > 1 && $c["optimizer"] != name { if (name) show(name " | " lr); n = first = 0 }
    FNR > 1 { name = $c["optimizer"]; lr = $c["lr"] } END { show(name " | " lr) }'"$summary"
rules optimizer_epochs 'epoch() { e = $c["epoch"] } END { print e }'
best='epoch() { if (!($c["optimizer"] in x)) list[m++] = $c["optimizer"]; x[$c["optimizer"]] = $c["test_accuracy"] }
    END { for (k = 0; k < m; k++) if (k == 0 || x[list[k]] > x[best]) best = list[k];'
rules best_optimizer "$best print best }"
rules best_optimizer_accuracy "$best printf \"%.4f\", x[best] }"
rules adam_accuracy "$best printf \"%.4f\", x[\"adam\"] }"
rules twice_accuracy "$best printf \"%.4f\", x[\"adam-twice\"] }"
rules adam_best "$best print (best == \"adam\") ? \"yes\" : \"no\" }"

classes=$rows' { for (i = 1; i <= NF; i++) { x[NR - 1, i - 1] = $i; sum[NR - 1] += $i } }
    END { for (k = 0; k < 10; k++) {
              right = x[k, k] / sum[k]; as = -1
              if (k == 0 || right < low) { low = right; worst = k }
              if (k == 0 || right > high) { high = right; best = k }
              for (i = 0; i < 10; i++) if (i != k && (as < 0 || x[k, i] > x[k, as])) as = i
              if (x[k, as] > top) { top = x[k, as]; from = k; to = as }
              if (list) row(sprintf("| %d | %d | %d | %.4f | %d (%d) |", k, sum[k], x[k, k], right, as, x[k, as])) }'
counts table:classes "BEGIN { list = 1 } $classes }"
counts best_class "$classes print best }"
counts best_class_accuracy "$classes printf \"%.4f\", high }"
counts worst_class "$classes print worst }"
counts worst_class_accuracy "$classes printf \"%.4f\", low }"
counts confused_true "$classes print from + 0 }"
counts confused_as "$classes print to + 0 }"
counts confused_count "$classes print top + 0 }"

# The tables of layers: name, kind, output, parameters, connections.
layers() {
    put "table:$1" "$("$program" info --net "$2" | awk '
        / -> / { name = $1; split($0, side, " -> "); m = split(side[2], r, " "); kind = side[1]
                 sub("^" name " +", "", kind); sub(/ +[0-9x]+ *$/, "", kind)
                 printf "%s| %s | %s | %s | %s | %s |", lines++ ? "\\n" : "", name, kind, r[1], r[m - 1], r[m] }')" "$program info --net $2"
}
layers layers modern
layers layers_1998 1998

# ---- this machine ----
[ -s "$program" ] || die "blas: $program is missing: make build writes it"
compiler=$(sed 's/ .*//' "$(dirname "$program")/flags")
put os "$(. /etc/os-release && echo "$PRETTY_NAME")" /etc/os-release
put kernel "$(uname -srm)" "uname -srm"
put processor "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1 | grep . || uname -m)" /proc/cpuinfo
put cores "$(getconf _NPROCESSORS_ONLN)" "getconf _NPROCESSORS_ONLN"
put compiler "$($compiler --version | head -n 1)" "$compiler --version"
put blas "$(ldd "$program" | sed -n 's/.*=> \([^ ]*blas[^ ]*\) .*/\1/p' | head -n 1 | xargs -r readlink -f |
    sed 's|.*/||; s/^libopenblas[a-z]*-r\(.*\)\.so$/OpenBLAS \1/')" "ldd $program"
put gnuplot "$(gnuplot --version)" "gnuplot --version"
put pandoc "$(pandoc --version | head -n 1)" "pandoc --version"
case $D in *quick*) put quick yes "$D" ;; *) put quick no "$D" ;; esac
put data "$D" "the folder of the data"
