/* Chapter 2: convolution. Whole numbers and eighths, so every sum is exact. */
#include "course/examine/data.h"
#include "course/examine/exam.h"
#include "course/examine/items_layer.h"

/* The part of backward that is examined: one mistake is to cost one item. */
typedef enum Aim {
    Y,         /* forward */
    DW_ALONE,  /* dw and db, with dx = NULL */
    DW_AND_DX, /* dw and db, with dx wanted in every other case */
    DX,        /* dx */
    TABLE      /* dw and db, with a connection table */
} Aim;

static bool goes_forward(Function f) {
    return f == CALL_CONV_FORWARD_NAIVE || f == CALL_CONV_FORWARD;
}

/* The arrays; col is scratch for the matrix product, the naive loops need none. */
static void declare(Call *c, Function f, Geometry g, Aim aim, bool dx) {
    bool naive = f == CALL_CONV_FORWARD_NAIVE || f == CALL_CONV_BACKWARD_NAIVE;
    const int w[4] = {g.out.c, g.in.c, g.size, g.size};
    const int col = naive ? 0 : g.in.c * g.size * g.size * g.out.h * g.out.w;
    layer_images(c, goes_forward(f), dx);
    layer_parameters(c, goes_forward(f), "f,ch,p,q", w, g.out.c, "f");
    call_array(c, A_SCRATCH, REALS, SCRATCH, "scratch", "entry", &col);
    if (aim == TABLE) call_array(c, A_LINKS, INTS, GIVEN, "links", "f", &g.out.c);
    if (aim == DX) c->array[A_DW].role = c->array[A_DB].role = STATE;
    if (aim == DW_AND_DX || aim == TABLE) c->array[A_DX].role = STATE;
    call_ready(c);
}

/* Missing links have weights of 0, as layer.h wants it, and their dw starts at 0. */
static void link(Call *c, Rng *rng) {
    int channels = c->g.in.c, window = c->g.size * c->g.size;
    for (int f = 0; f < c->g.out.c; f++) {
        int mask = f == 0 ? 1 : 1 + rng_below(rng, (1 << channels) - 1);
        call_set(c, A_LINKS, (size_t)f, mask);
        for (int i = 0; i < channels * window; i++) {
            size_t entry = (size_t)(f * channels * window + i);
            if (mask >> (i / window) & 1) continue;
            call_set(c, A_W, entry, 0);
            if (c->array[A_DW].present) call_set(c, A_DW, entry, 0);
        }
    }
}

static void conv_case(Exam *exam, Function f, Rng *rng, Geometry g, Aim aim, int turn) {
    /* The naive dx is another exercise's, 02.3: what asks for dw alone must not call it. */
    bool dx = aim == DX || (aim == TABLE && f == CALL_CONV_BACKWARD) ||
              (aim == DW_AND_DX && turn % 2 == 1);
    const char *more = aim == TABLE ? ", connection table" : dx || aim == Y ? "" : ", dx = NULL";
    data_out(&g, g.out.c);
    Call c = call_new(f, g, "x %dx%dx%d, %d filter%s of %dx%d, stride %d, padding %d, %d image%s%s",
                      g.in.c, g.in.h, g.in.w, g.out.c, g.out.c > 1 ? "s" : "", g.size, g.size,
                      g.stride, g.pad, g.n, g.n > 1 ? "s" : "", more);
    declare(&c, f, g, aim, dx);
    double unit = turn < 2 ? whole : eighth;
    data_nonzero(&c, A_W, rng, 4, unit);
    data_distinct(&c, A_B, rng, -4 + unit, 4 + unit); /* no two alike, none 0 */
    data_multiples(&c, A_X, rng, 4, unit);
    if (aim != Y) data_nonzero(&c, A_DY, rng, 4, unit);
    if (aim != Y) data_multiples(&c, A_Y, rng, 9, unit);
    if (aim == TABLE) link(&c, rng);
    examine(exam, c);
}

/* One image, one channel first, then more; no stride, no padding. */
static void plain(Exam *exam, Function f, Aim aim) {
    static const Geometry some[] = {
        {.n = 1, .in = {1, 3, 4}, .out = {1, 0, 0}, .size = 2, .stride = 1},
        {.n = 1, .in = {2, 4, 5}, .out = {3, 0, 0}, .size = 3, .stride = 1},
        {.n = 1, .in = {3, 5, 4}, .out = {2, 0, 0}, .size = 2, .stride = 1},
    };
    Rng rng = exam_rng(exam);
    for (size_t k = 0; k < sizeof some / sizeof *some; k++)
        conv_case(exam, f, &rng, some[k], aim, (int)k);
}

