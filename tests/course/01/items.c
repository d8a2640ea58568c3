/* Chapter 1: windows as columns, and back. */
#include "course/examine/data.h"
#include "course/examine/exam.h"

/* A case: x holds different numbers, so that each entry of col tells where it came from. */
static void window_case(Exam *exam, Function f, Rng *rng, Geometry g, double unit) {
    bool back = f == CALL_COL2IM_NAIVE || f == CALL_COL2IM;
    g.n = 1;
    data_out(&g, 1);
    Call c = call_new(f, g, "x %dx%dx%d, windows of %dx%d, stride %d, padding %d", g.in.c, g.in.h,
                      g.in.w, g.size, g.size, g.stride, g.pad);
    const int col[5] = {g.in.c, g.size, g.size, g.out.h, g.out.w};
    const int x[3] = {g.in.c, g.in.h, g.in.w};
    call_array(&c, A_X, REALS, back ? RESULT : GIVEN, "x", "ch,r,s", x);
    call_array(&c, A_COL, REALS, back ? GIVEN : RESULT, "col", "ch,p,q|i,j", col);
    call_ready(&c);
    if (back)
        data_nonzero(&c, A_COL, rng, 9, unit);
    else
        data_distinct(&c, A_X, rng, unit, unit);
    if (!back && unit < 1) data_spread(&c, A_X);
    examine(exam, c);
}

static void plain(Exam *exam, Function f) {
    Rng rng = exam_rng(exam);
    window_case(exam, f, &rng, (Geometry){.in = {1, 3, 4}, .size = 2, .stride = 1}, whole);
    window_case(exam, f, &rng, (Geometry){.in = {2, 5, 4}, .size = 3, .stride = 1}, whole);
    window_case(exam, f, &rng, (Geometry){.in = {3, 3, 5}, .size = 2, .stride = 1}, eighth);
}

static void geometries(Exam *exam, Function f) {
    static const Geometry some[] = {
        {.in = {1, 3, 4}, .size = 2, .stride = 1, .pad = 1},
        {.in = {2, 5, 8}, .size = 3, .stride = 2, .pad = 1},
        {.in = {3, 7, 5}, .size = 2, .stride = 3, .pad = 0},
        {.in = {2, 6, 9}, .size = 5, .stride = 1, .pad = 2},
        {.in = {1, 9, 4}, .size = 4, .stride = 2, .pad = 3},
        {.in = {4, 1, 8}, .size = 1, .stride = 1, .pad = 0},
        {.in = {1, 2, 4}, .size = 3, .stride = 3, .pad = 2},
        {.in = {2, 8, 7}, .size = 3, .stride = 5, .pad = 1},
        {.in = {70, 3, 2}, .size = 2, .stride = 1, .pad = 1},
    };
    Rng rng = exam_rng(exam);
    for (size_t k = 0; k < sizeof some / sizeof *some; k++)
        window_case(exam, f, &rng, some[k], k == 0 ? whole : eighth);
    for (int k = 0; k < 3; k++)
        window_case(exam, f, &rng, data_window(&rng, 1), eighth);
}

/* The sizes of LeNet-5, and some that are nearly those. */
static void lenet_sizes(Exam *exam, Function f) {
    static const Geometry some[] = {
        {.in = {1, 32, 32}, .size = 5, .stride = 1}, {.in = {6, 14, 14}, .size = 5, .stride = 1},
        {.in = {2, 14, 12}, .size = 5, .stride = 2}, {.in = {3, 14, 14}, .size = 3, .stride = 1},
        {.in = {1, 16, 14}, .size = 5, .stride = 2}, {.in = {1, 14, 14}, .size = 4, .stride = 1},
    };
    Rng rng = exam_rng(exam);
    for (size_t k = 0; k < sizeof some / sizeof *some; k++)
        window_case(exam, f, &rng, some[k], eighth);
}

void item_01_1_plain(Exam *exam) {
    plain(exam, CALL_IM2COL_NAIVE);
}

void item_01_1_geometry(Exam *exam) {
    geometries(exam, CALL_IM2COL_NAIVE);
}

void item_01_2_plain(Exam *exam) {
    plain(exam, CALL_COL2IM_NAIVE);
}

void item_01_2_geometry(Exam *exam) {
    geometries(exam, CALL_COL2IM_NAIVE);
}

void item_01_3_exact(Exam *exam) {
    plain(exam, CALL_IM2COL);
    geometries(exam, CALL_IM2COL);
    lenet_sizes(exam, CALL_IM2COL);
}

void item_01_4_exact(Exam *exam) {
    plain(exam, CALL_COL2IM);
    geometries(exam, CALL_COL2IM);
    lenet_sizes(exam, CALL_COL2IM);
}
