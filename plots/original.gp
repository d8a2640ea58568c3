# The original of 1998 beside the paper's Fig. 5: error after every pass.
# data: original.tsv  make original
w = 1040; h = 450
load 'plots/style.gp'
data = D.'/original.tsv'
runs = system("head -n 1 ".data." | tr '\\t' '\\n' | grep '^1998' | grep -v learning | tr '\\n' ' '")
distorted(run) = strstrt(run, 'distorted') > 0
seeds = words(runs)/2
name(run) = sprintf('ours%s, %d seeds', distorted(run) ? ', distorted images' : '', seeds)
first(run) = run[strlen(run):] eq word(runs, 1)[strlen(word(runs, 1)):]
set multiplot layout 1,2 margins 0.08,0.977,0.2,0.89 spacing 0.1,0.1
set xlabel 'pass over the training images'
set ylabel 'error, %'
set xrange [0.5:20.5]
set xtics (1, 5, 10, 15, 20)
set key top right

set title 'The original of 1998: error on the test images'
set yrange [0.5:3]
plot for [i=1:words(runs)] data using 'pass':word(runs,i) with lines lw 1 lt (distorted(word(runs,i)) ? 3 : 1) \
         title first(word(runs,i)) ? name(word(runs,i)) : '', \
     data using 'pass':'paper_test' with linespoints lt 2 title "the paper's Fig. 5"
unset label 99

set title 'error on the training images (ours: while learning)'
set yrange [0:*]
plot for [i=1:words(runs)] data using 'pass':word(runs,i).'_learning' with lines lw 1 lt (distorted(word(runs,i)) ? 3 : 1) \
         title first(word(runs,i)) ? name(word(runs,i)) : '', \
     data using 'pass':'paper_train' with linespoints lt 2 title "the paper's Fig. 5"
unset multiplot
