# The original of 1998 beside the paper's Fig. 5: error after every pass.
# data: original.tsv  make study-original
data = D.'/original.tsv'
distorted(run) = strstrt(run, 'distorted') > 0
do for [panel=1:2] {
    w = 520; h = 400
    load 'plots/style.gp'
    # the runs of which something is known; those of a kind are named once
    runs = system("awk -F '\t' 'NR == 1 { split($0, name) } NR > 1 { for (k = 4; k <= NF; k++) \
        if ($k != \"nan\" && (name[k] ~ /learning/) == ".(panel - 1).") known[k] = 1 } \
        END { for (k = 4; k <= NF; k++) if (k in known) print name[k] }' ".data." | tr '\n' ' '")
    seeds = 0
    do for [run in runs] { if (!distorted(run)) { seeds = seeds + 1 } }
    name(i) = i == 1 ? sprintf(T_ours, seeds) : i == seeds + 1 ? T_ours_distorted : ''
    set title panel == 1 ? T_original_test : T_original_learning
    set xlabel T_pass
    set ylabel T_error_percent
    set xrange [0.5:20.5]
    set xtics (1, 5, 10, 15, 20)
    set logscale y
    set format y '%g'
    if (panel == 1) { set yrange [0.6:7]; set ytics (0.6, 0.8, 1, 1.5, 2, 3, 5) } \
    else { set yrange [0.1:10]; set ytics (0.1, 0.2, 0.5, 1, 2, 5, 10) }
    set key top right
    plot for [i=1:words(runs)] data using 'pass':(column(word(runs, i))) with linespoints lw 1.2 \
             ps 0.4 lt (distorted(word(runs, i)) ? 3 : 1) title name(i), \
         data using 'pass':(panel == 1 ? column('paper_test') : column('paper_train')) \
             with linespoints lc rgb orange pt 5 ps 0.8 dt 1 title T_paper
}
