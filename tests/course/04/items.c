/* Chapter 4: full connection, exactly; activations with their edge cases. */
#include "course/examine/data.h"
#include "course/examine/exam.h"
#include "course/examine/items_layer.h"

/* The part of backward that is examined: one mistake is to cost one item. */
typedef enum Aim { Y, DW, DX } Aim;

static void affine_case(Exam *exam, Function f, Rng *rng, Geometry g, Aim aim, bool dx) {
    double unit = exam_count(exam) < 2 ? whole : eighth;
    int in = shape_size(g.in);
    Call c = call_new(f, g, "%d inputs, %d units, %d image%s%s", in, g.out.c, g.n,
                      g.n > 1 ? "s" : "", aim == Y || dx ? "" : ", dx = NULL");
    const int w[2] = {g.out.c, in};
    layer_images(&c, aim == Y, dx);
    layer_parameters(&c, aim == Y, "o,k", w, g.out.c, "o");
    if (aim == DW) c.array[A_DX].role = STATE;
    if (aim == DX) c.array[A_DW].role = c.array[A_DB].role = STATE;
    call_ready(&c);
    data_nonzero(&c, A_W, rng, 4, unit);
    data_distinct(&c, A_B, rng, -4 + unit, 4 + unit); /* no two alike, none 0 */
    data_multiples(&c, A_X, rng, 4, unit);
    if (aim != Y) data_nonzero(&c, A_DY, rng, 4, unit);
    if (aim != Y) data_multiples(&c, A_Y, rng, 9, unit);
    examine(exam, c);
}

static void affine(Exam *exam, Function f, Aim aim) {
    static const Geometry some[] = {
        {.n = 1, .in = {3, 1, 1}, .out = {2, 1, 1}},
        {.n = 2, .in = {3, 1, 1}, .out = {4, 1, 1}},
        {.n = 3, .in = {2, 3, 2}, .out = {5, 1, 1}},
        {.n = 4, .in = {7, 1, 1}, .out = {3, 1, 1}},
        {.n = 3, .in = {1, 1, 1}, .out = {6, 1, 1}},
        {.n = 2, .in = {16, 5, 5}, .out = {120, 1, 1}},
        {.n = 3, .in = {120, 1, 1}, .out = {84, 1, 1}},
        {.n = 1, .in = {84, 1, 1}, .out = {10, 1, 1}},
        {.n = 2, .in = {300, 1, 1}, .out = {3, 1, 1}},
        {.n = 2, .in = {3, 1, 1}, .out = {130, 1, 1}},
        {.n = 70, .in = {2, 1, 1}, .out = {12, 1, 1}},
    };
    Rng rng = exam_rng(exam);
    for (int k = 0; k < (int)(sizeof some / sizeof *some); k++) {
        if (aim == DW && some[k].out.c == 120) continue; /* 48,000 answers in the handout's table */
        affine_case(exam, f, &rng, some[k], aim, aim == DX || k % 2 == 1);
    }
    for (int k = 0; k < 2; k++) {
        Geometry g = {.n = 2 + k, .in = {4 + rng_below(&rng, 5), 1, 1}};
        g.out = (Shape){g.in.c + 1 + rng_below(&rng, 4), 1, 1};
        affine_case(exam, f, &rng, g, aim, aim == DX);
    }
}

void item_04_1_exact(Exam *exam) {
    affine(exam, CALL_AFFINE_FORWARD_NAIVE, Y);
}

void item_04_2_parameters(Exam *exam) {
    affine(exam, CALL_AFFINE_BACKWARD_NAIVE, DW);
}

void item_04_2_input(Exam *exam) {
    affine(exam, CALL_AFFINE_BACKWARD_NAIVE, DX);
}

void item_04_3_exact(Exam *exam) {
    affine(exam, CALL_AFFINE_FORWARD, Y);
}

void item_04_4_parameters(Exam *exam) {
    affine(exam, CALL_AFFINE_BACKWARD, DW);
}

void item_04_4_input(Exam *exam) {
    affine(exam, CALL_AFFINE_BACKWARD, DX);
}

/* ------------------------------------------------------------------ activations ---------- */

static void fill_x(Call *c, Rng *rng, bool exact, bool edges) {
    const double edge[] = {0,    (double)NAN, (double)-INFINITY, (double)INFINITY,
                           -100, 100,         0x1p-20,           -0x1p-20};
    if (exact)
        data_multiples(c, A_X, rng, 4, eighth);
    else
        data_normals(c, A_X, rng, 2);
    for (size_t k = 0; edges && k < sizeof edge / sizeof *edge; k++)
        call_set(c, A_X, 2 * k + 1, edge[k]);
}

/* Forward is f, backward f + 1. */
static void activation_case(Exam *exam, Function f, bool forward, bool dx, bool edges, Rng *rng) {
    static const Geometry small = {.n = 2, .in = {2, 3, 4}, .out = {2, 3, 4}};
    static const Geometry large = {.n = 3, .in = {70, 1, 5}, .out = {70, 1, 5}};
    bool relu = f == CALL_RELU_FORWARD;
    Geometry g = exam_count(exam) == 1 ? large : small;
    Call c =
        call_new(forward ? f : f + 1, g, "x %dx%dx%d%s, %d images%s", g.in.c, g.in.h, g.in.w,
                 edges ? ", with NaN and infinity" : "", g.n, forward || dx ? "" : ", dx = NULL");
    layer_images(&c, forward, dx);
    if (!relu) c.tolerance = 2e-6;
    call_ready(&c);
    fill_x(&c, rng, relu, edges);
    if (!forward && relu) data_nonzero(&c, A_DY, rng, 9, eighth);
    if (!forward && !relu) data_normals(&c, A_DY, rng, 3);
    if (!forward) layer_right_y(&c, f);
    examine(exam, c);
}

static void activation(Exam *exam, Function f, bool forward) {
    Rng rng = exam_rng(exam);
    activation_case(exam, f, forward, true, false, &rng);
    activation_case(exam, f, forward, true, false, &rng);
    activation_case(exam, f, forward, true, true, &rng);
    if (!forward) activation_case(exam, f, forward, false, false, &rng);
}

void item_04_5_forward(Exam *exam) {
    activation(exam, CALL_RELU_FORWARD, true);
}

void item_04_5_backward(Exam *exam) {
    activation(exam, CALL_RELU_FORWARD, false);
}

void item_04_6_forward(Exam *exam) {
    activation(exam, CALL_SIGMOID_FORWARD, true);
}

void item_04_6_backward(Exam *exam) {
    activation(exam, CALL_SIGMOID_FORWARD, false);
}
