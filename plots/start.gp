# The first 600 iterations magnified: what the report's curves show as a jump from 0.1 to 0.9.
# data: start.tsv  make build/data/start.tsv
w = 1040; h = 430
load 'plots/style.gp'
data = D.'/start.tsv'
stats data using (column('test_accuracy') >= 0.9 ? column('iteration') : NaN) nooutput
set multiplot layout 1,2 margins 0.08,0.977,0.2,0.88 spacing 0.1,0.1
set xlabel 'iteration (a mini-batch of 100 images)'
set xrange [0:600]
set xtics 100

set title 'The first epoch, magnified: loss'
set ylabel 'cross-entropy loss'
set yrange [0:2.5]
set label 1 'log 10: every digit equally likely' at 590,log(10) right offset 0,0.7 textcolor rgb '#505050'
set arrow 1 from 0,log(10) to 600,log(10) nohead dashtype 2 lc rgb '#808080'
set key at graph 0.98,0.78
plot data using 'iteration':'loss' with lines lt 6 lw 0.7 title 'each mini-batch, before its step', \
     data using 'iteration':'test_loss' with lines lt 2 title 'all test images, every 10 iterations'
unset label 99
unset label 1
unset arrow 1

set title 'and accuracy'
set ylabel 'accuracy'
set yrange [0:1]
set ytics 0.1
set key bottom right
set arrow 1 from 0,0.1 to 600,0.1 nohead dashtype 2 lc rgb '#808080'
set arrow 2 from 0,0.9 to 600,0.9 nohead dashtype 2 lc rgb '#808080'
set label 1 'guessing' at 590,0.1 right offset 0,0.7 textcolor rgb '#505050'
set label 2 sprintf('0.9 after %d iterations', STATS_min) at 590,0.9 right offset 0,-0.8 textcolor rgb '#505050'
set key at graph 0.98,0.4
plot data using 'iteration':'test_accuracy' with lines lt 2 title 'all test images, every 10 iterations'
unset multiplot
