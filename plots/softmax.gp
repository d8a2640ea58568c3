# Chapter 5: cross-entropy by the formula, in double precision, and with the shift that puts the
# largest score at 0.
# data: 05_loss_float.tsv  make chapter 5
data = D.'/05_loss_float.tsv'
do for [panel=1:2] {
    w = 520; h = 380
    load 'plots/style.gp'
    set key top left Left reverse samplen 3
    array column_of[2] = ['shift_formula', 'gap_formula']
    stats data using (column(column_of[panel]) >= 0 ? column('score') : NaN) nooutput
    highest = STATS_max
    if (panel == 1) {
        lowest = STATS_min
        set title T_softmax_shift_title
        set xlabel T_softmax_shift
        set ylabel T_softmax_loss
        set xrange [-1000:1000]
        set yrange [0:3]
        set xtics 500
        set object 1 rectangle from -1000,0 to lowest,3 behind fillstyle solid noborder \
            fillcolor rgb 0xeeeeee
        set object 2 rectangle from highest,0 to 1000,3 behind fillstyle solid noborder \
            fillcolor rgb 0xeeeeee
        set label 1 sprintf(T_softmax_lost_low, lowest) at -960,0.75 left textcolor rgb ink
        set label 2 sprintf(T_softmax_lost_high, highest) at 960,0.35 right textcolor rgb ink
        plot data using 'score':'shift_stable' with lines lc rgb pale dt 1 lw 6 \
                 title T_softmax_stable, \
             data using 'score':'shift_formula' with lines lc rgb orange dt 1 \
                 title T_softmax_formula
    } else {
        set title T_softmax_gap_title
        set xlabel T_softmax_gap
        set ylabel T_loss
        set xrange [0:1000]
        set yrange [0:1800]
        set ytics 400
        set xtics 250
        set label 1 sprintf(T_softmax_lost_gap, highest) at 985,350 right textcolor rgb ink
        plot data using 'score':'gap_stable' with lines lc rgb pale dt 1 lw 6 \
                 title T_softmax_stable, \
             data using 'score':'gap_formula' with lines lc rgb orange dt 1 \
                 title T_softmax_formula, \
             data using 'score':'gap_report' with lines lc rgb blue dt (6,3) \
                 title T_softmax_report
    }
}
