# Chapter 1: how many times larger than the image the matrix of its windows is.
# data: 01_memory.tsv  make chapter 1
w = 800; h = 480
load 'plots/style.gp'
data = D.'/01_memory.tsv'
set title 'im2col of a 32x32 image: what it costs in memory'
set xlabel 'side k of the window, pixels'
set ylabel 'size of col / size of the image'
set logscale y
set xrange [0:33]
set yrange [0.1:2000]
set xtics (1, 5, 10, 15, 20, 25, 30)
set key top left Left reverse samplen 2
set label 1 'one window left: the image itself' at 32,0.55 right textcolor rgb '#303030'
c1(size) = int(size) == 5 ? size : NaN
plot data using 'size':'stride1_same' with points lt 2 title 'stride 1, padding (k - 1)/2', \
     data using 'size':'stride1' with linespoints lt 1 title 'stride 1, no padding', \
     data using 'size':'stride2_same' with points lt 5 title 'stride 2, padding (k - 1)/2', \
     data using 'size':'stride2' with linespoints lt 3 title 'stride 2, no padding', \
     data using (c1(column('size'))):'stride1':(sprintf('C1: %.0f times', column('stride1'))) \
         with labels right offset -1,1.2 point pt 6 ps 2 lc rgb '#303030' notitle
