/*
 * Chapter 7. The network's loops, the trainer and the evaluation run on layers, a loss and an
 * optimizer that are made here and can be followed by eye, so that they are examined apart from
 * chapters 1 to 6. Only CALL_LENET5 and CALL_TRAINING use those.
 */
#include "course/examine/here.h"
#include "07_lenet5/evaluate.h"
#include "07_lenet5/lenet5.h"
#include "07_lenet5/trainer.h"
#include "fail.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ parts ---------------- */

/* y[k] = w[k] * x[k*step] + b[k], with as many steps as fit. */
static void pick_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                         real *scratch) {
    int units = l->out.c, inputs = shape_size(l->in), step = inputs / units;
    (void)scratch;
    for (int i = 0; i < n; i++)
        for (int k = 0; k < units; k++)
            y[i * units + k] = w[k] * x[i * inputs + k * step] + w[units + k];
}

static void pick_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                          const real *dy, real *dw, real *dx, real *scratch) {
    int units = l->out.c, inputs = shape_size(l->in), step = inputs / units;
    (void)y, (void)scratch;
    if (dx) memset(dx, 0, (size_t)(n * inputs) * sizeof *dx);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < units; k++) {
            dw[k] += dy[i * units + k] * x[i * inputs + k * step];
            dw[units + k] += dy[i * units + k];
            if (dx) dx[i * inputs + k * step] = dy[i * units + k] * w[k];
        }
}

/* y[k] = x[last - k]: a layer without parameters. */
static void turn(int n, int size, const real *from, real *to) {
    for (int i = 0; i < n; i++)
        for (int k = 0; k < size; k++)
            to[i * size + k] = from[i * size + size - 1 - k];
}

static void turn_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                         real *scratch) {
    (void)w, (void)scratch;
    turn(n, l->out.c, x, y);
}

static void turn_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                          const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)x, (void)y, (void)dw, (void)scratch;
    if (dx) turn(n, l->out.c, dy, dx);
}

static Layer pick_layer(Shape in, int units) {
    return (Layer){.name = "pick",
                   .kind = "pick",
                   .in = in,
                   .out = {units, 1, 1},
                   .weight = {units},
                   .size = 1,
                   .bias = units,
                   .trainable = 2 * units,
                   .forward = pick_forward,
                   .backward = pick_backward};
}

static Layer turn_layer(int units) {
    Shape shape = {units, 1, 1};
    return (Layer){.name = "turn",
                   .kind = "turn",
                   .in = shape,
                   .out = shape,
                   .forward = turn_forward,
                   .backward = turn_backward};
}

/* loss = sum over the images of 3 * (largest score) - x[label]; a label of 9 makes it NaN. */
static double plain_loss(const Loss *l, int n, const real *x, const uint8_t *label, real *score,
                         int *decision) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
        int best = 0;
        for (int k = 0; k < l->classes; k++) {
            score[i * l->classes + k] = x[i * l->classes + k];
            if (x[i * l->classes + k] > x[i * l->classes + best]) best = k;
        }
        decision[i] = best;
        sum += 3 * (double)x[i * l->classes + best] - (double)x[i * l->classes + label[i]];
        if (label[i] == 9) sum = (double)NAN;
    }
    return sum;
}

static void plain_slope(const Loss *l, int n, const real *x, const uint8_t *label,
                        const real *score, real scale, real *dx) {
    (void)x;
    for (int i = 0; i < n; i++) {
        int best = 0;
        for (int k = 1; k < l->classes; k++)
            if (score[i * l->classes + k] > score[i * l->classes + best]) best = k;
        for (int k = 0; k < l->classes; k++)
            dx[i * l->classes + k] = scale * (real)(3 * (k == best) - (k == label[i]));
    }
}

/* The loss begins with its score, then images*classes: as many layers as number[0] says. */
static Network network_of(const Call *call, Shape in) {
    int units = call->g.out.c;
    Network net = {.name = "test", .kernels = "test", .input = {0, 1}};
    net.layer[net.layers++] = pick_layer(in, units);
    while (net.layers < call->number[0]) {
        bool parameters = call->number[1] >> net.layers & 1;
        net.layer[net.layers] =
            parameters ? pick_layer((Shape){units, 1, 1}, units) : turn_layer(units);
        net.layers++;
    }
    net.loss = (Loss){.name = "plain",
                      .in = units,
                      .classes = units,
                      .forward = plain_loss,
                      .backward = plain_slope};
    return net;
}

/* w -= lr * g, and the rate into the state, where the judge can see it. */
static void plain_step(const Optimizer *o, size_t n, const real *g, real **state, real *w) {
    for (size_t i = 0; i < n; i++)
        w[i] -= (real)o->lr * g[i];
    state[0][0] = (real)o->lr;
}

/* ------------------------------------------------------------------ the network's loops -- */

