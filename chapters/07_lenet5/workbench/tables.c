/*
 * One function per table; tables_write() gives each its file.
 */
#include "07_lenet5/workbench/tables.h"

#include "05_softmax_ce/rbf.h"
#include "file.h"
#include "measure.h"
#include "picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ pictures ------------- */

/* Block number k of a name. */
static void write_block(FILE *out, const char *name, int k, int h, int w, const real *x) {
    char full[64];
    snprintf(full, sizeof full, "%s %d", name, k);
    block_write(out, full, h, w, x);
}

/* The maps of one image after a layer: a block each, or all units of a layer without maps in one
   row. */
static void write_maps(FILE *out, const char *name, Shape s, const real *x) {
    if (s.h * s.w == 1) s = (Shape){1, 1, s.c};
    for (int c = 0; c < s.c; c++)
        write_block(out, name, c, s.h, s.w, x + c * s.h * s.w);
}

static bool write_image_maps(FILE *out, const Subject *subject, Error *error) {
    const Network *net = subject->trainer->net;
    Workspace space;
    if (!workspace_new(net, 1, &space, error)) return false;
    network_input(net, subject->test, subject->image, 1, &space);
    network_forward(net, 1, subject->params, &space);
    write_maps(out, "input", net->layer[0].in, space.y[0]);
    for (int i = 0; i < net->layers; i++)
        write_maps(out, net->layer[i].name, net->layer[i].out, space.y[i + 1]);
    write_block(out, net->loss.smallest_wins ? "distance" : "probability", 0, 1, CLASSES,
                space.score);
    workspace_free(&space);
    return true;
}

void filters_write(FILE *out, const char *when, const Network *net, const real *params) {
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        const int *dim = l->weight; /* f, c, k, k: only convolutions have four */
        if (dim[3] == 0) continue;
        char name[40];
        snprintf(name, sizeof name, "%s %s", when, l->name);
        for (int f = 0; f < dim[0] * dim[1]; f++)
            write_block(out, name, f, dim[2], dim[3],
                        params + network_offset(net, i) + f * dim[2] * dim[3]);
    }
}

/* A filter begins as noise; the two blocks of a name show how far training moved it. */
static bool write_filters(FILE *out, const Subject *subject, Error *error) {
    (void)error;
    const Trainer *t = subject->trainer;
    filters_write(out, "initial", t->net, t->params);
    filters_write(out, "trained", t->net, subject->params);
    return true;
}

/* For each digit: its code, the first test image of it, and the state of F6 that should look like
   the code. */
static bool write_codes(FILE *out, const Subject *subject, Error *error) {
    const Network *net = subject->trainer->net;
    const Dataset *test = subject->test;
    Shape in = net->layer[0].in;
    Workspace space;
    if (!workspace_new(net, 1, &space, error)) return false;
    for (int digit = 0; digit < CLASSES; digit++) {
        /* a set without this digit shows its last image instead, so that every block is there */
        int image = 0;
        while (image < test->n - 1 && test->label[image] != digit)
            image++;
        real code[CODE];
        for (int p = 0; p < CODE; p++)
            code[p] = rbf_target(rbf_codes[digit], p);
        network_input(net, test, image, 1, &space);
        network_forward(net, 1, subject->params, &space);
        write_block(out, "code", digit, CODE_ROWS, CODE_COLUMNS, code);
        write_block(out, "image", digit, in.h, in.w, space.y[0]);
        write_block(out, "state", digit, CODE_ROWS, CODE_COLUMNS, space.y[net->layers]);
    }
    workspace_free(&space);
    return true;
}

/* ------------------------------------------------------------------ predictions ---------- */

/* Counts without names: a row and a column for each digit, in order. */
static bool write_confusion(FILE *out, const Subject *subject, Error *error) {
    const Trainer *t = subject->trainer;
    Evaluation e;
    if (!evaluate(t->net, subject->params, subject->test, t->threads, &e, error)) return false;
    for (int i = 0; i < CLASSES; i++)
        for (int k = 0; k < CLASSES; k++)
            fprintf(out, "%d%c", e.confusion[i][k], k == CLASSES - 1 ? '\n' : '\t');
    return true;
}

