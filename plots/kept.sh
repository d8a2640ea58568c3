#!/bin/sh
# The tables of studies are kept in docs/data, so that pages and pictures need not wait an hour.
# FILE.command names each one's origin: command, date, commit, processor.
#
#   sh plots/kept.sh say FILE COMMAND   a study has just written FILE: writes FILE.command
#   sh plots/kept.sh keep FOLDER        copies FOLDER's tables into docs/data (make study-keep)
#   sh plots/kept.sh take FILE FOLDER   copies docs/data/FILE into FOLDER, if that has none newer
set -eu
processor() { sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo 2> /dev/null | sort -u | head -n 1; }

# The commit is the last one before FILE was written.
say() {
    when=$(date -u -r "$1" +%Y-%m-%dT%H:%M:%SZ)
    commit=$(git -C "$(dirname "$1")" log -1 --until="$when" --format=%h 2> /dev/null || true)
    echo "$2; ${when%T*}, commit ${commit:-unknown}, $(processor)" > "$1.command"
}

# The command that writes a table, from the script that draws it.
command_of() { sed -n "s/^# data: *$1 *//p" plots/*.gp docs/data/*.txt 2> /dev/null | head -n 1; }

case $1 in
say) say "$2" "$3" ;;
keep)
    for kept in docs/data/*.tsv; do
        file=${kept##*/}
        if [ -s "$2/$file" ] && ! cmp -s "$2/$file" "$kept"; then
            [ -f "$2/$file.command" ] || say "$2/$file" "$(command_of "$file")"
            cp "$2/$file" "$2/$file.command" docs/data
            echo "docs/data/$file: $(cat "docs/data/$file.command")"
        fi
    done ;;
take)
    mkdir -p "$3"
    # a table without a .command is that of an earlier version's study
    if [ -s "$3/$2" ] && [ ! -f "$3/$2.command" ] && ! cmp -s "$3/$2" "docs/data/$2"; then
        say "$3/$2" "$(command_of "$2")"
    else
        cp "docs/data/$2" "docs/data/$2.command" "$3"
    fi ;;
esac
