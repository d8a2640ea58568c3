/**
 * @file call.h
 * @brief One call of a function under examination, as a plain record that can be sent elsewhere.
 *
 * A call names the function, its geometry and its constants, and holds all arrays in one block of
 * memory: inputs, results, working memory. The runner of the call (here.h) runs the function on the
 * block, and the whole block comes back. So the judge can look at the results, at the inputs, which
 * must not have changed, and at the guards between the arrays.
 *
 *     guard | array | guard | array | ... | guard
 *
 * The arrays' content before the call matters: results hold unlikely numbers, so that
 * doing nothing is seen; sums (dw) hold numbers that must be added to; scratch holds NaN.
 */
#ifndef CALL_H
#define CALL_H

#include "real.h"
#include "shape.h"

#include <stddef.h>
#include <stdint.h>

/** The functions under examination. */
typedef enum Function {
    CALL_IM2COL_NAIVE,
    CALL_COL2IM_NAIVE,
    CALL_IM2COL,
    CALL_COL2IM,
    CALL_CONV_FORWARD_NAIVE,
    CALL_CONV_BACKWARD_NAIVE,
    CALL_CONV_FORWARD,
    CALL_CONV_BACKWARD,
    CALL_MAX_POOL_FORWARD,
    CALL_MAX_POOL_BACKWARD,
    CALL_AFFINE_FORWARD_NAIVE,
    CALL_AFFINE_BACKWARD_NAIVE,
    CALL_AFFINE_FORWARD,
    CALL_AFFINE_BACKWARD,
    CALL_RELU_FORWARD,
    CALL_RELU_BACKWARD,
    CALL_SIGMOID_FORWARD,
    CALL_SIGMOID_BACKWARD,
    CALL_SOFTMAX_NAIVE,
    CALL_CROSS_ENTROPY_NAIVE,
    CALL_SOFTMAX,
    CALL_SOFTMAX_CE_FORWARD,
    CALL_SOFTMAX_CE_BACKWARD,
    CALL_OPTIMIZER,
    CALL_LENET5,
    CALL_NETWORK_FORWARD,
    CALL_NETWORK_BACKWARD,
    CALL_TRAINER_GRADIENT,
    CALL_TRAINER_STEPS,
    CALL_EVALUATE,
    CALL_TRAINING,
    FUNCTIONS ///< how many
} Function;

/** The arrays that a call may have. Weight and bias lie side by side, as layer.h wants it. */
typedef enum Slot {
    A_W,
    A_B,
    A_X,
    A_COL,
    A_LABEL,
    A_Y,
    A_SCORE,
    A_DECISION,
    A_LOSS,
    A_CORRECT,
    A_DY,
    A_DW,
    A_DB,
    A_DX,
    A_LINKS,
    A_RATE,
    A_STATE,
    A_MEAN,
    A_TABLE,
    A_NAME,
    A_SCRATCH,
    SLOTS ///< how many
} Slot;

/** The numbers in an array. */
typedef enum Kind {
    REALS,   ///< real
    DOUBLES, ///< double
    INTS,    ///< int
    BYTES    ///< uint8_t
} Kind;

/** A function's use of an array. */
typedef enum Role {
    GIVEN,  ///< only read it
    RESULT, ///< overwrite all of it
    SUM,    ///< add to all of it
    STATE,  ///< anything: starts at 0, is not looked at afterwards
    SCRATCH ///< anything: starts as NaN, is not looked at afterwards
} Role;

enum {
    AXES_MAX = 5,     ///< most axes of an array
    NUMBERS_MAX = 24, ///< whole numbers in addition to the geometry
    CONSTANTS_MAX = 8 ///< other numbers
};

/** One array of a call. */
typedef struct Array {
    char name[12];        ///< "dw"
    char axis[24];        ///< names of the axes, "f,ch,p,q"; the batch's axis is called image
    Kind kind;            ///< its numbers
    Role role;            ///< the function's use of it
    bool present;         ///< false: NULL is passed
    int axes;             ///< how many axes
    int extent[AXES_MAX]; ///< their lengths
    size_t count;         ///< the product of the lengths
    size_t offset;        ///< where it begins in the block, in bytes
} Array;

