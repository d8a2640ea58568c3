/*
 * Optimizers: each parameter has its own history, and a mistake is another history.
 *
 * A rule says how far one parameter moves, given its gradient g, the rate, the constants and its
 * memory (m and v, or h and nothing). t counts steps from 1.
 */
#include "course/examine/oracle/oracle.h"

/* The state of one parameter. */
typedef struct Memory {
    double m, v;
} Memory;

/* Everything else about one step. */
typedef struct Step {
    double g, lr, momentum, decay, beta1, beta2, eps;
    int t;
} Step;

/* Mistakes that every rule can make, and those in -lr * g / (sqrt(h) + eps). */
enum { UPHILL = 1, UNMOVED, NO_RATE, FORGETS, EPS_INSIDE, EPS_OUTSIDE, NO_ROOT, NO_SQUARE, NO_EPS };

enum { COMMON = 4, QUOTIENT = 9 }; /* how many a rule has of the list */

static const Suspect shared[] = {
    {"uphill", "the sign is wrong: it walks uphill"},
    {"unmoved", "the parameters do not move"},
    {"no-rate", "the learning rate is missing"},
    {"forgets", "the state is not kept from step to step: store it in state"},
    {"eps-inside", "eps stands inside the root: sqrt(h) + eps"},
    {"eps-outside", "eps stands outside the fraction: lr * g / (sqrt(h) + eps)"},
    {"no-root", "the root is missing: lr * g / (sqrt(h) + eps)"},
    {"no-square", "g is not squared: h adds up g^2"},
    {"no-eps", "eps is missing: without it a gradient of 0 divides 0 by 0"},
};

typedef double Rule(int mistake, const Step *s, Memory *own);

/* Runs all parameters through all steps. */
static void run_rule(const Call *call, int mistake, double **v, Rule *rule) {
    int n = (int)call->array[A_X].count, steps = (int)call->array[A_RATE].count;
    for (int i = 0; i < n; i++) {
        Memory own = {0, 0};
        double w = v[A_X][i];
        for (int t = 0; t < steps; t++) {
            Step s = {v[A_DY][t * n + i], v[A_RATE][t],      call->constant[0], call->constant[1],
                      call->constant[2],  call->constant[3], call->constant[4], t + 1};
            if (mistake == NO_RATE) s.lr = 1;
            if (mistake == FORGETS) own = (Memory){0, 0};
            double move = rule(mistake, &s, &own);
            if (mistake == UPHILL) move = -move;
            w += mistake == UNMOVED ? 0 : move;
            v[A_W][t * n + i] = w;
        }
    }
}

/* ------------------------------------------------------------------ sgd, momentum -------- */

static double sgd(int mistake, const Step *s, Memory *own) {
    (void)mistake, (void)own;
    return -s->lr * s->g;
}

enum { RATE_OUTSIDE = COMMON + 1, NESTEROV, MEAN_OF_G, TWICE };

static const Suspect momentum_suspects[] = {
    {"rate-outside", "the rate multiplies the whole v: it belongs to g, v = momentum*v - lr*g"},
    {"nesterov", "that is Nesterov's momentum: w += v, with the new v as it is"},
    {"mean-of-g", "g is multiplied by 1 - momentum: v = momentum*v - lr*g"},
    {"twice", "the gradient is applied twice: w += v, and nothing else"},
};

static double momentum(int mistake, const Step *s, Memory *own) {
    if (mistake == RATE_OUTSIDE) {
        own->v = s->momentum * own->v - s->g;
        return s->lr * own->v;
    }
    double share = mistake == MEAN_OF_G ? 1 - s->momentum : 1;
    own->v = s->momentum * own->v - share * s->lr * s->g;
    if (mistake == NESTEROV) return s->momentum * own->v - s->lr * s->g;
    return own->v - (mistake == TWICE ? s->lr * s->g : 0);
}

/* ------------------------------------------------------------------ adagrad, rmsprop ----- */

static double quotient(int mistake, const Step *s, double h) {
    double root = mistake == NO_ROOT ? h : sqrt(h);
    if (mistake == EPS_INSIDE) return -s->lr * s->g / sqrt(h + s->eps);
    if (mistake == EPS_OUTSIDE) return -(s->lr * s->g / root + s->eps);
    return -s->lr * s->g / (root + (mistake == NO_EPS ? 0 : s->eps));
}

static double adagrad(int mistake, const Step *s, Memory *own) {
    own->v += mistake == NO_SQUARE ? s->g : s->g * s->g;
    return quotient(mistake, s, own->v);
}

enum { SHARES_SWAPPED = QUOTIENT + 1, NO_DECAY, NO_SHARE };

static const Suspect rmsprop_suspects[] = {
    {"shares-swapped", "decay and 1 - decay are exchanged"},
    {"no-decay", "h never forgets, as in AdaGrad: h = decay*h + (1 - decay)*g^2"},
    {"no-share", "the factor 1 - decay is missing: h = decay*h + (1 - decay)*g^2"},
};

static double rmsprop(int mistake, const Step *s, Memory *own) {
    double keep = s->decay, fresh = 1 - s->decay;
    if (mistake == SHARES_SWAPPED) {
        keep = 1 - s->decay;
        fresh = s->decay;
    }
    if (mistake == NO_DECAY) keep = fresh = 1;
    if (mistake == NO_SHARE) fresh = 1;
    own->v = keep * own->v + fresh * (mistake == NO_SQUARE ? s->g : s->g * s->g);
    return quotient(mistake, s, own->v);
}

