# Names at the right ends of lines. Before `plot`, a script says
#
#     array end_text[2] = ['one', 'two']
#     array end_y[2] = [0.5, 3]
#     array end_color[2] = [blue, orange]
#     low = 0.1; high = 10; logarithmic = 1     # the y axis
#     load 'plots/ends.gp'
#
# and leaves room with rmargin. Names that would overlap move apart to both sides, in the order of
# the lines, and a thin line leads to each that has moved.
end_count = |end_text|
end_gap = exists('gap') ? gap : 0.095       # height of a line of text, of the whole axis
end_height(y) = logarithmic ? log(1.0*y/low) / log(1.0*high/low) : (y - low) / (1.0*high - low)
array end_at[end_count]
array end_below[end_count]                  # the one below, 0 for the lowest
do for [k=1:end_count] {
    end_at[k] = end_height(end_y[k])
    end_below[k] = 0
    do for [i=1:end_count] {
        if (end_y[i] < end_y[k] || (end_y[i] == end_y[k] && i < k)) {
            if (end_below[k] == 0) { end_below[k] = i } else {
                j = end_below[k]
                if (end_y[i] > end_y[j] || (end_y[i] == end_y[j] && i > j)) { end_below[k] = i }
            }
        }
    }
}
do for [turn=1:200] {
    do for [k=1:end_count] {
        i = end_below[k]
        if (i > 0) {
            end_short = end_gap - (end_at[k] - end_at[i])
            if (end_short > 0) {
                end_at[k] = end_at[k] + end_short / 2
                end_at[i] = end_at[i] - end_short / 2
            }
        }
        if (end_at[k] > 0.99) { end_at[k] = 0.99 }
        if (end_at[k] < 0) { end_at[k] = 0 }
    }
}
do for [k=1:end_count] {
    end_moved = abs(end_at[k] - end_height(end_y[k])) > 0.02
    if (end_moved) {
        set arrow 100+k from graph 1.01,end_height(end_y[k]) to graph 1.06,end_at[k] nohead \
            lc rgb end_color[k] lw 0.7
    }
    set label 100+k end_text[k] at graph (end_moved ? 1.07 : 1.03),end_at[k] left noenhanced \
        textcolor rgb end_color[k]
}
