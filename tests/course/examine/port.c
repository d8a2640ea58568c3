/* A child process for each call; see port.h. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "port.h"

#include "here.h"
#include "todo.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of processor time; a busy machine may take ten times as long. */
enum {
    SECONDS = 5,           /* for a call */
    TRAINING_SECONDS = 60, /* for the one that trains a network */
    WIDE = 10
};

/* Shared by parent and child; the call's block follows. */
typedef struct Room {
    _Alignas(64) volatile bool finished;
    volatile bool not_linked;
    char todo[400];
} Room;

/* There when the address sanitizer is: it ends a program with exit code 1. */
extern void __asan_init(void) __attribute__((weak));

static Room *room;  /* in the child: where TODO() leaves its words */
static Call before; /* the last call that returned; without a block there is none */

static void keep_todo(const char *text) {
    snprintf(room->todo, sizeof room->todo, "%s", text);
    _exit(EXIT_TODO);
}

static int seconds_for(const Port *port, const Call *call) {
    int seconds = call->function == CALL_TRAINING ? TRAINING_SECONDS : SECONDS;
    return (int)(seconds * port->slower);
}

/* SIGXCPU ends the process, or SIGKILL if it does not want to; SIGALRM if it sleeps. */
static void limit(int seconds) {
    rlim_t most = (rlim_t)seconds;
    setrlimit(RLIMIT_CPU, &(struct rlimit){most, most + 1});
    alarm(WIDE * (unsigned)seconds);
}

static _Noreturn void child(const Port *port, const Call *call) {
    Call mine = *call;
    mine.block = (unsigned char *)(room + 1);
    todo_told = keep_todo;
    for (int s = 1; s < 32; s++)
        signal(s, SIG_DFL);
    if (call->silent && (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)))
        _exit(EXIT_FAILURE);
    limit(seconds_for(port, call));
    if (before.block && before.function == call->function && !call->fresh) call_here(&before);
    room->not_linked = !call_here(&mine);
    fflush(NULL);
    room->finished = true;
    _exit(0);
}

/* The reply that the child's end amounts to. */
static Reply reply_of(const Port *port, const Call *call, int status) {
    if (room->not_linked) return (Reply){.outcome = CALL_NOWHERE};
    int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (signal == SIGALRM || signal == SIGXCPU)
        return (Reply){.outcome = CALL_ENDLESS, .detail = seconds_for(port, call)};
    if (signal) return (Reply){.outcome = CALL_CRASHED, .detail = signal};
    if (room->finished) return (Reply){.outcome = CALL_DONE};
    Reply reply = {.outcome = CALL_LEFT, .detail = WEXITSTATUS(status)};
    if (__asan_init && reply.detail == 1) return (Reply){.outcome = CALL_CRASHED};
    if (reply.detail == EXIT_TODO && room->todo[0]) {
        reply.outcome = CALL_TODO;
        memcpy(reply.todo, room->todo, sizeof reply.todo);
    }
    return reply;
}

static Reply run_forked(Port *port, const Call *call, Call *back) {
    Reply reply = {.outcome = CALL_NOWHERE};
    size_t bytes = sizeof(Room) + call->bytes;
    int status = 0;
    room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return reply;
    memcpy(room + 1, call->block, call->bytes);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) child(port, call);
    if (pid > 0 && waitpid(pid, &status, 0) == pid) {
        reply = reply_of(port, call, status);
        memcpy(back->block, room + 1, call->bytes);
    }
    munmap(room, bytes);
    if (reply.outcome != CALL_DONE) return reply;
    if (before.block) call_free(&before);
    before = call_copy(call);
    return reply;
}

Port port_forked(void) {
    const char *patience = getenv("PATIENCE");
    double slower = patience ? fmax(1, atof(patience)) : 1;
    return (Port){.run = run_forked, .slower = __asan_init ? 5 * slower : slower};
}
