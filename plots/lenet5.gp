# Chapter 7, the run of the lesson: loss, filters of C1 before and after, worst mistakes.
# data: 07_textbook.tsv  make chapter 7
# data: 07_textbook_pictures.tsv  make chapter 7
log = D.'/07_textbook.tsv'
data = D.'/07_textbook_pictures.tsv'
# blocks: initial C1 0-5, C3 6-101, trained C1 102-107, C3 108-203, the list of mistakes 204, then
# one for each mistake
list = 204
middle(iteration) = 50 * (floor((iteration - 1) / 50) + 0.5)
stats data index list using 1 nooutput
count = STATS_records < 9 ? STATS_records : 9
left(i) = (i % 3) * 48 + 10
top(i) = (i / 3) * 44 + 4
do for [panel=1:3] {
    w = 520; h = panel == 1 ? 380 : panel == 2 ? 260 : 460
    load 'plots/style.gp'
    if (panel == 1) {
        set title T_loss_title
        set xlabel T_iteration
        set ylabel T_loss
        set logscale y
        set format y '%g'
        set key top right
        plot log using 'iteration':'loss' with lines lc rgb pale lw 0.7 dt 1 title T_each_batch, \
             log using (middle(column('iteration'))):'loss' smooth unique with lines lc rgb blue \
                 lw 2.5 dt 1 title T_mean_50
    }
    if (panel > 1) {
        unset key
        unset grid
        unset colorbox
        set tics scale 0
        set border 0
        set size ratio -1
    }
    if (panel == 2) {
        set title T_filters_c1
        set palette defined (-1 '#0072B2', 0 '#ffffff', 1 '#D55E00')
        set cbrange [-0.4:0.4]
        set xrange [-1:36]
        set yrange [13.5:-1]
        unset xtics
        set ytics (T_initial 2, T_trained 9.5)
        do for [f=0:5] { do for [k=0:1] {
            set object 1+2*f+k rectangle from 6*f-0.5,7.5*k-0.5 to 6*f+4.5,7.5*k+4.5 front \
                fillstyle empty border linecolor rgb grey
        } }
        plot for [f=0:5] data index f matrix using ($1+6*f):2:3 with image, \
             for [f=0:5] data index 102+f matrix using ($1+6*f):($2+7.5):3 with image
    }
    if (panel == 3) {
        set title T_mistakes_title
        unset tics
        set palette defined (0 '#ffffff', 1 '#000000')
        set cbrange [0:1]
        set xrange [0:144]
        set yrange [136:0]
        plot for [i=0:count-1] data index list+1+i matrix \
                 using ($1+left(i)):($2+top(i)):($3 > 0 ? $3 : NaN) with image, \
             data index list using ($0 < count ? left(int($0))+13.5 : NaN):(top(int($0))+33): \
                 (sprintf('%d → %d  %.1f', $2, $3, 100*$4)) with labels
    }
}
