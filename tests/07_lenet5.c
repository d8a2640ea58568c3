/*
 * Chapter 7: the network, the trainer, the files, the command line.
 */
#include "05_softmax_ce/rbf.h"
#include "07_lenet5/checkpoint.h"
#include "07_lenet5/live.h"
#include "07_lenet5/look.h"
#include "07_lenet5/prepare.h"
#include "07_lenet5/recipe.h"
#include "07_lenet5/reject.h"
#include "check.h"
#include "gemm.h"
#include "probe.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

TestSuite(ch07, .timeout = 120);

/* The first n test images of MNIST, as a data set of their own. */
static Dataset few(int n) {
    static Dataset all;
    Error error;
    if (all.n == 0) cr_assert(dataset_load(MNIST_DIR, "t10k", &all, &error), "%s", error.text);
    return (Dataset){n, all.image, all.label};
}

static Trainer planned(const Network *net, const Dataset *data, int threads, Plan plan) {
    Trainer t;
    Error error;
    gemm_single_thread();
    cr_assert(trainer_new(&t, net, data, &plan, threads, 1, &error), "%s", error.text);
    return t;
}

static Trainer trainer_for(const Network *net, const Dataset *data, int batch, int threads,
                           const char *rule) {
    Plan plan = {.init = INIT_UNIFORM, .batch = batch, .epochs = 1};
    cr_assert(optimizer_named(rule, &plan.optimizer));
    return planned(net, data, threads, plan);
}

/* So many epochs over the data. */
static Step train_epochs(Trainer *t, int epochs) {
    Step step = {0};
    for (int e = 1; e <= epochs; e++) {
        trainer_begin(t, e);
        for (int first = 0; first < t->data->n; first += t->plan.batch)
            step = trainer_step(t, first);
    }
    return step;
}

#ifndef REAL_DOUBLE

/* ------------------------------------------------------------------ the network ---------- */

Test(ch07, t01_table, .description = "[1 pts] shapes, parameters and connections, layer by layer") {
    static const struct {
        const char *name;
        Shape out;
        int trainable;
        long connections;
    } want[] = {
        {"C1", {6, 28, 28}, 156, 122304},  {"C1.relu", {6, 28, 28}, 0, 0},
        {"S2", {6, 14, 14}, 0, 4704},      {"C3", {16, 10, 10}, 2416, 241600},
        {"C3.relu", {16, 10, 10}, 0, 0},   {"S4", {16, 5, 5}, 0, 1600},
        {"C5", {120, 1, 1}, 48120, 48120}, {"C5.relu", {120, 1, 1}, 0, 0},
        {"F6", {84, 1, 1}, 10164, 10164},  {"F6.relu", {84, 1, 1}, 0, 0},
        {"OUT", {10, 1, 1}, 850, 850},
    };
    Network net = lenet5(ACTIVATION_RELU);
    cr_assert(net.layers == (int)(sizeof want / sizeof *want), "%d layers", net.layers);
    for (int i = 0; i < net.layers; i++) {
        const Layer *l = &net.layer[i];
        cr_expect_str_eq(l->name, want[i].name);
        cr_expect(l->out.c == want[i].out.c && l->out.h == want[i].out.h &&
                      l->out.w == want[i].out.w,
                  "%s: %dx%dx%d", l->name, l->out.c, l->out.h, l->out.w);
        cr_expect(l->trainable == want[i].trainable && (int)layer_params(l) == want[i].trainable,
                  "%s: %d trainable", l->name, l->trainable);
        cr_expect(l->connections == want[i].connections, "%s: %ld connections", l->name,
                  l->connections);
    }
    cr_expect(network_params(&net) == 61706, "%zu parameters", network_params(&net));
    cr_expect(net.layer[0].in.h == 32 && net.layer[0].in.w == 32);
    Network sigmoid = lenet5(ACTIVATION_SIGMOID);
    cr_expect_str_eq(sigmoid.layer[1].kind, "sigmoid");
}

Test(ch07, t14_table_1998,
     .description = "[1 pts] the original: 60,000 parameters, 340,908 connections") {
    static const struct {
        const char *name;
        int trainable;
        long connections;
    } want[] = {{"C1", 156, 122304}, {"S2", 12, 5880},     {"C3", 1516, 151600},
                {"S4", 32, 2000},    {"C5", 48120, 48120}, {"F6", 10164, 10164}};
    Network net = lenet5_with(&lenet5_1998);
    int trainable = 0;
    long connections = (long)net.loss.in * net.loss.classes; /* 840 links to fixed codes */
    cr_assert(net.layers == 12, "six layers, each with a squash: %d", net.layers);
    for (int i = 0; i < 12; i++) {
        const Layer *l = &net.layer[i];
        trainable += l->trainable, connections += l->connections;
        if (i % 2) {
            cr_expect_str_eq(l->kind, "squash");
            continue;
        }
        cr_expect_str_eq(l->name, want[i / 2].name);
        cr_expect(l->trainable == want[i / 2].trainable, "%s: %d trainable", l->name, l->trainable);
        cr_expect(l->connections == want[i / 2].connections, "%s: %ld connections", l->name,
                  l->connections);
    }
    cr_expect(trainable == 60000 && connections == 340908, "%d and %ld", trainable, connections);
    /* background, the border too, is -0.1 */
    Dataset data = few(1);
    Workspace space;
    Error error;
    cr_assert(workspace_new(&net, 1, &space, &error));
    network_input(&net, &data, NULL, 0, 1, &space);
    cr_expect(space.y[0][0] == (real)-0.1, "border %g", (double)space.y[0][0]);
    workspace_free(&space);
    /* S2's units have four inputs: LeCun's rule gives +-0.6 */
    real w[12];
    Rng rng = rng_seed(1, 0);
    layer_init(&net.layer[2], INIT_LECUN, w, &rng);
    double most = 0;
    for (int i = 0; i < 12; i++)
        most = fmax(most, fabs((double)w[i]));
    cr_expect(most > 0.3 && most <= 0.6, "largest %g", most);
}

Test(ch07, t15_passes_1998,
     .description =
         "[1 pts] a fixed order of images, new curvature before every pass, falling rates") {
    Network net = lenet5_with(&lenet5_1998);
    Dataset data = few(2000);
    Recipe recipe;
    cr_assert(recipe_named("1998", &recipe));
    Trainer t = planned(&net, &data, 1, recipe.plan);
    static int order[2000];
    static real curvature[60900];
    trainer_begin(&t, 1);
    memcpy(order, t.order, sizeof order);
    memcpy(curvature, t.state, sizeof curvature);
    cr_expect(order[0] != 0 || order[1] != 1, "the first pass shuffles");
    cr_expect(curvature[network_offset(&net, 10)] > 0, "no curvature was estimated");
    trainer_step(&t, 0);
    cr_expect(t.optimizer.lr == recipe.plan.optimizer.lr, "rate %g", t.optimizer.lr);
    trainer_begin(&t, 3);
    trainer_step(&t, 0);
    cr_expect(memcmp(order, t.order, sizeof order) == 0, "a fixed order stays");
    cr_expect(t.optimizer.lr == 0.4 * recipe.plan.optimizer.lr, "rate %g", t.optimizer.lr);
    cr_expect(memcmp(curvature, t.state, sizeof curvature) != 0, "the same estimate twice");
    trainer_free(&t);
}

Test(ch07, t02_first_loss,
     .description = "[1 pts] an untrained network is undecided: loss near log 10") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(500);
    Trainer t = trainer_for(&net, &data, 100, 1, "adam");
    Evaluation e;
    Error error;
    cr_assert(evaluate(&net, t.params, &data, 2, &e, &error), "%s", error.text);
    cr_expect(fabs(e.loss - log(10)) < 0.02, "loss %g, want 2.3026", e.loss);
    cr_expect(e.accuracy < 0.3, "accuracy %g", e.accuracy);
    trainer_free(&t);
}

/* ------------------------------------------------------------------ the trainer ---------- */

Test(ch07, t04_float_against_double,
     .description = "[1 pts] loss and gradient in both builds agree") {
    static double got[1 + PROBE_PARAMS], want[1 + PROBE_PARAMS];
    cr_assert(probe(&got[0], &got[1]), "no memory");
    FILE *pipe = popen(BUILD "/tests/probe.double", "r");
    cr_assert(pipe && fread(want, sizeof *want, 1 + PROBE_PARAMS, pipe) == 1 + PROBE_PARAMS,
              "cannot run the double half, " BUILD "/tests/probe.double");
    cr_expect(pclose(pipe) == 0);
    cr_expect(fabs(got[0] - want[0]) < 1e-6, "loss %.9g and %.9g", got[0], want[0]);
    double most = 0, worst = 0;
    for (int i = 1; i <= PROBE_PARAMS; i++) {
        most = fmax(most, fabs(want[i]));
        worst = fmax(worst, fabs(got[i] - want[i]));
    }
    cr_expect(most > 1e-3, "largest gradient %g: the comparison proves nothing", most);
    /* some hundred roundings of 6e-8 each, relative to the largest entry */
    cr_expect(worst < 2e-5 * most, "worst difference %g, largest gradient %g", worst, most);
}

Test(ch07, t05_same_bits_on_any_threads, .description = "[1 pts] 1, 2 and 3 threads, bit for bit") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(500);
    /* quarters of 37; four slices of 25; two waves and a slice that is not full */
    const int batches[3] = {37, 100, 260};
    for (int b = 0; b < 3; b++) {
        Trainer one = trainer_for(&net, &data, batches[b], 1, "adam");
        Step want = train_epochs(&one, 2);
        for (int threads = 2; threads <= 3; threads++) {
            Trainer many = trainer_for(&net, &data, batches[b], threads, "adam");
            Step got = train_epochs(&many, 2);
            cr_expect(got.loss == want.loss && got.right == want.right,
                      "batch %d, %d threads: loss %.17g and %.17g", batches[b], threads, got.loss,
                      want.loss);
            cr_expect(memcmp(one.params, many.params, 61706 * sizeof(real)) == 0,
                      "batch %d, %d threads: other parameters", batches[b], threads);
            Evaluation e1, e2;
            Error error;
            cr_assert(evaluate(&net, one.params, &data, 1, &e1, &error));
            cr_assert(evaluate(&net, one.params, &data, threads, &e2, &error));
            cr_expect(memcmp(&e1, &e2, sizeof e1) == 0, "evaluation depends on threads");
            trainer_free(&many);
        }
        trainer_free(&one);
    }
    Trainer crowd = trainer_for(&net, &data, 100, 64, "adam");
    cr_expect(crowd.threads == WAVE, "%d threads take memory, a wave has %d slices", crowd.threads,
              WAVE);
    trainer_free(&crowd);
}

