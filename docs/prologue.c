/*
 * The prologue as a program: one weight learns one number, then a line learns three points.
 *
 *     make build/prologue && build/prologue     or: cc docs/prologue.c -o prologue && ./prologue
 *
 * With a learning rate, build/prologue 0.3, both examples use it.
 */
#include <stdio.h>
#include <stdlib.h>

// [one-weight]
/* y = w*x should become t. Prints w from step to step. */
static void one_weight(double lr) {
    const double x = 2, t = 6;
    double w = 1;
    printf("   %4.2f ", lr);
    for (int step = 0; step <= 6; step++) {
        printf(" %8.4f", w);
        double y = w * x;   /* forward */
        double dy = y - t;  /* L = (y - t)^2 / 2, so dL/dy = y - t */
        double dw = dy * x; /* y = w*x, so dL/dw = dL/dy * x */
        w -= lr * dw;       /* one step downhill */
    }
    printf("\n");
}
// [one-weight]

enum { N = 3 };
static const double x[N] = {-1, 0, 1}, t[N] = {1, 4, 4};

// [line]
/* y = w*x + b should pass near three points. Shows the sums of the first steps and the last. */
static void line(double lr) {
    double w = 0, b = 0;
    for (int step = 0; step <= 20; step++) {
        int shown = step <= 2 || step == 20;
        double L = 0, dw = 0, db = 0;
        if (shown) printf("step %d: w = %g, b = %g\n", step, w, b);
        for (int i = 0; i < N; i++) {
            double y = w * x[i] + b;          /* forward: the line, */
            L += (y - t[i]) * (y - t[i]) / 2; /* then the loss */
            double dy = y - t[i];             /* backward: the loss, */
            dw += dy * x[i];                  /* then the line; every point adds its share */
            db += dy;
            if (shown)
                printf("%11.5g %11.5g %11.5g %11.5g %11.5g %11.5g\n", x[i], t[i], y, dy, dw, db);
        }
        if (shown) printf("   L = %g\n", L);
        w -= lr * dw;
        b -= lr * db;
    }
}
// [line]

/* The loss alone, to measure slopes with. */
static double loss(double w, double b) {
    double L = 0;
    for (int i = 0; i < N; i++)
        L += (w * x[i] + b - t[i]) * (w * x[i] + b - t[i]) / 2;
    return L;
}

/* The examples with the reader's rate. */
static void examples_with(double lr) {
    one_weight(lr);
    line(lr);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        examples_with(atof(argv[1]));
        return 0;
    }
    const double rate[6] = {0.01, 0.10, 0.25, 0.45, 0.50, 0.60}, h = 0.01;
    printf("1. One weight: y = w*x, x = 2, wanted 6; w after 0, 1, 2, ... steps\n\n");
    printf("     lr         0        1        2        3        4        5        6\n");
    for (int i = 0; i < 6; i++)
        one_weight(rate[i]);
    printf("\n2. A line: y = w*x + b near three points, lr = 0.25\n\n");
    printf("          x           t           y          dy      dw sum      db sum\n");
    line(0.25);
    printf("\nMeasured after one step, at w = 0.75, b = 2.25:\n");
    printf("   along w %.3f", (loss(0.75 + h, 2.25) - loss(0.75 - h, 2.25)) / (2 * h));
    printf("   along b %.3f\n", (loss(0.75, 2.25 + h) - loss(0.75, 2.25 - h)) / (2 * h));
    return 0;
}
