#!/bin/sh
# Runs a command that writes data:  sh plots/run.sh "FILE ..." COMMAND ...
#
# FILE.command, written last and beside each file, says what wrote it; without it the file does not
# count. What the command prints is shown only when it fails.
set -eu
files=$1
shift
first=${files%% *}
mkdir -p "${first%/*}"
echo "  RUN  $*"
"$@" > "$first.out" || { cat "$first.out"; exit 1; }
for file in $files; do
    [ -f "$file" ] || { echo "error: $* wrote no $file" >&2; exit 1; }
    echo "$*" > "$file.command"
done
