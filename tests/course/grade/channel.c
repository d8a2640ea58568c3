/* The judge's end of the channel; see channel.h. */
#define _GNU_SOURCE
#include "channel.h"

#include "course/examine/rubric.h"
#include "frame.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    SECONDS = 5,           /* for a call, of processor time: the probe itself counts it */
    TRAINING_SECONDS = 60, /* for the one that trains a network */
    GRACE = 5,             /* for everything around the call */
    STARTS = 2             /* probes in a row that end without an answer */
};

/* The end of an attempt to transfer. */
typedef enum Transfer { DONE, CLOSED, LATE } Transfer;

/* The output: the beginning, and the end as a ring. */
typedef struct Said {
    char head[SAID_MAX / 2], tail[SAID_MAX / 2];
    size_t bytes;
} Said;

typedef struct Probe {
    Port port; /* first: a Port is a Probe */
    char *const *command;
    pid_t pid; /* 0: none runs */
    int channel, output;
    int silent;           /* probes in a row that ended without an answer */
    int answers;          /* from all of them */
    Reply last;           /* how the last of them ended */
    double spent, budget; /* seconds, of all calls together */
    Said said;
} Probe;

/* ------------------------------------------------------------------ the process ---------- */

/* In the child: becomes the sandbox. */
static _Noreturn void become(char *const command[], int channel, int output) {
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0 && write(score, "1000", 4) < 0) close(score); /* first to go without memory */
    setsid();
    /* away from the numbers that are dealt out next */
    channel = fcntl(channel, F_DUPFD_CLOEXEC, 10);
    output = fcntl(output, F_DUPFD_CLOEXEC, 10);
    dup2(nothing, 0);
    dup2(output, 1);
    dup2(output, 2);
    dup2(channel, PROBE_FD);
    clearenv(); /* the grader's environment is not for others */
    execvp(command[0], command);
    _exit(127);
}

static bool start(Probe *p) {
    int pair[2], out[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) return false;
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(pair[0]);
        close(pair[1]);
        return false;
    }
    p->pid = fork();
    if (p->pid == 0) become(p->command, pair[1], out[1]);
    close(pair[1]);
    close(out[1]);
    p->channel = pair[0];
    p->output = out[0];
    fcntl(p->channel, F_SETFL, O_NONBLOCK);
    fcntl(p->output, F_SETFL, O_NONBLOCK);
    if (p->pid > 0) return true;
    close(p->channel);
    close(p->output);
    p->pid = 0;
    return false;
}

/* Children that outlived the sandbox have become ours: PR_SET_CHILD_SUBREAPER. */
static void kill_orphans(void) {
    for (int turn = 0; turn < 1000; turn++) {
        char path[64];
        long child = 0;
        snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
        FILE *list = fopen(path, "r");
        if (!list) return;
        int found = fscanf(list, "%ld", &child);
        fclose(list);
        if (found != 1) return;
        kill((pid_t)child, SIGKILL);
        waitpid((pid_t)child, NULL, 0);
    }
}

/* Ends the probe; how it ended by itself, if it does within `patience` hundredths of a second. */
static Reply stop(Probe *p, int patience) {
    Reply reply = {.outcome = CALL_GARBLED};
    int status = 0;
    pid_t ended = 0;
    const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
    for (int k = 0; k < patience && ended == 0; k++) {
        ended = waitpid(p->pid, &status, WNOHANG);
        if (ended == 0) nanosleep(&moment, NULL);
    }
    kill(-p->pid, SIGKILL);
    if (ended == 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    } else if (WIFSIGNALED(status)) {
        reply = (Reply){.outcome = CALL_CRASHED, .detail = WTERMSIG(status)};
    } else if (WEXITSTATUS(status) > 128 && WEXITSTATUS(status) < 128 + 32) {
        reply = (Reply){.outcome = CALL_CRASHED, .detail = WEXITSTATUS(status) - 128};
    } else {
        reply = (Reply){.outcome = CALL_LEFT, .detail = WEXITSTATUS(status)};
    }
    kill_orphans();
    close(p->channel);
    if (p->output >= 0) close(p->output);
    p->pid = 0;
    return reply;
}

/* ------------------------------------------------------------------ bytes ---------------- */

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Reads the probe's output, so that it never waits for a reader. */
static void hear(Probe *p) {
    char text[4096];
    Said *said = &p->said;
    for (int turn = 0; turn < 16; turn++) {
        ssize_t got = p->output < 0 ? -1 : read(p->output, text, sizeof text);
        if (got == 0) {
            close(p->output);
            p->output = -1;
        }
        if (got <= 0) return;
        for (ssize_t i = 0; i < got; i++, said->bytes++) {
            if (said->bytes < sizeof said->head)
                said->head[said->bytes] = text[i];
            else
                said->tail[said->bytes % sizeof said->tail] = text[i];
        }
    }
}

