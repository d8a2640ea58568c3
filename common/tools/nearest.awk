# The goal that was probably meant:  awk -v goal=tests -v number= -f nearest.awk MAKEFILE ...
#
# Prints one line, or nothing when there is such a goal. Goals are those that `make help` lists.
BEGIN {
    # what other projects, and our own pages, call these things
    pairs = "all build,compile build,install build,check test,exam test,suites test,train run," \
            "lesson chapter,example chapter,ch chapter,benchmark bench,exercise hint,gdb debug," \
            "site docs,pdf book,doc docs,submission grade,class grade-class"
    split(pairs, list, ",")
    for (i in list) { split(list[i], pair, " "); meant[pair[1]] = pair[2] }
    # "chapter7", "test-7": a number that should stand alone
    word = tolower(goal)
    if (match(word, /[-_]?0?[1-9]$/)) {
        digit = substr(word, length(word))
        word = substr(word, 1, RSTART - 1)
    }
    best = 99
}
/^[a-zA-Z%-]+:.*## / {
    name = $0; sub(/:.*/, "", name); sub(/%/, "NAME", name)
    goals[name] = 1
}
END {
    if (goal in goals) exit
    if (word in goals) near = word
    else if ((word "-NAME") in goals) near = word "-NAME"
    else if (word in meant) near = meant[word]
    else for (name in goals) {
        steps = distance(word, name)
        if (steps < best) { best = steps; near = name }
    }
    said = "there is no goal \"" goal "\""
    if (near == "" || (best < 99 && best > 2 && best > length(word) / 3)) near = "help"
    if (digit == "" && number != "") digit = number
    takes = near ~ /^(chapter|test|watch|debug)$/
    if (takes && digit != "") near = near " " digit
    if (takes && digit == "" && near != "test") near = near " N"
    print said "; did you mean: make " near
}

# How many letters must be changed, added or left out to make one word of another.
function distance(a, b,    i, j, d, least) {
    for (i = 0; i <= length(a); i++) d[i, 0] = i
    for (j = 0; j <= length(b); j++) d[0, j] = j
    for (i = 1; i <= length(a); i++)
        for (j = 1; j <= length(b); j++) {
            least = d[i - 1, j - 1] + (substr(a, i, 1) != substr(b, j, 1))
            if (d[i - 1, j] + 1 < least) least = d[i - 1, j] + 1
            if (d[i, j - 1] + 1 < least) least = d[i, j - 1] + 1
            d[i, j] = least
        }
    return d[length(a), length(b)]
}
