# Chapter 4: the activations, and how much of a gradient they let through.
# data: 04_activation.tsv  make chapter 4
data = D.'/04_activation.tsv'
array columns[3] = ['relu', 'sigmoid', 'squash']
logarithmic = 0
do for [panel=1:2] {
    w = 520; h = 460
    load 'plots/style.gp'
    set title panel == 1 ? T_activations : T_derivatives
    set xlabel 'x'
    set ylabel panel == 1 ? 'y' : 'dy/dx'
    set xrange [-6:6]
    set key below samplen 3
    slope = panel == 1 ? '' : '_slope'
    if (panel == 1) { set yrange [-2:5.5] } else { set yrange [-0.05:1.3] }
    plot data every 3 using 'x':(panel == 2 && abs(column('x')) < 0.01 ? NaN : \
             column('relu'.slope)) with lines lt 1 title 'ReLU', \
         data every 3 using 'x':'sigmoid'.slope with lines lt 2 title 'sigmoid', \
         data every 3 using 'x':'squash'.slope with lines lt 3 title T_squash
}
