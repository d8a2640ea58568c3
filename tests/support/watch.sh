#!/bin/sh
# Tests a chapter whenever one of its files is saved:  sh tests/support/watch.sh NUMBER FOLDER
#
# A run that is not yet over, because a loop does not end, is stopped. Ctrl-C ends it all.

number=$1
cd "$(dirname "$0")/../.." || exit 1
echo "testing chapter $number whenever a file of $2 is saved; Ctrl-C ends this"
# With a terminal, the space bar tests at once, and q ends.
[ -t 0 ] && keys= || keys=-n
ls "$2"/*.[ch] | entr -c -r $keys ${MAKE:-make} --no-print-directory test "$number"
