/*
 * Errors that are left when doubtful images are rejected.
 */
#include "07_lenet5/reject.h"

#include <stdlib.h>

/* An image and how sure the network is of it: larger is surer. */
typedef struct Sure {
    double how;
    int image;
} Sure;

static int less_sure_first(const void *a, const void *b) {
    const Sure *x = a, *y = b;
    if (x->how != y->how) return x->how < y->how ? -1 : 1;
    return (x->image > y->image) - (x->image < y->image);
}

// [rejection]
bool rejection_curve(const Network *net, const Dataset *data, const Judgement *each, Doubt doubt,
                     double *error, Error *why) {
    int n = data->n, wrong = 0;
    Sure *sure = calloc((size_t)n, sizeof *sure);
    if (!sure) return error_set(why, "no memory to sort %d images", n);
    for (int i = 0; i < n; i++) {
        double score = net->loss.code ? -each[i].score : each[i].score;
        sure[i] = (Sure){doubt == DOUBT_MARGIN ? each[i].margin : score, i};
    }
    qsort(sure, (size_t)n, sizeof *sure, less_sure_first);
    for (int k = n - 1; k >= 0; k--) { /* keep one more, less and less sure */
        int image = sure[k].image;
        wrong += each[image].decision != data->label[image];
        error[k] = (double)wrong / (n - k);
    }
    free(sure);
    return true;
}
// [rejection]
