# Chapter 3: what max pooling keeps of a digit, and which pixels get its gradient.
# data: 03_pool.tsv  make chapter 3
data = D.'/03_pool.tsv'
do for [panel=1:3] {
    w = 340; h = 360
    load 'plots/style.gp'
    unset key
    unset colorbox
    unset tics
    unset grid
    set border 15
    set size ratio -1
    set palette gray negative
    set lmargin at screen 0.03
    set rmargin at screen 0.97
    set bmargin at screen 0.02
    array title_of[3] = [T_pool_digit, T_pool_largest, T_pool_gradient]
    set title title_of[panel]
    last = panel == 2 ? 13.5 : 27.5
    set xrange [-0.5:last]
    set yrange [last:-0.5]
    set cbrange [0:(panel == 3 ? 2.5 : 1)]
    if (panel == 1) { plot data index 'x' matrix with image }
    if (panel == 2) { plot data index 'y' matrix with image }
    if (panel == 3) {
        plot data index 'x' matrix with image, \
             data index 'dx' matrix using ($3 > 0 ? $1 : NaN):2 with points pt 7 ps 0.5 \
                 lc rgb orange
    }
}
