# The five optimizers, and the report's listing of Adam, on the report's network: the same first weights, the same batches.
# data: optimizers.tsv  make build/data/optimizers.tsv
w = 1040; h = 470
load 'plots/style.gp'
data = D.'/optimizers.tsv'
names = 'sgd momentum adagrad rmsprop adam adam-twice'
of(name, y) = strcol('optimizer') eq name ? y : NaN
# the rate of a run, as the run printed it
rate(name) = system(sprintf("awk -F '\t' '$1 == \"%s\" { print $2; exit }' %s", name, data))
set multiplot layout 1,2 margins 0.08,0.977,0.19,0.89 spacing 0.1,0.1

set title 'Loss, mean of 20 mini-batches'
set xlabel 'iteration (a mini-batch of 100 images)'
set ylabel 'cross-entropy loss'
set logscale y
set xrange [0:*]
set yrange [0.02:100]
set key top right
plot for [i=1:6] data using (20*ceil(column('iteration')/20.0)-10):(of(word(names,i), column('loss'))) smooth unique \
     with linespoints lt i lw 1.4 pointinterval -12 title word(names,i).', rate '.rate(word(names,i))
unset label 99

set title 'Accuracy on the test images'
set xlabel 'epoch'
set ylabel 'accuracy'
unset logscale
set yrange [0.8:1]
set xtics 1
unset key
plot for [i=1:6] data using 'epoch':(of(word(names,i), column('test_accuracy'))) with linespoints lt i
unset multiplot
