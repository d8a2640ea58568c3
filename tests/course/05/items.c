/* Chapter 5: softmax, cross-entropy, and the two fused. */
#include "course/examine/data.h"
#include "course/examine/exam.h"
#include "course/examine/expected.h"
#include "course/examine/items_layer.h"

#include <stdlib.h>

/* The content of x. */
typedef enum Data {
    BY_HAND, /* logarithms of whole numbers */
    MODEST,  /* as from a network */
    FAR,     /* scores whose exponentials overflow or vanish */
    WITH_NAN /* a row with a NaN */
} Data;

/* In each row two scores are large and close, so that neither has p = 1, and one is so small that
   its p underflows. */
static void spread(Call *c) {
    int classes = c->g.in.c;
    for (int row = 0; row < c->g.n; row++) {
        double middle = 600 * (row - 1);
        size_t first = (size_t)(row * classes);
        call_set(c, A_X, first + (size_t)(row % classes), middle + 250);
        call_set(c, A_X, first + (size_t)((row + 1) % classes), middle + 249);
        call_set(c, A_X, first + (size_t)((row + 2) % classes), middle - 100);
    }
}

/* Each row has its own numbers: a row that is mistaken for another shows. */
static void fill_x(Call *c, Rng *rng, Data data) {
    const double hand[6] = {0, log(2.0), log(5.0), log(3.0), 0, log(6.0)};
    int classes = c->g.in.c;
    for (size_t i = 0; i < c->array[A_X].count; i++) {
        int row = (int)i / classes;
        double x = 2.5 * rng_normal(rng) + row;
        if (data == BY_HAND) x = hand[i % 6];
        if (data == FAR) x = 60 * rng_normal(rng) + 600 * (row - 1);
        call_set(c, A_X, i, x);
    }
    if (data == FAR) spread(c);
    if (data == WITH_NAN) call_set(c, A_X, (size_t)(classes + 1), (double)NAN);
}

/* Labels that are not always the largest, nor all the same. */
static void fill_labels(Call *c, Rng *rng) {
    for (int i = 0; i < c->g.n; i++)
        call_set(c, A_LABEL, (size_t)i, (i + 1 + rng_below(rng, 2)) % c->g.in.c);
}

static Call loss_call(Function f, int n, int classes, Data data) {
    static const char *const what[] = {"logarithms of whole numbers", "modest scores",
                                       "scores far apart", "a NaN among the scores"};
    Geometry g = {.n = n, .in = {classes, 1, 1}, .out = {classes, 1, 1}};
    Call c = call_new(f, g, "%s, %d classes, %d image%s", what[data], classes, n, n > 1 ? "s" : "");
    const int table[2] = {n, classes}, one = 1;
    bool naive = f == CALL_SOFTMAX_NAIVE || f == CALL_CROSS_ENTROPY_NAIVE;
    bool back = f == CALL_SOFTMAX_CE_BACKWARD;
    bool labels = back || f == CALL_CROSS_ENTROPY_NAIVE || f == CALL_SOFTMAX_CE_FORWARD;
    c.tolerance = naive ? 1e-6 : 4e-6; /* float's: the formula may be computed in it */
    call_array(&c, A_X, REALS, GIVEN, "x", "image,i", table);
    if (labels) call_array(&c, A_LABEL, BYTES, GIVEN, "label", "image", &n);
    if (f != CALL_CROSS_ENTROPY_NAIVE)
        call_array(&c, A_SCORE, naive ? DOUBLES : REALS, back ? GIVEN : RESULT, "p", "image,i",
                   table);
    if (f == CALL_CROSS_ENTROPY_NAIVE || f == CALL_SOFTMAX_CE_FORWARD)
        call_array(&c, A_LOSS, DOUBLES, RESULT, "loss", "loss", &one);
    if (f == CALL_SOFTMAX) call_array(&c, A_LOSS, DOUBLES, RESULT, "returned", "image", &n);
    if (f == CALL_SOFTMAX_CE_FORWARD)
        call_array(&c, A_DECISION, INTS, RESULT, "decision", "image", &n);
    if (back) call_array(&c, A_DX, REALS, RESULT, "dx", "image,i", table);
    return c;
}

/* The naive loss has room for 10 classes. */
static void softmax_cases(Exam *exam, Function f, Data data) {
    static const int size[5][2] = {{1, 3}, {2, 3}, {4, 5}, {3, 10}, {3, 130}};
    int sizes = f == CALL_CROSS_ENTROPY_NAIVE ? 4 : 5;
    Rng rng = exam_rng(exam);
    for (int k = 0; k < sizes; k++) {
        Call c = loss_call(f, size[k][0], size[k][1], k < 2 && data == MODEST ? BY_HAND : data);
        call_ready(&c);
        fill_x(&c, &rng, k < 2 && data == MODEST ? BY_HAND : data);
        if (c.array[A_LABEL].present) fill_labels(&c, &rng);
        examine(exam, c);
    }
}

