# Chapter 2: a convolution in four ways by the side of the image, and how far each is from the loops.
# data: 02_time.tsv  make chapter 2
w = 1080; h = 440
load 'plots/style.gp'
data = D.'/02_time.tsv'
# Sums in double, rounded once, as the loops' are: no difference, and so nothing to see on this axis.
stats data using 'im2col_difference' name 'loops' nooutput
set multiplot layout 1,3 margins 0.07,0.985,0.2,0.9 spacing 0.075,0.1
set logscale xy
set xlabel 'side of the image, pixels'
set xrange [5:170]
set xtics (6, 14, 32, 72, 144)
set format y '10^{%T}'
of(layer, column_name) = strcol('layer') eq layer ? column(column_name) : NaN
# Where there is nothing: off the axis, so that a build that does nothing direct (no AVX2) still has its picture.
or_off(value) = value > 0 ? value : 1e9

set ylabel 'microseconds an image, one thread'
set yrange [0.2:1e6]
set key top left Left reverse samplen 2
set title 'C1: 1 map to 6, 5x5 filters'
plot data using 'side':(of('C1', 'loops')) with linespoints lt 1 title 'six loops', \
     data using 'side':(of('C1', 'im2col')) with linespoints lt 2 title 'im2col, then three loops', \
     data using 'side':(of('C1', 'blas')) with linespoints lt 3 title 'im2col, then BLAS', \
     data using 'side':(or_off(of('C1', 'direct'))) with points lt 4 ps 1.5 title 'direct'
unset label 99

unset key
set title 'C3: 6 maps to 16, 5x5 filters'
plot data using 'side':(of('C3', 'loops')) with linespoints lt 1, \
     data using 'side':(of('C3', 'im2col')) with linespoints lt 2, \
     data using 'side':(of('C3', 'blas')) with linespoints lt 3, \
     data using 'side':(or_off(of('C3', 'direct'))) with points lt 4 ps 1.5

set key top left Left reverse samplen 2
set title 'largest difference from the six loops'
set ylabel 'absolute, outputs are of order 1'
set yrange [1e-7:1e-4]
plot keyentry with linespoints lt 2 title sprintf('im2col, then three loops: %g', loops_max), \
     data using 'side':(of('C3', 'blas_difference')) with linespoints lt 3 title 'C3, im2col, then BLAS', \
     data using 'side':(of('C1', 'blas_difference')) with linespoints lt 3 dt 2 pt 8 title 'C1, im2col, then BLAS', \
     data using 'side':(or_off(column('direct_difference'))) with points lt 4 ps 1.5 title 'C1 and C3, direct'
unset multiplot
