#!/bin/sh
# Builds the reference into build/docs/html: Doxygen, and MathJax beside it so that formulas work offline.
set -eu
html=build/docs/html
mkdir -p $html
# A chapter's page begins with its text; Doxygen would put the list of functions first.
doxygen -l build/docs/default.xml
awk '/<group>/ { group = 1 } /<\/group>/ { group = 0 }
     group && /<detaileddescription/ { next }
     { print }
     group && /<briefdescription/ { print "    <detaileddescription title=\"\"/>" }' \
    build/docs/default.xml > build/docs/layout.xml
doxygen docs/Doxyfile

# Doxygen has pages of its own, and a page of ours with the name of one of them is lost without a word.
for page in docs/*.md; do
    title=$(sed -n '1s/^# \(.*\) {#.*}$/\1/p' "$page")
    name=$(sed -n '1s/^# .* {#\(.*\)}$/\1/p' "$page")
    [ "$name" != mainpage ] || name=index
    [ -z "$name" ] || grep -qF "<title>LeNet-5 in C: $title" "$html/$name.html" ||
        { echo "error: $page: is not in $html/$name.html; another name behind its title?" >&2; exit 1; }
done

# The part of Debian's MathJax that renders to SVG: 2 of its 54 MB.
from=/usr/share/javascript/mathjax
to=$html/mathjax
mkdir -p $to/jax/output/SVG/fonts $to/jax/input
cp -rL $from/MathJax.js $from/extensions $to/
cp -rL $from/jax/element $to/jax/
cp -rL $from/jax/input/TeX $to/jax/input/
cp -rL $from/jax/output/SVG/*.js $from/jax/output/SVG/autoload $to/jax/output/SVG/
cp -rL $from/jax/output/SVG/fonts/TeX $to/jax/output/SVG/fonts/
echo "open $html/index.html"
