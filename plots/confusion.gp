# Which digit is taken for which, over the 10,000 test images.
# data: confusion.tsv  make build/data/confusion.tsv
w = 860; h = 720
load 'plots/style.gp'
data = D.'/confusion.tsv'
stats data matrix using 3 nooutput # before the ranges, which stats would obey
all = STATS_sum
stats data matrix using ($1 == $2 ? $3 : 0) nooutput
set title sprintf("The report's network on the test images: %d of %d right", STATS_sum, all)
set xlabel 'what the network says'
set ylabel 'true digit'
set xrange [-0.5:9.5]
set yrange [9.5:-0.5]
set size ratio 1
set xtics 1 scale 0
set ytics 1 scale 0
unset grid
set border 0
set logscale cb
set cbrange [1:1200]
set cbtics (1, 10, 100, 1000)
set cblabel 'images (logarithmic)'
set palette defined (0 '#f2f6fb', 0.35 '#a6c8e4', 1 '#08306b')
unset key
light(n) = n > 60 ? 0xffffff : 0x202020
plot data matrix using 1:2:($3 > 0 ? $3 : NaN) @tiles, \
     data matrix using 1:2:($3 > 0 ? sprintf('%d', $3) : ''):(light($3)) with labels textcolor rgb variable
