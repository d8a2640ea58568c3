/*
 * One function a table; tables_write() gives each its file.
 */
#include "07_lenet5/tables.h"

#include "05_softmax_ce/rbf.h"
#include "07_lenet5/look.h"
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ pictures ------------- */

/* One block: a line with its name, h rows of w numbers, two empty lines. */
static void write_block(FILE *out, const char *name, int number, int h, int w, const real *x) {
    fprintf(out, "# %s %d\n", name, number);
    for (int i = 0; i < h * w; i++)
        fprintf(out, "%.6g%c", (double)x[i], i % w == w - 1 ? '\n' : '\t');
    fputs("\n\n", out);
}

/* The maps of one image behind a layer: a block each, or all units in one row. */
static void write_maps(FILE *out, const char *name, Shape s, const real *x) {
    if (s.h * s.w == 1) s = (Shape){1, 1, s.c};
    for (int c = 0; c < s.c; c++) write_block(out, name, c, s.h, s.w, x + c * s.h * s.w);
}

static bool write_image_maps(FILE *out, const Subject *subject, Error *error) {
    const Network *net = subject->trainer->net;
    Workspace space;
    if (!workspace_new(net, 1, &space, error)) return false;
    network_input(net, subject->test, NULL, subject->image, 1, &space);
    network_forward(net, 1, subject->params, &space);
    write_maps(out, "input", net->layer[0].in, space.y[0]);
    for (int i = 0; i < net->layers; i++)
        write_maps(out, net->layer[i].name, net->layer[i].out, space.y[i + 1]);
    write_block(out, net->loss.code ? "distance" : "probability", 0, 1, CLASSES, space.score);
    workspace_free(&space);
    return true;
}

/* Every filter of every convolution, a block for each map that it sees. */
static void write_set_of_filters(FILE *out, const char *when, const Network *net,
                                 const real *params) {
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        const int *dim = l->weight; /* f, c, k, k */
        if (dim[3] == 0) continue;
        char name[40];
        snprintf(name, sizeof name, "%s %s", when, l->name);
        for (int f = 0; f < dim[0] * dim[1]; f++)
            write_block(out, name, f, dim[2], dim[3],
                        params + network_offset(net, i) + f * dim[2] * dim[3]);
    }
}

static bool write_filters(FILE *out, const Subject *subject, Error *error) {
    (void)error;
    const Trainer *t = subject->trainer;
    write_set_of_filters(out, "drawn", t->net, t->params);
    write_set_of_filters(out, "trained", t->net, subject->params);
    return true;
}

/* For each digit: its code, the first test image of it, and the state of F6 that should look like the code. */
static bool write_codes(FILE *out, const Subject *subject, Error *error) {
    const Network *net = subject->trainer->net;
    const Dataset *test = subject->test;
    Shape in = net->layer[0].in;
    Workspace space;
    if (!workspace_new(net, 1, &space, error)) return false;
    for (int digit = 0; digit < CLASSES; digit++) {
        int image = 0;
        while (image < test->n - 1 && test->label[image] != digit) image++;
        real code[CODE];
        for (int p = 0; p < CODE; p++) code[p] = rbf_target(net->loss.code[digit], p);
        network_input(net, test, NULL, image, 1, &space);
        network_forward(net, 1, subject->params, &space);
        write_block(out, "code", digit, CODE_ROWS, CODE_COLUMNS, code);
        write_block(out, "image", digit, in.h, in.w, space.y[0]);
        write_block(out, "state", digit, CODE_ROWS, CODE_COLUMNS, space.y[net->layers]);
    }
    workspace_free(&space);
    return true;
}

/* ------------------------------------------------------------------ decisions ------------ */

static bool write_confusion(FILE *out, const Subject *subject, Error *error) {
    const Trainer *t = subject->trainer;
    Evaluation e;
    if (!evaluate(t->net, subject->params, subject->test, t->threads, &e, error)) return false;
    for (int i = 0; i < CLASSES; i++)
        for (int k = 0; k < CLASSES; k++)
            fprintf(out, "%d%c", e.confusion[i][k], k == CLASSES - 1 ? '\n' : '\t');
    return true;
}

/* An image that was read wrong. */
typedef struct Mistake {
    int image, label, decision;
    double probability; /* of the decision */
} Mistake;

static int surest_first(const void *a, const void *b) {
    const Mistake *x = a, *y = b;
    if (x->probability != y->probability) return x->probability > y->probability ? -1 : 1;
    return (x->image > y->image) - (x->image < y->image);
}

/* All mistakes, the surest first; returns how many, or -1. */
static int find_mistakes(const Subject *subject, const Judgement *each, Mistake *mistake,
                         Error *error) {
    const Dataset *test = subject->test;
    int count = 0;
    for (int i = 0; i < test->n; i++) {
        Reading reading;
        if (each[i].decision == test->label[i]) continue;
        if (!look_at(NULL, subject->trainer->net, subject->params, test, i, &reading, error))
            return -1;
        mistake[count++] =
            (Mistake){i, test->label[i], each[i].decision, reading.probability[each[i].decision]};
    }
    qsort(mistake, (size_t)count, sizeof *mistake, surest_first);
    return count;
}