/* Sends or receives all of it, before the deadline. */
static Transfer transfer(Probe *p, void *data, size_t size, bool out, double deadline) {
    unsigned char *at = data;
    short wanted = out ? POLLOUT : POLLIN;
    while (size > 0) {
        struct pollfd fd[2] = {{.fd = p->channel, .events = wanted},
                               {.fd = p->output, .events = POLLIN}};
        double left = deadline - now();
        if (left <= 0) return LATE;
        if (poll(fd, 2, left < 0.1 ? 10 : 100) < 0 && errno != EINTR) return CLOSED;
        hear(p);
        if (fd[0].revents == 0) continue;
        ssize_t moved =
            out ? send(p->channel, at, size, MSG_NOSIGNAL) : recv(p->channel, at, size, 0);
        if (moved < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (moved <= 0) return CLOSED;
        at += moved;
        size -= (size_t)moved;
    }
    return DONE;
}

/* ------------------------------------------------------------------ a call --------------- */

static uint64_t new_nonce(void) {
    uint64_t nonce = 0;
    ssize_t got = getrandom(&nonce, sizeof nonce, 0);
    return got == sizeof nonce ? nonce : (uint64_t)(now() * 1e9);
}

/* The exercise that is not written yet, in our own words. */
static bool name_todo(const char id[8], Reply *reply) {
    for (int i = 0; i < exercises_count; i++) {
        if (strncmp(exercises[i].id, id, 4) != 0) continue;
        snprintf(reply->todo, sizeof reply->todo, "%s is not written yet: read %s", exercises[i].id,
                 exercises[i].lesson);
        return true;
    }
    return false;
}

/* The content of an answer, as far as it can be believed. */
static Reply reply_of(const Answer *a) {
    Reply reply = {.outcome = (Outcome)a->outcome, .detail = a->detail};
    switch (a->outcome) {
    case CALL_DONE:
    case CALL_ENDLESS:
        return reply;
    case CALL_TODO:
        if (name_todo(a->todo, &reply)) return reply;
        break;
    case CALL_CRASHED:
        reply.detail = a->detail > 0 && a->detail < 32 ? a->detail : SIGKILL;
        return reply;
    case CALL_LEFT:
        reply.detail = a->detail & 255;
        return reply;
    default:
        break;
    }
    return (Reply){.outcome = CALL_GARBLED};
}

/* Question out, answer in. */
static Transfer converse(Probe *p, const Call *call, Call *back, Answer *a, double deadline) {
    Question q = {.nonce = new_nonce(), .call = *call};
    q.call.block = NULL;
    Transfer t = transfer(p, &q, sizeof q, true, deadline);
    if (t == DONE) t = transfer(p, call->block, call->bytes, true, deadline);
    if (t == DONE) t = transfer(p, a, sizeof *a, false, deadline);
    if (t != DONE) return t;
    if (a->nonce != q.nonce || a->bytes != call->bytes) {
        a->outcome = -1;
        return DONE;
    }
    return transfer(p, back->block, call->bytes, false, deadline);
}

/* How many seconds on the wall one of processor time may take: more while others compute. */
static double patience(void) {
    double load[1], cores = (double)sysconf(_SC_NPROCESSORS_ONLN);
    double crowd = getloadavg(load, 1) == 1 && cores > 0 ? load[0] / cores : 1;
    return 2 * fmin(fmax(crowd, 1), 5);
}

static Reply run_probe(Port *port, const Call *call, Call *back) {
    Probe *p = (Probe *)port;
    Answer a;
    int seconds = call->function == CALL_TRAINING ? TRAINING_SECONDS : SECONDS;
    if (p->silent >= STARTS) return p->last;
    if (p->spent > p->budget) return (Reply){.outcome = CALL_ENDLESS, .detail = seconds};
    if (p->pid == 0 && !start(p)) return (Reply){.outcome = CALL_NOWHERE};
    double begun = now();
    Transfer t = converse(p, call, back, &a, begun + patience() * seconds + GRACE);
    p->spent += now() - begun;
    Reply reply = t == DONE ? reply_of(&a) : (Reply){.outcome = CALL_GARBLED};
    if (reply.outcome == CALL_ENDLESS) reply.detail = seconds;
    if (reply.outcome != CALL_GARBLED) {
        /* A call that ended otherwise than by returning may have left something. */
        if (reply.outcome != CALL_DONE) stop(p, 0);
        p->silent = 0;
        p->answers++;
        return reply;
    }
    p->last = stop(p, 20);
    if (t == LATE) p->last = (Reply){.outcome = CALL_ENDLESS, .detail = seconds};
    if (t == DONE) p->last = reply;
    p->silent++;
    if (t == LATE && p->answers == 0) p->silent = STARTS; /* it does not even begin */
    return p->last;
}

/* ------------------------------------------------------------------ the port ------------- */

Port *port_probe(char *const command[], double seconds) {
    Probe *p = calloc(1, sizeof *p);
    if (!p) return NULL;
    p->port = (Port){.run = run_probe, .slower = 1};
    p->command = command;
    p->budget = seconds;
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    return &p->port;
}

double port_probe_spent(const Port *port) {
    return ((const Probe *)port)->spent;
}

static char *add_printable(char *to, const char *from, size_t count) {
    for (size_t i = 0; i < count; i++) {
        bool fine = isprint((unsigned char)from[i]) || from[i] == '\n' || from[i] == '\t';
        *to++ = fine ? from[i] : '?';
    }
    return to;
}

void port_probe_said(const Port *port, char text[2 * SAID_MAX]) {
    const Said *said = &((const Probe *)port)->said;
    size_t half = sizeof said->head, bytes = said->bytes;
    char *to = add_printable(text, said->head, bytes < half ? bytes : half);
    if (bytes > 2 * half) to += sprintf(to, "\n... %zu bytes are left out ...\n", bytes - 2 * half);
    for (size_t i = bytes > 2 * half ? bytes - half : half; i < bytes; i++)
        to = add_printable(to, &said->tail[i % half], 1);
    *to = '\0';
}

void port_probe_free(Port *port) {
    Probe *p = (Probe *)port;
    if (p->pid) stop(p, 0);
    free(p);
}
