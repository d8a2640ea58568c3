# The look that all pictures share. plots/draw.sh gives `format` (svg or png), `out`, `D` (the folder of the data) and
# `caption`; a script says how large it is, then loads this:
#
#     w = 900; h = 420
#     load 'plots/style.gp'
#
# Colours that colour-blind readers can tell apart (Okabe and Ito), in an order that also differs in grey.
if (format eq 'svg') set terminal svg size w,h dynamic enhanced font 'DejaVu Sans,13' linewidth 1.4 background '#ffffff'
if (format eq 'png') set terminal pngcairo size w,h enhanced font 'DejaVu Sans,10' linewidth 1.4 background '#ffffff'
set output out
# `plot ... @tiles`: pixels with sharp edges. Viewers smooth an image inside an SVG, so there each pixel is a polygon; a
# pixel that is NaN costs nothing.
tiles = format eq 'svg' ? 'with image pixels' : 'with image'
set linetype 1 lc rgb '#0072B2' lw 2 pt 7 ps 0.8
set linetype 2 lc rgb '#D55E00' lw 2 pt 5 ps 0.8
set linetype 3 lc rgb '#009E73' lw 2 pt 9 ps 0.9
set linetype 4 lc rgb '#CC79A7' lw 2 pt 13 ps 0.9
set linetype 5 lc rgb '#E69F00' lw 2 pt 11 ps 0.9
set linetype 6 lc rgb '#56B4E9' lw 2 pt 4 ps 0.9
set linetype cycle 6
set border 3 lc rgb '#808080'
set tics nomirror scale 0.5 textcolor rgb '#303030'
set grid lc rgb '#d8d8d8' lw 0.5
set datafile separator tab
set datafile missing 'nan'
# What the picture was drawn from, small, in the lower left corner; leave it 30 pixels, and 12 more for every further line. In a multiplot: unset label 99
# after the first plot.
caption_lines = 1
rest = caption
while (strstrt(rest, "\n") > 0) { rest = rest[strstrt(rest, "\n") + 1:*]; caption_lines = caption_lines + 1 }
set label 99 caption at screen 0,0 offset character 1,(0.75 * caption_lines - 0.15) left noenhanced font ',8' textcolor rgb '#707070'
set bmargin at screen (72 + 12.0 * caption_lines)/h
