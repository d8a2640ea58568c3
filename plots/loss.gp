# Loss of every mini-batch before it is learned from: the report's second curve, and the same on a logarithmic axis.
# data: report.tsv  make build/data/report.tsv
w = 1040; h = 430
load 'plots/style.gp'
data = D.'/report.tsv'
set multiplot layout 1,2 margins 0.08,0.977,0.2,0.89 spacing 0.1,0.1
set xlabel 'iteration (a mini-batch of 100 images)'
set ylabel 'cross-entropy loss'
set xrange [0:*]
set key top right

set title "The report's network: loss while training"
set yrange [0:*]
plot data using 'iteration':'loss' with lines lt 6 lw 0.7 title 'each mini-batch', \
     data using 'iteration':'train_loss' with points lt 1 title 'all training images', \
     data using 'iteration':'test_loss' with points lt 2 title 'all test images'
unset label 99

set title 'the same, logarithmic'
set logscale y
set yrange [0.001:4]
plot data using 'iteration':'loss' with lines lt 6 lw 0.5 title 'each mini-batch', \
     data using 'iteration':'train_loss' with linespoints lt 1 title 'all training images', \
     data using 'iteration':'test_loss' with linespoints lt 2 title 'all test images'
unset multiplot
