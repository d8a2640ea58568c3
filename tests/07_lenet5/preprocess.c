/*
 * From a drawing to an image like MNIST's.
 */
#include "07_lenet5/workbench/preprocess.h"

#include "support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

TestSuite(ch07_preprocess, .init = limited, .timeout = 60);

/* The page that the small examples are drawn on: 60 x 60, white. */
enum { PAGE = 60 };
static uint8_t page_pixels[PAGE * PAGE];

static Grey blank_page(uint8_t level) {
    memset(page_pixels, level, sizeof page_pixels);
    return (Grey){PAGE, PAGE, page_pixels};
}

/* A bar of one grey level on a page. */
static void draw_grey(Grey *page, int level, int top, int left, int tall, int wide) {
    for (int r = top; r < top + tall; r++)
        memset(page->byte + r * PAGE + left, level, (size_t)wide);
}

static void draw_bar(Grey *page, int top, int left, int tall, int wide) {
    draw_grey(page, 0, top, left, tall, wide);
}

Test(ch07_preprocess, like_mnist, .description = "a drawing becomes an image as in MNIST") {
    Dataset data = few(300);
    uint8_t byte[IMAGE_BYTES];
    Error error;
    int same = 0;
    for (int i = 0; i < data.n; i++) {
        const uint8_t *want = data.image + i * IMAGE_BYTES;
        Grey grey = drawing_of(want, i % 2);
        if (!preprocess_digit(&grey, byte, &error)) continue; /* one of 300 is too wide */
        double difference = 0, ink = 0;
        for (int p = 0; p < IMAGE_BYTES; p++) {
            difference += abs(byte[p] - want[p]);
            ink += want[p];
        }
        same += difference < 0.1 * ink;
    }
    /* scaled 7 times, moved, its contrast lowered: back come all but faint pixels, for nearly every
       image */
    cr_expect(same > 0.9 * data.n, "%d of %d are the same", same, data.n);
}

/* A bar of 10 by 40 pixels, fully inked: 5 by 20, in the middle. */
static void expect_bar(const uint8_t *byte) {
    for (int p = 0; p < IMAGE_BYTES; p++) {
        int r = p / IMAGE_SIDE, q = p % IMAGE_SIDE;
        int want = r >= 4 && r < 24 && q >= 12 && q < 17 ? 255 : 0;
        cr_expect(abs(byte[p] - want) <= 1, "row %d, column %d: %d, want %d", r, q, byte[p], want);
    }
}

/* Two strokes that meet at the edge of the page only are one digit, on each of its sides. */
Test(ch07_preprocess, strokes_meet_at_an_edge,
     .description = "ink in the first and last row and column counts") {
    uint8_t byte[IMAGE_BYTES];
    Error error;
    for (int side = 0; side < 4; side++) {
        Grey page = blank_page(255);
        bool across = side >= 2;
        int edge = side % 2 ? PAGE - 1 : 0;
        for (int k = 0; k < 2; k++) /* the strokes, up to the edge */
            draw_bar(&page,
                     across     ? 10 + 30 * k
                     : side % 2 ? 20
                                : 0,
                     across ? (side % 2 ? 20 : 0) : 10 + 30 * k, across ? 4 : 40, across ? 40 : 4);
        cr_expect(!preprocess_digit(&page, byte, &error), "side %d: two strokes", side);
        if (across)
            draw_bar(&page, 10, edge, 34, 1);
        else
            draw_bar(&page, edge, 10, 1, 34);
        cr_expect(preprocess_digit(&page, byte, &error), "side %d: %s", side, error.text);
    }
}

Test(ch07_preprocess, bar, .description = "scale and centre by hand; specks change nothing") {
    uint8_t byte[IMAGE_BYTES], again[IMAGE_BYTES];
    Error error;
    Grey page = blank_page(255);
    draw_bar(&page, 5, 3, 40, 10);
    cr_assert(preprocess_digit(&page, byte, &error), "%s", error.text);
    expect_bar(byte);
    draw_bar(&page, 58, 58, 1, 1);
    draw_bar(&page, 2, 50, 1, 1);
    cr_assert(preprocess_digit(&page, again, &error), "%s", error.text);
    cr_expect(memcmp(again, byte, sizeof byte) == 0, "specks moved the digit");
}

