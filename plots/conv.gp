# Chapter 2: a convolution in four ways by the side of the image, and how far each is from the
# loops.
# data: 02_time.tsv  build/race/02_conv build/data
data = D.'/02_time.tsv'
of(layer, column_name) = strcol('layer') eq layer ? column(column_name) : NaN
# Where there is nothing: off the axis, so that a build without direct convolution (no AVX2) still
# has its picture.
or_off(value) = value > 0 ? value : 1e9
do for [panel=1:2] {
    w = 520; h = 500
    load 'plots/style.gp'
    layer = panel == 1 ? 'C1' : 'C3'
    set title panel == 1 ? T_conv_c1 : T_conv_c3
    set logscale xy
    set xlabel T_image_side
    set ylabel T_microseconds
    set xrange [5:170]
    set yrange [0.1:1e6]
    set xtics (6, 14, 32, 72, 144)
    set format y '10^{%T}'
    set ytics 0.1,10
    set key below Left reverse maxcols 1
    plot data using 'side':(of(layer, 'loops')) with linespoints lt 1 title T_conv_loops, \
         data using 'side':(of(layer, 'im2col')) with linespoints lt 2 title T_conv_im2col, \
         data using 'side':(of(layer, 'blas')) with linespoints lt 3 title T_conv_blas, \
         data using 'side':(or_off(of(layer, 'direct'))) with points pt 13 ps 1.2 lc rgb ink \
             title T_conv_direct
}

panel = 3
load 'plots/style.gp'
# Sums in double, rounded once, as the loops' are: no difference, so nothing to see on this axis.
stats data using 'im2col_difference' name 'loops' nooutput
set title T_conv_difference
set logscale xy
set xlabel T_image_side
set ylabel T_conv_absolute
set xrange [5:170]
set yrange [1e-7:1e-3]
set xtics (6, 14, 32, 72, 144)
set format y '10^{%T}'
set key below Left reverse maxcols 1
plot keyentry with linespoints lt 2 title sprintf(T_conv_im2col.': %g', loops_max), \
     data using 'side':(of('C3', 'blas_difference')) with linespoints lt 3 \
         title 'C3, '.T_conv_blas, \
     data using 'side':(of('C1', 'blas_difference')) with linespoints lc rgb green dt 1 pt 8 \
         title 'C1, '.T_conv_blas, \
     data using 'side':(or_off(of('C3', 'direct_difference'))) with points pt 13 ps 1.2 \
         lc rgb ink title 'C3, '.T_conv_direct, \
     data using 'side':(or_off(of('C1', 'direct_difference'))) with points pt 12 ps 1.2 \
         lc rgb ink title 'C1, '.T_conv_direct
