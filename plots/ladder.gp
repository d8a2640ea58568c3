# From the report's recipe to the record, one change at a time: three seeds of each network.
# data: ladder.tsv  make ladder
w = 860; h = 520
load 'plots/style.gp'
data = D.'/ladder.tsv'
set title "From the report's recipe to the record, one change at a time"
set key bottom right
load 'plots/dots.gp'
