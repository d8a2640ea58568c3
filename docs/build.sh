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
