# Names at the right ends of lines. Before `plot`, a script says
#
#     array end_text[2] = ['one', 'two']
#     array end_y[2] = [0.5, 3]
#     array end_color[2] = [blue, orange]
#     low = 0.1; high = 10; logarithmic = 1     # the y axis
#     load 'plots/ends.gp'
#
# and leaves room with rmargin. Names that would overlap are moved apart, in the order of the lines.
end_count = |end_text|
end_gap = exists('gap') ? gap : 0.07        # height of a line of text, of the whole axis
end_height(y) = logarithmic ? log(1.0*y/low) / log(1.0*high/low) : (y - low) / (1.0*high - low)
array end_done[end_count]
array end_at[end_count]
do for [k=1:end_count] { end_done[k] = 0; end_at[k] = end_height(end_y[k]) }
end_last = -1
do for [placed=1:end_count] {
    end_next = 0
    do for [k=1:end_count] {
        if (!end_done[k] && (end_next == 0 || end_at[k] < end_at[end_next])) { end_next = k }
    }
    if (end_at[end_next] < end_last + end_gap) { end_at[end_next] = end_last + end_gap }
    end_last = end_at[end_next]
    end_done[end_next] = 1
}
end_down = end_last > 0.99 ? end_last - 0.99 : 0
do for [k=1:end_count] {
    set label 100+k end_text[k] at graph 1.02,end_at[k]-end_down left noenhanced \
        textcolor rgb end_color[k]
}