/* Strides, padding, several images, and windows that overlap or leave gaps. */
static void geometries(Exam *exam, Function f, Aim aim) {
    static const Geometry some[] = {
        {.n = 2, .in = {1, 3, 4}, .out = {2, 0, 0}, .size = 2, .stride = 1, .pad = 0},
        {.n = 1, .in = {1, 4, 3}, .out = {2, 0, 0}, .size = 3, .stride = 1, .pad = 1},
        {.n = 2, .in = {2, 5, 8}, .out = {3, 0, 0}, .size = 3, .stride = 2, .pad = 1},
        {.n = 3, .in = {3, 7, 5}, .out = {2, 0, 0}, .size = 2, .stride = 3, .pad = 0},
        {.n = 2, .in = {2, 6, 4}, .out = {4, 0, 0}, .size = 5, .stride = 1, .pad = 2},
        {.n = 2, .in = {4, 1, 5}, .out = {5, 0, 0}, .size = 1, .stride = 1, .pad = 0},
        {.n = 2, .in = {2, 8, 7}, .out = {3, 0, 0}, .size = 3, .stride = 4, .pad = 1},
        {.n = 1, .in = {2, 3, 4}, .out = {70, 0, 0}, .size = 2, .stride = 1, .pad = 0},
    };
    Rng rng = exam_rng(exam);
    for (size_t k = 0; k < sizeof some / sizeof *some; k++)
        conv_case(exam, f, &rng, some[k], aim, (int)k);
    for (int k = 0; k < 3; k++)
        conv_case(exam, f, &rng, data_window(&rng, 2 + k), aim, k);
}

/* LeNet's own, and one that is nearly C3. */
static void lenet_sizes(Exam *exam, Function f, Aim aim) {
    static const Geometry some[] = {
        {.n = 2, .in = {1, 32, 32}, .out = {6, 0, 0}, .size = 5, .stride = 1},
        {.n = 2, .in = {6, 14, 14}, .out = {16, 0, 0}, .size = 5, .stride = 1},
        {.n = 1, .in = {6, 14, 12}, .out = {16, 0, 0}, .size = 3, .stride = 1},
    };
    Rng rng = exam_rng(exam);
    for (size_t k = 0; k < sizeof some / sizeof *some; k++)
        conv_case(exam, f, &rng, some[k], aim, (int)k);
}

static void connection_tables(Exam *exam, Function f) {
    Rng rng = exam_rng(exam);
    for (int k = 0; k < 3; k++) {
        Geometry g = data_window(&rng, 3 + k);
        g.in.c = 3;
        conv_case(exam, f, &rng, g, TABLE, k);
    }
}

void item_02_1_plain(Exam *exam) {
    plain(exam, CALL_CONV_FORWARD_NAIVE, Y);
}

void item_02_1_geometry(Exam *exam) {
    geometries(exam, CALL_CONV_FORWARD_NAIVE, Y);
}

void item_02_2_plain(Exam *exam) {
    plain(exam, CALL_CONV_BACKWARD_NAIVE, DW_ALONE);
}

void item_02_2_geometry(Exam *exam) {
    geometries(exam, CALL_CONV_BACKWARD_NAIVE, DW_ALONE);
}

void item_02_2_table(Exam *exam) {
    connection_tables(exam, CALL_CONV_BACKWARD_NAIVE);
}

void item_02_3_plain(Exam *exam) {
    plain(exam, CALL_CONV_BACKWARD_NAIVE, DX);
}

void item_02_3_geometry(Exam *exam) {
    geometries(exam, CALL_CONV_BACKWARD_NAIVE, DX);
}

void item_02_4_exact(Exam *exam) {
    plain(exam, CALL_CONV_FORWARD, Y);
    geometries(exam, CALL_CONV_FORWARD, Y);
    lenet_sizes(exam, CALL_CONV_FORWARD, Y);
}

void item_02_5_parameters(Exam *exam) {
    plain(exam, CALL_CONV_BACKWARD, DW_AND_DX);
    geometries(exam, CALL_CONV_BACKWARD, DW_AND_DX);
    lenet_sizes(exam, CALL_CONV_BACKWARD, DW_AND_DX);
}

void item_02_5_input(Exam *exam) {
    plain(exam, CALL_CONV_BACKWARD, DX);
    geometries(exam, CALL_CONV_BACKWARD, DX);
    lenet_sizes(exam, CALL_CONV_BACKWARD, DX);
}

void item_02_5_table(Exam *exam) {
    connection_tables(exam, CALL_CONV_BACKWARD);
}
