# The look that all pictures share. A script draws one panel or several, each a file of its own:
#
#     w = 520; h = 380
#     load 'plots/style.gp'        # one panel: NAME.svg
#
#     w = 520; h = 380; panel = 1
#     load 'plots/style.gp'        # the first of several: NAME-1.svg; later: panel = 2, and so on
#
# plots/draw.sh gives `format` (svg or png), `lang` (en or zh), `out` (path without an ending) and
# `D` (the folder of the data). Panels are narrow: two stand side by side on paper, where letters of
# 19 pixels in 520 are 9 points high, and one on a phone.
#
# Colours that colour-blind readers can tell apart (Okabe and Ito), darker where letters would be
# too pale. In grey they do not differ enough: dashes and marks differ as well, and lines are named
# at their ends (plots/ends.gp).
reset
font = lang eq 'zh' ? 'Noto Sans CJK SC' : 'DejaVu Sans'
if (format eq 'svg') { set terminal svg size w,h dynamic enhanced font font.',19' \
    linewidth 1.6 background '#ffffff' }
if (format eq 'png') { set terminal pngcairo size 2*w,2*h enhanced font font.',28.5' \
    linewidth 3.2 pointscale 2 background '#ffffff' }
small = format eq 'svg' ? ',17' : ',25.5' # no smaller: 8 points on paper
set output out.(exists('panel') ? '-'.panel : '').'.'.format

# The words of all pictures: T_key is the text of that line of plots/words.tsv.
load "< awk -F '\\t' -v text=".(lang eq 'zh' ? 3 : 2)." '/^#/ || NF == 0 { next } \
    NF != 3 { print \"line \" NR \" of plots/words.tsv has no three columns\"; exit } \
    { printf \"T_%s = \\\"%s\\\"\\n\", $1, $text }' plots/words.tsv"

blue = 0x0072B2; orange = 0xC05200; green = 0x007A59; pink = 0xA8527F; yellow = 0x8F6500
ink = 0x303030; grey = 0x808080; pale = 0xb4cde4
set linetype 1 lc rgb blue lw 2 pt 7 ps 0.8 dt 1
set linetype 2 lc rgb orange lw 2 pt 5 ps 0.8 dt (8,3)
set linetype 3 lc rgb green lw 2 pt 9 ps 0.9 dt (4,2)
set linetype 4 lc rgb pink lw 2 pt 13 ps 0.9 dt (10,3,2,3)
set linetype 5 lc rgb ink lw 2 pt 11 ps 0.9 dt (5,2)
set linetype 6 lc rgb yellow lw 2 pt 4 ps 0.9 dt (12,2,2,2,2,2)
set linetype cycle 6
set border 3 lc rgb grey
set tics nomirror scale 0.5 textcolor rgb ink
set title offset 0,-0.4
set grid lc rgb 0xdcdcdc lw 0.5
set key samplen 2 textcolor rgb ink
set datafile separator tab
set datafile missing 'nan'
