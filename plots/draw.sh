#!/bin/sh
# Draws one picture as SVG and as PNG:
#   sh plots/draw.sh NAME DATA_FOLDER PICTURE_FOLDER [zh]
#
# plots/NAME.gp names the files it reads and the commands that write them, one line each:
#
#     # data: FILE  COMMAND
#
# A missing file is an error that names its command. So is anything gnuplot complains about, a curve
# without points included; then no picture is left. A picture may have several panels (see
# plots/style.gp). Beside them, NAME.txt says what they were drawn from: files and commands. Where a
# rule of make wrote the file, FILE.command says what really ran.
set -eu
name=$1 D=$2 P=$3 lang=${4:-en}
mkdir -p "$P"
script=plots/$name.gp
[ -f "$script" ] || { echo "error: there is no plots/$name.gp" >&2; exit 2; }
[ -w "$P" ] || { echo "error: $P: cannot write there" >&2; exit 1; }
command -v gnuplot > /dev/null ||
    { echo "error: gnuplot is missing (Debian: gnuplot-nox)" >&2; exit 1; }
forget() { rm -f "$P/$name.$1" "$P/$name"-[0-9]."$1"; }
for format in svg png txt; do forget $format; done # what cannot be drawn again is not left

work=$(mktemp -d "$P/$name.XXXXXX")
trap 'rm -rf "$work"' EXIT
sed -n 's/^# data: *\([^ ]*\) *\(.*\)/\1 \2/p' "$script" > "$work/data"
while read -r file command; do
    case $D in
    build/quick/*) command=$(echo "$command" | sed 's|^make build/data|make QUICK=1 &|
                                                    s|build/data|build/quick/data|') ;;
    esac
    if ! [ -s "$D/$file" ]; then
        echo "error: $D/$file is missing: $command writes it" >&2
        exit 1
    fi
    [ ! -f "$D/$file.command" ] || command=$(cat "$D/$file.command")
    echo "$D/$file ($command)"
done < "$work/data" > "$work/$name.txt"
rm "$work/data"

for format in svg png; do
    code=0
    gnuplot -e "format='$format'; lang='$lang'; out='$work/$name'; D='$D'" \
        -e "set datafile separator tab; set datafile missing 'nan'" "$script" \
        2> "$work/errors" || code=$?
    if [ $code != 0 ] || [ -s "$work/errors" ]; then
        echo "error: plots/$name.gp: $(grep -v '^ *$' "$work/errors" | head -n 3 | tr '\n' ' ')" >&2
        exit 1
    fi
done
# Viewers smooth an image inside an SVG unless it says that its pixels are meant.
sed -i 's/<image /<image style="image-rendering:pixelated" /' "$work"/*.svg
mv "$work"/*.svg "$work"/*.png "$P"
mv "$work/$name.txt" "$P" # last: make goes by its time
echo "  DRAW $P/$name"