Test(ch07_preprocess, refuses, .description = "two digits, and an empty page") {
    uint8_t byte[IMAGE_BYTES];
    Error error;
    Grey page = blank_page(255);
    draw_bar(&page, 5, 3, 40, 10);
    draw_bar(&page, 20, 40, 25, 5);
    expect_error(preprocess_digit(&page, byte, &error), &error, "several digits");
    page = blank_page(200);
    expect_error(preprocess_digit(&page, byte, &error), &error, "no digit");
}

/* Preprocesses a bar of 40 by 10 and a second one. */
static bool with_bar(int level, int top, int left, int tall, int wide, uint8_t *byte,
                     Error *error) {
    Grey page = blank_page(255);
    draw_bar(&page, 10, 10, 40, 10);
    draw_grey(&page, level, top, left, tall, wide);
    return preprocess_digit(&page, byte, error);
}

/* Each limit, and just beyond: the strength of faint ink, the height of a speck, the height of a
   second digit, the contrast of a page. */
Test(ch07_preprocess, limits, .description = "faint ink, specks, a second digit, contrast") {
    uint8_t alone[IMAGE_BYTES], byte[IMAGE_BYTES];
    Error error;
    cr_assert(with_bar(0, 10, 10, 40, 10, alone, &error), "%s", error.text);
    cr_assert(with_bar(255 - 50, 10, 20, 40, 10, byte, &error), "%s", error.text);
    cr_expect(memcmp(byte, alone, sizeof byte) == 0, "less than a fifth is paper");
    cr_assert(with_bar(255 - 51, 10, 20, 40, 10, byte, &error), "%s", error.text);
    cr_expect(memcmp(byte, alone, sizeof byte) != 0, "a fifth is ink");
    cr_assert(with_bar(0, 2, 2, 3, 1, byte, &error), "%s", error.text);
    cr_expect(memcmp(byte, alone, sizeof byte) == 0, "less tall than a tenth is a speck");
    cr_assert(with_bar(0, 2, 2, 4, 1, byte, &error), "%s", error.text);
    cr_expect(memcmp(byte, alone, sizeof byte) != 0, "a tenth is a part of the digit");
    cr_expect(with_bar(0, 10, 30, 19, 10, byte, &error), "%s", error.text);
    expect_error(with_bar(0, 10, 30, 20, 10, byte, &error), &error, "several digits");
    Grey page = blank_page(200);
    draw_grey(&page, 200 - 26, 10, 10, 40, 10);
    cr_expect(preprocess_digit(&page, byte, &error), "%s", error.text);
    page = blank_page(200);
    draw_grey(&page, 200 - 25, 10, 10, 40, 10);
    expect_error(preprocess_digit(&page, byte, &error), &error, "no digit");
}

/* One side white, the row next to it grey, as are so many pixels of the other sides that white has
   a majority of two. */
static void draw_edges(Grey *page, int side) {
    int grey = 115; /* and two in that row: 117 of 236 */
    for (int i = 0; i < PAGE * PAGE; i++) {
        int r = i / PAGE, q = i % PAGE;
        const int from[4] = {r, PAGE - 1 - r, q, PAGE - 1 - q};
        bool edge = from[0] == 0 || from[1] == 0 || from[2] == 0 || from[3] == 0;
        if (from[side] == 1)
            page->byte[i] = 230;
        else if (from[side] != 0 && edge && grey-- > 0)
            page->byte[i] = 230;
    }
}

