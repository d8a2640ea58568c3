# Accuracy on training and test images after every epoch: the report's first curve.
# data: report.tsv  make build/data/report.tsv
w = 800; h = 480
load 'plots/style.gp'
set title "The report's network: accuracy after every epoch"
set xlabel 'epoch'
set ylabel 'accuracy'
set yrange [0:1.02]
set xtics 1
set key bottom right
plot D.'/report.tsv' using 'epoch':'train_accuracy' with linespoints lt 1 title 'training images', \
     '' using 'epoch':'test_accuracy' with linespoints lt 2 title 'test images'
