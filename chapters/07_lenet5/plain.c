/*
 * For a tree without fast/ (a student's): the network runs on what the chapters teach.
 */
#include "07_lenet5/lenet5.h"

int network_accelerate(Network *net) {
    (void)net;
    return 0;
}
