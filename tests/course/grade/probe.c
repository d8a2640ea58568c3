/*
 * Runs calls on a submission: the program of the sandbox. It is linked from one source of the
 * submission, or from all, and otherwise from the reference with textbook kernels. Whatever the
 * submission does to this program, it can only spoil answers: they are judged elsewhere (judge.c).
 *
 * Questions come and answers go on descriptor 3, see frame.h. Each call runs in a child, so that it
 * may crash, loop or exit.
 */
#include "frame.h"

#include "course/examine/port.h"
#include "gemm.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool read_all(void *data, size_t size) {
    unsigned char *at = data;
    while (size > 0) {
        ssize_t got = read(PROBE_FD, at, size);
        if (got <= 0) return false;
        at += got;
        size -= (size_t)got;
    }
    return true;
}

static bool write_all(const void *data, size_t size) {
    const unsigned char *at = data;
    while (size > 0) {
        ssize_t put = write(PROBE_FD, at, size);
        if (put <= 0) return false;
        at += put;
        size -= (size_t)put;
    }
    return true;
}

/* Reads a question and its block; false at the end of the channel. */
static bool read_question(Question *q) {
    if (!read_all(q, sizeof *q)) return false;
    q->call.block = malloc(q->call.bytes);
    return q->call.block && read_all(q->call.block, q->call.bytes);
}

static bool answer(const Question *q, Port *port) {
    Call back = call_copy(&q->call);
    Reply reply = port->run(port, &q->call, &back);
    Answer a = {.nonce = q->nonce,
                .bytes = back.bytes,
                .outcome = (int32_t)reply.outcome,
                .detail = reply.detail};
    memcpy(a.todo, reply.todo, sizeof a.todo - 1);
    bool sent = write_all(&a, sizeof a) && write_all(back.block, back.bytes);
    call_free(&back);
    return sent;
}

int main(void) {
    Question q;
    Port port = port_forked();
    gemm_single_thread();
    while (read_question(&q)) {
        bool sent = answer(&q, &port);
        call_free(&q.call);
        if (!sent) return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
