/*
 * The trainer: the order of images, the gradient of a mini-batch, the same bits on any threads.
 */
#include "support.h"

#include "07_lenet5/evaluate.h"

#include <string.h>

TestSuite(ch07_trainer, .init = whole_network, .timeout = 120);

Test(ch07_trainer, every_image_once_per_epoch,
     .description = "a new order, a permutation, from the seed") {
    enum { IMAGES = 1000 };
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(IMAGES);
    Trainer t = trainer_for(&net, &data, 100, 1, "adam");
    Trainer again = trainer_for(&net, &data, 100, 1, "adam");
    int seen[IMAGES] = {0}, before[IMAGES];
    for (int epoch = 1; epoch <= 3; epoch++) {
        memcpy(before, t.order, sizeof before);
        trainer_begin(&t, epoch);
        trainer_begin(&again, epoch);
        for (int i = 0; i < IMAGES; i++)
            seen[t.order[i]]++;
        cr_expect(memcmp(before, t.order, sizeof before) != 0, "the order did not change");
        cr_expect(memcmp(again.order, t.order, sizeof before) == 0,
                  "the same seed gave another order");
    }
    for (int i = 0; i < IMAGES; i++)
        cr_expect(seen[i] == 3, "image %d: %d times in 3 epochs", i, seen[i]);
    trainer_free(&t);
    trainer_free(&again);
}

/* Without these the run would continue to its end, and its parameters could not be saved. */
static void train_with(const char *name, const char *kernels) {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(100);
    snprintf(net.name, sizeof net.name, "%s", name);
    net.kernels = kernels;
    trainer_for(&net, &data, 100, 1, "adam");
}

static void without_a_name(void) {
    train_with("", "textbook");
}

static void without_kernels(void) {
    train_with("lenet5", NULL);
}

Test(ch07_trainer, names, .description = "no network is trained that could not be saved") {
    expect_contract(without_a_name, "has no name");
    expect_contract(without_kernels, "no name of its kernels");
}

Test(ch07_trainer, batch_is_the_mean_of_its_images,
     .description = "micro-batches lose and repeat nothing") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(300);
    Trainer t = trainer_for(&net, &data, 300, 2, "sgd");
    real *mean = zeros(PARAMS);
    const int sizes[] = {1, 3, 57, 100, 211};
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        int n = sizes[k], correct = 0;
        double loss = 0;
        memset(mean, 0, PARAMS * sizeof *mean);
        for (int i = 0; i < n; i++) {
            Step one = trainer_gradient(&t, t.order + i, 1);
            loss += one.loss / n;
            correct += one.correct;
            for (int j = 0; j < PARAMS; j++)
                mean[j] += t.grad[j] / (real)n;
        }
        Step all = trainer_gradient(&t, t.order, n);
        cr_expect(fabs(all.loss - loss) < 1e-6, "%d images: loss %g, want %g", n, all.loss, loss);
        cr_expect(all.correct == correct, "%d images: %d correct, want %d", n, all.correct,
                  correct);
        expect_list("gradient", PARAMS, t.grad, mean, 1e-6);
    }
    trainer_free(&t);
}

/* The same steps by hand: the rate within an epoch, one long step where threads take shares, the
   mean of the parameters after each. */
Test(ch07_trainer, rate_step_and_mean,
     .description = "the schedule within an epoch, the steps, the mean of the parameters") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(300);
    Plan plan = {
        .batch = 110, .epochs = 3, .average = 0.9, .schedule = SCHEDULE_COSINE, .warmup = 1};
    plan.optimizer = optimizer_for("adam");
    Trainer t = planned(&net, &data, 1, plan);
    Optimizer by_hand = plan.optimizer;
    real *mean = zeros(PARAMS), *w = zeros(PARAMS), *state = zeros(2 * PARAMS);
    memcpy(w, t.params, PARAMS * sizeof *w);
    memcpy(mean, t.params, PARAMS * sizeof *mean);
    cr_expect(same_bits(PARAMS, trainer_result(&t), mean), "at first the mean is the parameters");
    for (int epoch = 1; epoch <= 2; epoch++) {
        trainer_begin(&t, epoch);
        for (int first = 0; first < data.n; first += plan.batch) {
            trainer_step(&t, first);
            double done = epoch - 1 + (double)first / data.n;
            double share = schedule_share(plan.schedule, plan.warmup, done, plan.epochs);
            cr_expect(t.optimizer.lr == plan.optimizer.lr * share,
                      "epoch %d, image %d: rate %g, want %g", epoch, first, t.optimizer.lr,
                      plan.optimizer.lr * share);
            by_hand.lr = t.optimizer.lr;
            optimizer_step(&by_hand, PARAMS, t.grad, state, w);
            expect_list("w", PARAMS, t.params, w, 1e-6);
            average_step(PARAMS, plan.average, t.optimizer.t, t.params, mean);
        }
    }
    cr_expect(same_bits(PARAMS, trainer_result(&t), mean), "another mean");
    cr_expect(!same_bits(PARAMS, trainer_result(&t), t.params), "the mean is not the last step");
    trainer_free(&t);
}

Test(ch07_trainer, learns,
     .description = "it can learn 200 digits by heart, with ReLU and sigmoid") {
    for (int sigmoid = 0; sigmoid < 2; sigmoid++) {
        Network net = lenet5(sigmoid ? ACTIVATION_SIGMOID : ACTIVATION_RELU);
        Dataset data = few(200);
        Trainer t = trainer_for(&net, &data, 20, 1, "adam");
        if (sigmoid) { /* its gradients are small: larger weights, a larger rate, more steps */
            network_init(&net, INIT_HE, 1, t.params);
            t.plan.optimizer.lr = 0.003;
        }
        train_epochs(&t, sigmoid ? 80 : 25);
        Evaluation e;
        Error error;
        cr_assert(evaluate(&net, t.params, &data, 2, &e, &error), "%s", error.text);
        cr_expect(0.985 <= e.accuracy, "%s: accuracy %g", sigmoid ? "sigmoid" : "relu", e.accuracy);
        trainer_free(&t);
    }
}

Test(ch07_trainer, no_step_after_divergence,
     .description = "a loss that is not finite leaves the parameters alone") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(50);
    Trainer t = trainer_for(&net, &data, 50, 1, "sgd");
    real *before = zeros(PARAMS);
    t.params[0] = (real)NAN;
    memcpy(before, t.params, PARAMS * sizeof *before);
    Step step = trainer_step(&t, 0);
    cr_expect(isnan(step.loss), "loss %g", step.loss);
    cr_expect(same_bits(PARAMS, before, t.params), "it took a step");
    cr_expect(t.optimizer.t == 0, "it counted a step");
    trainer_free(&t);
}
