# Fills a template of the report:
#
#     awk -v pictures=FOLDER -v later="NAME ..." -f docs/fill.awk VALUES TEMPLATE > report.md
#
#     {{key}}             the value of VALUES (docs/values.sh)
#     {{key?text|other}}  text if the value is yes, other if it is no; both may hold values
#     ![caption](NAME)    the picture FOLDER/NAME.svg. One of the `later` names may be missing: a sentence takes its place,
#                         the one in the template's line "<!-- later: ... NAME ... COMMAND ... -->"
#
# An unknown key, a wrong condition and a missing picture are errors with file and line.

function die(text) { print "error: " FILENAME ":" FNR ": " text > "/dev/stderr"; failed = 1; exit 1 }

function known(key) { if (!(key in value)) die("there is no value \"" key "\" (docs/values.sh writes them)"); return value[key] }

# The innermost braces first, so that a condition's texts have their values already.
function fill(line,    inside, key, at, bar) {
    while (match(line, /\{\{[^{}]*\}\}/)) {
        inside = substr(line, RSTART + 2, RLENGTH - 4)
        at = index(inside, "?")
        if (at == 0) inside = known(inside)
        else {
            key = substr(inside, 1, at - 1)
            inside = substr(inside, at + 1)
            bar = index(inside, "|")
            if (!bar) die("{{" key "?...}} needs two texts: {{" key "?if yes|if no}}")
            if (known(key) == "yes") inside = substr(inside, 1, bar - 1)
            else if (known(key) == "no") inside = substr(inside, bar + 1)
            else die("{{" key "?...}}: the value is \"" value[key] "\", neither yes nor no")
        }
        line = substr(line, 1, RSTART - 1) inside substr(line, RSTART + RLENGTH)
    }
    if (line ~ /\{\{|\}\}/) die("braces without a partner")
    return line
}

function exists(file,    line, found) { found = (getline line < file) > 0; close(file); return found }

# The command behind the first data file that the picture's script names.
function command_of(name,    line, script) {
    script = "plots/" name ".gp"
    while ((getline line < script) > 0)
        if (line ~ /^# data: /) { close(script); sub(/^# data: *[^ ]+ */, "", line); return line }
    close(script)
    return "make plot-" name
}

function picture(line,    name, text) {
    name = line
    sub(/.*\]\(/, "", name); sub(/\)$/, "", name)
    if (exists(pictures "/" name ".svg")) return substr(line, 1, length(line) - 1) ".svg)"
    if (index(" " later " ", " " name " ") == 0) die(pictures "/" name ".svg is missing: make plot-" name " draws it")
    text = sentence
    if (text == "") die("no sentence for a picture that is drawn later")
    gsub("NAME", name, text); gsub("COMMAND", command_of(name), text)
    return text
}

NR == FNR { split($0, part, "\t"); value[part[1]] = part[2]; gsub(/\\n/, "\n", value[part[1]]); next }
/^<!-- later: / { sentence = $0; sub(/^<!-- later: /, "", sentence); sub(/ -->$/, "", sentence); next }
/^!\[.*\]\([a-z0-9]+\)$/ { print picture(fill($0)); next }
{ print fill($0) }