/* The list, then a picture of each. */
static void print_mistakes(FILE *out, const Dataset *test, const Mistake *mistake, int count) {
    fprintf(out, "# image\tlabel\tdecision\tprobability\n");
    for (int i = 0; i < count; i++)
        fprintf(out, "%d\t%d\t%d\t%.6f\n", mistake[i].image, mistake[i].label, mistake[i].decision,
                mistake[i].probability);
    fputs("\n\n", out);
    for (int i = 0; i < count; i++) {
        real x[IMAGE_BYTES];
        dataset_image(test, mistake[i].image, (Input){0, 1}, 0, x);
        write_block(out, "mistake", i, IMAGE_SIDE, IMAGE_SIDE, x);
    }
}

static bool write_mistakes(FILE *out, const Subject *subject, Error *error) {
    const Trainer *t = subject->trainer;
    size_t n = (size_t)subject->test->n;
    Judgement *each = calloc(n, sizeof *each);
    Mistake *mistake = calloc(n, sizeof *mistake);
    bool ok = (each && mistake) || error_set(error, "no memory to judge %zu images", n);
    ok = ok && judge(t->net, subject->params, subject->test, t->threads, each, error);
    int count = ok ? find_mistakes(subject, each, mistake, error) : -1;
    if (count >= 0)
        print_mistakes(out, subject->test, mistake, count < MISTAKES ? count : MISTAKES);
    free(each), free(mistake);
    return count >= 0;
}

/* ------------------------------------------------------------------ histograms ----------- */

/* The bin of a value between low and high; what lies outside goes to the first or the last. */
static int bin_of(double value, double low, double high) {
    double bin = floor(BINS * (value - low) / (high - low));
    return bin < 0 ? 0 : bin > BINS - 1 ? BINS - 1 : (int)bin;
}

/* The share of x in each bin, and that of exact zeros when sizes are counted in decades. */
static void print_histogram(FILE *out, const char *what, const Layer *l, const real *x, double low,
                            double high, bool decades) {
    long count[BINS] = {0}, zeros = 0, all = 0;
    for (size_t i = 0; i < layer_weights(l); i++) {
        if (!layer_linked(l, i)) continue;
        double value = (double)x[i];
        all++;
        if (decades && value == 0)
            zeros++;
        else
            count[bin_of(decades ? log10(fabs(value)) : value, low, high)]++;
    }
    double width = (high - low) / BINS;
    for (int b = 0; b < BINS; b++)
        fprintf(out, "%s\t%s\t%.6g\t%.6g\n", what, l->name, low + (b + 0.5) * width,
                (double)count[b] / (double)all);
    if (decades)
        fprintf(out, "%s zero\t%s\tnan\t%.6g\n", what, l->name, (double)zeros / (double)all);
}

static double largest(size_t n, const real *x) {
    double most = 0;
    for (size_t i = 0; i < n && !isnan(most); i++) { /* NaN stays, fmax() would drop it */
        double size = fabs((double)x[i]);
        if (!(size <= most)) most = size;
    }
    return most;
}

/* Weights: linear, one range for both times. Gradients of the mean loss of the first training images: by size. */
static bool write_histograms(FILE *out, const Subject *subject, Error *error) {
    Trainer *t = subject->trainer;
    const Network *net = t->net;
    size_t params = network_params(net);
    const int images = t->data->n < GRADIENT_IMAGES ? t->data->n : GRADIENT_IMAGES;
    const real *const w[2] = {t->params, subject->params};
    fprintf(out, "what\tlayer\tvalue\tshare\n");
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        size_t n = layer_weights(l), at = network_offset(net, i);
        if (n == 0) continue;
        double most = fmax(largest(n, w[0] + at), largest(n, w[1] + at));
        if (!(most > 0)) most = 1; /* nothing but zeros */
        print_histogram(out, "weight drawn", l, w[0] + at, -most, most, false);
        print_histogram(out, "weight trained", l, w[1] + at, -most, most, false);
    }
    for (int k = 0; k < 2; k++) {
        if (k == 1) memcpy(t->params, subject->params, params * sizeof *t->params);
        double loss = trainer_gradient(t, t->order, images).loss;
        if (!isfinite(loss) || !isfinite(largest(params, t->grad)))
            return error_set(error, "the loss is %g: its gradients are not finite", loss);
        for (int i = 0; i < net->layers; i++)
            if (layer_weights(&net->layer[i]) > 0)
                print_histogram(out, k ? "gradient trained" : "gradient drawn", &net->layer[i],
                                t->grad + network_offset(net, i), DECADES_LOW, DECADES_HIGH, true);
    }
    return true;
}

/* ------------------------------------------------------------------ files ---------------- */

/* The histograms come last: they put the trained parameters in place of the drawn ones. */
static const struct {
    const char *name;
    bool codes; /* only for a network with RBF codes */
    bool (*write)(FILE *out, const Subject *subject, Error *error);
} tables[] = {
    {"confusion.tsv", false, write_confusion}, {"mistakes.tsv", false, write_mistakes},
    {"filters.tsv", false, write_filters},     {"maps.tsv", false, write_image_maps},
    {"codes.tsv", true, write_codes},          {"histograms.tsv", false, write_histograms},
};

bool tables_write(const char *dir, const Subject *subject, Error *error) {
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        Table table;
        if (tables[k].codes && !subject->trainer->net->loss.code) continue;
        if (!table_open(&table, dir, tables[k].name, error)) return false;
        if (!tables[k].write(table.file, subject, error)) {
            beside_drop(&table.beside);
            return false;
        }
        if (!table_close(&table, error)) return false;
    }
    return true;
}
