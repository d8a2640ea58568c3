#!/bin/sh
# The runs of a study, several at a time (GNU parallel).
#
#   sh chapters/07_lenet5/studies/runs.sh FOLDER PROGRAM < COMMANDS
#
# Every line of COMMANDS is a command of the shell that runs PROGRAM. Its output goes to FOLDER/1,
# FOLDER/2, ..., by its line. FOLDER/log has the runs that ended: started again with the same
# commands and the same program, only the others are made.
#
# JOBS (one per processor) is how many at a time; PARALLEL has further options of parallel, such as
# --sshlogin for other machines, which see this folder under the same name.
set -eu
folder=$1 program=$2
mkdir -p "$folder"
cat > "$folder/commands.new"
cksum < "$program" >> "$folder/commands.new"
cmp -s "$folder/commands.new" "$folder/commands" || rm -f "$folder/log"
mv "$folder/commands.new" "$folder/commands"
eta=
[ ! -t 2 ] || eta=--eta
code=0
sed '$d' "$folder/commands" |
    parallel --will-cite $eta --jobs "${JOBS:-$(nproc)}" --halt now,fail=1 --workdir "$PWD" \
        --joblog "$folder/log" --resume-failed --results "$folder/{#}" > /dev/null || code=$?
[ $code = 0 ] && exit
echo "error: a run failed, or was stopped; the same goal again makes those that are missing" >&2
exit 1