static void labels_into(const Call *call, uint8_t *label) {
    for (int i = 0; i < call->g.n; i++)
        label[i] = (uint8_t)call_get(call, A_LABEL, (size_t)i);
}

/* The content of the workspace after forward goes back: every layer's output, scores, decisions. */
static void workspace_out(const Call *call, const Network *net, const Workspace *space) {
    size_t one = (size_t)(call->g.n * call->g.out.c);
    real *y = call_at(call, A_Y);
    for (int i = 0; y && i < net->layers; i++)
        memcpy(y + (size_t)i * one, space->y[i + 1], one * sizeof *y);
    if (call_at(call, A_SCORE)) memcpy(call_at(call, A_SCORE), space->score, one * sizeof(real));
    if (call_at(call, A_DECISION))
        memcpy(call_at(call, A_DECISION), space->decision, (size_t)call->g.n * sizeof(int));
}

/* y[0], ..., y[layers] for backward, which does not depend on the student's forward. */
static void workspace_in(const Call *call, const Network *net, const Workspace *space) {
    size_t one = (size_t)(call->g.n * call->g.out.c);
    const real *y = call_at(call, A_Y);
    for (int i = 0; i < net->layers; i++)
        memcpy(space->y[i + 1], y + (size_t)i * one, one * sizeof *y);
    memcpy(space->score, space->y[net->layers], one * sizeof(real));
}

/* Forward or backward through the layers. */
static void run_loops(const Call *call) {
    Network net = network_of(call, call->g.in);
    Workspace space;
    Error error;
    contract(workspace_new(&net, call->g.n, &space, &error), "%s", error.text);
    memcpy(space.y[0], call_at(call, A_X), call->array[A_X].count * sizeof(real));
    labels_into(call, space.label);
    if (call->function == CALL_NETWORK_FORWARD) {
        double *loss = call_at(call, A_LOSS);
        *loss = network_forward(&net, call->g.n, call_at(call, A_W), &space);
        workspace_out(call, &net, &space);
    } else {
        workspace_in(call, &net, &space);
        network_backward(&net, call->g.n, call_at(call, A_W), (real)call->constant[0], &space,
                         call_at(call, A_DW));
    }
    workspace_free(&space);
}

/* ------------------------------------------------------------------ trainer, evaluation -- */

static Dataset data_of(const Call *call) {
    return (Dataset){call->g.n, call_at(call, A_X), call_at(call, A_LABEL)};
}

static const Shape picture = {1, IMAGE_SIDE, IMAGE_SIDE};

/* number[2]: images in a mini-batch. constant[1]: warm-up, constant[2]: averaging. */
static Trainer trainer_of(const Call *call, const Network *net, const Dataset *data) {
    Trainer t;
    Error error;
    Plan plan = {.batch = call->number[2],
                 .epochs = 2,
                 .fixed_order = true,
                 .warmup = call->constant[1],
                 .average = call->constant[2],
                 .optimizer = {.name = "plain", .lr = call->constant[0], .slots = 1}};
    plan.optimizer.step = plain_step;
    contract(trainer_new(&t, net, data, &plan, 1, &error), "%s", error.text);
    memcpy(t.params, call_at(call, A_W), network_params(net) * sizeof(real));
    if (t.mean) memcpy(t.mean, t.params, network_params(net) * sizeof(real));
    /* After the order's end it starts again: reading too far gives the first images. */
    int *order = realloc(t.order, (size_t)(t.patterns + plan.batch) * sizeof *order);
    contract(order != NULL, "no memory for a test");
    for (int i = 0; i < t.patterns + plan.batch; i++)
        order[i] = i % t.patterns;
    t.order = order;
    t.epoch = 1;
    return t;
}

/* The gradient of the mini-batch that A_DECISION names, into A_DW. */
static void run_gradient(const Call *call) {
    Network net = network_of(call, picture);
    Dataset data = data_of(call);
    Trainer t = trainer_of(call, &net, &data);
    double *loss = call_at(call, A_LOSS);
    for (size_t i = 0; i < network_params(&net); i++)
        t.grad[i] = (real)7; /* of the mini-batch before */
    Step step = trainer_gradient(&t, call_at(call, A_DECISION), call->number[2]);
    memcpy(call_at(call, A_DW), t.grad, network_params(&net) * sizeof(real));
    loss[0] = step.loss;
    ((double *)call_at(call, A_CORRECT))[0] = step.correct;
    trainer_free(&t);
}

