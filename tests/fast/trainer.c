/*
 * Training shared out among threads: the bits of one thread.
 */
#include "07_lenet5/support.h"

TestSuite(fast_trainer, .init = whole_network, .timeout = 120);

/* Two epochs on more threads must end in the parameters of one thread, and Adam in the same state:
   a checkpoint does not depend on how the work was shared. */
static void expect_same_on(int threads, const Trainer *one, Step want) {
    const Network *net = one->net;
    Trainer many = trainer_for(net, one->data, one->plan.batch, threads, "adam");
    Step got = train_epochs(&many, 2);
    cr_assert(many.gradient != one->gradient && many.step != one->step, "nothing is shared out");
    cr_assert(got.loss == want.loss && got.correct == want.correct,
              "batch %d, %d threads: loss %.17g and %.17g", one->plan.batch, threads, got.loss,
              want.loss);
    cr_assert(same_bits(PARAMS, one->params, many.params), "batch %d, %d threads: other parameters",
              one->plan.batch, threads);
    cr_assert(same_bits(2 * PARAMS, one->state, many.state), "batch %d, %d threads: other state",
              one->plan.batch, threads);
    trainer_free(&many);
}

Test(fast_trainer, same_bits_on_any_threads,
     .description = "1, 2 and 3 threads, bit for bit, on textbook and fast kernels") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(500);
    /* quarters of 37; four micro-batches of 25; two waves, whose last micro-batch is one image */
    const int batches[3] = {37, 100, 251};
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
    cr_assert(crowd.threads == 8, "%d threads take memory, a wave has 8 micro-batches",
              crowd.threads);
    trainer_free(&crowd);
}
