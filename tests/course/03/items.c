/* Chapter 3: max pooling and its edge rules. */
#include "course/examine/data.h"
#include "course/examine/exam.h"
#include "course/examine/items_layer.h"

/* The content of x. */
typedef enum Data {
    FIRST,    /* whole numbers, no two alike */
    DISTINCT, /* no two entries are alike */
    NEGATIVE, /* the same, all below 0 */
    TIES,     /* an eighth, 0 and minus an eighth */
    SOME_NAN  /* distinct, with NaNs */
} Data;

static void fill_x(Call *c, Rng *rng, Data data, bool far) {
    int count = (int)c->array[A_X].count;
    if (data == TIES) {
        data_multiples(c, A_X, rng, eighth, eighth);
        return;
    }
    if (data == FIRST)
        data_distinct(c, A_X, rng, -count / 3, whole);
    else
        data_distinct(c, A_X, rng, -eighth * (data == NEGATIVE ? count : count / 3), eighth);
    if (far) data_spread(c, A_X);
    for (int i = 0; data == SOME_NAN && i < count; i++)
        if (rng_below(rng, 6) == 0) call_set(c, A_X, (size_t)i, (double)NAN);
}

static void pool_case(Exam *exam, bool forward, bool dx, Rng *rng, Geometry g, Data data) {
    static const char *const what[] = {"", "", ", all negative", ", with ties", ", with NaNs"};
    Function f = forward ? CALL_MAX_POOL_FORWARD : CALL_MAX_POOL_BACKWARD;
    data_out(&g, g.in.c);
    Call c = call_new(f, g, "x %dx%dx%d%s, windows of %dx%d, stride %d, padding %d, %d image%s%s",
                      g.in.c, g.in.h, g.in.w, what[data], g.size, g.size, g.stride, g.pad, g.n,
                      g.n > 1 ? "s" : "", forward || dx ? "" : ", dx = NULL");
    layer_images(&c, forward, dx);
    call_ready(&c);
    fill_x(&c, rng, data, exam_count(exam) > 1);
    if (!forward) data_nonzero(&c, A_DY, rng, 9, data == FIRST ? whole : eighth);
    if (!forward) layer_right_y(&c, CALL_MAX_POOL_FORWARD);
    examine(exam, c);
}

/* Windows side by side, with and without a remainder. */
static void plain(Exam *exam, bool forward) {
    static const Geometry some[] = {
        {.n = 1, .in = {1, 4, 4}, .size = 2, .stride = 2},
        {.n = 2, .in = {2, 5, 7}, .size = 2, .stride = 2},
        {.n = 2, .in = {3, 6, 9}, .size = 3, .stride = 3},
        {.n = 2, .in = {6, 28, 28}, .size = 2, .stride = 2},
        {.n = 1, .in = {70, 2, 4}, .size = 2, .stride = 2},
    };
    static const Data data[] = {FIRST, FIRST, NEGATIVE, DISTINCT, DISTINCT};
    Rng rng = exam_rng(exam);
    for (size_t k = 0; k < sizeof some / sizeof *some; k++)
        pool_case(exam, forward, true, &rng, some[k], data[k]);
}

static const Geometry edge[] = {
    {.n = 1, .in = {1, 2, 3}, .size = 2, .stride = 2, .pad = 1},
    {.n = 2, .in = {2, 5, 7}, .size = 3, .stride = 2, .pad = 1},
    {.n = 2, .in = {1, 6, 4}, .size = 3, .stride = 1, .pad = 2},
    {.n = 2, .in = {3, 7, 4}, .size = 2, .stride = 3, .pad = 0},
};
enum { EDGES = sizeof edge / sizeof *edge };

static void edges(Exam *exam, bool forward, Data data) {
    Rng rng = exam_rng(exam);
    for (int k = 0; k < EDGES; k++)
        pool_case(exam, forward, true, &rng, edge[k], data);
    for (int k = 0; k < 3; k++)
        pool_case(exam, forward, true, &rng, data_window(&rng, 0), data);
}

void item_03_1_plain(Exam *exam) {
    plain(exam, true);
}

void item_03_1_edges(Exam *exam) {
    edges(exam, true, NEGATIVE);
}

void item_03_1_nan(Exam *exam) {
    edges(exam, true, SOME_NAN);
}

void item_03_2_plain(Exam *exam) {
    Rng rng = exam_rng(exam);
    plain(exam, false);
    pool_case(exam, false, false, &rng, edge[1], DISTINCT);
}

void item_03_2_overlap(Exam *exam) {
    edges(exam, false, DISTINCT);
}

void item_03_2_ties(Exam *exam) {
    edges(exam, false, TIES);
}

void item_03_2_nan(Exam *exam) {
    edges(exam, false, SOME_NAN);
}
