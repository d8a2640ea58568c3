/* The arrays of layers; see items_layer.h. */
#include "items_layer.h"

#include "expected.h"

#include <stdlib.h>

/* "image,f,i,j" for maps, "image,o" for a row of units. */
static void images(Call *c, Slot slot, Role role, const char *name, Shape s, bool out) {
    const int extent[4] = {c->g.n, s.c, s.h, s.w}, row[2] = {c->g.n, s.c * s.h * s.w};
    bool flat = c->function >= CALL_AFFINE_FORWARD_NAIVE && c->function <= CALL_AFFINE_BACKWARD;
    if (flat)
        call_array(c, slot, REALS, role, name, out ? "image,o" : "image,k", row);
    else if (c->g.size == 0)
        call_array(c, slot, REALS, role, name, "image,ch,r,s", extent);
    else
        call_array(c, slot, REALS, role, name, out ? "image,f,i,j" : "image,ch,r,s", extent);
}

void layer_images(Call *c, bool forward, bool dx) {
    images(c, A_X, GIVEN, "x", c->g.in, false);
    images(c, A_Y, forward ? RESULT : GIVEN, "y", c->g.out, true);
    if (forward) return;
    images(c, A_DY, GIVEN, "dy", c->g.out, true);
    images(c, A_DX, RESULT, "dx", c->g.in, false);
    c->array[A_DX].present = dx;
}

void layer_parameters(Call *c, bool forward, const char *axis, const int *extent, int bias,
                      const char *unit) {
    call_array(c, A_W, REALS, GIVEN, "w", axis, extent);
    call_array(c, A_B, REALS, GIVEN, "b", unit, &bias);
    if (forward) return;
    call_array(c, A_DW, REALS, SUM, "dw", axis, extent);
    call_array(c, A_DB, REALS, SUM, "db", unit, &bias);
}

void layer_right_y(Call *c, Function forward) {
    double *v[SLOTS + 1];
    Function own = c->function;
    call_doubles(c, v);
    c->function = forward;
    expected_right(c, v);
    c->function = own;
    for (size_t i = 0; i < c->array[A_Y].count; i++)
        call_set(c, A_Y, i, v[A_Y][i]);
    free(v[SLOTS]);
}