/* Steps through an epoch: loss and correct of each, parameters, mean and rate after each. */
static void run_steps(const Call *call) {
    Network net = network_of(call, picture);
    Dataset data = data_of(call);
    Trainer t = trainer_of(call, &net, &data);
    size_t params = network_params(&net);
    double *loss = call_at(call, A_LOSS), *correct = call_at(call, A_CORRECT);
    real *after = call_at(call, A_Y), *mean = call_at(call, A_MEAN), *rate = call_at(call, A_RATE);
    for (int first = 0, k = 0; first < data.n; first += call->number[2], k++) {
        Step step = trainer_step(&t, first);
        loss[k] = step.loss;
        correct[k] = step.correct;
        rate[k] = t.state[0];
        memcpy(after + (size_t)k * params, t.params, params * sizeof(real));
        if (mean) memcpy(mean + (size_t)k * params, t.mean, params * sizeof(real));
    }
    trainer_free(&t);
}

/* A_LOSS: the mean loss; A_CORRECT: the accuracy; A_TABLE: the confusion matrix. */
static void run_evaluation(const Call *call) {
    Network net = network_of(call, picture);
    Dataset data = data_of(call);
    Evaluation result;
    Error error;
    double *loss = call_at(call, A_LOSS), *accuracy = call_at(call, A_CORRECT);
    contract(evaluate(&net, call_at(call, A_W), &data, 1, &result, &error), "%s", error.text);
    *loss = result.loss;
    *accuracy = result.accuracy;
    memcpy(call_at(call, A_TABLE), result.confusion, sizeof result.confusion);
}

/* ------------------------------------------------------------------ LeNet-5 -------------- */

/* number[0]: activation; number[1]: bits for subsample, table, rbf. */
static Lenet5 choice_of(const Call *call) {
    Lenet5 choice = lenet5_report;
    choice.activation = (Activation)call->number[0];
    choice.subsample = call->number[1] & 1;
    choice.table = call->number[1] >> 1 & 1;
    choice.rbf = call->number[1] >> 2 & 1;
    if (call->number[1] > 0) choice.input = lenet5_1998.input;
    return choice;
}

/* One row for each layer: kind's first letters, channels, rows and columns in and out, window. */
static void run_lenet5(const Call *call) {
    Lenet5 choice = choice_of(call);
    Network net = lenet5_with(&choice);
    int *row = call_at(call, A_TABLE);
    uint8_t *name = call_at(call, A_NAME);
    int rows = call->array[A_TABLE].extent[0];
    for (int i = 0; i < rows; i++, row += 12, name += 32) {
        const Layer *l = &net.layer[i];
        memset(name, 0, 32);
        memset(row, 0, 12 * sizeof *row);
        if (i >= net.layers) continue;
        snprintf((char *)name, 16, "%s", l->name);
        snprintf((char *)name + 16, 16, "%s", l->kind ? l->kind : "");
        const int numbers[12] = {l->in.c, l->in.h, l->in.w,   l->out.c, l->out.h,         l->out.w,
                                 l->size, l->pad,  l->stride, l->bias,  l->links != NULL, 1};
        memcpy(row, numbers, sizeof numbers);
    }
    double *rest = call_at(call, A_LOSS);
    rest[0] = net.loss.classes == CLASSES && net.loss.smallest_wins == choice.rbf;
    rest[1] = net.name[0] != '\0';
    rest[2] = net.kernels && strcmp(net.kernels, "textbook") == 0;
    rest[3] = net.input.lo == choice.input.lo && net.input.hi == choice.input.hi;
}

/* Trains the report's network on A_X and A_LABEL; its predictions for A_COL go to A_DECISION. */
static void run_training(const Call *call) {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = data_of(call);
    Dataset test = {(int)call->array[A_DECISION].count, call_at(call, A_COL), NULL};
    uint8_t *nothing = calloc((size_t)test.n, 1);
    Prediction *each = calloc((size_t)test.n, sizeof *each);
    int *decision = call_at(call, A_DECISION);
    Plan plan = {.init = INIT_UNIFORM, .batch = call->number[2], .epochs = 1};
    Trainer t;
    Error error;
    test.label = nothing;
    contract(nothing && each && optimizer_named("adam", &plan.optimizer), "no memory for a test");
    contract(trainer_new(&t, &net, &data, &plan, 1, &error), "%s", error.text);
    trainer_begin(&t, 1);
    for (int first = 0; first < data.n; first += plan.batch)
        trainer_step(&t, first);
    contract(predict(&net, trainer_result(&t), &test, 2, each, &error), "%s", error.text);
    trainer_free(&t);
    for (int i = 0; i < test.n; i++)
        decision[i] = each[i].digit;
    free(nothing);
    free(each);
}

const Here here_07[] = {
    {CALL_LENET5, .run = run_lenet5},          {CALL_NETWORK_FORWARD, .run = run_loops},
    {CALL_NETWORK_BACKWARD, .run = run_loops}, {CALL_TRAINER_GRADIENT, .run = run_gradient},
    {CALL_TRAINER_STEPS, .run = run_steps},    {CALL_EVALUATE, .run = run_evaluation},
    {CALL_TRAINING, .run = run_training},      {.function = FUNCTIONS},
};
