# Chapter 6: the paths of the optimizers down the ravine x^2/20 + y^2, 40 steps from (-7, 2).
# data: 06_paths.tsv  make chapter 6
w = 1080; h = 600
load 'plots/style.gp'
data = D.'/06_paths.tsv'
set multiplot layout 2,4 title 'f(x, y) = x^2/20 + y^2: 40 steps from (-7, 2)' margins 0.05,0.985,0.14,0.88 spacing 0.045,0.16
unset key
set xlabel 'x' offset 0,0.5
set ylabel 'y' offset 1,0
unset grid
set xrange [-8:8]
set yrange [-3.2:3.2]
set xtics 4
set ytics 1
# Lines of equal height c: ellipses with half axes sqrt(20 c) and sqrt(c).
height(i) = 0.35 * i ** 1.6
along(i, t) = sqrt(20 * height(i)) * cos(t)
across(i, t) = sqrt(height(i)) * sin(t)
set samples 200
set label 1 '+' at 0,0 center textcolor rgb '#303030'
names = 'sgd momentum adagrad rmsprop adam adam-twice sdlm'
do for [name in names] {
    set title name
    plot for [i=1:9] [t=0:2*pi] '+' using (along(i, t)):(across(i, t)) with lines lc rgb '#c8c8c8' lw 0.7, \
         data using name.'_x':name.'_y' with linespoints lt 1 lw 1.2 pt 7 ps 0.5
    unset label 99
}
unset multiplot
