#!/bin/sh
# Draws one picture as SVG and as PNG:  sh plots/draw.sh NAME DATA_FOLDER PICTURE_FOLDER
#
# plots/NAME.gp names the files it reads and the commands that write them, a line each:
#
#     # data: FILE  COMMAND
#
# A missing file is an error that names its command. So is anything gnuplot complains about, a curve without points
# included; then no picture is left. The caption is made of the same lines; where a rule wrote the file, FILE.command
# says what really ran.
set -eu
name=$1 D=$2 P=$3
script=plots/$name.gp
[ -f "$script" ] || { echo "error: there is no plots/$name.gp" >&2; exit 2; }
rm -f "$P/$name.svg" "$P/$name.png" # what cannot be drawn again is not left
[ -w "$P" ] || { echo "error: $P: cannot write there" >&2; exit 1; }
command -v gnuplot > /dev/null || { echo "error: gnuplot is missing (Debian: gnuplot-nox)" >&2; exit 1; }

sed -n 's/^# data: *\([^ ]*\) *\(.*\)/\1 \2/p' "$script" > "$P/$name.data"
caption=
while read -r file command; do
    case $D in build/quick/*) command=$(echo "$command" | sed 's|^make build/data|make QUICK=1 build/quick/data|') ;; esac
    [ -s "$D/$file" ] || { echo "error: $D/$file is missing: $command writes it" >&2; rm -f "$P/$name.data"; exit 1; }
    [ ! -f "$D/$file.command" ] || command=$(cat "$D/$file.command")
    case $caption in # files of one command stand together
    *" ($command)") caption="${caption% ($command)}, $file ($command)" ;;
    *) caption="$caption${caption:+\\n}$D/$file ($command)" ;;
    esac
done < "$P/$name.data"
rm -f "$P/$name.data"

for format in svg png; do
    code=0
    gnuplot -e "format='$format'; out='$P/$name.$format.part'; D='$D'; caption=\"$caption\"" "$script" \
        2> "$P/$name.err" || code=$?
    if [ $code != 0 ] || [ -s "$P/$name.err" ]; then
        echo "error: plots/$name.gp: $(grep -v '^ *$' "$P/$name.err" | head -n 3 | tr '\n' ' ')" >&2
        rm -f "$P/$name.$format.part" "$P/$name.svg.part" "$P/$name.err"
        exit 1
    fi
done
rm -f "$P/$name.err"
mv "$P/$name.png.part" "$P/$name.png"
mv "$P/$name.svg.part" "$P/$name.svg" # last: make goes by its time
