# The mistakes that the network was surest of.
# data: mistakes.tsv  make build/data/mistakes.tsv
w = 1000; h = 735
load 'plots/style.gp'
data = D.'/mistakes.tsv'
stats data index 0 using 1 nooutput
count = STATS_records
across = 6
cell_w = 40; cell_h = 40 # pixels of the image space
left(i) = (i % across) * cell_w
top(i) = (i / across) * cell_h
set title 'The mistakes it was surest of: true digit → what the network said, how sure, (number of the test image)'
set lmargin 2
set rmargin 2
set tmargin at screen 0.95
set bmargin at screen 0.06
set xrange [-6:across*cell_w-6]
set yrange [((count-1)/across+1)*cell_h-8:-9]
set size ratio -1
unset tics
unset grid
set border 0
unset colorbox
unset key
set palette defined (0 '#ffffff', 1 '#000000')
set cbrange [0:1]
plot for [i=1:count] data index i matrix using ($1+left(i-1)):($2+top(i-1)):($3 > 0 ? $3 : NaN) @tiles, \
     data index 0 using (left(int($0))+13.5):(top(int($0))-4):(sprintf('{/:Bold %d → %d}  %.2f %%', $2, $3, 100*$4)) with labels, \
     data index 0 using (left(int($0))+13.5):(top(int($0))+29.5):(sprintf('(%d)', $1)) with labels textcolor rgb '#909090' font ',8'
