/**
 * @file port.h
 * @brief Where calls are run: a port takes a call, and brings back its result.
 *
 * The judge never runs a student's function itself. port_forked() runs each call in a child
 * process, so a crash, an endless loop or exit() costs one call; `make test` uses it. A grader can
 * put a port here whose other end is another program in a sandbox.
 */
#ifndef PORT_H
#define PORT_H

#include "call.h"

/** How a call ended. */
typedef enum Outcome {
    CALL_DONE,    ///< the function returned; whether rightly is another question
    CALL_TODO,    ///< it reached an exercise that is not written yet
    CALL_CRASHED, ///< a signal ended it
    CALL_ENDLESS, ///< it took too long
    CALL_LEFT,    ///< it ended the program
    CALL_GARBLED, ///< something else came back than its results
    CALL_NOWHERE  ///< it could not be run: no process, no memory, or the function is not linked
} Outcome;

/** The result of a call, apart from the arrays. */
typedef struct Reply {
    Outcome outcome;
    int detail;     ///< the signal (0: a sanitizer), the exit code, or the seconds allowed
    char todo[400]; ///< after CALL_TODO: "02.4 is not written yet: ..."
} Reply;

typedef struct Port Port;

/** A place where calls run. */
struct Port {
    /** Runs a call; back is a copy of it whose block is overwritten by the results. */
    Reply (*run)(Port *port, const Call *call, Call *back);
    double slower; ///< factor on the time that a call may take: 1, more under a sanitizer
};

/**
 * @brief A port that runs each call in a child of this process, by call_here().
 *
 * The child runs the call before it once more first, if that was one of the same function with
 * another geometry: state in static variables then shows. A `fresh` call is alone.
 *
 * @return the port
 */
Port port_forked(void);

#endif
