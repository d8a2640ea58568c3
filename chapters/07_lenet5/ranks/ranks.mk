# make MPI=1: training on several processes (README.md). The wrapper adds MPI's flags to the
# compiler that it is told; each MPI has its own name for that. `make run` starts RANKS processes.
ifneq ($(call on,$(MPI)),)
export OMPI_CC  := $(CC)
export MPICH_CC := $(CC)
CC     := mpicc
LAUNCH  = sh chapters/07_lenet5/ranks/launch.sh $(or $(RANKS),2)
endif
