# Which digit is taken for which, over the 10,000 test images. The colour counts errors only.
# data: confusion.tsv  make build/data/confusion.tsv
w = 620; h = 560
load 'plots/style.gp'
data = D.'/confusion.tsv'
stats data matrix using 3 nooutput # before the ranges, which stats would obey
all = STATS_sum
stats data matrix using ($1 == $2 ? $3 : 0) nooutput
correct = STATS_sum
stats data matrix using ($1 == $2 ? 0 : $3) nooutput
most = STATS_max
array row[10]
do for [k=1:10] {
    stats data matrix every :::(k-1)::(k-1) using 3 nooutput
    row[k] = STATS_sum
}
set title sprintf(T_confusion_title, correct, all)
set xlabel T_prediction
set ylabel T_true_digit
set xrange [-0.5:11.1]
set yrange [9.5:-0.5]
set xtics 1 scale 0
set xtics ('0' 0, '1' 1, '2' 2, '3' 3, '4' 4, '5' 5, '6' 6, '7' 7, '8' 8, '9' 9)
set ytics 1 scale 0
set label 1 T_correct_percent at 11,-0.85 right textcolor rgb ink font small
unset grid
set border 0
set rmargin at screen 0.99
set tmargin at screen 0.84
set title offset 0,1.2
set cbrange [0:most]
set palette defined (0 '#fdeee2', 1 '#D55E00')
unset colorbox
unset key
light(n) = n > 0.7 * most ? 0xffffff : 0x202020
plot data matrix using 1:2:($1 != $2 && $3 > 0 ? $3 : NaN) with image, \
     data matrix using ($1 == $2 ? $1 : NaN):2:(0.5):(0.5) with boxxyerror \
         fillstyle solid noborder fillcolor rgb 0xe6e6e6, \
     data matrix using 1:2:($1 == $2 ? sprintf('%d', $3) : '') with labels font small \
         textcolor rgb ink, \
     data matrix using 1:2:($1 != $2 && $3 > 0 ? sprintf('%d', $3) : ''):(light($3)) \
         with labels font small textcolor rgb variable, \
     data matrix using ($1 == $2 ? 10.35 : NaN):2:(sprintf('%.1f', 100*$3/row[int($2)+1])) \
         with labels font small textcolor rgb ink
