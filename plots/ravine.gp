# Chapter 6: the paths of the optimizers down the ravine x^2/20 + y^2, 40 steps from (-7, 2).
# data: 06_paths.tsv  make chapter 6
data = D.'/06_paths.tsv'
array first_of[4] = ['sgd', 'adagrad', 'adam', 'sdlm']
array second_of[4] = ['momentum', 'rmsprop', 'adam-twice', '']
f(x, y) = x**2 / 20 + y**2
# Lines of equal height c: ellipses with half axes sqrt(20 c) and sqrt(c).
height(i) = 0.35 * i ** 1.6
along(i, t) = sqrt(20 * height(i)) * cos(t)
across(i, t) = sqrt(height(i)) * sin(t)
do for [panel=1:4] {
    w = 520; h = 440
    load 'plots/style.gp'
    unset grid
    set samples 60
    set xlabel 'x'
    set ylabel 'y'
    set xrange [-8:4]
    set yrange [-3.2:3.2]
    set xtics 4
    set ytics 1
    unset key
    set bmargin at screen 0.37
    set label 1 '+' at 0,0 center textcolor rgb ink front
    set label 2 T_ravine_start at -7,2.6 center textcolor rgb ink front
    names = first_of[panel].' '.second_of[panel]
    array says[2]
    do for [k=1:words(names)] {
        name = word(names, k)
        stats data using (column('step') == 40 ? f(column(name.'_x'), column(name.'_y')) : NaN) \
            nooutput
        end = STATS_max < 1e-12 ? 0 : STATS_max
        stats data using name.'_rate' nooutput
        says[k] = sprintf(T_ravine_end, name, STATS_max, end)
        mark = (k == 1 ? '● ' : '□ ').says[k]
        set label 10+k mark at screen 0.12,0.2-0.08*k left noenhanced \
            textcolor rgb (k == 1 ? blue : orange)
    }
    plot for [i=1:9] [t=0:2*pi] '+' using (along(i, t)):(across(i, t)) with lines dt 1 \
             lc rgb 0xd0d0d0 lw 0.7 notitle, \
         for [k=1:words(names)] data using word(names, k).'_x':word(names, k).'_y' \
             with linespoints lc rgb (k == 1 ? blue : orange) lw 1.2 dt 1 pt (k == 1 ? 7 : 4) \
             ps 0.6 notitle
}
