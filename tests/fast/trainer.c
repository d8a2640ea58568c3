/*
 * Training shared out among threads: the bits of one thread.
 */
#include "07_lenet5/evaluate.h"
#include "07_lenet5/support.h"

#include <string.h>

TestSuite(fast_trainer, .timeout = 120);

/* Two epochs on more threads must end in the parameters of one thread. */
static void expect_same_on(int threads, const Trainer *one, Step want) {
    const Network *net = one->net;
    Trainer many = trainer_for(net, one->data, one->plan.batch, threads, "adam");
    Step got = train_epochs(&many, 2);
    Evaluation e1, e2;
    Error error;
    cr_expect(got.loss == want.loss && got.correct == want.correct,
              "batch %d, %d threads: loss %.17g and %.17g", one->plan.batch, threads, got.loss,
              want.loss);
    cr_expect(same_bits(PARAMS, one->params, many.params), "batch %d, %d threads: other parameters",
              one->plan.batch, threads);
    cr_assert(evaluate(net, one->params, one->data, 1, &e1, &error), "%s", error.text);
    cr_assert(evaluate(net, one->params, one->data, threads, &e2, &error), "%s", error.text);
    cr_expect(memcmp(&e1, &e2, sizeof e1) == 0, "evaluation depends on threads");
    trainer_free(&many);
}

Test(fast_trainer, same_bits_on_any_threads,
     .description = "1, 2 and 3 threads, bit for bit, on textbook and fast kernels") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(500);
    /* quarters of 37; four micro-batches of 25; two waves and a micro-batch that is not full */
    const int batches[3] = {37, 100, 260};
    for (int fast = 0; fast < 2; fast++) {
        if (fast) network_accelerate(&net);
        for (int b = 0; b < 3; b++) {
            Trainer one = trainer_for(&net, &data, batches[b], 1, "adam");
            Step want = train_epochs(&one, 2);
            expect_same_on(2, &one, want);
            expect_same_on(3, &one, want);
            trainer_free(&one);
        }
    }
    Trainer crowd = trainer_for(&net, &data, 100, 64, "adam");
    cr_expect(crowd.threads == WAVE, "%d threads take memory, a wave has %d micro-batches",
              crowd.threads, WAVE);
    trainer_free(&crowd);
}
