# One test image on its way through the report's network.
# data: maps.tsv  make build/data/maps.tsv
w = 1120; h = 690
load 'plots/style.gp'
data = D.'/maps.tsv'
# blocks: input 0, C1 1-6, C1.relu 7-12, S2 13-18, C3 19-34, C3.relu 35-50, S4 51-66, C5 67, C5.relu 68, F6 69,
# F6.relu 70, OUT 71, probability 72
layers = 'input C1.relu S2 C3.relu S4 C5.relu F6.relu probability'
titles = '"input, 32x32" "C1 and ReLU, 6 maps 28x28" "S2, 6 maps 14x14" "C3 and ReLU, 16 maps 10x10" "S4, 16 maps 5x5" "C5 and ReLU, 120 units" "F6 and ReLU, 84 units" "softmax, 10 probabilities"'
array first[8] = [0, 7, 13, 35, 51, 68, 70, 72]
array count[8] = [1, 6, 6, 16, 16, 1, 1, 1]
array pixel[8] = [3, 3, 6, 5, 10, 7, 7, 30]        # size of a unit in the picture
array pitch[8] = [0, 92, 92, 55, 55, 0, 0, 0]      # from one map to the next
array above[8] = [36, 150, 255, 360, 430, 505, 550, 595]
array most[8]
do for [k=1:8] {
    most[k] = 0
    do for [b=first[k]:first[k]+count[k]-1] {
        stats data index b matrix using 3 nooutput
        if (STATS_max > most[k]) { most[k] = STATS_max }
    }
}
unset tics
unset grid
unset colorbox
unset key
set border 0
set lmargin at screen 0
set rmargin at screen 1
set tmargin at screen 1
set bmargin at screen 0
set xrange [0:w]
set yrange [h:0]
set palette defined (0 '#f4f4f4', 1 '#000000')
set cbrange [0:1]
left = 225
ink(k, v) = v > 0 ? v/most[k] : NaN
side = '32 28 14 10 5'
set label 1 "A test image on its way through the report's network (each row from 0, light, to its largest value, black)" at w/2,18 center
do for [k=1:8] {
    height = k < 6 ? pixel[k]*word(side, k) : 24
    set label 10+k word(titles,k) at 210,above[k]+height*0.5 right
    do for [m=0:(k < 6 ? count[k]-1 : -1)] {
        set object 20*k+m+1 rectangle from left+pitch[k]*m,above[k] to left+pitch[k]*m+height,above[k]+height \
            behind fillstyle solid noborder fillcolor rgb '#f4f4f4'
    }
}
x(k, m, i) = left + pitch[k]*m + pixel[k]*(i+0.5)
y(k, i) = above[k] + pixel[k]*(i+0.5)
plot data index 0 matrix using (x(1,0,$1)):(y(1,$2)):(ink(1,$3)) @tiles, \
     for [m=0:5] data index first[2]+m matrix using (x(2,m,$1)):(y(2,$2)):(ink(2,$3)) @tiles, \
     for [m=0:5] data index first[3]+m matrix using (x(3,m,$1)):(y(3,$2)):(ink(3,$3)) @tiles, \
     for [m=0:15] data index first[4]+m matrix using (x(4,m,$1)):(y(4,$2)):(ink(4,$3)) @tiles, \
     for [m=0:15] data index first[5]+m matrix using (x(5,m,$1)):(y(5,$2)):(ink(5,$3)) @tiles, \
     for [k=6:8] data index first[k] matrix using (x(k,0,$1)):(above[k]+12):(pixel[k]*0.5):(12):($3/most[k]) \
         with boxxyerror fillstyle solid noborder linecolor palette, \
     data index 72 matrix using (x(8,0,$1)):(above[8]+34):(sprintf('%d', $1)) with labels, \
     data index 72 matrix using ($3 > 0.5 ? x(8,0,10)+10 : NaN):(above[8]+12):(sprintf('%d with %.2f %%', $1, 100*$3)) with labels left