/** The geometry of a layer; fields that do not apply are 0. */
typedef struct Geometry {
    int n;                 ///< images
    Shape in, out;         ///< one image
    int size, stride, pad; ///< the window
} Geometry;

/** A call. Everything but the block is copied by assignment. */
typedef struct Call {
    Function function;              ///< which function
    Geometry g;                     ///< the layer
    int number[NUMBERS_MAX];        ///< by function, see NN/here.c
    double constant[CONSTANTS_MAX]; ///< by function
    double tolerance;               ///< relative, of the results; 0 for whole numbers
    bool silent;                    ///< the function's output is not shown
    bool fresh;                     ///< it is to be the first call of its process
    Array array[SLOTS];             ///< the arrays
    size_t bytes;                   ///< length of the block
    unsigned char *block;           ///< the arrays' memory; belongs to the call
    char text[160];                 ///< "x 2x5x7, 3 filters of 3x3, stride 2, pad 1, 2 images"
} Call;

/**
 * @brief Begins a call.
 * @param function which function
 * @param g        the geometry
 * @param format   as in printf: a name of the case, for messages
 * @return a call without arrays
 */
Call call_new(Function function, Geometry g, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * @brief Declares an array.
 * @param call   the call
 * @param slot   which one
 * @param kind   its numbers
 * @param role   the function's use of it
 * @param name   for messages
 * @param axis   the names of its axes, separated by commas or bars
 * @param extent their lengths; an array without numbers stays absent
 */
void call_array(Call *call, Slot slot, Kind kind, Role role, const char *name, const char *axis,
                const int *extent);

/**
 * @brief Gives the arrays their memory: guards, and the content of results, sums and scratch before
 *        the call.
 * @param call the call; arrays that are GIVEN are 0 and are to be filled
 */
void call_ready(Call *call);

/**
 * @brief A copy with its own block.
 * @param call the call
 * @return the copy; call_free() releases it
 */
Call call_copy(const Call *call);

/**
 * @brief Releases the block.
 * @param call the call
 */
void call_free(Call *call);

/**
 * @brief Where an array is.
 * @param call the call
 * @param slot which one
 * @return its memory, NULL when it is absent
 */
void *call_at(const Call *call, Slot slot);

/**
 * @brief Reads one entry.
 * @param call the call
 * @param slot of which array
 * @param i    which entry
 * @return its value
 */
double call_get(const Call *call, Slot slot, size_t i);

/**
 * @brief Writes one entry.
 * @param call  the call
 * @param slot  of which array
 * @param i     which entry
 * @param value rounded to the array's kind of number
 */
void call_set(Call *call, Slot slot, size_t i, double value);

/**
 * @brief All arrays as doubles.
 * @param call the call
 * @param v    filled: one list for each slot, NULL for absent arrays; free(v[SLOTS]) releases all
 */
void call_doubles(const Call *call, double *v[SLOTS + 1]);

/**
 * @brief Looks for a rule that was broken: a guard or an input that changed.
 * @param call the call as it was sent
 * @param back the call as it came back
 * @param text says which, when there is one
 * @param size of text
 * @return "writes-outside", "writes-input", or NULL when all is well
 */
const char *call_broken(const Call *call, const Call *back, char *text, size_t size);

/**
 * @brief Forbids the guards to the runner of the call, where the address sanitizer is at work.
 * @param call   the call
 * @param forbid true before the function runs, false afterwards
 */
void call_guard(const Call *call, bool forbid);

/**
 * @brief The content of a result's entry before the call.
 * @param i which entry
 * @return a whole number that rarely occurs in an answer
 */
static inline double call_untouched(size_t i) {
    return 2001 + (double)(i % 13);
}

#endif
