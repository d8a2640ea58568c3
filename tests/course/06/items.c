/*
 * Chapter 6: four steps of each optimizer, with a rate that changes from step to step; and one step
 * of many parameters.
 */
#include "course/examine/data.h"
#include "course/examine/exam.h"

enum { STEPS = 4, PARAMETERS = 5, MANY = 20580, PERIOD = 7 };

/* Constants under which every part of a formula shows: a large eps, quick forgetting. */
static const double vivid[5] = {0.75, 0.875, 0.75, 0.9375, 0.25};

/* The report's: momentum, decay, beta1, beta2, eps. */
static const double report[5] = {0.9, 0.99, 0.9, 0.999, 1e-7};

static const char *const name[] = {"sgd", "momentum", "adagrad", "rmsprop", "adam"};

static void optimizer_case(Exam *exam, Rng *rng, int rule, const double *constant, double size) {
    const double rate[STEPS] = {0.5, 0.25, 1, 0.125};
    const int table[2] = {STEPS, PARAMETERS};
    Call c = call_new(CALL_OPTIMIZER, (Geometry){.n = 1},
                      "%s, %s, gradients of about %g, rates "
                      "0.5 0.25 1 0.125",
                      name[rule], constant == report ? "the report's constants" : "other constants",
                      size);
    const int states = 2 * PARAMETERS, steps = STEPS, parameters = PARAMETERS;
    c.number[0] = rule;
    /* Roots cost a digit. Adam's 1 - beta2^t may be taken in float: at 0.999 it has four left. */
    c.tolerance = rule == 4 ? 6e-5 : rule >= 2 ? 1e-5 : 4e-6;
    for (int k = 0; k < 5; k++)
        c.constant[k] = constant[k];
    call_array(&c, A_X, REALS, GIVEN, "start", "i", &parameters);
    call_array(&c, A_DY, REALS, GIVEN, "g", "step,i", table);
    call_array(&c, A_RATE, DOUBLES, GIVEN, "lr", "step", &steps);
    call_array(&c, A_STATE, REALS, STATE, "state", "i", &states);
    call_array(&c, A_W, REALS, RESULT, "w", "step,i", table);
    call_ready(&c);
    data_distinct(&c, A_X, rng, -3, 2);
    data_list(&c, A_RATE, rate);
    data_nonzero(&c, A_DY, rng, 4, exam_count(exam) == 0 ? whole : eighth);
    for (size_t i = 0; i < STEPS * PARAMETERS; i++) {
        bool still = i % PARAMETERS == PARAMETERS - 1; /* this one's gradient is always 0 */
        call_set(&c, A_DY, i, still ? 0 : size * call_get(&c, A_DY, i));
    }
    examine(exam, c);
}

/* A third of LeNet-5's parameters, in groups of seven that are alike. */
static void many_case(Exam *exam, Rng *rng, int rule) {
    const int parameters = MANY, states = 2 * MANY, step = 1, table[2] = {1, MANY};
    Call c = call_new(CALL_OPTIMIZER, (Geometry){.n = 1}, "%s, one step of %d parameters, rate 0.5",
                      name[rule], MANY);
    c.number[0] = rule;
    c.tolerance = 4e-6;
    for (int k = 0; k < 5; k++)
        c.constant[k] = vivid[k];
    call_array(&c, A_X, REALS, GIVEN, "start", "i", &parameters);
    call_array(&c, A_DY, REALS, GIVEN, "g", "step,i", table);
    call_array(&c, A_RATE, DOUBLES, GIVEN, "lr", "step", &step);
    call_array(&c, A_STATE, REALS, STATE, "state", "i", &states);
    call_array(&c, A_W, REALS, RESULT, "w", "step,i", table);
    call_ready(&c);
    call_set(&c, A_RATE, 0, 0.5);
    data_nonzero(&c, A_X, rng, 4, eighth);
    data_nonzero(&c, A_DY, rng, 4, eighth);
    for (size_t i = PERIOD; i < MANY; i++) {
        call_set(&c, A_X, i, call_get(&c, A_X, i - PERIOD));
        call_set(&c, A_DY, i, call_get(&c, A_DY, i - PERIOD));
    }
    examine(exam, c);
}

static void optimizer(Exam *exam, int rule) {
    Rng rng = exam_rng(exam);
    optimizer_case(exam, &rng, rule, vivid, 1);
    optimizer_case(exam, &rng, rule, report, 1);
    optimizer_case(exam, &rng, rule, vivid, 0.125);
    if (rule >= 2) optimizer_case(exam, &rng, rule, report, 1e-7);
    many_case(exam, &rng, rule);
}

void item_06_1_steps(Exam *exam) {
    optimizer(exam, 0);
}

void item_06_2_steps(Exam *exam) {
    optimizer(exam, 1);
}

void item_06_3_steps(Exam *exam) {
    optimizer(exam, 2);
}

void item_06_4_steps(Exam *exam) {
    optimizer(exam, 3);
}

void item_06_5_steps(Exam *exam) {
    optimizer(exam, 4);
}