Test(ch07, t06_batch_is_the_mean_of_its_images,
     .description = "[1 pts] slices lose and repeat nothing") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(300);
    Trainer t = trainer_for(&net, &data, 300, 2, "sgd");
    real *sum = reals(61706);
    const int sizes[] = {1, 3, 57, 100, 211};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        int n = sizes[k], right = 0;
        double loss = 0;
        memset(sum, 0, 61706 * sizeof *sum);
        for (int i = 0; i < n; i++) {
            Step one = trainer_gradient(&t, t.order + i, 1);
            loss += one.loss / n;
            right += one.right;
            for (int j = 0; j < 61706; j++)
                sum[j] += t.grad[j] / (real)n;
        }
        Step all = trainer_gradient(&t, t.order, n);
        cr_expect(fabs(all.loss - loss) < 1e-6 && all.right == right, "%d images: loss %g and %g",
                  n, all.loss, loss);
        expect_list("gradient", 61706, t.grad, sum, 1e-6);
    }
    trainer_free(&t);
}

Test(ch07, t07_evaluate_counts_all,
     .description = "[1 pts] no tail is dropped, every image counted once") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(1234);
    Trainer t = trainer_for(&net, &data, 100, 2, "adam");
    train_epochs(&t, 1);
    Evaluation e;
    Error error;
    cr_assert(evaluate(&net, t.params, &data, 2, &e, &error));
    int sum = 0, right = 0;
    double loss = 0;
    for (int i = 0; i < 10; i++)
        for (int k = 0; k < 10; k++)
            sum += e.confusion[i][k];
    for (int i = 0; i < data.n; i++) {
        Step one = trainer_gradient(&t, &i, 1);
        right += one.right, loss += one.loss;
    }
    for (int i = 0; i < 10; i++) { /* rows are true classes */
        int row = 0, labels = 0;
        for (int k = 0; k < 10; k++)
            row += e.confusion[i][k];
        for (int k = 0; k < data.n; k++)
            labels += data.label[k] == i;
        cr_expect(row == labels, "row %d sums to %d, there are %d such images", i, row, labels);
    }
    cr_expect(e.n == 1234 && sum == 1234, "%d images counted", sum);
    cr_expect(fabs(e.accuracy - right / 1234.0) < 1e-12, "accuracy %g, want %g", e.accuracy,
              right / 1234.0);
    cr_expect(fabs(e.loss - loss / 1234) < 1e-5, "loss %g, want %g", e.loss, loss / 1234);
    trainer_free(&t);
}

Test(ch07, t08_every_image_once_an_epoch,
     .description = "[1 pts] a new order, a permutation, from the seed") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(1000);
    Trainer t = trainer_for(&net, &data, 100, 1, "adam"),
            again = trainer_for(&net, &data, 100, 1, "adam");
    int seen[1000] = {0}, before[1000];
    for (int epoch = 0; epoch < 3; epoch++) {
        memcpy(before, t.order, sizeof before);
        trainer_begin(&t, epoch + 1), trainer_begin(&again, epoch + 1);
        for (int i = 0; i < 1000; i++)
            seen[t.order[i]]++;
        cr_expect(memcmp(before, t.order, sizeof before) != 0, "the order did not change");
        cr_expect(memcmp(again.order, t.order, sizeof before) == 0,
                  "the same seed gave another order");
    }
    for (int i = 0; i < 1000; i++)
        cr_expect(seen[i] == 3, "image %d: %d times in 3 epochs", i, seen[i]);
    trainer_free(&t), trainer_free(&again);
}

Test(ch07, t09_learns,
     .description = "[1 pts] it can learn 200 digits by heart, with ReLU and sigmoid") {
    for (int a = 0; a < 2; a++) {
        Network net = lenet5(a ? ACTIVATION_SIGMOID : ACTIVATION_RELU);
        Dataset data = few(200);
        Trainer t = trainer_for(&net, &data, 20, 2, "adam");
        if (a) { /* the sigmoid's gradients are small: larger weights, a larger rate, more steps */
            network_init(&net, INIT_HE, 1, t.params);
            t.plan.optimizer.lr = 0.003;
        }
        train_epochs(&t, a ? 80 : 25);
        Evaluation e;
        Error error;
        cr_assert(evaluate(&net, t.params, &data, 2, &e, &error));
        cr_expect(0.985 <= e.accuracy, "%s: accuracy %g", a ? "sigmoid" : "relu", e.accuracy);
        trainer_free(&t);
    }
}

/* ------------------------------------------------------------------ distortion ----------- */

/* An image with ink in these places, one row and column each. */
static Dataset dots(int count, const int place[][2]) {
    static uint8_t image[IMAGE_BYTES], label[1];
    memset(image, 0, sizeof image);
    for (int k = 0; k < count; k++)
        image[place[k][0] * IMAGE_SIDE + place[k][1]] = (uint8_t)(200 + k);
    return (Dataset){1, image, label};
}

static const Warp still = {.map = {{1, 0}, {0, 1}}};

Test(ch07, t18_distorted_pixels,
     .description = "[1 pts] shift, turn, scale, shear written out; fast against the definition") {
    const int place[2][2] = {{10, 12}, {0, 27}};
    Dataset data = dots(2, place);
    const Input input = {(real)-0.1, (real)1.175};
    real want[1024], got[1024];
    Warp warp = still;
    dataset_image(&data, 0, input, 2, want);
    warp_image(&data, 0, input, 2, &warp, got);
    expect_list("nothing moved", 1024, got, want, 0);
    /* where the ink of (10, 12), which is (12, 14) with the border, goes to: row, column, share */
    static const struct {
        const char *what;
        Warp warp;
        int row, column;
        double share;
    } moves[] = {
        {"looks 3 to the right, 2 down", {.map = {{1, 0}, {0, 1}}, .shift = {3, 2}}, 10, 11, 1},
        {"half a pixel", {.map = {{1, 0}, {0, 1}}, .shift = {0, (real)0.5}}, 11, 14, 0.5},
        /* middle is 15.5: 14 is -1.5, 12 is -3.5 */
        {"quarter turn: u = -y, v = x", {.map = {{0, -1}, {1, 0}}}, 17, 12, 1},
        {"half the size: u = 2x, v = 2y", {.map = {{2, 0}, {0, 2}}}, 14, 15, 0.25},
        /* u = x - 3.5 on that row: the ink comes to lie between columns 17 and 18 */
        {"slanted: u = x + y", {.map = {{1, 1}, {0, 1}}}, 12, 17, 0.5},
    };
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++) {
        warp_image_naive(&data, 0, (Input){0, 255}, 2, &moves[k].warp, got);
        double ink = (double)got[moves[k].row * 32 + moves[k].column];
        cr_expect(fabs(ink - 200 * moves[k].share) < 1e-3, "%s: %g", moves[k].what, ink);
    }
    /* a grid that is moved as a whole is a shift: the spline's weights add up to 1 */
    Warp shifted = still, bent = still;
    bent.bent = true;
    for (int k = 0; k < 2; k++)
        shifted.shift[k] = (real)1.75;
    for (int p = 0; p < 2 * BEND_GRID * BEND_GRID; p++)
        (&bent.bend[0][0][0])[p] = (real)1.75;
    warp_image_naive(&data, 0, input, 2, &shifted, want);
    warp_image_naive(&data, 0, input, 2, &bent, got);
    expect_list("moved as a whole", 1024, got, want, 1e-4);
    /* drawn maps, with and without bending: the fast loops and the definition */
    Dataset digits = few(20);
    Rng rng = rng_seed(3, 0);
    const Distortion strong = {.shift = 6, .rotate = 40, .scale = 0.4, .squeeze = 0.4, .shear = 1};
    for (int i = 0; i < 20; i++) {
        Distortion d = strong;
        d.bend = i % 2 ? 4 : 0;
        warp = warp_draw(&d, &rng);
        warp_image_naive(&digits, i, input, 2, &warp, want);
        warp_image(&digits, i, input, 2, &warp, got);
        expect_list("fast", 1024, got, want, 2e-4);
    }
}

Test(ch07, t22_drawn_amounts,
     .description = "[1 pts] each amount by its own setting, both ways, up to its limit") {
    Rng rng = rng_seed(5, 0);
    double least[6], most[6];
    for (int k = 0; k < 6; k++)
        least[k] = 1e9, most[k] = -1e9;
    for (int i = 0; i < 4000; i++) {
        const Distortion one[6] = {{.shift = 3},     {.rotate = 30}, {.scale = 0.2},
                                   {.squeeze = 0.2}, {.shear = 0.5}, {.bend = 2}};
        for (int k = 0; k < 6; k++) {
            Warp w = warp_draw(&one[k], &rng);
            double a = (double)w.map[0][0], b = (double)w.map[0][1], c = (double)w.map[1][0],
                   d = (double)w.map[1][1];
            double value[6] = {(double)w.shift[i % 2],
                               asin(c) * 180 / 3.14159265,
                               d,
                               a,
                               b,
                               (double)w.bend[i % 2][i % 7][i / 7 % 7]};
            least[k] = fmin(least[k], value[k]), most[k] = fmax(most[k], value[k]);
            cr_assert(k == 0 || (w.shift[0] == 0 && w.shift[1] == 0));
            cr_assert(w.bent == (k == 5));
            if (k == 1) cr_assert(fabs(a - d) < 1e-6 && fabs(b + c) < 1e-6, "not a turn");
            if (k == 2) cr_assert(fabs(a - d) < 1e-6 && b == 0 && c == 0, "not a scaling");
            if (k == 3) cr_assert(fabs(a * d - 1) < 1e-6 && b == 0 && c == 0, "not a squeeze");
            if (k == 4) cr_assert(a == 1 && d == 1 && c == 0, "not a shear");
        }
        /* turned, then slanted: (x, y) -> xr = d x - c y, yr = c x + d y -> (xr + shear yr, yr) */
        Warp both = warp_draw(&(Distortion){.rotate = 30, .shear = 0.5}, &rng);
        double d = (double)both.map[1][1], c = (double)both.map[1][0];
        double shear = ((double)both.map[0][1] + c) / d;
        cr_assert(fabs((double)both.map[0][0] - (d + shear * c)) < 1e-5, "in another order");
    }
    static const double low[6] = {-3, -30, 0.8, 0.8, -0.5, -2}, high[6] = {3, 30, 1.2, 1.2, 0.5, 2};
    for (int k = 0; k < 6; k++) {
        double width = high[k] - low[k];
        cr_expect(least[k] >= low[k] - 1e-4 && least[k] < low[k] + 0.02 * width, "%d: from %g", k,
                  least[k]);
        cr_expect(most[k] <= high[k] + 1e-4 && most[k] > high[k] - 0.02 * width, "%d: to %g", k,
                  most[k]);
    }
}