/* On white paper the strip next to the bar is ink, on grey paper it is too faint. */
Test(ch07_preprocess, edges, .description = "paper is the median of all four sides") {
    uint8_t want[IMAGE_BYTES], byte[IMAGE_BYTES];
    Error error;
    cr_assert(with_bar(255 - 51, 10, 20, 40, 10, want, &error), "%s", error.text);
    for (int side = 0; side < 4; side++) {
        Grey page = blank_page(255);
        draw_bar(&page, 10, 10, 40, 10);
        draw_grey(&page, 255 - 51, 10, 20, 40, 10);
        draw_edges(&page, side);
        cr_assert(preprocess_digit(&page, byte, &error), "side %d: %s", side, error.text);
        cr_expect(memcmp(byte, want, sizeof byte) == 0, "side %d does not count", side);
    }
}

/* ------------------------------------------------------------------ photographs ---------- */

/* A sheet of 200 x 200 with a bent stroke, an L: large enough to have light and shadow. */
enum { SHEET = 200, PAPER = 230, PEN = 40 };
static uint8_t sheet_pixels[SHEET * SHEET];

typedef double Light(int r, int q);

static double side_light(int r, int q) {
    return (200 + r + q) / 600.0;
}

static double vignette(int r, int q) {
    return 1 - ((r - 100) * (r - 100) + (q - 100) * (q - 100)) / 40000.0;
}

static double shadow_of_a_hand(int r, int q) {
    return r + q > 210 ? 0.5 : 1;
}

/* Without an edge: smooth on all sides, and about as large as a digit. */
static double smooth_shadow(int r, int q) {
    return 1 - 0.6 * exp(-((r - 140) * (r - 140) + (q - 40) * (q - 40)) / 2000.0);
}

static Grey sheet(void) {
    memset(sheet_pixels, PAPER, sizeof sheet_pixels);
    return (Grey){SHEET, SHEET, sheet_pixels};
}

static void fill(Grey *g, int level, int top, int left, int tall, int wide) {
    for (int r = top; r < top + tall; r++)
        memset(g->byte + r * SHEET + left, level, (size_t)wide);
}

static void draw_l(Grey *g, int pen) {
    fill(g, pen, 50, 70, 100, 10);
    fill(g, pen, 140, 70, 10, 80);
}

/* Four bars along the sides. */
static void draw_frame(Grey *g, int level, int margin, int thick) {
    int side = SHEET - 2 * margin;
    fill(g, level, margin, margin, thick, side);
    fill(g, level, SHEET - margin - thick, margin, thick, side);
    fill(g, level, margin, margin, side, thick);
    fill(g, level, margin, SHEET - margin - thick, side, thick);
}

/* A part of the light is uneven, the rest is the same everywhere. */
static void shine(Grey *g, Light *light, double part) {
    for (int i = 0; i < SHEET * SHEET; i++) {
        double level = part * light(i / SHEET, i % SHEET) + 1 - part;
        g->byte[i] = (uint8_t)(g->byte[i] * level);
    }
}

/* The L on plain paper in even light. */
static void plain_l(uint8_t byte[IMAGE_BYTES]) {
    Error error;
    Grey g = sheet();
    draw_l(&g, PEN);
    cr_assert(preprocess_digit(&g, byte, &error), "%s", error.text);
}

/* The same digit but for its outline: a twentieth of the ink. */
static void expect_like(const Grey *g, const uint8_t *want, const char *name) {
    uint8_t byte[IMAGE_BYTES];
    Error error;
    bool ok = preprocess_digit(g, byte, &error);
    cr_expect(ok, "%s: %s", name, error.text);
    if (!ok) return;
    long difference = 0, ink = 0;
    for (int p = 0; p < IMAGE_BYTES; p++) {
        difference += abs(byte[p] - want[p]);
        ink += want[p];
    }
    cr_expect(difference * 20 < ink, "%s: %ld of %ld", name, difference, ink);
}

/* A sheet whose sides rise by one in twelve, with 13 pixels of a desk around it. */
static void draw_desk(Grey *g, int level) {
    for (int r = 0; r < SHEET; r++)
        for (int q = 0; q < SHEET; q++)
            if (12 * q + r < 156 || 12 * r - q < -48 || 12 * q + r > 12 * SHEET ||
                12 * r - q > 12 * SHEET - 156)
                g->byte[r * SHEET + q] = (uint8_t)level;
}

