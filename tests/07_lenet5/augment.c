/*
 * Augmented images: pixels, random amounts, and training on them.
 */
#include "support.h"

#include "07_lenet5/augment.h"

#include <string.h>

TestSuite(ch07_augment, .init = whole_network, .timeout = 120);

enum {
    SIDE = IMAGE_SIDE + 4, /* with its border */
    PIXELS = SIDE * SIDE
};

static const Warp still = {.map = {{1, 0}, {0, 1}}};

/* An image with ink of 200 and 201 at two places, row and column each. */
static Dataset dots(const int place[2][2]) {
    static uint8_t image[IMAGE_BYTES], label[1];
    memset(image, 0, sizeof image);
    for (int k = 0; k < 2; k++)
        image[place[k][0] * IMAGE_SIDE + place[k][1]] = (uint8_t)(200 + k);
    return (Dataset){1, image, label};
}

static const int two_places[2][2] = {{10, 12}, {0, 27}};

Test(ch07_augment, pixels, .description = "shift, rotate, scale, shear written out") {
    /* where the ink of (10, 12), which is (12, 14) with the border, goes to: row, column, share */
    static const struct {
        const char *what;
        Warp warp;
        int row, column;
        double share;
    } moves[] = {
        {"looks 3 to the right, 2 down", {.map = {{1, 0}, {0, 1}}, .shift = {3, 2}}, 10, 11, 1},
        {"half a pixel", {.map = {{1, 0}, {0, 1}}, .shift = {0, (real)0.5}}, 11, 14, 0.5},
        /* middle is 15.5: 14 is -1.5, 12 is -3.5 */
        {"quarter turn: u = -y, v = x", {.map = {{0, -1}, {1, 0}}}, 17, 12, 1},
        {"half the size: u = 2x, v = 2y", {.map = {{2, 0}, {0, 2}}}, 14, 15, 0.25},
        /* u = x - 3.5 on that row: the ink comes to lie between columns 17 and 18 */
        {"slanted: u = x + y", {.map = {{1, 1}, {0, 1}}}, 12, 17, 0.5},
    };
    Dataset data = dots(two_places);
    const Input input = {(real)-0.1, (real)1.175};
    real want[PIXELS], got[PIXELS];
    dataset_image(&data, 0, input, 2, want);
    warp_image(&data, 0, input, 2, &still, got);
    expect_list("nothing moved", PIXELS, got, want, 0);
    for (size_t k = 0; k < sizeof moves / sizeof *moves; k++) {
        warp_image_naive(&data, 0, (Input){0, 255}, 2, &moves[k].warp, got);
        double ink = (double)got[moves[k].row * SIDE + moves[k].column];
        cr_expect(fabs(ink - 200 * moves[k].share) < 1e-3, "%s: %g", moves[k].what, ink);
    }
}

Test(ch07_augment, fast_equals_definition,
     .description = "row by row as pixel by pixel; a grid moved as a whole is a shift") {
    Dataset data = dots(two_places), digits = few(20);
    const Input input = {(real)-0.1, (real)1.175};
    real want[PIXELS], got[PIXELS];
    Warp shifted = still, bent = still;
    bent.bent = true; /* the spline's weights add up to 1 */
    for (int k = 0; k < 2; k++) {
        shifted.shift[k] = (real)1.75;
        for (int p = 0; p < BEND_GRID * BEND_GRID; p++)
            bent.bend[k][p / BEND_GRID][p % BEND_GRID] = (real)1.75;
    }
    warp_image_naive(&data, 0, input, 2, &shifted, want);
    warp_image_naive(&data, 0, input, 2, &bent, got);
    expect_list("moved as a whole", PIXELS, got, want, 1e-4);
    /* random maps, with and without bending */
    Rng rng = rng_seed(3, 0);
    Augment strong = {.shift = 6, .rotate = 40, .scale = 0.4, .squeeze = 0.4, .shear = 1};
    for (int i = 0; i < 20; i++) {
        strong.bend = i % 2 ? 4 : 0;
        Warp warp = warp_random(&strong, &rng);
        warp_image_naive(&digits, i, input, 2, &warp, want);
        warp_image(&digits, i, input, 2, &warp, got);
        expect_list("fast", PIXELS, got, want, 2e-4);
    }
}

/* ------------------------------------------------------------------ random amounts ------- */

/* The effect of each amount alone: which number of a map it moves, and between which limits. */
static const struct {
    const char *what;
    Augment amount;
    double low, high;
} amounts[] = {
    {"shift", {.shift = 3}, -3, 3},       {"rotate", {.rotate = 30}, -30, 30},
    {"scale", {.scale = 0.2}, 0.8, 1.2},  {"squeeze", {.squeeze = 0.2}, 0.8, 1.2},
    {"shear", {.shear = 0.5}, -0.5, 0.5}, {"bend", {.bend = 2}, -2, 2},
};
enum { SHIFT, ROTATE, SCALE, SQUEEZE, SHEAR, BEND, AMOUNTS };

