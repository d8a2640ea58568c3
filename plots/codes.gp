# The codes of 1998: a digit, what it makes of F6 after 3 of 20 passes, and the code that F6 should
# look like.
# data: 1998/codes.tsv  make build/data/1998/codes.tsv
data = D.'/1998/codes.tsv'
# blocks: 3k code, 3k+1 image, 3k+2 state of F6; black is +1, white is -1
do for [panel=1:2] {
    w = 520; h = 440
    load 'plots/style.gp'
    unset tics
    unset grid
    unset colorbox
    unset key
    set border 0
    set lmargin at screen 0
    set rmargin at screen 1
    set tmargin at screen 1
    set bmargin at screen 0
    set xrange [0:w]
    set yrange [h:0]
    set palette defined (-1 '#ffffff', 1 '#000000')
    set cbrange [-1:1]
    set label 1 T_codes_image at 8,18 left
    set label 2 T_codes_state at 8,146 left
    set label 3 T_codes_code at 8,296 left
    x(k) = 8 + 102 * (k % 5)
    do for [k=5*panel-5:5*panel-1] { do for [row=0:1] {
        set object 1+2*k+row rectangle from x(k),160+150*row to x(k)+70,280+150*row \
            fillstyle empty border linecolor rgb 0xb0b0b0
    } }
    plot for [k=5*panel-5:5*panel-1] data index 3*k+1 matrix \
            using (x(k)-6+2.8*$1):(26+2.8*$2):($3 > 0 ? $3 : NaN) with image, \
         for [k=5*panel-5:5*panel-1] data index 3*k+2 matrix \
            using (x(k)+5+10*$1):(165+10*$2):3 with image, \
         for [k=5*panel-5:5*panel-1] data index 3*k matrix \
            using (x(k)+5+10*$1):(315+10*$2):3 with image
}
