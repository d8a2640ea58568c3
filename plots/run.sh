#!/bin/sh
# Runs a command that writes data:  sh plots/run.sh "FILE ..." COMMAND ...
#
# FILE.command, written last and beside each file, says what wrote it; without it the file does not
# count, so that a run that was killed leaves nothing that does. The first file's FILE.cpu holds
# the processor seconds. What the command prints is shown only when it fails.
set -eu
files=$1
shift
first=${files%% *}
mkdir -p "${first%/*}"
echo "  RUN  $*"
rm -f $(printf "%s.command " $files)
"$@" > "$first.out" || { cat "$first.out"; exit 1; }
times > "$first.cpu" # its second line is of what has run; in a pipe it would be of a new shell
cpu=$(awk -F '[ms ]' 'NR == 2 { printf "%.2f", 60 * ($1 + $4) + $2 + $5 }' "$first.cpu")
echo "$cpu" > "$first.cpu"
for file in $files; do
    [ -f "$file" ] || { echo "error: $* wrote no $file" >&2; exit 1; }
    echo "$*" > "$file.command"
done
