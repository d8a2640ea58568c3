# The original of 1998 as a machine that may refuse: the error that is left when it hands over its doubtful images.
# data: rejection.tsv  make original
w = 820; h = 470
load 'plots/style.gp'
data = D.'/rejection.tsv'
runs = system("head -n 1 ".data." | tr '\\t' '\\n' | grep '^1998' | tr '\\n' ' '")
distorted(run) = strstrt(run, 'distorted') > 0
first(run) = run[strlen(run):] eq word(runs, 1)[strlen(word(runs, 1)):]
set title 'The original of 1998: error among the images that it does not reject'
set xlabel 'rejected test images, % (smallest lead over the second best digit first)'
set ylabel 'error, %'
set xrange [0:4]
set yrange [0:*]
set key top right
set label 1 "0.5 %: the paper's question" at 3.95,0.5 right offset 0,0.6 textcolor rgb '#505050'
set arrow 1 from 0,0.5 to 4,0.5 nohead dashtype 2 lc rgb '#808080'
plot for [i=1:words(runs)] data using (100*column('rejected')):(100*column(word(runs,i))) \
     with lines lw 1.4 lt (distorted(word(runs,i)) ? 3 : 1) \
     title first(word(runs,i)) ? (distorted(word(runs,i)) ? 'trained on distorted images, too' : sprintf('trained on regular images, %d seeds', words(runs)/2)) : ''
