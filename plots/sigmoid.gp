# ReLU, sigmoid and tanh in the report's network: the same seed, the same batches, the same Adam;
# and how large the gradients are that reach each layer before the first step.
# data: report.tsv             make build/data/report.tsv
# data: sigmoid.tsv            make build/data/sigmoid.tsv
# data: tanh.tsv               make build/data/tanh.tsv
# data: histograms.tsv         make build/data/histograms.tsv
# data: sigmoid/histograms.tsv make build/data/sigmoid/histograms.tsv
# data: tanh/histograms.tsv    make build/data/tanh/histograms.tsv
array runs[3] = ['report', 'sigmoid', 'tanh']
file(k) = D.'/'.runs[k].'.tsv'
middle(iteration) = 50 * (floor((iteration - 1) / 50) + 0.5)
stats file(1) using 'iteration' nooutput
iterations = STATS_max
logarithmic = 1
array end_text[3] = ['ReLU', 'sigmoid', 'tanh']
array end_y[3]

w = 520; h = 380; panel = 1
load 'plots/style.gp'
array end_color[3] = [blue, orange, green]
low = 0.005; high = 4
do for [k=1:3] {
    stats file(k) using (column('iteration') > iterations - 50 ? column('loss') : NaN) nooutput
    end_y[k] = STATS_mean
}
load 'plots/ends.gp'
set title T_loss_mean_50
set xlabel T_iteration
set ylabel T_loss
set logscale y
set format y '%g'
set ytics (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2)
set xrange [0:iterations]
set xtics iterations / 2
set yrange [low:high]
set rmargin at screen 0.79
unset key
plot for [k=1:3] file(k) using (middle(column('iteration'))):'loss' smooth unique with lines lt k

panel = 2
load 'plots/style.gp'
low = 0.5; high = 20
do for [k=1:3] {
    stats file(k) using (column('iteration') == iterations ? \
                         100 * (1 - column('test_accuracy')) : NaN) nooutput
    end_y[k] = STATS_max
}
load 'plots/ends.gp'
set title T_test_error
set xlabel T_epoch
set ylabel T_error_percent
set logscale y
set format y '%g'
set ytics (0.5, 1, 2, 5, 10, 20)
set xrange [1:*]
set xtics 1
set yrange [low:high]
set rmargin at screen 0.79
unset key
plot for [k=1:3] "< awk '$6 != \"nan\"' ".file(k) \
    using 'epoch':(100 * (1 - column('test_accuracy'))) with linespoints lt k

# The mean of a histogram whose bins are powers of ten; what is exactly 0 counts as 0.
panel = 3
load 'plots/style.gp'
layers = 'C1 C3 C5 F6 OUT'
array folder[3] = ['/', '/sigmoid/', '/tanh/']
mean(k) = "< awk -F '\\t' -v layers='".layers."' \
    '$1 == \"gradient initial\" { sum[$2] += $4 * 10 ^ $3 } \
     END { n = split(layers, name, \" \"); for (i = 1; i <= n; i++) print i, sum[name[i]] }' \
    OFS='\\t' ".D.folder[k]."histograms.tsv"
low = 1e-6; high = 0.1
do for [k=1:3] {
    stats mean(k) using ($1 == 5 ? $2 : NaN) nooutput
    end_y[k] = STATS_max
}
load 'plots/ends.gp'
set title T_gradient_title
set ylabel T_gradient_mean
set logscale y
set format y '10^{%T}'
set xrange [0.7:5]
set yrange [low:high]
set xtics ('C1' 1, 'C3' 2, 'C5' 3, 'F6' 4, 'OUT' 5)
set xlabel T_layer
set rmargin at screen 0.79
unset key
plot for [k=1:3] mean(k) using 1:2 with linespoints lt k
