/* The output size; see shape.h. A wrong geometry is the programmer's, so it breaks a contract. */
#include "shape.h"

#include "fail.h"

// [window-out]
int window_out(int in, int size, int stride, int pad) {
    contract(in >= 1 && stride >= 1, "axis of %d with stride %d: both must be at least 1", in,
             stride);
    contract(pad >= 0 && pad < size, "padding %d with window %d: must be 0 .. size-1", pad, size);
    contract(size <= in + 2 * pad, "window %d does not fit an axis of %d with padding %d", size, in,
             pad);
    return (in + 2 * pad - size) / stride + 1;
}
// [window-out]

Shape window_shape(Shape in, int channels, int size, int stride, int pad) {
    return (Shape){channels, window_out(in.h, size, stride, pad),
                   window_out(in.w, size, stride, pad)};
}
