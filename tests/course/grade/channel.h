/**
 * @file channel.h
 * @brief A port whose other end is a probe in a sandbox, which runs a submission.
 *
 * Nothing that comes back is trusted: not lengths, not outcomes, not words. A probe that ends,
 * hangs or sends anything but the answer of the present call is killed with all its children, and
 * the next call gets a new one.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include "course/examine/port.h"

enum {
    SAID_MAX = 2000 ///< bytes of a probe's output that are kept, half of them the last ones
};

/**
 * @brief A port that runs calls in a program.
 * @param command the program and its arguments, NULL at the end: the sandbox with the probe in it
 * @param seconds that all calls together may take; later ones end at once, as if they were endless
 * @return the port, NULL without memory; port_probe_free() releases it
 */
Port *port_probe(char *const command[], double seconds);

/**
 * @brief How long the calls took so far.
 * @param port the port
 * @return seconds, by the clock on the wall
 */
double port_probe_spent(const Port *port);

/**
 * @brief The probes' output so far.
 * @param port the port
 * @param text printable characters and line ends only
 */
void port_probe_said(const Port *port, char text[2 * SAID_MAX]);

/**
 * @brief Ends the probe and releases the port.
 * @param port the port
 */
void port_probe_free(Port *port);

#endif
