/**
 * @file frame.h
 * @brief How a call travels to the probe and back: a header, then the call's block.
 *
 * Both ends are compiled from the same headers for the same machine, so a call is sent as it is.
 * The nonce is drawn for each call: no answer can be sent before the question is known.
 */
#ifndef FRAME_H
#define FRAME_H

#include "course/examine/call.h"

#include <stdint.h>

enum {
    PROBE_FD = 3 ///< the probe's end of the channel
};

/** From the judge: the question. call.bytes bytes follow, the call's block. */
typedef struct Question {
    uint64_t nonce; ///< to be repeated in the answer
    Call call;      ///< its pointer means nothing at the other end
} Question;

/** From the probe: the answer. `bytes` bytes follow, the block as it is after the call. */
typedef struct Answer {
    uint64_t nonce;  ///< the question's
    uint64_t bytes;  ///< the question's call.bytes
    int32_t outcome; ///< of type Outcome
    int32_t detail;  ///< see Reply
    char todo[8];    ///< after CALL_TODO, the exercise: "02.4"
} Answer;

#endif
