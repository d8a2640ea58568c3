/*
 * Training shared out among processes: ranks.h with MPI. Lesson: README.md.
 *
 * Every rank has all images and parameters. It does a row of a mini-batch's micro-batches, and owns
 * a piece of the parameters:
 *
 *     compute    the gradients of its row, added in the tree as far as they are its own
 *     exchange   of each such sum, every piece to the rank that owns it
 *     add        for its piece, the sums of all ranks, in the same tree
 *     step       the optimizer, on its piece
 *     gather     every rank's piece of the parameters, to all
 *
 * MPI_Allreduce would exchange and add in one call, in an order that depends on the ranks.
 */
#include "07_lenet5/workbench/ranks.h"

#include "07_lenet5/fast/shares.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>

#define REALS (sizeof(real) == sizeof(float) ? MPI_FLOAT : MPI_DOUBLE)

/* Micro-batches begin .. begin+width-1: a subtree that one rank adds by itself. */
typedef struct Block {
    int begin, width, owner;
} Block;

/* MPI is one per process, so this is global. */
static struct {
    int count, own;       /* ranks, and which of them this is                          */
    int *pieces, *starts; /* (count) the pieces, as MPI wants them                     */
    int *noted, *at;      /* (count) entries in each rank's part of note, and where    */
    Step *note;           /* of each rank: its signal, then the results of its row     */
    MPI_Datatype step;    /* an entry of note                                          */
    Block *block;         /* of this mini-batch, in order                              */
    real *sum;            /* of this rank's blocks, n each                             */
    real *part;           /* this rank's piece of all blocks                           */
    MPI_Request *request; /* one for each message                                      */
    int signal, heard;    /* this rank's, and one of all ranks                         */
    void *memory[6];      /* of the arrays above                                       */
} ranks;

void ranks_start(void) {
    int level; /* only the main thread calls MPI */
    MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks.count);
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks.own);
    MPI_Type_contiguous(sizeof(Step), MPI_BYTE, &ranks.step);
    MPI_Type_commit(&ranks.step);
    /* a mistake in a flag is the same on all: one message is enough */
    if (ranks.own > 0 && !(freopen("/dev/null", "w", stdout) && freopen("/dev/null", "w", stderr)))
        exit(EXIT_FAILURE);
}

int ranks_count(void) {
    return ranks.count;
}

bool ranks_first(void) {
    return ranks.own == 0;
}

/* ------------------------------------------------------------------ the gradient --------- */

// [cut]
/* Every row as subtrees of the whole: the widest first that fits where it begins. */
static int cut(int parts) {
    int blocks = 0;
    for (int rank = 0; rank < ranks.count; rank++) {
        int begin = parts * rank / ranks.count, end = parts * (rank + 1) / ranks.count;
        ranks.at[rank] = rank + begin;
        ranks.noted[rank] = 1 + end - begin;
        while (begin < end) {
            int width = 1;
            while (begin % (2 * width) == 0 && begin + 2 * width <= end)
                width *= 2;
            ranks.block[blocks++] = (Block){begin, width, rank};
            begin += width;
        }
    }
    return blocks;
}
// [cut]

/* This rank's own sums, and the results of its row. */
static void compute(Trainer *t, const int *index, int n, int blocks) {
    size_t params = network_params(t->net);
    real *sum = ranks.sum;
    Step *note = ranks.note + ranks.at[ranks.own];
    *note++ = (Step){.correct = ranks.signal};
    for (int b = 0; b < blocks; b++) {
        Block block = ranks.block[b];
        if (block.owner != ranks.own) continue;
        shares_sum(t, index, n, block.begin, block.begin + block.width, note);
        memcpy(sum, t->grad, params * sizeof *sum);
        sum += params;
        note += block.width;
    }
}

/* The results of all rows, added in their order on every rank: the same loss on all. */
static Step tell_results(int n) {
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, ranks.note, ranks.noted, ranks.at,
                   ranks.step, MPI_COMM_WORLD);
    Step total = {0};
    for (int rank = 0; rank < ranks.count; rank++) {
        const Step *note = ranks.note + ranks.at[rank];
        if (note[0].correct) ranks.heard = note[0].correct;
        for (int k = 1; k < ranks.noted[rank]; k++) {
            total.loss += note[k].loss;
            total.correct += note[k].correct;
        }
    }
    total.loss /= n;
    return total;
}

/* Each sum's pieces to their owners. A message is one piece of one block. */
static void exchange(size_t params, int blocks) {
    int requests = 0, mine = ranks.pieces[ranks.own];
    const real *sum = ranks.sum;
    for (int b = 0; b < blocks; b++) {
        real *part = ranks.part + b * mine;
        if (ranks.block[b].owner != ranks.own) {
            MPI_Irecv(part, mine, REALS, ranks.block[b].owner, b, MPI_COMM_WORLD,
                      &ranks.request[requests++]);
            continue;
        }
        for (int rank = 0; rank < ranks.count; rank++)
            if (rank != ranks.own)
                MPI_Isend(sum + ranks.starts[rank], ranks.pieces[rank], REALS, rank, b,
                          MPI_COMM_WORLD, &ranks.request[requests++]);
        memcpy(part, sum + ranks.starts[ranks.own], (size_t)mine * sizeof *part);
        sum += params;
    }
    for (int k = 0; k < requests; k++)
        MPI_Wait(&ranks.request[k], MPI_STATUS_IGNORE);
}

