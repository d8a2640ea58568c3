# Chapter 4: sums of ReLUs are straight pieces, and more of them follow a curve more closely.
# data: 04_pieces.tsv  make chapter 4
data = D.'/04_pieces.tsv'
w = 520; h = 360
load 'plots/style.gp'
set title T_pieces
set xlabel 'x'
set ylabel 'y'
set xrange [0:2*pi]
set yrange [-1.1:1.1]
set xtics 1
set key top right samplen 3
plot data using 'x':(sin(column('x'))) with lines lc rgb grey lw 1 title 'sin x', \
     data using 'x':'four' with lines lt 2 title T_pieces_four, \
     data using 'x':'eight' with lines lt 1 title T_pieces_eight
