# Chapter 4: the activations, and how much of a gradient they let through.
# data: 04_activation.tsv  make chapter 4
w = 1080; h = 440
load 'plots/style.gp'
data = D.'/04_activation.tsv'
set multiplot layout 1,2 margins 0.06,0.985,0.2,0.9 spacing 0.08,0.1
set xlabel 'x'
set xrange [-6:6]
set key top left Left reverse samplen 4

set title 'activations'
set ylabel 'y'
set yrange [-2:4]
plot data using 'x':'relu' with lines lt 1 title 'ReLU', \
     data using 'x':'sigmoid' with lines lt 2 dt 2 title 'sigmoid', \
     data using 'x':'squash' with lines lt 3 dt 4 title 'squash, 1.7159 tanh(2x/3)'
unset label 99

set title 'derivatives'
set ylabel 'dy/dx'
set yrange [-0.05:1.25]
plot data using 'x':'relu_slope' with steps lt 1 title 'ReLU', \
     data using 'x':'sigmoid_slope' with lines lt 2 dt 2 title 'sigmoid', \
     data using 'x':'squash_slope' with lines lt 3 dt 4 title 'squash'
unset multiplot