/* The same steps by hand: the rate within an epoch, and the mean of the parameters after every step. */
static void check_rate_and_mean(const Network *net, const Dataset *data, Plan plan) {
    size_t n = network_params(net);
    Trainer t = planned(net, data, 1, plan);
    real *mean = calloc(n, sizeof(real));
    cr_assert(mean && memcmp(trainer_result(&t), t.params, n * sizeof(real)) == 0,
              "before any step the mean is what was drawn");
    for (int epoch = 1; epoch <= 2; epoch++) {
        trainer_begin(&t, epoch);
        for (int first = 0; first < data->n; first += plan.batch) {
            trainer_step(&t, first);
            double done = epoch - 1 + (double)first / data->n;
            double want =
                plan.optimizer.lr * schedule_share(plan.schedule, plan.warmup, done, plan.epochs);
            cr_expect(t.optimizer.lr == want, "epoch %d, image %d: rate %g, want %g", epoch, first,
                      t.optimizer.lr, want);
            average_step(n, plan.average, t.optimizer.t, t.params, mean);
        }
    }
    cr_expect(memcmp(mean, trainer_result(&t), n * sizeof(real)) == 0, "another mean");
    free(mean);
    trainer_free(&t);
}

Test(ch07, t19_distorted_training,
     .description = "[1 pts] epochs differ, copies stay, threads do not matter") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(300);
    Plan plan = {
        .batch = 110, .epochs = 3, .average = 0.9, .schedule = SCHEDULE_COSINE, .warmup = 1};
    plan.distortion = (Distortion){2, 10, 0.1, 0.1, 0.2, 2};
    cr_assert(optimizer_named("adam", &plan.optimizer));
    check_rate_and_mean(&net, &data, plan);
    Trainer one = planned(&net, &data, 1, plan), three = planned(&net, &data, 3, plan);
    real seen[3][1024], plain[1024];
    train_epochs(&one, 3), train_epochs(&three, 3);
    cr_expect(memcmp(one.params, three.params, 61706 * sizeof(real)) == 0, "threads matter");
    cr_expect(memcmp(trainer_result(&one), trainer_result(&three), 61706 * sizeof(real)) == 0 &&
                  memcmp(one.params, trainer_result(&one), 61706 * sizeof(real)) != 0,
              "the mean is not the last step");
    for (int epoch = 1; epoch <= 2; epoch++) {
        one.epoch = epoch;
        trainer_image(&one, 7, seen[epoch - 1]);
    }
    dataset_image(&data, 7, net.input, 2, plain);
    cr_expect(memcmp(seen[0], seen[1], sizeof plain) && memcmp(seen[0], plain, sizeof plain),
              "every epoch distorts anew");
    /* each image its own way: the same picture at another place in the set */
    memcpy(data.image + 8 * IMAGE_BYTES, data.image + 7 * IMAGE_BYTES, IMAGE_BYTES);
    trainer_image(&one, 8, seen[2]);
    cr_expect(memcmp(seen[1], seen[2], sizeof plain) != 0, "all images are distorted alike");
    one.plan.settle = 1;
    trainer_image(&one, 7, seen[2]);
    cr_expect(memcmp(seen[1], seen[2], sizeof plain) == 0, "epoch 2 of 3 does not settle yet");
    one.epoch = 3;
    trainer_image(&one, 7, seen[2]);
    cr_expect(memcmp(plain, seen[2], sizeof plain) == 0, "the last epoch shows images as they are");
    trainer_free(&one), trainer_free(&three);
    /* two copies: 900 patterns; three epochs show each once, the images themselves among them */
    plan.copies = 2, plan.fixed_order = true;
    Trainer t = planned(&net, &data, 1, plan);
    int count[900] = {0};
    for (int epoch = 1; epoch <= 6; epoch++) {
        trainer_begin(&t, epoch);
        for (int i = 0; i < 300; i++)
            count[t.order[t.start + i]]++;
        for (int k = 0; k < 3 && epoch == 2; k++)
            trainer_image(&t, 7 + 300 * k, seen[k]);
    }
    for (int p = 0; p < 900; p++)
        cr_expect(count[p] == 2, "pattern %d: %d times", p, count[p]);
    cr_expect(memcmp(seen[0], plain, sizeof plain) == 0, "copy 0 is the image itself");
    cr_expect(memcmp(seen[1], seen[2], sizeof plain) != 0 && memcmp(seen[1], plain, sizeof plain));
    real again[1024];
    trainer_image(&t, 7 + 300, again); /* epoch 6 by now */
    cr_expect(memcmp(seen[1], again, sizeof again) == 0, "a copy is made once");
    trainer_free(&t);
    /* the curvature looks at copies as well: patterns 300 on are other images than patterns 0 on */
    cr_assert(optimizer_named("sdlm", &plan.optimizer));
    t = planned(&net, &data, 1, plan);
    real *other = calloc(61706, sizeof(real));
    trainer_curvature(&t, 300, 2);
    memcpy(other, t.state, 61706 * sizeof(real));
    trainer_curvature(&t, 0, 2);
    cr_expect(memcmp(other, t.state, 61706 * sizeof(real)) != 0, "copies have no curvature");
    free(other);
    trainer_free(&t);
}

/* ------------------------------------------------------------------ recipes -------------- */

Test(ch07, t20_recipes,
     .description = "[1 pts] every setting is set, read back, and refused when wrong") {
    Recipe recipe, again;
    Error error;
    char name[32], value[32], text[32];
    for (const char *at = recipe_names; sscanf(at, "%31s", name) == 1; at += strspn(at, " ")) {
        cr_expect(recipe_named(name, &recipe) && recipe_check(&recipe, &error), "%s: %s", name,
                  error.text);
        cr_expect_str_eq(recipe.name, name);
        /* a recipe is its settings: another one becomes the same when it is given them all */
        cr_assert(recipe_named("report", &again));
        for (int k = 0; k < SETTINGS; k++)
            if (strcmp(settings[k].key, "mu") != 0 || recipe.plan.optimizer.mu > 0)
                cr_expect(
                    recipe_set(&again, k, recipe_get(&recipe, k, value, sizeof value), &error),
                    "%s: %s", name, error.text);
        for (int k = 0; k < SETTINGS; k++)
            cr_expect_str_eq(recipe_get(&again, k, text, sizeof text),
                             recipe_get(&recipe, k, value, sizeof value), "%s", settings[k].key);
        at += strcspn(at, " ");
    }
    cr_expect(!recipe_named("best", &recipe));
    cr_assert(recipe_named("report", &recipe));
    for (int k = 0; k < SETTINGS; k++) {
        cr_expect(setting_named(settings[k].key) == k);
        cr_expect(!recipe_set(&recipe, k, "nonsense", &error) &&
                      strstr(error.text, settings[k].key),
                  "%s took nonsense", settings[k].key);
    }
    const int lr = setting_named("lr");
    cr_expect(recipe_set(&recipe, lr, "0.12345678901234567", &error) &&
                  strtod(recipe_get(&recipe, lr, value, sizeof value), NULL) == 0.12345678901234567,
              "%s", value);
    /* another rule brings its own rate, and keeps the decay */
    recipe_set(&recipe, setting_named("weight-decay"), "0.5", &error);
    recipe_set(&recipe, setting_named("optimizer"), "momentum", &error);
    cr_expect(recipe.plan.optimizer.lr == 0.01 && recipe.plan.optimizer.weight_decay == 0.5);
    cr_expect(recipe_set(&recipe, setting_named("mu"), "0.1", &error) &&
                  !recipe_check(&recipe, &error),
              "momentum has no mu");
}

Test(ch07, t21_rejection,
     .description = "[1 pts] the least sure go first; margin and score by hand") {
    Network net = lenet5(ACTIVATION_RELU);
    uint8_t label[4] = {1, 2, 3, 4};
    Dataset data = {4, NULL, label};
    /* images 1 and 3 are wrong; 3 has the smallest margin, 1 the smallest score */
    const Judgement each[4] = {{1, 0.9, 0.8}, {7, 0.3, 0.25}, {3, 0.7, 0.5}, {9, 0.5, 0.1}};
    double error[4];
    Error why;
    cr_assert(rejection_curve(&net, &data, each, DOUBT_MARGIN, error, &why));
    cr_expect(error[0] == 0.5 && error[1] == 1.0 / 3 && error[2] == 0 && error[3] == 0);
    cr_assert(rejection_curve(&net, &data, each, DOUBT_SCORE, error, &why));
    cr_expect(error[0] == 0.5 && error[1] == 1.0 / 3 && error[2] == 0 && error[3] == 0);
    /* equally doubtful: the earlier image goes first */
    const Judgement tie[4] = {{1, 0.5, 0.5}, {2, 0.5, 0.5}, {3, 0.5, 0.5}, {9, 0.5, 0.5}};
    cr_assert(rejection_curve(&net, &data, tie, DOUBT_MARGIN, error, &why));
    cr_expect(error[1] == 1.0 / 3 && error[3] == 1);
    net = lenet5_with(&lenet5_1998); /* a distance: the largest is the most doubtful */
    cr_assert(rejection_curve(&net, &data, each, DOUBT_SCORE, error, &why));
    cr_expect(error[1] == 2.0 / 3 && error[2] == 1 && error[3] == 1, "%g %g", error[1], error[2]);
    /* judge: the decisions that evaluate counts, scores and leads as the loss gives them */
    data = few(60);
    Trainer t = trainer_for(&net, &data, 10, 1, "sdlm");
    Judgement one[60], two[60];
    cr_assert(judge(&net, t.params, &data, 1, one, &why));
    cr_assert(judge(&net, t.params, &data, 2, two, &why));
    Workspace space;
    cr_assert(workspace_new(&net, 1, &space, &why));
    for (int i = 0; i < 60; i++) {
        network_input(&net, &data, NULL, i, 1, &space);
        network_forward(&net, 1, t.params, &space);
        double best = 1e9, second = 1e9;
        for (int k = 0; k < 10; k++) {
            double y = (double)space.score[k];
            if (y < best)
                second = best, best = y;
            else if (y < second)
                second = y;
        }
        cr_expect(one[i].decision == space.decision[0] && two[i].decision == one[i].decision);
        cr_expect(fabs(one[i].score - best) < 1e-3 && fabs(one[i].margin - (second - best)) < 1e-3,
                  "image %d: %g %g, want %g %g", i, one[i].score, one[i].margin, best,
                  second - best);
    }
    workspace_free(&space);
    trainer_free(&t);
}

/* ------------------------------------------------------------------ your own digits ------ */

/* An image of the test set as a drawing: 7 times as large, dark on light or the reverse, off its centre. */
static Grey drawing(const uint8_t *byte, bool dark, uint8_t *pixels) {
    enum { TIMES = 7, H = 300, W = 260, DOWN = 80, ACROSS = 15 };
    for (int i = 0; i < H * W; i++) {
        int r = (i / W - DOWN) / TIMES, q = (i % W - ACROSS) / TIMES;
        bool inside = i / W >= DOWN && i % W >= ACROSS && r < IMAGE_SIDE && q < IMAGE_SIDE;
        int ink = inside ? byte[r * IMAGE_SIDE + q] * 200 / 255 : 0;
        pixels[i] = (uint8_t)(dark ? 230 - ink : 20 + ink);
    }
    return (Grey){H, W, pixels};
}

