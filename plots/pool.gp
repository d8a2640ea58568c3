# Chapter 3: what max pooling keeps of a digit, and which pixels get its gradient.
# data: 03_pool.tsv  make chapter 3
w = 1080; h = 440
load 'plots/style.gp'
data = D.'/03_pool.tsv'
set multiplot layout 1,3 margins 0.02,0.98,0.12,0.9 spacing 0.03,0.1
unset key
# In SVG a rectangle a pixel: many viewers blur an image. In PNG that would leave seams.
tiles = format eq 'svg' ? 'pixels' : ''
unset colorbox
unset tics
unset grid
set border 15
set size ratio -1
set palette gray negative
set cbrange [0:1]

set title 'a digit, 28x28'
set xrange [-0.5:27.5]
set yrange [27.5:-0.5]
plot data index 'x' matrix with image @tiles
unset label 99

set title 'the largest of every 2x2, 14x14'
set xrange [-0.5:13.5]
set yrange [13.5:-0.5]
plot data index 'y' matrix with image @tiles

set title 'where a gradient goes: one pixel of every 2x2'
set xrange [-0.5:27.5]
set yrange [27.5:-0.5]
set cbrange [0:2.5]
plot data index 'x' matrix with image @tiles, \
     data index 'dx' matrix using ($3 > 0 ? $1 : NaN):2 with points pt 7 ps 0.7 lc rgb '#D55E00'
unset multiplot
