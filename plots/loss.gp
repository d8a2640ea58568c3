# Loss of every mini-batch before it is learned from (pale), its running mean, and the loss over all
# images after every epoch: the report's second curve, on a logarithmic axis.
# data: report.tsv  make build/data/report.tsv
data = D.'/report.tsv'
middle(iteration) = 50 * (floor((iteration - 1) / 50) + 0.5)
w = 620; h = 420
load 'plots/style.gp'
stats data using 'iteration' nooutput
set xtics STATS_max / 4
set xlabel T_iteration
set ylabel T_loss
set xrange [0:*]
set key top right
stats data using 'loss' nooutput
set title T_loss_title
set logscale y
set yrange [10**floor(log10(STATS_min)):10]
set format y '10^{%T}'
plot data using 'iteration':'loss' with lines lc rgb pale lw 0.7 dt 1 title T_each_batch, \
     data using (middle(column('iteration'))):'loss' smooth unique with lines lc rgb blue \
         lw 2.5 dt 1 title T_mean_50, \
     data using 'iteration':'train_loss' with points lc rgb ink pt 7 ps 0.9 \
         title T_all_training, \
     data using 'iteration':'test_loss' with points lc rgb orange pt 4 ps 1.4 lw 2 \
         title T_all_test
