# The five optimizers, and the report's listing of Adam, on the report's network: the same initial
# weights, the same batches, each at its default rate.
# data: optimizers.tsv  make build/data/optimizers.tsv
data = D.'/optimizers.tsv'
names = 'sgd momentum adagrad rmsprop adam adam-twice'
of(name, y) = strcol('optimizer') eq name ? y : NaN
middle(iteration) = 50 * (floor((iteration - 1) / 50) + 0.5)
stats data using 'iteration' nooutput
iterations = STATS_max
logarithmic = 1
array end_text[6]
array end_y[6]
do for [k=1:6] { end_text[k] = word(names, k) }

w = 520; h = 420; panel = 1
load 'plots/style.gp'
array end_color[6] = [blue, orange, green, pink, ink, yellow]
low = 0.01; high = 30
do for [k=1:6] {
    stats data using (column('iteration') > iterations - 50 ? \
                      of(word(names, k), column('loss')) : NaN) nooutput
    end_y[k] = STATS_mean
}
load 'plots/ends.gp'
set title T_loss_mean_50
set xlabel T_iteration
set ylabel T_loss
set logscale y
set format y '%g'
set xrange [0:iterations]
set xtics iterations / 2
set yrange [low:high]
set rmargin at screen 0.74
unset key
plot for [k=1:6] data using (middle(column('iteration'))):(of(word(names, k), column('loss'))) \
    smooth unique with lines lt k

panel = 2
load 'plots/style.gp'
low = 0.8; high = 60
do for [k=1:6] {
    stats data using (column('iteration') == iterations ? \
        of(word(names, k), 100 * (1 - column('test_accuracy'))) : NaN) nooutput
    end_y[k] = STATS_max
}
load 'plots/ends.gp'
set title T_test_error
set xlabel T_epoch
set ylabel T_error_percent
set logscale y
set format y '%g'
set ytics (1, 2, 5, 10, 20, 50)
set xrange [1:*]
set xtics 1
set yrange [low:high]
set rmargin at screen 0.74
unset key
epochs(name) = sprintf("< awk -F '\t' 'NR == 1 || $1 == \"%s\" && $8 != \"nan\"' %s", name, data)
plot for [k=1:6] epochs(word(names, k)) using 'epoch':(100 * (1 - column('test_accuracy'))) \
    with linespoints lt k