/* A copy is compared, as the plain L is drawn on the same sheet. */
static void expect_l(const Grey *g, const char *name) {
    uint8_t want[IMAGE_BYTES], copy[SHEET * SHEET];
    Grey mine = {g->h, g->w, copy};
    memcpy(copy, g->byte, sizeof copy);
    plain_l(want);
    expect_like(&mine, want, name);
}

Test(ch07_preprocess, light, .description = "uneven light and shadows change nothing") {
    static const struct {
        const char *name;
        Light *light;
    } lights[] = {{"a lamp on one side", side_light},
                  {"a vignette", vignette},
                  {"a shadow", shadow_of_a_hand},
                  {"a smooth shadow", smooth_shadow}};
    for (size_t k = 0; k < sizeof lights / sizeof *lights; k++) {
        Grey g = sheet();
        draw_l(&g, PEN);
        shine(&g, lights[k].light, 1);
        expect_l(&g, lights[k].name);
    }
}

/* Light adds to chalk more than to the board, so its strength varies, and with it the centre of
   mass; but nothing is lost and nothing is added. */
Test(ch07_preprocess, board, .description = "chalk on a board in uneven light") {
    Light *const lights[] = {side_light, vignette, shadow_of_a_hand};
    uint8_t want[IMAGE_BYTES], byte[IMAGE_BYTES];
    Error error;
    plain_l(want);
    for (size_t k = 0; k < sizeof lights / sizeof *lights; k++) {
        Grey g = sheet();
        fill(&g, 40, 0, 0, SHEET, SHEET);
        draw_l(&g, PAPER);
        shine(&g, lights[k], 0.5);
        cr_assert(preprocess_digit(&g, byte, &error), "light %zu: %s", k, error.text);
        int ink = 0, all = 0;
        for (int p = 0; p < IMAGE_BYTES; p++) {
            ink += byte[p] > 64;
            all += want[p] > 64;
        }
        cr_expect(abs(ink - all) <= 2, "light %zu: %d pixels, want %d", k, ink, all);
    }
}

Test(ch07_preprocess, foreign, .description = "rules, frames, a desk are not part of a digit") {
    Grey g = sheet();
    for (int r = 10; r < SHEET; r += 30)
        fill(&g, 170, r, 0, 2, SHEET);
    draw_l(&g, PEN);
    expect_l(&g, "ruled paper");
    g = sheet();
    for (int k = 5; k < SHEET; k += 20) {
        fill(&g, 170, k, 0, 1, SHEET);
        fill(&g, 170, 0, k, SHEET, 1);
    }
    draw_l(&g, PEN);
    expect_l(&g, "squared paper");
    for (int margin = 0; margin < 40; margin += 13) {
        g = sheet();
        draw_l(&g, PEN);
        draw_frame(&g, PEN, margin, 3);
        expect_l(&g, textf("a frame at %d", margin));
    }
    g = sheet();
    draw_l(&g, PEN);
    draw_frame(&g, 60, 0, 25);
    expect_l(&g, "a dark desk on all sides");
    g = sheet();
    draw_l(&g, PEN);
    fill(&g, 60, 0, 0, SHEET, 12);
    fill(&g, PEN, 188, 150, 12, 50);
    expect_l(&g, "a desk on one side, something cut off on another");
}

/* The lines are wider than the digit is tall, and hardly wider than the grid's cells. */
Test(ch07_preprocess, narrow,
     .description = "narrow strips of a desk, a thin frame, a small digit") {
    for (int thick = 1; thick < 12; thick++) {
        uint8_t want[IMAGE_BYTES];
        Error error;
        Grey g = sheet();
        fill(&g, PEN, 80, 90, 40, 6);
        cr_assert(preprocess_digit(&g, want, &error), "%s", error.text);
        draw_frame(&g, PEN, 0, thick);
        expect_like(&g, want, textf("a frame of %d", thick));
        g = sheet();
        fill(&g, PEN, 80, 90, 40, 6);
        fill(&g, PEN, 0, 0, thick, SHEET);
        fill(&g, PEN, 0, 0, SHEET, thick + 1);
        expect_like(&g, want, textf("strips of %d", thick));
    }
}

