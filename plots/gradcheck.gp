# How far numerical gradients are from backward's, by the step: too large, and the curve bends; too
# small, and rounding wins.
# data: 05_step_float.tsv   make chapter 5
# data: 05_step_double.tsv  make build/data/05_step_double.tsv
w = 620; h = 440
load 'plots/style.gp'
set title T_gradcheck_title
set xlabel T_gradcheck_step
set ylabel T_gradcheck_error
set logscale xy
set xrange [1e-16:1e5]
set yrange [1e-12:10]
set format '10^{%T}'
set xtics 1e-16, 10000
set ytics 1e-12, 1000
set label 1 T_gradcheck_rounding at 2e-16,1e-8 left textcolor rgb ink
set label 2 T_gradcheck_bend at 3e-3,1e-8 left textcolor rgb ink
set label 3 T_float at 3e-7,8 left textcolor rgb orange
set label 4 T_double at 1e-14,8 left textcolor rgb blue
unset key
plot D.'/05_step_float.tsv' using 'step':'error' with linespoints lc rgb orange pt 5 ps 0.4, \
     D.'/05_step_double.tsv' using 'step':'error' with linespoints lc rgb blue pt 7 ps 0.4
