# Training on many ranks: images per second by the model of chapters/07_lenet5/ranks/README.md, with
# the constants of the wire that delays by 50 microseconds, and what was measured there.
# data: ranks.tsv  make bench-ranks
w = 620; h = 420
load 'plots/style.gp'
data = D.'/ranks.tsv'
# milliseconds of an image on one rank; of a message; per megabyte
stats data using (strcol('where') eq 'one thread' && column('batch') == 800 ? \
    column('ms') / 800 : NaN) nooutput
image = STATS_max
wire(what) = strcol('where') eq 'two hosts, 50 us' ? column(what) : NaN
stats data using (wire('latency_us') / 1000) nooutput
latency = STATS_max
stats data using (wire('mb_per_s')) nooutput
bandwidth = STATS_max
messages(r) = r == 1 ? 0 : (r + 1 + log(r)/log(2)) * latency + 2*(r - 1)/r * 246.824 / bandwidth
rate(batch, r) = 1000 * batch / (batch * image / r + messages(r))
# a rank has one micro-batch of 25 at least
most(batch) = batch / 25 < 512 ? batch / 25 : 512
array batches[4] = [100, 800, 6400, 51200]
array names[4] = ['100', '800', '6,400', '51,200']
low = 500; high = 4e7; logarithmic = 1
array end_text[5]
array end_y[5]
array end_color[5]
do for [k=1:4] {
    end_text[k] = sprintf(T_ranks_batch, names[k])
    end_y[k] = rate(batches[k], 512)
    end_color[k] = ink
}
end_text[5] = T_ranks_ideal; end_y[5] = 1000 * 512 / image; end_color[5] = grey
set title T_ranks_title
set xlabel T_ranks_count
set ylabel T_ranks_images
set logscale xy
set xrange [1:512]
set yrange [low:high]
set xtics (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
set rmargin 15
set key top left
set samples 400
load 'plots/ends.gp'
plot 1000 * x / image with lines lc rgb grey dashtype 2 notitle, \
    for [k=1:4] (x <= most(batches[k]) ? rate(batches[k], x) : NaN) with lines lt k notitle, \
    data using (wire('ranks')):(1000 * column('batch') / column('ms')) \
        with points pt 7 lc rgb ink title T_ranks_measured