Test(ch07_preprocess, fainter, .description = "a second digit in fainter ink is not a shadow") {
    uint8_t byte[IMAGE_BYTES];
    Error error;
    Grey g = sheet();
    fill(&g, PEN, 50, 60, 100, 10);
    fill(&g, 130, 70, 120, 50, 10);
    expect_error(preprocess_digit(&g, byte, &error), &error, "several digits");
}

Test(ch07_preprocess, tilted, .description = "a tilted sheet on a dark desk") {
    for (int level = 20; level < 70; level += 10) {
        Grey g = sheet();
        draw_l(&g, PEN);
        draw_desk(&g, level);
        expect_l(&g, textf("level %d", level));
    }
}

/* A ring of 200 x 200 whose hole is a quarter as wide: more ink than paper, and all four sides are
   touched. */
static void draw_ring(Grey *g, int pen) {
    for (int r = 0; r < SHEET; r++)
        for (int q = 0; q < SHEET; q++) {
            int y = 2 * r + 1 - SHEET, x = 2 * q + 1 - SHEET, square = y * y + x * x;
            if (square <= SHEET * SHEET && square >= SHEET * SHEET / 16)
                g->byte[r * SHEET + q] = (uint8_t)pen;
        }
}

Test(ch07_preprocess, bold,
     .description = "a bold digit in a tight drawing is not a sheet on a desk") {
    static const int paper[] = {PAPER, PEN};
    uint8_t byte[IMAGE_BYTES];
    Error error;
    for (int k = 0; k < 2; k++) {
        Grey g = sheet();
        fill(&g, paper[k], 0, 0, SHEET, SHEET);
        draw_ring(&g, paper[1 - k]);
        cr_assert(preprocess_digit(&g, byte, &error), "pen %d: %s", paper[1 - k], error.text);
        int hole = byte[14 * IMAGE_SIDE + 14], stroke = byte[14 * IMAGE_SIDE + 20];
        cr_expect(hole == 0 && stroke == 255, "pen %d: hole %d, stroke %d", paper[1 - k], hole,
                  stroke);
    }
}

/* As dark as the pen, and joined with the digit: no level and no gap tells it apart. */
Test(ch07_preprocess, refuses_lines, .description = "lines through the digit, by name") {
    uint8_t byte[IMAGE_BYTES];
    Error error;
    Grey g = sheet();
    draw_l(&g, PEN);
    fill(&g, PEN, 100, 0, 3, SHEET);
    expect_error(preprocess_digit(&g, byte, &error), &error, "a line, a frame or the edge");
    g = sheet();
    draw_l(&g, PEN);
    for (int k = 15; k < SHEET; k += 40) {
        fill(&g, PEN, k, 0, 3, SHEET);
        fill(&g, PEN, 0, k, SHEET, 3);
    }
    expect_error(preprocess_digit(&g, byte, &error), &error, "a line, a frame or the edge");
    g = sheet();
    fill(&g, PEN, 80, 40, 50, 70);
    cr_expect(preprocess_digit(&g, byte, &error), "%s", error.text);
    fill(&g, PEN, 80, 40, 50, 71);
    expect_error(preprocess_digit(&g, byte, &error), &error, "wider than tall: turned");
}

/* A tenth of a pixel is a stroke as well. */
Test(ch07_preprocess, hairline, .description = "the strongest pixel is 255") {
    uint8_t byte[IMAGE_BYTES];
    Error error;
    int strongest = 0;
    Grey g = sheet();
    fill(&g, PEN, 10, 100, 180, 1);
    cr_assert(preprocess_digit(&g, byte, &error), "%s", error.text);
    for (int p = 0; p < IMAGE_BYTES; p++)
        if (byte[p] > strongest) strongest = byte[p];
    cr_expect(strongest == 255, "%d", strongest);
}
