/*
 * A run in one process: ranks.h without MPI.
 */
#include "07_lenet5/workbench/ranks.h"

void ranks_start(void) {}

void ranks_end(void) {}

int ranks_count(void) {
    return 1;
}

bool ranks_first(void) {
    return true;
}

bool ranks_share(Trainer *t, int threads, Error *error) {
    return trainer_share(t, threads, error);
}

void ranks_collect(Trainer *t) {
    (void)t;
}

void ranks_tell(void *result, size_t size) {
    (void)result, (void)size;
}

int ranks_signal(int signal_number) {
    return signal_number;
}
