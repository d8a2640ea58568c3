# The filters of C1 and C3, initial and after training; one colour scale a layer.
# data: filters.tsv  make build/data/filters.tsv
w = 1040; h = 400
load 'plots/style.gp'
data = D.'/filters.tsv'
# blocks: initial C1 0-5, initial C3 6-101 (filter by filter, a block for each map it sees), trained 102-107, 108-203
largest(a, b) = a > b ? a : b
array most[2] = [0, 0]
do for [block=0:203] {
    stats data index block matrix using 3 nooutput
    k = block % 102 < 6 ? 1 : 2
    most[k] = largest(most[k], largest(abs(STATS_min), abs(STATS_max)))
}
# dark below 0, light above: readable without colours
set palette defined (-1 '#00204d', -0.5 '#39486b', 0 '#7c7b78', 0.5 '#bbae6f', 1 '#ffea46')
unset key
unset grid
unset tics
set border 0
set size ratio -1
array when[2] = ['initial', 'after training']
set multiplot
do for [k=1:2] {
    first = 102*(k-1)
    set lmargin at screen 0.035 + 0.455*(k-1)
    set rmargin at screen 0.475 + 0.455*(k-1)
    if (k == 2) { set colorbox user origin screen 0.94,0.71 size 0.012,0.18; set cbtics 0.4 } else { unset colorbox }

    set tmargin at screen 0.92
    set bmargin at screen 0.68
    set xrange [-1:35.5]
    set yrange [5:-1]
    set cbrange [-most[1]:most[1]]
    set title 'C1, '.when[k].': 6 filters'
    unset xlabel
    unset ylabel
    plot for [f=0:5] data index first+f matrix using ($1+6*f):2:3 @tiles
    unset label 99

    if (k == 2) { set colorbox user origin screen 0.94,0.13 size 0.012,0.4; set cbtics 0.2 }
    set tmargin at screen 0.56
    set bmargin at screen 0.1
    set xrange [-1:95.5]
    set yrange [35.5:-1]
    set cbrange [-most[2]:most[2]]
    set title 'C3, '.when[k].': 16 filters (columns), each over 6 maps (rows)'
    plot for [f=0:95] data index first+6+f matrix using ($1+6*(f/6)):($2+6*(f%6)):3 @tiles
}
unset multiplot
