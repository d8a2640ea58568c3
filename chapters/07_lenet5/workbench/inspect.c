/*
 * One image: its scores, its codes, its augmentations. All of it goes to a stream of the caller's
 * choice, so that tests can read it.
 */
#include "07_lenet5/workbench/inspect.h"

#include "05_softmax_ce/rbf.h"
#include "picture.h"

/* A row per digit, half a column per percent. */
static void print_bars(FILE *out, const real *p, int classes) {
    for (int k = 0; k < classes; k++) {
        fprintf(out, "  %d  %6.2f %%  ", k, 100 * (double)p[k]);
        int bar = (int)lround(50 * (double)p[k]);
        for (int i = 0; i < bar; i++)
            fputc('#', out);
        fputc('\n', out);
    }
}

/* The ten codes, five side by side, and below each its squared distance to the state of F6. */
static void print_codes(FILE *out, const real *distance, int decision) {
    enum { ABREAST = 5 };
    real picture[ABREAST * CODE];
    for (int first = 0; first < CLASSES; first += ABREAST) {
        for (int p = 0; p < ABREAST * CODE; p++)
            picture[p] = rbf_target(rbf_codes[first + p / CODE], p % CODE);
        fputc('\n', out);
        picture_print(out, ABREAST, CODE_ROWS, CODE_COLUMNS, picture, -1, 1);
        /* a line of numbers as wide as the pictures above it */
        for (int k = first; k < first + ABREAST; k++)
            fprintf(out, " %c%d:%5.1f", k == decision ? '*' : ' ', k, (double)distance[k]);
        fputc('\n', out);
    }
}

/* The network's view of one image: the workspace is as network_forward() left it. */
static void print_answer(FILE *out, const Network *net, const Workspace *space) {
    const real most = (real)1.7159; /* the squash's range */
    Shape in = net->layer[0].in;
    picture_print(out, 1, in.h, in.w, space->y[0], net->input.lo, net->input.hi);
    if (!net->loss.smallest_wins) {
        print_bars(out, space->score, net->loss.classes);
        return;
    }
    /* RBF codes: the network draws with its 84 units, and the nearest code wins */
    fprintf(out, "\nthe state of F6, which should look like a code\n\n");
    picture_print(out, 1, CODE_ROWS, CODE_COLUMNS, space->y[net->layers], -most, most);
    fprintf(out, "\nthe codes, and the squared distance to each (* the nearest)\n");
    print_codes(out, space->score, space->decision[0]);
}

/* One image, once through the network. */
bool inspect_image(FILE *out, const Network *net, const real *params, const Dataset *data,
                   int image, Prediction *prediction, Error *error) {
    Workspace space;
    if (!workspace_new(net, 1, &space, error)) return false;
    network_input(net, data, image, 1, &space);
    network_forward(net, 1, params, &space);
    *prediction = prediction_of(&net->loss, space.score, space.decision[0]);
    /* A saved file has finite parameters only, but their products may overflow. */
    bool finite = isfinite(prediction->probability[prediction->digit]);
    if (!finite) error_set(error, "the parameters give no finite answer");
    if (finite && out) print_answer(out, net, &space);
    workspace_free(&space);
    return finite;
}

/* For comparison with other programs, digit by digit: `make trust-interop` does so. */
bool inspect_outputs(FILE *out, const Network *net, const real *params, const Dataset *data,
                     Error *error) {
    Workspace space;
    int units = shape_size(network_out(net));
    if (!workspace_new(net, 1, &space, error)) return false;
    fprintf(out, "label\tdigit");
    for (int k = 0; k < units; k++)
        fprintf(out, "\ty%d", k);
    for (int i = 0; i < data->n; i++) {
        network_input(net, data, i, 1, &space);
        network_forward(net, 1, params, &space);
        /* nine digits bring any float back */
        fprintf(out, "\n%d\t%d", data->label[i], space.decision[0]);
        for (int k = 0; k < units; k++)
            fprintf(out, "\t%.9g", (double)space.y[net->layers][k]);
    }
    fputc('\n', out);
    workspace_free(&space);
    return true;
}

/* Two pictures side by side, each below its title. */
static void print_pair(FILE *out, const Trainer *t, const real *pair, const char title[2][40]) {
    Shape in = t->net->layer[0].in;
    fprintf(out, "  %-32s  %s\n", title[0], title[1]);
    picture_print(out, 2, in.h, in.w, pair, t->net->input.lo, t->net->input.hi);
    fputc('\n', out);
}

/* The image itself and five of its forms, two side by side. */
void inspect_augmented(FILE *out, Trainer *t, int image) {
    enum { SHOWN = 6 };
    real pair[2 * WARP_SIDE * WARP_SIDE];
    char title[2][40];
    int copies = t->plan.copies, pixels = shape_size(t->net->layer[0].in);
    for (int k = 0; k < SHOWN; k++) {
        real *x = pair + k % 2 * pixels;
        /* With copies an image is one of them, whatever the epoch; without, the epoch decides. */
        int copy = copies > 0 && k > 0 ? (k - 1) % copies + 1 : 0;
        t->epoch = k;
        snprintf(title[k % 2], sizeof *title, "%s %d", copies > 0 ? "copy" : "epoch", k);
        if (k == 0) {
            snprintf(title[0], sizeof *title, "as it is");
            dataset_image(t->data, image, t->net->input, t->net->pad, x);
        } else {
            trainer_image(t, image + t->data->n * copy, x);
        }
        if (k % 2 == 1) print_pair(out, t, pair, title);
    }
}
