/*
 * For a tree without fast/ (a student's): the network runs on the chapters' kernels, on one thread.
 */
#include "07_lenet5/lenet5.h"
#include "07_lenet5/trainer.h"

int network_accelerate(Network *net) {
    (void)net;
    return 0;
}

bool trainer_share(Trainer *t, int threads, Error *error) {
    (void)t, (void)threads, (void)error;
    return true;
}