// [add-blocks]
/* The tree, for this rank's piece: a block is added to its left neighbour as soon as both have the
   same width and begin where one of twice the width does. Where the number of micro-batches is not
   a power of two, some are left over, and are added from the right. */
static void add_blocks(int blocks) {
    int mine = ranks.pieces[ranks.own], top = 0, stack[64]; /* a width waits twice at most */
    for (int b = 0; b < blocks; b++) {
        stack[top++] = b;
        for (; top > 1; top--) {
            Block *left = &ranks.block[stack[top - 2]], *right = &ranks.block[stack[top - 1]];
            bool pair = left->width == right->width && left->begin % (2 * left->width) == 0;
            if (!pair && b < blocks - 1) break;
            for (int i = 0; i < mine; i++)
                ranks.part[stack[top - 2] * mine + i] += ranks.part[stack[top - 1] * mine + i];
            left->width += right->width;
        }
    }
}
// [add-blocks]

/* As trainer_gradient(), but of the gradient only this rank's piece. */
static Step ranks_gradient(Trainer *t, const int *index, int n) {
    int size = micro_batch(n), parts = (n + size - 1) / size, blocks = cut(parts);
    compute(t, index, n, blocks);
    Step total = tell_results(n);
    exchange(network_params(t->net), blocks);
    add_blocks(blocks);
    memcpy(t->grad + ranks.starts[ranks.own], ranks.part,
           (size_t)ranks.pieces[ranks.own] * sizeof *t->grad);
    return total;
}

/* ------------------------------------------------------------------ the step ------------- */

/* Every rank's piece of a vector, to all. */
static void gather(real *vector) {
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, vector, ranks.pieces, ranks.starts, REALS,
                   MPI_COMM_WORLD);
}

static void ranks_step(Trainer *t) {
    t->optimizer.t++;
    shares_move(t, (size_t)ranks.starts[ranks.own], (size_t)ranks.pieces[ranks.own]);
    gather(t->params);
}

void ranks_collect(Trainer *t) {
    for (int s = 0; ranks.count > 1 && s < t->optimizer.slots; s++)
        gather(t->state + (size_t)s * network_params(t->net));
}

void ranks_tell(void *result, size_t size) {
    MPI_Bcast(result, (int)size, MPI_BYTE, 0, MPI_COMM_WORLD);
}

int ranks_signal(int signal_number) {
    ranks.signal = signal_number;
    return ranks.count > 1 ? ranks.heard : signal_number;
}

/* ------------------------------------------------------------------ memory --------------- */

/* Memory and pieces, for mini-batches of up to `parts` micro-batches. A row has two blocks of a
   width at most. */
static bool take_memory(size_t params, size_t parts) {
    size_t count = (size_t)ranks.count, widths = 1;
    while (((size_t)1 << (widths - 1)) < parts)
        widths++;
    size_t own = 2 * widths, blocks = own * count, piece = params / count + 1;
    ranks.memory[0] = ranks.pieces = calloc(4 * count, sizeof(int));
    ranks.memory[1] = ranks.note = calloc(count + parts, sizeof(Step));
    ranks.memory[2] = ranks.block = calloc(blocks, sizeof(Block));
    ranks.memory[3] = ranks.sum = calloc(own * params, sizeof(real));
    ranks.memory[4] = ranks.part = calloc(blocks * piece, sizeof(real));
    ranks.memory[5] = ranks.request = calloc(blocks + own * count, sizeof(MPI_Request));
    for (int k = 0; k < 6; k++)
        if (!ranks.memory[k]) return false;
    ranks.starts = ranks.pieces + count;
    ranks.noted = ranks.starts + count;
    ranks.at = ranks.noted + count;
    for (size_t rank = 0; rank < count; rank++) {
        ranks.starts[rank] = (int)(params * rank / count);
        ranks.pieces[rank] = (int)(params * (rank + 1) / count) - ranks.starts[rank];
    }
    return true;
}

bool ranks_share(Trainer *t, int threads, Error *error) {
    if (ranks.count == 1) return trainer_share(t, threads, error);
    int size = micro_batch(t->plan.batch), parts = (t->plan.batch + size - 1) / size;
    /* a smaller mini-batch, the last of an epoch, has four at most, or no more than the others */
    if (!take_memory(network_params(t->net), (size_t)(parts > 4 ? parts : 4)))
        return error_set(error, "no memory for %d ranks", ranks.count);
    t->gradient = ranks_gradient;
    t->step = ranks_step;
    return shares_start(t, threads, error);
}

void ranks_end(void) {
    for (int k = 0; k < 6; k++)
        free(ranks.memory[k]);
    MPI_Type_free(&ranks.step);
    MPI_Finalize();
}
