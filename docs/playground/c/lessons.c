/*
 * The worked examples of the lessons, with the reader's numbers.
 */
#include "01_im2col/im2col.h"
#include "02_conv/conv.h"
#include "03_pool/pool.h"
#include "04_affine/affine.h"
#include "05_softmax_ce/softmax_ce.h"
#include "06_optimizers/optimizer.h"
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static real *room[ROOMS];

real *lesson_room(Room which, int count) {
    free(room[which]);
    room[which] = calloc((size_t)count + 1, sizeof(real));
    return room[which];
}

int lesson_out(int in, int size, int stride, int pad) {
    return window_out(in, size, stride, pad);
}

void lesson_im2col(int h, int w, int size, int stride, int pad) {
    Shape in = {1, h, w};
    im2col(in, size, stride, pad, room[X], room[Y]);
    col2im(in, size, stride, pad, room[DY], room[DX]);
}

/* Forwards, then backwards with the given dy; gradients begin at 0. */
static void both_ways(const Layer *l, int n) {
    real *scratch = calloc(l->scratch + 1, sizeof *scratch);
    if (!scratch) return;
    memset(room[DW], 0, layer_params(l) * sizeof(real));
    l->forward(l, n, room[W], room[X], room[Y], scratch);
    l->backward(l, n, room[W], room[X], room[Y], room[DY], room[DW], room[DX], scratch);
    free(scratch);
}

void lesson_conv(int h, int w, int size, int stride, int pad) {
    const Layer l = conv_layer("conv", (Shape){1, h, w}, 1, size, stride, pad, NULL);
    both_ways(&l, 1);
}

void lesson_pool(int h, int w, int size, int stride, int pad) {
    const Layer l = max_pool_layer("pool", (Shape){1, h, w}, size, stride, pad);
    both_ways(&l, 1);
}

void lesson_affine(int n, int in, int out) {
    const Layer l = affine_layer("affine", (Shape){in, 1, 1}, out);
    both_ways(&l, n);
}

double lesson_softmax(int classes, int label) {
    const Loss l = softmax_ce_loss(classes);
    const uint8_t truth = (uint8_t)label;
    int decision;
    double loss = l.forward(&l, 1, room[X], &truth, room[Y], &decision);
    l.backward(&l, 1, room[X], &truth, room[Y], 1, room[DX]);
    return loss;
}

/* f(x, y) = x^2/20 + y^2, whose gradient is (x/10, 2y): the ravine of chapter 6. */
void lesson_ravine(int optimizer, double lr, int steps) {
    Optimizer o;
    if (!optimizer_named(optimizer_names[optimizer], &o)) return;
    o.lr = lr;
    real state[4] = {0}, w[2] = {room[X][0], room[X][1]};
    for (int t = 0; t <= steps; t++) {
        memcpy(room[Y] + 2 * t, w, sizeof w);
        const real g[2] = {w[0] / 10, 2 * w[1]};
        optimizer_step(&o, 2, g, state, w);
    }
}

/* The prologue is a program: it runs as one, and prints. */
int main(int argc, char **argv);

void lesson_prologue(double lr) {
    char program[] = "prologue", rate[32];
    char *arguments[] = {program, rate, NULL};
    snprintf(rate, sizeof rate, "%.17g", lr);
    main(2, arguments);
    fflush(stdout);
}
