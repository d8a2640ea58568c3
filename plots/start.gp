# The first 600 iterations magnified: what the report's curves show as a jump from 0.1 to 0.9.
# data: start.tsv  make build/data/start.tsv
data = D.'/start.tsv'
stats data using (column('test_accuracy') >= 0.9 ? column('iteration') : NaN) nooutput
jump = STATS_min

w = 520; h = 380; panel = 1
load 'plots/style.gp'
set title T_start_loss
set xlabel T_iteration
set ylabel T_loss
set xrange [0:600]
set yrange [0:2.6]
set xtics 100
set label 1 T_log_10 at 590,log(10) right offset 0,0.7 textcolor rgb ink
set arrow 1 from 0,log(10) to 600,log(10) nohead dashtype 2 lc rgb grey
set key at graph 0.98,0.8
plot data using 'iteration':'loss' with lines lc rgb pale lw 0.9 dt 1 title T_each_batch, \
     data using 'iteration':'test_loss' with lines lc rgb orange dt 1 title T_all_test_10

panel = 2
load 'plots/style.gp'
set title T_start_accuracy
set xlabel T_iteration
set ylabel T_accuracy
set xrange [0:600]
set yrange [0:1]
set xtics 100
set ytics 0.1
unset key
set arrow 1 from 0,0.1 to 600,0.1 nohead dashtype 2 lc rgb grey
set label 1 T_guessing at 590,0.1 right offset 0,0.7 textcolor rgb ink
set label 2 sprintf(T_reached, jump) at jump,0.9 left offset 1,-1 textcolor rgb ink \
    point pt 7 ps 1.2 lc rgb ink front
plot data using 'iteration':'test_accuracy' with lines lc rgb orange dt 1
