/* The judge's questions, answered by formulas; see expected.h. */
#include "course/examine/expected.h"

#include "oracle.h"

#include <stdlib.h>

static const Oracle no_oracle = {0};

const Oracle *oracle_for(const Call *call) {
    static const Answer *const table[] = {answers_01, answers_02, answers_03, answers_04,
                                          answers_05, answers_06, answers_07};
    int which = call->function == CALL_OPTIMIZER ? call->number[0] : 0;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (const Answer *a = table[i]; a->function != FUNCTIONS; a++)
            if (a->function == call->function) return a->oracle + which;
    return &no_oracle;
}

void expected_right(const Call *call, double *v[SLOTS]) {
    const Oracle *oracle = oracle_for(call);
    if (oracle->run) oracle->run(call, RIGHT, v);
}

int expected_suspects(const Call *call) {
    const Oracle *oracle = oracle_for(call);
    return oracle->shares + oracle->suspects;
}

Suspect expected_suspect(const Call *call, int suspect) {
    const Oracle *oracle = oracle_for(call);
    int own = suspect - oracle->shares;
    return own < 0 ? oracle->shared[suspect] : oracle->suspect[own];
}

/* Entries that the mistake leaves open do not count. */
bool expected_fits(const Call *call, int suspect, Slot slot, const double *got) {
    double *v[SLOTS + 1];
    size_t known = 0, count = call->array[slot].count;
    bool fits = true;
    call_doubles(call, v);
    oracle_for(call)->run(call, suspect + 1, v);
    for (size_t i = 0; fits && i < count; i++) {
        double pred = v[slot][i];
        if (fabs(pred) > ANYTHING / 1e10 && !isinf(pred)) continue;
        known++;
        fits = expected_agrees(call, got[i], pred);
    }
    free(v[SLOTS]);
    return fits && 8 * known >= count;
}
