# Chapter 5: cross-entropy in float, with and without the shift that puts the largest score at 0.
# data: 05_loss_float.tsv  make chapter 5
w = 1080; h = 440
load 'plots/style.gp'
data = D.'/05_loss_float.tsv'
set multiplot layout 1,2 margins 0.065,0.985,0.2,0.9 spacing 0.085,0.1

set title 'scores (1, 2, 3) + shift: the loss must not change'
set xlabel 'shift'
set ylabel 'loss of the second class'
set xrange [-125:125]
set yrange [1.2:2]
set xtics 40
set key top left Left reverse samplen 4
plot data using 'score':'shift_stable' with lines lt 6 lw 4 title 'largest score shifted to 0', \
     data using 'score':'shift_formula' with lines lt 2 lw 1.5 title 'as the formula says, until 0/0 or ∞/∞'
unset label 99

set title 'a confident mistake: the loss should be the gap'
set xlabel 'how far the true one of two scores is behind'
set ylabel 'loss'
set xrange [0:120]
set yrange [0:160]
set xtics 20
plot data using 'score':'gap_stable' with lines lt 6 lw 4 title 'largest score shifted to 0', \
     data using 'score':'gap_formula' with lines lt 2 lw 1.5 title 'as the formula says, until -log 0', \
     data using 'score':'gap_report' with lines lt 1 lw 1.5 dt 2 title "the report's -log(p + 10^{-7})"
unset multiplot
