/* Finds the function of a call and runs it; see here.h. */
#include "here.h"

static const Here *row_of(Function function) {
    const Here *const table[] = {here_01, here_02, here_03, here_04, here_05, here_06, here_07};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        for (const Here *row = table[i]; row && row->function != FUNCTIONS; row++)
            if (row->function == function) return row;
    return NULL;
}

/* One direction of a layer on the arrays of a call. */
static void run_layer(const Call *call, const Layer *l, Direction direction) {
    real *w = call_at(call, A_W), *x = call_at(call, A_X), *y = call_at(call, A_Y);
    real *scratch = call_at(call, A_SCRATCH);
    if (direction == FORWARD)
        l->forward(l, call->g.n, w, x, y, scratch);
    else
        l->backward(l, call->g.n, w, x, y, call_at(call, A_DY), call_at(call, A_DW),
                    call_at(call, A_DX), scratch);
}

bool call_here(const Call *call) {
    const Here *row = row_of(call->function);
    if (!row) return false;
    Layer layer;
    if (row->layer) layer = row->layer(call);
    call_guard(call, true);
    if (row->layer)
        run_layer(call, &layer, row->direction);
    else
        row->run(call);
    call_guard(call, false);
    return true;
}
