# From the report's recipe to the record, one change at a time: three seeds of each network.
# data: ladder.tsv  make ladder
w = 860; h = 520
load 'plots/style.gp'
data = D.'/ladder.tsv'
set datafile columnheaders
stats data using 'high' nooutput
rows = STATS_records
best = 100*(1 - STATS_max)
stats data using 'low' nooutput
set xrange [best*0.95:100*(1 - STATS_min)*1.07]
seeds = system("head -n 1 ".data." | tr '\\t' '\\n' | grep '^seed_' | tr '\\n' ' '")
error(seed) = 100*(1 - column(seed))
set title "From the report's recipe to the record, one change at a time"
set xlabel 'error on the test images, % (logarithmic)'
set lmargin at screen 0.25
set rmargin at screen 0.97
set yrange [rows-0.4:-0.6]
set logscale x
set format x '%g'
set xtics (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2, 3, 4, 5, 6, 8, 10)
set key bottom right
plot for [i=1:words(seeds)] data using (error(word(seeds,i))):0 with points pt 6 ps 1 lc rgb '#0072B2' \
         title i == 1 ? 'a seed' : '', \
     data using (error('mean')):0:ytic(1) with points pt 2 ps 1.3 lw 2 lc rgb '#D55E00' title 'mean'
