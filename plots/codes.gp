# The codes of 1998: a digit, what it makes of F6, and the code that F6 should look like.
# data: 1998/codes.tsv  make build/data/1998/codes.tsv
w = 1000; h = 455
load 'plots/style.gp'
data = D.'/1998/codes.tsv'
# blocks: 3k code, 3k+1 image, 3k+2 state of F6; black is +1, white is -1
set title 'The original: an image, the 84 units of F6 as 7x12 pixels, and the code that they should look like'
unset tics
unset grid
unset colorbox
unset key
set border 0
set lmargin at screen 0.005
set rmargin at screen 0.995
set tmargin at screen 0.92
set bmargin at screen 0.09
set size ratio -1
set xrange [-100:980]
set yrange [420:-10]
set palette defined (-1 '#ffffff', 1 '#000000')
set cbrange [-1:1]
set label 1 'image' at -10,43 right
set label 2 'state of F6' at -10,186 right
set label 3 'code' at -10,340 right
do for [k=0:9] {
    do for [row=1:2] {
        set object 1+2*k+row rectangle from 96*k+11.5,132*row-16+20*(row-1)-5 to 96*k+82.5,132*row-16+20*(row-1)+115 \
            fillstyle empty border linecolor rgb '#b0b0b0'
    }
}
plot for [k=0:9] data index 3*k+1 matrix using (96*k+2.8*$1+4):(2.8*$2):($3 > 0 ? $3 : NaN) @tiles, \
     for [k=0:9] data index 3*k+2 matrix using (96*k+10*$1+17):(116+10*$2):3 @tiles, \
     for [k=0:9] data index 3*k matrix using (96*k+10*$1+17):(268+10*$2):3 @tiles