Test(ch07, t25_prepare,
     .description =
         "[1 pts] a drawing becomes what MNIST would have made of it; two digits are refused") {
    Dataset data = few(300);
    static uint8_t pixels[300 * 260], byte[IMAGE_BYTES];
    Error error;
    int same = 0;
    for (int i = 0; i < data.n; i++) {
        const uint8_t *want = data.image + i * IMAGE_BYTES;
        Grey grey = drawing(want, i % 2, pixels);
        cr_assert(prepare_digit(&grey, byte, &error), "image %d: %s", i, error.text);
        double difference = 0, ink = 0;
        for (int p = 0; p < IMAGE_BYTES; p++)
            difference += abs(byte[p] - want[p]), ink += want[p];
        same += difference < 0.1 * ink;
    }
    /* scaled 7 times, moved, its contrast lowered: back come all but faint pixels, for nearly every image */
    cr_expect(same > 0.9 * data.n, "%d of %d are the same", same, data.n);
    /* a bar of 10 by 40 pixels, fully inked: 5 by 20, in the middle */
    Grey bar = {60, 60, pixels};
    memset(pixels, 255, 3600);
    for (int r = 5; r < 45; r++)
        memset(pixels + r * 60 + 3, 0, 10);
    cr_assert(prepare_digit(&bar, byte, &error), "%s", error.text);
    for (int p = 0; p < IMAGE_BYTES; p++) {
        int r = p / IMAGE_SIDE, q = p % IMAGE_SIDE;
        int want = r >= 4 && r < 24 && q >= 12 && q < 17 ? 255 : 0;
        cr_expect(abs(byte[p] - want) <= 1, "row %d, column %d: %d, want %d", r, q, byte[p], want);
    }
    /* specks far off change nothing, another bar is a second digit, and an empty page has none */
    static uint8_t again[IMAGE_BYTES];
    pixels[58 * 60 + 58] = pixels[2 * 60 + 50] = 0;
    cr_expect(prepare_digit(&bar, again, &error), "%s", error.text);
    cr_expect(memcmp(again, byte, sizeof byte) == 0, "specks moved the digit");
    for (int r = 20; r < 45; r++)
        memset(pixels + r * 60 + 40, 0, 5);
    cr_expect(!prepare_digit(&bar, byte, &error) && strstr(error.text, "several digits"));
    memset(pixels, 200, 3600);
    cr_expect(!prepare_digit(&bar, byte, &error) && strstr(error.text, "no digit"));
}

/* ------------------------------------------------------------------ checkpoints ---------- */

