#!/bin/sh
# Points for every chapter:  B=build MAKE=make sh tests/grade/grade.sh CHAPTER ...
#
# Each chapter's examination (tests/exam) is built and run on its own: a chapter that does not
# compile costs its own points and those of the chapters built on it. A function that crashes,
# hangs or calls exit(0) costs its own items only. Prints a table and writes $B/grade.json.
#
# The exit code is 0 when the grading itself worked, whatever the points.
set -u
B=${B:-build}
MAKE=${MAKE:-make}
mkdir -p "$B"
json=$B/grade.json
verdicts=$B/verdicts.tsv

# Builds and runs one chapter's examination; verdicts go to the file. Prints why there are none.
examine() {
    : > "$verdicts"
    rm -f "$B/exam/$1" # what does not build must not be run from before
    if ! $MAKE --no-print-directory "$B/exam/$1" > "$B/grade.log" 2>&1; then
        echo "does not build"
        return
    fi
    timeout -k 5 900 "$B/exam/$1" > "$verdicts" 2>> "$B/grade.log"
    [ $? -lt 124 ] || echo "the examination was stopped"
}

echo "chapter              items    points"
printf '{"chapters": [' > "$json"
comma=
won=0
total=0
for chapter in "$@"; do
    note=$(examine "$chapter")
    # Join the list of items with the verdicts; what has no verdict has failed.
    table=$(python3 tests/exercises.py items "$chapter" | awk -F '\t' -v file="$verdicts" '
        BEGIN { while ((getline line < file) > 0) { split(line, v, "\t"); verdict[v[1]] = v[2] } }
        { print $1 "\t" $2 "\t" ($1 in verdict ? verdict[$1] : "FAIL") }')
    set -- $(echo "$table" | awk -F '\t' '
        { n++; all += $2; if ($3 == "PASS") { ok++; got += $2 } }
        END { print ok + 0, n, got + 0, all }')
    printf '%-18s %3d/%-3d   %3d/%-3d  %s\n' "$chapter" "$1" "$2" "$3" "$4" "$note"
    echo "$table" | awk -F '\t' '$3 != "PASS" { printf "    %-8s %s (%d)\n", $3, $1, $2 }'
    won=$((won + $3))
    total=$((total + $4))
    printf '%s\n  {"chapter": "%s", "passed": %d, "items": %d, "points": %d, "of": %d,' \
        "$comma" "$chapter" "$1" "$2" "$3" "$4" >> "$json"
    printf ' "note": "%s", "results": [' "$note" >> "$json"
    echo "$table" | awk -F '\t' '{
        printf "%s\n    {\"item\": \"%s\", \"points\": %d, \"verdict\": \"%s\"}",
            (NR > 1 ? "," : ""), $1, $2, $3 }' >> "$json"
    printf ']}' >> "$json"
    comma=,
done
printf '\n], "points": %d, "of": %d}\n' "$won" "$total" >> "$json"
printf '%-18s           %3d/%-3d\n\nwritten to %s\n' total "$won" "$total" "$json"
