/*
 * What messages cost between two ranks, and what MPI_Allreduce does to the last bits of a sum.
 *
 *     mpirun -n R build/mpi/ranks        (make bench-ranks)
 *
 * Prints one line: ranks; microseconds of a short message, and of one with half of the parameters,
 * from a ball that goes to and fro between the first two; the sum of 12 vectors of 61,706 numbers
 * by MPI_Allreduce, as a checksum, and its milliseconds.
 */
#include <mpi.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ENTRIES = 61706, VECTORS = 12, ROUNDS = 200 };

static float sum[ENTRIES], total[ENTRIES];

/* Seconds of one message of so many bytes, one way. */
static double ball(int rank, int bytes) {
    double begin = MPI_Wtime();
    for (int k = 0; k < ROUNDS; k++)
        for (int turn = 0; turn < 2; turn++) {
            if (rank == turn) MPI_Send(sum, bytes, MPI_BYTE, 1 - turn, 0, MPI_COMM_WORLD);
            if (rank == 1 - turn)
                MPI_Recv(sum, bytes, MPI_BYTE, turn, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        }
    return (MPI_Wtime() - begin) / (2 * ROUNDS);
}

/* This rank's part of the vectors, added: the same 12 whatever the number of ranks. */
static void add_own(int rank, int ranks) {
    for (int i = 0; i < ENTRIES; i++)
        sum[i] = 0;
    for (int v = VECTORS * rank / ranks; v < VECTORS * (rank + 1) / ranks; v++) {
        uint32_t state = (uint32_t)v + 1;
        for (int i = 0; i < ENTRIES; i++) {
            state = 1664525 * state + 1013904223;
            sum[i] += (float)(state >> 8) / 16777216 - 0.5F;
        }
    }
}

/* FNV-1a over the bytes of the sum. */
static uint32_t checksum(void) {
    uint32_t hash = 2166136261U;
    const unsigned char *byte = (const unsigned char *)total;
    for (size_t i = 0; i < sizeof total; i++)
        hash = (hash ^ byte[i]) * 16777619U;
    return hash;
}

int main(int argc, char **argv) {
    int rank, ranks;
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    double small = 0, large = 0;
    if (ranks > 1 && rank < 2) {
        ball(rank, 8); /* connections are made at the first message */
        small = ball(rank, 8);
        large = ball(rank, sizeof sum / 2);
    }
    add_own(rank, ranks);
    MPI_Barrier(MPI_COMM_WORLD);
    double begin = MPI_Wtime();
    for (int k = 0; k < ROUNDS; k++)
        MPI_Allreduce(sum, total, ENTRIES, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
    double reduce = (MPI_Wtime() - begin) / ROUNDS;
    if (rank == 0)
        printf("%d\t%.1f\t%.1f\t%08x\t%.3f\n", ranks, 1e6 * small, 1e6 * large, checksum(),
               1e3 * reduce);
    MPI_Finalize();
    return EXIT_SUCCESS;
}
