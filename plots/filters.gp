# The filters of C1 and C3, initial and after training; white is 0, one scale per layer.
# data: filters.tsv  make build/data/filters.tsv
data = D.'/filters.tsv'
# blocks: initial C1 0-5, initial C3 6-101 (filter by filter, one block per map), trained the same
largest(a, b) = a > b ? a : b
array most[2] = [0, 0]
do for [block=0:203] {
    stats data index block matrix using 3 nooutput
    k = block % 102 < 6 ? 1 : 2
    most[k] = largest(most[k], largest(abs(STATS_min), abs(STATS_max)))
}
do for [panel=1:3] {
    w = panel == 1 ? 520 : 620; h = panel == 1 ? 260 : 330
    load 'plots/style.gp'
    array when[2] = [T_initial, T_trained]
    set palette defined (-1 '#0072B2', 0 '#ffffff', 1 '#D55E00')
    unset key
    unset grid
    unset border
    set tics scale 0
    set size ratio -1
    set tmargin at screen 0.86
    set bmargin at screen (panel == 1 ? 0.13 : 0.18)
    if (panel == 1) {
        set title T_filters_c1
        set cbrange [-most[1]:most[1]]
        set cbtics 0.2
        set xrange [-1:36]
        set yrange [13.5:-1]
        set lmargin at screen 0.16
        set rmargin at screen 0.84
        set xtics ('0' 2, '1' 8, '2' 14, '3' 20, '4' 26, '5' 32)
        set ytics (T_initial 2, T_trained 9.5)
        do for [f=0:5] { do for [k=0:1] {
            set object 1+2*f+k rectangle from 6*f-0.5,7.5*k-0.5 to 6*f+4.5,7.5*k+4.5 front \
                fillstyle empty border linecolor rgb grey
        } }
        plot for [f=0:5] data index f matrix using ($1+6*f):2:3 @tiles, \
             for [f=0:5] data index 102+f matrix using ($1+6*f):($2+7.5):3 @tiles
    } else {
        set title sprintf(T_filters_c3, when[panel-1])
        set xlabel T_filter offset 0,0.5
        set ylabel T_map_of_s2
        set cbrange [-most[2]:most[2]]
        set cbtics 0.2
        set xrange [-1:95.5]
        set yrange [35.5:-1]
        set lmargin at screen 0.1
        set rmargin at screen 0.86
        set xtics ('0' 2)
        do for [f=1:15] { set xtics add (sprintf('%d', f) 6*f+2) }
        set ytics ('0' 2, '1' 8, '2' 14, '3' 20, '4' 26, '5' 32)
        first = panel == 2 ? 6 : 108
        plot for [f=0:95] data index first+f matrix \
            using ($1+6*(f/6)):($2+6*(f%6)):3 @tiles
    }
}
