# The original of 1998 as a machine that may refuse: the error that is left when it rejects the
# images that it finds doubtful.
# data: rejection.tsv  make study-original
w = 520; h = 400
load 'plots/style.gp'
data = D.'/rejection.tsv'
runs = system("head -n 1 ".data." | tr '\\t' '\\n' | grep '^1998' | tr '\\n' ' '")
distorted(run) = strstrt(run, 'distorted') > 0
seeds = words(runs) / 2
name(i) = i == 1 ? T_trained_plain : i == seeds + 1 ? T_trained_distorted : ''
set title T_rejection_title
set xlabel T_rejected
set ylabel T_error_percent
set xrange [0:4]
set yrange [0:1.4]
set key top right
set label 1 T_paper_question at 3.95,0.5 right offset 0,0.7 textcolor rgb ink
set arrow 1 from 0,0.5 to 4,0.5 nohead dashtype 2 lc rgb grey
plot for [i=1:words(runs)] data using (100*column('rejected')):(100*column(word(runs, i))) \
    with lines lw 1.4 lt (distorted(word(runs, i)) ? 3 : 1) title name(i)
