/*
 * The quality of a network: counting, predicting, rejecting.
 */
#include "support.h"

#include "07_lenet5/evaluate.h"

#include <string.h>

TestSuite(ch07_evaluate, .init = whole_network, .timeout = 120);

Test(ch07_evaluate, counts_all, .description = "no tail is dropped, every image counted once") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(1234);
    Trainer t = trainer_for(&net, &data, 100, 2, "adam");
    Evaluation e;
    Error error;
    int sum = 0, correct = 0;
    double loss = 0;
    train_epochs(&t, 1);
    cr_assert(evaluate(&net, t.params, &data, 2, &e, &error), "%s", error.text);
    for (int i = 0; i < data.n; i++) {
        Step one = trainer_gradient(&t, &i, 1);
        correct += one.correct;
        loss += one.loss;
    }
    for (int i = 0; i < CLASSES; i++) { /* rows are true classes */
        int row = 0, labels = 0;
        for (int k = 0; k < CLASSES; k++)
            row += e.confusion[i][k];
        for (int k = 0; k < data.n; k++)
            labels += data.label[k] == i;
        cr_expect(row == labels, "row %d sums to %d, there are %d such images", i, row, labels);
        sum += row;
    }
    cr_expect(e.n == 1234 && sum == 1234, "%d images counted", sum);
    cr_expect(fabs(e.accuracy - correct / 1234.0) < 1e-12, "accuracy %g, want %g", e.accuracy,
              correct / 1234.0);
    cr_expect(fabs(e.loss - loss / 1234) < 1e-5, "loss %g, want %g", e.loss, loss / 1234);
    Evaluation alone;
    cr_assert(evaluate(&net, t.params, &data, 1, &alone, &error), "%s", error.text);
    cr_expect(memcmp(&e, &alone, sizeof e) == 0, "evaluation depends on the number of threads");
    trainer_free(&t);
}

/* One prediction against the ten scores of the loss. */
static void expect_prediction(const Loss *loss, const real *score, int decision,
                              const Prediction *got) {
    double best = -1e9, second = -1e9, sum = 0;
    for (int k = 0; k < CLASSES; k++) {
        double y = loss->smallest_wins ? -(double)score[k] : (double)score[k];
        if (y > best) {
            second = best;
            best = y;
        } else if (y > second) {
            second = y;
        }
        sum += loss->smallest_wins ? exp(y) : y;
    }
    double size = fabs(best), probability = (loss->smallest_wins ? exp(best) : best) / sum;
    cr_expect(got->digit == decision, "digit %d, want %d", got->digit, decision);
    cr_expect(fabs(got->score - size) < 1e-4 * fmax(1, size), "score %g, want %g", got->score,
              size);
    cr_expect(fabs(got->margin - (best - second)) < 1e-4 * fmax(1, size), "margin %g, want %g",
              got->margin, best - second);
    cr_expect(fabs(got->probability[decision] - probability) < 1e-4, "probability %g, want %g",
              got->probability[decision], probability);
}

Test(ch07_evaluate, predictions,
     .description = "the prediction for each image, on any number of threads") {
    enum { IMAGES = 60 };
    const Lenet5 *const choices[2] = {&lenet5_report, &lenet5_1998};
    for (int c = 0; c < 2; c++) {
        Network net = lenet5_with(choices[c]);
        Dataset data = few(IMAGES);
        Trainer t = trainer_for(&net, &data, 10, 1, "momentum");
        Prediction one[IMAGES], two[IMAGES];
        Workspace space;
        Error error;
        for (size_t i = 0; i < network_params(&net); i++)
            t.params[i] *= (real)1.5; /* or all scores would be nearly the same */
        cr_assert(predict(&net, t.params, &data, 1, one, &error), "%s", error.text);
        cr_assert(predict(&net, t.params, &data, 2, two, &error), "%s", error.text);
        cr_assert(workspace_new(&net, 1, &space, &error), "%s", error.text);
        for (int i = 0; i < IMAGES; i++) {
            network_input(&net, &data, i, 1, &space);
            network_forward(&net, 1, t.params, &space);
            expect_prediction(&net.loss, space.score, space.decision[0], &one[i]);
            cr_expect(two[i].digit == one[i].digit && two[i].score == one[i].score &&
                          two[i].margin == one[i].margin,
                      "image %d: depends on threads", i);
        }
        workspace_free(&space);
        trainer_free(&t);
    }
}

Test(ch07_evaluate, rejection,
     .description = "the least confident go first; margin and score by hand") {
    Network net = lenet5(ACTIVATION_RELU), original = lenet5_with(&lenet5_1998);
    uint8_t label[4] = {1, 2, 3, 4};
    Dataset data = {4, NULL, label};
    /* 1 and 3 are wrong. Most doubtful first: by margin 3 1 2 0, by score 1 2 3 0 */
    const Prediction each[4] = {{.digit = 1, .score = 0.9, .margin = 0.8},
                                {.digit = 7, .score = 0.3, .margin = 0.25},
                                {.digit = 3, .score = 0.4, .margin = 0.5},
                                {.digit = 9, .score = 0.5, .margin = 0.1}};
    /* equally doubtful: the earlier image goes first */
    const Prediction tie[4] = {{.digit = 1, .score = 0.5, .margin = 0.5},
                               {.digit = 2, .score = 0.5, .margin = 0.5},
                               {.digit = 3, .score = 0.5, .margin = 0.5},
                               {.digit = 9, .score = 0.5, .margin = 0.5}};
    const struct {
        const char *what;
        const Network *net;
        const Prediction *each;
        Doubt doubt;
        double want[4];
    } curves[] = {
        {"margin", &net, each, DOUBT_MARGIN, {0.5, 1.0 / 3, 0, 0}},
        {"score", &net, each, DOUBT_SCORE, {0.5, 1.0 / 3, 0.5, 0}},
        {"ties", &net, tie, DOUBT_MARGIN, {0.25, 1.0 / 3, 0.5, 1}},
        /* a distance: the largest is the most doubtful */
        {"distance", &original, each, DOUBT_SCORE, {0.5, 2.0 / 3, 0.5, 1}},
    };
    for (size_t c = 0; c < sizeof curves / sizeof *curves; c++) {
        double error[4];
        Error why;
        cr_assert(
            rejection_curve(curves[c].net, &data, curves[c].each, curves[c].doubt, error, &why),
            "%s", why.text);
        for (int k = 0; k < 4; k++)
            cr_expect(fabs(error[k] - curves[c].want[k]) < 1e-12,
                      "%s, %d rejected: error %g, want %g", curves[c].what, k, error[k],
                      curves[c].want[k]);
    }
}
