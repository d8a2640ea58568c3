# The share of images that the report's network gets wrong after every epoch: five seeds (pale),
# their mean, and what the report has.
# data: seeds.tsv  make build/data/seeds.tsv
w = 620; h = 440
load 'plots/style.gp'
data = D.'/seeds.tsv'
of(k, y) = column('seed') == k ? y : NaN
wrong(accuracy) = 100 * (1 - column(accuracy))
stats data using 'epoch' nooutput
last = STATS_max
array end_text[2] = [T_test_images, T_training_images]
array end_y[2]
array end_color[2] = [orange, blue]
stats data using (column('epoch') == last ? wrong('test_accuracy') : NaN) nooutput
end_y[1] = STATS_mean
stats data using (column('epoch') == last ? wrong('train_accuracy') : NaN) nooutput
end_y[2] = STATS_mean
low = 0.1; high = 10; logarithmic = 1
load 'plots/ends.gp'

set title T_accuracy_title
set xlabel T_epoch
set ylabel T_error_percent
set logscale y
set xrange [1:last]
set yrange [low:high]
set xtics 1
set format y '%g'
set ytics (0.1, 0.2, 0.5, 1, 2, 5, 10)
set rmargin at screen 0.77
set key bottom left Left reverse
report = 100 * (1 - 0.9829)
set arrow 1 from 1,report to last,report nohead dashtype 2 lc rgb grey front
plot keyentry with lines dashtype 2 lc rgb grey title T_first_report, \
     for [k=1:5] data using 'epoch':(of(k, wrong('train_accuracy'))) \
         with lines lc rgb pale dt 1 notitle, \
     for [k=1:5] data using 'epoch':(of(k, wrong('test_accuracy'))) \
         with lines lc rgb 0xf2c8a8 dt 1 notitle, \
     data using 'epoch':(wrong('train_accuracy')) smooth unique with linespoints lt 1 notitle, \
     data using 'epoch':(wrong('test_accuracy')) smooth unique with linespoints lt 2 notitle
