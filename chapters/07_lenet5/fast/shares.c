/*
 * Training shared out among threads: trainer_share() of trainer.h. In a tree without this folder
 * plain.c takes its place.
 *
 * Threads take micro-batches as they come. Each has separate memory for its gradient, and which
 * thread was first does not matter, because the gradients are added in a tree over the
 * micro-batches. The threads share out the *entries* of that sum, and of the optimizer's step: each
 * takes a different piece of the parameters.
 */
#include "07_lenet5/fast/shares.h"

#include "team.h"

#include <stdlib.h>
#include <string.h>

enum {
    WAVE = 8,   /* micro-batches whose gradients are kept at a time; more threads have no work */
    PIECES = 16 /* of the parameters, for adding gradients and for a step */
};

struct Shares {
    Team *team;
    Workspace *space;       /* one for each thread                                      */
    real *micro_grad[WAVE]; /* one for each micro-batch of a wave; the first is on t's stack */
};

/* ------------------------------------------------------------------ the gradient --------- */

/* A wave: the micro-batches of a mini-batch that the team works on at a time. */
typedef struct Wave {
    Trainer *t;
    const int *index; /* the patterns of the mini-batch */
    int n;            /* how many                       */
    int size;         /* of a micro-batch               */
    int begin;        /* micro-batches before this wave */
    int count;        /* micro-batches in this wave     */
    int merges;       /* sums on the stack that its own joins */
    Step step[WAVE];  /* the results of each            */
} Wave;

/* Micro-batch s of a wave, on one of the threads: its gradient into micro_grad[s]. */
static void wave_micro_batch(void *job, int s, int thread) {
    Wave *wave = job;
    Shares *shares = wave->t->shares;
    int first = (wave->begin + s) * wave->size, left = wave->n - first;
    int n = left < wave->size ? left : wave->size;
    wave->step[s] = micro_gradient(wave->t, wave->index + first, n, 1 / (real)wave->n,
                                   &shares->space[thread], shares->micro_grad[s]);
}

/* Parameters first .. first+n-1. A small network has fewer parameters than pieces. */
typedef struct Piece {
    size_t first, n;
} Piece;

static Piece piece_of(const Trainer *t, int k) {
    size_t params = network_params(t->net), length = (params + PIECES - 1) / PIECES;
    size_t first = (size_t)k * length, left = first < params ? params - first : 0;
    return (Piece){params - left, left < length ? left : length};
}

static void add(size_t n, real *to, const real *from) {
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

/* One piece of the sum: the gradients of a wave become one, a subtree of the whole, and go onto the
   stack of trainer_gradient(). micro_grad[0] is its top already. */
static void wave_sum(void *job, int k, int thread) {
    (void)thread;
    const Wave *wave = job;
    const Trainer *t = wave->t;
    Piece piece = piece_of(t, k);
    real *const *grad = t->shares->micro_grad;
    for (int step = 1; step < wave->count; step *= 2)
        for (int s = 0; s + step < wave->count; s += 2 * step)
            add(piece.n, grad[s] + piece.first, grad[s + step] + piece.first);
    real *top = grad[0] + piece.first;
    for (int merge = 0; merge < wave->merges; merge++) {
        top -= network_params(t->net);
        add(piece.n, top, top + network_params(t->net));
    }
}

/* How many sums of the stack a wave's sum meets: every second wave one, every fourth two, ...; the
   last wave meets all that are left. */
static int merges_of(int waves, bool last, int sums) {
    int merges = 0;
    for (int complete = waves; complete % 2 == 0; complete /= 2)
        merges++;
    return last ? sums - 1 : merges;
}

/* WAVE micro-batches at a time, then their sum, then the next wave. */
Step shares_sum(Trainer *t, const int *index, int n, int begin, int end, Step *each) {
    int size = micro_batch(n), sums = 0;
    Step total = {0};
    for (int from = begin; from < end; from += WAVE) {
        int count = end - from < WAVE ? end - from : WAVE;
        Wave wave = {.t = t, .index = index, .n = n, .size = size, .begin = from, .count = count};
        t->shares->micro_grad[0] = t->grad + (size_t)sums * network_params(t->net);
        sums++;
        wave.merges = merges_of((from - begin) / WAVE + 1, from + WAVE >= end, sums);
        sums -= wave.merges;
        team_run(t->shares->team, count, wave_micro_batch, &wave);
        team_run_brief(t->shares->team, PIECES, wave_sum, &wave);
        for (int s = 0; s < count; s++) {
            if (each) each[from - begin + s] = wave.step[s];
            total.loss += wave.step[s].loss;
            total.correct += wave.step[s].correct;
        }
    }
    return total;
}

/* The same as trainer_gradient(), and the same tree. */
static Step shared_gradient(Trainer *t, const int *index, int n) {
    int size = micro_batch(n), parts = (n + size - 1) / size;
    if (parts == 1) return trainer_gradient(t, index, n); /* nothing to share out */
    Step total = shares_sum(t, index, n, 0, parts, NULL);
    total.loss /= n;
    return total;
}

/* ------------------------------------------------------------------ the step ------------- */

void shares_move(Trainer *t, size_t first, size_t n) {
    real *slot[SLOTS_MAX] = {NULL};
    for (int s = 0; s < t->optimizer.slots; s++)
        slot[s] = t->state + (size_t)s * network_params(t->net) + first;
    optimizer_move(&t->optimizer, n, t->grad + first, slot, t->params + first);
}

/* One piece of a step, on one of the threads. */
static void move_piece(void *job, int k, int thread) {
    (void)thread;
    Piece piece = piece_of(job, k);
    shares_move(job, piece.first, piece.n);
}

/* The same as optimizer_step(). If one thread did it, the others would wait for 61,706 square roots
   and divisions. */
static void shared_step(Trainer *t) {
    t->optimizer.t++;
    team_run_brief(t->shares->team, PIECES, move_piece, t);
}

/* ------------------------------------------------------------------ begin and end -------- */

static void shares_free(Trainer *t) {
    Shares *shares = t->shares;
    team_free(shares->team);
    workspaces_free(shares->space, t->threads);
    for (int k = 1; k < WAVE; k++)
        free(shares->micro_grad[k]);
    free(shares);
    t->shares = NULL;
}

bool shares_start(Trainer *t, int threads, Error *error) {
    if (threads > WAVE) threads = WAVE;
    Shares *shares = calloc(1, sizeof *shares);
    if (!shares) return error_set(error, "no memory for %d threads", threads);
    t->shares = shares;
    t->threads = threads;
    t->unshare = shares_free;
    shares->space = workspaces_new(t->net, threads, error);
    bool ok = shares->space != NULL;
    if (ok) {
        shares->team = team_new(threads, error);
        ok = shares->team != NULL;
    }
    for (int k = 1; ok && k < WAVE; k++) {
        shares->micro_grad[k] = calloc(network_params(t->net), sizeof(real));
        if (!shares->micro_grad[k]) ok = error_set(error, "no memory for %d threads", threads);
    }
    if (!ok) {
        shares_free(t);
        t->threads = 1;
    }
    return ok;
}

bool trainer_share(Trainer *t, int threads, Error *error) {
    if (threads == 1) return true;
    if (!shares_start(t, threads, error)) return false;
    t->gradient = shared_gradient;
    t->step = shared_step;
    return true;
}