/* An image that was misclassified. */
typedef struct Mistake {
    int image, label, digit;
    double probability; /* of the predicted digit */
    double label_probability;
} Mistake;

/* For qsort(); ties in the order of the images, so that the sheet is the same everywhere. */
static int most_confident_first(const void *a, const void *b) {
    const Mistake *x = a, *y = b;
    if (x->probability != y->probability) return x->probability > y->probability ? -1 : 1;
    return (x->image > y->image) - (x->image < y->image);
}

/* All mistakes, the most confident first; returns how many. */
static int find_mistakes(const Dataset *test, const Prediction *each, Mistake *mistake) {
    int count = 0;
    for (int i = 0; i < test->n; i++) {
        int digit = each[i].digit;
        if (digit == test->label[i]) continue;
        mistake[count++] = (Mistake){i, test->label[i], digit, each[i].probability[digit],
                                     each[i].probability[test->label[i]]};
    }
    qsort(mistake, (size_t)count, sizeof *mistake, most_confident_first);
    return count;
}

/* The list, then a picture of each. */
static void print_mistakes(FILE *out, const Dataset *test, const Mistake *mistake, int count) {
    fprintf(out, "# image\tlabel\tprediction\tprobability\tlabel_probability\n");
    for (int i = 0; i < count; i++)
        fprintf(out, "%d\t%d\t%d\t%.6f\t%.6f\n", mistake[i].image, mistake[i].label,
                mistake[i].digit, mistake[i].probability, mistake[i].label_probability);
    fputs("\n\n", out);
    /* from 0 to 1 and without a border: pictures for people, whatever the network's input is */
    for (int i = 0; i < count; i++) {
        real x[IMAGE_BYTES];
        dataset_image(test, mistake[i].image, (Input){0, 1}, 0, x);
        write_block(out, "mistake", i, IMAGE_SIDE, IMAGE_SIDE, x);
    }
}

/* The mistakes that the network was surest of are the most instructive: some labels are wrong. */
bool mistakes_write(FILE *out, const Network *net, const real *params, const Dataset *test,
                    int threads, Error *error) {
    Prediction *each = calloc((size_t)test->n, sizeof *each);
    Mistake *mistake = calloc((size_t)test->n, sizeof *mistake);
    bool ok = each && mistake;
    if (!ok) error_set(error, "no memory for %d predictions", test->n);
    if (ok) ok = predict(net, params, test, threads, each, error);
    if (ok) {
        int count = find_mistakes(test, each, mistake);
        print_mistakes(out, test, mistake, count < MISTAKES ? count : MISTAKES);
    }
    free(each);
    free(mistake);
    return ok;
}

static bool write_mistakes(FILE *out, const Subject *subject, Error *error) {
    const Trainer *t = subject->trainer;
    return mistakes_write(out, t->net, subject->params, subject->test, t->threads, error);
}

/* ------------------------------------------------------------------ histograms ----------- */

/* The bin of a value between low and high; values outside go to the first or the last. */
static int bin_of(double value, double low, double high) {
    double bin = floor(BINS * (value - low) / (high - low));
    if (bin < 0) return 0;
    return bin > BINS - 1 ? BINS - 1 : (int)bin;
}

/* The share of x in each bin, and that of exact zeros when sizes are counted in decades. */
static void print_histogram(FILE *out, const char *title, const Layer *l, const real *x, double low,
                            double high, bool decades) {
    long count[BINS] = {0}, zeros = 0, all = 0;
    /* weights of missing links are stored, but are not weights */
    for (size_t i = 0; i < layer_weights(l); i++) {
        if (!layer_linked(l, i)) continue;
        double value = (double)x[i];
        all++;
        if (decades && value == 0)
            zeros++;
        else
            count[bin_of(decades ? log10(fabs(value)) : value, low, high)]++;
    }
    /* the middle of each bin, and its share: shares of layers of any size can be compared */
    double width = (high - low) / BINS;
    for (int b = 0; b < BINS; b++)
        fprintf(out, "%s\t%s\t%.6g\t%.6g\n", title, l->name, low + (b + 0.5) * width,
                (double)count[b] / (double)all);
    if (decades)
        fprintf(out, "%s zero\t%s\tnan\t%.6g\n", title, l->name, (double)zeros / (double)all);
}

