#!/bin/sh
# Runs a program on several ranks of this machine, which share its processors:
#
#   sh chapters/07_lenet5/ranks/launch.sh RANKS PROGRAM FLAG ...
#
# mpirun stops all ranks when one has ended early, and says so on a page of text. Here it is a line.
set -u
ranks=$1
shift
case $ranks in
'' | *[!0-9]* | 0*) echo "error: RANKS=$ranks: a whole number from 1" >&2; exit 2 ;;
esac
threads=$(($(nproc) / ranks))
[ "$threads" -ge 1 ] || threads=1
case " $* " in *" --threads "*) ;; *) set -- "$@" --threads "$threads" ;; esac

# OpenMPI refuses root, and more ranks than processors, unless it is told otherwise.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_orte_execute_quiet=1
# mpirun gives its programs a terminal, also where it has none itself.
[ -t 1 ] || export TERM=dumb

# The processes below one that have none below them: the ranks. MPICH has a process in between.
leaves() {
    for child in $(cat /proc/$1/task/*/children); do
        if [ -n "$(cat /proc/$child/task/*/children)" ]; then leaves $child; else echo $child; fi
    done
}

# mpirun answers Ctrl-C a second late and with an error; so it does not get it, but its ranks do.
setsid mpirun -n "$ranks" "$@" &
mpirun=$!
for signal in INT TERM HUP; do
    trap "kill -$signal \$(leaves $mpirun)" $signal
done
while kill -0 $mpirun 2> /dev/null; do
    code=0
    wait $mpirun || code=$?
done
case $code in
0 | 1 | 2 | 129 | 130 | 143) exit $code ;; # the program has said why; or it was asked to stop
esac
echo "error: a rank was killed (exit code $code), and the others with it; if there is a" \
    "--checkpoint FILE, train --resume FILE continues" >&2
exit 1
