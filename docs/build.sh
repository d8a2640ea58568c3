#!/bin/sh
# Builds the reference into build/docs/html: Doxygen, and MathJax beside it so that formulas work offline.
set -eu
html=build/docs/html
mkdir -p $html
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
