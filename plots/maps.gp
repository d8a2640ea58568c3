# One test image on its way through the report's network.
# data: maps.tsv  make build/data/maps.tsv
data = D.'/maps.tsv'
# blocks: input 0, C1 1-6, C1.relu 7-12, S2 13-18, C3 19-34, C3.relu 35-50, S4 51-66, C5 67,
# C5.relu 68, F6 69, F6.relu 70, OUT 71, probability 72
array first[8] = [0, 7, 13, 35, 51, 68, 70, 72]
array count[8] = [1, 6, 6, 16, 16, 1, 1, 1]
array side[8] = [32, 28, 14, 10, 5, 0, 0, 0]
array pixel[8] = [2.6, 2.6, 5.2, 5, 8, 7, 7, 30] # size of a unit in the picture
array pitch[8] = [0, 84, 84, 62, 62, 0, 0, 0]    # from one map to the next, eight per row
array above[8] = [36, 162, 280, 36, 176, 302, 366, 430]
array most[8]
do for [k=1:8] {
    most[k] = 0
    do for [b=first[k]:first[k]+count[k]-1] {
        stats data index b matrix using 3 nooutput
        if (STATS_max > most[k]) { most[k] = STATS_max }
    }
}
left = 14
ink_of(k, v) = v > 0 ? v/most[k] : NaN
x(k, m, i) = left + pitch[k]*(m % 8) + pixel[k]*(i+0.5)
y(k, m, i) = above[k] + pixel[k]*(side[k]+1)*(m / 8) + pixel[k]*(i+0.5)
do for [panel=1:2] {
    w = 520; h = panel == 1 ? 370 : 500
    load 'plots/style.gp'
    array title_of[8] = [T_maps_input, T_maps_c1, T_maps_s2, T_maps_c3, T_maps_s4, T_maps_c5, \
                         T_maps_f6, T_maps_softmax]
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
    set palette defined (0 '#f0f0f0', 1 '#000000')
    set cbrange [0:1]
    do for [k=(panel == 1 ? 1 : 4):(panel == 1 ? 3 : 8)] {
        set label 10+k title_of[k] at left,above[k]-14 left
        do for [m=0:(k < 6 ? count[k]-1 : -1)] {
            set object 20*k+m+1 rectangle \
                from x(k,m,-0.5),y(k,m,-0.5) to x(k,m,side[k]-0.5),y(k,m,side[k]-0.5) \
                behind fillstyle solid noborder fillcolor rgb '#f0f0f0'
        }
    }
    if (panel == 1) {
        plot for [k=1:3] for [m=0:count[k]-1] data index first[k]+m matrix \
            using (x(k,m,$1)):(y(k,m,$2)):(ink_of(k,$3)) with image
    } else {
        # the units of C5 in two rows of 60, those of F6 in two rows of 42
        half(k) = k == 6 ? 60 : k == 7 ? 42 : 10
        plot for [k=4:5] for [m=0:count[k]-1] data index first[k]+m matrix \
                using (x(k,m,$1)):(y(k,m,$2)):(ink_of(k,$3)) with image, \
             for [k=6:8] data index first[k] matrix \
                using (x(k, 0, int($1) % half(k))):(above[k]+8+18*(int($1) / half(k))): \
                      (pixel[k]*0.5):(8):($3/most[k]) \
                with boxxyerror fillstyle solid noborder linecolor palette, \
             data index 72 matrix using (x(8,0,$1)):(above[8]+32):(sprintf('%d', $1)) with labels, \
             data index 72 matrix using ($3 > 0.5 ? x(8,0,10) : NaN):(above[8]+8): \
                (sprintf('%d: %.2f %%', $1, 100*$3)) with labels left
    }
}
