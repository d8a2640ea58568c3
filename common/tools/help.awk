# make help: the goals of the makefiles, by reader. A goal is documented after `## `, and listed
# under the last `##@ HEADING` before it.
BEGIN {
    split("students,graders,report writers,engineers", order, ",")
}
/^##@ / { heading = $0; sub(/^##@ For /, "", heading); next }
/^[a-zA-Z%-]+:.*## / {
    name = $0; sub(/:.*/, "", name); sub(/%/, "NAME", name)
    text = $0; sub(/.*## /, "", text)
    lines[heading] = lines[heading] sprintf("  make %-12s %s\n", name, text)
}
END {
    for (i = 1; i in order; i++)
        if (order[i] in lines) printf "%sFor %s\n%s", (i > 1 ? "\n" : ""), order[i], lines[order[i]]
    print "\nDEBUG=1 builds with -O0 -g3, SANITIZE=1 with ASan and UBSan, PORTABLE=1 without"
    print "-march=native, ARCH=x86-64-v3 for that processor; make CC=clang uses clang."
    print "MPI=1 RANKS=2 trains on two processes."
    print "ARGS=\"...\" goes to the program that is run."
}
