# From the report's recipe to the record, one change at a time; below the line, variants of it.
# Three seeds of each network.
# data: ladder.tsv  make study-ladder
w = 620; h = 600
load 'plots/style.gp'
table = D.'/ladder.tsv'
end = 1.5
set datafile columnheaders
stats table using (strstrt(strcol(1), '(record)') ? $0 : NaN) nooutput
set arrow 1 from graph -0.6,first STATS_max+0.5 to graph 1,first STATS_max+0.5 nohead \
    lc rgb grey dashtype 2
load 'plots/dots.gp'
