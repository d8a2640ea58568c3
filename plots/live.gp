# Loss and error of a run, drawn every two seconds from its log while the process `run` exists; in a
# window if there is a display and gnuplot has windows, else in letters. `make live` calls it:
#
#     gnuplot -persist -e "log = 'build/data/live.tsv'; run = PID" plots/live.gp
windows = strstrt(GPVAL_TERMINALS, ' qt') || strstrt(GPVAL_TERMINALS, ' x11')
letters = !windows || system('echo $DISPLAY$WAYLAND_DISPLAY') eq ''
size = system('stty size < /dev/tty') # nothing without a terminal
rows = size eq '' ? 24 : word(size, 1)
columns = size eq '' ? 80 : word(size, 2)
if (letters) { set terminal dumb size columns - 1, rows - 3 noenhanced }

set print '-'
set border 3
set tics nomirror
set offsets 0, graph 0.05, 0, 0
set datafile separator tab missing 'nan' columnheaders
set logscale y
set format '%g'
set xlabel 'iteration'
running = 1
while (running) {
    running = system('kill -0 '.run.' && echo 1 || echo 0') + 0
    lines = "< awk -F '\t' 'NF == 9' ".log # the last line may be half a line so far
    stats lines using 'iteration' name 'all' nooutput
    stats lines using 'loss' name 'batch' nooutput
    if (exists('batch_records')) {
        step = ceil(all_max / 100) # iterations that make one point of the loss
        if (letters && size ne '') { print "\033[H\033[J" } # wipes the last one
        plot lines using (floor($1 / step) * step):'loss' smooth unique with lines \
                 title 'loss of mini-batches', \
             lines using 'iteration':(1 - column('test_accuracy')) with points pt 7 \
                 title 'share of test images that are wrong'
    }
    if (running) { pause 2 }
}
