#!/bin/sh
# Points for every chapter:  B=build MAKE=make sh tests/grade/grade.sh CHAPTER ...
#
# A test's points are at the start of its description, "[3 pts] ...", in tests/CHAPTER.c or in the
# folder tests/CHAPTER. Each chapter is built and run on its own: one that does not compile costs its
# own points and those of the later chapters that are built on it. A test that crashes, hangs or
# calls exit(0) costs that test only (tests/hooks.c). Prints a table and writes $B/grade.json.
#
# The exit code is 0 when the grading itself worked, whatever the points.
set -u
B=${B:-build}
MAKE=${MAKE:-make}
mkdir -p "$B"
json=$B/grade.json
verdicts=$B/verdicts.tsv

# The sources of a suite: one file, or a folder.
sources_of() {
    ls "tests/$1.c" "tests/$1"/*.c 2> /dev/null
}

# "suite::test<TAB>points" for every test of a chapter, in the order of the sources.
tests_of() {
    cat $(sources_of "$1") | tr '\n' ' ' | awk '{
        while (match($0, /Test\( *ch/) > 0) {
            $0 = substr($0, RSTART + RLENGTH - 2)
            head = substr($0, 1, index($0, "{"))
            split(head, part, /[ ,)]+/)
            points = match(head, /"\[[0-9]+ pts?\]/) ? substr(head, RSTART + 2) + 0 : 0
            print part[1] "::" part[2] "\t" points
        }
    }'
}

# Builds one chapter's suites and runs them; verdicts go to the file. Prints why there are none.
run_suite() {
    : > "$verdicts"
    rm -f "$B/tests/$1" "$B/tests/$1.double" # what does not build must not be run from before
    if ! $MAKE --no-print-directory "$B/tests/$1" > "$B/grade.log" 2>&1; then
        echo "does not build"
        return
    fi
    if grep -q REAL_DOUBLE $(sources_of "$1"); then
        $MAKE --no-print-directory "$B/tests/$1.double" >> "$B/grade.log" 2>&1 ||
            printf 'the double build does not build; '
    fi
    for binary in "$B/tests/$1" "$B/tests/$1.double"; do
        [ -x "$binary" ] || continue
        VERDICTS=$verdicts timeout -k 5 900 "$binary" -j1 >> "$B/grade.log" 2>&1
        [ $? -lt 124 ] || printf 'the runner was stopped; '
    done
}

echo "chapter              tests    points"
printf '{"chapters": [' > "$json"
comma=
won=0
total=0
for chapter in "$@"; do
    note=$(run_suite "$chapter")
    # Join the list of tests with the verdicts; what has no verdict has failed.
    table=$(tests_of "$chapter" | awk -F '\t' -v file="$verdicts" '
        BEGIN {
            while ((getline line < file) > 0) {
                split(line, v, "\t")
                test = v[1] "::" v[2]
                if (v[3] == "fail") bad[test] = 1; else good[test] = 1
            }
        }
        { print $1 "\t" $2 "\t" (($1 in good) && !($1 in bad) ? "pass" : "fail") }')
    summary=$(echo "$table" | awk -F '\t' '
        { n++; all += $2; if ($3 == "pass") { ok++; got += $2 } } END { print ok + 0, n, got + 0, all }')
    set -- $summary
    printf '%-18s %3d/%-3d   %3d/%-3d  %s\n' "$chapter" "$1" "$2" "$3" "$4" "$note"
    echo "$table" | awk -F '\t' '$3 == "fail" { printf "    failed: %s (%d)\n", $1, $2 }'
    won=$((won + $3))
    total=$((total + $4))
    printf '%s\n  {"chapter": "%s", "passed": %d, "tests": %d, "points": %d, "of": %d, "note": "%s", "results": [' \
        "$comma" "$chapter" "$1" "$2" "$3" "$4" "$note" >> "$json"
    echo "$table" | awk -F '\t' '{
        printf "%s\n    {\"test\": \"%s\", \"points\": %d, \"passed\": %s}", (NR > 1 ? "," : ""), $1, $2,
            ($3 == "pass" ? "true" : "false") }' >> "$json"
    printf ']}' >> "$json"
    comma=,
done
printf '\n], "points": %d, "of": %d}\n' "$won" "$total" >> "$json"
printf '%-18s           %3d/%-3d\n\nwritten to %s\n' total "$won" "$total" "$json"
