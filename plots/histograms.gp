# Weights and gradients of every layer, before and after training.
# data: histograms.tsv  make build/data/histograms.tsv
w = 1200; h = 560
load 'plots/style.gp'
data = D.'/histograms.tsv'
layers = 'C1 C3 C5 F6 OUT'
of(what, layer, y) = strcol('what') eq what && strcol('layer') eq layer ? y : NaN
set multiplot layout 2,5 margins 0.055,0.99,0.16,0.94 spacing 0.022,0.17
set ytics format '%g'
do for [i=1:5] {
    layer = word(layers, i)
    set title layer.', weights'
    set xlabel 'weight'
    set yrange [0:*]
    set ylabel (i == 1 ? 'share, %' : '')
    set xtics autofreq rotate by 0
    unset key
    plot data using 'value':(of('weight drawn', layer, 100*column('share'))) with histeps lt 6, \
         data using 'value':(of('weight trained', layer, 100*column('share'))) with histeps lt 2
    unset label 99
}
do for [i=1:5] {
    layer = word(layers, i)
    set title layer.', gradients'
    set xlabel 'size (decades)'
    set xrange [-10:0]
    set format x '10^{%g}'
    set xtics 4
    set ylabel (i == 1 ? 'share, %' : '')
    plot data using 'value':(of('gradient drawn', layer, 100*column('share'))) with histeps lt 6, \
         data using 'value':(of('gradient trained', layer, 100*column('share'))) with histeps lt 2
}
unset multiplot