/* The largest size. A NaN stays one; fmax() would drop it. */
static double largest(size_t n, const real *x) {
    double most = 0;
    for (size_t i = 0; i < n && !isnan(most); i++) {
        double size = fabs((double)x[i]);
        if (!(size <= most)) most = size;
    }
    return most;
}

/* Initial and trained weights of every layer, on one linear range, so that the two can be drawn in
   one picture. */
static void write_weights(FILE *out, const Network *net, const real *initial, const real *trained) {
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        size_t n = layer_weights(l), offset = network_offset(net, i);
        if (n == 0) continue;
        double most = fmax(largest(n, initial + offset), largest(n, trained + offset));
        if (!(most > 0)) most = 1; /* nothing but zeros */
        print_histogram(out, "weight initial", l, initial + offset, -most, most, false);
        print_histogram(out, "weight trained", l, trained + offset, -most, most, false);
    }
}

/* Sizes of the gradients of the mean loss of the first training images, in decades. */
static bool write_gradients(FILE *out, Trainer *t, const char *title, Error *error) {
    int images = t->plan.batch;
    /* before the first shuffle the order is that of the file, so these are its first images */
    double loss = trainer_gradient(t, t->order, images).loss;
    if (!isfinite(loss) || !isfinite(largest(network_params(t->net), t->grad)))
        return error_set(error, "the loss is %g: its gradients are not finite", unsigned_nan(loss));
    for (int i = 0; i < t->net->layers; i++)
        if (layer_weights(&t->net->layer[i]) > 0)
            print_histogram(out, title, &t->net->layer[i], t->grad + network_offset(t->net, i),
                            DECADES_LOW, DECADES_HIGH, true);
    return true;
}

/* Do weights grow, do gradients vanish on their way to C1? Both at the beginning and at the end. */
static bool write_histograms(FILE *out, const Subject *subject, Error *error) {
    Trainer *t = subject->trainer;
    fprintf(out, "what\tlayer\tvalue\tshare\n");
    write_weights(out, t->net, t->params, subject->params);
    if (!write_gradients(out, t, "gradient initial", error)) return false;
    /* the trainer takes gradients at its own parameters, so these become the trained ones */
    memcpy(t->params, subject->params, network_params(t->net) * sizeof *t->params);
    return write_gradients(out, t, "gradient trained", error);
}

/* ------------------------------------------------------------------ files ---------------- */

/* The histograms come last: they replace the initial parameters by the trained ones. */
static const struct {
    const char *name;
    bool codes; /* only for a network with RBF codes */
    bool (*write)(FILE *out, const Subject *subject, Error *error);
} tables[] = {
    {"confusion.tsv", false, write_confusion}, {"mistakes.tsv", false, write_mistakes},
    {"filters.tsv", false, write_filters},     {"maps.tsv", false, write_image_maps},
    {"codes.tsv", true, write_codes},          {"histograms.tsv", false, write_histograms},
};

/* A table must not replace the parameters that it is about. */
static bool open_table(Output *table, const char *dir, const char *name, const Subject *subject,
                       Error *error) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", dir, name); /* a longer one is refused below */
    /* asked first: opening it empties the temporary */
    if (!file_disjoint(path, subject->source))
        return error_set(error, "%s: a table would replace the parameters; name another --dir",
                         subject->source);
    return output_open_in(table, dir, name, error);
}

/* Each table is complete or not there: a picture of half a table would look like a result. */
bool tables_write(const char *dir, const Subject *subject, Error *error) {
    for (size_t k = 0; k < sizeof tables / sizeof *tables; k++) {
        Output table;
        /* codes belong to distances: to a loss whose smallest score wins */
        if (tables[k].codes && !subject->trainer->net->loss.smallest_wins) continue;
        if (!open_table(&table, dir, tables[k].name, subject, error)) return false;
        if (!tables[k].write(table.stream, subject, error)) {
            output_discard(&table);
            return false;
        }
        if (!output_commit(&table, error)) return false;
    }
    return true;
}
