# Loss of every mini-batch while it is learned from: the report's second curve.
# data: report.tsv  make build/data/report.tsv
w = 800; h = 480
load 'plots/style.gp'
set title "The report's network: loss while training"
set xlabel 'iteration (a mini-batch of 100 images)'
set ylabel 'cross-entropy loss'
set yrange [0:*]
set key top right
plot D.'/report.tsv' using 'iteration':'loss' with lines lt 6 lw 0.7 title 'each mini-batch', \
     '' using 'iteration':'train_loss' with linespoints lt 1 title 'all training images', \
     '' using 'iteration':'test_loss' with linespoints lt 2 title 'all test images'
