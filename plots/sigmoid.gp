# ReLU against sigmoid in the report's network: the same seed, the same batches, the same Adam.
# data: report.tsv   make build/data/report.tsv
# data: sigmoid.tsv  make build/data/sigmoid.tsv
w = 1040; h = 450
load 'plots/style.gp'
set multiplot layout 1,2 margins 0.08,0.977,0.21,0.89 spacing 0.1,0.1

set title 'Loss, mean of 20 mini-batches'
set xlabel 'iteration (a mini-batch of 100 images)'
set ylabel 'cross-entropy loss'
set logscale y
set xrange [0:*]
set yrange [0.005:4]
set key top right
plot D.'/report.tsv' using (20*ceil(column('iteration')/20.0)-10):'loss' smooth unique with lines lt 1 lw 1.2 title 'ReLU', \
     D.'/sigmoid.tsv' using (20*ceil(column('iteration')/20.0)-10):'loss' smooth unique with lines lt 2 lw 1.2 title 'sigmoid'
unset label 99

set title 'Accuracy on the test images'
set xlabel 'epoch'
set ylabel 'accuracy'
unset logscale
set yrange [0.88:1]
set xtics 1
set key bottom right
plot D.'/report.tsv' using 'epoch':'test_accuracy' with linespoints lt 1 title 'ReLU', \
     D.'/sigmoid.tsv' using 'epoch':'test_accuracy' with linespoints lt 2 title 'sigmoid'
unset multiplot
