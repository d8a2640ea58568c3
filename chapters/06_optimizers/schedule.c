/*
 * Falling rates and a running mean.
 */
#include "06_optimizers/schedule.h"

#include "elementary.h"

/* The paper's rates are 0.0005 times these, pass by pass; the last one stays. */
static double share_1998(double done) {
    static const double share[] = {1, 1, 0.4, 0.4, 0.4, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1, 0.1, 0.02};
    int last = sizeof share / sizeof *share - 1;
    return share[done < last ? (int)done : last];
}

// [schedule]
double schedule_share(Schedule schedule, double warmup, double done, double epochs) {
    const double pi = 3.14159265358979;
    if (done < warmup) return done / warmup;
    if (schedule == SCHEDULE_1998) return share_1998(done);
    if (schedule == SCHEDULE_CONSTANT || epochs <= warmup) return 1;
    double t = (done - warmup) / (epochs - warmup);
    return (1 + our_cos(pi * t)) / 2;
}
// [schedule]

// [average]
void average_step(size_t n, double keep, long t, const real *w, real *mean) {
    double enough = (t - 1.0) / (t + 8.0); /* 0, 1/10, 2/11, ... */
    real fresh = (real)(1 - (keep < enough ? keep : enough));
    for (size_t i = 0; i < n; i++) {
        /* mean = keep * mean + (1 - keep) * w */
        mean[i] += fresh * (w[i] - mean[i]);
    }
}
// [average]
