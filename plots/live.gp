# The run so far: its loss, and the share of images that it gets wrong. `train --live` starts this
# script (chapters/07_lenet5/workbench/draw.c). By hand, from the top folder:
#
#     LIVE_LOG=build/lenet5.tsv LIVE_TERMINAL=dumb gnuplot plots/live.gp
#
# LIVE_LOG       the log of the run, which still grows
# LIVE_TERMINAL  dumb, or ansi (dumb with colours): one picture made of characters. Not set: a
#                window, drawn again until the process LIVE_PID has ended
# The last line of the log may be half a line so far.
log = "< awk -F '\\t' 'NF == 9' \"$LIVE_LOG\""
kind = system("echo $LIVE_TERMINAL")
letters = kind ne ''
within(value, low, high) = value < low ? low : value > high ? high : value
if (!letters) { set xlabel 'iteration' } else {
    # The terminal's height less one row for the progress bar and one to spare.
    size = system("stty size 2> /dev/null < /dev/tty || echo 24 80")
    height = within(word(size, 1) - 2, 10, 30)
    width = within(word(size, 2) - 1, 20, 120)
    if (kind eq 'ansi') { set terminal dumb size width,height ansi noenhanced }
    if (kind eq 'dumb') { set terminal dumb size width,height mono noenhanced }
}

set datafile separator tab
set datafile missing 'nan'
set datafile columnheaders
set linetype 1 lc rgb (letters ? 'blue' : '#0072B2') lw 2
set linetype 2 lc rgb (letters ? 'red' : '#D55E00') lw 2 pt (letters ? 15 : 7)
set linetype 3 lc rgb (letters ? 'green' : '#009E73') lw 2 pt (letters ? 3 : 5)
set border 3
set tics nomirror
set format '%g'
set logscale y
set autoscale yfix
set ytics (0.0001, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
set key top right samplen 2

# Mini-batches are averaged over this many iterations; ticks are 2, 5 or 10 times a power of ten.
stretch(n) = ceil(n / (letters ? width / 4.0 : 200.0))
middle(iteration) = (floor((iteration - 1) / every) + 0.5) * every
power(n) = 10 ** floor(log10(n / 4.0))
spacing(n) = power(n) * (n / power(n) > 20 ? 10 : n / power(n) > 10 ? 5 : 2)

running = 1
while (running) {
    # What a window shows last is the finished run.
    running = letters ? 0 : \
        system("kill -0 $LIVE_PID 2> /dev/null && echo 1 || echo 0")
    set xrange [*:*] # stats obeys them
    set yrange [*:*]
    # A column without a number is a warning here; to plot it would be an error.
    stats log using 'iteration' name 'all' nooutput
    stats log using 'loss' name 'batch' nooutput
    stats log using 'test_accuracy' name 'test' nooutput
    stats log using 'learning_accuracy' name 'learning' nooutput
    if (exists('batch_records')) {
        every = stretch(all_max)
        set xrange [0:all_max]
        set xtics spacing(all_max)
        tested = exists('test_records') || exists('learning_records')
        panels = !tested || (letters && width < 70) ? 1 : 2
        set multiplot layout 1,panels
        set title 'loss'
        plot log using (middle(column('iteration'))):'loss' smooth unique with lines lt 1 \
                 title 'mini-batches', \
             log using (exists('test_records') ? column('iteration') : NaN):'test_loss' \
                 with points lt 2 title exists('test_records') ? 'test images' : ''
        if (panels == 2) {
            set title 'wrong, % of the images'
            set yrange [*:100]
            plot log using 1:(100 * (1 - $6)) with linespoints lt 2 title 'test images', \
                 log using 1:(100 * (1 - $9)) with linespoints lt 3 title 'while learning'
        }
        unset multiplot
    }
    if (running) { pause 2 }
}