void item_05_1_softmax(Exam *exam) {
    softmax_cases(exam, CALL_SOFTMAX_NAIVE, MODEST);
}

void item_05_1_loss(Exam *exam) {
    softmax_cases(exam, CALL_CROSS_ENTROPY_NAIVE, MODEST);
}

void item_05_2_values(Exam *exam) {
    softmax_cases(exam, CALL_SOFTMAX, MODEST);
}

void item_05_2_stable(Exam *exam) {
    softmax_cases(exam, CALL_SOFTMAX, FAR);
}

/* ------------------------------------------------------------------ forward -------------- */

/* The first row's label becomes improbable, or every row's, where p underflows. */
static void surprise(Call *c, Data data) {
    int classes = c->g.in.c;
    double most = call_get(c, A_X, 0);
    for (int i = 1; i < classes; i++)
        most = fmax(most, call_get(c, A_X, (size_t)i));
    if (data == MODEST) call_set(c, A_X, (size_t)call_get(c, A_LABEL, 0), most - 8);
    for (int row = 0; data == FAR && row < c->g.n; row++)
        call_set(c, A_LABEL, (size_t)row, (row + 2) % classes);
}

/* Loss or decision; the probabilities belong to another exercise. */
static void forward_case(Exam *exam, Rng *rng, int n, int classes, Data data, bool loss) {
    Call c = loss_call(CALL_SOFTMAX_CE_FORWARD, n, classes, data);
    c.array[A_SCORE].role = STATE;
    c.array[loss ? A_DECISION : A_LOSS].role = STATE;
    call_ready(&c);
    fill_x(&c, rng, data);
    if (!loss) {
        data_multiples(&c, A_X, rng, 2 * eighth, eighth); /* ties */
        for (size_t i = 0; i < c.array[A_X].count; i += 3)
            call_set(&c, A_X, i, -3);
    }
    fill_labels(&c, rng);
    if (loss) surprise(&c, data);
    examine(exam, c);
}

void item_05_3_loss(Exam *exam) {
    Rng rng = exam_rng(exam);
    forward_case(exam, &rng, 1, 3, BY_HAND, true);
    forward_case(exam, &rng, 2, 3, BY_HAND, true);
    forward_case(exam, &rng, 4, 5, MODEST, true);
    forward_case(exam, &rng, 3, 10, MODEST, true);
    forward_case(exam, &rng, 70, 26, MODEST, true);
}

void item_05_3_stable(Exam *exam) {
    Rng rng = exam_rng(exam);
    forward_case(exam, &rng, 1, 4, FAR, true);
    forward_case(exam, &rng, 3, 5, FAR, true);
    forward_case(exam, &rng, 3, 4, WITH_NAN, true);
}

void item_05_3_decision(Exam *exam) {
    Rng rng = exam_rng(exam);
    forward_case(exam, &rng, 2, 4, MODEST, false);
    forward_case(exam, &rng, 6, 5, MODEST, false);
    forward_case(exam, &rng, 9, 10, MODEST, false);
    forward_case(exam, &rng, 70, 26, MODEST, false);
}

/* ------------------------------------------------------------------ backward ------------- */

/* p is the correct result of softmax. */
static void right_p(Call *c) {
    double *v[SLOTS + 1];
    Function own = c->function;
    call_doubles(c, v);
    c->function = CALL_SOFTMAX;
    expected_right(c, v);
    c->function = own;
    for (size_t i = 0; i < c->array[A_SCORE].count; i++)
        call_set(c, A_SCORE, i, v[A_SCORE][i]);
    free(v[SLOTS]);
}

void item_05_4_gradient(Exam *exam) {
    static const struct {
        int n, classes;
        double scale;
    } some[] = {{1, 3, 1}, {2, 3, 0.5}, {4, 5, 0.125}, {3, 10, 2}, {5, 26, 0.2}};
    Rng rng = exam_rng(exam);
    for (int k = 0; k < 5; k++) {
        Call c = loss_call(CALL_SOFTMAX_CE_BACKWARD, some[k].n, some[k].classes,
                           k < 2 ? BY_HAND : MODEST);
        c.constant[0] = some[k].scale;
        call_ready(&c);
        fill_x(&c, &rng, k < 2 ? BY_HAND : MODEST);
        fill_labels(&c, &rng);
        right_p(&c);
        examine(exam, c);
    }
}
