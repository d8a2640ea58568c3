# Seconds of a training epoch by images, batch and threads; memory by batch.
# data: speed.tsv  make bench-scaling
data = D.'/speed.tsv'
of(what, y) = strcol('what') eq what ? column(y) : NaN
array whats[4] = ['images', 'batch', 'batch', 'threads']
do for [panel=1:4] {
    w = 520; h = 360
    load 'plots/style.gp'
    array title_of[4] = [T_speed_images, T_speed_batch, T_speed_memory, T_speed_threads]
    array x_of[4] = [T_training_images_count, T_batch_size, T_batch_size, T_threads]
    set title title_of[panel]
    set xlabel x_of[panel]
    set ylabel panel == 3 ? T_megabytes : T_seconds_epoch
    unset key
    set yrange [0:*]
    if (panel == 1) {
        set xrange [0:65000]
        set xtics 20000
    }
    if (panel == 2 || panel == 3) {
        set logscale x
        set xrange [0.7:15000]
        set xtics (1, 10, 100, '1,000' 1000, '10,000' 10000)
    }
    if (panel == 4) {
        set xrange [0.5:*]
        set xtics 1
    }
    plot data using (of(whats[panel], 'value')):(column(panel == 3 ? 'memory_mb' : 'seconds')) \
        with linespoints lt 1 lc rgb (panel == 3 ? orange : blue)
}