/* The number that this amount moves; no other may move with it. */
static double moved_by(int amount, const Warp *w, int i) {
    double a = (double)w->map[0][0], b = (double)w->map[0][1], c = (double)w->map[1][0],
           d = (double)w->map[1][1];
    cr_assert(amount == SHIFT || (w->shift[0] == 0 && w->shift[1] == 0), "shifted");
    cr_assert(w->bent == (amount == BEND), "bent");
    switch (amount) {
    case ROTATE:
        cr_assert(fabs(a - d) < 1e-6 && fabs(b + c) < 1e-6, "not a rotation");
        return asin(c) * 180 / 3.14159265;
    case SCALE:
        cr_assert(fabs(a - d) < 1e-6 && b == 0 && c == 0, "not a scaling");
        return d;
    case SQUEEZE:
        cr_assert(fabs(a * d - 1) < 1e-6 && b == 0 && c == 0, "not a squeeze");
        return a;
    case SHEAR:
        cr_assert(a == 1 && d == 1 && c == 0, "not a shear");
        return b;
    default:
        cr_assert(a == 1 && b == 0 && c == 0 && d == 1, "the map moved");
        return (double)(amount == SHIFT ? w->shift[i % 2] : w->bend[i % 2][i % 7][i / 7 % 7]);
    }
}

Test(ch07_augment, random_amounts,
     .description = "each amount by its own setting, both ways, up to its limit") {
    Rng rng = rng_seed(5, 0);
    for (int k = 0; k < AMOUNTS; k++) {
        double least = 1e9, most = -1e9, width = amounts[k].high - amounts[k].low;
        for (int i = 0; i < 4000; i++) {
            Warp w = warp_random(&amounts[k].amount, &rng);
            double value = moved_by(k, &w, i);
            least = fmin(least, value);
            most = fmax(most, value);
        }
        cr_expect(least >= amounts[k].low - 1e-4 && least < amounts[k].low + 0.02 * width,
                  "%s: from %g", amounts[k].what, least);
        cr_expect(most <= amounts[k].high + 1e-4 && most > amounts[k].high - 0.02 * width,
                  "%s: to %g", amounts[k].what, most);
    }
    /* rotated, then slanted: (x, y) -> xr = d x - c y, yr = c x + d y -> (xr + shear yr, yr) */
    const Augment both = {.rotate = 30, .shear = 0.5};
    for (int i = 0; i < 100; i++) {
        Warp w = warp_random(&both, &rng);
        double d = (double)w.map[1][1], c = (double)w.map[1][0];
        double shear = ((double)w.map[0][1] + c) / d;
        cr_assert(fabs((double)w.map[0][0] - (d + shear * c)) < 1e-5, "in another order");
    }
}

/* ------------------------------------------------------------------ training ------------- */

static Plan augmented_plan(void) {
    Plan plan = {.batch = 110, .epochs = 3, .average = 0.9};
    plan.augment = (Augment){2, 10, 0.1, 0.1, 0.2, 2};
    plan.optimizer = optimizer_for("adam");
    return plan;
}

/* One training image as an epoch sees it. */
static real *seen(Trainer *t, int epoch, int pattern) {
    real *x = zeros(PIXELS);
    t->epoch = epoch;
    trainer_image(t, pattern, x);
    return x;
}

Test(ch07_augment, training,
     .description = "epochs and images differ, threads do not matter, the last is plain") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(300);
    Plan plan = augmented_plan();
    Trainer one = planned(&net, &data, 1, plan), three = planned(&net, &data, 3, plan);
    real plain[PIXELS];
    train_epochs(&one, 3);
    train_epochs(&three, 3);
    cr_expect(same_bits(PARAMS, one.params, three.params), "threads matter");
    cr_expect(same_bits(PARAMS, trainer_result(&one), trainer_result(&three)), "threads matter");
    dataset_image(&data, 7, net.input, 2, plain);
    real *first = seen(&one, 1, 7), *second = seen(&one, 2, 7);
    cr_expect(!same_bits(PIXELS, first, second), "two epochs are augmented alike");
    cr_expect(!same_bits(PIXELS, first, plain), "not augmented");
    /* each image its own way: the same picture at another place in the set */
    memcpy(data.image + 8 * IMAGE_BYTES, data.image + 7 * IMAGE_BYTES, IMAGE_BYTES);
    cr_expect(!same_bits(PIXELS, second, seen(&one, 2, 8)), "all images are augmented alike");
    one.plan.undistorted = 1;
    cr_expect(same_bits(PIXELS, second, seen(&one, 2, 7)), "epoch 2 of 3 is augmented");
    cr_expect(same_bits(PIXELS, plain, seen(&one, 3, 7)),
              "the last epoch shows images as they are");
    trainer_free(&one);
    trainer_free(&three);
}

/* Two copies: 900 patterns; three epochs show each once, the images themselves among them. */
Test(ch07_augment, copies, .description = "fixed copies, each shown as often") {
    enum { IMAGES = 300, PATTERNS = 3 * IMAGES };
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(IMAGES);
    Plan plan = augmented_plan();
    plan.copies = 2;
    plan.fixed_order = true;
    Trainer t = planned(&net, &data, 1, plan);
    int count[PATTERNS] = {0};
    real plain[PIXELS];
    for (int epoch = 1; epoch <= 6; epoch++) {
        trainer_begin(&t, epoch);
        for (int i = 0; i < IMAGES; i++)
            count[t.order[t.start + i]]++;
    }
    for (int p = 0; p < PATTERNS; p++)
        cr_expect(count[p] == 2, "pattern %d: %d times", p, count[p]);
    dataset_image(&data, 7, net.input, 2, plain);
    real *original = seen(&t, 2, 7), *copy = seen(&t, 2, 7 + IMAGES);
    cr_expect(same_bits(PIXELS, original, plain), "copy 0 is the image itself");
    cr_expect(!same_bits(PIXELS, copy, plain), "copy 1 is not augmented");
    cr_expect(!same_bits(PIXELS, copy, seen(&t, 2, 7 + 2 * IMAGES)), "both copies are the same");
    cr_expect(same_bits(PIXELS, copy, seen(&t, 6, 7 + IMAGES)), "a copy is made once");
    trainer_free(&t);
}
