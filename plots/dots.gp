# What ablation.gp and ladder.gp share: a row for each line of a study's table, a dot for each seed, a cross for the mean.
# `data` names the table; title and key are set by whoever loads this, after style.gp.
set datafile columnheaders
stats data using 'high' nooutput
rows = STATS_records
best = 100*(1 - STATS_max)
stats data using 'low' nooutput
set xrange [best*0.95:100*(1 - STATS_min)*1.07]
seeds = system("head -n 1 ".data." | tr '\\t' '\\n' | grep '^seed_' | tr '\\n' ' '")
error(seed) = 100*(1 - column(seed))
set xlabel 'error on the test images, % (logarithmic)'
set lmargin at screen 0.25
set rmargin at screen 0.97
set yrange [rows-0.4:-0.6]
set logscale x
set format x '%g'
set xtics (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10)
plot for [i=1:words(seeds)] data using (error(word(seeds,i))):0 with points pt 6 ps 1 lc rgb '#0072B2' \
         title i == 1 ? 'a seed' : '', \
     data using (error('mean')):0:ytic(1) with points pt 2 ps 1.3 lw 2 lc rgb '#D55E00' title 'mean'
