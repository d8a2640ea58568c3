# Chapter 5: the weights of the linear classifier as images, one for each digit; white is 0.
# data: 05_weights.tsv  make chapter 5
data = D.'/05_weights.tsv'
w = 520; h = 270
load 'plots/style.gp'
set title T_weights_title
unset key
unset grid
unset border
set tics scale 0
unset ytics
unset xtics
set size ratio -1
set palette defined (-1 '#0072B2', 0 '#ffffff', 1 '#D55E00')
set cbrange [-0.8:0.8]
set cbtics 0.4
set xrange [-1:149]
set yrange [70:-1]
do for [k=0:9] {
    set object 1+k rectangle from 30*(k%5)-0.5,36*(k/5)-0.5 to 30*(k%5)+27.5,36*(k/5)+27.5 front \
        fillstyle empty border linecolor rgb grey
    set label 1+k sprintf('%d', k) at 30*(k%5)+13.5,36*(k/5)+31 center
}
plot for [k=0:9] data index k matrix using ($1+30*(k%5)):($2+36*(k/5)):3 with image
