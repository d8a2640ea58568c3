# Weights and gradients of every layer, initial and after training.
# data: histograms.tsv  make build/data/histograms.tsv
w = 1200; h = 580
load 'plots/style.gp'
data = D.'/histograms.tsv'
layers = 'C1 C3 C5 F6 OUT'
of(what, layer, y) = strcol('what') eq what && strcol('layer') eq layer ? y : NaN
share(what, layer) = of(what, layer, 100*column('share'))
size(what, layer) = of(what, layer, column('value'))
set multiplot layout 2,5 margins 0.055,0.985,0.155,0.93 spacing 0.025,0.19
set yrange [0:*]
set xtics 0.4
do for [i=1:5] {
    layer = word(layers, i)
    set title layer.', weights'
    set xlabel 'weight'
    set ylabel (i == 1 ? 'share, %' : '')
    unset key
    plot data using (size('weight initial', layer)):(share('weight initial', layer)) with histeps lt 6 lw 1.5, \
         data using (size('weight trained', layer)):(share('weight trained', layer)) with histeps lt 2 lw 1.5
    unset label 99
}
set offsets 0,0,graph 0.25,0 # room for the words
set xrange [-8:0]
set format x '10^{%g}'
set xtics 2
do for [i=1:5] {
    layer = word(layers, i)
    set title layer.', gradients'
    set xlabel '|gradient|'
    if (i == 1) { set key top left Left reverse samplen 2 } else { unset key }
    set ylabel (i == 1 ? 'share, %' : '')
    stats data using (share('gradient initial zero', layer)) nooutput
    drawn = STATS_max
    stats data using (share('gradient trained zero', layer)) nooutput
    if (drawn > 0.05 || STATS_max > 0.05) {
        set label 1 sprintf('exactly 0: %.0f %%', drawn) at graph 0.03,0.93 textcolor lt 6
        set label 2 sprintf('exactly 0: %.0f %%', STATS_max) at graph 0.03,0.84 textcolor lt 2
    } else { unset label 1; unset label 2 }
    plot data using (size('gradient initial', layer)):(share('gradient initial', layer)) with histeps lt 6 lw 1.5 title 'initial', \
         data using (size('gradient trained', layer)):(share('gradient trained', layer)) with histeps lt 2 lw 1.5 title 'trained'
}
unset multiplot
