# The mistakes that the network was most confident about.
# data: mistakes.tsv  make build/data/mistakes.tsv
data = D.'/mistakes.tsv'
stats data index 0 using 1 nooutput
count = STATS_records
across = 4; down = 3; each = across * down
cell_w = 44; cell_h = 44 # in pixels of an image
left(i) = (i % across) * cell_w + 8
top(i) = ((i % each) / across) * cell_h + 14
here(i) = i / each == panel - 1
do for [panel=1:(count > each ? 2 : 1)] {
    w = 520; h = 400
    load 'plots/style.gp'
    set lmargin at screen 0
    set rmargin at screen 1
    set tmargin at screen 1
    set bmargin at screen 0
    set xrange [0:across*cell_w]
    set yrange [down*cell_h+4:0]
    unset tics
    unset grid
    set border 0
    unset colorbox
    unset key
    set palette defined (0 '#ffffff', 1 '#000000')
    set cbrange [0:1]
    last = each * panel < count ? each * panel : count
    plot for [i=each*(panel-1)+1:last] data index i matrix \
             using ($1+left(i-1)):($2+top(i-1)):($3 > 0 ? $3 : NaN) with image, \
         data index 0 using (here(int($0)) ? left(int($0))+13.5 : NaN):(top(int($0))-9): \
             (sprintf('{/:Bold %d → %d}', $2, $3)) with labels, \
         data index 0 using (here(int($0)) ? left(int($0))+13.5 : NaN):(top(int($0))-3): \
             (sprintf('%.1f | %.1f', 100*$4, 100*$5)) with labels font small textcolor rgb ink
}
