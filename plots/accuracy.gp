# Accuracy on training and test images after every epoch: the report's first curve, and its upper end magnified.
# data: report.tsv  make build/data/report.tsv
w = 1040; h = 430
load 'plots/style.gp'
data = D.'/report.tsv'
set multiplot layout 1,2 margins 0.08,0.977,0.2,0.89 spacing 0.1,0.1
set xlabel 'epoch'
set ylabel 'accuracy'
set xtics 1
set xrange [0:*]
set key bottom right

set title "The report's network: accuracy after every epoch"
set yrange [0:1.02]
plot data using 'epoch':'train_accuracy' with linespoints lt 1 title 'training images', \
     data using 'epoch':'test_accuracy' with linespoints lt 2 title 'test images'
unset label 99

set title 'the same from the first epoch on, magnified'
set xrange [1:*]
set yrange [0.96:1]
plot data using 'epoch':'train_accuracy' with linespoints lt 1 title 'training images', \
     data using 'epoch':'test_accuracy' with linespoints lt 2 title 'test images'
unset multiplot
