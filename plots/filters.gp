# The filters of C1 and C3 after training; white is 0, one scale per layer. Blue and orange are
# alike in grey, so that what is clearly negative has a dot.
# data: filters.tsv  make build/data/filters.tsv
data = D.'/filters.tsv'
# blocks: initial C1 0-5, initial C3 6-101 (filter by filter, one block per map), trained the same
first_c1 = 102; first_c3 = 108
largest(a, b) = a > b ? a : b
array most[2] = [0, 0]
do for [block=102:203] {
    stats data index block matrix using 3 nooutput
    k = block < first_c3 ? 1 : 2
    most[k] = largest(most[k], largest(abs(STATS_min), abs(STATS_max)))
}
do for [panel=1:3] {
    w = 520; h = panel == 1 ? 330 : 460
    load 'plots/style.gp'
    set palette defined (-1 '#0072B2', 0 '#ffffff', 1 '#D55E00')
    unset key
    unset grid
    unset border
    set tics scale 0
    set size ratio -1
    k = panel == 1 ? 1 : 2
    negative(value) = value < -0.25 * most[k]
    set cbrange [-most[k]:most[k]]
    set cbtics 0.2
    set rmargin at screen 0.84
    if (panel == 1) {
        set title T_filters_c1
        set xrange [-1:17.5]
        set yrange [11.5:-1]
        unset xtics
        unset ytics
        do for [f=0:5] {
            set object 1+f rectangle from 6*(f%3)-0.5,6*(f/3)-0.5 to 6*(f%3)+4.5,6*(f/3)+4.5 front \
                fillstyle empty border linecolor rgb grey
        }
        plot for [f=0:5] data index first_c1+f matrix \
                 using ($1+6*(f%3)):($2+6*(f/3)):3 with image, \
             for [f=0:5] data index first_c1+f matrix \
                 using (negative($3) ? $1+6*(f%3) : NaN):($2+6*(f/3)) with points pt 7 ps 0.5 \
                 lc rgb ink
    } else {
        from = 8 * (panel - 2)
        set title sprintf(T_filters_c3, from, from + 7)
        set xlabel T_filter offset 0,0.5
        set ylabel T_map_of_s2
        set xrange [-1:55.5]
        set yrange [41.5:-1]
        set lmargin at screen 0.12
        set xtics (sprintf('%d', from) 2)
        do for [f=1:7] { set xtics add (sprintf('%d', from+f) 7*f+2) }
        set ytics ('0' 2, '1' 9, '2' 16, '3' 23, '4' 30, '5' 37)
        block(f) = first_c3 + 6 * from + f
        plot for [f=0:47] data index block(f) matrix \
                 using ($1+7*(f/6)):($2+7*(f%6)):3 with image, \
             for [f=0:47] data index block(f) matrix \
                 using (negative($3) ? $1+7*(f/6) : NaN):($2+7*(f%6)) with points pt 7 ps 0.25 \
                 lc rgb ink
    }
}