/* ------------------------------------------------------------------ adam ----------------- */

enum {
    NOT_CORRECTED = QUOTIENT + 1,
    ONLY_M,
    ONLY_V,
    CORRECTED_TWICE,
    BETAS_SWAPPED,
    MOMENTS_SWAPPED,
    EPS_EARLY,
    T_FROM_0,
    T_STAYS,
    G_FOR_M,
    SHARES_MISSING,
    ONE_STATE,
    ADAM_SHARES
};

static const Suspect adam_suspects[] = {
    {"not-corrected", "the bias of m and v is not corrected: m / (1 - beta1^t), v / (1 - beta2^t)"},
    {"only-m", "only m is corrected: v / (1 - beta2^t) as well"},
    {"only-v", "only v is corrected: m / (1 - beta1^t) as well"},
    {"corrected-twice", "the bias is corrected twice: in the rate, and in m and v"},
    {"betas-swapped", "beta1 and beta2 are exchanged: beta1 belongs to m, beta2 to v"},
    {"moments-swapped", "m and v are exchanged: lr * m / (sqrt(v) + eps)"},
    {"eps-early", "eps is added before v is corrected: sqrt(v / (1 - beta2^t)) + eps"},
    {"t-from-0", "t counts from 0 here: the first step has t = 1"},
    {"t-stays", "the powers are missing: 1 - beta1^t, with t growing from step to step"},
    {"g-for-m", "g is used where m belongs"},
    {"shares-missing", "the factors 1 - beta1 and 1 - beta2 are missing"},
    {"one-state", "m and v share their memory: m is state[0], v is state[1]"},
    {"shares-swapped", "m forgets with beta2 and v with beta1: beta1 belongs to m"},
};

/* The last line of Adam, from corrected moments. */
static double adam_move(int mistake, const Step *s, double m, double v, double c1, double c2) {
    double rate = s->lr, root = sqrt(v / c2);
    if (mistake == CORRECTED_TWICE) rate *= sqrt(c2) / c1;
    if (mistake == MOMENTS_SWAPPED) return -rate * (v / c2) / (sqrt(m / c1) + s->eps);
    if (mistake == EPS_INSIDE) return -rate * (m / c1) / sqrt(v / c2 + s->eps);
    if (mistake == EPS_OUTSIDE) return -(rate * (m / c1) / root + s->eps);
    if (mistake == EPS_EARLY) return -rate * (m / c1) / ((sqrt(v) + s->eps) / sqrt(c2));
    if (mistake == NO_ROOT) root = v / c2;
    return -rate * (m / c1) / (root + (mistake == NO_EPS ? 0 : s->eps));
}

static double adam(int mistake, const Step *s, Memory *own) {
    double b1 = s->beta1, b2 = s->beta2;
    if (mistake == BETAS_SWAPPED || mistake == ADAM_SHARES) {
        b1 = s->beta2;
        b2 = s->beta1;
    }
    double fresh1 = 1 - b1, fresh2 = 1 - b2;
    if (mistake == SHARES_MISSING) fresh1 = fresh2 = 1;
    own->m = b1 * own->m + fresh1 * s->g;
    if (mistake == ONE_STATE) own->v = own->m;
    own->v = b2 * own->v + fresh2 * (mistake == NO_SQUARE ? s->g : s->g * s->g);
    if (mistake == ONE_STATE) own->m = own->v;
    int t = mistake == T_FROM_0 ? s->t - 1 : mistake == T_STAYS ? 1 : s->t;
    double c1 = 1 - pow(mistake == ADAM_SHARES ? s->beta1 : b1, t);
    double c2 = 1 - pow(mistake == ADAM_SHARES ? s->beta2 : b2, t);
    if (mistake == NOT_CORRECTED || mistake == ONLY_V) c1 = 1;
    if (mistake == NOT_CORRECTED || mistake == ONLY_M) c2 = 1;
    return adam_move(mistake, s, mistake == G_FOR_M ? s->g : own->m, own->v, c1, c2);
}

/* ------------------------------------------------------------------ all ------------------ */

static void sgd_run(const Call *call, int mistake, double **v) {
    run_rule(call, mistake, v, sgd);
}

static void momentum_run(const Call *call, int mistake, double **v) {
    run_rule(call, mistake, v, momentum);
}

static void adagrad_run(const Call *call, int mistake, double **v) {
    run_rule(call, mistake, v, adagrad);
}

static void rmsprop_run(const Call *call, int mistake, double **v) {
    run_rule(call, mistake, v, rmsprop);
}

static void adam_run(const Call *call, int mistake, double **v) {
    run_rule(call, mistake, v, adam);
}

static const Oracle oracle_optimizer[5] = {
    {sgd_run, shared, COMMON, NULL, 0},
    {momentum_run, shared, COMMON, momentum_suspects, COUNT(momentum_suspects)},
    {adagrad_run, shared, QUOTIENT, NULL, 0},
    {rmsprop_run, shared, QUOTIENT, rmsprop_suspects, COUNT(rmsprop_suspects)},
    {adam_run, shared, QUOTIENT, adam_suspects, COUNT(adam_suspects)},
};

const Answer answers_06[] = {
    {CALL_OPTIMIZER, oracle_optimizer}, /* one after the other, by number[0] */
    {.function = FUNCTIONS},
};