/* Runs a shell command, returns its exit code, keeps its output (2>&1). */
static int shell(char *output, size_t size, const char *format, ...) {
    char command[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    FILE *pipe = popen(command, "r");
    cr_assert(pipe != NULL, "cannot run %s", command);
    size_t length = fread(output, 1, size - 1, pipe);
    output[length] = '\0';
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void write_idx(const char *path, const uint8_t *head, size_t head_size, const uint8_t *bytes,
                      size_t size) {
    FILE *file = fopen(path, "wb");
    cr_assert(file && fwrite(head, 1, head_size, file) == head_size, "%s", path);
    cr_assert(fwrite(bytes, 1, size, file) == size && fclose(file) == 0, "%s", path);
}

/* A folder with 300 training and 200 test images, so that the program is quick. */
static const char *small_set(void) {
    static char dir[] = BUILD "/tests/tmp-XXXXXX";
    cr_assert(mkdtemp(dir) != NULL, "cannot make %s", dir);
    Dataset data = few(500);
    for (int k = 0; k < 2; k++) {
        int n = k ? 200 : 300, first = k ? 300 : 0;
        const uint8_t head[16] = {0, 0,  8, 3, 0, 0, (uint8_t)(n >> 8), (uint8_t)n, 0, 0,
                                  0, 28, 0, 0, 0, 28};
        const uint8_t label_head[8] = {0, 0, 8, 1, 0, 0, (uint8_t)(n >> 8), (uint8_t)n};
        char path[200];
        snprintf(path, sizeof path, "%s/%s-images-idx3-ubyte", dir, k ? "t10k" : "train");
        write_idx(path, head, 16, data.image + first * IMAGE_BYTES, (size_t)(n * IMAGE_BYTES));
        snprintf(path, sizeof path, "%s/%s-labels-idx1-ubyte", dir, k ? "t10k" : "train");
        write_idx(path, label_head, 8, data.label + first, (size_t)n);
    }
    return dir;
}

/* Trains from where the trainer stands to a number of steps; counts in place what a run would. */
static void walk(Trainer *t, Place *at, long until) {
    while (at->iteration < until) {
        if (at->first == 0) trainer_begin(t, at->epoch);
        trainer_step(t, at->first);
        at->iteration++;
        at->first += t->plan.batch;
        if (at->first >= t->data->n) at->first = 0, at->epoch++;
    }
}

/* Five steps an epoch; broken off after 3 (within an epoch), 5 (between two) and 12 steps of 15. */
static void check_resume(const char *name, const char *flags[], const char *path) {
    Recipe recipe, read;
    Error error;
    Dataset data = few(200), other = few(199);
    uint64_t seed;
    cr_assert(recipe_named(name, &recipe));
    for (int k = 0; flags[k]; k += 2)
        cr_assert(recipe_set(&recipe, setting_named(flags[k]), flags[k + 1], &error), "%s",
                  error.text);
    Network net = lenet5_with(&recipe.net);
    size_t bytes = network_params(&net) * sizeof(real);
    Trainer whole = planned(&net, &data, 1, recipe.plan);
    Place end = {.epoch = 1};
    walk(&whole, &end, 15);
    for (int k = 0; k < 3; k++) {
        Trainer first = planned(&net, &data, 1, recipe.plan);
        Place at = {.epoch = 1, .loss = 0.1, .right = 7, .since_line = 0.3, .log_bytes = 99}, got;
        walk(&first, &at, k == 0 ? 3 : k == 1 ? 5 : 12);
        cr_assert(checkpoint_save(path, &recipe, &first, &at, &error), "%s", error.text);
        trainer_free(&first);
        cr_assert(checkpoint_read(path, &read, &seed, &got, &error), "%s", error.text);
        cr_expect(seed == 1 && got.epoch == at.epoch && got.first == at.first &&
                      got.iteration == at.iteration && got.loss == at.loss &&
                      got.right == at.right && got.since_line == at.since_line &&
                      got.log_bytes == at.log_bytes,
                  "the place is not the same");
        for (int s = 0; s < SETTINGS; s++) {
            char want[32], value[32];
            cr_expect_str_eq(recipe_get(&read, s, value, 32), recipe_get(&recipe, s, want, 32));
        }
        Trainer second = planned(&net, &data, 2, read.plan);
        cr_assert(checkpoint_resume(path, &second, &got, &error), "%s", error.text);
        walk(&second, &got, 15);
        cr_expect(memcmp(second.params, whole.params, bytes) == 0 &&
                      memcmp(trainer_result(&second), trainer_result(&whole), bytes) == 0,
                  "%s: other parameters after going on at step %ld", name, at.iteration);
        trainer_free(&second);
    }
    Trainer wrong = planned(&net, &other, 1, read.plan);
    cr_expect(!checkpoint_resume(path, &wrong, &end, &error) &&
                  strstr(error.text, "other training"),
              "%s", error.text);
    trainer_free(&wrong), trainer_free(&whole);
}

Test(ch07, t23_resume,
     .description = "[1 pts] broken off anywhere, a run goes on to the same bits") {
    char dir[] = BUILD "/tests/tmp-XXXXXX", path[64];
    cr_assert(mkdtemp(dir) != NULL);
    snprintf(path, sizeof path, "%s/checkpoint", dir);
    const char *adam[] = {"batch", "40", "epochs", "3", "settle", "1", NULL};
    const char *sdlm[] = {"batch", "40", "epochs", "3", NULL};
    check_resume("record", adam, path);
    check_resume("1998-distorted", sdlm, path);
    /* what make fuzz starts from must be checkpoints, or it looks at refusals only */
    static const char *const seeds[2] = {"report_adam", "1998_sdlm"};
    for (int k = 0; k < 2; k++) {
        Recipe recipe;
        Place place;
        Error error;
        uint64_t seed;
        char file[100];
        snprintf(file, sizeof file, "tests/fuzz/seeds/checkpoint/%s", seeds[k]);
        cr_expect(checkpoint_read(file, &recipe, &seed, &place, &error), "%s", error.text);
    }
    /* the command line: the log goes on where the checkpoint was, and settings cannot change */
    const char *data = small_set();
    char out[4000];
    const char *run = "train --epochs 3 --batch 30 --threads 1 --data";
    cr_expect(shell(out, sizeof out, BUILD "/07_lenet5 %s %s --log %s/a --save %s/a.st", run, data,
                    dir, dir) == 0);
    cr_expect(shell(out, sizeof out,
                    BUILD "/07_lenet5 %s %s --log %s/b --checkpoint %s/c --save %s/b.st && "
                          "cp %s/c %s/done && echo '99\t4\tleft over' >> %s/b",
                    run, data, dir, dir, dir, dir, dir, dir) == 0,
              "%s", out);
    cr_expect(shell(out, sizeof out,
                    BUILD
                    "/07_lenet5 train --resume %s/c --data %s --log %s/b --save %s/c.st && "
                    "cut -f1-7,9 %s/a > %s/a1 && cut -f1-7,9 %s/b > %s/b1 && cmp %s/a1 %s/b1 && "
                    "cmp %s/a.st %s/b.st && cmp %s/a.st %s/c.st",
                    dir, data, dir, dir, dir, dir, dir, dir, dir, dir, dir, dir, dir, dir) == 0,
              "%s", out);
    /* a file that is no log is not cut to a log's length */
    cr_expect(shell(out, sizeof out,
                    "seq 1000000 > %s/thesis; cp %s/thesis %s/copy; " BUILD
                    "/07_lenet5 train --resume %s/done --data %s --log %s/thesis 2>&1; "
                    "cmp %s/thesis %s/copy",
                    dir, dir, dir, dir, data, dir, dir, dir) == 0 &&
                  strstr(out, "is not a log"),
              "%s", out);
    cr_expect(shell(out, sizeof out, BUILD "/07_lenet5 train --resume %s/c --lr 1 2>&1", dir) ==
                      2 &&
                  strstr(out, "leave out --lr"),
              "%s", out);
    cr_expect(shell(out, sizeof out, BUILD "/07_lenet5 train --resume %s/a.st 2>&1", dir) == 1 &&
                  strstr(out, "not a checkpoint"),
              "%s", out);
    cr_expect(shell(out, sizeof out, BUILD "/07_lenet5 train --resume %s/c 2>&1", dir) == 1 &&
                  strstr(out, "other training images"),
              "%s", out);
}

/* Ctrl-C and SIGTERM: the message names the checkpoint, the exit code is a shell's, and the printed command goes on. */
Test(ch07, t24_interrupt,
     .description = "[1 pts] Ctrl-C finishes the batch, saves, and says how to go on") {
    const char *data = small_set();
    /* starts a command, waits for its first epoch, sends a signal; the output ends in the exit code */
    static const char interrupt[] =
        "P=$PWD/" BUILD "/07_lenet5; cd %s; : > out; $P %s > out 2>&1 & pid=$!; "
        "until grep -q '^epoch' out; do sleep 0.02; done; kill -%s $pid; wait $pid; "
        "echo \"code $?\" >> out; tail -n 3 out";
    char out[4000], command[500];
    for (int saved = 0; saved < 2; saved++) {
        snprintf(command, sizeof command, "train --epochs 100000 --data .%s",
                 saved ? " --checkpoint 'c d' --validate 20 --probe 500" : "");
        shell(out, sizeof out, interrupt, data, command, saved ? "TERM" : "INT");
        cr_expect(strstr(out, "stopped in epoch") && strstr(out, saved ? "code 143" : "code 130"),
                  "%s", out);
        cr_expect((strstr(out, "nothing was saved") != NULL) == !saved, "%s", out);
    }
    const char *printed =
        strstr(out, "/07_lenet5 train --resume 'c d' --data . --validate 20 --probe 500\n");
    cr_assert(printed != NULL, "%s", out);
    snprintf(command, sizeof command, "%.100s", printed + strlen("/07_lenet5 "));
    command[strcspn(command, "\n")] = '\0';
    shell(out, sizeof out, interrupt, data, command, "INT");
    cr_expect(strstr(out, "code 130"), "%s", out);
    Recipe recipe;
    Place place;
    Error error;
    uint64_t seed;
    snprintf(command, sizeof command, "%s/c d", data);
    cr_assert(checkpoint_read(command, &recipe, &seed, &place, &error), "%s", error.text);
    cr_expect(place.iteration >= 3 && recipe.plan.epochs == 100000);
}

/* What cannot be read again takes no good file's place, and a dead process blocks no later one. */
Test(ch07, t27_keeps_the_good_file,
     .description = "[1 pts] a diverged run leaves the last good checkpoint as it was") {
    const char *dir = small_set();
    char out[4000];
    /* sdlm with nothing under the line: a loss that is finite, and a step that is not */
    cr_assert(shell(out, sizeof out,
                    "cd %s && P=$OLDPWD/" BUILD "/07_lenet5; S='--watch end --threads 1 --data .'; "
                    "$P train --epochs 1 --batch 50 $S --checkpoint good && cp good copy && "
                    "! $P train --optimizer sdlm --lr 1e30 --mu 1e-30 --batch 300 $S --checkpoint "
                    "good 2> why && cmp good copy && "
                    "sh -c 'echo old > s.$$.tmp; exec '$P' train --epochs 1 '\"$S\"' --save s'",
                    dir) == 0,
              "%s", out);
    cr_expect(shell(out, sizeof out, "cat %s/why", dir) == 0 && strstr(out, "good: not saved: ") &&
                  strstr(out, "is not finite"),
              "%s", out);
    cr_expect(shell(out, sizeof out,
                    "cd %s && sed 's/\"iteration\":\"6\"/\"iteration\":\"5\"/' good > bad && "
                    "! cmp -s good bad && $OLDPWD/" BUILD
                    "/07_lenet5 train --resume bad --data . 2>&1",
                    dir) == 1 &&
                  strstr(out, "not a checkpoint: iteration 5"),
              "%s", out);
}

/* A drawing as a PGM file. */
static void write_drawing(const char *dir, const char *name, const Grey *grey) {
    char path[300], head[40];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int length = snprintf(head, sizeof head, "P5 %d %d 255\n", grey->w, grey->h);
    write_idx(path, (const uint8_t *)head, (size_t)length, grey->byte,
              (size_t)grey->w * (size_t)grey->h);
}

/* The ten probabilities that the saved parameters give one prepared drawing. */
static Reading read_drawing(const char *dir, const Grey *grey) {
    char path[300];
    Network net = lenet5(ACTIVATION_RELU);
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    Reading reading;
    uint8_t byte[IMAGE_BYTES], label = 0;
    const Dataset one = {1, byte, &label};
    real *params = calloc(network_params(&net), sizeof(real));
    snprintf(path, sizeof path, "%s/p", dir);
    int count = network_tensors(&net, params, tensor);
    cr_assert(safetensors_load(path, count, tensor, &error), "%s", error.text);
    cr_assert(prepare_digit(grey, byte, &error), "%s", error.text);
    cr_assert(look_at(NULL, &net, params, &one, 0, &reading, &error), "%s", error.text);
    free(params);
    return reading;
}

/* One line of --json against that. */
static void check_prediction(const char *line, const char *file, const Reading *want) {
    json_error_t why;
    json_t *object = json_loads(line, JSON_DISABLE_EOF_CHECK, &why);
    json_t *list = json_object_get(object, "probabilities"),
           *digit = json_object_get(object, "digit");
    cr_assert(json_array_size(list) == 10 && json_is_integer(digit), "%s", line);
    cr_expect(strstr(json_string_value(json_object_get(object, "file")), file), "%s", line);
    cr_expect(json_integer_value(digit) == want->digit, "%s", line);
    for (size_t k = 0; k < 10; k++) {
        double p = json_real_value(json_array_get(list, k));
        cr_expect(fabs(p - want->probability[k]) < 1e-5, "class %zu: %g, want %g", k, p,
                  want->probability[k]);
    }
    json_decref(object);
}

Test(ch07, t26_predict,
     .description = "[1 pts] drawings are read from files; a bad one is one line") {
    const char *dir = small_set();
    char out[8000];
    static uint8_t pixels[2][300 * 260];
    Dataset data = few(2);
    Grey grey[2];
    for (int i = 0; i < 2; i++) {
        grey[i] = drawing(data.image + i * IMAGE_BYTES, i, pixels[i]);
        write_drawing(dir, i ? "b.pgm" : "a.pgm", &grey[i]);
    }
    cr_assert(shell(out, sizeof out,
                    BUILD "/07_lenet5 train --data %s --epochs 3 --batch 20 --save %s/p", dir,
                    dir) == 0);
    int code =
        shell(out, sizeof out, BUILD "/07_lenet5 predict %s/a.pgm --load %s/p --json %s/b.pgm 2>&1",
              dir, dir, dir);
    const char *second = strchr(out, '\n');
    cr_assert(code == 0 && second, "%s", out);
    for (int i = 0; i < 2; i++) {
        Reading want = read_drawing(dir, &grey[i]);
        check_prediction(i ? second + 1 : out, i ? "/b.pgm" : "/a.pgm", &want);
    }
    Reading want = read_drawing(dir, &grey[0]);
    char last[100];
    snprintf(last, sizeof last, "a.pgm: %d (%.2f %%)", want.digit,
             100 * want.probability[want.digit]);
    code = shell(out, sizeof out, BUILD "/07_lenet5 predict --load %s/p %s/a.pgm 2>&1", dir, dir);
    cr_expect(code == 0 && strstr(out, "260 x 300 pixels") && strstr(out, last), "no '%s': %s",
              last, out);
    memset(pixels[0], 100, sizeof pixels[0]);
    write_drawing(dir, "blank.pgm", &grey[0]);
    code = shell(out, sizeof out,
                 BUILD "/07_lenet5 predict --load %s/p %s/blank.pgm 2>&1 > /dev/null", dir, dir);
    const char *end = strchr(out, '\n');
    cr_expect(code == 1 && strstr(out, "blank.pgm: no digit") && end && !end[1], "%s", out);
    code = shell(out, sizeof out,
                 BUILD "/07_lenet5 predict --json --load %s/p %s/blank.pgm %s/b.pgm 2> /dev/null",
                 dir, dir, dir);
    cr_expect(code == 1 && strstr(out, "/b.pgm"), "one bad image keeps the next from its turn: %s",
              out);
}

Test(ch07, t28_tables_of_test,
     .description = "[1 pts] --outputs and --rejection hold what the network says") {
    const char *dir = small_set();
    char out[4000], path[300];
    Network net = lenet5(ACTIVATION_RELU);
    Dataset all = few(500), data = {200, all.image + 300 * IMAGE_BYTES, all.label + 300};
    Workspace space;
    Error error;
    Tensor tensor[2 * LAYERS_MAX];
    real *params = calloc(network_params(&net), sizeof(real));
    gemm_single_thread(); /* as the program does: other numbers of threads, other last bits */
    cr_assert(params && workspace_new(&net, 1, &space, &error));
    int code = shell(out, sizeof out,
                     "cd %s && P=$OLDPWD/" BUILD "/07_lenet5; "
                     "$P train --data . --epochs 3 --batch 20 --save p && "
                     "$P test --data . --load p --outputs y --rejection r > t; "
                     "$P test --data . --load p --image 3 >> t; wc -l < y; sed -n '2p;12p' r",
                     dir);
    int lines = 0;
    double rejected[2], left[2], score;
    const char *tail = strstr(out, "result ");
    cr_assert(code == 0 && tail && (tail = strchr(tail, '\n')), "%s", out);
    cr_assert(sscanf(tail, "%d %lf %lf %lf %lf %lf", &lines, &rejected[0], &left[0], &score,
                     &rejected[1], &left[1]) == 6,
              "%s", tail);
    cr_expect(lines == 201 && rejected[0] == 0 && rejected[1] == 0.01, "%s", tail);
    snprintf(path, sizeof path, "%s/p", dir);
    cr_assert(safetensors_load(path, network_tensors(&net, params, tensor), tensor, &error));
    snprintf(path, sizeof path, "%s/y", dir);
    FILE *table = fopen(path, "r");
    cr_assert(table && fscanf(table, "%*[^\n]") == 0);
    int wrong = 0;
    for (int i = 0; i < data.n; i++) {
        int label, digit;
        float y;
        network_input(&net, &data, NULL, i, 1, &space);
        network_forward(&net, 1, params, &space);
        cr_assert(fscanf(table, "%d %d", &label, &digit) == 2);
        cr_expect(label == data.label[i] && digit == space.decision[0]);
        for (int k = 0; k < 10; k++)
            cr_expect(fscanf(table, "%f", &y) == 1 && y == space.y[net.layers][k], "image %d: y%d",
                      i, k);
        wrong += label != digit;
    }
    fclose(table);
    cr_expect(fabs(left[0] - wrong / 200.0) < 1e-6, "none rejected: %g, want %g", left[0],
              wrong / 200.0);
    cr_expect(left[1] <= left[0] + 1e-9, "the most doubtful two: %g", left[1]);
    workspace_free(&space);
    free(params);
}

/* ------------------------------------------------------------------ --live --------------- */

/* Any number of values fit; every point is the mean of as many; what a picture shows. */
Test(ch07, t29_live_curves, .description = "[1 pts] curves are thinned to means; NaN is left out") {
    Live live = {0};
    char *script = NULL;
    size_t bytes = 0;
    for (int k = 0; k < 1000; k++)
        curve_add(&live.loss, k, 10 + k);
    curve_add(&live.loss, 1000, (double)NAN);
    const Curve *c = &live.loss;
    cr_expect(c->each == 4 && c->points == 250, "%d points of %d", c->points, c->each);
    for (int k = 0; k < c->points; k++)
        cr_expect(c->x[k] == 4 * k + 1.5 && c->y[k] == 4 * k + 11.5, "point %d: %g %g", k, c->x[k],
                  c->y[k]);
    curve_add(&live.learning, 0.5, 0.25);
    FILE *out = open_memstream(&script, &bytes);
    live_script(&live, out);
    fclose(out);
    cr_expect(strstr(script, "1.5 11.5\n5.5 15.5\n") && strstr(script, "\n0.5 0.25\nend\n"));
    cr_expect(strstr(script, "$learning_loss with") && !strstr(script, "$test_loss with"),
              "gnuplot fails at a curve without points: %s", script);
    free(script);

    /* on a terminal the next picture begins where the last one did, and never behind a progress bar */
    live.fancy = true;
    live.out = open_memstream(&script, &bytes);
    live_wipe(&live);
    live.lines = 20;
    live_wipe(&live);
    fclose(live.out);
    cr_expect_str_eq(script, "\r\033[J\033[20A\r\033[J");
    free(script);

    curve_add(&live.test_loss, 1, 0);
    out = open_memstream(&script, &bytes);
    live_script(&live, out);
    fclose(out);
    cr_expect(strstr(script, "\n1 1e-09\n"), "a loss of 0 on a logarithmic axis: %s", script);
    free(script);
}

/* A gnuplot of our own: it says what it can draw on, answers twice, then it does what it is told to. */
static void check_live(const char *data, const char *says, const char *then) {
    char out[4000], stub[200];
    snprintf(stub, sizeof stub, "%s/bin/gnuplot", data);
    shell(out, sizeof out, "mkdir -p %s/bin", data);
    FILE *file = fopen(stub, "w");
    cr_assert(file != NULL);
    fprintf(file,
            "#!/bin/sh\nwhile read -r line; do\n  echo \"$line\" >> said\n"
            "  case $line in\n  *GPVAL*) echo ' %s ' ;;\n  *drawn*) n=$((n + 1)); echo drawn; "
            "[ $n != 2 ] || %s ;;\n  esac\ndone\n",
            says, then);
    fclose(file);
    cr_expect(shell(out, sizeof out,
                    "cd %s && rm -f said && chmod +x bin/gnuplot && "
                    "DISPLAY=:9 PATH=$PWD/bin:$PATH timeout 20 $OLDPWD/" BUILD
                    "/07_lenet5 train --live --epochs 5 --batch 30 --data . --save live.st 2>&1",
                    data) == 0,
              "%s, then %s: %s", says, then, out);
    bool hangs = strncmp(then, "sleep", 5) == 0;
    cr_expect((strstr(out, "no more pictures") == NULL) == hangs, "%s: %s", then, out);
    cr_expect(shell(out, sizeof out, "cd %s && cmp live.st still.st && grep '^set term' said",
                    data) == 0 &&
                  strstr(out, says),
              "%s", out);
}

Test(ch07, t30_live,
     .description =
         "[1 pts] the same bits with --live, also when gnuplot dies, hangs or is missing") {
    const char *data = small_set();
    char out[4000];
    cr_assert(shell(out, sizeof out,
                    BUILD "/07_lenet5 train --epochs 5 --batch 30 --data %s --save %s/still.st",
                    data, data) == 0);
    check_live(data, "dumb", "exit");
    check_live(data, "qt", "kill -9 $$");
    check_live(data, "x11", "sleep 30");
    cr_expect(shell(out, sizeof out, "PATH=%s " BUILD "/07_lenet5 train --live --log %s/new 2>&1",
                    data, data) == 1 &&
                  strstr(out, "gnuplot-nox"),
              "%s", out);
    cr_expect(shell(out, sizeof out, "test -e %s/new", data) == 1, "the log was touched");
}

/* ------------------------------------------------------------------ the command line ----- */

/* --probe: two more lines in the log, of test images only; the run itself stays the same. */
static void check_probe(const char *dir) {
    static const char *const probe[2] = {"", "--probe 2"};
    char out[4000];
    for (int k = 0; k < 2; k++) {
        int code = shell(out, sizeof out,
                         BUILD "/07_lenet5 train --data %s --epochs 1 --batch 70 --log %s/p.tsv "
                               "--save %s/p%d.st %s 2>&1",
                         dir, dir, dir, k, probe[k]);
        cr_assert(code == 0, "exit code %d: %s", code, out);
    }
    int code = shell(out, sizeof out,
                     "cmp %s/p0.st %s/p1.st 2>&1 && awk '$3 == \"nan\" { printf \"%%s%%s \", $1, "
                     "$4 == \"nan\" && $6 <= 1 ? \"p\" : \"\" }' %s/p.tsv",
                     dir, dir, dir);
    cr_expect(code == 0 && strcmp(out, "0 2p 4p 5 ") == 0, "%d: %s", code, out);
}

/* The numbers of a block of a table, against what they should be. */
static void expect_block(const char *dir, const char *table, const char *name, int count,
                         const real *want) {
    char path[300], line[4000], head[60];
    double got;
    snprintf(path, sizeof path, "%s/%s.tsv", dir, table);
    snprintf(head, sizeof head, "# %s\n", name);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "%s", path);
    bool found = false;
    while (!found && fgets(line, sizeof line, file))
        found = strcmp(line, head) == 0;
    cr_assert(found, "%s: there is no block %s", path, name);
    for (int i = 0; i < count; i++)
        cr_assert(fscanf(file, "%lf", &got) == 1 && fabs(got - (double)want[i]) < 1e-5,
                  "%s, %s: number %d is %g, want %g", path, name, i, got, (double)want[i]);
    fclose(file);
}

/* Images, and states of F6, of the first test image of each digit. */
static void check_states(const char *dir) {
    Network net = lenet5_with(&lenet5_1998);
    Dataset all = few(500);
    Workspace space;
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    real *params = reals(network_params(&net));
    char path[300], name[40];
    snprintf(path, sizeof path, "%s/1998.st", dir);
    gemm_single_thread();
    cr_assert(safetensors_load(path, network_tensors(&net, params, tensor), tensor, &error));
    cr_assert(workspace_new(&net, 1, &space, &error));
    for (int digit = 0; digit < CLASSES; digit++) {
        int image = 300;
        while (all.label[image] != digit)
            image++;
        network_input(&net, &all, NULL, image, 1, &space);
        network_forward(&net, 1, params, &space);
        snprintf(name, sizeof name, "image %d", digit);
        expect_block(dir, "codes", name, shape_size(net.layer[0].in), space.y[0]);
        snprintf(name, sizeof name, "state %d", digit);
        expect_block(dir, "codes", name, CODE, space.y[net.layers]);
    }
    workspace_free(&space);
}

/* The original has one more table: code, image and state of F6 for each digit. */
static void check_codes(const char *dir) {
    char out[4000];
    int code = shell(
        out, sizeof out,
        BUILD
        "/07_lenet5 train --data %s --net 1998 --epochs 1 --save %s/1998.st > /dev/null && " BUILD
        "/07_lenet5 tables --data %s --load %s/1998.st --dir %s > /dev/null && "
        "awk '/^#/ { n++; code = $2 == \"code\"; next } code { rows += NF == 7; "
        "for (k = 1; k <= NF; k++) black += $k == 1 } END { print n, rows, black }' %s/codes.tsv",
        dir, dir, dir, dir, dir, dir);
    int black = 0;
    for (int k = 0; k < CLASSES * CODE; k++)
        black += rbf_codes[k / CODE][k % CODE] == '#';
    char want[40];
    snprintf(want, sizeof want, "30 120 %d\n", black);
    cr_expect(code == 0 && strcmp(out, want) == 0, "%d: %s, want %s", code, out, want);
    check_states(dir);
}

/* The pixels of the input, and of the first mistake. */
static void check_images(const char *dir, int input) {
    enum { SIDE = IMAGE_SIDE + 4 };
    Network net = lenet5(ACTIVATION_RELU);
    Dataset all = few(500);
    real want[SIDE * SIDE];
    char out[40];
    dataset_image(&all, 300 + input, net.input, net.pad, want);
    expect_block(dir, "maps", "input 0", SIDE * SIDE, want);
    cr_assert(shell(out, sizeof out, "sed -n '2s/\t.*//p' %s/mistakes.tsv", dir) == 0 && *out);
    dataset_image(&all, 300 + atoi(out), (Input){0, 1}, 0, want);
    expect_block(dir, "mistakes", "mistake 0", IMAGE_BYTES, want);
}

/* The drawn filters are those of seed 1, the trained ones those of the file. */
static void check_filters(const char *dir) {
    Network net = lenet5(ACTIVATION_RELU);
    real *params = reals(network_params(&net));
    network_init(&net, INIT_UNIFORM, 1, params);
    const real *c3 = params + network_offset(&net, 3) + 25 * (2 * 6 + 5); /* filter 2, map 5 */
    expect_block(dir, "filters", "drawn C1 0", 25, params);
    expect_block(dir, "filters", "drawn C3 17", 25, c3);
    char path[300];
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    double drawn = (double)params[0];
    snprintf(path, sizeof path, "%s/1.safetensors", dir);
    cr_assert(safetensors_load(path, network_tensors(&net, params, tensor), tensor, &error));
    cr_expect(fabs(drawn - (double)params[0]) > 1e-5, "nothing was learned");
    expect_block(dir, "filters", "trained C1 0", 25, params);
    expect_block(dir, "filters", "trained C3 17", 25, c3);
}

/* Every table against what is known about it: counts, order, sums, and parameters. */
static void check_tables(const char *dir, double accuracy) {
    char out[4000];
    int code = shell(
        out, sizeof out,
        BUILD "/07_lenet5 tables --data %s --load %s/1.safetensors --dir %s --image 3 2>&1 && "
              "ls %s/*.tmp 2>&1; test ! -e %s/codes.tsv",
        dir, dir, dir, dir, dir);
    cr_expect(code == 0, "exit code %d: %s", code, out);
    static const char *const checks[][2] = {
        {"confusion: right ones, all", "awk '{ right += $NR; for (k = 1; k <= NF; k++) all += $k } "
                                       "END { print right, all, NR, NF }' confusion.tsv"},
        {"mistakes: lines, pictures, in order",
         "awk '/^# m/ { pictures++ } /^#/ || NF != 4 { next } "
         "{ n++; bad += $2 == $3 || $4 > last && n > 1; last = $4 } END { print n, pictures, bad + "
         "0 }' mistakes.tsv"},
        {"maps: blocks, and the sum of the last",
         "awk '/^#/ { n++; sum = 0; next } { for (k = 1; k <= NF; k++) sum += $k } END { printf "
         "\"%d %.4f\\n\", n, sum }' maps.tsv"},
        {"histograms: how many, smallest and largest sum of shares",
         "awk -F '\\t' 'NR > 1 { sub(/ zero/, \"\", $1); sum[$1 $2] += $4 } END { low = 2; for (k "
         "in sum) "
         "{ n++; if (sum[k] < low) low = sum[k]; if (sum[k] > high) high = sum[k] } printf \"%d "
         "%.3f %.3f\\n\", n, low, high }' histograms.tsv"},
        {"filters", "grep -c '^#' filters.tsv"},
        {"histograms: what differs, drawn and trained; how many bins near 1 are full",
         "awk -F '\\t' 'NR > 1 && !/zero/ { split($1, w, \" \"); x[$1] = x[$1] \" \" $4; "
         "near += w[1] == \"gradient\" && $3 > -0.2 && $4 > 0.1 } "
         "END { print x[\"weight drawn\"] != x[\"weight trained\"], "
         "x[\"gradient drawn\"] != x[\"gradient trained\"], near }' histograms.tsv"},
    };
    int right = (int)lround(accuracy * 200), wrong = 200 - right < 24 ? 200 - right : 24;
    char want[6][80];
    snprintf(want[0], sizeof *want, "%d 200 10 10\n", right);
    snprintf(want[1], sizeof *want, "%d %d 0\n", wrong, wrong);
    snprintf(want[2], sizeof *want, "73 1.0000\n");
    snprintf(want[3], sizeof *want, "20 1.000 1.000\n");
    snprintf(want[4], sizeof *want, "204\n");
    snprintf(want[5], sizeof *want, "1 1 0\n");
    for (int k = 0; k < 6; k++) {
        char command[1000];
        snprintf(command, sizeof command, "cd %s && %s", dir, checks[k][1]);
        shell(out, sizeof out, "%s", command);
        cr_expect(strcmp(out, want[k]) == 0, "%s: %s, want %s", checks[k][0], out, want[k]);
    }
    check_images(dir, 3);
    check_filters(dir);
}

Test(ch07, t10_train_save_test,
     .description = "[1 pts] the same bits on 1 and 2 threads, log, parameters, tables") {
    const char *dir = small_set();
    char out[4000];
    for (int threads = 1; threads <= 2; threads++) {
        int code = shell(
            out, sizeof out,
            BUILD "/07_lenet5 train --data %s --epochs 2 --batch 70 --threads %d --log %s/%d.tsv "
                  "--save %s/%d.safetensors 2>&1",
            dir, threads, dir, threads, dir, threads);
        cr_assert(code == 0, "exit code %d: %s", code, out);
    }
    const char *result = strstr(out, "result test_accuracy=");
    double accuracy, test_loss, train_loss, seconds, whole;
    int epochs, seed, params, mb, length = 0;
    cr_assert(result != NULL, "no result line: %s", out);
    int read =
        sscanf(result,
               "result test_accuracy=%lf test_loss=%lf train_loss=%lf epochs=%d seed=%d params=%d "
               "seconds_per_epoch=%lf seconds=%lf peak_rss_mb=%d\n%n",
               &accuracy, &test_loss, &train_loss, &epochs, &seed, &params, &seconds, &whole, &mb,
               &length);
    cr_expect(read == 9 && result[length] == '\0', "%s", result);
    cr_expect(epochs == 2 && seed == 1 && params == 61706 && mb > 0);

    /* 1 header, epoch 0, and per epoch 5 batches (the last one small) and a line of its own; seconds differ, the rest not */
    cr_expect(
        shell(out, sizeof out,
              "cd %s && for t in 1 2; do cut -f1-7,9 $t.tsv > $t.cut; done; "
              "cmp 1.cut 2.cut && cmp 1.safetensors 2.safetensors && test $(wc -l < 1.tsv) = 14",
              dir) == 0,
        "%s", out);
    cr_expect(shell(out, sizeof out, "head -n 2 %s/1.tsv", dir) == 0);
    const char head[] =
        "iteration\tepoch\tloss\ttrain_accuracy\ttrain_loss\ttest_accuracy\ttest_loss\tseconds\t"
        "learning_accuracy\n"
        "0\t0\tnan\t";
    cr_expect(strncmp(out, head, sizeof head - 1) == 0, "%s", out);

    int code = shell(out, sizeof out,
                     BUILD "/07_lenet5 test --data %s --load %s/1.safetensors 2>&1", dir, dir);
    double again = 0;
    result = strstr(out, "result test_accuracy=");
    cr_expect(code == 0 && result && sscanf(result, "result test_accuracy=%lf", &again) == 1 &&
                  again == accuracy,
              "%d, accuracy %g, want %g: %s", code, again, accuracy, out);
    cr_expect(strstr(out, "confusion matrix") != NULL);
    check_tables(dir, accuracy);
    check_codes(dir);
    check_probe(dir);
}

/* A number out of the program's output, or -1. */
static double number_after(const char *text, const char *what) {
    const char *at = strstr(text, what);
    return at ? strtod(at + strlen(what), NULL) : -1;
}

Test(ch07, t12_flags,
     .description = "[1 pts] activation, init, seed, load and the saved activation count") {
    const char *dir = small_set();
    char out[4000];
    /* one epoch each way: every flag must change the result */
    static const char *const flags[] = {"--seed 1",  "--seed 2",      "--activation sigmoid",
                                        "--init he", "--init normal", "--optimizer momentum",
                                        "--lr 0.003"};
    double loss[7]; /* all digits of it, from the log */
    for (int k = 0; k < 7; k++) {
        int code = shell(
            out, sizeof out,
            BUILD
            "/07_lenet5 train --data %s --epochs 1 --batch 30 --save %s/%d.st --log %s/log %s",
            dir, dir, k, dir, flags[k]);
        cr_assert(code == 0, "%s: %s", flags[k], out);
        cr_assert(shell(out, sizeof out, "tail -n 1 %s/log | cut -f7", dir) == 0);
        loss[k] = strtod(out, NULL);
        for (int i = 0; i < k; i++)
            cr_expect(loss[i] != loss[k], "%s gave the same as %s", flags[k], flags[i]);
    }
    /* the original keeps its switches in its file, too */
    cr_assert(shell(out, sizeof out,
                    BUILD "/07_lenet5 train --net 1998 --data %s --epochs 1 --save %s/1998.st", dir,
                    dir) == 0,
              "%s", out);
    cr_expect(strstr(out, "60,000 parameters") &&
                  strstr(out, "optimizer sdlm  lr 5e-05  mu 0.02") && strstr(out, "batch 1 "),
              "%s", out);
    double original = number_after(out, "test_loss=");
    cr_expect(
        shell(out, sizeof out, BUILD "/07_lenet5 test --data %s --load %s/1998.st", dir, dir) == 0);
    cr_expect(number_after(out, "test_loss=") == original, "want %g: %s", original, out);
    cr_expect(shell(out, sizeof out,
                    BUILD "/07_lenet5 test --net modern --data %s --load %s/1998.st 2>&1", dir,
                    dir) == 1 &&
                  strstr(out, "has not"),
              "%s", out);
    /* the sigmoid's file says what it is; training goes on from where a file left off */
    cr_expect(shell(out, sizeof out, BUILD "/07_lenet5 test --data %s --load %s/2.st", dir, dir) ==
              0);
    cr_expect(fabs(number_after(out, "test_loss=") - loss[2]) < 1e-4, "want %g: %s", loss[2], out);
    cr_expect(shell(out, sizeof out, BUILD "/07_lenet5 train --data %s --epochs 1 --load %s/0.st",
                    dir, dir) == 0);
    cr_expect(fabs(number_after(out, "test loss ") - loss[0]) < 1e-4,
              "epoch 0 must begin at %g: %s", loss[0], out);
}

/* A loss that becomes NaN in the very last step must not be saved as a success either. */
Test(ch07, t13_diverges_at_the_end,
     .description = "[1 pts] nothing is saved, the exit code says so") {
    const char *dir = small_set();
    char out[4000];
    int code =
        shell(out, sizeof out,
              BUILD "/07_lenet5 train --data %s --epochs 1 --batch 300 --optimizer sgd --lr 1e30 "
                    "--save %s/bad.st 2>&1 > /dev/null",
              dir, dir);
    cr_expect(code == 1 && strstr(out, "at iteration 1: training has diverged"), "%d: %s", code,
              out);
    cr_expect(shell(out, sizeof out, "test -e %s/bad.st", dir) != 0, "it saved the wreck");

    /* and a step whose loss is not finite leaves the parameters alone */
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(50);
    Trainer t = trainer_for(&net, &data, 50, 1, "sgd");
    t.params[0] = (real)NAN;
    real *before = reals(61706);
    memcpy(before, t.params, 61706 * sizeof(real));
    Step step = trainer_step(&t, 0);
    cr_expect(isnan(step.loss) && memcmp(before, t.params, 61706 * sizeof(real)) == 0);
    trainer_free(&t);
}

Test(ch07, t11_refuses, .description = "[1 pts] one line that says what, where and what to do") {
    const char *dir = small_set();
    char out[4000];
    /* DIR stands for the folder of the small set */
    static const struct {
        int code;
        const char *arguments, *says;
    } bad[] = {
        {2, "", "train, test, tables, predict or info"},
        {2, "teach", "unknown command teach"},
        {2, "train --batch 0", "--batch 0: expected a whole number from 1"},
        {2, "train --batch 5x", "--batch 5x"},
        {2, "train --data DIR --batch 301", "there are only 300"},
        {2, "train --epochs -1", "--epochs -1"},
        {2, "train --epochs 99999999999999999999", "--epochs 99999999999999999999"},
        {2, "train --lr nan", "--lr nan: expected a number from 1e-30"},
        {2, "train --lr 0", "--lr 0"},
        {2, "train --lr=-0.1", "--lr -0.1"},
        {2, "train --threads 9999", "--threads 9999: expected a whole number from 1 to 256"},
        {2, "train --seed -1", "--seed -1"},
        {2, "train --optimizer adamw", "expected one of: sgd momentum"},
        {2, "train --activation elu", "expected one of: relu sigmoid tanh"},
        {2, "train --head rbf", "--head rbf needs --activation tanh"},
        {2, "train --net 1989", "expected one of: modern 1998"},
        {2, "train --show-distorted", "recipe report distorts nothing"},
        {2, "train --show-distorted --shift 1 --image 70000", "only 60000 training images"},
        {2, "train --show-distorted=1", "--show-distorted takes no value"},
        {2, "train --shift -1", "--shift -1: expected a number from 0 to 28"},
        {2, "train --copies 3", "--copies without a distortion"},
        {2, "train --mu 0.1", "--mu belongs to --optimizer sdlm"},
        {2, "train --optimizer sdlm --mu 0", "sdlm divides by mu"},
        {2, "test --load x --validate 100", "--validate is for train, not for test"},
        {2, "test --load x --epochs 3", "--epochs is for train info, not for test"},
        {2, "train --outputs x", "--outputs is for test, not for train"},
        {2, "predict --load x --data y z", "--data is for train test tables, not for predict"},
        {2, "train --recipe best", "--recipe best: expected one of: report"},
        {2, "train --average 1", "--average 1: expected a number from 0"},
        {2, "train --data DIR --validate 300", "--validate 300: there are only 300"},
        {2, "train --pool mean", "expected one of: max subsample"},
        {2, "train --c3 half", "expected one of: full table"},
        {2, "train --j 0", "a number from 1e-300 to inf"},
        {2, "train --init zero", "expected one of: uniform"},
        {2, "info --live", "--live is for train"},
        {2, "train --bogus 3", "unknown flag --bogus"},
        {2, "train -x", "unknown flag -x"},
        {2, "train --log", "--log needs a value"},
        {2, "train --save ''", "--save needs a value"},
        {2, "train now", "unexpected argument now"},
        {2, "test", "test needs --load FILE"},
        {2, "predict x.png", "predict needs --load FILE"},
        {2, "predict --load x", "at least one image"},
        {2, "tables --load x", "tables needs --load FILE, the parameters"},
        {2, "train --probe 0", "--probe 0: expected a whole number from 1"},
        {1, "tables --load DIR/none --dir DIR", "No such file"},
        {1, "train --data DIR/none", "DIR/none/train-images-idx3-ubyte"},
        {1, "train --data DIR --save DIR/none/x", "cannot save there"},
        {1, "train --data DIR --log DIR/none/x", "cannot write the log"},
        {1, "train --data DIR --log DIR/train-labels-idx1-ubyte", "exists and is not a log"},
        {1, "train --data DIR --epochs 1 --log /dev/full", "/dev/full: the log is incomplete"},
        {1, "train --data DIR --epochs 1 --save /dev/full", "not a regular file"},
        {1, "train --data DIR --epochs 1 --checkpoint DIR/none/x", "cannot save there"},
        {1, "train --data DIR --resume DIR/train-labels-idx1-ubyte", "not a safetensors file"},
        {1, "test --data DIR --load DIR/none", "No such file"},
        {1, "test --data DIR --load DIR/train-labels-idx1-ubyte", "not a safetensors file"},
        {1, "train --data DIR --optimizer sgd --lr 1e30 --batch 50 --epochs 3",
         "try a smaller rate than --lr 1e+30"},
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        char arguments[400] = "", says[200] = "";
        const char *const from[2] = {bad[k].arguments, bad[k].says};
        char *const to[2] = {arguments, says};
        for (int i = 0; i < 2; i++) {
            const char *rest = from[i];
            for (const char *at; (at = strstr(rest, "DIR")); rest = at + 3)
                strncat(to[i], rest, (size_t)(at - rest)), strcat(to[i], dir);
            strcat(to[i], rest);
        }
        int code = shell(out, sizeof out, BUILD "/07_lenet5 %s 2>&1 > /dev/null", arguments);
        cr_expect(code == bad[k].code, "'%s': exit code %d, want %d: %s", arguments, code,
                  bad[k].code, out);
        cr_expect(strstr(out, says) != NULL, "'%s' does not say '%s': %s", arguments, says, out);
        const char *end = strchr(out, '\n');
        cr_expect(strncmp(out, "error: ", 7) == 0 && end && end[1] == '\0',
                  "'%s': not one line: %s", arguments, out);
    }
    cr_expect(shell(out, sizeof out, BUILD "/07_lenet5 --help") == 0 &&
              strstr(out, "--optimizer NAME"));
    cr_expect(shell(out, sizeof out, BUILD "/07_lenet5 train --help") == 0 &&
              strstr(out, "--optimizer NAME"));
    cr_expect(shell(out, sizeof out, BUILD "/07_lenet5 info") == 0 && strstr(out, "61,706"), "%s",
              out);
}

#else /* the double build: numerical gradients of the whole network */

/* The summed loss of three images as a function of the parameters. */
typedef struct Whole {
    const Network *net;
    Workspace space;
    real *params;
    const real *base, *direction; /* params = base + along * direction, when there is a direction */
    real along;
} Whole;

static double whole_loss(void *context) {
    Whole *w = context;
    if (w->direction)
        for (size_t i = 0; i < network_params(w->net); i++)
            w->params[i] = w->base[i] + w->along * w->direction[i];
    return network_forward(w->net, 3, w->params, &w->space);
}

/* Whether entry i of the flat vector is a parameter: missing links only hold a place. */
static bool is_parameter(const Network *net, size_t i) {
    int layer = 0;
    while (i >= network_offset(net, layer + 1))
        layer++;
    size_t within = i - network_offset(net, layer);
    return within >= layer_weights(&net->layer[layer]) || layer_linked(&net->layer[layer], within);
}

/* Some entries of one tensor: all of a bias, 40 drawn ones of a weight. */
static void check_entries(Whole *whole, const char *name, size_t begin, size_t count,
                          const real *grad, Rng *rng, GradFinding *finding) {
    enum { MOST = 128 };
    double got[MOST], want[MOST], bar[MOST], tolerance[MOST];
    size_t picks = count <= MOST ? count : 40;
    for (size_t k = 0; k < picks; k++) {
        size_t i = begin + (picks == count ? k : (size_t)rng_below(rng, (int)count));
        while (!is_parameter(whole->net, i))
            i = begin + (size_t)rng_below(rng, (int)count);
        got[k] = (double)grad[i];
        want[k] = gradcheck_difference(whole_loss, whole, &whole->params[i], &bar[k]);
    }
    gradcheck_tolerance(picks, got, want, bar, whole_loss(whole), tolerance);
    GradTensor tensor = {name, 1, {(int)picks}, got, want, tolerance};
    gradcheck_judge("network", 3, &tensor, 0.05, finding);
}

static void check_whole_network(Network net, bool enlarge) {
    Dataset data = few(200);
    Trainer t = trainer_for(&net, &data, 20, 2, "adam");
    train_epochs(&t, 2); /* 20 steps: away from the first point, where much is symmetric */
    if (enlarge)         /* or next to nothing would arrive at C1 */
        for (size_t i = 0; i < network_params(&net); i++)
            t.params[i] *= 4;
    Whole whole = {.net = &net, .params = t.params};
    Error error;
    GradFinding finding = {.ok = true};
    Rng rng = rng_seed(1, 0);
    size_t params = network_params(&net);
    real *grad = reals(params);
    cr_assert(workspace_new(&net, 3, &whole.space, &error));
    network_input(&net, &data, NULL, 10, 3, &whole.space);
    whole_loss(&whole);
    network_backward(&net, 3, t.params, 1, &whole.space, grad);
    Tensor tensor[2 * LAYERS_MAX];
    int count = network_tensors(&net, t.params, tensor);
    for (int k = 0; k < count; k++)
        check_entries(&whole, tensor[k].name, (size_t)(tensor[k].data - t.params),
                      tensor_size(&tensor[k]), grad, &rng, &finding);
    cr_expect(finding.checked > 420, "only %zu entries", finding.checked);
    expect_ok(finding);

    /* One direction through all parameters at once: the slope must be grad . direction. */
    real *base = reals(params), *direction = normals(&rng, params);
    memcpy(base, t.params, params * sizeof *base);
    whole.base = base, whole.direction = direction;
    double slope = 0, bar, tolerance;
    for (size_t i = 0; i < params; i++)
        direction[i] = is_parameter(&net, i) ? direction[i] / 250 : 0,
        slope += (double)grad[i] * (double)direction[i];
    double want = gradcheck_difference(whole_loss, &whole, &whole.along, &bar);
    gradcheck_tolerance(1, &slope, &want, &bar, whole_loss(&whole), &tolerance);
    cr_expect(tolerance > 0 && fabs(slope - want) <= tolerance, "slope %.12g, want %.12g", slope,
              want);
    workspace_free(&whole.space);
    trainer_free(&t);
}

Test(ch07, t03_gradient,
     .description = "[1 pts] the whole network against differences, ReLU and sigmoid") {
    check_whole_network(lenet5(ACTIVATION_RELU), false);
    check_whole_network(lenet5(ACTIVATION_SIGMOID), true);
}

Test(ch07, t16_gradient_1998,
     .description = "[1 pts] the original against differences, both losses") {
    Lenet5 choice = lenet5_1998;
    check_whole_network(lenet5_with(&choice), false);
    choice.j = 40;
    check_whole_network(lenet5_with(&choice), false);
}

/* The last layer's curvature written out; for all others: never negative, and something to divide by. */
Test(ch07, t17_curvature_pass,
     .description = "[1 pts] F6: h = 2 f'^2 x^2; none negative; no link, no curvature") {
    Network net = lenet5_with(&lenet5_1998);
    Dataset data = few(4);
    Trainer t = trainer_for(&net, &data, 1, 1, "sdlm");
    Workspace space;
    Error error;
    int n = (int)network_params(&net), positive = 0;
    cr_assert(workspace_new(&net, 4, &space, &error));
    trainer_curvature(&t, 0, 4); /* the mean over all four images */
    network_input(&net, &data, NULL, 0, 4, &space);
    network_forward(&net, 4, t.params, &space);
    const real *x = space.y[10], *y = space.y[12], *h = t.state + network_offset(&net, 10);
    for (int o = 0; o < 84; o++) {
        double bias = 0;
        for (int i = 0; i < 4; i++) {
            double slope = (2.0 / 3 / 1.7159) * (1.7159 - y[i * 84 + o]) * (1.7159 + y[i * 84 + o]);
            bias += 2 * slope * slope / 4;
        }
        cr_expect(fabs(h[84 * 120 + o] - bias) < 1e-9, "hb[%d]: got %g, want %g", o,
                  h[84 * 120 + o], bias);
        for (int k = 0; k < 120; k += 17) {
            double want = 0;
            for (int i = 0; i < 4; i++) {
                double slope =
                    (2.0 / 3 / 1.7159) * (1.7159 - y[i * 84 + o]) * (1.7159 + y[i * 84 + o]);
                want += 2 * slope * slope * x[i * 120 + k] * x[i * 120 + k] / 4;
            }
            cr_expect(fabs(h[o * 120 + k] - want) < 1e-9, "hw[%d,%d]: got %g, want %g", o, k,
                      h[o * 120 + k], want);
        }
    }
    for (int i = 0; i < n; i++) {
        cr_expect(t.state[i] >= 0, "h[%d] = %g", i, t.state[i]);
        positive += t.state[i] > 0;
    }
    cr_expect(positive == 60000, "%d parameters have a curvature, 60,000 have a link", positive);
    workspace_free(&space);
    trainer_free(&t);
}

#endif
