# Chapter 1: how many times larger than the image the matrix of its windows is.
# data: 01_memory.tsv  make chapter 1
w = 620; h = 480
load 'plots/style.gp'
data = D.'/01_memory.tsv'
set title T_im2col_title
set xlabel T_window_side
set ylabel T_im2col_ratio
set logscale y
set xrange [0:33]
set yrange [0.1:2000]
set xtics (1, 5, 10, 15, 20, 25, 30)
set format y "10^{%T}"
set key below Left reverse samplen 2 maxrows 2
set label 1 T_im2col_last at 32,0.5 right textcolor rgb ink
stats data using (int(column('size')) == 5 ? column('stride1') : NaN) nooutput
set label 2 sprintf(T_im2col_c1, STATS_max) at 1,600 left textcolor rgb ink
set arrow 1 from 4.2,350 to 4.9,STATS_max*1.4 size screen 0.015,25 lc rgb grey
plot data using 'size':'stride1_same' with points lt 2 title T_im2col_same1, \
     data using 'size':'stride1' with linespoints lt 1 ps 0.6 title T_im2col_plain1, \
     data using 'size':'stride2_same' with points lt 5 title T_im2col_same2, \
     data using 'size':'stride2' with linespoints lt 3 ps 0.6 title T_im2col_plain2
