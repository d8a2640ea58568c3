# Seconds of a training epoch by data, batch and threads; memory by batch.
#
# data: speed.tsv  make speed
w = 1080; h = 420
load 'plots/style.gp'
data = D.'/speed.tsv'
set multiplot layout 1,3 margins 0.07,0.94,0.2,0.88 spacing 0.105,0.1
unset key

set title 'images an epoch: linear'
set xlabel 'training images'
set ylabel 'seconds an epoch'
set xrange [0:65000]
set yrange [0:*]
set xtics 20000
set format x '%.0s%c'
plot data using (strcol('what') eq 'images' ? column('value') : NaN):'seconds' with linespoints lt 1
unset label 99

set title 'batch size: time and memory'
set xlabel 'images in a batch'
set ylabel 'seconds an epoch'
set logscale xy
set xrange [0.7:15000]
set yrange [0.1:300]
set xtics (1, 10, 100, '1k' 1000, '10k' 10000)
set ytics (0.1, 1, 10, 100)
set format x '%g'
set key top right opaque
plot data using (strcol('what') eq 'batch' ? column('value') : NaN):'seconds' with linespoints lt 1 title 'seconds', \
     data using (strcol('what') eq 'batch' ? column('value') : NaN):'memory_mb' with linespoints lt 2 title 'memory, MB'

unset logscale
unset key
set title 'threads'
set xlabel 'threads'
set ylabel 'seconds an epoch'
set xrange [0.5:*]
set yrange [0:*]
set xtics 1
set ytics autofreq
plot data using (strcol('what') eq 'threads' ? column('value') : NaN):'seconds' with linespoints lt 1
unset multiplot
