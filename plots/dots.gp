# What ablation.gp and ladder.gp share: one row per line of a study's table, a ring for each seed, a
# cross for the mean, a band for the seeds of the first row. `table` names the table, `end` the
# right end of the axis: what lies beyond is written as a number. The title is set by whoever loads
# this, after style.gp.
#
# The names of the rows come from the table, in other languages by way of plots/words.tsv.
data = lang eq 'en' ? table : "< awk -F '\\t' -v OFS='\\t' -v text=3 \
    'NR == FNR { if (!/^#/) other[$2] = $text; next } \
     FNR > 1 && !($1 in other) { print \"plots/words.tsv has no \" $1 > \"/dev/stderr\" } \
     FNR > 1 { $1 = other[$1] } { print }' plots/words.tsv ".table
set datafile columnheaders
stats data using 'high' nooutput
rows = STATS_records
best = 100 * (1 - STATS_max)
# the row that the others are compared with
stats data every ::0::0 using (100 * (1 - column('low'))) nooutput
first_worst = STATS_max
stats data every ::0::0 using (100 * (1 - column('high'))) nooutput
first_best = STATS_max
set xrange [best*0.95:end]
set yrange [rows-0.4:-0.6]
seeds = system("head -n 1 ".table." | tr '\\t' '\\n' | grep '^seed_' | tr '\\n' ' '")
error(seed) = 100 * (1 - column(seed))
beyond(seed) = error(seed) > end ? end : NaN
set xlabel T_test_error_log
set lmargin at screen 0.4
set rmargin at screen 0.97
set tmargin at screen 0.89
set logscale x
set format x '%g'
set xtics (0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.2, 1.5, 2, 3, 5, 10)
set key at screen 0.97,0.985 top right horizontal
set object 1 rectangle from first_best,graph 0 to first_worst,graph 1 behind \
    fillstyle solid noborder fillcolor rgb 0xe8eef4
plot for [i=1:words(seeds)] data using (error(word(seeds, i))):0 with points pt 6 ps 1.1 lw 1.5 \
         lc rgb blue title i == 1 ? T_one_seed : '', \
     data using (error('mean')):0:ytic(1) with points pt 2 ps 1.4 lw 2.5 lc rgb orange \
         title T_mean_of_seeds, \
     for [i=1:words(seeds)] data using (beyond(word(seeds, i))):0: \
         (sprintf('%.1f →', error(word(seeds, i)))) with labels right textcolor rgb blue notitle, \
     data using (beyond('mean')):0:(sprintf('× %.1f →', error('mean'))) with labels right \
         offset -6,0 textcolor rgb orange notitle
