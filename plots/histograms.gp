# Weights and gradients of every layer, initial (filled) and after training (line). The height is
# the share of a bin, each curve as high as its largest. The first bin of the gradients also holds
# everything smaller than 10^-8, and is left out.
# data: histograms.tsv  make build/data/histograms.tsv
data = D.'/histograms.tsv'
layers = 'C1 C3 C5 F6 OUT'
first_bin = -7.8
of(what, k, y) = strcol('what') eq what && strcol('layer') eq word(layers, k) ? y : NaN
shown(what, k) = of(what, k, what[1:6] eq 'weight' || column('value') > first_bin ? \
                    column('share') : NaN)
array high[10]
do for [k=1:5] {
    do for [panel=1:2] {
        what = panel == 1 ? 'weight' : 'gradient'
        stats data using (shown(what.' initial', k)) nooutput
        most = STATS_max
        stats data using (shown(what.' trained', k)) nooutput
        high[5*(panel-1)+k] = (STATS_max > most ? STATS_max : most) / 0.85
    }
}
do for [panel=1:2] {
    w = 520; h = 540
    load 'plots/style.gp'
    what = panel == 1 ? 'weight' : 'gradient'
    height(when, k) = 5 - k + shown(what.when, k) / high[5*(panel-1)+k]
    set title panel == 1 ? T_weights : T_gradients
    set xlabel panel == 1 ? T_weight : T_gradient_size
    set yrange [-0.05:5.4]
    set ytics ('C1' 4, 'C3' 3, 'C5' 2, 'F6' 1, 'OUT' 0) scale 0
    set grid noytics xtics
    set border 1
    if (panel == 1) {
        # a few weights far from the others would make all curves narrow
        stats data using (strstrt(strcol('what'), 'weight') && column('share') > 1e-3 ? \
                          abs(column('value')) : NaN) nooutput
        set xrange [-STATS_max:STATS_max]
        set xtics 0.2
        set key at graph 0.5,0.99 center top horizontal
    } else {
        set xrange [-9.5:0]
        set xtics -8, 2
        set format x '10^{%g}'
        unset key
        do for [k=1:5] { do for [trained=0:1] {
            when = trained ? ' trained' : ' initial'
            stats data using (of('gradient'.when.' zero', k, column('share'))) nooutput
            set label 10*k+trained sprintf(trained ? T_zero_after : T_zero_before, \
                100*STATS_max) at -9.4,5-k left \
                offset 0,1.7-trained font small textcolor rgb (trained ? orange : blue)
        } }
    }
    # C1 has so few weights that they are drawn as dots, not as a curve
    dots = panel == 1 ? 1 : 0
    plot for [k=1+dots:5] data using 'value':(height(' initial', k)):(5.0-k) with filledcurves \
             fillcolor rgb pale title (k == 2 ? T_initial : ''), \
         for [k=1:dots] data using 'value':(height(' initial', k)) with points pt 7 ps 0.7 \
             lc rgb 0x7fa5c8 title '', \
         for [k=1:dots] data using 'value':(height(' trained', k)) with points pt 7 ps 0.5 \
             lc rgb orange title '', \
         for [k=1+dots:5] data using 'value':(height(' trained', k)) with lines \
             lc rgb orange lw 2 dt 1 title (k == 2 ? T_trained : '')
}
