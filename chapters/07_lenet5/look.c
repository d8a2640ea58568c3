/*
 * One image, its scores, its codes, its distortions.
 */
#include "07_lenet5/look.h"

#include "05_softmax_ce/rbf.h"
#include "picture.h"

#include <string.h>

static void print_bars(FILE *out, const real *p, int classes) {
    for (int k = 0; k < classes; k++) {
        fprintf(out, "  %d  %6.2f %%  ", k, 100 * (double)p[k]);
        for (int bar = 0; bar < (int)lround(50 * (double)p[k]); bar++) fputc('#', out);
        fputc('\n', out);
    }
}

/* The ten codes, five a row, and under each its squared distance to the state of F6. */
static void print_codes(FILE *out, const Loss *loss, const real *distance, int decision) {
    real picture[5 * CODE];
    for (int first = 0; first < 10; first += 5) {
        for (int p = 0; p < 5 * CODE; p++)
            picture[p] = rbf_target(loss->code[first + p / CODE], p % CODE);
        fputc('\n', out);
        picture_print(out, 5, CODE_ROWS, CODE_COLUMNS, picture, -1, 1);
        for (int k = first; k < first + 5; k++)
            fprintf(out, " %c%d:%5.1f", k == decision ? '*' : ' ', k, (double)distance[k]);
        fputc('\n', out);
    }
}

/* The network's view of one image, drawn: the workspace is as forward left it. */
static void draw(FILE *out, const Network *net, const Workspace *space) {
    const real most = (real)1.7159; /* the squash's range */
    Shape in = net->layer[0].in;
    picture_print(out, 1, in.h, in.w, space->y[0], net->input.lo, net->input.hi);
    if (!net->loss.code) {
        print_bars(out, space->score, net->loss.classes);
        return;
    }
    fprintf(out, "\nthe state of F6, which should look like a code\n\n");
    picture_print(out, 1, CODE_ROWS, CODE_COLUMNS, space->y[net->layers], -most, most);
    fprintf(out, "\nthe codes, and the squared distance to each (* the nearest)\n");
    print_codes(out, &net->loss, space->score, space->decision[0]);
}

/* Softmax has probabilities; distances y_i become e^-y_i, the smallest taken out, scaled to sum 1. */
static Reading read_scores(const Loss *loss, const real *score, int decision) {
    Reading reading = {.digit = decision};
    double sum = 0;
    for (int k = 0; k < CLASSES; k++) {
        double p = loss->code ? exp((double)(score[decision] - score[k])) : (double)score[k];
        sum += reading.probability[k] = p;
    }
    for (int k = 0; k < CLASSES; k++) reading.probability[k] /= sum;
    return reading;
}

bool look_at(FILE *out, const Network *net, const real *params, const Dataset *data, int image,
             Reading *reading, Error *error) {
    Workspace space;
    if (!workspace_new(net, 1, &space, error)) return false;
    network_input(net, data, NULL, image, 1, &space);
    network_forward(net, 1, params, &space);
    *reading = read_scores(&net->loss, space.score, space.decision[0]);
    bool finite = isfinite(reading->probability[reading->digit]);
    if (!finite) error_set(error, "the parameters give no finite answer");
    if (finite && out) draw(out, net, &space);
    workspace_free(&space);
    return finite;
}

bool look_outputs(FILE *out, const Network *net, const real *params, const Dataset *data,
                  Error *error) {
    Workspace space;
    int units = shape_size(network_out(net));
    if (!workspace_new(net, 1, &space, error)) return false;
    fprintf(out, "label\tdigit");
    for (int k = 0; k < units; k++) fprintf(out, "\ty%d", k);
    for (int i = 0; i < data->n; i++) {
        network_input(net, data, NULL, i, 1, &space);
        network_forward(net, 1, params, &space);
        fprintf(out, "\n%d\t%d", data->label[i], space.decision[0]);
        for (int k = 0; k < units; k++) fprintf(out, "\t%.9g", (double)space.y[net->layers][k]);
    }
    fputc('\n', out);
    workspace_free(&space);
    return true;
}

void look_distorted(FILE *out, Trainer *t, int image) {
    enum { ACROSS = 3, SHOWN = 6 };
    static const char *const title[2] = {"copy", "epoch"};
    real sheet[SHOWN * WARP_SIDE * WARP_SIDE];
    Shape in = t->net->layer[0].in;
    int copies = t->plan.copies, pixels = in.h * in.w;
    dataset_image(t->data, image, t->net->input, t->net->pad, sheet);
    for (int k = 1; k < SHOWN; k++) {
        t->epoch = k;
        int copy = copies > 0 ? (k - 1) % copies + 1 : 0;
        trainer_image(t, image + t->data->n * copy, sheet + k * pixels);
    }
    for (int first = 0; first < SHOWN; first += ACROSS) {
        for (int k = first; k < first + ACROSS; k++) {
            char text[40];
            snprintf(text, sizeof text, "%s %d", title[copies == 0], k);
            fprintf(out, "  %-32s", k == 0 ? "as it is" : text);
        }
        fputc('\n', out);
        picture_print(out, ACROSS, in.h, in.w, sheet + first * pixels, t->net->input.lo,
                      t->net->input.hi);
        fputc('\n', out);
    }
}
