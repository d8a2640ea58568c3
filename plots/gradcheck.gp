# How far numerical gradients are from backward's, by the step: too large, and the curve bends; too small, and rounding wins.
# data: 05_step_float.tsv   make chapter 5
# data: 05_step_double.tsv  make build/data/05_step_double.tsv
w = 800; h = 480
load 'plots/style.gp'
set title 'Central differences of softmax cross-entropy against backward'
set xlabel 'step h of (f(x + h) - f(x - h)) / 2h'
set ylabel 'length of the difference / length of the gradient'
set logscale xy
set xrange [1e-16:1]
set yrange [1e-12:10]
set format '10^{%T}'
set xtics 1e-16, 100
set ytics 1e-12, 100
set key bottom left Left reverse samplen 2
set label 1 'rounding: grows as 1/h' at 3e-10,3e-4 center textcolor rgb '#303030'
set label 2 'grows as h^2' at 4e-4,1e-9 left textcolor rgb '#303030'
plot D.'/05_step_float.tsv' using 'step':'error' with linespoints lt 2 ps 0.5 title 'float', \
     D.'/05_step_double.tsv' using 'step':'error' with linespoints lt 1 ps 0.5 title 'double'
