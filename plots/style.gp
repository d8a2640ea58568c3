# The look that all plots share: colours that colour-blind readers can tell apart (Okabe and Ito), in an order
# that also differs in grey. Scripts set `out` without its ending, then call one macro a format:
#
#     load 'plots/style.gp'
#     out = 'build/plots/name'; w = 900; h = 420
#     @SVG; load drawing    @PNG; load drawing
if (!exists("w")) w = 800
if (!exists("h")) h = 480
set macros
SVG = "set terminal svg size w,h dynamic enhanced font 'DejaVu Sans,13' linewidth 1.4 background '#ffffff'; set output out.'.svg'"
PNG = "set terminal pngcairo size w,h enhanced font 'DejaVu Sans,11' linewidth 1.4 background '#ffffff'; set output out.'.png'"
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
